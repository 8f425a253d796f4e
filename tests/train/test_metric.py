"""The metric over text vectors: looks stand further apart, and nothing is lost."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.train.metric import look_metric
from r4t_demo.train.teacher import rotate


def terms(seed: int, noise: float = 0.6) -> tuple[np.ndarray, np.ndarray]:
    """Thirty unit vectors of three looks in eight dimensions."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(3), 10)
    vectors = rng.standard_normal((3, 8))[groups] + noise * rng.standard_normal((30, 8))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), groups


def separation(vectors: np.ndarray, groups: np.ndarray) -> float:
    """Mean cosine within a look minus mean cosine between looks."""
    cosines, same = vectors @ vectors.T, groups[:, None] == groups
    apart = ~np.eye(len(vectors), dtype=bool)
    return float(cosines[same & apart].mean() - cosines[~same].mean())


@given(st.integers(0, 20))
def test_looks_stand_further_apart(seed: int) -> None:
    vectors, groups = terms(seed)
    metric = look_metric(vectors, groups)
    assert separation(rotate(vectors, metric), groups) > separation(vectors, groups)
    assert np.linalg.cond(metric) < 100, "invertible, so no meaning is lost"
