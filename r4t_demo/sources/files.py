"""Named files, in a folder or in a zip: nothing is ever unpacked, and no name leads outside.

Names are in Unicode's NFC with forward slashes, whatever system wrote them; how a name is judged, it is judged in that form.
"""

import lzma
import os
import re
import stat
import unicodedata
import zipfile
import zlib
from contextlib import AbstractContextManager
from functools import cached_property
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from r4t_demo.errors import UserError, reason
from r4t_demo.sources import zip_names
from r4t_demo.sources.base import Refusal

MAX_FILE = 256 * 2**20  # bytes of one file, unpacked
MAX_TOTAL = 64 * 2**30  # bytes of a whole zip, unpacked
MAX_ENTRIES = 2_000_000
MAX_RATIO, RATIO_FROM = 200, 8 * 2**20  # a file that unpacks to more than 8 MB may not be 200 times its packed size
WORKBOOKS = (".xlsx", ".xls", ".xlsm", ".ods", ".numbers")
SAVE_AS = "is a workbook: save the sheet as CSV UTF-8 (in Excel: File, Save As)"
_MEGABYTE = 2**20
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError)  # what zipfile raises
_NOWHERE = re.compile(r"^(\./)+|(?<=/)((\.?/)+(\.$)?|\.$)")  # "./a", "a//b", "a/./b", "a/."
_OF_SYSTEMS = {
    "__macosx",
    "thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "@eadir",
    "$recycle.bin",
    "system volume information",
    "icon\r",
}
_ARCHIVES = {b"Rar!": "a RAR archive", b"7z\xbc\xaf": "a 7z archive", b"\x1f\x8b": "a gzip archive", b"BZh": "a bzip2 archive",
             b"\xfd7zX": "an xz archive", b"\x28\xb5\x2f\xfd": "a zstd archive", b"PK\3\4": "a zip"}  # fmt: skip


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
        found = ((normal(name), name) for name, *_ in self._entries)
        return [_judged(name, "" if self._disk_name[name] == disk else "stands twice in the folder") for name, disk in found]

    def identity(self) -> list:
        return [list(entry) for entry in self._entries]

    def identity_of(self, name: str) -> list:
        return _stamp(name, self._path(name))

    def open(self, name: str) -> BinaryIO:
        inside(name)
        path = self._path(name)
        if not path.resolve().is_relative_to(self._real):
            raise UserError(f"'{shown(name)}' leads outside the folder")
        try:
            return path.open("rb")
        except OSError as error:
            raise UserError(f"'{name}' cannot be opened ({error.strerror})") from error

    def _path(self, name: str) -> Path:
        """Where a file is: mostly under its very name, else under one that its system writes in another form.

        UserError where it is under neither.
        """
        path = self.root / name
        if os.path.isfile(path):  # half the time of Path's, for each of many thousand pictures
            return path
        if (disk := self._disk_name.get(normal(name))) is None:
            raise UserError(f"'{shown(name)}' is not in the folder")
        return self.root / disk

    @cached_property
    def _disk_name(self) -> dict[str, str]:
        """Of two files whose names are one in NFC, the one that is written so, or the first."""
        found: dict[str, str] = {}
        for disk, *_ in self._entries:
            if normal(disk) == disk:
                found[disk] = disk
            else:
                found.setdefault(normal(disk), disk)
        return found

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
        except _BROKEN as error:
            raise UserError(f"'{path}' is {_what(path)}{reason(error)}. Pack it again as a zip and retry.") from error
        every = zip(map(normal, zip_names.names(self._zip.infolist())), self._zip.infolist(), strict=True)
        visible = (one for one in every if not one[0].endswith("/") and not any(map(_is_hidden, one[0].split("/"))))
        named = sorted(visible, key=itemgetter(0))
        entries = [entry for _, entry in named]
        if len(entries) > MAX_ENTRIES:
            raise UserError(f"'{path}' holds {len(entries):,} files; at most {MAX_ENTRIES:,} are read. Split it and retry.")
        total = sum(entry.file_size for entry in entries)
        if total > MAX_TOTAL:
            limit = f"at most {MAX_TOTAL // _MEGABYTE:,} MB are read"
            raise UserError(f"'{path}' would unpack to {total // _MEGABYTE:,} MB; {limit}. Split it and retry.")
        self._entries = dict(reversed(named))
        self._names = [
            _judged(name, _refusal(name, entry) if self._entries[name] is entry else "stands twice in the zip")
            for name, entry in named
        ]

    def names(self) -> list[str | Refusal]:
        return self._names

    def identity(self) -> list:
        return _stamp(self.path.name, self.path)

    def identity_of(self, name: str) -> list:
        return [*self.identity(), name]

    def open(self, name: str) -> BinaryIO:
        inside(name)
        entry = self._entries.get(normal(name))
        if entry is None:
            raise UserError(f"'{shown(name)}' is not in the zip")
        if why := _refusal(normal(name), entry):
            raise UserError(f"'{name}' {why}")
        try:
            return cast(BinaryIO, self._zip.open(entry))
        except _BROKEN as error:
            raise UserError(f"'{name}' cannot be unpacked{reason(error)}") from error


