"""A folder or a zip of pictures: a file is an item, named by its file, in the category that its folder names.

A name that says nothing (a camera's counter, a UUID, "images") is neither: such an item has no words.
"""

from collections.abc import Iterator
from functools import cached_property, partial
from os.path import commonprefix
from pathlib import PurePosixPath

from r4t_demo.errors import UserError
from r4t_demo.sources import decode
from r4t_demo.sources.base import Record, Refusal
from r4t_demo.sources.files import Files, archive, head, read
from r4t_demo.sources.names import telling
from r4t_demo.sources.understood import Understood

SUFFIXES = (".jpg", ".jpeg", ".jfif", ".jpe", ".png", ".webp", ".avif", ".heic", ".heif", ".gif", ".bmp", ".tif", ".tiff")


def is_picture(files: Files, name: str) -> bool:
    """Whether a file is a picture: by its suffix or, of a file that has another or none, by its first bytes."""
    if PurePosixPath(name).suffix.lower() in SUFFIXES:
        return True
    try:
        return decode.is_picture(head(files, name, decode.HEAD))
    except UserError:
        return False


class PictureSource:
    """A Source over every picture of ``files``."""

    def __init__(self, files: Files):
        self.files, self.name = files, files.name
        self.notes: list[str] = []
        self._categories: dict[PurePosixPath, str] = {}
        self.understood: Understood | None = None
        self.total: int | None = len(files.names())

    def identity(self) -> list:
        return ["pictures", self.files.identity()]

    def records(self, start: int = 0) -> Iterator[Record | Refusal]:
        for name in self.files.names()[start:]:
            yield name if isinstance(name, Refusal) else self._record(PurePosixPath(name))

    def _record(self, path: PurePosixPath) -> Record | Refusal:
        name = str(path)
        if not is_picture(self.files, name):
            return Refusal(name, self._why_not(name))
        # The file's name is no title of its own, so that a copy under another name is still found to be one.
        return Record(
            name, name, telling(path.stem), category=self._category(path.parent), read_image=partial(read, self.files, name)
        )

    def _category(self, folder: PurePosixPath) -> str:
        """What a folder says; one that says nothing leaves it to the next above, but for those that all files share."""
        if folder not in self._categories:
            own, *above = [*reversed(folder.parts), ""][: max(1, len(folder.parts) - self._shared)]
            self._categories[folder] = next(filter(None, map(telling, (own, *above))), "")
        return self._categories[folder]

    @cached_property
    def _shared(self) -> int:
        """How many folders all files are in."""
        folders = {PurePosixPath(name).parent.parts for name in self.files.names() if isinstance(name, str)}
        return len(commonprefix(list(folders)))

    def _why_not(self, name: str) -> str:
        """What is to be done about a file that is no picture."""
        try:
            kind = archive(head(self.files, name, 512))
        except UserError as error:
            return str(error)
        if kind:
            return f"is {kind} within: unpack it, and put its files into one folder or zip"
        return f"is no picture that can be read: use {decode.KINDS}"
