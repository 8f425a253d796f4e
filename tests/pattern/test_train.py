"""The three stages: what their batches hold, and a loop that goes on where it was cut."""

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
        assert (context.attribute == none).all() if draw is train.raw else (context.attribute <= none).all()
        assert (context.marks[..., 0] == 1).all() == (draw is train.raw)  # no attribute is told in stage 1


def densities(context: Context, target: np.ndarray, task: Task) -> tuple[np.ndarray, np.ndarray]:
    """What stage 2 was told of its seeds (B, s), and of the item that is its target (B,), in batches of the predictor's."""
    made = np.random.default_rng(0).random((len(task.vectors), len(task.labels.names)))
    return context.marks[:, context.marks[0, :, 2] == 1, 0], made[rows_of(task, target), context.attribute]


def named_batches(made: train.Trajectories, rng: np.random.Generator, count: int) -> list[tuple[Context, np.ndarray]]:
    """Batches of stage 2 with the catalogue's own attributes."""
    batches = (train.ordered(made, 16, rng) for _ in range(4 * count))
    return [one for one in batches if (one[0].attribute < made.density.shape[1]).all()][:count]


@pytest.mark.parametrize("order", ["sorted", "reversed", "shuffled"])
def test_what_comes_next_is_the_densest_item(task: Task, order: str) -> None:
    batches = named_batches(made_trajectories(task, order), np.random.default_rng(1), 20)
    assert len(batches) == 20
    above = np.concatenate([(after[:, None] >= before).ravel() for before, after in (densities(*one, task) for one in batches)])
    wanted = {"sorted": 1.0, "reversed": 0.0, "shuffled": 0.5}[order]
    assert above.mean() == pytest.approx(wanted, abs=0.1 if order == "shuffled" else 0.01)


def test_attributes_that_are_made_up_are_told_by_their_density_alone(task: Task) -> None:
    made, rng, none = made_trajectories(task), np.random.default_rng(0), len(task.labels.names)
    drawn = [made.draw(8, rng) for _ in range(60)]
    up = [one for one in drawn if (one[1] == none).all()]
    assert 0.3 < len(up) / 60 < 0.7 and sum((one[1] < none).all() for one in drawn) == 60 - len(up)
    for rows, _, density in up:
        assert density.shape == (8, len(task.vectors)) and ((density > 0) & (density < 1)).all()
        assert (np.diff(np.take_along_axis(density, rows, 1), axis=1) >= 0).all()


def test_what_is_moved_keeps_its_offsets(task: Task) -> None:
    rng = np.random.default_rng(0)
    items, target = task.vectors[rng.integers(len(task.vectors), size=(200, 5))], task.vectors[:200]
    new_items, new_target = train.moved(items, target, task.vectors, rng)
    np.testing.assert_allclose(np.linalg.norm(new_items, axis=-1), 1, atol=1e-5)
    assert (np.abs(new_target - target).max(1) > 1e-4).mean() > 0.9
    for old, new in zip(items[:20], new_items[:20], strict=True):
        # Before they are brought to unit length again, all were shifted alike: differences of three lie in one plane.
        lengths, *_ = np.linalg.lstsq(np.stack([new[0], -new[1]], axis=1), old[0] - old[1], rcond=None)
        np.testing.assert_allclose(lengths[0] * new[0] - lengths[1] * new[1], old[0] - old[1], atol=1e-4)


def test_tails_are_centroids_of_the_densest_quarter(task: Task) -> None:
    vectors = task.vectors
    rows = np.random.default_rng(0).permutation(len(vectors))[:40].reshape(2, 20)
    wanted = [sum(vectors[row] for row in own[-5:]) for own in rows]
    got = train.tail_centroids(vectors, rows)
    np.testing.assert_allclose(got, [one / np.linalg.norm(one) for one in wanted], atol=1e-6)


def test_what_is_turned_keeps_its_cosines(task: Task) -> None:
    rng = np.random.default_rng(0)
    items, target = task.vectors[:60].reshape(12, 5, -1), task.vectors[60:72]
    new_items, new_target = train.turned(items, target, rng)
    cosines = [np.einsum("bnd,bd->bn", *pair) for pair in ((items, target), (new_items, new_target))]
    np.testing.assert_allclose(*cosines, atol=1e-5)
    assert np.abs((new_target * target).sum(1)).mean() < 0.5


def test_seeds_of_the_tail_stage_come_from_below_the_tail(task: Task) -> None:
    made, rng = made_trajectories(task), np.random.default_rng(2)
    context = next(
        one for one, _ in iter(lambda: train.tails(made, 64, rng), None) if (one.attribute < made.density.shape[1]).all()
    )
    density = made.density[seeds_of(context), context.attribute[:, None]]
    assert density.mean() < 0.45 and (np.diff(density, axis=1) >= 0).all()


def run(task: Task, state: Path, steps: int, stop: int | None = None) -> tuple[dict, list]:
    torch.manual_seed(0)
    model = Modit([list(name) for name in task.labels.names], dim=task.vectors.shape[1], layers=1, heads=2)
    records = []
    for record in train.run_stage("tails", model, made_trajectories(task), train.tails, state, steps=steps, rate=1e-3, batch=16):
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
