"""What one would try before a model: query vectors made of means, and filters over labels.

Every function takes seed sets and returns the rows found (m, K), or the unit query vectors (m, d) that are searched with.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from r4t_demo.pattern.task import K, SeedSet, Task, unit

DIAL = tuple(np.linspace(0, 1, 21))  # from the seed mean to the attribute centroid
DIRECTIONS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0)


@dataclass(frozen=True)
class Centroids:
    """``of`` (attributes, d): the mean of the labelled items that carry each; ``everywhere`` (d,): that of all; unit vectors."""

    of: np.ndarray
    everywhere: np.ndarray

    @classmethod
    def fit(cls, task: Task) -> "Centroids":
        """From the labels that training may read; an attribute that none of them carries lies in the middle of everything."""
        known = task.labelled
        everywhere = unit(task.vectors[task.trained].mean(0))
        carried = task.labels.carries[known].astype(np.float32)
        sums = carried.T @ task.vectors[known]
        return cls(unit(np.where(carried.any(0)[:, None], sums, everywhere)), everywhere)

    @property
    def directions(self) -> np.ndarray:
        """From everything to each attribute (attributes, d)."""
        return self.of - self.everywhere


def random(task: Task, sets: Sequence[SeedSet], seed: int = 0) -> np.ndarray:
    """Unit query vectors in directions drawn evenly from all: what a request finds that nothing was read of."""
    return unit(np.random.default_rng(seed).standard_normal((len(sets), task.vectors.shape[1])))


def seed_mean(task: Task, sets: Sequence[SeedSet]) -> np.ndarray:
    """The unit mean of the seeds."""
    return unit(task.vectors[np.stack([one.rows for one in sets])].mean(1))


def interpolation(task: Task, sets: Sequence[SeedSet], centroids: Centroids, w: float) -> np.ndarray:
    """unit((1 - w) seed mean + w attribute centroid); w = 1 is global attribute retrieval."""
    return unit((1 - w) * seed_mean(task, sets) + w * centroids.of[wanted(sets)])


def direction(task: Task, sets: Sequence[SeedSet], centroids: Centroids, w: float) -> np.ndarray:
    """unit(seed mean + w (attribute centroid - centroid of everything)): vector arithmetic, as with words."""
    return unit(seed_mean(task, sets) + w * centroids.directions[wanted(sets)])


def direction_each(task: Task, sets: Sequence[SeedSet], centroids: Centroids, w: float) -> np.ndarray:
    """The same step from each seed by itself: as many unit query vectors as seeds (m, SEEDS, d)."""
    return unit(task.vectors[np.stack([one.rows for one in sets])] + w * centroids.directions[wanted(sets)][:, None])


def filtered(task: Task, sets: Sequence[SeedSet], known: np.ndarray) -> np.ndarray:
    """Rows (m, K) nearest to the seed mean among the items ``known`` (n,) to carry the attribute, best first; -1 fills up.

    With every label known this is what a database with complete labels would give.
    """
    nearness = seed_mean(task, sets) @ task.vectors.T
    nearness[~(task.labels.carries[:, wanted(sets)].T & known)] = -np.inf
    np.put_along_axis(nearness, np.stack([one.rows for one in sets]), -np.inf, axis=1)
    rows = np.argpartition(-nearness, K, axis=1)[:, :K]
    rows = np.take_along_axis(rows, np.argsort(-np.take_along_axis(nearness, rows, 1), axis=1), 1)
    return np.where(np.isinf(np.take_along_axis(nearness, rows, 1)), -1, rows)


def wanted(sets: Sequence[SeedSet]) -> np.ndarray:
    """The attribute of each seed set (m,)."""
    return np.array([one.attribute for one in sets])
