"""The index against numpy, and what happens to it on a bad disk."""

import os
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from r4t_demo.errors import UserError
from r4t_demo.index.faiss_index import MANIFEST_FILE, VECTORS_FILE, FaissIndex


def unit_rows(n: int, d: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((n, d)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    FaissIndex.build(unit_rows(30, 8), "encoder-a", "catalogue-1").save(tmp_path)
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


def test_vectors_keep_the_shape_of_rows() -> None:
    stored = unit_rows(30, 8)
    index = FaissIndex.build(stored, "e")
    rows = np.array([[0, 29, 3], [7, 7, 1]])
    np.testing.assert_array_equal(index.vectors(rows), stored[rows])
    np.testing.assert_array_equal(index.vectors(np.array([4])), stored[[4]])
    assert len(index) == 30
    assert index.dim == 8


def test_round_trip(saved: Path) -> None:
    loaded = FaissIndex.load(saved, "encoder-a", "catalogue-1")
    np.testing.assert_array_equal(loaded.vectors(np.arange(30)), unit_rows(30, 8))
    assert sorted(os.listdir(saved)) == [MANIFEST_FILE, VECTORS_FILE]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), name=st.sampled_from([VECTORS_FILE, MANIFEST_FILE]))
def test_a_flipped_bit_is_told(saved: Path, place: float, bit: int, name: str) -> None:
    path = saved / name
    good = path.read_bytes()
    bad = bytearray(good)
    bad[int(place * len(bad))] ^= 1 << bit
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
    assert len(FaissIndex.load(saved, "encoder-a", "catalogue-1")) == 30
    assert sorted(os.listdir(saved)) == [MANIFEST_FILE, VECTORS_FILE]


def test_a_save_cut_between_its_files_is_told(saved: Path) -> None:
    old = (saved / MANIFEST_FILE).read_bytes()
    FaissIndex.build(unit_rows(5, 8), "encoder-a", "catalogue-1").save(saved)
    (saved / MANIFEST_FILE).write_bytes(old)
    with pytest.raises(UserError, match="damaged"):
        FaissIndex.load(saved)
