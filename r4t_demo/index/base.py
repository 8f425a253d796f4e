"""What the rest of the program knows of a vector index."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np


class VectorIndex(Protocol):
    """Exact or approximate cosine search over unit rows. Safe to search from several threads at once."""

    dim: int

    def __len__(self) -> int: ...

    def search(
        self, vectors: np.ndarray, n: int, *, effort: int | None = None, categories: Sequence[str] | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """The n best rows of each of m unit vectors (m, d) float32, best first.

        Returns scores (m, n') float32 cosine and rows (m, n') int64, n' = min(n, rows in ``categories``); None is every
        category, an unknown one holds no row. ``effort`` is how much an approximate index looks at for this request
        alone (None: its own default; the number of rows: everything). Where an approximate search finds fewer than n'
        for a direction, row -1 with score -inf fills up.
        """
        ...

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        """The stored vectors of ``rows`` (any shape, int64): shape (..., d), float32."""
        ...
