"""The WSCR reward against brute force, and that a policy can learn from it."""

from pathlib import Path

import numpy as np
import pytest

from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.train.folm import soft_grpo
from r4t_demo.train.folm.policy import LoraPolicy
from r4t_demo.train.folm.set_recall import SetRecall
from tests.doubles import HashEncoder
from tests.tiny_models import tiny_folm

LISTS = [
    ["bohemian red dress", "ivory hat", "", "scarf", "navy boots"],
    ["gothic boots", "gothic boots", "gothic boots", "gothic belt"],
    ["red dress", "red dress red"],
    ["ivory scarf"],
]
ASKED, REFERENCES, K, DEPTH = [1, 0, 1, 2], [{3, 9, 20}, {0, 1, 17, 40, 41}, {7}], 3, 6


def brute_recall(texts: list[str], wanted: set[int], index: FaissIndex, encoder: HashEncoder) -> float:
    everything = index.vectors(np.arange(len(index))).astype(np.float64)
    found = {row for text in texts for row in np.argsort(-(everything @ encoder.encode_text([text])[0]), kind="stable")[:DEPTH]}
    return sum(row in found for row in wanted) / len(wanted)


def test_recall_and_credit_are_those_of_brute_force(encoder: HashEncoder, index: FaissIndex) -> None:
    judged = SetRecall(REFERENCES, DEPTH)(LISTS, ASKED, encoder.encode_text(["a"] * 4), index, encoder, K)
    assert judged.parts.shape == (4, 1) and judged.parts.max() > 0, "the example finds something"
    for pieces, number, parts, credit in zip(LISTS, ASKED, judged.parts, judged.credits, strict=True):
        texts, wanted = list(dict.fromkeys(filter(None, pieces)))[:K], REFERENCES[number]
        recall = brute_recall(texts, wanted, index, encoder)
        assert parts.tolist() == pytest.approx([recall])
        expected = np.zeros(len(pieces))
        for text in texts:
            rest = [other for other in texts if other != text]
            expected[pieces.index(text)] = recall - (brute_recall(rest, wanted, index, encoder) if rest else 0.0)
        np.testing.assert_allclose(credit, expected, atol=1e-12)


def test_empty_lists_find_nothing(index: FaissIndex) -> None:
    encoder = HashEncoder()
    judged = SetRecall(REFERENCES, DEPTH)([[], [""]], [0, 1], encoder.encode_text(["a", "b"]), index, encoder, K)
    assert judged.parts.tolist() == [[0.0], [0.0]]
    assert [each.tolist() for each in judged.credits] == [[], [0.0]]


def test_soft_grpo_asks_for_the_set_of_each_query(index: FaissIndex, tmp_path: Path) -> None:
    asked = []

    class Recorded(SetRecall):
        def __call__(self, lists, numbers, *rest):
            asked.append((list(numbers), len(lists)))
            return super().__call__(lists, numbers, *rest)

    folm, queries = tiny_folm(HashEncoder()), ["red", "navy", "boho", "hat"]
    reward = Recorded([{0}, {1, 2}, {3}, {4}], DEPTH)
    options = {"steps": 3, "group": 2, "batch": 3, "k": 2, "reward": reward}
    records = list(soft_grpo.train(LoraPolicy(folm, "tiny"), queries, index, tmp_path / "state", **options))
    for (numbers, lists), record in zip(asked, records, strict=True):
        assert lists == 6 and numbers[::2] == numbers[1::2] and len(set(numbers)) == 3, "a group answers one query"
        assert record.metrics["reward"] == record.metrics["set_recall"] and "diversity" not in record.metrics
