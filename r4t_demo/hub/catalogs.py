"""A catalogue's folder as a dataset on the Hub, and back.

On the Hub its rows are parquet shards with the pictures inside, as other programs expect, and not ten thousands of small files;
its vectors are one safetensors file with the encoder's id, from which the index is built anew, since a FAISS file of anybody's
is not read. The models that were tuned to it lie in folders beside them.
"""

import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet as parquet
from PIL import Image
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from r4t_demo.catalog import IMAGES_FOLDER, INDEX_FOLDER, ITEMS_FILE, Catalog, aside
from r4t_demo.errors import UserError
from r4t_demo.fanout.checkpoint import FILES as MODEL_FILES
from r4t_demo.fanout.registry import OWN
from r4t_demo.files import staged
from r4t_demo.hub.repo import Repo, check_room
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.index.kinds import choose
from r4t_demo.pattern.own import FOLDER as STEERING
from r4t_demo.sources.decode import SIDE

TUNED = (*OWN.values(), STEERING)  # the models that a run leaves in a catalogue's folder
SHARDS, VECTORS = "data", "vectors.safetensors"
BESIDE = (  # what evaluations and the page read
    "queries.jsonl",
    "outfits.jsonl",
    "understanding.json",
    "columns.json",
    "seen.json",
    "comparison.json",
)
SHARD, GROUP = 10_000, 500  # rows of a file, and of those that are in memory at once
IMAGE = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])  # as the datasets library has it
BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)
DAMAGE = (ValueError, TypeError, KeyError, OSError, SafetensorError, pyarrow.ArrowException, *BOMB)
FORMATS = {"WEBP": "webp", "JPEG": "jpg", "PNG": "png"}


def pack(folder: Path, target: Path) -> dict[str, Any]:
    """Write the catalogue in ``folder`` into ``target`` as it lies on the Hub; return the facts that its card tells."""
    catalog = Catalog.load(folder)
    index = FaissIndex.load(catalog.root / INDEX_FOLDER, source=catalog.fingerprint)
    pictures = [item.image for item in catalog.items]
    (target / SHARDS).mkdir(parents=True)
    table = parquet.read_table(catalog.root / ITEMS_FILE)
    table = table.drop_columns(aside(table))  # prices, stock numbers and the like are nobody else's business
    for start in range(0, len(catalog), SHARD):
        part = table.slice(start, SHARD)
        schema = _replaced(part.slice(0, 0), []).schema
        with parquet.ParquetWriter(target / SHARDS / f"{start // SHARD:05d}.parquet", schema) as writer:
            for first in range(0, len(part), GROUP):
                rows = part.slice(first, GROUP)
                writer.write_table(_with_pictures(rows, pictures[start + first :]))
    save_file({"vectors": index.vectors(np.arange(len(index)))}, target / VECTORS, {"encoder": index.encoder_id})
    for name in (*BESIDE, "README.md"):
        if (folder / name).is_file():
            shutil.copyfile(folder / name, target / name)
    tuned = [own for own in TUNED if (folder / own).is_dir()]
    for own in tuned:
        shutil.copytree(folder / own, target / own, ignore=shutil.ignore_patterns(".*"))
    return {
        "items": len(catalog),
        "pictures": sum(picture is not None for picture in pictures),
        "encoder": index.encoder_id,
        "dim": index.dim,
        "tuned": tuned,
    }


