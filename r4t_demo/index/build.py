"""From a catalogue to its saved index: one vector an item, from its picture and its title."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from r4t_demo.catalog import Catalog, Item
from r4t_demo.encoder import Encoder
from r4t_demo.index.faiss_index import FaissIndex

IMAGE_WEIGHT = 0.85  # titles say what a thing is, pictures also how it looks; chosen on Atelier's validation queries
FOLDER = "index"  # inside the catalogue's folder


def embed_items(items: list[Item], encoder: Encoder, image_weight: float = IMAGE_WEIGHT) -> np.ndarray:
    """unit(w·image + (1-w)·title) of each item: (n, d) float32. An item without a picture is its title alone."""
    vectors = (1.0 - image_weight) * encoder.encode_text([item.title for item in items])
    pictured = [row for row, item in enumerate(items) if item.image]
    if pictured:
        vectors[pictured] += image_weight * encoder.encode_images([_open(items[row].image) for row in pictured])
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def build_index(
    catalog: Catalog, encoder: Encoder, batch: int = 64, image_weight: float = IMAGE_WEIGHT
) -> Iterator[dict[str, int | str]]:
    """Embed the whole catalogue, yield a record a batch, and save the index into the catalogue's folder at the end."""
    parts = []
    for start in range(0, len(catalog), batch):
        parts.append(embed_items(catalog.items[start : start + batch], encoder, image_weight))
        yield {"stage": "index", "step": min(start + batch, len(catalog)), "total": len(catalog)}
    FaissIndex.build(np.concatenate(parts), encoder.id, catalog.fingerprint).save(catalog.root / FOLDER)


def _open(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")
