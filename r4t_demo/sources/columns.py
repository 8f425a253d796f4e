"""Which column means what: generous with names, exact in its complaints."""

import datetime
import decimal
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import PurePosixPath

from r4t_demo.errors import UserError
from r4t_demo.sources.base import Record, Refusal

ROLES = {  # the first name that a table has is taken; case, spaces and signs do not count
    "item_id": ("item_id", "id", "sku", "product_id", "article_id", "track_id", "uuid"),
    "image": ("image", "image_path", "image_file", "file", "filename", "file_name", "path", "picture", "photo", "img"),
    "title": ("title", "name", "product_name", "product_display_name", "track_name", "text", "caption"),
    "category": ("category", "type", "product_type", "article_type", "product_category"),
    "artist": ("artist", "artists", "track_artist", "author", "creator"),
    "genre": ("genre", "genres", "playlist_genre"),
    "tags": ("tags", "tag", "keywords", "subgenre", "playlist_subgenre"),
}
LISTS = ("genre", "tags")  # kept as lists, whatever separates them in the table
MAX_NAME, MAX_PATH = 255, 1024  # bytes of one part of a file's name, and of all: what every system can open
STORED = ("image", "item_ID", "text", "category")  # columns of the finished table; an attribute may not take their place


class Columns:
    """The roles of a table's columns; every further column is an attribute.

    UserError where there is neither a title nor a picture, with the columns found.
    """

    def __init__(self, names: Sequence[str], table: str):
        simple = {_simple(name): name for name in reversed(names)}
        self.role = {role: simple[one] for role, known in ROLES.items() for one in known[::-1] if one in simple}
        if not {"title", "image"} & set(self.role):
            found = ", ".join(names) or "none"
            raise UserError(
                f"'{table}' has no column for the title ({', '.join(ROLES['title'])}) and none for the picture "
                f"({', '.join(ROLES['image'])}); found: {found}. Rename one of them and retry."
            )
        taken = set(self.role.values())
        self.further = [name for name in names if name and name not in taken]
        self._stored_as = {name: f"original_{name}" if name in (*STORED, *self.role) else name for name in self.further}

    def note(self, table: str) -> str:
        """How the columns were understood, in one sentence."""
        roles = ", ".join(f"{role.replace('item_id', 'id')} from '{name}'" for role, name in self.role.items())
        further = f"; kept as attributes: {', '.join(self.further)}" if self.further else ""
        return f"{table}: {roles}{further}."

    def record(self, where: str, fallback_id: str, row: dict, read: Callable[[str], bytes]) -> Record | Refusal:
        """Make a record of a row; ``read`` returns the picture of a name."""
        cells = {role: clean(row.get(name)) for role, name in self.role.items() if role != "image"}
        try:
            image, file = _image(row.get(self.role.get("image")), read)
        except UserError as error:
            return Refusal(where, str(error))
        texts = {role: str(cells[role]) for role in ("item_id", "title", "category") if cells.get(role) is not None}
        if not texts.get("title") and image is None:
            return Refusal(where, "has neither a title nor a picture")
        attributes: dict[str, object] = {"artist": str(cells["artist"])} if cells.get("artist") is not None else {}
        attributes |= {role: _as_list(cells[role]) for role in LISTS if cells.get(role) is not None}
        attributes |= {self._stored_as[name]: value for name in self.further if (value := clean(row.get(name))) is not None}
        return Record(where, fallback_id, words(PurePosixPath(file).stem), **texts, read_image=image, attributes=attributes)


def clean(value: object) -> object:
    """A cell without surrounding space; None for an empty one and for what no attribute can hold (bytes, nested tables)."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, list):
        return [one for one in map(clean, value) if one is not None] or None
    if isinstance(value, datetime.date | datetime.time | decimal.Decimal):
        return str(value)
    return value if isinstance(value, bool | int) or isinstance(value, float) and value == value else None


def words(name: str) -> str:
    """A file's or folder's name as a person would write it: 'red-hat_01' is 'red hat 01'."""
    return re.sub(r"[\s_+-]+", " ", name).strip()


def _image(cell: object, read: Callable[[str], bytes]) -> tuple[Callable[[], bytes] | None, str]:
    """How to read the picture of a cell, which is bytes, a name, or both; and its file's name. (None, "") for an empty cell."""
    data, name = (cell.get("bytes"), cell.get("path")) if isinstance(cell, dict) else (None, cell)
    if isinstance(name, bytes):
        data, name = name, None
    if not isinstance(name, str | None):
        raise UserError(f"has {name!r} in its picture column, which is no file name")
    name = (name or "").strip().replace("\\", "/")
    if data is not None:
        return (lambda: data), name
    if len(name.encode()) > MAX_PATH or any(len(part.encode()) > MAX_NAME for part in name.split("/")):
        raise UserError(f"has {len(name):,} characters in its picture column, which are no file name: {name[:40]}…")
    return (partial(read, name), name) if name else (None, "")


def _as_list(value: object) -> list[str]:
    parts = value if isinstance(value, list) else re.split(r"[,;|]", str(value))
    return [text for part in parts if (text := str(part).strip())]


def _simple(name: str) -> str:
    """'Item ID', 'item-id' and 'itemId' are all 'item_id'."""
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip()).lower()).strip("_")
