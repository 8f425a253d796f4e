"""The sheet of phone photos."""

from pathlib import Path

import numpy as np
from PIL import Image

from experiments import sheet


def test_a_picture_stands_before_its_nearest_ones(tmp_path: Path) -> None:
    colours = ["red", "blue", "green", "gold", "black", "teal"]
    pictures = [Image.new("RGB", (30, 40), colour) for colour in colours]
    vectors = np.eye(6)[:, :4]
    vectors[4], vectors[5] = vectors[0] * 0.9, vectors[1] * 0.9  # black is like red, teal like blue
    sheet.draw(tmp_path / "new" / "sheet.png", pictures, colours, ["red", *["blue"] * 5], vectors, count=6)
    drawn = np.asarray(Image.open(tmp_path / "new" / "sheet.png"))
    high = sheet.SIDE + 22
    order = np.random.default_rng(0).permutation(6)
    for place, row in enumerate(order):
        left, top = place // 3 * (drawn.shape[1] // 2), place % 3 * high
        first, second = drawn[top + 50, left + 50], drawn[top + 50, left + sheet.SIDE + 8 + 50]
        assert first.tolist() == list(Image.new("RGB", (1, 1), colours[row]).getpixel((0, 0)))
        if row in (0, 4):
            assert second.tolist() == list(Image.new("RGB", (1, 1), colours[4 - row]).getpixel((0, 0)))
