"""Small stand-ins for the trained parts: the same interfaces, no weights, deterministic."""

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet as parquet
import torch
from PIL import Image

from r4t_demo.catalog import Catalog, Item
from r4t_demo.engine import Engine
from r4t_demo.fanout.base import FanOut
from r4t_demo.fanout.registry import METHODS

DIM = 48
CATEGORIES = ("dress", "boots", "hat", "handbag", "belt", "scarf")
COLOURS = {"red": (200, 30, 40), "black": (30, 30, 36), "ivory": (240, 230, 210), "navy": (30, 40, 80)}
STYLES = ("bohemian", "gothic")
EVERYWHERE = [name for name, method in METHODS.items() if not method.tuned]  # the others want a catalogue with models of its own
WRITERS = ("zero-shot", "sft", "folm", "folm-wscr", "folm-stylist", "folm-photos")  # best-of-5 samples from one of them


class HashEncoder:
    """Each word is a fixed random direction, a text the sum of its words, a picture its mean colour."""

    id, digest, dim = "hash-48", "the words", DIM

    def encode_text(self, texts: Sequence[str]) -> np.ndarray:
        rows = [sum((_direction(word) for word in text.lower().split()), np.zeros(DIM)) for text in texts]
        return _unit(np.array(rows).reshape(-1, DIM))

    def encode_images(self, images: Sequence[Image.Image]) -> np.ndarray:
        means = np.stack([np.asarray(image, dtype=np.float64).mean(axis=(0, 1)) / 255 for image in images])
        return _unit(means @ np.stack([_direction(channel) for channel in ("r", "g", "b")]))


class ListFolm:
    """A language model that writes lists of catalogue words about the query, shorter than k now and then."""

    def __init__(self, encoder: HashEncoder, name: str = "sft"):
        self.encoder, self.name = encoder, name

    def sample_lists(
        self, queries: Sequence[str], vectors: np.ndarray, k: int, n_samples: int, *, seed: int = 0, temperature: float = 0.9
    ) -> list[list[list[str]]]:
        rng = np.random.default_rng(seed)
        return [[self._list(query, k, rng) for _ in range(n_samples)] for query in queries]

    def fan_out(self, queries: Sequence[str], vectors: np.ndarray, k: int, *, seed: int = 0, tell=None) -> list[FanOut]:
        lists = [samples[0] for samples in self.sample_lists(queries, vectors, k, 1, seed=seed)]
        for row, texts in enumerate(lists) if tell else ():
            tell(row, texts)
        return [FanOut(self.name, texts, self.encoder.encode_text(texts), 0.002, 0.001, is_text=True) for texts in lists]

    def _list(self, query: str, k: int, rng: np.random.Generator) -> list[str]:
        return [f"{query} {rng.choice(list(COLOURS))} {rng.choice(CATEGORIES)}" for _ in range(rng.integers(1, k + 1))]


class FixedSlots:
    """A one-call retriever whose slots are the query turned towards each category; keeps the options it was given."""

    def __init__(self, encoder: HashEncoder, name: str = "diffusion"):
        self.encoder, self.name, self.options = encoder, name, {}

    def fan_out(self, queries: Sequence[str], vectors: np.ndarray, k: int, *, seed: int = 0, **options) -> list[FanOut]:
        self.options = options
        labels = [CATEGORIES[i % len(CATEGORIES)] for i in range(k)]
        slots = [_unit(vector + self.encoder.encode_text(labels)) for vector in vectors]
        return [FanOut(self.name, labels, rows, 0.001, label_scores=[0.5] * k) for rows in slots]


class WholeLists:
    """A policy that always writes k sub-queries, other ones in every sample."""

    def __init__(self):
        self.encoder, self.model = HashEncoder(), torch.nn.Linear(1, 1, bias=False)

    def sample_lists(self, queries, vectors, k, n_samples, *, seed=0, temperature=0.9):
        texts = [f"{colour} {category}" for colour in COLOURS for category in CATEGORIES]
        return [[[f"{query} {texts[(i * k + j) % len(texts)]}" for j in range(k)] for i in range(n_samples)] for query in queries]


def stand_in(engine: Engine) -> None:
    """Give an engine these in the place of the trained methods; they need no language model on this machine."""
    for folder in {method.needs for method in METHODS.values() if method.needs}:
        (engine.settings.checkpoints / folder).mkdir()
    engine.fanouts._has = engine.fanouts._found
    loaded, encoder = engine.fanouts._loaded, engine.encoder
    loaded.update({name: ListFolm(encoder, name) for name in WRITERS})
    loaded.update({name: FixedSlots(encoder, name) for name in METHODS if name.startswith("diffusion")})


def write_catalog(folder: Path) -> Path:
    """A catalogue of 48 items (6 categories x 4 colours x 2 styles) with pictures and labels, in ``folder``."""
    (folder / "images").mkdir(parents=True)
    rows = []
    for category in CATEGORIES:
        for colour, rgb in COLOURS.items():
            for style in STYLES:
                item_id = f"{style}-{colour}-{category}"
                Image.new("RGB", (16, 16), rgb).save(folder / "images" / f"{item_id}.png")
                rows.append(
                    {
                        "image": {"bytes": None, "path": f"images/{item_id}.png"},
                        "item_ID": item_id,
                        "text": f"{style} {colour} {category}",
                        "category": category,
                        "aesthetics": [style],
                        "colour_families": [colour],
                    }
                )
    parquet.write_table(pyarrow.Table.from_pylist(rows), folder / "items.parquet")
    return folder


def _direction(word: str) -> np.ndarray:
    return np.random.default_rng(zlib.crc32(word.encode())).standard_normal(DIM)


def _unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


def catalogue(*items: Item) -> Catalog:
    """A catalogue that is in no folder."""
    return Catalog("shop", list(items), Path())
