"""Intervals over clusters: queries of one term are not independent, so whole terms are resampled."""

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd

RESAMPLES, SEED, LEVEL = 2000, 0, 0.95


class ClusterBootstrap:
    """The same resamples for every figure, so that two methods measured on the same queries are compared in pairs."""

    def __init__(self, clusters: Sequence[Hashable], resamples: int = RESAMPLES, seed: int = SEED):
        """``clusters``: the cluster (term) of each query, length q."""
        _, self._of = np.unique(np.asarray(clusters, dtype=str), return_inverse=True)
        count = int(self._of.max()) + 1
        draws = np.random.default_rng(seed).multinomial(count, np.full(count, 1.0 / count), size=resamples)
        self._draws = np.vstack([np.ones(count), draws])  # (1 + resamples, clusters): the first is the sample itself
        self._sizes = self._draws @ np.bincount(self._of)

    def mean(self, values: np.ndarray) -> list[float]:
        """[mean, lo, hi] of one value a query, shape (q,)."""
        return _interval(self._means(values))

    def p_value(self, values: np.ndarray) -> float:
        """The two-sided bootstrap p-value of a mean of zero, for one value a query (q,): twice the smaller tail beyond zero."""
        means = self._means(values)[1:]
        return float(min(1.0, 2 * min((means <= 0).mean(), (means >= 0).mean())))

    def ratio(self, above: np.ndarray, below: np.ndarray) -> list[float] | None:
        """[ratio of means, lo, hi], both of shape (q,) over the same queries. None where a resample of ``below`` is zero."""
        divisors = self._means(below)
        return _interval(self._means(above) / divisors) if divisors.all() else None

    def spearman(self, a: np.ndarray, b: np.ndarray) -> list[float] | None:
        """[Spearman's rank correlation of a and b, lo, hi], both (q,); the ranks are those of the sample, in every resample.

        None where the values do not differ, in the sample or in a resample.
        """
        x, y = (ranks(values) / len(values) for values in (a, b))
        x, y = x - x.mean(), y - y.mean()
        mean_x, mean_y = self._means(x), self._means(y)
        spread = (self._means(x * x) - mean_x**2) * (self._means(y * y) - mean_y**2)
        return _interval((self._means(x * y) - mean_x * mean_y) / np.sqrt(spread)) if (spread > 1e-12).all() else None

    def above(self, curve: Sequence[tuple[np.ndarray, np.ndarray]], x: np.ndarray, y: np.ndarray) -> list[float] | None:
        """[how far the mean of ``y`` lies above a curve at the mean of ``x``, lo, hi].

        ``curve`` holds the x and y of another method's settings, joined by straight lines; every array is (q,), of the same
        queries. Left of the curve its leftmost point counts; None where the mean of ``x`` lies right of it.
        """
        xs, ys = (np.stack([self._means(values) for values in axis], axis=1) for axis in zip(*curve, strict=True))
        at, height = self._means(x), self._means(y)
        if at[0] > xs[0].max():
            return None
        order = xs.argsort(axis=1)  # np.interp wants rising places
        joined = zip(at, np.take_along_axis(xs, order, 1), np.take_along_axis(ys, order, 1), strict=True)
        return _interval(height - np.array([np.interp(*one) for one in joined]))

    def _means(self, values: np.ndarray) -> np.ndarray:
        return self._draws @ np.bincount(self._of, weights=values) / self._sizes


def ranks(values: np.ndarray) -> np.ndarray:
    """Ranks 1 … n of an array (n,); ties share their mean rank."""
    return pd.Series(values).rank().to_numpy()


def _interval(figures: np.ndarray) -> list[float]:
    """The sample's own figure and the percentile interval of its resamples."""
    tail = (1.0 - LEVEL) / 2.0
    return [float(figures[0]), *np.quantile(figures[1:], [tail, 1.0 - tail]).tolist()]
