"""From a catalogue to its index: one vector an item, from its picture and its words, put into the catalogue's folder."""

import shutil
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch
from accelerate import PartialState
from PIL import Image

from r4t_demo import seen
from r4t_demo.catalog import INDEX_FOLDER as FOLDER
from r4t_demo.catalog import Catalog, Item
from r4t_demo.encoder import Encoder
from r4t_demo.files import GIB, WORK, replace, work_folder, write_atomically, write_text
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.index.kinds import Kind, choose

IMAGE_WEIGHT = 0.85  # titles say what a thing is, pictures also how it looks; chosen on Atelier's validation queries
EMBEDDED = "embedded-by"  # the file that says with which weights
SHARD = 8  # batches; the most that a kill can cost


def embed_items(items: list[Item], encoder: Encoder, image_weight: float = IMAGE_WEIGHT) -> np.ndarray:
    """unit(w·image + (1-w)·words) of each item: (n, d) float32. What an item lacks of these counts nothing."""
    vectors = (1.0 - image_weight) * encoder.encode_text([item.words for item in items])
    vectors[[row for row, item in enumerate(items) if not item.words]] = 0.0
    pictures = {row: item.image for row, item in enumerate(items) if item.image}
    if pictures:
        vectors[list(pictures)] += image_weight * encoder.encode_images([_open(path) for path in pictures.values()])
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def build_index(
    catalog: Catalog,
    encoder: Encoder,
    batch: int = 64,
    image_weight: float = IMAGE_WEIGHT,
    threads: int = 2,
    budget: int = 4 * GIB,
    crew: PartialState | None = None,
) -> Iterator[dict[str, int | str]]:
    """Embed the whole catalogue and put the index into its folder at the end; yield a record a batch.

    ``budget``: the bytes of memory that the loaded index may take, see ``kinds.choose``. ``threads`` batches run side by side;
    the processes of ``crew`` (those of ``accelerate launch``) share the shards, and its main one joins them. An older index
    stays until the new one is whole, and another run after a kill goes on with the shards that are missing.
    """
    crew = crew or PartialState()
    kind = choose(len(catalog), encoder.dim, budget)
    shards = Shards(catalog, batch, image_weight)
    if crew.is_main_process:
        shards.begin(encoder)
    crew.wait_for_everyone()
    yield shards.record(shards.finished())
    with ThreadPoolExecutor(threads) as pool:
        for start in shards.starts[crew.process_index :: crew.num_processes]:
            if shards.has(start):
                continue
            before = shards.finished()
            for rows in shards.embed(start, encoder, pool):
                yield shards.record(before + rows)
    crew.wait_for_everyone()
    if crew.is_main_process:
        shards.join(encoder, kind)
    crew.wait_for_everyone()


def ensure_index(catalog: Catalog, encoder: Encoder, threads: int) -> Iterator[dict[str, int | str]]:
    """``build_index`` unless exactly these weights have embedded this catalogue already; torch runs on one thread meanwhile."""
    mark, weights = catalog.root / EMBEDDED, f"{encoder.digest} {catalog.fingerprint}"
    if mark.is_file() and mark.read_text() == weights and (catalog.root / FOLDER).is_dir():
        return
    before = torch.get_num_threads()
    torch.set_num_threads(1)  # whole batches run side by side
    try:
        yield from build_index(catalog, encoder, threads=threads)
    finally:
        torch.set_num_threads(before)
    write_text(mark, weights)


@dataclass(frozen=True)
class Shards:
    """The vectors of a catalogue in the making: a file for each ``batch * SHARD`` items, there only when it is whole.

    A shard goes by the row of its first item. Any process that sees the catalogue's folder can embed any of them.
    """

    catalog: Catalog
    batch: int
    image_weight: float

    @property
    def starts(self) -> range:
        """The first row of each."""
        return range(0, len(self.catalog), self.batch * SHARD)

    def begin(self, encoder: Encoder) -> None:
        """Make their folder; it keeps what an earlier run of the same job has finished, and nothing else."""
        settings = {"batch": self.batch, "image_weight": self.image_weight, "encoder": [encoder.id, encoder.digest]}
        work_folder(self.catalog.root, {"index of": self.catalog.fingerprint, **settings})

    def has(self, start: int) -> bool:
        """Whether that one is finished."""
        return self._path(start).is_file()

    def finished(self) -> int:
        """How many items are embedded, by whomever."""
        return min(sum(map(self.has, self.starts)) * self.batch * SHARD, len(self.catalog))

    def record(self, step: int) -> dict[str, int | str]:
        """What ``build_index`` yields when ``step`` items are embedded."""
        return {"stage": "embed", "step": min(step, len(self.catalog)), "total": len(self.catalog)}

    def embed(self, start: int, encoder: Encoder, pool: Executor) -> Iterator[int]:
        """Embed one shard, its batches side by side, and write it; yield how many of its items are done."""
        items = self.catalog.items[start : start + self.batch * SHARD]
        batches = [items[first : first + self.batch] for first in range(0, len(items), self.batch)]
        rows: list[np.ndarray] = []
        for vectors in pool.map(lambda batch: embed_items(batch, encoder, self.image_weight), batches):
            rows.extend(vectors)
            yield len(rows)
        write_atomically(self._path(start), np.stack(rows).tofile)

    def join(self, encoder: Encoder, kind: Kind) -> None:
        """Put the index of all shards into the catalogue's folder, in the place of an older one, and what is seen in pictures."""
        rows = np.concatenate([np.fromfile(self._path(start), np.float32) for start in self.starts]).reshape(-1, encoder.dim)
        self._look(rows, encoder)
        index = FaissIndex.build(rows, encoder.id, self.catalog.fingerprint, kind=kind)
        work, root = self.catalog.root / WORK, self.catalog.root
        index.save(work / FOLDER)
        replace(work / FOLDER, root / FOLDER)
        shutil.rmtree(work)

    def _look(self, vectors: np.ndarray, encoder: Encoder) -> None:
        """Write what there is in the pictures of items without a title."""
        untold = [(row, item) for row, item in enumerate(self.catalog.items) if item.image and not item.said]
        if not untold:
            (self.catalog.root / seen.FILE).unlink(missing_ok=True)
            return
        found = seen.look(vectors[[row for row, _ in untold]], [cast(Path, item.image) for _, item in untold], encoder)
        seen.save(self.catalog.root, {item.item_id: tags for (_, item), tags in zip(untold, found, strict=True) if tags})

    def _path(self, start: int) -> Path:
        return self.catalog.root / WORK / f"{start:09d}.f32"


def _open(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")
