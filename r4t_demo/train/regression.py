"""Train the set regressor on the diffusion retriever's own training sets, for as long and with the same moving average.

Two losses, both a squared error. The plain one holds the sets in the order in which the language model wrote them, so that slot
i learns the mean of the i-th targets; permuting the rows, as diffusion does, would make all slots learn one mean. The matched
one has no order to hold on to: each slot learns the target that the best assignment gives it (Hungarian matching, Kuhn 1955, as
a loss over sets: DETR, Carion et al. 2020).
"""

import copy
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment

from r4t_demo.fanout.regression import SetRegressor
from r4t_demo.train.descent import descend
from r4t_demo.train.progress import Progress
from r4t_demo.train.sets import TrainingSets


def set_loss(predicted: torch.Tensor, targets: torch.Tensor, *, matched: bool) -> torch.Tensor:
    """Return E ||p_i - t_i||², summed over a slot's entries, a mean over slots; both (B, slots, d).

    ``matched``: of all orders of a set's targets, the one with the smallest loss.
    """
    if matched:
        targets = match(predicted.detach(), targets)
    return ((predicted - targets) ** 2).sum(-1).mean()


def match(predicted: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return each set's ``targets`` (B, slots, d) in the order with the least sum of squared distances to ``predicted``."""
    # ||p - t||² = ||p||² - 2 p·t + ||t||²: only the products hang on which target goes where.
    products = predicted.float().numpy() @ targets.numpy().swapaxes(1, 2)
    order = np.stack([linear_sum_assignment(each, maximize=True)[1] for each in products])
    return targets.take_along_dim(torch.from_numpy(order)[..., None], dim=1)


def train(
    model: SetRegressor, ema: SetRegressor, sets: TrainingSets, state: Path, *,
    matched: bool, steps: int, batch: int = 128, rate: float = 1e-3, decay: float = 0.998, seed: int = 0,
) -> Iterator[Progress]:  # fmt: skip
    """Update ``model`` and its moving average ``ema`` in place; ``descend`` yields and resumes."""

    def loss_of(generator: torch.Generator) -> torch.Tensor:
        targets, queries = sets.draw(batch, generator)
        return set_loss(model(queries), targets, matched=matched)

    stage = "regression-matched" if matched else "regression"
    return descend(stage, model, ema, loss_of, state, steps=steps, rate=rate, decay=decay, seed=seed)


def new_models(dim: int, slots: int, encoder_id: str) -> tuple[SetRegressor, SetRegressor]:
    """Return an untrained regressor of mini's size and its moving average."""
    torch.manual_seed(0)
    model = SetRegressor(dim=dim, slots=slots, encoder_id=encoder_id)
    return model, copy.deepcopy(model).requires_grad_(False)
