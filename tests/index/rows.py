"""Vectors for the index tests, and what a search of them must find."""

from collections.abc import Collection, Mapping

import numpy as np


def unit_rows(n: int, d: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((n, d)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def nearest(
    stored: Mapping[int, tuple[np.ndarray, str]], queries: np.ndarray, n: int, categories: Collection[str] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The oracle: sort a matrix product over {row: (vector, category)}; scores and rows (m, n')."""
    rows = np.array([row for row, (_, name) in stored.items() if categories is None or name in categories], dtype=np.int64)
    if not len(rows):
        return np.empty((len(queries), 0)), np.empty((len(queries), 0), np.int64)
    scores = queries @ np.stack([stored[row][0] for row in rows.tolist()]).T
    order = np.argsort(-scores, axis=1)[:, :n]
    return np.take_along_axis(scores, order, axis=1), rows[order]
