"""The three stages: what their batches hold, and a loop that goes on where it was cut."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from r4t_demo.pattern import train
from r4t_demo.pattern.context import MAX_SEEDS, Context
from r4t_demo.pattern.model import Modit
from r4t_demo.pattern.task import Task
from tests.pattern.made import made_task
from tests.tiny_models import assert_same_weights, weights_of


@pytest.fixture(scope="module")
def task() -> Task:
    return made_task()


def made_trajectories(task: Task, order: str = "sorted") -> train.Trajectories:
    density = np.random.default_rng(0).random((len(task.vectors), len(task.labels.names)))
    return train.Trajectories(task, density, order)


def rows_of(task: Task, vectors: np.ndarray) -> np.ndarray:
    """The items that vectors (..., d) are."""
    nearness = vectors @ task.vectors.T
    assert nearness.max(-1).min() > 0.9999
    return nearness.argmax(-1)


def seeds_of(context: Context) -> np.ndarray:
    """The seeds (B, s) of a batch."""
    return context.rows[:, context.marks[0, :, 2] == 1]


@pytest.mark.parametrize("draw", [train.raw, train.ordered, train.tails])
def test_seeds_and_targets_are_only_items_that_training_may_look_at(task: Task, draw) -> None:
    made, rng = made_trajectories(task), np.random.default_rng(1)
    for _ in range(10):
        context, target = draw(made, 16, rng)
        assert 1 <= seeds_of(context).shape[1] < MAX_SEEDS and target.shape == (16, task.vectors.shape[1])
        assert task.trained[seeds_of(context)].all()
        if draw is not train.tails:  # a centroid is no item
            assert task.trained[rows_of(task, target)].all()
        none = len(task.labels.names)
        assert (context.attribute == none).all() if draw is train.raw else (context.attribute < none).all()


@pytest.mark.parametrize(("order", "share"), [("sorted", 1.0), ("reversed", 0.0)])
def test_what_comes_next_is_the_densest_item(task: Task, order: str, share: float) -> None:
    made, rng = made_trajectories(task, order), np.random.default_rng(1)
    for _ in range(10):
        context, target = train.ordered(made, 16, rng)
        before = made.density[seeds_of(context), context.attribute[:, None]]
        after = made.density[rows_of(task, target), context.attribute]
        assert ((after[:, None] >= before).mean() if share else (after[:, None] > before).mean()) == share
        assert (np.sign(np.diff(before, axis=1)) * (1 if share else -1) >= 0).all()


def test_shuffled_order_tells_nothing(task: Task) -> None:
    made, rng, above, rising = made_trajectories(task, "shuffled"), np.random.default_rng(1), [], []
    for _ in range(60):
        context, target = train.ordered(made, 16, rng)
        before = made.density[seeds_of(context), context.attribute[:, None]]
        above.append((made.density[rows_of(task, target), context.attribute][:, None] > before).mean())
        rising += (np.diff(before, axis=1) > 0).ravel().tolist()
    assert np.mean(above) == pytest.approx(0.5, abs=0.08) and np.mean(rising) == pytest.approx(0.5, abs=0.08)


def test_tails_are_centroids_of_the_densest_quarter(task: Task) -> None:
    vectors = task.vectors
    rows = np.random.default_rng(0).permutation(len(vectors))[:40].reshape(2, 20)
    wanted = [sum(vectors[row] for row in own[-5:]) for own in rows]
    got = train.tail_centroids(vectors, rows)
    np.testing.assert_allclose(got, [one / np.linalg.norm(one) for one in wanted], atol=1e-6)


def test_seeds_of_the_tail_stage_come_from_below_the_tail(task: Task) -> None:
    made, rng = made_trajectories(task), np.random.default_rng(2)
    context, _ = train.tails(made, 64, rng)
    density = made.density[seeds_of(context), context.attribute[:, None]]
    assert density.mean() < 0.45 and (np.diff(density, axis=1) >= 0).all()


def run(task: Task, state: Path, steps: int, stop: int | None = None) -> tuple[dict, list]:
    torch.manual_seed(0)
    model = Modit([list(name) for name in task.labels.names], dim=task.vectors.shape[1], width=32, layers=1, heads=2)
    draw = partial(train.tails, made_trajectories(task))
    records = []
    for record in train.run_stage("tails", model, task.vectors, draw, state, steps=steps, rate=1e-3, batch=16):
        records.append(record)
        if record.step == stop:
            break
    return weights_of(model), records


def test_a_stage_learns_and_goes_on_where_it_was_cut(task: Task, tmp_path: Path) -> None:
    whole, records = run(task, tmp_path / "whole", 240)
    assert records[-1].step == 240 and records[-1].metrics["loss"] < records[0].metrics["loss"]
    run(task, tmp_path / "cut", 240, stop=220)  # the state is that of step 200
    again, records = run(task, tmp_path / "cut", 240)
    assert records[0].step == 220
    assert_same_weights(again, whole)


def test_an_attribute_is_drawn_where_the_pattern_knows_of_it() -> None:
    density, domains = np.full((400, 10, 5), 0.3), [np.array([0, 1]), np.array([2, 3, 4])]
    density[:, :3, 1] = 0.9  # the only differences within the groups
    density[:, :3, 4] = 0.8
    chosen = train.choose_attributes(density, domains, np.random.default_rng(0))
    assert set(chosen.tolist()) == {1, 4}
    assert (chosen == 1).mean() == pytest.approx(0.5, abs=0.1)
