"""A catalogue: items in a fixed order, which is also the order of their index rows."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from r4t_demo import seen
from r4t_demo.errors import UserError
from r4t_demo.seen import Seen

if TYPE_CHECKING:
    import pyarrow

ITEMS_FILE = "items.parquet"
IMAGES_FOLDER = "images"  # where the pictures of an indexed source lie; the page serves nothing else
INDEX_FOLDER = "index"
NO_CATEGORY = "uncategorised"
ASIDE = b"r4t.aside"  # of the table's metadata: its columns that are no attributes, a JSON list
COLUMNS = ("image", "item_ID", "text", "category")  # as in the Hub's Polyvore dataset; further columns are attributes


@dataclass(frozen=True)
class Item:
    """``attributes`` holds the table's further columns, lists as lists; ``image`` is None for an item without a picture.

    ``seen`` is what the encoder sees in the picture of an item that its owner has not described (``said`` is False): its title
    is then made of that, or of its number.

    The attributes ``artist``, ``genre`` and ``tags`` are known: the models read them, and a card without a picture shows them.
    """

    item_id: str
    title: str
    category: str
    image: Path | None
    attributes: dict[str, object] = field(default_factory=dict)
    said: bool = True
    seen: Seen | None = None

    @property
    def kind(self) -> str:
        """What kind of thing it is: the owner's category, else what is seen, else NO_CATEGORY."""
        return self.seen.kind if self.seen and self.seen.kind and self.category == NO_CATEGORY else self.category

    @property
    def subtitle(self) -> str:
        """Who made it, "" where the catalogue does not say."""
        return ", ".join(self.labels("artist"))

    @property
    def tags(self) -> list[str]:
        """Genres and tags, each once."""
        return list(dict.fromkeys(self.labels("genre") + self.labels("tags")))

    def labels(self, name: str) -> list[str]:
        """The values of an attribute; none where the item has not got it."""
        return _texts(self.attributes.get(name))

    @property
    def words(self) -> str:
        """What the text encoder reads, all of it the owner's: title, subtitle and tags."""
        return ", ".join(filter(None, (self.title if self.said else "", self.subtitle, *self.tags)))


@dataclass(frozen=True)
class Catalog:
    """``catalog["id"]`` is an item by id, which ``"id" in catalog`` tells of, ``catalog.items[i]`` the item of index row i."""

    name: str
    items: list[Item]
    root: Path

    @classmethod
    def load(cls, folder: Path | str) -> "Catalog":
        """Read ``folder``/items.parquet. UserError names the row and what is wrong with it."""
        import pyarrow
        import pyarrow.parquet as parquet

        root = Path(folder).resolve()
        path = root / ITEMS_FILE
        if not path.is_file():
            raise UserError(f"The catalogue folder '{root}' holds no {ITEMS_FILE}.")
        try:
            table = parquet.read_table(path)
        except pyarrow.ArrowException as error:
            raise UserError(f"'{path}' is not a readable parquet file: {error}.") from error
        missing = [column for column in COLUMNS if column not in table.column_names]
        if missing:
            raise UserError(f"'{path}' lacks the column(s) {', '.join(missing)}; found: {', '.join(table.column_names)}.")
        if table.num_rows == 0:
            raise UserError(f"'{path}' holds no items.")
        table = table.drop_columns(aside(table))
        tags = seen.load(root)
        items = [_item(number, row, root, tags.get(str(row["item_ID"]))) for number, row in enumerate(table.to_pylist(), start=1)]
        return cls(root.name, _without_twins(items), root)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, item_id: str) -> Item:
        return self.items[self.row(item_id)]

    def __contains__(self, item_id: str) -> bool:
        return item_id in self._rows

    def row(self, item_id: str) -> int:
        """The index row of an item; UserError for an unknown id."""
        try:
            return self._rows[item_id]
        except KeyError:
            raise UserError(f"The catalogue '{self.name}' has no item '{item_id}'.") from None

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {item.item_id: row for row, item in enumerate(self.items)}

    @cached_property
    def categories(self) -> dict[str, int]:
        """category -> its number of items, by name."""
        return dict(sorted(Counter(item.category for item in self.items).items()))

    @cached_property
    def fingerprint(self) -> str:
        """Hex digest of what an index is made from: ids, words and picture sizes in order. Tells a stale index."""
        digest = hashlib.sha256()
        for item in self.items:
            size = item.image.stat().st_size if item.image else 0
            digest.update(f"{item.item_id}\t{item.words}\t{size}\n".encode())
        return digest.hexdigest()


def aside(table: "pyarrow.Table") -> list[str]:
    """The columns of a catalogue's table that nobody searches or steers by."""
    try:
        names = json.loads((table.schema.metadata or {}).get(ASIDE, b"[]"))
    except ValueError:
        return []
    return [name for name in names if name in table.column_names and name not in COLUMNS] if isinstance(names, list) else []


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [] if value is None else [value]
    return [str(one) for one in values if one not in (None, "")]


def _item(number: int, row: dict, root: Path, tags: Seen | None) -> Item:
    image = _image(number, row["image"], root)
    title = str(row["text"] or "").strip()
    for column in COLUMNS[1:]:
        if column == "text" and image:
            continue
        if row[column] is None or not str(row[column]).strip():
            raise UserError(f"row {number}: the column '{column}' is empty.")
    attributes = {name: value for name, value in row.items() if name not in COLUMNS and value is not None}
    if title:
        return Item(str(row["item_ID"]), str(row["text"]), str(row["category"]), image, attributes)
    shown = f"{tags} (seen)" if tags and tags.kind else f"Photo {number}"
    return Item(str(row["item_ID"]), shown, str(row["category"]), image, attributes, said=False, seen=tags)


def _image(number: int, cell: dict | None, root: Path) -> Path | None:
    """The picture's path; it must lie inside the catalogue's folder."""
    name = (cell or {}).get("path")
    if not name:
        return None
    path = root / name
    if not path.resolve().is_relative_to(root):
        raise UserError(f"row {number}: image '{name}' lies outside the catalogue's folder.")
    if not path.is_file():
        raise UserError(f"row {number}: image '{name}' is not in '{root}'.")
    return path


def _without_twins(items: list[Item]) -> list[Item]:
    seen: dict[str, int] = {}
    for number, item in enumerate(items, start=1):
        if item.item_id in seen:
            raise UserError(f"row {number}: the item_ID '{item.item_id}' already stands in row {seen[item.item_id]}.")
        seen[item.item_id] = number
    return items
