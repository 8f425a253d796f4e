"""Soft-GRPO: the loss and its gradient against the docstring's equation, of numbers and of a policy; rewards by loops, credit to
the right tokens, and the loop.
"""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.train.folm import soft_grpo
from r4t_demo.train.folm.policy import LoraPolicy, Scored
from r4t_demo.train.folm.soft_grpo import Rewards, judge, soft_grpo_loss, token_advantages, whole_groups
from tests.doubles import HashEncoder
from tests.tiny_models import assert_same_weights, list_writer, moved, weights_of
from tests.train.folm.test_policy import plain_log_probs, stirred


def literal_loss(new: list, old: list, advantage: list, mask: list, clip=0.2, forward=0.05, reverse=0.05) -> float:
    """The module's equation, token by token."""
    total, count = 0.0, 0
    for i in range(len(new)):
        for t in range(len(new[i])):
            if mask[i][t]:
                rho = math.exp(new[i][t] - old[i][t])
                clipped = min(max(rho, 1 - clip), 1 + clip)
                total -= min(rho * advantage[i][t], clipped * advantage[i][t])
                total += forward * rho * (new[i][t] - old[i][t])
                total += reverse * -new[i][t]
                count += 1
    return total / count


def rollout(seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    old = -3 * torch.rand(3, 4, generator=generator, dtype=torch.float64)
    new = old + 0.4 * torch.randn(3, 4, generator=generator, dtype=torch.float64)
    mask = (torch.rand(3, 4, generator=generator) < 0.7).double()
    mask[0, 0] = 1
    return new, old, torch.randn(3, 4, generator=generator, dtype=torch.float64), mask


@given(st.integers(0, 10_000))
def test_the_loss_and_its_gradient_are_the_equation(seed: int) -> None:
    new, old, advantage, mask = rollout(seed)
    new.requires_grad_(True)
    loss = soft_grpo_loss(new, old, advantage, mask)
    loss.backward()
    lists = [tensor.tolist() for tensor in (old, advantage, mask)]
    assert loss.item() == pytest.approx(literal_loss(new.tolist(), *lists), abs=1e-12)
    for i in range(3):
        for t in range(4):
            above, below = new.tolist(), new.tolist()
            above[i][t] += 1e-6
            below[i][t] -= 1e-6
            slope = (literal_loss(above, *lists) - literal_loss(below, *lists)) / 2e-6
            assert new.grad[i, t].item() == pytest.approx(slope, abs=1e-6)


def test_the_betas_and_the_clip_are_what_they_are_called() -> None:
    new, old, advantage, mask = rollout(1)
    lists = [tensor.tolist() for tensor in (new, old, advantage, mask)]
    options = {"clip": 0.05, "beta_forward": 0.3, "beta_reverse": 0.7}
    ours = soft_grpo_loss(new, old, advantage, mask, **options).item()
    assert ours == pytest.approx(literal_loss(*lists, clip=0.05, forward=0.3, reverse=0.7), abs=1e-12)


@given(seed=st.integers(0, 100), micro=st.integers(1, 3))
def test_parts_of_a_minibatch_add_up_to_its_loss(seed: int, micro: int) -> None:
    new, old, advantage, mask = rollout(seed)
    tokens = mask.sum().item()
    parts = [
        soft_grpo_loss(*(each[rows] for each in (new, old, advantage, mask)), tokens=tokens)
        for rows in torch.arange(3).split(micro)
    ]
    assert sum(parts).item() == pytest.approx(soft_grpo_loss(new, old, advantage, mask).item(), abs=1e-12)


def test_on_policy_a_better_list_becomes_likelier() -> None:
    old = torch.full((2, 3), -2.0)
    new = old.clone().requires_grad_(True)
    soft_grpo_loss(new, old, torch.tensor([[1.0], [-1.0]]).expand(2, 3), torch.ones(2, 3)).backward()
    assert (new.grad[0] < 0).all() and (new.grad[1] > 0).all()


@given(groups=st.integers(1, 9), group=st.integers(1, 5), count=st.integers(1, 4), seed=st.integers(0, 100))
def test_minibatches_are_whole_groups(groups: int, group: int, count: int, seed: int) -> None:
    """A minibatch that held a part of a group would push all its lists up, or all down."""
    batches = whole_groups(groups * group, group, count, seed)
    assert sorted(torch.cat(batches).tolist()) == list(range(groups * group)) and len(batches) <= count
    for rows in batches:
        members = (rows // group).tolist()
        assert all(members.count(number) == group for number in members)


@given(groups=st.integers(4, 12), count=st.integers(1, 4), processes=st.integers(1, 3), seed=st.integers(0, 100))
def test_processes_share_every_minibatch(groups: int, count: int, processes: int, seed: int) -> None:
    """What one process alone would take is dealt out, in whole groups."""
    shares = [whole_groups(groups * 2, 2, count, seed, (i, processes)) for i in range(processes)]
    for whole, *parts in zip(whole_groups(groups * 2, 2, count, seed), *shares, strict=True):
        assert sorted(torch.cat(parts).tolist()) == sorted(whole.tolist())
        assert max(map(len, parts)) - min(map(len, parts)) <= 2


def test_reward_parts_by_loops(encoder: HashEncoder, index: FaissIndex) -> None:
    queries = encoder.encode_text(["bohemian festival", "gothic", "navy"])
    lists, k = [["bohemian red dress", "ivory hat", "scarf"], ["gothic boots"], ["red dress", "red dress navy"]], 3
    catalogue = index.vectors(np.arange(len(index))).astype(np.float64)
    judged = judge(lists, queries, index, encoder, k, (0.6, 0.2, 0.2))
    for texts, query, parts in zip(lists, queries, judged.parts, strict=True):
        ground, align, found = 0.0, 0.0, []
        for text in texts:
            vector = encoder.encode_text([text])[0].astype(np.float64)
            item = catalogue[np.argmax(catalogue @ vector)]
            ground += (1 - np.linalg.norm(vector - item)) / k
            align += vector @ query / k
            found.append(item)
        spectrum = np.linalg.eigvalsh(np.array(found) @ np.array(found).T / len(found))
        vendi = np.exp(-sum(x * np.log(x) for x in spectrum if x > 1e-12))
        np.testing.assert_allclose(parts, [ground, vendi / k, align], atol=1e-4)


def test_empty_lists_earn_nothing(encoder: HashEncoder, index: FaissIndex) -> None:
    judged = judge([[], [""]], encoder.encode_text(["a", "b"]), index, encoder, 3, (0.6, 0.2, 0.2))
    np.testing.assert_array_equal(judged.parts, np.zeros((2, 3)))
    assert [each.tolist() for each in judged.credits] == [[], [0.0]]


def test_only_the_first_k_different_pieces_earn(encoder: HashEncoder, index: FaissIndex) -> None:
    pieces = ["red dress", "", "red dress", "ivory hat", "scarf", "navy boots"]
    judged = judge([pieces], encoder.encode_text(["bohemian"]), index, encoder, 3, (0.6, 0.2, 0.2))
    assert np.flatnonzero(judged.credits[0]).tolist() == [0, 3, 4]
    short = judge([["red dress", "ivory hat", "scarf"]], encoder.encode_text(["bohemian"]), index, encoder, 3, (0.6, 0.2, 0.2))
    np.testing.assert_allclose(judged.parts, short.parts)


COMPLETION = torch.tensor([[7, 8, 1, 9, 1, 5, 1], [6, 1, 6, 1, 2, 0, 0]])  # three pieces; a repetition, then the end
PIECE_OF = torch.tensor([[0, 0, 0, 1, 1, 2, 2], [0, 0, 1, 1, 3, 3, 3]])
JUDGED = Rewards(np.array([[1.0, 0, 0], [0, 0, 0]]), [np.array([0.3, 0.1, 0.2, 0]), np.array([0.2, 0, 0])])


def test_a_list_shares_one_advantage() -> None:
    advantage = token_advantages(JUDGED, COMPLETION, PIECE_OF, 2, (1.0, 0, 0), "list")
    torch.testing.assert_close(advantage, torch.tensor([[1.0], [-1.0]]).expand(2, 7), atol=1e-3, rtol=0)


def test_a_sub_query_answers_for_its_own_tokens() -> None:
    advantage = token_advantages(JUDGED, COMPLETION, PIECE_OF, 2, (1.0, 0, 0), "sub-query")
    above = 1 / 0.5**0.5  # credits 0.3, 0.1, 0.2, 0.2: mean 0.2, deviation 0.1 / sqrt(2)
    expected = [[above, above, above, -above, -above, 0, 0], [0, 0, *[-2 * above] * 2, -2 * above]]
    torch.testing.assert_close(advantage[0], torch.tensor(expected[0]), atol=0.01, rtol=0)
    torch.testing.assert_close(advantage[1, :5], torch.tensor(expected[1]), atol=0.01, rtol=0)


def minibatch(policy: LoraPolicy, micro: int) -> tuple[list[Scored], list[torch.Tensor], float]:
    """A minibatch of four lists in parts, with advantages and sampling log-probabilities that are all different."""
    rollout = policy.rollout(["boho", "gothic black boots for a party"], None, 2, 3, seed=5)
    torch.manual_seed(2)
    rollout.counted[1, 5:] = 0  # lists of different lengths
    advantage = torch.randn(4, 1).expand(rollout.counted.shape)
    drift = 0.3 * torch.randn(rollout.counted.shape)
    parts = [Scored.of(rollout, advantage, rows) for rows in torch.arange(4).split(micro)]
    with torch.no_grad():
        drifts = [Scored.of(rollout, drift, rows).advantage for rows in torch.arange(4).split(micro)]
        old = [policy.log_probs(part)[0] - each for part, each in zip(parts, drifts, strict=True)]
    return parts, old, rollout.counted.sum().item()


@torch.no_grad()
def literal_of(policy: LoraPolicy, part: Scored, old: torch.Tensor) -> tuple[float, list[list[float]]]:
    """The literal loss of a policy on four lists, from plain forward passes, and its log-probabilities of their tokens."""
    chosen = []
    for row in range(4):
        plain = plain_log_probs(policy, part, row)
        tokens = part.completion[row, : len(plain)]
        chosen.append(plain[torch.arange(len(plain)), tokens].tolist() + [0.0] * (part.counted.shape[1] - len(plain)))
    return literal_loss(chosen, old.tolist(), part.advantage.tolist(), part.counted.tolist()), chosen


@pytest.mark.parametrize("kind", ["compact", "qwen3", "gemma3"])
def test_a_minibatchs_loss_is_the_equation(kind: str, encoder: HashEncoder, exact) -> None:
    policy = stirred(kind, encoder)
    (part,), (old,), tokens = minibatch(policy, 4)
    expected, new = literal_of(policy, part, old)
    loss, drift, clipped = soft_grpo.accumulate(policy, [part], [old], tokens) / tokens
    assert loss == pytest.approx(expected, abs=1e-4)
    flat = [(o - n) for o, n, m in zip(old.flatten(), np.ravel(new), part.counted.flatten(), strict=True) if m]
    assert drift == pytest.approx(np.mean(flat), abs=1e-4)
    assert clipped == pytest.approx(np.mean([abs(math.exp(-each) - 1) > 0.2 for each in flat]), abs=1e-6)


@pytest.mark.parametrize("kind", ["compact", "qwen3"])
def test_the_adapters_gradient_is_the_slope_of_the_equation(kind: str, encoder: HashEncoder, exact) -> None:
    """Along each adapter's own gradient and along random directions, by differences (norms are in float32 even here)."""
    policy = stirred(kind, encoder)
    policy.folm.model.double()
    (part,), (old,), tokens = minibatch(policy, 4)
    soft_grpo.accumulate(policy, [part], [old], tokens)
    every = list(policy.trained.parameters())
    assert all(parameter.grad.norm() > 1e-5 for parameter in every), "each of them matters"
    torch.manual_seed(3)
    directions = [[each.grad / each.grad.norm() if each is one else None for each in every] for one in every[::5]]
    directions.append([torch.randn_like(each) / 100 for each in every])
    for direction in directions:
        pairs = [(each, along) for each, along in zip(every, direction, strict=True) if along is not None]
        values = []
        for sign in (1, -1):
            with torch.no_grad():
                for each, along in pairs:
                    each.add_(along, alpha=sign * 1e-4)
                values.append(literal_of(policy, part, old)[0])
                for each, along in pairs:
                    each.sub_(along, alpha=sign * 1e-4)
        slope = sum((each.grad * along).sum().item() for each, along in pairs)
        assert (values[0] - values[1]) / 2e-4 == pytest.approx(slope, rel=5e-3, abs=1e-3)


@pytest.mark.parametrize("micro", [1, 3])
def test_accumulated_gradients_are_those_of_the_whole_batch(micro: int, encoder: HashEncoder, exact) -> None:
    gradients, sums = [], []
    for rows in (4, micro):
        policy = stirred("qwen3", encoder)
        sums.append(soft_grpo.accumulate(policy, *minibatch(policy, rows)))
        gradients.append([parameter.grad for parameter in policy.trained.parameters()])
    np.testing.assert_allclose(sums[0], sums[1], rtol=1e-4, atol=1e-4)
    assert all(whole.abs().max() > 1e-6 for whole in gradients[0])
    for whole, parts in zip(*gradients, strict=True):
        torch.testing.assert_close(whole, parts, rtol=1e-3, atol=1e-6)


def run(index: FaissIndex, state: Path, steps: int = 2, seed: int = 0, **options) -> tuple[dict, list]:
    """Train a policy that writes lists; return the weights of its model and the records."""
    policy = LoraPolicy(list_writer(HashEncoder()), "tiny")
    queries = ["bohemian festival", "gothic party", "red", "navy scarf"]
    options |= {"steps": steps, "group": 2, "batch": 2, "k": 2, "rate": 1e-3, "seed": seed}
    records = list(soft_grpo.train(policy, queries, index, state, **options))
    return weights_of(policy.folm.model), records


@pytest.mark.parametrize("options", [{}, {"credit": "sub-query"}], ids=["list", "sub-query"])
def test_training_moves_the_adapter_and_reports(index: FaissIndex, tmp_path: Path, options: dict) -> None:
    weights, records = run(index, tmp_path / "state.safetensors", **options)
    before, _ = run(index, tmp_path / "nothing", steps=0)
    assert moved(before, weights) == {name for name in weights if ".lora_" in name}
    assert [(record.step, record.total) for record in records] == [(1, 2), (2, 2)]
    for record in records:
        figures = record.metrics
        assert all(math.isfinite(value) for value in figures.values())
        parts = (figures["groundedness"], figures["diversity"], figures["alignment"])
        assert figures["reward"] == pytest.approx(np.dot(soft_grpo.rewards.WEIGHTS, parts), abs=1e-6)
        assert 0 < figures["entropy"] < math.log(300) and 0 <= figures["clip_ratio"] <= 1
    again, none = run(index, tmp_path / "state.safetensors", **options)
    assert none == [], "a finished run has nothing left to do"
    assert_same_weights(again, weights)


def test_the_seed_decides_the_run(index: FaissIndex, tmp_path: Path) -> None:
    a, again, b = (run(index, tmp_path / f"{i}", steps=1, seed=seed)[0] for i, seed in enumerate((0, 0, 1)))
    assert_same_weights(a, again)
    assert moved(a, b)
    assert moved(a, run(index, tmp_path / "other", steps=1, credit="sub-query")[0]), "each way to give credit is its own"


def test_a_killed_run_ends_where_the_whole_one_does(index: FaissIndex, tmp_path: Path) -> None:
    whole, records = run(index, tmp_path / "whole", steps=4, every=2)
    policy = LoraPolicy(list_writer(HashEncoder()), "tiny")
    queries = ["bohemian festival", "gothic party", "red", "navy scarf"]
    options = {"steps": 4, "group": 2, "batch": 2, "k": 2, "rate": 1e-3, "every": 2}
    going = soft_grpo.train(policy, queries, index, tmp_path / "cut", **options)
    assert [next(going).step for _ in range(3)] == [1, 2, 3]
    going.close()
    weights, rest = run(index, tmp_path / "cut", steps=4, every=2)
    assert [record.step for record in rest] == [3, 4], "it goes on from the state at step 2"
    assert_same_weights(weights, whole)
    assert [record.metrics for record in rest] == [record.metrics for record in records[2:]]


def test_now_and_then_a_list_and_the_figures_of_a_check_are_told(index: FaissIndex, tmp_path: Path) -> None:
    asked = iter(range(1, 9))
    _, records = run(
        index, tmp_path / "state", steps=5, every=2, check=lambda: {"checked": float(next(asked))}, watch="boho look"
    )
    assert {record.step: record.metrics["checked"] for record in records if "checked" in record.metrics} == {2: 1.0, 4: 2.0}
    samples = {record.step: record.metrics["sample"] for record in records if "sample" in record.metrics}
    assert list(samples) == [2, 4] and all(text.startswith("boho ") for text in samples[4].split("; "))
