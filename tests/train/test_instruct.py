"""Soft-GRPO on instruct models: one policy samples and is scored, LoRA alone learns, and processes make the same update."""

import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from r4t_demo.errors import UserError
from r4t_demo.fanout.base import own_seed
from r4t_demo.fanout.instruct import InstructFolm
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.train import soft_grpo, supervision
from r4t_demo.train.instruct import InstructPolicy
from r4t_demo.train.policy import Scored
from tests.doubles import HashEncoder
from tests.tiny_instruct import KINDS, teach, tiny_instruct
from tests.tiny_models import assert_same_weights, moved, weights_of
from tests.train.shared_run import run
from tests.train.test_soft_grpo import literal_loss

ROOT = Path(__file__).parents[2]
QUERIES = ["boho", "gothic black boots for a party"]


def stirred(kind: str, encoder: HashEncoder, room: int = 24) -> InstructPolicy:
    """A policy whose adapter changes something already."""
    policy = InstructPolicy(tiny_instruct(kind, encoder, room))
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in policy.trained.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return policy


def plain_log_probs(policy: InstructPolicy, scored: Scored, row: int) -> torch.Tensor:
    """The log-probabilities (c, V) at a row's counted tokens, from a forward pass over its own tokens alone."""
    prompt = scored.prompt["ids"][row][scored.prompt["mask"][row] == 1]
    completion = scored.completion[row][scored.counted[row] == 1]
    logits = policy.folm.model(input_ids=torch.cat([prompt, completion]).unsqueeze(0)).logits[0]
    return logits[len(prompt) - 1 : -1].log_softmax(-1)


