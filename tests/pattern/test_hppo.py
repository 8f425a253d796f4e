"""Preferences: the loss and its gradient against the formula, pairs and the online metric against brute force."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from r4t_demo.pattern import hppo
from r4t_demo.pattern.baselines import Centroids
from r4t_demo.pattern.context import MARKS, Context
from r4t_demo.pattern.model import Modit, error
from r4t_demo.pattern.task import Task
from tests.pattern.made import made_task


@pytest.fixture(scope="module")
def task() -> Task:
    return made_task()


def new_model(task: Task) -> Modit:
    torch.manual_seed(0)
    return Modit([list(name) for name in task.labels.names], dim=task.vectors.shape[1], layers=1, heads=2).eval()


def literal(w: float, l: float, wr: float, lr: float, beta: float) -> float:  # noqa: E741 - loser
    """Diffusion-DPO as it is written."""
    return -math.log(1 / (1 + math.exp(beta / 2 * ((w - l) - (wr - lr)))))


def test_loss_and_gradient_are_those_of_the_formula() -> None:
    rng, beta = np.random.default_rng(0), 7.0
    errors = rng.random((4, 5))
    tensors = [torch.tensor(row, dtype=torch.float64, requires_grad=True) for row in errors]
    loss = hppo.preference_loss(*tensors, beta)
    assert loss.item() == pytest.approx(np.mean([literal(*column, beta) for column in errors.T]))
    loss.backward()
    for part in range(4):
        for pair in range(5):
            moved = [errors.copy(), errors.copy()]
            moved[0][part, pair] += 1e-6
            moved[1][part, pair] -= 1e-6
            up, down = (np.mean([literal(*column, beta) for column in one.T]) for one in moved)
            assert tensors[part].grad[pair].item() == pytest.approx((up - down) / 2e-6, rel=1e-4)
    assert (tensors[0].grad > 0).all() and (tensors[1].grad < 0).all()  # the winner's error goes down, the loser's up


def test_a_model_equal_to_its_reference_has_the_loss_log_2() -> None:
    winner, loser = torch.rand(6), torch.rand(6)
    assert hppo.preference_loss(winner, loser, winner, loser, 40.0).item() == pytest.approx(math.log(2))


def made_pool(joint: np.ndarray, purity: np.ndarray) -> hppo.Pool:
    m, count = joint.shape
    context = Context(np.zeros((m, 3), int), np.zeros((m, 3, MARKS), np.float32), np.zeros(m, int))
    own = np.arange(count) >= count - hppo.OWN
    return hppo.Pool(context, np.zeros((m, count, 4), np.float32), joint, purity, own, purity[:, -1])


@pytest.mark.parametrize("pareto", [True, False])
def test_pairs_are_those_of_comparing_all(pareto: bool) -> None:
    rng = np.random.default_rng(0)
    joint, purity = rng.integers(0, 25, (8, 6)) / 24, rng.integers(0, 25, (8, 6)) / 24
    wanted = {
        (i, w, l)
        for i in range(8)
        for w in range(6)
        for l in range(6)  # noqa: E741
        if joint[i, w] - joint[i, l] >= hppo.MARGIN
        and (not pareto or purity[i, w] >= max(purity[i, l], purity[i, -1]))  # the last is MO-DiT's answer
    }
    assert set(zip(*map(np.ndarray.tolist, hppo.pairs(made_pool(joint, purity), pareto)), strict=True)) == wanted
    assert wanted


def test_most_losers_are_the_models_own_where_a_request_has_such() -> None:
    request, own_loser = np.array([0, 0, 0, 0, 2, 2, 5]), np.array([True, False, False, False, False, False, True])
    counts = np.bincount(hppo.draw(request, own_loser, 9000, np.random.default_rng(0)), minlength=7) / 9000
    other = (1 - hppo.OWN_LOSERS) / 4
    wanted = np.array([hppo.OWN_LOSERS + other, other, other, other, 0.5, 0.5, 1]) / 3  # the three requests come equally often
    np.testing.assert_allclose(counts, wanted, atol=0.02)


def test_requests_come_from_the_tasks_own_patterns_as_often_as_stated(task: Task) -> None:
    groups, chances = hppo.groups(task, 0)
    assert chances.sum() == pytest.approx(1)
    own = np.array([np.array_equal(pattern, task.pattern) for _, pattern in groups])
    assert chances[own].sum() == pytest.approx(hppo.OWN_PATTERNS)
    for members, pattern in groups:
        assert len(set(pattern[members])) == 1
        assert task.trained[members].all()


def test_policies_are_parts_of_the_pool() -> None:
    joint = np.arange(2 * 19).reshape(2, 19) / 38
    pool = made_pool(joint, joint)
    np.testing.assert_array_equal(pool.of("on-policy").joint, joint[:, -hppo.OWN :])
    np.testing.assert_array_equal(pool.of("deterministic").purity, joint[:, : -hppo.OWN])
    np.testing.assert_array_equal(pool.of("hybrid").joint, joint)
    for policy in hppo.POLICIES:
        np.testing.assert_array_equal(pool.of(policy).answered, joint[:, -1])
    assert pool.of("on-policy").own.all()
    assert not pool.of("deterministic").own.any()


def test_the_online_metric_is_that_of_counting_what_is_found(task: Task) -> None:
    rng = np.random.default_rng(0)
    seeds = rng.choice(len(task.vectors), (4, 3), replace=False)
    queries = task.vectors[rng.choice(len(task.vectors), (4, 2))]
    carried = rng.random((len(task.vectors), len(task.labels.names)))
    patterns, attribute = np.stack([task.pattern, task.pattern % 3, task.pattern, task.pattern % 2]), np.array([0, 1, 2, 3])
    joint, purity = hppo.online_metric(task, carried, queries, seeds, patterns, attribute)
    for i in range(4):
        for c in range(2):
            nearness = task.vectors @ queries[i, c]
            nearness[seeds[i]] = -np.inf
            found = np.argsort(-nearness)[:24]
            inside = patterns[i, found] == patterns[i, seeds[i, 0]]
            assert purity[i, c] == pytest.approx(inside.mean())
            assert joint[i, c] == pytest.approx((carried[found, attribute[i]] * inside).sum() / 24)


def test_further_patterns_are_made_of_what_training_may_look_at_alone(task: Task) -> None:
    own, *others = hppo.partitions(task)
    np.testing.assert_array_equal(own, task.pattern)
    assert len(others) == hppo.OTHERS
    assert len({other.tobytes() for other in others}) > 1  # they are not all the same
    vectors = np.where(task.trained[:, None], task.vectors, -task.vectors)  # what it may not look at lies elsewhere
    for other, again in zip(others, list(hppo.partitions(replace(task, vectors=vectors)))[1:], strict=True):
        np.testing.assert_array_equal(other[task.trained], again[task.trained])


def test_training_believes_a_label_only_where_it_may_read_it(task: Task) -> None:
    density = np.full(task.labels.carries.shape, 0.3)
    readable = task.labelled
    believed = hppo.believed(task, density)
    np.testing.assert_array_equal(believed[readable], task.labels.carries[readable])
    assert (believed[~readable] == np.float32(0.3)).all()


def test_a_pool_survives_its_file_and_labels_its_candidates(task: Task, tmp_path: Path) -> None:
    model, density = new_model(task), task.labels.carries * 0.8 + 0.1
    path, centroids = tmp_path / "pool.npz", Centroids.fit(task)
    records = list(hppo.write_pool(task, model, density, centroids, path, requests=120))
    assert records[-1].step == 120
    pool = hppo.read_pool(path)
    np.testing.assert_allclose(np.linalg.norm(pool.queries, axis=-1), 1, atol=1e-5)
    seeds = task.vectors[pool.context.rows[:, : hppo.SEEDS]]
    towards = centroids.directions[pool.context.attribute]
    again = hppo.constructions(seeds, pool.queries[:, 1], towards, pool.queries[:, 2])
    np.testing.assert_allclose(pool.queries[:, : -hppo.OWN], again, atol=1e-5)
    assert pool.queries.shape[1] == again.shape[1] + hppo.OWN
    drawn = pool.queries[:, -hppo.OWN : -1].mean(1)
    answer = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    np.testing.assert_allclose(pool.queries[:, -1], answer, atol=1e-5)
    np.testing.assert_array_equal(pool.answered, pool.purity[:, -1])
    # The tail centroid is a better query than the seed mean: what the pool is for.
    assert pool.joint[:, 1].mean() > pool.joint[:, 0].mean() + 0.05


def test_optimising_prefers_winners_to_losers_more_than_the_reference(task: Task, tmp_path: Path) -> None:
    model, density = new_model(task), task.labels.carries * 0.8 + 0.1
    list(hppo.write_pool(task, model, density, Centroids.fit(task), tmp_path / "pool.npz", requests=60))
    pool = hppo.read_pool(tmp_path / "pool.npz")
    request, won, lost = hppo.pairs(pool)

    def preference() -> float:
        context = pool.context.of(request).tensors(task.vectors)
        sigma = torch.full((len(request),), 0.05)
        noise = torch.randn(len(request), task.vectors.shape[1], generator=torch.Generator().manual_seed(0))
        with torch.no_grad():
            errors = [error(model, torch.from_numpy(pool.queries[request, side]), sigma, noise, *context) for side in (won, lost)]
        return (errors[1] - errors[0]).mean().item()

    before = preference()
    records = list(hppo.optimise(model, task.vectors, pool, tmp_path / "state", steps=40, rate=2e-3))
    assert records[-1].metrics["loss"] < math.log(2) - 0.05
    assert preference() > before
