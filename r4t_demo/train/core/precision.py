"""Mixed precision on a CPU, only where it pays."""

import torch

from r4t_demo.precision import native_dtype


def mixed_precision() -> torch.autocast:
    """Return a context for forward passes: bfloat16 where the processor multiplies it itself, else plain float32."""
    return torch.autocast("cpu", torch.bfloat16, enabled=native_dtype(torch.device("cpu")) == torch.bfloat16)
