"""What the processes of ``accelerate launch`` tell each other; alone, a process talks to itself at no cost."""

from typing import cast

import numpy as np
import torch
from accelerate import PartialState
from accelerate.utils import gather_object, reduce


def crew(**options) -> PartialState:
    """Return this process's place among those of the run; ``options`` of ``PartialState`` count when it is asked for first."""
    return PartialState(cpu=not torch.cuda.is_available(), **options)  # unasked, processes without a GPU would work alone


def gathered(rows: np.ndarray) -> np.ndarray:
    """Return the ``rows`` (n, …) of all processes, one process after the other; n may differ."""
    return np.concatenate(gather_object([rows]))


def sum_gradients(module: torch.nn.Module) -> None:
    """Replace each gradient of ``module`` by its sum over the processes, the same bits in each."""
    if crew().num_processes == 1:
        return
    gradients = [cast(torch.Tensor, parameter.grad) for parameter in module.parameters()]
    flat = reduce(torch.cat([gradient.flatten() for gradient in gradients]).to(crew().device), "sum")
    for gradient, total in zip(gradients, flat.split([gradient.numel() for gradient in gradients]), strict=True):
        gradient.copy_(total.view_as(gradient))