@pytest.mark.parametrize("kind", KINDS)
@torch.no_grad()
def test_the_policy_that_samples_is_the_one_that_is_scored(kind: str, encoder: HashEncoder) -> None:
    """Drawn again with the rows' own noise (Gumbel-max) from plain forward passes, without padding, cache or settings."""
    policy = stirred(kind, encoder)
    rollout = policy.rollout(QUERIES, None, 2, 3, seed=5)
    scored = Scored.of(rollout, torch.zeros_like(rollout.counted), torch.arange(4))
    log_probs, entropy = policy.log_probs(scored)
    for row in range(4):
        plain = plain_log_probs(policy, scored, row)
        drawn = rollout.completion[row, : len(plain)]
        torch.testing.assert_close(log_probs[row, : len(plain)], plain[torch.arange(len(plain)), drawn], atol=1e-4, rtol=0)
        torch.testing.assert_close(entropy[row, : len(plain)], -(plain.exp() * plain).sum(-1), atol=1e-4, rtol=0)
        generator = torch.Generator().manual_seed(own_seed(5, QUERIES[row // 2], row % 2))
        noise = [torch.empty(plain.shape[1]).exponential_(generator=generator).log() for _ in plain]
        assert (plain - torch.stack(noise)).argmax(-1).tolist() == drawn.tolist()


def minibatch(policy: InstructPolicy, micro: int) -> tuple[list[Scored], list[torch.Tensor], float]:
    """A minibatch of four lists in parts, with advantages and sampling log-probabilities that are all different."""
    rollout = policy.rollout(QUERIES, None, 2, 3, seed=5)
    torch.manual_seed(2)
    rollout.counted[1, 5:] = 0  # lists of different lengths
    advantage = torch.randn(4, 1).expand(rollout.counted.shape)
    drift = 0.3 * torch.randn(rollout.counted.shape)
    parts = [Scored.of(rollout, advantage, rows) for rows in torch.arange(4).split(micro)]
    with torch.no_grad():
        drifts = [Scored.of(rollout, drift, rows).advantage for rows in torch.arange(4).split(micro)]
        old = [policy.log_probs(part)[0] - each for part, each in zip(parts, drifts, strict=True)]
    return parts, old, rollout.counted.sum().item()


@pytest.mark.parametrize("kind", ["qwen3", "gemma3"])
def test_a_minibatchs_loss_is_the_equation(kind: str, encoder: HashEncoder) -> None:
    policy = stirred(kind, encoder)
    (part,), (old,), tokens = minibatch(policy, 4)
    with torch.no_grad():
        new = [plain_log_probs(policy, part, row) for row in range(4)]
    chosen = [rows[torch.arange(len(rows)), ids[: len(rows)]].tolist() for rows, ids in zip(new, part.completion, strict=True)]
    padded = [row + [0.0] * (part.counted.shape[1] - len(row)) for row in chosen]
    expected = literal_loss(padded, old.tolist(), part.advantage.tolist(), part.counted.tolist())
    loss, drift, clipped = soft_grpo.accumulate(policy, [part], [old], tokens) / tokens
    assert loss == pytest.approx(expected, abs=1e-4)
    flat = [(o - n) for o, n, m in zip(old.flatten(), np.ravel(padded), part.counted.flatten(), strict=True) if m]
    assert drift == pytest.approx(np.mean(flat), abs=1e-4)
    assert clipped == pytest.approx(np.mean([abs(math.exp(-each) - 1) > 0.2 for each in flat]), abs=1e-6)


@pytest.mark.parametrize("micro", [1, 3])
def test_accumulated_gradients_are_those_of_the_whole_batch(micro: int, encoder: HashEncoder) -> None:
    gradients, sums = [], []
    for rows in (4, micro):
        policy = stirred("qwen3", encoder)
        sums.append(soft_grpo.accumulate(policy, *minibatch(policy, rows)))
        gradients.append([parameter.grad for parameter in policy.trained.parameters()])
    np.testing.assert_allclose(sums[0], sums[1], rtol=1e-4, atol=1e-4)
    assert all(whole.abs().max() > 1e-6 for whole in gradients[0])
    for whole, parts in zip(*gradients, strict=True):
        torch.testing.assert_close(whole, parts, rtol=1e-3, atol=1e-6)


def test_lora_alone_learns_and_the_reward_climbs(encoder: HashEncoder, index: FaissIndex, tmp_path: Path) -> None:
    """The model writes a long list, a short one or none, each a third of the time; a long one earns most."""
    folm = tiny_instruct("qwen3", encoder, room=48)
    teach(folm, QUERIES, k=3)
    policy = InstructPolicy(folm)
    before = weights_of(folm.model)
    options = {"steps": 8, "group": 8, "batch": 2, "minibatches": 2, "micro": 4, "k": 3, "rate": 1e-2}
    records = list(soft_grpo.train(policy, QUERIES, index, tmp_path / "state", **options))
    changed = moved(before, weights_of(folm.model))
    assert changed == {name for name in before if ".lora_" in name}
    rewards = [record.metrics["reward"] for record in records]
    lists = [record.metrics["completions/mean_list"] for record in records]
    assert np.mean(rewards[-2:]) > np.mean(rewards[:2]) + 0.05 and np.mean(lists[-2:]) > np.mean(lists[:2]) + 0.5, rewards
    assert records[0].metrics["kl"] == pytest.approx(0, abs=0.05) and records[0].metrics["completions/ended"] > 0.8
    again = InstructPolicy(tiny_instruct("qwen3", encoder))
    assert list(soft_grpo.train(again, QUERIES, index, tmp_path / "state", **options)) == [], "nothing is left to do"
    assert_same_weights(weights_of(again.trained), weights_of(policy.trained))


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_adapter_loads_and_trains_on(
    kind: str, half: bool, encoder: HashEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": half})
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    base = tiny_instruct(kind, encoder)
    base.model.save_pretrained(tmp_path / "base")
    base.tokenizer.save_pretrained(tmp_path / "base")
    policy = InstructPolicy(InstructFolm.load(tmp_path / "base", encoder))
    with torch.no_grad():
        for parameter in policy.trained.parameters():
            parameter.add_(0.0501)  # no number of bfloat16
    policy.save(tmp_path / "adapter")
    assert not list((tmp_path / "adapter").glob("model*.safetensors")), "the weights below the adapter stay where they were"
    assert policy.folm.model.dtype == (torch.bfloat16 if half else torch.float32)
    loaded = InstructFolm.load(tmp_path / "adapter", encoder)
    loaded.room = policy.folm.room = 24
    options = {"k": 3, "seed": 1, "temperature": 1.0}
    texts = loaded.generate(QUERIES, 2, **options).texts
    assert texts == policy.folm.generate(QUERIES, 2, **options).texts != base.generate(QUERIES, 2, **options).texts
    further = InstructPolicy(loaded)
    assert_same_weights(weights_of(further.trained), weights_of(policy.trained))
    named = {name for name, parameter in loaded.model.named_parameters() if parameter.requires_grad}
    assert named and all(".lora_" in name and "vision" not in name for name in named)


def test_bfloat16_below_a_float32_adapter(encoder: HashEncoder, index: FaissIndex, tmp_path: Path) -> None:
    folm = tiny_instruct("gemma3", encoder, room=8)
    half = InstructFolm(folm.model.bfloat16(), folm.tokenizer, encoder, room=8)
    policy = InstructPolicy(half)
    assert {parameter.dtype for parameter in policy.trained.parameters()} == {torch.float32}
    rollout = policy.rollout(QUERIES, None, 2, 3, seed=5)
    scored = Scored.of(rollout, torch.ones_like(rollout.counted), torch.arange(4))
    rounded = policy.log_probs(scored)[0]
    exact = InstructPolicy(tiny_instruct("gemma3", encoder)).log_probs(scored)[0]
    assert rounded.dtype == torch.float32
    assert ((rounded - exact).abs() * scored.counted).max() < 0.5 and not torch.equal(rounded, exact)
    records = list(soft_grpo.train(policy, QUERIES, index, tmp_path / "state", steps=1, group=2, batch=2, minibatches=1, k=3))
    assert all(math.isfinite(value) for value in records[0].metrics.values())


def test_training_pairs_know_an_adapter_from_another(encoder: HashEncoder, index: FaissIndex, tmp_path: Path) -> None:
    base = tiny_instruct("gemma3", encoder, room=8)
    policy = InstructPolicy(InstructFolm(base.model.bfloat16(), base.tokenizer, encoder, room=8))
    options = {"samples": 2, "batch": 2, "k": 2}
    [record] = supervision.write(policy.folm, QUERIES, index, tmp_path, **options)
    assert record.metrics["lists"] == 4
    assert list(supervision.write(policy.folm, QUERIES, index, tmp_path, **options)) == [], "nothing is left to do"
    with torch.no_grad():
        next(policy.trained.parameters())[0, 0] += 1e-6
    with pytest.raises(UserError, match=r"other settings \(policy\)"):
        list(supervision.write(policy.folm, QUERIES, index, tmp_path, **options))


def test_reasoning_has_no_sub_query_of_its_own(encoder: HashEncoder, index: FaissIndex, tmp_path: Path) -> None:
    policy = InstructPolicy(tiny_instruct("qwen3", encoder, room=8))
    with pytest.raises(ValueError, match="credit is the list's"):
        list(soft_grpo.train(policy, QUERIES, index, tmp_path / "state", steps=1, group=2, batch=2, credit="sub-query"))


def test_two_processes_make_the_update_of_one(index: FaissIndex, catalog_folder: Path, tmp_path: Path) -> None:
    """``accelerate launch`` with gloo on the CPU; five queries, so that the processes' shares differ."""
    launch = "accelerate.commands.launch --multi_gpu --num_processes 2 --num_machines 1 --mixed_precision no --dynamo_backend no"
    command = [sys.executable, "-m", *launch.split(), "--main_process_port", "0", "-m", "tests.train.shared_run"]
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([*command, str(catalog_folder), str(tmp_path)], cwd=ROOT, check=True, env=environment)
    policy, records = run(index, tmp_path / "alone")
    first, second = (load_file(tmp_path / f"{rank}-of-2.safetensors") for rank in range(2))
    ours = weights_of(policy.trained)
    start = weights_of(run(index, tmp_path / "nothing", steps=0)[0].trained)
    assert_same_weights({name: first[name] for name in ours}, second)
    assert_same_weights({name: first[name] for name in ours}, ours, rtol=0, atol=2e-5)
    assert max((ours[name] - start[name]).abs().max().item() for name in ours) > 2e-4, "a tenth of the step must show"
    assert {name: first[name].item() for name in records[-1].metrics} == pytest.approx(records[-1].metrics, abs=1e-3)
