"""The drawn vectors are like the real ones, and the figures are what they say."""

import numpy as np
import pytest

from experiments import scale
from r4t_demo.errors import UserError
from r4t_demo.files import GIB
from r4t_demo.index.kinds import Flat, Hnsw
from tests.index.rows import unit_rows


@pytest.fixture(scope="module")
def real() -> np.ndarray:
    """Three clusters on a sphere, one of them half of all rows, each flat in most directions."""
    rng = np.random.default_rng(0)
    centres = np.repeat(unit_rows(3, 12, seed=4), [400, 200, 200], axis=0)
    rows = centres + rng.standard_normal((800, 12)) * ([0.1] * 3 + [0.01] * 9)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_drawn_rows_lie_as_the_real_ones(real: np.ndarray) -> None:
    drawn = scale.Cloud(real).draw(4_000, [1])
    np.testing.assert_allclose(np.linalg.norm(drawn, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(drawn.mean(axis=0), real.mean(axis=0), atol=0.02)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(real.T), atol=0.01)


def test_the_seed_decides_what_is_drawn(real: np.ndarray) -> None:
    cloud = scale.Cloud(real)
    np.testing.assert_array_equal(cloud.draw(50, [3, 1]), cloud.draw(50, [3, 1]))
    assert (cloud.draw(50, [3, 1]) != cloud.draw(50, [3, 2])).any()


def test_figures_of_an_exact_and_of_a_careless_index(real: np.ndarray) -> None:
    cloud = scale.Cloud(real)
    exact, careless = (scale._measure(cloud, 3_000, kind, seed=0) for kind in (Flat(), Hnsw(2, 4, 1)))
    assert set(exact) == set(careless) == set(scale.COLUMNS)
    assert (exact["kind"], exact["recall"]) == ("faiss-flat-ip", 1.0)
    assert 0.0 < careless["recall"] < 1.0
    assert exact["disk_mib"] == pytest.approx(4 * 3_000 * 12 / 2**20, rel=0.01)
    for record in (exact, careless):
        assert record["p99_ms"] >= record["p50_ms"] > 0
        assert record["speedup"] == pytest.approx(record["exact_p50_ms"] / record["p50_ms"])


def test_what_does_not_fit_is_told_before_the_work(real: np.ndarray) -> None:
    with pytest.raises(UserError, match=r"100,000,000,000 rows need .* GiB of disk and there are"):
        scale.evaluate(real, [10**11], budget=10**6 * GIB)
