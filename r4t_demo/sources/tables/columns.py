"""Which column means what, by its name and by a sample of its cells; and a row's record."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import PurePosixPath

from r4t_demo.errors import UserError
from r4t_demo.sources.base import Record, Refusal
from r4t_demo.sources.names import telling
from r4t_demo.sources.tables import headers
from r4t_demo.sources.tables.cells import MANGLED, Sampled, as_list, clean, leaf, picture_in, text_of
from r4t_demo.sources.understood import MANY, ROLES, SAMPLE_LENGTH, SAMPLES, Column, Understood, check_chosen

LISTS = ("genre", "tags")  # kept as lists, whatever separates them in the table
# The roles whose cells are attributes of the item, and what is made of a cell.
KEPT: dict[str, Callable[[object], object]] = {
    **{"artist": text_of, "description": text_of, "attribute": clean},
    **dict.fromkeys(LISTS, as_list),
}
STORED = ("image", "item_ID", "text", "category")  # columns of the finished table; an attribute may not take their place
ENOUGH = 20  # rows by which a column's values are judged: fewer tell neither constants nor names
FEW_NUMBERS = 12  # different numbers that may still be a kind of thing, such as sizes
_NO_CATEGORY = """
    simple, variable, variation, configurable, grouped, external, virtual, bundle, downloadable, physical, digital, service,
    product, variant, parent, child, sku, playlist, favorite, track, song, p, d
