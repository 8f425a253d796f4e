"""The number format that a device multiplies fastest without an emulation."""

import torch


def native_dtype(device: torch.device) -> torch.dtype:
    """Return bfloat16 where the device multiplies it itself, else float32.

    A processor without AVX-512 BF16 or AMX emulates the format: slower than float32, by a factor of two to four.
    """
    if device.type == "cuda":
        able = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        capabilities = torch.cpu.get_capabilities()
        able = capabilities.get("avx512_bf16", False) or capabilities.get("amx_bf16", False)
    return torch.bfloat16 if able else torch.float32


def mixed_precision() -> torch.autocast:
    """Return a context for forward passes on a CPU: bfloat16 where the processor multiplies it itself, else plain float32."""
    return torch.autocast("cpu", torch.bfloat16, enabled=native_dtype(torch.device("cpu")) == torch.bfloat16)
