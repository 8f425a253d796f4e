"""Pictures with their mattes, and the sources that the image tower learns from."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

from r4t_demo.train.encoder import training_data


def embed(texts: Sequence[str]) -> np.ndarray:
    return np.stack([np.random.default_rng(abs(hash(text)) % 2**32).standard_normal(8) for text in texts]).astype(np.float32)


def shop_picture() -> Image.Image:
    """A blue ring on white, upright."""
    image = Image.new("RGB", (60, 80), "white")
    ImageDraw.Draw(image).ellipse((10, 20, 50, 60), fill="white", outline="blue", width=8)
    return image


def test_a_studios_ground_is_taken_away_and_the_hole_stays() -> None:
    pixels = training_data.picture(shop_picture(), 80)
    assert pixels.shape == (4, 80, 80) and pixels.dtype == np.uint8
    colours, matte = pixels[:3], pixels[3]
    assert matte[40, 22] == 255 and colours[:, 40, 22].tolist() == [0, 0, 255]
    assert matte[3, 3] == matte[40, 3] == matte[75, 40] == 0, "the ground and the bars"
    assert matte[40, 40] == 255, "white that does not hang together with the edge may be the thing's own"


def test_a_picture_without_a_studios_ground_belongs_to_the_thing_as_a_whole() -> None:
    pixels = training_data.picture(Image.effect_noise((40, 60), 30).convert("RGB"), 60)
    assert (pixels[3] == 255).all() and (pixels[:3, :, :5] == 255).all(), "its bars, too, are part of how it is seen"


def png(colour: str) -> dict:
    packed = io.BytesIO()
    Image.new("RGB", (20, 20), colour).save(packed, "PNG")
    return {"bytes": packed.getvalue(), "path": None}


def phones(folder: Path) -> None:
    rows = [{"image": png("red"), "category": "shirt", "split": "train"}] * 16 + [
        {"image": png("tan"), "category": "hat", "split": "train"}
    ]
    pd.DataFrame([*rows, {"image": png("blue"), "category": "skirt", "split": "test"}]).to_parquet(
        folder / "phone-clothes.parquet"
    )


def test_phones_train_rows_alone_rare_kinds_more_often(tmp_path: Path) -> None:
    phones(tmp_path)
    source = training_data.phones(tmp_path, embed, tmp_path / "cache")
    assert source.pixels.shape == (17, 4, 224, 224) and source.captions is None
    assert source.kinds.tolist() == [1] * 16 + [0] and source.wordings.shape[:2] == (2, training_data.WORDINGS)
    np.testing.assert_allclose(source.wordings[1, 0], embed(["shirt"])[0])
    np.testing.assert_allclose(source.weights.sum(), 1)
    np.testing.assert_allclose(source.weights[-1] / source.weights[0], 4, err_msg="the root of sixteen")


def test_train_and_test_rows_of_phones_are_apart(tmp_path: Path) -> None:
    phones(tmp_path)
    train, test = (training_data.phone_rows(tmp_path, split) for split in ("train", "test"))
    assert len(train) == 17 and len(test) == 1
    assert not {row["bytes"] for row in train.image} & {row["bytes"] for row in test.image}


def test_a_photo_that_speaks_of_a_held_out_term_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "fashion-products").mkdir()
    row = {
        "base_colour": "Red",
        "category": "Tops",
        "gender": "Women",
        "season": "Summer",
        "usage": "Casual",
        "sub_category": "Topwear",
    }
    rows = [
        row | {"image": png("red"), "text": text, "split": split}
        for text, split in (("Boho top", "train"), ("Plain top", "train"), ("Other top", "test"))
    ]
    pd.DataFrame(rows).to_parquet(tmp_path / "fashion-products/0.parquet")
    source = training_data.photos(tmp_path, embed, tmp_path / "cache", ["boho"])
    assert len(source.pixels) == 1 and source.captions.shape == (1, len(source.chances), 8)
    np.testing.assert_allclose(source.captions[0, 0], embed(["Plain top"])[0], atol=1e-2)


def test_vectors_are_made_once(tmp_path: Path) -> None:
    asked = []

    def spy(texts: Sequence[str]) -> np.ndarray:
        asked.append(list(texts))
        return embed(texts)

    first = training_data.kept_vectors(spy, tmp_path, ["a", "b"])
    again = training_data.kept_vectors(spy, tmp_path, ["a", "b"])
    assert asked == [["a", "b"]] and np.array_equal(first, again)
    training_data.kept_vectors(spy, tmp_path, ["b", "a"])
    assert len(asked) == 2
