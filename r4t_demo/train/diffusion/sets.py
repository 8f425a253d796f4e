"""The sets that a retriever learns from, as its loss draws them, and a loss between sets."""

from dataclasses import dataclass

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment


@dataclass(frozen=True)
class TrainingSets:
    """``query_vectors`` (q, d); of each set its query ``query_of`` (n,) and its ``rows`` (n, slots) in ``targets`` (t, d)."""

    query_vectors: np.ndarray
    query_of: np.ndarray
    rows: np.ndarray
    targets: np.ndarray

    def draw(self, batch: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """Return a random batch: targets (B, slots, d) and query embeddings (B, d)."""
        chosen = torch.randint(len(self.rows), (batch,), generator=generator).numpy()
        return torch.from_numpy(self.targets[self.rows[chosen]]), torch.from_numpy(self.query_vectors[self.query_of[chosen]])


def set_loss(predicted: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return E ||p_i - t_i||², summed over a slot's entries, a mean over slots; both (B, slots, d)."""
    return ((predicted - targets) ** 2).sum(-1).mean()


def match(predicted: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return each set's ``targets`` (B, slots, d) in the order with the least sum of squared distances to ``predicted``.

    Hungarian matching (Kuhn 1955); ``set_loss`` of it is a loss over sets (DETR, Carion et al. 2020).
    """
    # ||p - t||² = ||p||² - 2 p·t + ||t||²: only the products depend on which target goes where.
    products = predicted.detach().float().numpy() @ targets.numpy().swapaxes(1, 2)
    order = np.stack([linear_sum_assignment(each, maximize=True)[1] for each in products])
    return targets.take_along_dim(torch.from_numpy(order)[..., None], dim=1)
