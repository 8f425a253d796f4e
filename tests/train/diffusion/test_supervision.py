"""The diffusion retriever's training pairs: what is written, what is read, and what a second run leaves alone."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from r4t_demo.errors import UserError
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.train.diffusion import supervision
from r4t_demo.train.diffusion.supervision import Best
from r4t_demo.train.folm.set_recall import SetRecall
from r4t_demo.train.folm.soft_grpo import OarReward
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


class ScriptedFolm:
    """Writes LISTS and keeps the queries it was asked."""

    def __init__(self) -> None:
        self.encoder, self.asked, self.model = HashEncoder(), [], torch.nn.Linear(1, 1)
        torch.nn.init.ones_(self.model.weight)
        torch.nn.init.ones_(self.model.bias)

    def sample_lists(self, queries, vectors, k, n_samples, *, seed=0, temperature=0.9):
        assert n_samples == 2 and len(vectors) == len(queries)
        np.testing.assert_allclose(vectors, self.encoder.encode_text(queries))
        self.asked.extend(queries)
        return [LISTS[query] for query in queries]


def write(index: FaissIndex, out: Path, batch: int = 2, queries: list[str] = QUERIES, **options) -> tuple[list, list[str]]:
    folm = ScriptedFolm()
    return list(supervision.write(folm, queries, index, out, samples=2, batch=batch, k=2, **options)), folm.asked


def read(index: FaissIndex, folder: Path) -> supervision.Pairs:
    return supervision.read(folder, QUERIES, index, HashEncoder.id)


def nearest_row(index: FaissIndex, text: str) -> int:
    return int(np.argmax(index.vectors(np.arange(len(index))) @ HashEncoder().encode_text([text])[0]))


@pytest.mark.parametrize("batch", [1, 2, 5])
def test_whole_lists_become_pairs(index: FaissIndex, tmp_path: Path, batch: int) -> None:
    records, _ = write(index, tmp_path, batch)
    loaded = read(index, tmp_path)
    query_of, rows, bank = loaded.query_of, loaded.rows, loaded.bank
    np.testing.assert_array_equal(loaded.targets, index.vectors(np.arange(len(index))))
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
    assert all(0 <= record.metrics["distinct_targets"] <= 2 for record in records)
    assert records[-1].step == records[-1].total == -(-5 // batch)


def test_the_bank_starts_with_what_most_shards_hold(index: FaissIndex, tmp_path: Path) -> None:
    write(index, tmp_path)
    assert read(index, tmp_path).bank[0] == "bohemian dress"  # in the first shard and in the last


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
    assert len(files) == 7


@pytest.mark.parametrize("batch", [1, 2, 5])
def test_text_targets_are_the_sub_queries_own_vectors(index: FaissIndex, tmp_path: Path, batch: int) -> None:
    write(index, tmp_path, batch, targets="text")
    pairs = read(index, tmp_path)
    expected = [(i, texts) for i, query in enumerate(QUERIES) for texts in LISTS[query] if len(texts) == 2]
    assert pairs.query_of.tolist() == [i for i, _ in expected]
    for rows, (_, texts) in zip(pairs.rows, expected, strict=True):
        np.testing.assert_allclose(pairs.targets[rows], HashEncoder().encode_text(texts), atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(pairs.targets, axis=1), 1.0, atol=1e-6)
    assert pairs.targets.dtype == np.float32


@pytest.mark.parametrize("targets", ["content", "text"])
def test_the_filter_keeps_the_best_list_of_each_query(index: FaissIndex, tmp_path: Path, targets: str) -> None:
    depth, wanted = 3, nearest_row(index, "gothic hat")
    # Of "gothic" only the second list finds the item; of "red" both find as much, and the first of equals stays.
    reward = SetRecall([{0}, {wanted}, {0}, {nearest_row(index, "red dress")}, {nearest_row(index, "ivory scarf")}], depth)
    records, _ = write(index, tmp_path, targets=targets, best=Best(1, reward))
    kept = [["bohemian dress", "bohemian hat"], LISTS["gothic"][1], LISTS["red"][0]]
    pairs = read(index, tmp_path)
    assert pairs.query_of.tolist() == [0, 1, 3, 4]
    vectors = [index.vectors(np.array([nearest_row(index, text) for text in texts])) for texts in kept]
    vectors = vectors if targets == "content" else [HashEncoder().encode_text(texts) for texts in kept]
    for rows, expected in zip(pairs.rows, vectors, strict=False):
        np.testing.assert_allclose(pairs.targets[rows], expected, atol=1e-3)
    assert all(record.metrics["reward_kept"] >= record.metrics["reward"] for record in records)
    shards = json.loads((tmp_path / supervision.MANIFEST).read_text())["shards"]
    assert [shards[name] for name in sorted(shards)] == [record.metrics for record in records]
    assert shards["shard-00000"]["lists"] == 4 and shards["shard-00000"]["whole_lists"] == 3


def test_a_filter_that_keeps_everything_changes_nothing(index: FaissIndex, tmp_path: Path) -> None:
    write(index, tmp_path / "all")
    write(index, tmp_path / "kept", best=Best(2, OarReward()))
    for path in (tmp_path / "all").glob("shard-*"):
        assert path.read_bytes() == (tmp_path / "kept" / path.name).read_bytes()


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"targets": "text"}, "targets"),
        ({"best": Best(1, OarReward())}, "filter"),
        ({"batch": 3}, "batch"),
        ({"seed": 1}, "seed"),
        ({"queries": [*QUERIES[:4], "boho"]}, "queries_sha256"),
    ],
)
def test_a_folder_of_other_settings_is_refused(index: FaissIndex, tmp_path: Path, options: dict, name: str) -> None:
    write(index, tmp_path)
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(UserError, match=rf"was written with other settings \({name}\): remove it"):
        write(index, tmp_path, **options)
    assert files == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


def test_another_policy_is_refused_and_so_are_shards_of_nobody(index: FaissIndex, tmp_path: Path) -> None:
    write(index, tmp_path)
    folm = ScriptedFolm()
    torch.nn.init.zeros_(folm.model.bias)
    with pytest.raises(UserError, match=r"other settings \(policy\)"):
        next(supervision.write(folm, QUERIES, index, tmp_path, samples=2, batch=2, k=2))
    (tmp_path / supervision.MANIFEST).unlink()
    with pytest.raises(UserError, match="holds training pairs without a manifest.json"):
        write(index, tmp_path)


def test_the_manifest_tells_the_encoder_and_the_counts(index: FaissIndex, tmp_path: Path) -> None:
    write(index, tmp_path)
    manifest = json.loads((tmp_path / supervision.MANIFEST).read_text())
    assert manifest["settings"]["encoder"] == HashEncoder.id and manifest["settings"]["queries"] == len(QUERIES)
    assert sum(shard["pairs"] for shard in manifest["shards"].values()) == len(read(index, tmp_path).rows) == 6


def test_pairs_of_other_queries_or_encoders_and_unfinished_ones_are_not_read(index: FaissIndex, tmp_path: Path) -> None:
    run = supervision.write(ScriptedFolm(), QUERIES, index, tmp_path, samples=2, batch=2, k=2)
    next(run)
    run.close()
    with pytest.raises(UserError, match="not finished"):
        read(index, tmp_path)
    write(index, tmp_path)
    with pytest.raises(UserError, match="other settings .queries"):
        supervision.read(tmp_path, QUERIES[:4], index, HashEncoder.id)
    with pytest.raises(UserError, match="other settings .encoder"):
        supervision.read(tmp_path, QUERIES, index, "clip-other")


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
        supervision.read(tmp_path, QUERIES, None, HashEncoder.id)


def test_a_set_is_widened_by_its_querys_next_list() -> None:
    query_of = np.array([3, 3, 3, 5, 7, 7])
    rows = np.array([[0, 1], [1, 2], [4, 4], [8, 9], [10, 11], [11, 10]])
    of, wide = supervision.widen(query_of, rows, 3)
    # list 1 lends 2 to list 0, and so on round; query 5 has one list, and those of query 7 have nothing to lend
    assert of.tolist() == [3, 3, 3] and wide.tolist() == [[0, 1, 2], [1, 2, 4], [4, 4, 0]]
    assert supervision.widen(query_of, rows, 4)[1].tolist() == [[4, 4, 0, 1]]
    of, wide = supervision.widen(query_of, rows, 4, repeat=True)
    assert of.tolist() == query_of.tolist(), "a catalogue of a few items keeps all of its lists"
    assert wide.tolist() == [[0, 1, 2, 1], [1, 2, 4, 4], [4, 4, 0, 1], [8, 9, 8, 9], [10, 11, 11, 10], [11, 10, 10, 11]]
    of, wide = supervision.widen(query_of, rows, 2)
    assert of.tolist() == query_of.tolist() and wide.tolist() == rows.tolist()
