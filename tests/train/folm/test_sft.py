"""Supervised fine-tuning: what the loss counts, what a pass shows, that it learns, and that a killed run goes on exactly."""

import math
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from r4t_demo.fanout.formats import Compact
from r4t_demo.train.data.demonstrations import Demonstration
from r4t_demo.train.folm import sft
from r4t_demo.train.folm.policy import LoraPolicy
from tests.doubles import HashEncoder
from tests.tiny_instruct import tiny_instruct
from tests.tiny_models import assert_same_weights, moved, tiny_folm, weights_of

WORDS = ("dress", "boots", "hat", "scarf", "belt", "coat", "bag", "skirt", "shirt", "gloves", "socks", "tie", "cap", "shoes")


def shown(count: int, card: str = "") -> list[Demonstration]:
    """Demonstrations of different lengths, each with three things."""
    return [
        Demonstration(
            "fashion", f"request {n}", tuple(f"{'x' * (1 + n // 3)} {WORDS[(n + i) % len(WORDS)]}" for i in range(3)), card
        )
        for n in range(count)
    ]


def policy_of(kind: str = "compact") -> LoraPolicy:
    return LoraPolicy(tiny_folm(HashEncoder()) if kind == "compact" else tiny_instruct(kind, HashEncoder()), "tiny")


@pytest.mark.parametrize("kind", ["compact", "qwen3"])
@torch.no_grad()
def test_the_loss_is_the_mean_over_the_lists_tokens_alone(kind: str, exact) -> None:
    """Against each row's own forward pass: neither prompt nor padding counts, and the end token does."""
    policy, lists = policy_of(kind), shown(7, card="dress, hat")
    folm, total, count = policy.folm, 0.0, 0
    for one in lists:
        prompt = folm.tokenizer(folm.form.prompt(folm.tokenizer, one.query, one.card, 10), add_special_tokens=False)["input_ids"]
        answer = folm.tokenizer(folm.form.written(one.items), add_special_tokens=False)["input_ids"] + [
            folm.tokenizer.eos_token_id
        ]
        logits = folm.model(input_ids=torch.tensor([[*prompt, *answer]])).logits[0].log_softmax(-1)
        total -= sum(logits[len(prompt) + place - 1, token].item() for place, token in enumerate(answer))
        count += len(answer)
    assert sft.held_out_loss(policy, lists) == pytest.approx(total / count, abs=1e-4)


@dataclass(frozen=True)
class Recorded(Compact):
    """Keeps what it was asked."""

    asked: list = None

    def prompt(self, tokenizer, query: str, card: str, k: int) -> str:
        self.asked.append((query, card))
        return super().prompt(tokenizer, query, card, k)


def passes(lists: list[Demonstration], steps: int, batch: int, tmp_path: Path) -> list[list[tuple[str, str]]]:
    """The (request, card) pairs of every step's batch."""
    policy, asked, sizes = policy_of(), [], []
    policy.folm.form, own = Recorded(asked=asked), policy.completion_logits
    policy.completion_logits = lambda ids, *rest: sizes.append(len(ids)) or own(ids, *rest)
    for _ in sft.train(policy, lists, [], tmp_path / "state", steps=steps, batch=batch):
        pass
    rows = iter(asked)
    return [[next(rows) for _ in range(size)] for size in sizes]


def test_every_pass_shows_each_list_once_in_a_new_order(tmp_path: Path) -> None:
    lists = shown(10)
    batches = passes(lists, 9, 4, tmp_path)  # three passes
    orders = []
    for start in (0, 3, 6):
        assert sorted(map(len, batches[start : start + 3])) == [2, 4, 4]
        orders.append([query for batch in batches[start : start + 3] for query, _ in batch])
        assert sorted(orders[-1]) == sorted(one.query for one in lists)
    assert orders[0] != orders[1] != orders[2]


