"""The sets that a retriever learns from, as its loss draws them."""

from dataclasses import dataclass

import numpy as np
import torch


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
