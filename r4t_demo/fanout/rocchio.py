"""Relevance feedback: a request moves towards items that somebody likes and away from those that he does not."""

import numpy as np

# One like brings its item among the first that plain search finds, one dislike leaves next to nothing of its kind. With half as
# much again, every direction of a language model finds the same: texts lie closer to each other than to any item.
TOWARDS, AWAY = 0.35, 0.35


def moved(vectors: np.ndarray, plus: np.ndarray, minus: np.ndarray) -> np.ndarray:
    """Return unit(v + TOWARDS mean(plus) - AWAY mean(minus)) for unit rows ``vectors`` (…, d), float32.

    ``plus`` (p, d) and ``minus`` (m, d) are the vectors of the items; either may have no rows. Source: Rocchio, "Relevance
    Feedback in Information Retrieval", in The SMART Retrieval System, 1971.
    """
    shifts = (weight * items.mean(0) for weight, items in ((TOWARDS, plus), (-AWAY, minus)) if len(items))
    shifted = vectors + sum(shifts, np.zeros(vectors.shape[-1], np.float32))
    return (shifted / np.linalg.norm(shifted, axis=-1, keepdims=True)).astype(np.float32)
