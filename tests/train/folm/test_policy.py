"""A LoRA policy: one policy samples and is scored, LoRA alone learns, and processes make the same update."""

import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from r4t_demo.errors import UserError
from r4t_demo.fanout import folm as folm_module
from r4t_demo.fanout.base import own_seed
from r4t_demo.fanout.folm import Answers, Folm
from r4t_demo.fanout.language_model import below
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.train.diffusion import supervision
from r4t_demo.train.folm import soft_grpo
from r4t_demo.train.folm.policy import LoraPolicy, Scored, adapter_parameters
from tests import tiny_instruct
from tests.doubles import HashEncoder
from tests.tiny_models import END, as_drawn, assert_same_weights, list_writer, moved, save_folm, tiny_folm, weights_of
from tests.train.shared_run import run

ROOT = Path(__file__).parents[3]
KINDS = ("compact", *tiny_instruct.KINDS)
QUERIES = ["boho", "gothic black boots for a party"]


def fresh(kind: str, encoder: HashEncoder, room: int = 24) -> Folm:
    """A language model of the embedded one's kind, or an instruct model, that has read nothing yet."""
    if kind != "compact":
        return tiny_instruct.tiny_instruct(kind, encoder, room)
    folm = tiny_folm(encoder)
    folm.form = replace(folm.form, room=room)
    return folm


def stir(policy: LoraPolicy) -> LoraPolicy:
    """Let the adapter change something, by numbers that half precision holds and bfloat16 does not."""
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in policy.trained.parameters():
            parameter.copy_((parameter + torch.randn_like(parameter) * 0.1).half())
    return policy


def stirred(kind: str, encoder: HashEncoder, room: int = 24) -> LoraPolicy:
    """A policy whose adapter changes something already."""
    return stir(LoraPolicy(fresh(kind, encoder, room), "tiny"))


def plain_log_probs(policy: LoraPolicy, scored: Scored, row: int) -> torch.Tensor:
    """The log-probabilities (c, V) at a row's counted tokens, from a forward pass over its own tokens alone."""
    prompt = scored.prompt["ids"][row][scored.prompt["mask"][row] == 1]
    completion = scored.completion[row][scored.counted[row] == 1]
    logits = policy.folm.model(input_ids=torch.cat([prompt, completion]).unsqueeze(0)).logits[0, len(prompt) - 1 : -1]
    before, written = prompt.tolist(), completion.tolist()
    return torch.stack([as_drawn(policy.folm, scores, before, written[:at]).float() for at, scores in enumerate(logits)])


