"""Relevance feedback, on vectors alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.fanout.base import AWAY, TOWARDS, moved

NONE = np.empty((0, 8), np.float32)


def units(seed: int, n: int) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((n, 8)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_it_is_rocchios_formula() -> None:
    queries, plus, minus = units(1, 3), units(2, 2), units(3, 4)
    wanted = queries + TOWARDS * plus.mean(0) - AWAY * minus.mean(0)
    np.testing.assert_allclose(moved(queries, plus, minus), wanted / np.linalg.norm(wanted, axis=1, keepdims=True), atol=1e-6)


@given(st.integers(0, 10**6))
def test_what_is_liked_comes_nearer_and_what_is_not_goes_further(seed: int) -> None:
    query, other = units(seed, 1), units(seed + 1, 1)
    before = query @ other.T
    assert moved(query, other, NONE) @ other.T >= before - 1e-6
    assert moved(query, NONE, other) @ other.T <= before + 1e-6
    assert np.linalg.norm(moved(query, other, units(seed + 2, 3))) == pytest.approx(1, abs=1e-5)


def test_without_either_nothing_moves() -> None:
    np.testing.assert_allclose(moved(units(1, 2), NONE, NONE), units(1, 2), atol=1e-6)
