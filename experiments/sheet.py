"""A sheet to look at: phone photos of clothes, what zero-shot calls each, and the photos that lie nearest to it."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

from r4t_demo.encoder import Encoder
from r4t_demo.train.encoder.training_data import phone_rows

SIDE, NEAREST, COLUMNS = 112, 3, 2
RIGHT, WRONG, INK = "#1a7f37", "#b42318", "#1f2328"


def phone_sheet(encoder: Encoder, data: Path, path: Path) -> None:
    """Draw the sheet of the phone photos' test rows, with what the encoder takes them for by their kinds' names alone."""
    rows = phone_rows(data, "test")
    pictures = [Image.open(io.BytesIO(image["bytes"])) for image in rows.image]
    vectors, names = encoder.encode_images(pictures), sorted(set(rows.category))
    told = [names[row] for row in (vectors @ encoder.encode_text(names).T).argmax(1)]
    draw(path, pictures, rows.category.tolist(), told, vectors)


def draw(
    path: Path, pictures: Sequence[Image.Image], kinds: Sequence[str], told: Sequence[str], vectors: np.ndarray, count: int = 40
) -> None:
    """Write a sheet of ``count`` pictures, each before its NEAREST others; a kind is green where it is right.

    ``kinds`` are the pictures' own, ``told`` what they are taken for, ``vectors`` (n, d) unit rows. Drawn are the first of a
    fixed permutation.
    """
    chosen = np.random.default_rng(0).permutation(len(pictures))[:count]
    near = vectors @ vectors.T
    np.fill_diagonal(near, -np.inf)
    rows = -(-count // COLUMNS)
    wide, high = (1 + NEAREST) * SIDE + 16, SIDE + 22
    sheet = Image.new("RGB", (COLUMNS * wide, rows * high), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(12)
    for place, row in enumerate(chosen):
        left, top = place // rows * wide, place % rows * high
        others = np.argsort(-near[row])[:NEAREST]
        for step, one in enumerate((row, *others)):
            tile = ImageOps.pad(pictures[one].convert("RGB"), (SIDE - 4, SIDE - 4), color="white")
            sheet.paste(tile, (left + step * SIDE + (8 if step else 0), top))
            text = kinds[one] if step or told[one] == kinds[one] else f"{kinds[one]}: {told[one]}?"
            good = told[one] == kinds[one] if not step else kinds[one] == kinds[row]
            pen.text((left + step * SIDE + (8 if step else 0), top + SIDE - 3), text, fill=RIGHT if good else WRONG, font=font)
        pen.line((left + SIDE + 1, top, left + SIDE + 1, top + SIDE), fill=INK)
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, quality=80)
