"""Files that are whole or not there at all, and what an interrupted job leaves for the next run of it."""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from r4t_demo.errors import MachineError, UserError

WORK = ".work"
GIB = 2**30  # bytes
Made = TypeVar("Made")


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Call ``write`` on a temporary neighbour of ``path`` and move it there, so that no half-written file is ever seen."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        write(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text, in UTF-8, as a whole or not at all."""
    write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def write_json(path: Path, value: object, **options: Any) -> None:
    """Write a JSON value and a line's end likewise; ``options`` of ``json.dumps``."""
    write_text(path, json.dumps(value, **{"indent": 1, "ensure_ascii": False} | options) + "\n")


def json_lines(path: Path) -> list[dict]:
    """Read a file of JSON objects, one a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def read_lines(path: Path, make: Callable[[dict], Made], what: str) -> list[Made]:
    """What ``make`` makes of each JSON object of such a file; UserError names the first line that is no ``what``."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            found.append(make(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UserError(f"'{path.name}', line {number}, is no {what} ({error}).") from error
    return found


@contextmanager
def machine_errors(again: str) -> Iterator[None]:
    """Turn what a disk does to the block into a MachineError that ends with ``again``, what to do then."""
    full = os.strerror(errno.ENOSPC)
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        if full in str(error):  # safetensors, tokenizers and FAISS tell it by errors of their own, of many lines
            raise MachineError(f"The disk is full ({full}). {again}") from error
        if isinstance(error, OSError):
            raise MachineError(f"A file cannot be read or written ({error}). {again}") from error
        raise


def free_bytes(folder: Path) -> int:
    """Bytes free on the disk where ``folder`` is or will be."""
    folder = folder.absolute()
    return shutil.disk_usage(next(place for place in (folder, *folder.parents) if place.exists())).free


def replace(new: Path, old: Path) -> None:
    """Put the finished file or folder ``new`` in the place of ``old``."""
    if old.is_dir():
        shutil.rmtree(old)
    os.replace(new, old)


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """Yield a neighbour of ``folder`` that is not there yet and takes its place in the end; where that fails nothing stays."""
    place = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(place, ignore_errors=True)
    try:
        yield place
        replace(place, folder)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def job_digest(job: dict) -> str:
    """A digest of everything that shapes a job's result; ``job`` is a JSON value."""
    return hashlib.sha256(json.dumps(job, sort_keys=True).encode()).hexdigest()


def work_folder(root: Path, job: dict) -> Path:
    """Return ``root``/.work with what an earlier run of the very same job has finished there, empty otherwise."""
    folder, digest = root / WORK, job_digest(job)
    mark = folder / "job"
    if not mark.is_file() or mark.read_text() != digest:
        shutil.rmtree(folder, ignore_errors=True)
        write_text(mark, digest)
    return folder
