"""Losses between sets of rows: slot by slot, or each slot against the target that the best assignment gives it.

The matched loss has no order to hold on to: Hungarian matching (Kuhn 1955), as a loss over sets (DETR, Carion et al. 2020).
"""

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment


def set_loss(predicted: torch.Tensor, targets: torch.Tensor, *, matched: bool) -> torch.Tensor:
    """Return E ||p_i - t_i||², summed over a slot's entries, a mean over slots; both (B, slots, d).

    ``matched``: of all orders of a set's targets, the one with the smallest loss.
    """
    if matched:
        targets = match(predicted.detach(), targets)
    return ((predicted - targets) ** 2).sum(-1).mean()


def match(predicted: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return each set's ``targets`` (B, slots, d) in the order with the least sum of squared distances to ``predicted``."""
    # ||p - t||² = ||p||² - 2 p·t + ||t||²: only the products depend on which target goes where.
    products = predicted.float().numpy() @ targets.numpy().swapaxes(1, 2)
    order = np.stack([linear_sum_assignment(each, maximize=True)[1] for each in products])
    return targets.take_along_dim(torch.from_numpy(order)[..., None], dim=1)
