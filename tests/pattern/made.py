"""A small made catalogue with patterns and attributes that are known, and an engine over it."""

import zlib
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from r4t_demo.catalog import Catalog, Item
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.pattern.task import Task, make_task, unit
from r4t_demo.settings import Settings

DIM, PATTERNS, MEMBERS = 24, 14, 40
TONES, SIZES = ("dark", "light", "pale"), ("large", "small")
ENCODER = SimpleNamespace(id="made-24", dim=DIM)


def made_catalog() -> Catalog:
    """Items whose tone and size were drawn with shares of their pattern's own, so that no value is everywhere."""
    rng, items = np.random.default_rng(0), []
    for pattern in range(PATTERNS):
        for number in range(MEMBERS):
            tone = TONES[rng.choice(3, p=np.roll((0.5, 0.3, 0.2), pattern))]
            size = SIZES[int(rng.random() < (0.3, 0.45)[pattern % 2])]
            attributes = {"tone": tone, "size": [size], "sku": f"{pattern}-{number}"}
            items.append(Item(f"i{pattern:02}{number:02}", f"{tone} {size} {pattern}", f"kind {pattern}", None, attributes))
    return Catalog("made", items, Path("nowhere"))


def made_vectors(catalog: Catalog) -> np.ndarray:
    """An item lies at its pattern's place, moved along the directions of its tone and its size, and a little by chance."""
    parts = [
        1.0 * _place(item.category) + 0.3 * _place(item.labels("tone")[0]) + 0.3 * _place(item.labels("size")[0])
        for item in catalog.items
    ]
    return unit(np.array(parts) + 0.06 * np.random.default_rng(1).standard_normal((len(parts), DIM)))


def made_task(label_share: float = 0.4) -> Task:
    catalog = made_catalog()
    return make_task(catalog, FaissIndex.build(made_vectors(catalog), ENCODER.id), label_share)


def made_engine(checkpoints: Path) -> SimpleNamespace:
    """What steering reads of an engine."""
    catalog = made_catalog()
    index = FaissIndex.build(made_vectors(catalog), ENCODER.id)
    return SimpleNamespace(catalog=catalog, index=index, encoder=ENCODER, settings=Settings(checkpoints=checkpoints))


def _place(name: str) -> np.ndarray:
    return unit(np.random.default_rng(zlib.crc32(name.encode())).standard_normal(DIM))
