"""The index against numpy, and what happens to it on a bad disk."""

import json
import os
from dataclasses import asdict
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from r4t_demo.errors import UserError
from r4t_demo.index import faiss_index
from r4t_demo.index.faiss_index import MANIFEST_FILE, VECTORS_FILE, FaissIndex
from r4t_demo.index.kinds import Flat, Hnsw, IvfPq
from tests.index.rows import nearest, unit_rows

KINDS = {"flat": Flat(), "hnsw": Hnsw(8, 20, 30), "ivfpq": IvfPq(4, 2, effort=100)}


@pytest.fixture(scope="module", params=KINDS.values(), ids=KINDS)
def built(request: pytest.FixtureRequest) -> FaissIndex:
    """A small index of each kind. Read only."""
    return FaissIndex.build(unit_rows(300, 8), "encoder-a", "catalogue-1", kind=request.param)


@pytest.fixture
def saved(built: FaissIndex, tmp_path: Path) -> Path:
    built.save(tmp_path)
    return tmp_path


@given(st.integers(1, 60), st.integers(1, 16), st.integers(1, 70), st.integers(0, 99))
def test_search_is_a_sorted_matrix_product(rows: int, dim: int, n: int, seed: int) -> None:
    stored, queries = unit_rows(rows, dim, seed), unit_rows(5, dim, seed + 1)
    scores, found = FaissIndex.build(stored, "e").search(queries, n)
    exact = queries @ stored.T
    assert scores.shape == found.shape == (5, min(n, rows))
    np.testing.assert_allclose(scores, np.sort(exact, axis=1)[:, ::-1][:, :n], atol=1e-5)
    np.testing.assert_allclose(np.take_along_axis(exact, found, axis=1), scores, atol=1e-5)
    assert (scores.dtype, found.dtype) == (np.float32, np.int64)


