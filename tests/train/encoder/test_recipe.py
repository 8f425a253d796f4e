"""The encoder's whole run on next to nothing: its stages in order, a second run without work, a record of what it read."""

import hashlib
import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from r4t_demo import minilm
from r4t_demo.encoder import Encoder, fold_norms
from r4t_demo.train.data import corpus
from r4t_demo.train.encoder import network as training
from r4t_demo.train.encoder import recipe

import timm  # isort: skip

SIDE = 32


def png(colour: str) -> dict:
    packed = io.BytesIO()
    Image.new("RGB", (SIDE, SIDE), colour).save(packed, "PNG")
    return {"bytes": packed.getvalue(), "path": None}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "fashion-products").mkdir(parents=True)
    attributes = {"gender": "Women", "season": "Summer", "usage": "Casual", "sub_category": "Topwear"}
    photos = [
        {"image": png(colour), "text": f"{colour} {kind}", "base_colour": colour, "category": kind, "split": split} | attributes
        for colour in ("red", "blue", "tan")
        for kind in ("Tops", "Shirts")
        for split in ("train", "test")
    ]
    pd.DataFrame(photos).to_parquet(folder / "fashion-products/part-0.parquet")
    phones = [{"image": png(colour), "category": kind, "split": "train"} for colour, kind in (("red", "hat"), ("navy", "skirt"))]
    pd.DataFrame(phones).to_parquet(folder / "phone-clothes.parquet")
    names = {"track_artist": "x", "playlist_subgenre": "jazz"}
    tracks = [{"track_name": f"song {i}", "playlist_name": f"mix {i}", "playlist_id": f"p{i}"} | names for i in range(20)]
    pd.DataFrame(tracks).to_parquet(folder / corpus.PLAYLISTS)
    return folder


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    folder = tmp_path / "assets" / "atelier"
    (folder / "images").mkdir(parents=True)
    rows = []
    for name, colour in (("a", "green"), ("b", "gold")):
        Image.new("RGB", (SIDE, SIDE), colour).save(folder / f"images/{name}.webp")
        rows.append({"item_ID": name, "image": {"path": f"images/{name}.webp"}, "text": f"{colour} gown", "category": "gown"})
    pd.DataFrame([row | {"description": "a gown"} for row in rows]).to_parquet(folder / "items.parquet")
    (folder / "outfits.jsonl").write_text(json.dumps({"items": ["a", "b"], "term": "boho", "split": "train"}) + "\n")
    (folder / "queries.jsonl").write_text(json.dumps({"query": "narnia", "term": "narnia", "split": "test"}) + "\n")
    return tmp_path / "assets"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    def published(network: str) -> tuple:
        torch.manual_seed(0)
        trunk = fold_norms(timm.create_model("tf_efficientnet_lite0", num_classes=0).eval())
        return trunk, torch.randn(1000, 1280) * 0.02, torch.zeros(1000)

    monkeypatch.setattr(training, "published", published)
    monkeypatch.setattr(training, "ARCHITECTURE", "tf_efficientnet_lite0")
    monkeypatch.setattr(training, "SIDE", SIDE)
    vision = training.CONFIG["model_cfg"]["vision_cfg"] | {"timm_model_name": "tf_efficientnet_lite0", "image_size": SIDE}
    monkeypatch.setitem(training.CONFIG["model_cfg"], "vision_cfg", vision)
    monkeypatch.setitem(training.CONFIG["preprocess_cfg"], "size", SIDE)
    classes = np.random.default_rng(0).standard_normal((1000, 2, 384), np.float32)
    monkeypatch.setattr(recipe, "class_vectors", lambda embed: classes)
    monkeypatch.setattr(recipe, "SAMPLE", 600)
    few = {"counts": (4, 2, 2)}
    for name, more in (("PROBE", {}), ("TUNED", {"size": SIDE}), ("FITTED", {})):
        monkeypatch.setattr(recipe, name, getattr(recipe, name) | few | more)


def run(data: Path, assets: Path, folder: Path) -> list[str]:
    words = [f"word{i}" for i in range(4000)]
    records = recipe.train(data, assets, folder / "states", folder / "clip", words, steps=2)
    return list(dict.fromkeys(record.stage for record in records))


def test_the_whole_run(data: Path, assets: Path, tmp_path: Path) -> None:
    assert run(data, assets, tmp_path) == ["features", "probe", "tuned", "projection"]
    made = Encoder.load(f"local-dir:{tmp_path / 'clip'}")
    assert made.encode_images([Image.new("RGB", (40, 20), "red")]).shape == (1, 256)
    assert made.encode_text(["red dress"]).shape == (1, 256)
    record = json.loads((tmp_path / "clip/training.json").read_text())
    file = data / "phone-clothes.parquet"
    assert record["sha256"][file.name] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert list(record["stages"]) == ["probe", "tuned", "share of the tuned", "projection"]

    fitted = load_file(tmp_path / "states/projection.safetensors")["model.text.weight"]
    written = load_file(tmp_path / "clip/open_clip_model.safetensors")["text.proj.weight"].float()
    torch.testing.assert_close(written, fitted, atol=1e-3, rtol=2e-3)

    weights = (tmp_path / "clip/open_clip_model.safetensors").read_bytes()
    assert run(data, assets, tmp_path) == [], "nothing is left to do"
    assert (tmp_path / "clip/open_clip_model.safetensors").read_bytes() == weights


def test_the_texts_of_the_map_hold_nothing_held_out(data: Path, assets: Path) -> None:
    words = [f"word{i}" for i in range(5000)]
    held_out = set(corpus.held_out_words(words))
    texts = recipe.sample_texts(data, assets, words)
    assert held_out and len(texts) == recipe.SAMPLE
    assert not any(held_out & set(text.split()) for text in texts)
    assert recipe.sample_texts(data, assets, words) == texts


def test_minilm_reads_as_it_was_published() -> None:
    texts: Sequence[str] = ["red dress", "crimson gown", "a tractor in the field"]
    vectors = minilm.MiniLM().embed(texts)
    near = vectors @ vectors.T
    assert vectors.shape == (3, minilm.DIM) and near[0, 1] > 0.5 > near[0, 2]
