"""What the image tower learns from: pictures with mattes, and MiniLM's vectors of what is said of them."""

import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageOps
from scipy import ndimage

from r4t_demo.files import write_atomically
from r4t_demo.train.data.corpus import photo_rows, without_terms
from r4t_demo.train.encoder import captions

PHONES = "phone-clothes.parquet"
WHITE = 236  # from here on a pixel may be a studio's ground
LEAST_GROUND = 0.1  # of a picture: with less there is none to take away
WORDINGS = 6  # of a kind
Embed = Callable[[Sequence[str]], np.ndarray]  # texts to MiniLM's unit vectors (n, d)


@dataclass(frozen=True)
class Source:
    """Pictures of one origin.

    ``pixels`` (n, 4, s, s), uint8, colours and matte; ``captions`` (n, c, d), or None where there are kinds alone, ``chances``
    (c,) how often each is meant, ``pull`` how strongly a picture is drawn to its own. ``kinds`` (n,) numbers in ``wordings``
    (kinds, WORDINGS, d). ``weights`` (n,): how often each picture is drawn, rarer kinds more often than they occur.
    """

    pixels: np.ndarray
    kinds: np.ndarray
    wordings: np.ndarray
    weights: np.ndarray
    captions: np.ndarray | None = None
    chances: tuple[float, ...] = ()
    pull: float = 0.0


def photos(data: Path, embed: Embed, cache: Path, held_out: list[str]) -> Source:
    """Return the train rows of the product photos; one whose captions speak of a held-out term is left out."""
    rows = photo_rows(data)
    said = captions.photo_captions(rows)
    clean = [len(without_terms(group, held_out)) == len(set(group)) for group in said]
    rows, said = rows[clean], [group for group, is_clean in zip(said, clean, strict=True) if is_clean]
    pixels = _kept(cache / "photos.npy", 128, (Image.open(io.BytesIO(image["bytes"])) for image in rows.image), len(rows))
    return Source(
        pixels,
        *_kinds(rows.category, embed, 0.15),
        captions=_vectors(said, embed),
        chances=shared(0.6),
        pull=1.0,
    )


def shared(titles: float) -> tuple[float, ...]:
    """Return how often each of a photo's captions is meant, where its title is meant so often."""
    return (titles, *((1 - titles) * part for part in (0.2, 0.15, 0.2, 0.15, 0.3)))


def phones(data: Path, embed: Embed, cache: Path) -> Source:
    """Return the train rows of the phone photos."""
    rows = phone_rows(data, "train")
    pixels = _kept(cache / "phones.npy", 224, (Image.open(io.BytesIO(image["bytes"])) for image in rows.image), len(rows))
    return Source(pixels, *_kinds(rows.category, embed, 0.5))


def phone_rows(data: Path, split: str) -> pd.DataFrame:
    """Return one split's rows of the phone photos of clothes."""
    rows = pd.read_parquet(data / PHONES)
    return rows[rows.split == split].reset_index(drop=True)


def atelier(folder: Path, embed: Embed, cache: Path) -> Source:
    """Return the drawn catalogue.

    An item has one caption vector: in equal parts the mean of the looks that shoppers' titles see in it, alone and said with its
    category, and besides a little of its own title and of the category. The means leave what the titles agree on.
    """
    items = pd.read_parquet(folder / "items.parquet")
    pixels = _kept(cache / "atelier.npy", 160, (Image.open(folder / image["path"]) for image in items.image), len(items))
    looks = captions.atelier_looks(folder)
    kinds = [[f"{look} {kind}" for look in group] for group, kind in zip(looks, items.category, strict=True)]
    target = _means(looks, embed) + _means(kinds, embed) + 0.25 * embed(list(items.text)) + 0.3 * embed(list(items.category))
    said = _unit(target)[:, None].astype(np.float16)
    return Source(pixels, *_kinds(items.category, embed, 0.0), captions=said, chances=(1.0,), pull=12.0)


def picture(image: Image.Image, side: int) -> np.ndarray:
    """Return uint8 (4, side, side): the whole picture on white, as the encoder's preprocessing shows it, and its matte.

    The matte is 255 where a pixel belongs to the thing and 0 on the white that hangs together with the picture's edge; without
    such a ground it is 255 in all of the picture, the bars at its sides too.
    """
    small = image.convert("RGB")
    matte = Image.fromarray(_matte(np.asarray(small)))
    square = [
        ImageOps.pad(part, (side, side), Image.Resampling.BICUBIC, color=fill) for part, fill in ((small, "white"), (matte, 0))
    ]
    colours, alpha = np.asarray(square[0]), np.asarray(square[1])
    if np.asarray(matte).min() == 255:
        alpha = np.full_like(alpha, 255)
    return np.concatenate([colours, alpha[..., None]], axis=2).transpose(2, 0, 1)


def _matte(pixels: np.ndarray) -> np.ndarray:
    white = pixels.min(2) >= WHITE
    parts, _ = ndimage.label(white)
    edge = np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]])
    ground = np.isin(parts, edge[edge > 0])
    if ground.mean() < LEAST_GROUND:
        return np.full(white.shape, 255, np.uint8)
    return np.where(ndimage.binary_dilation(ground), 0, 255).astype(np.uint8)  # the last bright fringe goes, too


def _kinds(labels: pd.Series, embed: Embed, balance: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Numbers (n,), wordings (kinds, WORDINGS, d) and weights (n,): a kind's share is its number of pictures ** (1 - balance)."""
    names = sorted(set(labels))
    numbers = np.array([names.index(label) for label in labels])
    said = [(captions.wordings(name) * WORDINGS)[:WORDINGS] for name in names]
    weights = (np.bincount(numbers) ** -balance)[numbers]
    return numbers, embed([text for group in said for text in group]).reshape(len(names), WORDINGS, -1), weights / weights.sum()


def _vectors(groups: list[list[str]], embed: Embed) -> np.ndarray:
    """The vectors (n, c, d) of as many captions a picture, each distinct one embedded once, half precision."""
    distinct = {caption: i for i, caption in enumerate(dict.fromkeys(c for group in groups for c in group))}
    vectors = embed(list(distinct)).astype(np.float16)
    return vectors[np.array([[distinct[c] for c in group] for group in groups])]


def kept_vectors(embed: Embed, folder: Path, texts: Sequence[str]) -> np.ndarray:
    """Return ``embed(texts)``, kept under ``folder`` so that a killed run need not repeat it."""
    path = folder / f"{hashlib.sha256(chr(10).join(texts).encode()).hexdigest()[:16]}.npy"
    if not path.exists():
        _keep(path, embed(texts))
    return np.load(path)


def _kept(path: Path, side: int, images: Iterator[Image.Image], count: int) -> np.ndarray:
    """The pictures (count, 4, side, side), made once."""
    if not path.exists():
        pixels = np.empty((count, 4, side, side), np.uint8)
        for row, image in enumerate(images):
            pixels[row] = picture(image, side)
        _keep(path, pixels)
    return np.load(path, mmap_mode="r")


def _keep(path: Path, array: np.ndarray) -> None:
    def write(temporary: Path) -> None:
        with open(temporary, "wb") as file:
            np.save(file, array)

    write_atomically(path, write)


def _means(groups: list[list[str]], embed: Embed) -> np.ndarray:
    """The mean vector of each group of texts, of unit length (n, d)."""
    parts = np.split(embed([text for group in groups for text in group]), np.cumsum([len(group) for group in groups])[:-1])
    return np.stack([_unit(part.mean(0)) for part in parts])


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