def test_round_trip(built: FaissIndex, saved: Path) -> None:
    loaded = FaissIndex.load(saved, "encoder-a", "catalogue-1")
    np.testing.assert_array_equal(loaded.vectors(np.arange(300)), unit_rows(300, 8))
    for mine, theirs in zip(loaded.search(unit_rows(5, 8, 1), 9), built.search(unit_rows(5, 8, 1), 9), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert loaded.kind == built.kind
    assert sorted(os.listdir(saved)) == [MANIFEST_FILE, VECTORS_FILE]


def test_the_manifest_states_the_kind_and_its_parameters(saved: Path, built: FaissIndex) -> None:
    manifest = json.loads((saved / MANIFEST_FILE).read_text())
    stated = {"faiss-flat-ip": [], "faiss-hnsw-ip": ["links", "ef_construction", "effort"]}
    parameters = stated.get(built.kind.name, ["cells", "code_bytes", "effort"])
    assert list(manifest) == ["kind", *parameters, "ntotal", "d", "encoder", "source", "sha256"]
    assert {name: manifest[name] for name in parameters} == asdict(built.kind)
    assert (manifest["kind"], manifest["ntotal"], manifest["d"]) == (built.kind.name, 300, 8)


def test_a_wide_filter_is_searched_in_the_index_itself(built: FaissIndex, tmp_path: Path, monkeypatch) -> None:
    """Filters that leave many rows go through the graph or the lists, which then find only rows of these categories."""
    monkeypatch.setattr(faiss_index, "EXACT_BELOW", 0)
    categories = ["even" if row % 2 == 0 else "odd" for row in range(300)]
    built.save(tmp_path / "filtered")
    index = FaissIndex.load(tmp_path / "filtered", categories=categories)
    stored = {row: (vector, categories[row]) for row, vector in enumerate(unit_rows(300, 8))}
    scores, rows = index.search(unit_rows(5, 8, 1), 12, effort=300, categories=["odd"])
    expected_scores, expected_rows = nearest(stored, unit_rows(5, 8, 1), 12, ["odd"])
    np.testing.assert_array_equal(rows, expected_rows)
    np.testing.assert_allclose(scores, expected_scores, atol=1e-5)


def test_what_is_not_found_is_marked() -> None:
    """One list of many is looked into, so that there are not as many candidates as rows asked for."""
    index = FaissIndex.build(unit_rows(300, 8), "e", kind=IvfPq(16, 2, effort=1))
    scores, rows = index.search(unit_rows(5, 8, 1), 200)
    assert scores.shape == rows.shape == (5, 200)
    assert (rows < 0).any()
    assert (np.isneginf(scores) == (rows < 0)).all()


def test_a_filter_needs_categories() -> None:
    with pytest.raises(UserError, match="opened without its rows' categories"):
        FaissIndex.build(unit_rows(30, 8), "e").search(unit_rows(1, 8), 3, categories=["hat"])
    with pytest.raises(UserError, match="There are 2 categories for the 30 rows"):
        FaissIndex.build(unit_rows(30, 8), "e", categories=["hat", "hat"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(place=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255), name=st.sampled_from([VECTORS_FILE, MANIFEST_FILE]))
@example(place=0.0, change=1, name=VECTORS_FILE)
@example(place=0.999999, change=1, name=VECTORS_FILE)
@example(place=0.999999, change=ord("\n") ^ ord("\r"), name=MANIFEST_FILE)  # its last line end, read as another one
@example(place=0.999999, change=ord("\n") ^ ord(" "), name=MANIFEST_FILE)
def test_a_corrupted_byte_is_told(saved: Path, place: float, change: int, name: str) -> None:
    path = saved / name
    good = path.read_bytes()
    bad = bytearray(good)
    bad[int(place * len(bad))] ^= change
    path.write_bytes(bad)
    try:
        with pytest.raises(UserError, match="index"):
            FaissIndex.load(saved, "encoder-a", "catalogue-1")
    finally:
        path.write_bytes(good)


def test_every_truncation_is_told(saved: Path) -> None:
    for name in (VECTORS_FILE, MANIFEST_FILE):
        good = (saved / name).read_bytes()
        for length in (0, 1, len(good) // 2, len(good) - 2):
            (saved / name).write_bytes(good[:length])
            with pytest.raises(UserError, match="damaged"):
                FaissIndex.load(saved)
        (saved / name).write_bytes(good)


def test_another_encoder_or_catalogue_is_told(saved: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="made with the encoder 'encoder-a', not 'encoder-b'"):
        FaissIndex.load(saved, "encoder-b")
    with pytest.raises(UserError, match="another version of the catalogue"):
        FaissIndex.load(saved, "encoder-a", "catalogue-2")
    with pytest.raises(UserError, match="There is no index"):
        FaissIndex.load(tmp_path / "nowhere")


@pytest.mark.parametrize("rows", [np.ones((3, 4)), np.ones(4) / 2, np.empty((0, 4)), np.full((2, 2), np.nan)])
def test_only_unit_rows_are_indexed(rows: np.ndarray) -> None:
    with pytest.raises(UserError):
        FaissIndex.build(rows, "e")


def test_a_save_that_fails_leaves_the_old_index(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(index: faiss.Index, path: str) -> None:
        Path(path).write_bytes(b"half")
        raise RuntimeError("No space left on device")

    monkeypatch.setattr(faiss, "write_index", full_disk)
    with pytest.raises(RuntimeError, match="No space"):
        FaissIndex.build(unit_rows(5, 8), "encoder-a", "catalogue-1").save(saved)
    assert len(FaissIndex.load(saved, "encoder-a", "catalogue-1")) == 300
    assert sorted(os.listdir(saved)) == [MANIFEST_FILE, VECTORS_FILE]


def test_a_save_cut_between_its_files_is_told(saved: Path) -> None:
    old = (saved / MANIFEST_FILE).read_bytes()
    FaissIndex.build(unit_rows(5, 8), "encoder-a", "catalogue-1").save(saved)
    (saved / MANIFEST_FILE).write_bytes(old)
    with pytest.raises(UserError, match="damaged"):
        FaissIndex.load(saved)