"""
NO_CATEGORY = {word.strip() for word in _NO_CATEGORY.split(",")}  # what shops and players call kinds of rows, and not of things


class Columns:
    """The roles of the columns ``names`` of ``table``, by name and by the sample ``rows``.

    ``typed``: what the table's own types tell, column -> role. ``chosen``: what people say, column -> role, which goes before.
    ``is_picture`` says whether a text names one of the pictures beside the table. UserError where ``chosen`` does not fit.
    """

    def __init__(
        self,
        table: str,
        names: Sequence[str],
        rows: Sequence[Mapping[str, object]],
        *,
        typed: Mapping[str, str] | None = None,
        chosen: Mapping[str, str] | None = None,
        is_picture: Callable[[str], bool] = lambda _: False,
    ):
        self.table = table
        self._names, self._typed, self._chosen, self._is_picture = names, typed or {}, chosen or {}, is_picture
        self._check_chosen()
        self._sampled = {name: Sampled([row.get(name) for row in rows]) for name in names}
        self._doubts: list[str] = []
        roles = self._roles()
        self.role = {role: name for name, role in roles.items() if role not in MANY}
        self.picture = self.role.get("image", "")
        if self._chosen.get(self.picture) != "image" and not self._names_pictures(self.picture):
            self.picture = self._named_like_pictures() or self.picture
        if not self.picture and "title" not in self.role:
            self._doubt("No column is known as the title, and none as the picture.")
        samples = {name: [text_of(row.get(name))[:SAMPLE_LENGTH] for row in rows[:SAMPLES]] for name in names}
        columns = [Column(name, roles[name], samples[name]) for name in names]
        self.understood = Understood(columns, not self._doubts, " ".join(self._doubts))
        self._kept = {name: (self._stored_as(name, role), KEPT[role]) for name, role in roles.items() if role in KEPT}
        self._aside = self._stored_aside(roles)

    @property
    def read(self) -> list[str]:
        """The columns that records are made of."""
        used = {*self._kept, *self._aside, *self.role.values(), self.picture}
        return [name for name in self._names if name in used]

    def note(self) -> str:
        """How the columns were understood, in one sentence."""
        found = [f"{'id' if role == 'item_id' else role} from '{self.role[role]}'" for role in ROLES if role in self.role]
        if self.picture != self.role.get("image", ""):
            found.append(f"image by the name in '{self.picture}'")
        for text, role in (("kept as attributes", "attribute"), ("left out", "ignored")):
            if names := [column.name for column in self.understood.columns if column.role == role and column.name]:
                found.append(f"{text}: {', '.join(names)}")
        return f"{self.table}: {'; '.join(filter(None, found))}."

    def record(self, where: str, fallback_id: str, row: Mapping[str, object], read: Callable[[str], bytes]) -> Record | Refusal:
        """Make a record of a row; ``read`` returns the picture of a name."""
        texts = {role: text_of(row.get(self.role[role])) for role in ("item_id", "title", "category") if role in self.role}
        notes = []
        if MANGLED.fullmatch(texts.get("item_id", "")):
            notes.append(f"has an id that a spreadsheet has shortened ('{texts['item_id']}'): it gets one of its own")
            texts["item_id"] = ""
        if "title" in texts:
            texts["title"] = " ".join(texts["title"].split())
        if "category" in texts:
            texts["category"] = leaf(texts["category"])
        image, file, note = self._image(row, read)
        if note:
            notes.append(note)
        if image is None and not texts.get("title"):
            return Refusal(where, "has neither a title nor a picture")
        kept = ((stored, read_cell(row.get(name))) for name, (stored, read_cell) in self._kept.items())
        attributes = {stored: value for stored, value in kept if value not in (None, "", [])}
        aside = {stored: text for name, stored in self._aside.items() if (text := text_of(row.get(name)))}
        title = telling(PurePosixPath(file).stem)
        return Record(where, fallback_id, title, **texts, read_image=image, attributes=attributes, kept=aside, notes=tuple(notes))

    def _image(self, row: Mapping[str, object], read: Callable[[str], bytes]) -> tuple[Callable[[], bytes] | None, str, str]:
        """How to read a row's picture, None for none; its file's name, and a note."""
        try:
            data, name, note = picture_in(row.get(self.picture)) if self.picture else (None, "", "")
        except UserError as error:
            return partial(_raise, error), "", ""
        if data is not None:
            return partial(bytes, data), name, note
        return (partial(read, name), name.replace("\\", "/"), note) if name else (None, "", "")

    def _stored_as(self, name: str, role: str) -> str:
        if role != "attribute":
            return role
        name = headers.plain(name)
        return f"original_{name}" if name in (*STORED, *self.role, *LISTS, "artist", "description") else name

    def _stored_aside(self, roles: Mapping[str, str]) -> dict[str, str]:
        """Columns that are left out, but not of pictures -> what the finished table calls them."""
        taken = {stored for stored, _ in self._kept.values()}
        left = [
            name
            for name, role in roles.items()
            if role == "ignored" and name and self._typed.get(name) not in ("ignored", "image")
        ]
        stored = {name: f"original_{name}" if name in STORED else name for name in left}
        return {name: one for name, one in stored.items() if one not in taken}

    def _check_chosen(self) -> None:
        check_chosen(self._chosen)
        if missing := [name for name in self._chosen if name not in self._names]:
            raise UserError(f"'{self.table}' has no column '{missing[0]}'; it has: {', '.join(self._names) or 'none'}.")

    def _roles(self) -> dict[str, str]:
        """column -> role."""
        roles = dict(self._chosen)
        for role in ROLES:
            if role not in MANY and role not in roles.values():
                free = [name for name in self._names if name and name not in roles]
                if name := self._of_role(role, free):
                    roles[name] = role
        for name in self._names:
            if name not in roles:
                roles[name] = self._further(name, roles)
        return {name: roles[name] for name in self._names}

    def _of_role(self, role: str, free: list[str]) -> str:
        """The column that has the role, by its type, its name or, for title and picture, its cells; "" for none."""
        typed = [name for name in free if self._typed.get(name) == role]
        groups = headers.by_name(role, free)
        if typed:
            groups = [[name for name in group if name in typed] for group in groups] + [typed]
        for group in filter(None, groups):
            if fitting := [name for name in group if self._suits(role, name)]:
                if role == "image":
                    fitting = [name for name in fitting if self._names_pictures(name)] or fitting
                if len(fitting) > 1 and role in ("title", "image") and not typed:
                    self._doubt(f"'{fitting[0]}' and '{fitting[1]}' both look like the {ROLES[role]}: the first was taken.")
                return fitting[0]
        if role == "title":
            return self._title_by_cells(free, groups)
        return self._picture_by_cells(free) if role == "image" else ""

    def _suits(self, role: str, name: str) -> bool:
        """Whether a column that is called like the role holds what the role needs."""
        cells, typed = self._sampled[name], self._typed.get(name, role)
        if typed != role:
            return False
        if not cells.texts:
            return role in ("title", "image") and cells.rows < ENOUGH or self._typed.get(name) == role
        if role == "title":
            return not (cells.is_numbers or cells.is_addresses or cells.is_dates or cells.is_picture_names)
        if role == "image":
            strong = headers.RANKS["image"][headers.simple(name)] == 0
            return strong or cells.is_picture_names or cells.is_addresses or self._names_pictures(name)
        if role == "category":
            return not (cells.is_numbers or cells.is_addresses or {text.lower() for text in cells.texts} <= NO_CATEGORY)
        return role != "artist" or not (cells.is_numbers or cells.is_addresses)

    def _title_by_cells(self, free: list[str], groups: list[list[str]]) -> str:
        """What is called a title though its cells do not look it; else the column whose cells do, which is a guess."""
        if groups and groups[0] and self._sampled[groups[0][0]].texts:
            return groups[0][0]
        kept = [name for name in free if headers.simple(name) not in headers.KNOWN and not headers.is_bookkeeping(name)]
        likely = max(kept, key=lambda name: self._sampled[name].title_likeness, default="")
        if not likely or self._sampled[likely].uniqueness < 0.7 or not self._sampled[likely].title_likeness:
            return ""
        self._doubt(f"No column is called a title: '{likely}' was taken, whose cells look most like titles.")
        return likely

    def _picture_by_cells(self, free: list[str]) -> str:
        named = [name for name in free if self._sampled[name].is_picture_names]
        beside = [name for name in named if self._names_pictures(name)]
        if len(named) > 1 and len(beside) != 1:
            self._doubt(f"'{named[0]}' and '{named[1]}' both hold names of pictures: the first was taken.")
        return next(iter(beside or named), "")

    def _named_like_pictures(self) -> str:
        """The column whose cells are the names of the pictures beside the table, without their ends."""
        return next((name for name in self._names if self._names_pictures(name)), "")

    def _names_pictures(self, name: str) -> bool:
        texts = self._sampled[name].texts[:50] if name else []
        return bool(texts) and sum(map(self._is_picture, texts)) > len(texts) / 2

    def _further(self, name: str, roles: Mapping[str, str]) -> str:
        """The role of a column that is none of those that there is one of."""
        cells, simple = self._sampled[name], headers.simple(name)
        if not name or self._typed.get(name) in ("ignored", "image"):
            return "ignored"
        enough = cells.rows >= ENOUGH
        if enough and (not cells.texts or cells.distinct == 1 and cells.filled > 0.95):
            return "ignored"  # it says nothing, or the same of all
        if simple in headers.ATTRIBUTES and not (enough and cells.is_numbers and cells.uniqueness >= 0.9):
            return "attribute"
        if any(simple in headers.RANKS[role] for role in ("item_id", "image", "description") if role in roles.values()):
            return "ignored"  # one more of what there is one of
        if headers.is_bookkeeping(name) or cells.is_addresses or cells.is_picture_names or cells.is_dates:
            return "ignored"
        if cells.is_prose:
            return "ignored" if "description" in roles.values() else "description"
        if cells.texts and {text.lower() for text in cells.texts} <= NO_CATEGORY:
            return "ignored"
        if enough and cells.is_numbers:
            return "attribute" if cells.distinct <= FEW_NUMBERS and cells.uniqueness <= 0.5 else "ignored"
        if enough and len(cells.texts) >= ENOUGH / 2 and cells.uniqueness >= 0.9:
            title = next((column for column, role in roles.items() if role == "title"), "")
            tells_apart = title and self._sampled[title].uniqueness < 0.5
            return "attribute" if tells_apart else "ignored"
        return "attribute"

    def _doubt(self, why: str) -> None:
        self._doubts.append(why)


def _raise(error: UserError) -> bytes:
    raise error
