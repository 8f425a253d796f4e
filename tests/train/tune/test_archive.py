"""A tuned catalogue as a zip, and what is refused of one that comes from somebody."""

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file, save

from r4t_demo.cli.options import load_engine
from r4t_demo.encoder import Encoder
from r4t_demo.engine import Engine
from r4t_demo.errors import UserError
from r4t_demo.settings import Settings
from r4t_demo.train.tune import archive, catalog_run
from r4t_demo.train.tune.presets import MIN_ITEMS
from tests.sources.makers import picture


@pytest.fixture(scope="module")
def tuned(small_shop: Path, tiny_app: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "tuned"
    list(catalog_run.run(str(small_shop), out, tiny_app, "small"))
    return out


@pytest.fixture(scope="module")
def packed(tuned: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("zips") / "shop.zip"
    archive.export(tuned, path)
    return path


def test_what_is_packed_answers_the_same_elsewhere(
    tuned: Path,
    packed: Path,
    tiny_app: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = zipfile.ZipFile(packed).namelist()
    assert not [name for name in names if name.endswith((".faiss", ".bin", ".pt", ".pkl")) or "states" in name]
    assert {"folm/adapter_config.json", "folm/adapter_model.safetensors", "folm/folm.json"} <= set(names)
    assert {"diffusion/model.safetensors", "README.md", "columns.json"} <= set(names)
    assert str(tuned.parent) not in "".join(
        zipfile.ZipFile(packed).read(name).decode() for name in names if name.endswith("json")
    )
    elsewhere = tmp_path / "elsewhere" / "shop"
    archive.load(packed, elsewhere, Encoder.load(""), tiny_app.checkpoints)
    assert [path.name for path in elsewhere.parent.iterdir()] == ["shop"], "no half-unpacked folder stays"
    monkeypatch.setenv("R4T_CHECKPOINTS", str(tiny_app.checkpoints))
    options = type("Options", (), {"catalog": str(packed)})
    methods = ["none", "folm", "diffusion", "diffusion-teacher", "folm-before"]
    here = Engine.load(replace(tiny_app, catalog=str(tuned)))
    for other in (here.on(elsewhere), load_engine(options)):
        for one, two in zip(*(engine.run(["gothic night"], methods) for engine in (here, other)), strict=True):
            np.testing.assert_allclose(one.vectors, two.vectors, atol=1e-5)
            assert [[hit.item.item_id for hit in hits] for hits in one.items] == [
                [hit.item.item_id for hit in hits] for hits in two.items
            ]


def rewritten(
    packed: Path, path: Path, change: Callable[[str, bytes], bytes | None], more: dict[str, bytes] | None = None
) -> Path:
    """The zip with every entry as ``change`` gives it, None leaves it out; ``more`` entries behind."""
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            if (data := change(name, old.read(name))) is not None:
                new.writestr(name, data)
        for name, data in (more or {}).items():
            new.writestr(name, data)
    return path


def _only(wanted: str, change: Callable[[bytes], bytes | None]) -> Callable[[str, bytes], bytes | None]:
    return lambda name, data: change(data) if name == wanted else data


def _other_encoder(data: bytes) -> bytes:
    result = json.loads(data)
    result["job"]["encoder"] = ["another", "one"]
    return json.dumps(result).encode()


def _big_picture(data: bytes) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (900, 20)).save(stream, "WEBP")
    return stream.getvalue()


def _query(**changed: object) -> bytes:
    return json.dumps({"query": "x", "term": "x", "family": "own", "split": "test", **changed}).encode()


# What Gradio takes for a file that the page hands out, wherever it stands in an answer.
FILE_DATA = {"path": "app.py", "meta": {"_type": "gradio.FileData"}}


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("folm/adapter_model.safetensors", lambda data: None, "has no folm/adapter_model.safetensors"),
        ("folm/adapter_model.safetensors", lambda data: data[:-9], "damaged"),
        ("folm/adapter_model.safetensors", lambda data: save({"a": np.zeros(3)}), "its folm has other shapes than the app's own"),
        ("diffusion/model.safetensors", lambda data: None, "has no diffusion/model.safetensors"),
        ("diffusion/model.safetensors", lambda data: b"\x80\x04pickle", "damaged"),
        ("diffusion/phrases.safetensors", lambda data: save({"relevance": np.float32([np.nan])}), "thinned by nan"),
        ("diffusion/phrases.safetensors", lambda data: save({"relevance": np.ones(3)}), "phrases in .* cannot be read"),
        (
            "index/vectors.safetensors",
            lambda data: save({"vectors": np.ones((MIN_ITEMS, 3), np.float32)}),
            "vectors are float32 of shape",
        ),
        ("index/vectors.safetensors", lambda data: save({"vectors": np.ones((MIN_ITEMS, 48), np.float32)}), "unit vectors"),
        ("items.parquet", lambda data: b"PAR1", "damaged .*Parquet"),
        ("comparison.json", _other_encoder, "another encoder"),
        ("comparison.json", lambda data: b"[]", "damaged"),
        ("comparison.json", lambda data: b"[" * 100_000, "damaged"),
        ("queries.jsonl", lambda data: b'{"query": "x"}', "damaged"),
        ("queries.jsonl", lambda data: _query(query=FILE_DATA), "Line 1 of queries.jsonl is damaged: it holds other things"),
        ("queries.jsonl", lambda data: _query(require={"tags": [FILE_DATA]}), "it holds other things than texts"),
        ("queries.jsonl", lambda data: _query(require={"tags": 7}), "it is no query"),
        ("columns.json", lambda data: b"[]", "'columns.json' is damaged"),
        ("images/00000/000.webp", _big_picture, "more than 320 pixels"),
        ("images/00000/000.webp", lambda data: b"GIF89a", "damaged"),
    ],
)
def test_what_is_wrong_with_a_zip_is_told_and_nothing_stays(
    packed: Path,
    tiny_app: Settings,
    tmp_path: Path,
    name: str,
    change: Callable,
    sentence: str,
) -> None:
    path = rewritten(packed, tmp_path / "x.zip", _only(name, change))
    with pytest.raises(UserError, match=f"'x.zip' is no export.*{sentence}"):
        archive.load(path, tmp_path / "out" / "x", Encoder.load(""), tiny_app.checkpoints)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("most", [100, 40])  # Pillow warns of what has more pixels, and refuses twice as many
