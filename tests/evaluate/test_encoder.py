"""The figures of an encoder against slow oracles, on the test double's space."""

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from r4t_demo.evaluate import encoder as evaluation
from r4t_demo.settings import Settings
from tests.doubles import COLOURS, HashEncoder


def unit(*shape: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal(shape)
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


@given(st.integers(0, 500))
def test_a_titles_rank_is_that_of_its_best_picture(seed: int) -> None:
    images, texts = unit(30, 4, seed=seed), dict(zip("abcdefgh", unit(8, 4, seed=seed + 1), strict=True))
    titles = list(np.random.default_rng(seed).choice(list("abcdefgh"), 30))
    ranks = []
    for title in set(titles):
        order = sorted(range(30), key=lambda i: -images[i] @ texts[title])
        ranks.append(1 + next(place for place, i in enumerate(order) if titles[i] == title))
    found = evaluation.title_retrieval(images, titles, lambda names: np.stack([texts[name] for name in names]))
    assert found["title_r1"] == pytest.approx(np.mean([rank == 1 for rank in ranks]))
    assert found["title_r10"] == pytest.approx(np.mean([rank <= 10 for rank in ranks]))
    assert found["mrr"] == pytest.approx(np.mean([1 / rank for rank in ranks]))


def test_zero_shot_counts_the_nearest_label() -> None:
    axes = dict(zip(("hat", "boot", "belt"), np.eye(3), strict=True))
    images = np.array([[0.9, 0.1, 0], [0.2, 0.8, 0], [0.1, 0.9, 0], [0, 0, 1]])
    labels = ["Hat", "Hat", "Boot", "Belt"]
    assert evaluation.zero_shot(images, labels, lambda names: np.stack([axes[name] for name in names])) == 0.75


def test_spearman_by_hand() -> None:
    assert evaluation.spearman(np.array([1, 2, 3, 4]), np.array([10, 20, 30, 400])) == pytest.approx(1)
    assert evaluation.spearman(np.array([1, 2, 3, 4]), np.array([4, 3, 2, 1])) == pytest.approx(-1)
    # ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: covariance 4.5 over sqrt(4.5 * 5)
    assert evaluation.spearman(np.array([0, 5, 5, 9]), np.array([1, 2, 3, 4])) == pytest.approx(4.5 / (4.5 * 5) ** 0.5)


def test_pairs_are_of_different_phrases_and_of_both_kinds() -> None:
    fashion, other = [f"dress {i}" for i in range(50)], [f"song {i}" for i in range(40)]
    pairs = evaluation.phrase_pairs(fashion, other)
    kinds = [{text.split()[0] for text in pair} for pair in pairs]
    assert kinds.count({"dress"}) == 3_500 and kinds.count({"song"}) == 1_500 and len(pairs) == 5_000
    assert all(a != b for a, b in pairs)
    assert evaluation.phrase_pairs(fashion, other) == pairs


def picture(colour: tuple[int, int, int]) -> dict:
    packed = io.BytesIO()
    Image.new("RGB", (16, 16), colour).save(packed, "PNG")
    return {"bytes": packed.getvalue(), "path": None}


def write_data(folder: Path) -> None:
    """Photos, stylists' items and tracks with the columns that are read; training rows that must not count."""
    (folder / "fashion-products").mkdir(parents=True)
    rows = [
        {"image": picture(rgb), "text": f"{colour} thing", "category": colour, "split": split}
        for split in ("train", "test")
        for colour, rgb in COLOURS.items()
    ]
    pd.DataFrame(rows).to_parquet(folder / "fashion-products/part-0.parquet")
    items = [{"image": picture(rgb), "text": f"{colour} item", "product_family": colour} for colour, rgb in COLOURS.items()]
    pd.DataFrame(items).to_parquet(folder / "stylist-outfits-items.parquet")
    phones = [
        {"image": picture(rgb), "category": colour, "split": split}
        for split in ("train", "test")
        for colour, rgb in COLOURS.items()
    ]
    pd.DataFrame(phones).to_parquet(folder / "phone-clothes.parquet")
    tracks = [
        {
            "track_name": f"song {i}",
            "track_artist": "x",
            "playlist_name": f"mix {i}",
            "playlist_subgenre": "jazz",
            "playlist_id": f"p{i}",
        }
        for i in range(40)
    ]
    pd.DataFrame(tracks).to_parquet(folder / "music-playlists.parquet")


def test_scores_of_kinds_by_hand() -> None:
    scores = np.array([[3, 2, 1, 0], [3, 2, 1, 0], [0, 1, 2, 3], [3, 2, 1, 0]])
    found = evaluation.class_scores(scores, ["a", "a", "d", "d"], ["a", "b", "c", "d"])
    assert found == {"top1": 0.75, "top3": 0.75, "macro": 0.75}
    found = evaluation.class_scores(scores, ["a", "a", "a", "d"], ["a", "b", "c", "d"])
    assert found == {"top1": 0.5, "top3": 0.5, "macro": pytest.approx((2 / 3 + 0) / 2)}


def test_phones_pictures_are_turned_by_quarters() -> None:
    axes = dict(zip(("hat", "boot"), np.eye(2), strict=True))
    upright, wrong = np.array([[1.0, 0], [0, 1]]), np.array([[0.0, 1], [1, 0]])
    found = evaluation.phone_zero_shot(
        [upright, upright, wrong, upright], ["hat", "boot"], lambda names: np.stack([axes[n] for n in names])
    )
    assert found["top1"] == 1 and found["turned_top1"] == pytest.approx(2 / 3)


def network(name: str) -> tuple:
    """A published network that sees the mean colour."""
    return torch.nn.Sequential(torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten()), None, None


def test_a_linear_probe_learns_from_labelled_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "published", network)
    shades = {"dark": (10, 10, 10), "red": (200, 20, 20), "light": (240, 240, 240)}
    labels = [*shades] * 10
    pictures = [Image.new("RGB", (20, 30), shades[label]) for label in labels]
    scores = evaluation.probe_scores(
        pictures, labels, [Image.new("RGB", (30, 20), (190, 30, 30)), Image.new("RGB", (9, 9), "white")], [*shades]
    )
    assert scores.argmax(1).tolist() == [1, 2]


def test_the_whole_evaluation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_data(tmp_path)
    monkeypatch.setattr(evaluation, "published", network)
    encoder = HashEncoder()
    result = evaluation.evaluate(encoder, encoder.encode_text, tmp_path, Settings().assets, [f"word{i}" for i in range(5_000)])
    assert set(result["phone_clothes"]) == {"top1", "top3", "macro", "turned_top1"} and set(result["home"]) == {"top1"}
    assert set(result["linear_probe"]) == {"top1", "top3", "macro"}
    assert result["samples"]["photos"] == result["samples"]["titles"] == result["samples"]["types"] == len(COLOURS)
    assert result["text"]["spearman"] == pytest.approx(1), "the encoder is its own teacher here"
    assert set(result["fashion_products"]) == {"title_r1", "title_r10", "mrr", "article_type_top1"}
    short = result["matryoshka_128"]
    assert {part: set(short[part]) for part in short} == {part: set(result[part]) for part in short}
    assert all(value > 0 for value in result["speed"].values())
    json.dumps(result, allow_nan=False)
    assert "stylist_outfits family_top1" in evaluation.table(result)
