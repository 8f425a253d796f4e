"""The pictures beside a table, found by the names that stand in it."""

import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from r4t_demo.errors import UserError
from r4t_demo.sources.base import Refusal
from r4t_demo.sources.files import Files, read
from r4t_demo.sources.match import Pictures
from r4t_demo.sources.tables.cells import ADDRESS, PICTURE_END, names_in, picture_in

MAX_NAME, MAX_PATH = 255, 1024  # bytes of one part of a file's name, and of all: what every system can open
NO_PICTURE = re.compile(r"\.(csv|tsv|jsonl|ndjson|json|parquet|txt|md|xlsx?|ods|pdf|html?|xml|ya?ml|py|zip)$", re.IGNORECASE)


class Beside:
    """``alone``: the table was given by itself, so that the files around it need have nothing to do with it."""

    def __init__(self, files: Files, alone: bool):
        self._files, self._alone = files, alone

    def has(self, text: str) -> bool:
        """Whether a text names one of the pictures, or several equally well."""
        if not self._pictures.names or len(text) > MAX_NAME or ADDRESS.match(text):
            return False
        try:
            return self._pictures.find(text) is not None
        except UserError:
            return True

    def read(self, folder: PurePosixPath, name: str) -> bytes:
        """The picture that a cell of a table in ``folder`` names; UserError, a sentence's end, where there is none."""
        return read(self._files, self._found(folder, name))

    def unnamed(self, cells: Iterable[tuple[PurePosixPath, object]]) -> list[str]:
        """A note about the pictures that no cell names, given with the folder of its table; none where every one is named."""
        if self._alone or not self._pictures.names:
            return []
        named = set()
        for folder, cell in cells:
            try:
                _, name, _ = picture_in(cell)
                named |= {self._found(folder, one) for one in names_in(name)}
            except UserError:
                continue
        left = [name for name in self._pictures.names if name not in named and PICTURE_END.search(name)]
        if not left:
            return []
        return [f"{len(left):,} picture{'s are' if len(left) > 1 else ' is'} named by no row and left out, such as '{left[0]}'."]

    def _found(self, folder: PurePosixPath, name: str) -> str:
        """The file that a cell means, or what it names where that is not there. UserError for an address, and for no name."""
        if ADDRESS.match(name):
            return self._downloaded(name)
        if len(name.encode()) > MAX_PATH or any(len(part.encode()) > MAX_NAME for part in name.replace("\\", "/").split("/")):
            raise UserError(f"has {len(name):,} characters in its picture column, which are no file name: {name[:40]}…")
        return self._pictures.find(name, folder) or str(folder / name.replace("\\", "/"))

    def _downloaded(self, address: str) -> str:
        """The picture of an address, where it lies beside the table under its name there."""
        try:
            found = self._pictures.find(PurePosixPath(urlsplit(address).path).name or "?")
        except ValueError:  # as UserError is one
            found = None
        if not found:
            raise UserError(
                f"has the address '{address[:200]}' for a picture: addresses are not fetched, put the pictures into the zip"
            )
        return found

    @cached_property
    def _pictures(self) -> Pictures:
        try:
            names = [name for name in self._files.names() if not isinstance(name, Refusal)]
        except OSError:  # around a table that was given by itself there may be what nobody may read
            names = []
        return Pictures(name for name in names if not NO_PICTURE.search(name))
