"""Pictures and caption vectors for the image tower, prepared once and kept as arrays."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageOps

from r4t_demo.files import write_atomically
from r4t_demo.train.corpus import photo_rows, without_terms

SIDE = 120  # a little larger than the tower's 96, so that it can be shifted
Embed = Callable[[list[str]], np.ndarray]  # texts to unit vectors (n, d)


def picture(image: Image.Image) -> np.ndarray:
    """Return uint8 pixels (3, SIDE, SIDE): the whole picture on white, as the encoder's preprocessing shows it."""
    padded = ImageOps.pad(image.convert("RGB"), (SIDE, SIDE), Image.Resampling.BICUBIC, color="white")
    return np.asarray(padded).transpose(2, 0, 1)


def photo_captions(rows: pd.DataFrame) -> list[list[str]]:
    """Return five captions a photo: its title, two made of its attributes, its type and its family."""
    kind = rows.base_colour + " " + rows.category + " for " + rows.gender.str.lower()
    use = (rows.season.fillna("") + " " + rows.usage.fillna("") + " " + rows.category).str.strip()
    names = zip(rows.text, kind, use, rows.category.str.lower(), rows.sub_category.str.lower(), strict=True)
    return [list(captions) for captions in names]


def atelier_captions(folder: Path) -> list[list[str]]:
    """Return an item's captions: how shoppers' titles speak of it.

    A caption joins a title term of a *training* outfit that the item belongs to with its category. An item of no training
    outfit has its description.
    """
    items = pd.read_parquet(folder / "items.parquet")
    worn: dict[str, dict[str, None]] = {item_id: {} for item_id in items.item_ID}
    for line in (folder / "outfits.jsonl").read_text(encoding="utf-8").splitlines():
        outfit = json.loads(line)
        if outfit["split"] == "train":
            for item_id in outfit["items"]:
                worn[item_id][outfit["term"]] = None
    return [[f"{term} {row.category}" for term in worn[row.item_ID]] or [row.description] for row in items.itertuples()]


def photos(data: Path, embed: Embed, cache: Path, held_out: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return (pixels, caption vectors) of the train rows of the product photos, shapes (n, 3, SIDE, SIDE) and (n, 5, d).

    A photo whose captions speak of a held-out term is left out.
    """
    rows = photo_rows(data)
    captions = photo_captions(rows)
    clean = [len(without_terms(group, held_out)) == len(set(group)) for group in captions]
    rows, captions = rows[clean], [group for group, is_clean in zip(captions, clean, strict=True) if is_clean]
    if not (cache / "photo_pixels.npy").exists():
        _keep(cache / "photo_pixels.npy", np.stack([picture(Image.open(io.BytesIO(image["bytes"]))) for image in rows.image]))
    return np.load(cache / "photo_pixels.npy", mmap_mode="r"), np.stack(embed_captions(captions, embed))


def atelier(folder: Path, embed: Embed) -> tuple[np.ndarray, np.ndarray]:
    """Return (pixels, targets) of the drawn catalogue, shapes (n, 3, SIDE, SIDE) and (n, 1, d).

    The target of an item is one vector, three parts the mean of its captions and one part its title: averaging the captions
    leaves what they agree on, the look and the category.
    """
    items = pd.read_parquet(folder / "items.parquet")
    pixels = np.stack([picture(Image.open(folder / image["path"])) for image in items.image])
    looks = np.stack([vectors.mean(0) for vectors in embed_captions(atelier_captions(folder), embed)])
    targets = 0.75 * looks / np.linalg.norm(looks, axis=1, keepdims=True) + 0.25 * embed(list(items.text))
    return pixels, (targets / np.linalg.norm(targets, axis=1, keepdims=True)).astype(np.float32)[:, None]


def embed_captions(captions: list[list[str]], embed: Embed) -> list[np.ndarray]:
    """Return the vectors (c, d) of each picture's captions, each distinct caption embedded once."""
    distinct = {caption: i for i, caption in enumerate(dict.fromkeys(c for group in captions for c in group))}
    vectors = embed(list(distinct))
    return [vectors[[distinct[c] for c in group]] for group in captions]


def _keep(path: Path, array: np.ndarray) -> None:
    def write(temporary: Path) -> None:
        with open(temporary, "wb") as file:
            np.save(file, array)

    write_atomically(path, write)
