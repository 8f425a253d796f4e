"""Mixed precision on a CPU, only where it pays."""

import torch


def mixed_precision() -> torch.autocast:
    """Return a context for forward passes: bfloat16 where the processor multiplies it itself, else plain float32.

    Without AVX-512 BF16 or AMX the format is emulated: slower than float32, by a factor of two to four.
    """
    able = torch.cpu.get_capabilities()
    return torch.autocast("cpu", torch.bfloat16, enabled=able.get("avx512_bf16", False) or able.get("amx_bf16", False))
