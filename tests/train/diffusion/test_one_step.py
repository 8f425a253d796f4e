"""Distillation into one call: goals and distance against literal references, and a student that learns and resumes."""

import copy
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from r4t_demo.fanout.denoiser import DenoiserConfig, SetDenoiser
from r4t_demo.fanout.diffusion import sample
from r4t_demo.train.diffusion import one_step
from r4t_demo.train.diffusion.sets import TrainingSets
from tests.tiny_models import assert_same_weights, moved, tiny_denoiser, unit, weights_of

QUERIES = unit(7, 16)


@pytest.fixture(scope="module")
def teacher() -> SetDenoiser:
    model = tiny_denoiser().eval()
    model.steps = 2  # the fewest that are more than one call
    return model


def guided(model: SetDenoiser, x: torch.Tensor, sigma: float, query: torch.Tensor) -> torch.Tensor:
    """Classifier-free guidance, literally: the weight times what the query changes, on top of what is there without it."""
    level = torch.full((len(x),), sigma)
    with_query, without = model(x, level, query), model(x, level, model.no_query.expand_as(query))
    return without + model.guidance * (with_query - without)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("distilled")


@pytest.fixture(scope="module")
def pairs(teacher: SetDenoiser, folder: Path) -> dict[str, torch.Tensor]:
    list(one_step.write_pairs(teacher, QUERIES.numpy(), folder / "pairs", passes=40, batch=64))
    return one_step.read_pairs(folder / "pairs")


def test_pairs_are_noise_and_where_the_guided_ode_ends(teacher: SetDenoiser, pairs: dict[str, torch.Tensor]) -> None:
    """dx/dsigma = (x - D(x; sigma)) / sigma (Karras et al. 2022, Eq. 3): here by two of Heun's steps."""
    assert sorted(pairs["query"].tolist()) == sorted(list(range(7)) * 40)
    noise, query = pairs["noise"].float(), QUERIES[pairs["query"]]
    assert noise.shape == (280, 4, 16)
    assert noise.mean().item() == pytest.approx(0, abs=0.03) and noise.std().item() == pytest.approx(1, abs=0.03)
    assert len(noise.flatten(1).unique(dim=0)) == 280, "every set has its own noise"
    high, low = teacher.sigma_max, teacher.sigma_min
    with torch.inference_mode():
        start = high * noise
        slope = (start - guided(teacher, start, high, query)) / high
        ahead = start + (low - high) * slope
        ahead = start + (low - high) * (slope + (ahead - guided(teacher, ahead, low, query)) / low) / 2
        ends = guided(teacher, ahead, low, query)
    torch.testing.assert_close(pairs["ends"].float(), ends, rtol=0.05, atol=0.05)  # half, and bfloat16 where the CPU has it


def test_a_second_run_writes_only_what_is_missing(teacher: SetDenoiser, tmp_path: Path) -> None:
    queries = QUERIES.numpy()
    list(one_step.write_pairs(teacher, queries, tmp_path / "whole", passes=2, batch=5))
    run = one_step.write_pairs(teacher, queries, tmp_path / "cut", passes=2, batch=5)
    next(run)
    run.close()
    kept = (tmp_path / "cut/shard-00000.safetensors").stat().st_mtime_ns
    assert [record.step for record in one_step.write_pairs(teacher, queries, tmp_path / "cut", passes=2, batch=5)] == [2, 3]
    assert (tmp_path / "cut/shard-00000.safetensors").stat().st_mtime_ns == kept
    whole, cut = one_step.read_pairs(tmp_path / "whole"), one_step.read_pairs(tmp_path / "cut")
    assert all(torch.equal(whole[name], cut[name]) for name in ("query", "noise", "ends"))


def test_the_refined_goal_is_two_steps_of_consistency_sampling(teacher: SetDenoiser) -> None:
    first = one_step.new_student(tiny_denoiser(seed=1))[1]
    start, again = torch.randn(2, 3, teacher.drawn, 16, generator=torch.Generator().manual_seed(0))
    noise, query, goal = one_step.refined(first, teacher, QUERIES.numpy(), 3)(torch.Generator().manual_seed(0))
    torch.testing.assert_close(noise, start, rtol=0, atol=0)
    assert {row.tobytes() for row in query.numpy()} <= {row.tobytes() for row in QUERIES.numpy()}
    with torch.inference_mode():
        jump = first(first.sigma_max * noise, torch.full((3,), first.sigma_max), query)
        expected = guided(teacher, jump + one_step.SIGMA_REFINE * again, one_step.SIGMA_REFINE, query)
    torch.testing.assert_close(goal, expected)


def test_pseudo_huber_is_a_square_at_small_errors_and_a_length_at_large_ones() -> None:
    c = one_step.HUBER
    small, large = 0.01 * c * unit(5, 16), 1000 * c * unit(5, 16)
    torch.testing.assert_close(one_step.pseudo_huber(small), (small**2).sum(-1) / (2 * c), rtol=1e-3, atol=1e-7)
    torch.testing.assert_close(one_step.pseudo_huber(large), large.norm(dim=-1) - c, rtol=1e-4, atol=1e-6)
    assert one_step.pseudo_huber(torch.zeros(1, 16)).item() == 0


def test_the_student_starts_as_the_teacher_in_one_call(teacher: SetDenoiser) -> None:
    student, ema = one_step.new_student(teacher)
    assert (student.steps, student.guidance) == (ema.steps, ema.guidance) == (1, 1.0)
    assert student.drawn == ema.drawn == one_step.DRAWN
    assert_same_weights(weights_of(student), weights_of(teacher))
    assert_same_weights(weights_of(ema), weights_of(teacher))
    assert all(p.requires_grad for p in student.parameters()) and not any(p.requires_grad for p in ema.parameters())


