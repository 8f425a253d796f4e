"""The diffusion retriever's training pairs: what is written, what is read, and what a second run leaves alone."""

from pathlib import Path

import numpy as np
import pytest

from r4t_demo.errors import UserError
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.train import supervision
from tests.doubles import HashEncoder

QUERIES = ["boho", "gothic", "navy", "red", "ivory"]
# Two lists a query; "navy" only ever writes short ones.
LISTS = {
    "boho": [["bohemian dress", "bohemian hat"], ["bohemian scarf"]],
    "gothic": [["gothic boots", "gothic belt"], ["gothic hat", "bohemian dress"]],
    "navy": [["navy hat"], ["navy belt"]],
    "red": [["red dress", "red boots"], ["red boots", "red dress"]],
    "ivory": [["ivory scarf"], ["bohemian dress", "ivory hat"]],
}


class MuteEncoder(HashEncoder):
    """Takes an empty batch too, as the real encoder does."""

    def encode_text(self, texts):
        return super().encode_text(texts) if len(texts) else np.empty((0, self.dim), np.float32)


class ScriptedFolm:
    """Writes LISTS and keeps the queries it was asked."""

    def __init__(self) -> None:
        self.encoder, self.asked = MuteEncoder(), []

    def sample_lists(self, queries, vectors, k, n_samples, *, seed=0, temperature=0.9):
        assert n_samples == 2 and len(vectors) == len(queries)
        np.testing.assert_allclose(vectors, self.encoder.encode_text(queries))
        self.asked.extend(queries)
        return [LISTS[query] for query in queries]


def write(index: FaissIndex, out: Path, batch: int = 2) -> tuple[list, list[str]]:
    folm = ScriptedFolm()
    return list(supervision.write(folm, QUERIES, index, out, samples=2, batch=batch, k=2)), folm.asked


def nearest_row(index: FaissIndex, text: str) -> int:
    return int(np.argmax(index.vectors(np.arange(len(index))) @ HashEncoder().encode_text([text])[0]))


@pytest.mark.parametrize("batch", [1, 2, 5])
def test_whole_lists_become_pairs(index: FaissIndex, tmp_path: Path, batch: int) -> None:
    records, _ = write(index, tmp_path, batch)
    query_of, rows, bank = supervision.read(tmp_path)
    pairs = [(i, texts) for i, query in enumerate(QUERIES) for texts in LISTS[query] if len(texts) == 2]
    assert query_of.tolist() == [i for i, _ in pairs] and query_of.dtype == rows.dtype == np.int64
    assert rows.tolist() == [[nearest_row(index, text) for text in texts] for _, texts in pairs]
    held = {}  # phrase -> the shards that hold it
    for i, texts in pairs:
        for text in texts:
            held.setdefault(supervision.garment_words(text, QUERIES[i]), set()).add(i // batch)
    assert set(bank) == {phrase for phrase, shards in held.items() if 2 * len(shards) >= -(-5 // batch)}
    assert len(bank) == len(set(bank))
    assert sum(record.metrics["pairs"] for record in records) == len(pairs) == 6
    assert all(0 <= record.metrics["distinct_items"] <= 2 for record in records)
    assert records[-1].step == records[-1].total == -(-5 // batch)


def test_the_bank_starts_with_what_most_shards_hold(index: FaissIndex, tmp_path: Path) -> None:
    write(index, tmp_path)
    assert supervision.read(tmp_path)[2][0] == "bohemian dress"  # in the first shard and in the last


def test_a_second_run_writes_only_what_is_missing(index: FaissIndex, tmp_path: Path) -> None:
    write(index, tmp_path / "whole")
    out = tmp_path / "cut"
    run = supervision.write(ScriptedFolm(), QUERIES, index, out, samples=2, batch=2, k=2)
    next(run)
    run.close()
    records, asked = write(index, out)
    assert asked == QUERIES[2:] and [record.step for record in records] == [2, 3]
    (out / "shard-00001.safetensors").unlink()  # as if killed between the two files of a shard
    assert write(index, out)[1] == QUERIES[2:4]
    assert write(index, out) == ([], [])
    files = {path.name: path.read_bytes() for path in out.iterdir()}
    assert files == {path.name: path.read_bytes() for path in (tmp_path / "whole").iterdir()}
    assert len(files) == 6


@pytest.mark.parametrize(
    ("sub_query", "query", "words"),
    [
        ("rainy sunday wool coat", "a rainy sunday look", "wool coat"),
        ("boots for rainy sunday", "rainy sunday", "boots"),
        ("rainy sunday outfit with boots", "rainy sunday", "boots"),
        ("black belt", "rainy sunday", "black belt"),
        ("layered red hat", "something red", "layered hat"),
        ("rainy sunday", "Rainy  Sunday outfit", ""),
    ],
)
def test_the_bank_leaves_out_the_words_of_the_query(sub_query: str, query: str, words: str) -> None:
    assert supervision.garment_words(sub_query, query) == words


def test_reading_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no training pairs in .*train supervision"):
        supervision.read(tmp_path)


def test_a_set_is_widened_by_its_querys_next_list() -> None:
    query_of = np.array([3, 3, 3, 5, 7, 7])
    rows = np.array([[0, 1], [1, 2], [4, 4], [8, 9], [10, 11], [11, 10]])
    of, wide = supervision.widen(query_of, rows, 3)
    # list 1 lends 2 to list 0, and so on round; query 5 has one list, and those of query 7 have nothing to lend
    assert of.tolist() == [3, 3, 3] and wide.tolist() == [[0, 1, 2], [1, 2, 4], [4, 4, 0]]
    assert supervision.widen(query_of, rows, 4)[1].tolist() == [[4, 4, 0, 1]]
    of, wide = supervision.widen(query_of, rows, 2)
    assert of.tolist() == query_of.tolist() and wide.tolist() == rows.tolist()
