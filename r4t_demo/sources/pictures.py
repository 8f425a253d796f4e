"""A folder or a zip of pictures: a file is an item, named by its file, in the category that its folder names."""

from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath

from r4t_demo.sources.base import Record, Refusal
from r4t_demo.sources.files import Files, read
from r4t_demo.sources.names import telling
from r4t_demo.sources.understood import Understood

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff")


class PictureSource:
    """A Source over every picture of ``files``."""

    def __init__(self, files: Files):
        self.files, self.name = files, files.name
        self.notes: list[str] = []
        self.understood: Understood | None = None
        self.total: int | None = len(files.names())

    def identity(self) -> list:
        return ["pictures", self.files.identity()]

    def records(self, start: int = 0) -> Iterator[Record | Refusal]:
        for name in self.files.names()[start:]:
            yield name if isinstance(name, Refusal) else self._record(PurePosixPath(name))

    def _record(self, path: PurePosixPath) -> Record | Refusal:
        name = str(path)
        if path.suffix.lower() not in SUFFIXES:
            return Refusal(name, f"is no picture that can be read: use {', '.join(SUFFIXES)}")
        category = "" if path.parent == PurePosixPath() else telling(path.parent.name)
        # The file's name is no title of its own, so that a copy under another name is still found to be one.
        return Record(name, name, telling(path.stem), category=category, read_image=partial(read, self.files, name))
