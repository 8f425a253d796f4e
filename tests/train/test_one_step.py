"""Distillation into one call: pairs that the teacher's sampler really makes, and a student that learns and resumes."""

import shutil
from pathlib import Path

import pytest
import torch

from r4t_demo.errors import UserError
from r4t_demo.fanout.denoiser import SetDenoiser
from r4t_demo.fanout.diffusion import sample
from r4t_demo.train import one_step
from tests.tiny_models import assert_same_weights, moved, tiny_denoiser, weights_of

QUERIES = torch.nn.functional.normalize(torch.randn(7, 16, generator=torch.Generator().manual_seed(0)), dim=-1).numpy()


@pytest.fixture(scope="module")
def teacher() -> SetDenoiser:
    return tiny_denoiser().eval()


@pytest.fixture(scope="module")
def pairs(teacher: SetDenoiser, tmp_path_factory: pytest.TempPathFactory) -> dict[str, torch.Tensor]:
    folder = tmp_path_factory.mktemp("pairs")
    list(one_step.write_pairs(teacher, QUERIES, folder, passes=40, batch=64))
    return one_step.read_pairs(folder)


def test_pairs_are_noise_and_where_the_sampler_ends(teacher: SetDenoiser, pairs: dict[str, torch.Tensor]) -> None:
    assert sorted(pairs["query"].tolist()) == sorted(list(range(7)) * 40)
    noise = pairs["noise"].float()
    assert noise.shape == (280, 4, 16)
    assert noise.mean().item() == pytest.approx(0, abs=0.03) and noise.std().item() == pytest.approx(1, abs=0.03)
    assert len(noise.flatten(1).unique(dim=0)) == 280, "every set has its own noise"
    with torch.inference_mode():
        ends = sample(teacher, noise, torch.from_numpy(QUERIES)[pairs["query"]])
    torch.testing.assert_close(pairs["ends"].float(), ends, rtol=0.05, atol=0.05)  # half, and bfloat16 where the CPU has it


def test_a_second_run_writes_only_what_is_missing(teacher: SetDenoiser, tmp_path: Path) -> None:
    list(one_step.write_pairs(teacher, QUERIES, tmp_path / "whole", passes=2, batch=5))
    run = one_step.write_pairs(teacher, QUERIES, tmp_path / "cut", passes=2, batch=5)
    next(run)
    run.close()
    kept = (tmp_path / "cut/shard-00000.safetensors").stat().st_mtime_ns
    assert [record.step for record in one_step.write_pairs(teacher, QUERIES, tmp_path / "cut", passes=2, batch=5)] == [2, 3]
    assert (tmp_path / "cut/shard-00000.safetensors").stat().st_mtime_ns == kept
    whole, cut = one_step.read_pairs(tmp_path / "whole"), one_step.read_pairs(tmp_path / "cut")
    assert all(torch.equal(whole[name], cut[name]) for name in ("query", "noise", "ends"))


def test_without_pairs_one_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no noise-and-end pairs in .*train one-step"):
        one_step.read_pairs(tmp_path)


def test_the_student_starts_as_the_teacher_in_one_call(teacher: SetDenoiser) -> None:
    student, ema = one_step.new_student(teacher)
    assert (student.steps, student.guidance) == (ema.steps, ema.guidance) == (1, 1.0)
    assert_same_weights(weights_of(student), weights_of(teacher))
    assert_same_weights(weights_of(ema), weights_of(teacher))
    assert all(p.requires_grad for p in student.parameters()) and not any(p.requires_grad for p in ema.parameters())


def run(teacher: SetDenoiser, pairs: dict, state: Path) -> tuple[SetDenoiser, list]:
    student, ema = one_step.new_student(teacher)
    records = []
    for record in one_step.train(student, ema, QUERIES, pairs, state, steps=220, batch=32, rate=2e-3):
        records.append(record)
        if record.step == 200:
            shutil.copy(state, state.with_name("killed.safetensors"))
    return ema, records


def test_the_student_lands_nearer_to_the_teachers_ends(teacher: SetDenoiser, pairs: dict, tmp_path: Path) -> None:
    before = one_step.new_student(teacher)[1]
    after, records = run(teacher, pairs, tmp_path / "state.safetensors")
    noise = torch.randn(500, 4, 16, generator=torch.Generator().manual_seed(9))  # never seen in training
    queries = torch.from_numpy(QUERIES)[torch.arange(500) % 7]
    with torch.inference_mode():
        ends = sample(teacher, noise, queries)
        error = [(sample(model, noise, queries) - ends).square().mean().item() for model in (before, after)]
    assert error[1] < 0.7 * error[0]
    assert records[-1].metrics["loss"] < records[0].metrics["loss"]

    resumed_state = tmp_path / "again.safetensors"
    shutil.copy(tmp_path / "killed.safetensors", resumed_state)
    resumed, records = run(teacher, pairs, resumed_state)
    assert records[0].step == 220
    assert_same_weights(weights_of(resumed), weights_of(after), rtol=1e-5, atol=1e-6)
    assert moved(weights_of(before), weights_of(after))
