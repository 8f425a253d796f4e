"""A linear metric over text vectors in which fashion looks stand apart.

MiniLM's cosine is about general meaning: "gatsby party dress" lies nearer to any dress than to "art deco glamour". The metric is
linear discriminant analysis: whiten the spread *within* a look, then stretch the directions *between* looks. It is fitted on
training terms alone (the titles of training outfits, grouped by their style) and is invertible: no meaning is lost.
"""

import numpy as np


def look_metric(vectors: np.ndarray, groups: np.ndarray, *, shrink: float = 8.0, stretch: float = 0.5) -> np.ndarray:
    """Return a (d, d) matrix to multiply row vectors with.

    ``vectors`` (n, d) are unit text vectors of terms, ``groups`` (n,) whole numbers from 0, the look of each. ``shrink`` times
    the mean variance is added to every direction before whitening, since there are few terms; ``stretch`` is how much longer
    directions between looks become.
    """
    centres = np.stack([vectors[groups == group].mean(0) for group in range(groups.max() + 1)])
    residuals = vectors - centres[groups]
    within = residuals.T @ residuals / len(vectors)
    within += shrink * np.trace(within) / len(within) * np.eye(len(within))
    values, axes = np.linalg.eigh(within.astype(np.float64))
    whiten = axes @ np.diag(values**-0.5) @ axes.T
    _, _, between = np.linalg.svd((centres - centres.mean(0)) @ whiten, full_matrices=False)
    between = between[: len(centres) - 1]
    metric = whiten @ (np.eye(len(whiten)) + stretch * between.T @ between)
    return (metric / np.linalg.norm(metric) * len(metric) ** 0.5).astype(np.float32)