def fetch(reference: str, budget: int) -> Path:
    """The folder of the catalogue that hub:OWNER/NAME@REVISION names, made in this machine's cache unless it is there.

    ``budget``: the bytes of memory that its index may take.
    """
    from huggingface_hub import cached_assets_path

    repo = Repo.of(reference, "dataset")
    models = [f"{own}/{pattern}" for own in TUNED for pattern in MODEL_FILES]
    snapshot = repo.fetch([f"{SHARDS}/*.parquet", VECTORS, "README.md", *BESIDE, *models])
    name = repo.name.replace("/", "--")
    folder = cached_assets_path("r4t-demo", "catalogs", name) / snapshot.name / repo.name.partition("/")[2]
    if not folder.is_dir():
        size = sum(file.stat().st_size for file in snapshot.rglob("*") if file.is_file())
        check_room(f"The {repo}", size, folder)
        try:
            with staged(folder) as place:
                _unpack(snapshot, place, budget)
        except UserError as error:
            raise UserError(f"The {repo} is no catalogue that this app has published: {error}") from error
        except DAMAGE as error:
            raise UserError(f"The {repo} is no catalogue that this app has published, or is damaged ({error}).") from error
    return folder


def _with_pictures(rows: pyarrow.Table, pictures: list[Path | None]) -> pyarrow.Table:
    """The rows with the first of ``pictures`` inside."""
    cells: list[dict | None] = [
        {"bytes": picture.read_bytes(), "path": picture.name} if picture else None for picture in pictures[: len(rows)]
    ]
    return _replaced(rows, cells)


def _unpack(snapshot: Path, folder: Path, budget: int) -> None:
    """Make the catalogue's folder; the pictures get names of ours, and must be small pictures."""
    shards = sorted((snapshot / SHARDS).glob("*.parquet"))
    if not shards:
        raise UserError(f"it holds no {SHARDS}/*.parquet.")
    (folder / IMAGES_FOLDER).mkdir(parents=True)
    tables = [table for shard in shards for table in _shard(shard, folder)]
    parquet.write_table(pyarrow.concat_tables(tables, promote_options="permissive"), folder / ITEMS_FILE)
    for name in (*BESIDE, "README.md"):
        if (snapshot / name).is_file():
            shutil.copyfile(snapshot / name, folder / name)
    for own in TUNED:
        if (snapshot / own).is_dir():
            shutil.copytree(snapshot / own, folder / own)
    _index(snapshot / VECTORS, folder, budget)


def _shard(path: Path, folder: Path) -> Iterator[pyarrow.Table]:
    number = 0
    with parquet.ParquetFile(path) as shard:
        for batch in shard.iter_batches(GROUP):
            rows = pyarrow.Table.from_batches([batch])
            cells = []
            for cell in rows["image"].to_pylist():
                cells.append(_picture((cell or {}).get("bytes"), folder, f"{path.stem}/{number:05d}"))
                number += 1
            yield _replaced(rows, cells)


def _replaced(rows: pyarrow.Table, cells: list[dict | None]) -> pyarrow.Table:
    return rows.set_column(rows.schema.get_field_index("image"), "image", pyarrow.array(cells, IMAGE))


def _picture(data: bytes | None, folder: Path, name: str) -> dict | None:
    if not data:
        return None
    with Image.open(BytesIO(data), formats=list(FORMATS)) as image:
        if max(image.size) > SIDE:
            raise UserError(f"picture {name} has more than {SIDE} pixels a side.")
        path = f"{IMAGES_FOLDER}/{name}.{FORMATS[str(image.format)]}"
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).write_bytes(data)
    return {"bytes": None, "path": path}


def _index(path: Path, folder: Path, budget: int) -> None:
    if not path.is_file():
        raise UserError(f"it holds no {VECTORS}.")
    with safe_open(path, "numpy") as file:
        encoder, vectors = (file.metadata() or {}).get("encoder"), file.get_tensor("vectors")
    catalog = Catalog.load(folder)
    if not encoder or vectors.dtype != np.float32 or vectors.ndim != 2 or len(vectors) != len(catalog):
        raise UserError(f"{VECTORS} holds {vectors.dtype} of shape {vectors.shape} for {len(catalog)} items of '{encoder}'.")
    kind = choose(len(catalog), vectors.shape[1], budget)
    FaissIndex.build(vectors, encoder, catalog.fingerprint, kind=kind).save(folder / INDEX_FOLDER)
