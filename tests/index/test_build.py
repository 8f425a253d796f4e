"""From catalogue to index: whole, cut, and shared between threads and processes."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from r4t_demo.catalog import Catalog, Item
from r4t_demo.errors import UserError
from r4t_demo.files import WORK
from r4t_demo.index.build import FOLDER, IMAGE_WEIGHT, build_index, embed_items, ensure_index
from r4t_demo.index.faiss_index import MANIFEST_FILE, VECTORS_FILE, FaissIndex
from r4t_demo.settings import ROOT
from tests.doubles import HashEncoder, write_catalog


def test_rows_are_the_items_in_order(catalog: Catalog, index: FaissIndex, encoder: HashEncoder) -> None:
    assert len(index) == len(catalog) == 48
    np.testing.assert_allclose(index.vectors(np.arange(48)), embed_items(catalog.items, encoder, 0.5), atol=1e-6)
    assert (index.encoder_id, index.source) == (encoder.id, catalog.fingerprint)


def test_a_vector_weighs_picture_and_title(catalog: Catalog, encoder: HashEncoder) -> None:
    item = catalog.items[7]
    title = encoder.encode_text([item.title])[0]
    bare = embed_items([Item("x", item.title, item.category, None)], encoder)[0]
    np.testing.assert_allclose(bare, title, atol=1e-6)
    with Image.open(item.image) as image:
        picture = encoder.encode_images([image.convert("RGB")])[0]
    mixed = IMAGE_WEIGHT * picture + (1 - IMAGE_WEIGHT) * title
    np.testing.assert_allclose(embed_items([item], encoder)[0], mixed / np.linalg.norm(mixed), atol=1e-6)


class Counting(HashEncoder):
    """Keeps every text that it was asked for; ``shift`` stands for other weights under the same id."""

    def __init__(self, shift: float = 0.0):
        self.texts, self.shift, self.digest = [], shift, str(shift)

    def encode_text(self, texts):
        self.texts += texts
        rows = super().encode_text(texts) + np.float32(self.shift)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def saved(folder: Path) -> list[bytes]:
    return [(folder / FOLDER / name).read_bytes() for name in (VECTORS_FILE, MANIFEST_FILE)]


def run(folder: Path, encoder: HashEncoder, records: int | None = None) -> None:
    """Build the index of ``folder`` in shards of 16 items, cut after so many records."""
    building = build_index(Catalog.load(folder), encoder, batch=2)
    for number, _ in enumerate(building, start=1):
        if number == records:
            building.close()


@pytest.fixture
def whole(tmp_path: Path) -> list[bytes]:
    run(write_catalog(tmp_path / "whole"), Counting())
    return saved(tmp_path / "whole")


@pytest.mark.parametrize("cut", range(1, 25, 3))
def test_a_cut_run_goes_on_without_embedding_twice(tmp_path: Path, whole: list[bytes], cut: int) -> None:
    folder = write_catalog(tmp_path / "shop")
    run(folder, Counting(), cut)
    with pytest.raises(UserError, match="There is no index"):
        FaissIndex.load(folder / FOLDER)
    encoder = Counting()
    run(folder, encoder)
    finished = (cut - 2) // 8 * 16 if cut >= 10 else 0  # a shard is eight batches, and the first record says where the run starts
    items = [item.title for item in Catalog.load(folder).items]
    assert sorted(text for text in encoder.texts if text in items) == sorted(items[finished:])
    assert saved(folder) == whole
    assert not (folder / WORK).exists()


def test_retrained_weights_are_not_mixed_with_older_vectors(tmp_path: Path) -> None:
    cut, fresh = write_catalog(tmp_path / "cut"), write_catalog(tmp_path / "fresh")
    run(cut, Counting(), 20)
    for folder in (cut, fresh):
        run(folder, Counting(shift=0.1))
    assert saved(cut) == saved(fresh)


def test_the_older_index_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    folder = write_catalog(tmp_path / "shop")
    run(folder, Counting())
    before = saved(folder)
    run(folder, Counting(shift=0.1), 20)
    assert saved(folder) == before


def test_threads_do_not_change_the_result(tmp_path: Path, whole: list[bytes]) -> None:
    folder = write_catalog(tmp_path / "shop")
    for _ in build_index(Catalog.load(folder), Counting(), batch=2, threads=5):
        pass
    assert saved(folder) == whole


class Crew:
    """One of several threads that stand for accelerate's processes."""

    def __init__(self, rank: int, barrier: threading.Barrier):
        self.process_index, self.num_processes, self.is_main_process = rank, barrier.parties, not rank
        self.wait_for_everyone = barrier.wait


def test_processes_share_the_work(tmp_path: Path, whole: list[bytes]) -> None:
    folder, barrier = write_catalog(tmp_path / "shop"), threading.Barrier(2)
    encoders = Counting(), Counting()

    def work(rank: int) -> None:
        for _ in build_index(Catalog.load(folder), encoders[rank], batch=2, crew=Crew(rank, barrier)):
            pass

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    items = [item.title for item in Catalog.load(folder).items]
    shares = [[text for text in encoder.texts if text in items] for encoder in encoders]
    assert sorted(shares[0] + shares[1]) == sorted(items) and all(shares), "each item once, and nobody idle"
    assert saved(folder) == whole


def test_accelerate_launch_embeds_a_catalogue(tmp_path: Path) -> None:
    folder = write_catalog(tmp_path / "shop")
    launch = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2", "--num_machines", "1"]
    launch += ["--mixed_precision", "no", "--dynamo_backend", "no", "-m"]
    done = subprocess.run([*launch, "r4t_demo", "index", "--catalog", str(folder)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("2 processes share the work") == 1
    assert done.stderr.count("The index is in") == 1, "the main process speaks for both"
    assert len(FaissIndex.load(folder / FOLDER)) == len(Catalog.load(folder))


def test_the_budget_is_asked_before_the_work(catalog: Catalog, encoder: HashEncoder, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr("r4t_demo.index.kinds.EXACT_BELOW", 10)
    with pytest.raises(UserError, match="An index of 48 vectors needs .* raise R4T_MEMORY"):
        next(build_index(replace(catalog, root=tmp_path), encoder, budget=100))
    assert not list(tmp_path.iterdir())


def test_the_same_weights_embed_a_catalogue_once(tmp_path: Path, encoder: HashEncoder) -> None:
    class Retrained(HashEncoder):
        """Keeps its id, as a retrained encoder does."""

        digest = "other weights"

        def encode_images(self, images):
            return -super().encode_images(images)

    catalog = Catalog.load(write_catalog(tmp_path / "shop"))
    assert [record["step"] for record in ensure_index(catalog, encoder, 1)][-1] == len(catalog)
    assert list(ensure_index(catalog, encoder, 1)) == []
    assert list(ensure_index(catalog, Retrained(), 1)), "the old vectors are not those of the new weights"
    before = FaissIndex.load(catalog.root / FOLDER).vectors(np.arange(len(catalog)))
    assert list(ensure_index(catalog, encoder, 1))
    assert not np.allclose(FaissIndex.load(catalog.root / FOLDER).vectors(np.arange(len(catalog))), before)
