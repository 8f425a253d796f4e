"""What the rest of the program knows of a vector index."""

from typing import Protocol

import numpy as np


class VectorIndex(Protocol):
    """Exact or approximate cosine search over unit rows. Safe to search from several threads at once."""

    dim: int

    def __len__(self) -> int: ...

    def search(self, vectors: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
        """The n best rows of each of m unit vectors (m, d) float32, best first.

        Returns scores (m, n') float32 cosine and rows (m, n') int64, n' = min(n, len(self)).
        """
        ...

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        """The stored vectors of ``rows`` (any shape, int64): shape (..., d), float32."""
        ...