def read(files: Files, name: str) -> bytes:
    """The whole file; UserError where it is missing, refused, damaged or larger than MAX_FILE."""
    with files.open(name) as file:
        try:
            data = file.read(MAX_FILE + 1)
        except _BROKEN as error:
            raise UserError(f"'{name}' is damaged{reason(error)}") from error
    if len(data) > MAX_FILE:
        raise UserError(f"'{name}' is larger than {MAX_FILE // _MEGABYTE} MB")
    return data


def head(files: Files, name: str, size: int) -> bytes:
    """The first bytes of a file, or fewer where it is short; UserError as ``read``."""
    with files.open(name) as file:
        try:
            return file.read(size)
        except _BROKEN as error:
            raise UserError(f"'{name}' is damaged{reason(error)}") from error


def archive(start: bytes) -> str:
    """What kind of archive a file is that begins with ``start``, such as 'a RAR archive'; "" for none."""
    if start[257:262] == b"ustar":
        return "a tar archive"
    return next((kind for sign, kind in _ARCHIVES.items() if start.startswith(sign)), "")


def normal(name: str) -> str:
    """A name in the form in which names are compared: NFC, with forward slashes, and no part that leads nowhere."""
    return _NOWHERE.sub("", unicodedata.normalize("NFC", name.replace("\\", "/")))


def shown(name: str) -> str:
    """A name as a page or a terminal may show it, without signs that steer them."""
    if name.isprintable() or not any(unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") for one in name):
        return name
    return ascii(name)[1:-1]


def inside(name: str) -> None:
    """UserError for a name that is absolute or climbs out of its folder, on any system."""
    plain = name.replace("\\", "/")
    if not name or "\0" in name or plain.startswith("/") or ".." in plain.split("/") or re.match("[A-Za-z]:", name):
        raise UserError(f"'{shown(name)}' leads outside the folder")


def _judged(name: str, why: str) -> str | Refusal:
    """The name, or why it is refused."""
    if shown(name) is not name:
        return Refusal(ascii(name), "has a name with unreadable signs: rename it")
    return Refusal(name, why) if why else name


def _what(path: Path) -> str:
    """What a file is that is called a zip and is not a readable one."""
    try:
        with path.open("rb") as file:
            kind = archive(file.read(512))
    except OSError:
        return "not a readable zip"
    if kind == "a zip":
        return "a zip that is damaged or cut short"
    return f"{kind} and no zip" if kind else "not a readable zip"


def _refusal(name: str, entry: zipfile.ZipInfo) -> str:
    """Why a packed file may not be read, from its header alone; "" where it may. zipfile never reads on past ``file_size``."""
    try:
        inside(name)
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
    return part.startswith(".") and part not in ("..", ".") or part.casefold() in _OF_SYSTEMS
