"""A catalogue published and loaded again is the same catalogue; one of anybody's is looked at before it is used."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet as parquet
import pytest
from PIL import Image
from safetensors.numpy import save

from r4t_demo.catalog import INDEX_FOLDER, Catalog
from r4t_demo.encoder import Encoder
from r4t_demo.engine import Engine
from r4t_demo.errors import UserError
from r4t_demo.files import GIB
from r4t_demo.hub import catalogs
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.settings import Settings
from tests.doubles import HashEncoder
from tests.hub.stub_hub import StubHub


@pytest.fixture(scope="module")
def packed(catalog_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The tiny catalogue as it lies on the Hub, in three shards, with a tuned model beside it."""
    root = tmp_path_factory.mktemp("packed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogs, "SHARD", 20)
        patch.setattr(catalogs, "GROUP", 7)
        catalogs.pack(catalog_folder, root)
    (root / "folm").mkdir()
    (root / "folm" / "adapter_config.json").write_text("{}")
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in root.rglob("*") if file.is_file()}


def test_the_same_items_pictures_and_vectors_come_back(hub: StubHub, packed: dict, catalog_folder: Path) -> None:
    commit = hub.put("dataset", "ann/shop", packed)
    folder = catalogs.fetch(f"hub:ann/shop@{commit}", GIB)
    ours, theirs = Catalog.load(catalog_folder), Catalog.load(folder)
    assert theirs.name == "shop" and theirs.fingerprint == ours.fingerprint
    for a, b in zip(ours.items, theirs.items, strict=True):
        assert (a.item_id, a.title, a.category, a.attributes) == (b.item_id, b.title, b.category, b.attributes)
        assert a.image.read_bytes() == b.image.read_bytes()
    indexes = [FaissIndex.load(each / INDEX_FOLDER) for each in (catalog_folder, folder)]
    np.testing.assert_array_equal(*(index.vectors(np.arange(48)) for index in indexes))
    assert (folder / "queries.jsonl").read_bytes() == (catalog_folder / "queries.jsonl").read_bytes()
    assert (folder / "folm" / "adapter_config.json").read_text() == "{}"
    assert len([name for name in packed if name.startswith("data/")]) == 3

    hub.requests.clear()
    assert catalogs.fetch(f"hub:ann/shop@{commit}", GIB) == folder and hub.requests == []


def test_the_app_searches_it(
    hub: StubHub, packed: dict, catalog_folder: Path, encoder: HashEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Encoder, "load", classmethod(lambda cls, name: encoder))
    hub.put("dataset", "ann/shop", {name: data for name, data in packed.items() if not name.startswith("folm")})
    engines = [Engine.load(Settings(catalog=c, checkpoints=tmp_path, threads=1)) for c in (str(catalog_folder), "hub:ann/shop")]
    found = [[hit.item.item_id for hit in engine.run(["red hat"], ["none"])[0].items[0]] for engine in engines]
    assert found[0] == found[1] and found[0]


def test_an_index_of_another_encoder_is_refused(
    hub: StubHub, packed: dict, encoder: HashEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Other(HashEncoder):
        id = "hf-hub:some/clip"

    monkeypatch.setattr(Encoder, "load", classmethod(lambda cls, name: Other()))
    hub.put("dataset", "ann/shop", packed)
    with pytest.raises(UserError, match="was made with the encoder 'hash-48', not 'hf-hub:some/clip'"):
        Engine.load(Settings(catalog="hub:ann/shop", checkpoints=tmp_path, threads=1))


def _rows(change: Callable[[dict], object]) -> Callable[[bytes], bytes]:
    """A shard with its first row changed."""

    def changed(data: bytes) -> bytes:
        table, out = parquet.read_table(BytesIO(data)), BytesIO()
        rows = table.to_pylist()
        change(rows[0])
        parquet.write_table(pyarrow.Table.from_pylist(rows, table.schema), out)
        return out.getvalue()

    return changed


def _ones(*shape: int, encoder: str | None = "x") -> Callable[[bytes], bytes]:
    return lambda data: save({"vectors": np.ones(shape, np.float32)}, encoder and {"encoder": encoder})


def _big() -> bytes:
    out = BytesIO()
    Image.new("RGB", (400, 2)).save(out, "WEBP")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("data/00000.parquet", _rows(lambda row: row["image"].update(bytes=_big())), "00000/00000 has more than 320 pixels"),
        ("data/00000.parquet", _rows(lambda row: row["image"].update(bytes=b"<svg/>")), "is damaged"),
        ("data/00000.parquet", _rows(lambda row: row.update(category=None)), "row 1: the column 'category' is empty"),
        ("data/00000.parquet", lambda data: data[:100], "is damaged"),
        ("vectors.safetensors", lambda data: data[:-5], "is damaged"),
        ("vectors.safetensors", _ones(48, 4, encoder=None), "for 48 items of 'None'"),
        ("vectors.safetensors", _ones(48, 4), "unit vectors"),
        ("vectors.safetensors", _ones(9, 1), r"shape \(9, 1\) for 48"),
        ("vectors.safetensors", _ones(48), r"shape \(48,\) for 48"),
        ("vectors.safetensors", None, "holds no vectors.safetensors"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_it_is_told_and_nothing_stays(
    hub: StubHub, packed: dict, tmp_path: Path, name: str, change: Callable | None, sentence: str
) -> None:
    files = {**packed, name: change(packed[name])} if change else {key: data for key, data in packed.items() if key != name}
    hub.put("dataset", "ann/shop", files)
    with pytest.raises(UserError, match=f"The dataset hub:ann/shop is no catalogue that this app has published.*{sentence}"):
        catalogs.fetch("hub:ann/shop", GIB)
    assert not [file for file in (tmp_path / "cache" / "assets").rglob("*") if file.is_file()]


def test_a_name_in_a_shard_leads_nowhere(hub: StubHub, packed: dict, tmp_path: Path) -> None:
    evil = _rows(lambda row: row["image"].update(path="../../../outside.webp"))
    hub.put("dataset", "ann/shop", {**packed, "data/00000.parquet": evil(packed["data/00000.parquet"])})
    folder = catalogs.fetch("hub:ann/shop", GIB)
    assert Catalog.load(folder).items[0].image.is_relative_to(folder / "images")
    assert not list(tmp_path.rglob("outside*"))
    assert json.loads((folder / "index" / "manifest.json").read_text())["encoder"] == "hash-48"
