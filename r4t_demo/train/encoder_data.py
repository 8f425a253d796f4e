"""Pictures and caption vectors for the image tower, prepared once and kept as arrays."""

import io
import json
import random
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageOps

from r4t_demo.files import write_atomically
from r4t_demo.train.corpus import photo_rows
from r4t_demo.train.teacher import Teacher

SIDE = 104  # a little larger than the tower's 96, so that it can be shifted
CAPTIONS = 6


def picture(image: Image.Image) -> np.ndarray:
    """Return uint8 pixels (3, SIDE, SIDE): the whole picture on white, as the encoder's preprocessing shows it."""
    padded = ImageOps.pad(image.convert("RGB"), (SIDE, SIDE), Image.Resampling.BICUBIC, color="white")
    return np.asarray(padded).transpose(2, 0, 1)


def photo_captions(rows: pd.DataFrame) -> list[list[str]]:
    """Return six captions a photo: its title four times over, and two made of its attributes."""
    kind = rows.base_colour + " " + rows.category + " for " + rows.gender.str.lower()
    use = rows.season.fillna("") + " " + rows.usage.fillna("") + " " + rows.category
    return [[title] * 4 + [a, b.strip()] for title, a, b in zip(rows.text, kind, use, strict=True)]


def atelier_captions(folder: Path, seed: int = 0) -> list[list[str]]:
    """Return six captions an item: title, description, and titles of *training* outfits that it belongs to, with its category."""
    items = pd.read_parquet(folder / "items.parquet")
    worn: dict[str, list[str]] = {item_id: [] for item_id in items.item_ID}
    for line in (folder / "outfits.jsonl").read_text().splitlines():
        outfit = json.loads(line)
        if outfit["split"] == "train":
            for item_id in outfit["items"]:
                worn[item_id].append(outfit["term"])
    rng = random.Random(seed)
    captions = []
    for row in items.itertuples():
        terms = sorted(set(worn[row.item_ID]))
        looks = [f"{rng.choice(terms)} {row.category}" if terms else row.description for _ in range(CAPTIONS - 3)]
        captions.append([row.text, row.text, row.description, *looks])
    return captions


def photos(data: Path, teacher: Teacher, cache: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return (pixels, caption vectors) of the train rows of the product photos, shapes (n, 3, SIDE, SIDE) and (n, 6, d)."""
    if not (cache / "photo_captions.npy").exists():
        rows = photo_rows(data)
        _keep(cache / "photo_pixels.npy", np.stack([picture(Image.open(io.BytesIO(image["bytes"]))) for image in rows.image]))
        _keep(cache / "photo_captions.npy", embed_captions(photo_captions(rows), teacher))
    return np.load(cache / "photo_pixels.npy", mmap_mode="r"), np.load(cache / "photo_captions.npy")


def atelier(folder: Path, teacher: Teacher) -> tuple[np.ndarray, np.ndarray]:
    """Return (pixels, caption vectors) of the drawn catalogue, shapes as in ``photos``."""
    items = pd.read_parquet(folder / "items.parquet")
    pixels = np.stack([picture(Image.open(folder / image["path"])) for image in items.image])
    return pixels, embed_captions(atelier_captions(folder), teacher)


def embed_captions(captions: list[list[str]], teacher: Teacher) -> np.ndarray:
    """Return the teacher's vectors, shape (n, c, d), each distinct caption embedded once."""
    distinct = {caption: i for i, caption in enumerate(dict.fromkeys(c for group in captions for c in group))}
    vectors = teacher.embed(list(distinct)).astype(np.float16)
    return vectors[np.array([[distinct[c] for c in group] for group in captions])]


def _keep(path: Path, array: np.ndarray) -> None:
    def write(temporary: Path) -> None:
        with open(temporary, "wb") as file:
            np.save(file, array)

    write_atomically(path, write)