def distilled(teacher: SetDenoiser, folder: Path, killed: Path | None = None) -> tuple[SetDenoiser, list]:
    """Run both stages; what a run killed at the second one's step 200 would leave is put into ``killed``."""
    run, records = one_step.distil(teacher, QUERIES.numpy(), folder, whole_steps=220, refined_steps=220, batch=16), []
    while True:
        try:
            records.append(next(run))
        except StopIteration as end:
            return end.value, records
        if killed and (records[-1].stage, records[-1].step) == ("one-step refined", 200):
            shutil.copytree(folder, killed)


def test_the_student_learns_both_goals_and_resumes(
    teacher: SetDenoiser, pairs: dict[str, torch.Tensor], folder: Path, tmp_path: Path
) -> None:
    before = weights_of(teacher)
    student, records = distilled(teacher, folder, tmp_path / "killed")
    assert_same_weights(weights_of(teacher), before)
    assert (student.steps, student.guidance) == (1, 1.0)
    for stage in ("one-step whole", "one-step refined"):
        losses = [record.metrics["loss"] for record in records if record.stage == stage]
        assert losses[-1] < losses[0]
    noise = torch.randn(500, 4, 16, generator=torch.Generator().manual_seed(9))  # never seen in training
    query = QUERIES[torch.arange(500) % 7]
    with torch.inference_mode():
        goal = sample(teacher, noise, query)
        error = [(sample(model, noise, query) - goal).square().mean() for model in (one_step.new_student(teacher)[0], student)]
    assert error[1] < 0.8 * error[0]

    resumed, records = distilled(teacher, tmp_path / "killed")
    assert [(record.stage, record.step) for record in records] == [("one-step refined", 220)]
    assert_same_weights(weights_of(resumed), weights_of(student), rtol=1e-5, atol=1e-6)
    assert moved(weights_of(resumed), before)


class TwoPoints:
    """The ideal denoiser of rows that are a point or its negative, each as likely: E[z | x] = point tanh(point·x / sigma²)."""

    sampler, steps, guidance, sigma_min, sigma_max, rho, drawn, dim = "heun", 6, 1, 0.02, 0.5, 5.0, 2, 16
    point = unit(1, 16)[0]

    def __call__(self, x: torch.Tensor, sigma: torch.Tensor, query: torch.Tensor) -> torch.Tensor:
        return torch.tanh(x @ self.point / sigma.view(-1, 1) ** 2)[..., None] * self.point


def test_one_call_reaches_both_points_of_a_mixture(tmp_path: Path) -> None:
    torch.manual_seed(0)
    student = SetDenoiser(DenoiserConfig(dim=16, width=32, layers=1, heads=2, steps=1, guidance=1.0))
    ema, teacher, query = copy.deepcopy(student), TwoPoints(), QUERIES[:1].expand(2000, -1)
    noise, again = torch.randn(2, 2000, 2, 16, generator=torch.Generator().manual_seed(5))
    pairs = {"query": torch.zeros(2000, dtype=torch.int64), "noise": noise, "ends": sample(teacher, noise, query)}
    for name in ("whole", "refined"):
        first = copy.deepcopy(ema)
        draw = {
            "whole": one_step.stored(pairs, QUERIES.numpy(), 64),
            "refined": one_step.refined(first, teacher, QUERIES[:1].numpy(), 64),
        }[name]
        state = tmp_path / f"{name}.safetensors"
        list(one_step.train(student, ema, draw, one_step.squared, state, stage=name, steps=200, rate=4e-3, decay=0.9))
        with torch.inference_mode():
            along = sample(ema, again, query) @ teacher.point
        assert along.abs().mean() > 0.8, "rows lie at the points, not at their mean"
        assert 0.4 < (along > 0).float().mean() < 0.6, "either point is as likely"


def tuned(start: SetDenoiser, state: Path, killed: Path | None = None) -> SetDenoiser:
    """A student of two queries with two targets each; what a run killed at step 150 would leave is put into ``killed``."""
    sets = TrainingSets(QUERIES[:2].numpy(), np.arange(2), np.arange(4).reshape(2, 2), unit(4, 16).numpy())
    run = one_step.tune(start, sets, state, steps=200, every=150)
    while True:
        try:
            next(run)
        except StopIteration as end:
            return end.value
        if killed and state.exists() and not killed.exists():
            shutil.copy(state, killed)


def test_a_tuned_student_gives_every_target_of_a_set_once_and_resumes(tmp_path: Path) -> None:
    start = tiny_denoiser(seed=3)
    before = weights_of(start)
    student = tuned(start, tmp_path / "state.safetensors", tmp_path / "killed.safetensors")
    assert (student.steps, student.guidance) == (1, 1.0)
    assert_same_weights(weights_of(start), before)

    targets = unit(4, 16).view(2, 2, 16)
    noise = torch.randn(50, 2, 2, 16, generator=torch.Generator().manual_seed(9))  # never seen in training
    with torch.inference_mode():
        rows = torch.stack([sample(student, own, QUERIES[:2]) for own in noise])
    nearest = torch.einsum("nqsd,qtd->nqst", rows, targets).argmax(-1)
    both = (nearest[..., 0] != nearest[..., 1]).float()
    assert both.mean() > 0.8, "rows that learn no target of their own find both half of the time"
    assert 0.2 < nearest[:, 0, 0].float().mean() < 0.8, "which row goes where hangs on the noise"

    assert_same_weights(weights_of(tuned(start, tmp_path / "killed.safetensors")), weights_of(student), rtol=1e-5, atol=1e-6)
