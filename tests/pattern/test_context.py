"""What a request reads: its seeds in the order of the metric, and what lies near them, with their marks."""

import numpy as np
import pytest

from r4t_demo.pattern.context import MAX_SEEDS, NEAR, read
from r4t_demo.pattern.task import Task, unit
from tests.pattern.made import made_task


@pytest.fixture(scope="module")
def task() -> Task:
    return made_task()


@pytest.fixture(scope="module")
def density(task: Task) -> np.ndarray:
    return np.random.default_rng(0).random(task.labels.carries.shape)


@pytest.mark.parametrize("none", [False, True])
def test_a_context_is_the_seeds_and_what_a_search_with_their_mean_finds(task: Task, density: np.ndarray, none: bool) -> None:
    seeds = np.random.default_rng(1).choice(len(task.vectors), (5, 3), replace=False)
    attribute = np.array([0, 1, 2, 3, 4])
    context = read(task, seeds, attribute, None if none else density.T[attribute])
    np.testing.assert_array_equal(context.attribute, attribute)
    for row in range(5):
        mean = unit(task.vectors[seeds[row]].mean(0))
        nearness = task.vectors @ mean
        far = nearness.copy()
        far[seeds[row]] = -np.inf
        wanted = [*seeds[row], *np.argsort(-far)[:NEAR]]
        np.testing.assert_array_equal(context.rows[row], wanted)
        np.testing.assert_allclose(context.marks[row, :, 0], 1.0 if none else density[wanted, attribute[row]], rtol=1e-6)
        np.testing.assert_allclose(context.marks[row, :, 1], nearness[wanted], atol=1e-5)
        np.testing.assert_array_equal(context.marks[row, :, 2], [1, 1, 1] + [0] * NEAR)


def test_of_more_seeds_than_are_read_some_are_read_and_none_is_found(task: Task) -> None:
    seeds = np.arange(2 * MAX_SEEDS - 1)[None]
    context = read(task, seeds, np.array([2]))
    np.testing.assert_array_equal(context.rows[0, :MAX_SEEDS], seeds[0, ::2])
    assert not set(seeds[0]) & set(context.rows[0, MAX_SEEDS:].tolist())
