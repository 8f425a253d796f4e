"""Pictures, tables and zips in the states that people have them in."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from r4t_demo.sources import open_source
from r4t_demo.sources.ingest import ingest, read_report
from r4t_demo.sources.validate import Report

RED, BLUE = (200, 30, 30), (20, 40, 190)


def encoded(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def picture(colour: tuple[int, int, int] = RED, size: tuple[int, int] = (24, 16), kind: str = "PNG") -> bytes:
    return encoded(Image.new("RGB", size, colour), kind)


def half_and_half() -> Image.Image:
    """Red above, blue below."""
    image = Image.new("RGB", (32, 32), RED)
    image.paste(BLUE, (0, 16, 32, 32))
    return image


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims any size and holds a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")


def pixel(data: bytes, x: int, y: int) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.array(image.convert("RGB").getpixel((x, y)))


def write_files(folder: Path, files: dict[str, bytes | str]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def write_zip(path: Path, files: dict[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def taken_in(source: Path | str, out: Path, limit: int | None = None) -> Report:
    """Run the whole way from a source to a catalogue folder."""
    for _ in ingest(open_source(str(source)), out, limit):
        pass
    return read_report(out)