@pytest.mark.parametrize("kind", KINDS)
@torch.no_grad()
def test_the_policy_that_samples_is_the_one_that_is_scored(kind: str, encoder: HashEncoder, exact) -> None:
    """Drawn again with the rows' own numbers from plain forward passes, without padding, cache or settings."""
    policy = stirred(kind, encoder)
    rollout = policy.rollout(QUERIES, None, 2, 3, seed=5)
    scored = Scored.of(rollout, torch.zeros_like(rollout.counted), torch.arange(4))
    log_probs, entropy = policy.log_probs(scored)
    for row in range(4):
        plain = plain_log_probs(policy, scored, row)
        drawn = rollout.completion[row, : len(plain)]
        torch.testing.assert_close(log_probs[row, : len(plain)], plain[torch.arange(len(plain)), drawn], atol=1e-4, rtol=0)
        torch.testing.assert_close(entropy[row, : len(plain)], -(plain.exp() * plain).sum(-1), atol=1e-4, rtol=0)
        numbers = np.random.default_rng(own_seed(5, QUERIES[row // 2], row % 2)).random(len(plain))
        rising = np.cumsum(plain.double().exp().numpy(), axis=1)
        again = [np.searchsorted(each, number * each[-1], side="right") for each, number in zip(rising, numbers, strict=True)]
        assert again == drawn.tolist()


def test_tokens_belong_to_the_piece_that_they_spell(encoder: HashEncoder) -> None:
    """A sign that closes a piece belongs to it, the end token to the last piece, and padding to none."""
    policy = LoraPolicy(list_writer(encoder), "tiny")
    rollout = policy.rollout(QUERIES, None, 8, 4, seed=0)
    decode, spelt = policy.folm.tokenizer.decode, policy.folm.form.spelt
    lengths = rollout.counted.sum(1).int().tolist()
    for row, (pieces, length) in enumerate(zip(rollout.lists, lengths, strict=True)):
        piece_of = rollout.piece_of[row].tolist()
        assert piece_of[:length] == sorted(piece_of[:length]) and all(piece >= len(pieces) - 1 for piece in piece_of[length:])
        for number, piece in enumerate(pieces[: piece_of[length - 1] + 1]):
            tokens = [token for token, of in zip(rollout.completion[row, :length], piece_of, strict=False) if of == number]
            said = decode(tokens).removesuffix(END).strip(" ,")
            assert piece == (spelt(said, QUERIES[row // 8]) if said else ""), (row, number)
    assert min(map(len, rollout.lists)) > 2 and len({*lengths}) > 2, "the example has lists of several pieces and lengths"
    assert policy.rollout(QUERIES, None, 8, 4, seed=0).lists == rollout.lists
    assert stirred("qwen3", encoder, room=8).rollout(QUERIES, None, 2, 3, seed=5).piece_of is None, "reasoning has no pieces"


@pytest.mark.parametrize("text", ["a, b", "a\n\nb, c", "a, b\n\nc, d\n\ne"])
def test_what_is_behind_an_empty_line_is_of_no_piece(text: str, encoder: HashEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty line ends a list."""
    policy = LoraPolicy(tiny_folm(encoder), "tiny")
    tokens = torch.tensor([policy.folm.tokenizer(text + END)["input_ids"]])
    ones = torch.ones_like(tokens)
    answers = Answers(ones, ones, tokens, ones.float(), torch.tensor([True]), [text])
    monkeypatch.setattr(policy.folm, "generate", lambda *args, **options: answers)
    rollout = policy.rollout(["boho"], None, 1, 10, seed=0)
    listed, _, ignored = text.partition("\n\n")
    assert rollout.lists == [[f"boho {piece}" for piece in listed.split(", ")]]
    count = len(policy.folm.tokenizer("\n" + ignored + END)["input_ids"]) if ignored else 0  # the first line break closes a piece
    piece_of = rollout.piece_of[0].tolist()
    belong = [piece < len(rollout.lists[0]) for piece in piece_of]
    assert belong == [True] * (len(piece_of) - count) + [False] * count and piece_of == sorted(piece_of)


def test_a_rollout_can_be_split_over_processes(encoder: HashEncoder, exact) -> None:
    policy = LoraPolicy(list_writer(encoder), "tiny")
    whole = policy.rollout(QUERIES, None, 3, 4, seed=7)
    alone = [policy.rollout([query], None, 3, 4, seed=7) for query in QUERIES]
    assert whole.lists == [pieces for each in alone for pieces in each.lists]
    assert whole.lists != policy.rollout(QUERIES, None, 3, 4, seed=8).lists
    assert len({tuple(pieces) for pieces in whole.lists}) > 3, "a group's lists are different samples"


def test_lora_alone_learns_and_the_reward_climbs(encoder: HashEncoder, index: FaissIndex, tmp_path: Path, exact) -> None:
    """The model writes a long list, a short one or none, each a third of the time; a long one earns most."""
    folm = tiny_instruct.tiny_instruct("qwen3", encoder, room=48)
    tiny_instruct.teach(folm, QUERIES, k=3)
    policy = LoraPolicy(folm, "tiny")
    before = weights_of(folm.model)
    options = {"steps": 8, "group": 8, "batch": 2, "minibatches": 2, "micro": 4, "k": 3, "rate": 1e-2}
    records = list(soft_grpo.train(policy, QUERIES, index, tmp_path / "state", **options))
    changed = moved(before, weights_of(folm.model))
    assert changed == {name for name in before if ".lora_" in name}
    rewards = [record.metrics["reward"] for record in records]
    lists = [record.metrics["completions/mean_list"] for record in records]
    assert np.mean(rewards[-2:]) > np.mean(rewards[:2]) + 0.05 and np.mean(lists[-2:]) > np.mean(lists[:2]) + 0.5, rewards
    assert records[0].metrics["kl"] == pytest.approx(0, abs=0.05)
    assert records[0].metrics["completions/ended"] > 0.5, "it closes the short ones itself; the long ones are full"
    again = LoraPolicy(tiny_instruct.tiny_instruct("qwen3", encoder), "tiny")
    assert list(soft_grpo.train(again, QUERIES, index, tmp_path / "state", **options)) == [], "nothing is left to do"
    assert_same_weights(weights_of(again.trained), weights_of(policy.trained))


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_adapter_is_the_same_policy_and_trains_on(
    kind: str, half: bool, encoder: HashEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": half})
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(folm_module, "served", lambda _, load: load())  # its weights are looked at
    untrained, form = fresh(kind, encoder), "compact" if kind == "compact" else "reasoned"
    base = str(save_folm(untrained, tmp_path / "base"))
    policy = stir(LoraPolicy(Folm.load(base, encoder, form=form, merge=False), base))
    policy.save(tmp_path / "adapter")
    files = {path.name for path in (tmp_path / "adapter").iterdir()}
    assert files == {"adapter_model.safetensors", "adapter_config.json", "folm.json"}, "the weights below stay where they were"
    assert json.loads((tmp_path / "adapter" / "folm.json").read_text()) == {"format": form}
    assert policy.folm.model.dtype == (torch.bfloat16 if half else torch.float32)

    loaded = Folm.load(tmp_path / "adapter", encoder, merge=False)
    assert type(loaded.form) is type(untrained.form)
    policy.folm.form = loaded.form = untrained.form
    options = {"k": 3, "seed": 1, "temperature": 1.0}
    texts = loaded.generate(QUERIES, 2, **options).texts
    assert texts == policy.folm.generate(QUERIES, 2, **options).texts != untrained.generate(QUERIES, 2, **options).texts
    further = LoraPolicy(loaded, below(tmp_path / "adapter"))
    assert further.base == base
    assert_same_weights(weights_of(further.trained), weights_of(policy.trained))
    named = {name for name, parameter in loaded.model.named_parameters() if parameter.requires_grad}
    assert named and all(".lora_" in name and "vision" not in name for name in named)
    further.save(tmp_path / "again")
    assert_same_weights(*(load_file(tmp_path / name / "adapter_model.safetensors") for name in ("adapter", "again")))

    served = Folm.load(tmp_path / "adapter", encoder)
    assert not adapter_parameters(served.model), "it is added to the weights, which is faster"
    rollout = policy.rollout(QUERIES, None, 2, 3, seed=5)
    scored = Scored.of(rollout, torch.zeros_like(rollout.counted), torch.arange(4))
    with torch.no_grad():
        ours = plain_log_probs(policy, scored, 0)
        policy.folm.model = served.model
        theirs = plain_log_probs(policy, scored, 0)
    assert (ours.exp() - theirs.exp()).abs().max() < (0.1 if half else 1e-4)


def test_an_adapter_names_the_revision_that_it_was_trained_on(encoder: HashEncoder, tmp_path: Path) -> None:
    LoraPolicy(tiny_folm(encoder), "owner/name@0123abc").save(tmp_path / "adapter")
    config = json.loads((tmp_path / "adapter" / "adapter_config.json").read_text())
    assert (config["base_model_name_or_path"], config["revision"]) == ("owner/name", "0123abc")
    assert below(tmp_path / "adapter") == "owner/name@0123abc"


def test_a_fresh_adapter_changes_nothing_and_is_the_same_in_every_process(encoder: HashEncoder) -> None:
    options = {"k": 3, "seed": 1, "temperature": 1.0}
    plain = tiny_folm(encoder).generate(QUERIES, 2, **options).texts
    first, second, other = (LoraPolicy(tiny_folm(encoder), "tiny", seed) for seed in (0, 0, 1))
    assert first.folm.generate(QUERIES, 2, **options).texts == plain
    assert_same_weights(weights_of(first.trained), weights_of(second.trained))
    assert moved(weights_of(first.trained), weights_of(other.trained))


def test_bfloat16_below_a_float32_adapter(encoder: HashEncoder, index: FaissIndex, tmp_path: Path, exact) -> None:
    folm = fresh("gemma3", encoder, room=8)
    folm.model = folm.model.bfloat16()
    policy = LoraPolicy(folm, "tiny")
    assert {parameter.dtype for parameter in policy.trained.parameters()} == {torch.float32}
    rollout = policy.rollout(QUERIES, None, 2, 3, seed=5)
    scored = Scored.of(rollout, torch.ones_like(rollout.counted), torch.arange(4))
    rounded = policy.log_probs(scored)[0]
    precise = LoraPolicy(fresh("gemma3", encoder), "tiny").log_probs(scored)[0]
    assert rounded.dtype == torch.float32
    assert ((rounded - precise).abs() * scored.counted).max() < 0.5 and not torch.equal(rounded, precise)
    records = list(soft_grpo.train(policy, QUERIES, index, tmp_path / "state", steps=1, group=2, batch=2, minibatches=1, k=3))
    assert all(math.isfinite(value) for value in records[0].metrics.values())


def test_training_pairs_know_an_adapter_from_another(encoder: HashEncoder, index: FaissIndex, tmp_path: Path) -> None:
    folm = fresh("gemma3", encoder, room=8)
    folm.model = folm.model.bfloat16()
    policy = LoraPolicy(folm, "tiny")
    options = {"samples": 2, "batch": 2, "k": 2}
    [record] = supervision.write(policy.folm, QUERIES, index, tmp_path, **options)
    assert record.metrics["lists"] == 4
    assert list(supervision.write(policy.folm, QUERIES, index, tmp_path, **options)) == [], "nothing is left to do"
    with torch.no_grad():
        next(policy.trained.parameters())[0, 0] += 1e-6
    with pytest.raises(UserError, match=r"other settings \(policy\)"):
        list(supervision.write(policy.folm, QUERIES, index, tmp_path, **options))


def test_reasoning_has_no_sub_query_of_its_own(encoder: HashEncoder, index: FaissIndex, tmp_path: Path) -> None:
    policy = LoraPolicy(fresh("qwen3", encoder, room=8), "tiny")
    with pytest.raises(ValueError, match="credit is the list's"):
        list(soft_grpo.train(policy, QUERIES, index, tmp_path / "state", steps=1, group=2, batch=2, credit="sub-query"))


def test_two_processes_make_the_update_of_one(index: FaissIndex, catalog_folder: Path, tmp_path: Path, exact) -> None:
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
