"""Write the whole catalogue into a folder: pictures, items.parquet, outfits.jsonl and queries.jsonl."""

import io
import json
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from artwork.atelier import cloth
from artwork.atelier.draw import raster
from artwork.atelier.items import Piece, make_items
from artwork.atelier.outfits import make_outfits
from artwork.atelier.queries import make_queries
from artwork.atelier.spec import Garment

SIZE, QUALITY = 320, 60  # pixels; WebP quality that keeps all pictures together under 18 MB
_PROCESSES = 2


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` fill a temporary neighbour, then put it in place at once."""
    temporary = path.with_name(f".{path.name}.tmp")
    write(temporary)
    os.replace(temporary, path)


def webp(garment: Garment) -> bytes:
    """Return a garment's picture as WebP bytes, 320 x 320."""
    picture = Image.open(io.BytesIO(raster(garment, SIZE))).convert("RGB")
    packed = io.BytesIO()
    picture.save(packed, "WEBP", quality=QUALITY, method=6)
    return packed.getvalue()


def image_path(piece: Piece) -> str:
    """Return where an item's picture lies, relative to the catalogue's folder."""
    return f"images/{piece.item_id}.webp"


def _draw(job: tuple[Path, Garment]) -> int:
    path, garment = job
    packed = webp(garment)
    _replace(path, lambda temporary: temporary.write_bytes(packed))
    return len(packed)


def draw_images(pieces: Sequence[Piece], out: Path) -> Iterator[int]:
    """Draw every item's picture with two processes; yield the size of each in bytes, in order."""
    (out / "images").mkdir(parents=True, exist_ok=True)
    jobs = [(out / image_path(piece), piece.garment) for piece in pieces]
    with multiprocessing.get_context("spawn").Pool(_PROCESSES) as pool:
        yield from pool.imap(_draw, jobs, chunksize=16)


def _row(piece: Piece) -> dict:
    garment = piece.garment
    return {
        "image": {"bytes": None, "path": image_path(piece)},
        "item_ID": piece.item_id,
        "text": piece.title,
        "category": garment.category,
        "description": piece.description,
        "silhouette": garment.silhouette,
        "material": garment.material,
        "pattern": garment.pattern,
        "colours": list(garment.colours),
        "colour_families": cloth.families(garment),
        "trims": list(garment.trims),
        "seasons": list(piece.seasons),
        "formality": piece.formality,
        "aesthetics": list(piece.aesthetics),
    }


_LISTS = ("colours", "colour_families", "trims", "seasons", "aesthetics")
_TEXTS = ("item_ID", "text", "category", "description", "silhouette", "material", "pattern")
SCHEMA = pa.schema(
    [
        ("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
        *((name, pa.string()) for name in _TEXTS),
        *((name, pa.list_(pa.string())) for name in _LISTS),
        ("formality", pa.string()),
    ]
)


def _write_lines(path: Path, rows: Iterable[dict]) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    _replace(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def write_tables(pieces: Sequence[Piece], out: Path, seed: int = 0) -> None:
    """Write items.parquet, outfits.jsonl and queries.jsonl."""
    out.mkdir(parents=True, exist_ok=True)
    rows = pa.Table.from_pylist([_row(piece) for piece in pieces], SCHEMA)
    _replace(out / "items.parquet", lambda temporary: pq.write_table(rows, temporary, compression="zstd"))
    _write_lines(out / "outfits.jsonl", (asdict(outfit) for outfit in make_outfits(pieces, seed)))
    _write_lines(out / "queries.jsonl", (asdict(query) for query in make_queries(pieces)))


def _clear_stale(pieces: Sequence[Piece], out: Path) -> None:
    """Remove pictures of an earlier build that no item of this one has."""
    kept = {image_path(piece) for piece in pieces}
    for path in (out / "images").glob("at-*.webp"):
        if f"images/{path.name}" not in kept:
            path.unlink()


def build(out: Path, seed: int = 0) -> None:
    """Redraw the catalogue into ``out``, saying how far it is; the same seed gives the same bytes."""
    pieces = list(make_items(seed))
    write_tables(pieces, out, seed)
    total = 0
    for done, size in enumerate(draw_images(pieces, out), 1):
        total += size
        if done % 100 == 0 or done == len(pieces):
            print(f"\rdrawn {done} of {len(pieces)} pictures, {total / 1e6:.1f} MB", end="", flush=True)
    print()
    _clear_stale(pieces, out)
