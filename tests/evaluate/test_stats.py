"""Intervals on data whose spread is known."""

import numpy as np
import pytest

from r4t_demo.evaluate.encoder import spearman
from r4t_demo.evaluate.stats import ClusterBootstrap


def test_constant_values_have_no_spread() -> None:
    bootstrap = ClusterBootstrap(["a", "a", "b", "c"])
    assert bootstrap.mean(np.full(4, 0.3)) == pytest.approx([0.3, 0.3, 0.3])
    assert bootstrap.ratio(np.full(4, 0.6), np.full(4, 0.3)) == pytest.approx([2.0, 2.0, 2.0])


def test_single_queries_give_the_normal_interval() -> None:
    values = np.random.default_rng(1).normal(5.0, 2.0, 400)
    mean, low, high = ClusterBootstrap(range(400)).mean(values)
    error = values.std() / np.sqrt(400)
    assert mean == pytest.approx(values.mean())
    assert (low, high) == pytest.approx((mean - 1.96 * error, mean + 1.96 * error), abs=0.15 * error)


def test_whole_terms_are_resampled() -> None:
    """Ten copies of a query in a term tell no more than one: the interval must not shrink."""
    values = np.random.default_rng(2).normal(0.0, 1.0, 30)
    once = ClusterBootstrap(range(30)).mean(values)
    copies = ClusterBootstrap(np.repeat(np.arange(30), 10)).mean(np.repeat(values, 10))
    assert copies == pytest.approx(once)


def test_terms_of_unequal_size_weigh_by_their_queries() -> None:
    mean, low, high = ClusterBootstrap(["a", "a", "a", "b"]).mean(np.array([1.0, 1.0, 1.0, 0.0]))
    assert mean == pytest.approx(0.75)
    assert (low, high) == (0.0, 1.0)  # two terms: either may be drawn twice


def test_a_paired_ratio_is_tighter_than_its_parts() -> None:
    """Queries differ much, methods by a fixed factor: pairing removes what the queries have in common."""
    below = np.random.default_rng(3).uniform(0.1, 1.0, 50)
    bootstrap = ClusterBootstrap(range(50))
    assert bootstrap.ratio(1.2 * below, below) == pytest.approx([1.2, 1.2, 1.2])
    assert bootstrap.mean(below)[2] - bootstrap.mean(below)[1] > 0.1


def test_a_ratio_to_nothing_is_none() -> None:
    assert ClusterBootstrap(["a", "b"]).ratio(np.ones(2), np.array([0.0, 1.0])) is None


def test_spearman_is_that_of_the_sample() -> None:
    rng = np.random.default_rng(4)
    a = rng.integers(0, 5, 200).astype(float)
    b = a + rng.normal(0, 2, 200)
    rho, low, high = ClusterBootstrap(range(200)).spearman(a, b)
    assert rho == pytest.approx(spearman(a, b))
    error = (1 - rho**2) / np.sqrt(200)
    assert (low, high) == pytest.approx((rho - 1.96 * error, rho + 1.96 * error), abs=0.4 * error)
    assert ClusterBootstrap(range(3)).spearman(np.ones(3), np.arange(3.0)) is None


def test_the_same_seed_the_same_interval() -> None:
    values = np.arange(20.0)
    assert ClusterBootstrap(range(20)).mean(values) == ClusterBootstrap(range(20)).mean(values)