def test_a_picture_that_would_be_a_bomb_is_told(
    packed: Path, tiny_app: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    small = _only("images/00000/000.webp", lambda data: picture(size=(15, 10), kind="WEBP"))
    path = rewritten(
        packed,
        tmp_path / "x.zip",
        lambda name, data: None if name.endswith(".webp") and "000.webp" not in name else small(name, data),
    )
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", most)
    with pytest.raises(UserError, match="'x.zip' is no export.*exceeds limit"):
        archive.load(path, tmp_path / "out" / "x", Encoder.load(""), tiny_app.checkpoints)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [("MAX_TABLE", "its table would unpack to 0 MB; at most 0 MB"), ("MAX_BYTES", "it holds more than 0 GiB")],
)
def test_a_zip_of_too_much_is_not_loaded(
    packed: Path, tiny_app: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, sentence: str
) -> None:
    monkeypatch.setattr(archive, limit, 1000)
    with pytest.raises(UserError, match=sentence):
        archive.load(packed, tmp_path / "out" / "x", Encoder.load(""), tiny_app.checkpoints)
    assert list(tmp_path.glob("out/*")) == []


def test_an_export_is_told_from_a_packed_catalogue(packed: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "shop.zip", "w") as shop:
        shop.writestr("hats/a.png", picture())
    assert archive.is_export(packed) and not archive.is_export(tmp_path / "shop.zip")


def test_a_file_that_is_no_zip_is_told(tiny_app: Settings, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"nothing")
    with pytest.raises(UserError, match="not a readable zip"):
        archive.load(tmp_path / "x.zip", tmp_path / "out", Encoder.load(""), tiny_app.checkpoints)


def test_nothing_but_numbers_and_pictures_is_taken_from_a_zip(packed: Path, tiny_app: Settings, tmp_path: Path) -> None:
    """The app's own files say how the numbers are read, and which language model they stand on."""
    evil = {"auto_map": {"AutoModelForCausalLM": "evil.py"}, "model_type": "evil", "base_model_name_or_path": "evil/model"}
    own = tiny_app.checkpoints / "folm-mini"
    configs = {"folm/adapter_config.json", "folm/folm.json", "diffusion/config.json"}
    more = {
        "../outside.txt": b"x",
        "folm/evil.py": b"raise SystemExit",
        "folm/pytorch_model.bin": b"\x80",
        "folm/config.json": json.dumps(evil).encode(),
        "folm/model.safetensors": save({"a": np.zeros(3)}),
        "folm/tokenizer.json": b"{}",
        "images/x.webp": b"",
    }
    path = rewritten(packed, tmp_path / "x.zip", lambda name, data: json.dumps(evil).encode() if name in configs else data, more)
    out = tmp_path / "out" / "x"
    archive.load(path, out, Encoder.load(""), tiny_app.checkpoints)
    assert {file.name for file in (out / "folm").iterdir()} == {"adapter_model.safetensors", "adapter_config.json", "folm.json"}
    for name in ("adapter_config.json", "folm.json"):
        assert (out / "folm" / name).read_bytes() == (own / name).read_bytes()
    assert (out / "diffusion/config.json").read_bytes() == (tiny_app.checkpoints / "diffusion-mini/config.json").read_bytes()
    assert not [file for file in out.rglob("*.webp") if file.name == "x.webp"] and not (tmp_path / "outside.txt").exists()


def test_a_full_disk_leaves_no_half_zip(tuned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self, *args, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "write", full)
    before = sorted(path.name for path in tuned.iterdir())
    with pytest.raises(UserError, match="disk is full.*pack it again later"):
        archive.export(tuned, tmp_path / "shop.zip")
    assert list(tmp_path.iterdir()) == [] and sorted(path.name for path in tuned.iterdir()) == before


def test_the_weights_in_the_zip_are_those_of_the_run(tuned: Path, packed: Path, tiny_app: Settings, tmp_path: Path) -> None:
    shutil.unpack_archive(packed, tmp_path)
    one, two = (load_file(folder / "folm" / "adapter_model.safetensors") for folder in (tuned, tmp_path))
    start = load_file(tiny_app.checkpoints / "folm-mini" / "adapter_model.safetensors")
    assert one.keys() == two.keys() == start.keys() and all((one[name] == two[name]).all() for name in one)
    assert any((one[name] != start[name]).any() for name in one), "the run has trained it"


@pytest.mark.parametrize(
    ("catalogue", "name"),
    [
        ("corner shop.zip", "corner-shop-r4t.zip"),
        ("corner-shop-r4t.zip", "corner-shop-r4t.zip"),
        ("../../été.csv", "t-r4t.zip"),
        ("…", "catalogue-r4t.zip"),
        (f"{'a' * 60}.csv", f"{'a' * 40}-r4t.zip"),
    ],
)
def test_the_zip_is_named_after_the_catalogue(catalogue, name):
    assert archive.zip_name(catalogue) == name
