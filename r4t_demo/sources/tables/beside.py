"""The pictures beside a table, found by the names that stand in it."""

from collections.abc import Iterable
from functools import cached_property
from pathlib import PurePosixPath

from r4t_demo.errors import UserError
from r4t_demo.sources.files import Files, read
from r4t_demo.sources.tables.cells import ADDRESS, PICTURE_END, picture_in

MAX_NAME, MAX_PATH = 255, 1024  # bytes of one part of a file's name, and of all: what every system can open


class Beside:
    """``alone``: the table was given by itself, so that the files around it need have nothing to do with it."""

    def __init__(self, files: Files, alone: bool):
        self._files, self._alone = files, alone

    def has(self, text: str) -> bool:
        """Whether a text names one of the pictures."""
        if not self._pictures or len(text) > MAX_NAME:
            return False
        try:
            return self._found(PurePosixPath(), text) in self._pictures
        except UserError:
            return False

    def read(self, folder: PurePosixPath, name: str) -> bytes:
        """The picture that a cell of a table in ``folder`` names; UserError, a sentence's end, where there is none."""
        return read(self._files, self._found(folder, name))

    def unnamed(self, cells: Iterable[tuple[PurePosixPath, object]]) -> list[str]:
        """A note about the pictures that no cell names, given with the folder of its table; none where every one is named."""
        if self._alone or not self._pictures:
            return []
        named = set()
        for folder, cell in cells:
            try:
                data, name, _ = picture_in(cell)
                if data is None and name:
                    named.add(self._found(folder, name))
            except UserError:
                continue
        left = [name for name in self._pictures if name not in named]
        if not left:
            return []
        return [f"{len(left):,} picture{'s are' if len(left) > 1 else ' is'} named by no row and left out, such as '{left[0]}'."]

    def _found(self, folder: PurePosixPath, name: str) -> str:
        """The file that a cell names; UserError for an address, for what is no name, and where several fit."""
        if ADDRESS.match(name):
            if len(same := self._by_name.get(PurePosixPath(name.partition("?")[0]).name.casefold(), [])) == 1:
                return same[0]
            raise UserError(
                f"has the address '{name[:200]}' for a picture: addresses are not fetched, put the pictures into the zip"
            )
        name = name.replace("\\", "/")
        if len(name.encode()) > MAX_PATH or any(len(part.encode()) > MAX_NAME for part in name.split("/")):
            raise UserError(f"has {len(name):,} characters in its picture column, which are no file name: {name[:40]}…")
        return self._found_stub(folder, name)

    def _found_stub(self, folder, name):
        full = str(folder / name)
        if full in self._pictures:
            return full
        same = self._by_name.get(PurePosixPath(name.split("|")[0]).name.casefold(), [])
        return same[0] if len(same) == 1 else full

    @cached_property
    def _pictures(self) -> list[str]:
        try:
            return [name for name in self._files.names() if isinstance(name, str) and PICTURE_END.search(name)]
        except OSError:  # around a table that was given by itself there may be what nobody may read
            return []

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in self._pictures:
            path = PurePosixPath(name)
            for k in {path.name.casefold(), path.stem.casefold()}:
                found.setdefault(k, []).append(name)
        return found
