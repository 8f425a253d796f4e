"""From a catalogue to its index: one vector an item, from its picture and its words, put into the catalogue's folder."""

import hashlib
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from r4t_demo.catalog import INDEX_FOLDER as FOLDER
from r4t_demo.catalog import Catalog, Item
from r4t_demo.encoder import Encoder
from r4t_demo.files import replace, work_folder, write_atomically
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.index.kinds import GIB, Kind, choose

if TYPE_CHECKING:
    from accelerate import PartialState

IMAGE_WEIGHT = 0.85  # titles say what a thing is, pictures also how it looks; chosen on Atelier's validation queries
SHARD = 8  # batches; the most that a kill can cost


def embed_items(items: list[Item], encoder: Encoder, image_weight: float = IMAGE_WEIGHT) -> np.ndarray:
    """unit(w·image + (1-w)·words) of each item: (n, d) float32. An item without a picture is its words alone."""
    vectors = (1.0 - image_weight) * encoder.encode_text([item.words for item in items])
    pictured = [row for row, item in enumerate(items) if item.image]
    if pictured:
        vectors[pictured] += image_weight * encoder.encode_images([_open(items[row].image) for row in pictured])
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def build_index(
    catalog: Catalog,
    encoder: Encoder,
    batch: int = 64,
    image_weight: float = IMAGE_WEIGHT,
    threads: int = 2,
    budget: int = 4 * GIB,
    crew: "PartialState | None" = None,
) -> Iterator[dict[str, int | str]]:
    """Embed the whole catalogue and put the index into its folder at the end; yield a record a batch.

    ``budget``: the bytes of memory that the loaded index may take, see ``kinds.choose``. ``threads`` batches run side by side;
    the processes of a ``crew`` (accelerate's PartialState) share the shards, and its main one joins them. An older index stays
    until the new one is whole, and another run after a kill goes on with the shards that are missing.
    """
    rank, world = (crew.process_index, crew.num_processes) if crew else (0, 1)
    kind = choose(len(catalog), encoder.dim, budget)
    settings = {"batch": batch, "image_weight": image_weight, "encoder": [encoder.id, _probe(encoder)]}
    if rank:
        crew.wait_for_everyone()  # the main process makes the folder
    work = work_folder(catalog.root, {"index of": catalog.fingerprint, **settings})
    if crew and not rank:
        crew.wait_for_everyone()
    parts = [work / f"{start:09d}.f32" for start in range(0, len(catalog), batch * SHARD)]

    def finished() -> int:
        return min(sum(part.is_file() for part in parts) * batch * SHARD, len(catalog))

    yield {"stage": "embed", "step": finished(), "total": len(catalog)}
    with ThreadPoolExecutor(threads) as pool:
        for part in parts[rank::world]:
            if part.is_file():
                continue
            start, before = int(part.stem), finished()
            shard = catalog.items[start : start + batch * SHARD]
            batches = [shard[first : first + batch] for first in range(0, len(shard), batch)]
            rows = []
            for vectors in pool.map(lambda items: embed_items(items, encoder, image_weight), batches):
                rows.extend(vectors)
                yield {"stage": "embed", "step": min(before + len(rows), len(catalog)), "total": len(catalog)}
            write_atomically(part, np.stack(rows).tofile)
    if crew:
        crew.wait_for_everyone()
    if not rank:
        _join(parts, kind, catalog, encoder, work)
    if crew:
        crew.wait_for_everyone()


def _join(parts: list[Path], kind: Kind, catalog: Catalog, encoder: Encoder, work: Path) -> None:
    """Put the index of all parts into the catalogue's folder."""
    rows = np.concatenate([np.fromfile(part, np.float32) for part in parts]).reshape(len(catalog), encoder.dim)
    FaissIndex.build(rows, encoder.id, catalog.fingerprint, kind=kind).save(work / FOLDER)
    replace(work / FOLDER, catalog.root / FOLDER)
    shutil.rmtree(work)


def _probe(encoder: Encoder) -> str:
    """A digest of what both towers answer: retrained weights keep the encoder's id, but their vectors must not be mixed."""
    answers = encoder.encode_text(["a red dress"]), encoder.encode_images([Image.new("RGB", (64, 64), "teal")])
    return hashlib.sha256(b"".join(answer.tobytes() for answer in answers)).hexdigest()


def _open(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")
