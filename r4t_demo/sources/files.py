"""Named files, in a folder or in a zip: nothing is ever unpacked, and no name leads outside."""

import os
import re
import stat
import zipfile
import zlib
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol, cast

from r4t_demo.errors import UserError
from r4t_demo.sources.base import Refusal

MAX_FILE = 256 * 2**20  # bytes of one file, unpacked
MAX_TOTAL = 64 * 2**30  # bytes of a whole zip, unpacked
MAX_ENTRIES = 2_000_000
MAX_RATIO, RATIO_FROM = 200, 8 * 2**20  # a file that unpacks to more than 8 MB may not be 200 times its packed size
_MEGABYTE = 2**20


class Files(Protocol):
    """Files by name: relative, with forward slashes, in a fixed order."""

    name: str

    def names(self) -> list[str | Refusal]: ...

    def identity(self) -> list: ...

    def identity_of(self, name: str) -> list: ...

    def open(self, name: str) -> AbstractContextManager[BinaryIO]:
        """UserError for a name that leads outside, a missing file and one that may not be unpacked."""
        ...


class FolderFiles:
    """The files under a folder, hidden ones left out."""

    def __init__(self, root: Path):
        self.root, self.name = root, str(root)
        self._real = root.resolve()

    def names(self) -> list[str | Refusal]:
        names = (name for name, *_ in self._entries)
        return [
            name if name.isprintable() else Refusal(ascii(name), "has a name with unreadable signs: rename it") for name in names
        ]

    def identity(self) -> list:
        return [list(entry) for entry in self._entries]

    def identity_of(self, name: str) -> list:
        return _stamp(name, self.root / name)

    def open(self, name: str) -> BinaryIO:
        inside(name)
        path = self.root / name
        if not path.resolve().is_relative_to(self._real):
            raise UserError(f"'{name}' leads outside the folder")
        if not path.is_file():
            raise UserError(f"'{name}' is not in the folder")
        try:
            return path.open("rb")
        except OSError as error:
            raise UserError(f"'{name}' cannot be opened ({error.strerror})") from error

    @cached_property
    def _entries(self) -> list[list]:
        found = []
        for folder, folders, files in os.walk(self.root, onerror=_raise):
            folders[:] = [one for one in folders if not _is_hidden(one)]
            paths = (Path(folder) / file for file in files if not _is_hidden(file))
            found += [_stamp(path.relative_to(self.root).as_posix(), path) for path in paths if path.is_file()]
        return sorted(found)


class ZipFiles:
    """The files of a zip. Encrypted ones, links, bombs and names that lead outside are refused one by one."""

    def __init__(self, path: Path):
        self.path, self.name = path, str(path)
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise UserError(f"'{path}' is not a readable zip ({error}). Pack it again and retry.") from error
        entries = [entry for entry in self._zip.infolist() if not entry.filename.endswith("/") and not _in_hidden(entry.filename)]
        if len(entries) > MAX_ENTRIES:
            raise UserError(f"'{path}' holds {len(entries):,} files; at most {MAX_ENTRIES:,} are read. Split it and retry.")
        total = sum(entry.file_size for entry in entries)
        if total > MAX_TOTAL:
            limit = f"at most {MAX_TOTAL // _MEGABYTE:,} MB are read"
            raise UserError(f"'{path}' would unpack to {total // _MEGABYTE:,} MB; {limit}. Split it and retry.")
        self._entries = {entry.filename: entry for entry in sorted(entries, key=lambda entry: entry.filename)}

    def names(self) -> list[str | Refusal]:
        refusals = ((name, _refusal(entry)) for name, entry in self._entries.items())
        return [Refusal(name, why) if why else name for name, why in refusals]

    def identity(self) -> list:
        return _stamp(self.path.name, self.path)

    def identity_of(self, name: str) -> list:
        return [*self.identity(), name]

    def open(self, name: str) -> BinaryIO:
        inside(name)
        entry = self._entries.get(name)
        if entry is None:
            raise UserError(f"'{name}' is not in the zip")
        if why := _refusal(entry):
            raise UserError(f"'{name}' {why}")
        try:
            return cast(BinaryIO, self._zip.open(entry))
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
            raise UserError(f"'{name}' cannot be unpacked ({error})") from error


def read(files: Files, name: str) -> bytes:
    """The whole file; UserError where it is missing, refused, damaged or larger than MAX_FILE."""
    with files.open(name) as file:
        try:
            data = file.read(MAX_FILE + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
            raise UserError(f"'{name}' is damaged ({error})") from error
    if len(data) > MAX_FILE:
        raise UserError(f"'{name}' is larger than {MAX_FILE // _MEGABYTE} MB")
    return data


def inside(name: str) -> None:
    """UserError for a name that is absolute or climbs out of its folder, on any system."""
    path = PurePosixPath(name.replace("\\", "/"))
    if not name or "\0" in name or path.is_absolute() or ".." in path.parts or re.match("[A-Za-z]:", name):
        raise UserError(f"'{name}' leads outside the folder")


def _refusal(entry: zipfile.ZipInfo) -> str:
    """Why a packed file may not be read, from its header alone; "" where it may. zipfile never reads on past ``file_size``."""
    try:
        inside(entry.filename)
    except UserError:
        return "has a name that leads outside the folder"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "is a link"
    if entry.flag_bits & 1:
        return "is encrypted"
    if entry.file_size > MAX_FILE:
        return f"would unpack to {entry.file_size // _MEGABYTE:,} MB; at most {MAX_FILE // _MEGABYTE} MB are read"
    if entry.file_size > max(RATIO_FROM, MAX_RATIO * entry.compress_size):
        return f"would unpack to {entry.file_size // max(1, entry.compress_size):,} times its size, as a zip bomb does"
    return ""


def _stamp(name: str, path: Path) -> list:
    info = path.stat()
    return [name, info.st_size, info.st_mtime_ns]


def _raise(error: OSError) -> None:
    raise error


def _is_hidden(part: str) -> bool:
    return part.startswith(".") and part not in ("..", ".") or part in ("__MACOSX", "Thumbs.db", "desktop.ini")


def _in_hidden(name: str) -> bool:
    return any(map(_is_hidden, name.replace("\\", "/").split("/")))
