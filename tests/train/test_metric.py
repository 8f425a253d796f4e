"""The metric over text vectors: looks stand further apart, and nothing is lost."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.train.metric import apply, look_metric


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
    assert separation(apply(vectors, metric), groups) > separation(vectors, groups)
    assert np.linalg.cond(metric) < 100, "invertible, so no meaning is lost"


def test_seen_vectors_are_unit_rows_of_any_shape() -> None:
    vectors, groups = terms(0)
    seen = apply(vectors.reshape(5, 6, 8), look_metric(vectors, groups))
    assert seen.shape == (5, 6, 8)
    np.testing.assert_allclose(np.linalg.norm(seen, axis=-1), 1, atol=1e-5)
    np.testing.assert_allclose(apply(vectors, np.eye(8, dtype=np.float32)), vectors, atol=1e-6)