def test_a_batch_holds_lists_of_like_length(tmp_path: Path) -> None:
    """Else most of a batch would be padding."""
    lists = shown(24)
    length_of = {one.query: len("".join(one.items)) for one in lists}
    batches = passes(lists, 6, 4, tmp_path)
    spans = sorted((min(lengths), max(lengths)) for lengths in ([length_of[query] for query, _ in batch] for batch in batches))
    assert all(before[1] <= after[0] for before, after in zip(spans, spans[1:], strict=False)) and spans[0][1] < spans[-1][0]


def test_cards_are_made_anew_at_every_pass_and_a_fixed_one_stays(tmp_path: Path) -> None:
    lists = [*shown(4), Demonstration("fashion", "fixed", ("red hat", "blue hat"), "hats, scarves")]
    cards: dict[str, list[str]] = {}
    for query, card in (pair for batch in passes(lists, 3, 5, tmp_path) for pair in batch):
        cards.setdefault(query, []).append(card)
    assert cards.pop("fixed") == ["hats, scarves"] * 3
    assert all(len(set(each)) == 3 for each in cards.values())


LISTS, HELD_OUT = shown(12)[:9], shown(12)[9:]
OPTIONS = {"steps": 45, "batch": 4, "rate": 1e-2, "warm_up": 5, "every": 20}


def run(state: Path, seed: int = 0, **options) -> tuple[dict, list]:
    policy = policy_of()
    records = list(sft.train(policy, LISTS, HELD_OUT, state, seed=seed, **(OPTIONS | options)))
    return weights_of(policy.folm.model), records


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, list]:
    """An uninterrupted run."""
    return run(tmp_path_factory.mktemp("whole") / "state")


def test_lora_alone_learns_and_the_held_out_loss_falls(whole) -> None:
    weights, records = whole
    fresh = policy_of()
    assert moved(weights_of(fresh.folm.model), weights) == {name for name in weights if ".lora_" in name}
    assert [(record.stage, record.step, record.total) for record in records] == [("sft", n, 45) for n in (10, 20, 30, 40, 45)]
    losses = [record.metrics["loss"] for record in records]
    assert all(map(math.isfinite, losses)) and losses[-1] < losses[0] - 0.5
    held_out = {record.step: record.metrics["held_out_loss"] for record in records if "held_out_loss" in record.metrics}
    before = sft.held_out_loss(fresh, HELD_OUT)
    assert list(held_out) == [20, 40, 45] and held_out[45] < held_out[20] < before - 0.5


def test_the_loss_that_is_told_is_the_mean_since_the_last_record(tmp_path: Path) -> None:
    """At rate 0 every step's loss is that of the untrained model on its batch."""
    lists = shown(3, card="hats")
    [record] = sft.train(policy_of(), lists, [], tmp_path / "state", steps=4, batch=3, rate=0.0)
    assert record.metrics == {"loss": pytest.approx(sft.held_out_loss(policy_of(), lists), abs=0.02)}


def test_a_killed_run_ends_bit_for_bit_where_the_whole_one_does(whole, tmp_path: Path) -> None:
    going = sft.train(policy_of(), LISTS, HELD_OUT, tmp_path / "state", **OPTIONS)
    assert [next(going).step for _ in range(3)] == [10, 20, 30]
    shutil.copy(tmp_path / "state", tmp_path / "killed")
    going.close()
    weights, records = run(tmp_path / "killed")
    assert [record.step for record in records] == [30, 40, 45], "it goes on from the state at step 20"
    assert_same_weights(weights, whole[0])
    assert [record.metrics for record in records] == [record.metrics for record in whole[1][2:]]
    again, none = run(tmp_path / "killed")
    assert none == [], "a finished run has nothing left to do"
    assert_same_weights(again, weights)


def test_the_seed_decides_the_run(tmp_path: Path) -> None:
    a, again, b = (run(tmp_path / f"{i}", seed, steps=2)[0] for i, seed in enumerate((0, 0, 1)))
    assert_same_weights(a, again)
    assert moved(a, b)
