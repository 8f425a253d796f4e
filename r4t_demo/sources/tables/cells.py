"""What a table's cells hold: plain text, lists, categories' leaves, pictures; and what kind of column a sample of them makes."""

import html
import re
from collections.abc import Sequence
from html.parser import HTMLParser

from r4t_demo.errors import UserError

NOTHING = {"n/a", "#n/a", "nan", "null", "-", "--"}
PICTURE_END = re.compile(r"\.(jpe?g|jfif|jpe|png|webp|gif|bmp|tiff?|avif|heic|heif)(\?\S*)?$", re.IGNORECASE)
ADDRESS = re.compile(r"^\s*([a-z][a-z0-9+.-]*:)?//|^\s*(hub|mailto|urn|spotify):", re.IGNORECASE)
MANGLED = re.compile(r"-?\d([.,]\d+)?E\+\d+", re.IGNORECASE)  # what Excel makes of a long number
INT64 = 2**63
SEVERAL = "has several pictures: the first is used"
_NUMBER = re.compile(r"[^\w\s]{0,3}\s?-?\d+([., '’]\d+)*\s?(%|[^\w\s]{1,3}|[A-Z]{3})?")
_TIME = r"\d{1,2}:\d{2}.*"
_DATE = re.compile(rf"(\d{{4}}[-/.]\d{{1,2}}([-/.]\d{{1,2}})?|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{2,4}})([T ]{_TIME})?|{_TIME}")
_LIST = re.compile(r"[,;|\n]")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")
_BLOCKS = {"p", "br", "li", "ul", "ol", "div", "tr", "td", "h1", "h2", "h3", "h4", "h5", "h6", "table", "section", "hr"}


def clean(value: object) -> object:
    """A cell without surrounding space; None for an empty one and for what no attribute can hold (bytes, nested tables).

    Numbers that no column of 64-bit integers holds become texts.
    """
    if isinstance(value, str):
        text = value.strip()
        return None if not text or len(text) < 5 and text.lower() in NOTHING else plain(text)
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if -INT64 <= value < INT64 else str(value)
    if isinstance(value, float):
        return value if value == value else None
    if isinstance(value, list):
        return [one for one in map(clean, value) if one is not None] or None
    return None


def text_of(value: object) -> str:
    """A cell in one line of text; "" for an empty one and for what is no text."""
    found = clean(value)
    return ", ".join(map(str, found)) if isinstance(found, list) else "" if found is None else str(found)


def plain(text: str) -> str:
    """Text without HTML: entities are read, tags dropped, paragraphs become lines. What would be nothing then stays as it is."""
    if "<" in text and _TAG.search(text):
        reader = _Text()
        reader.feed(text)
        reader.close()
        lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
        return "\n".join(filter(None, lines)) or text
    return html.unescape(text).strip() or text if "&" in text else text


def as_list(value: object) -> list[str]:
    """A cell as the texts that it lists, whatever separates them; none for an empty one."""
    found = clean(value)
    if found is None:
        return []
    parts = found if isinstance(found, list) else _LIST.split(str(found).strip("[]{}"))
    return [text for part in parts if (text := str(part).strip().strip("'\"").strip())]


def leaf(path: str) -> str:
    """The last part of the deepest path: 'Home > Lamps, Sale' is in 'Lamps', 'Default Category/Hats' in 'Hats'.

    Of several categories that are no paths it is the first.
    """
    if ">" in path:
        separator = ">"
    elif path.startswith(("Default Category/", "Root Catalog/", "/")):
        separator = "/"
    else:
        return re.split(r"[;|]", path)[0].strip() or path
    paths = (one for one in re.split(r"(?<!\\)[,;|]", path) if one.strip())
    return max(paths, key=lambda one: one.count(separator)).split(separator)[-1].replace("\\,", ",").strip() or path


def picture_in(cell: object) -> tuple[bytes | None, str, str]:
    """The picture of a cell: its bytes, None where only its name is there; its name, "" for none; and a note, "" for none.

    A cell is bytes, a name, both as {"bytes", "path"}, or a list of these, of which the first is taken. UserError otherwise.
    """
    if isinstance(cell, list | tuple):
        pictures = [one for one in cell if one]
        first = picture_in(pictures[0]) if pictures else (None, "", "")
        return *first[:2], first[2] or SEVERAL * (len(pictures) > 1)
    data: object = cell.get("bytes") if isinstance(cell, dict) else None
    name: object = cell.get("path") if isinstance(cell, dict) else cell
    if isinstance(name, bytes):
        data, name = name, None
    if isinstance(name, int) and not isinstance(name, bool):
        name = str(name)
    if not isinstance(name, str | None) or not isinstance(data, bytes | None):
        raise UserError(f"has a {type(cell).__name__} in its picture column, which is neither a picture nor a file name")
    name = (name or "").strip()
    return data, name, SEVERAL if len(names_in(name)) > 1 and not ADDRESS.match(name) else ""


def names_in(cell: str) -> list[str]:
    """The names of pictures in a cell that has several, else the cell as it is, if it is not empty."""
    parts = [part.strip() for part in _LIST.split(cell)] if _LIST.search(cell) else []
    return parts if len(parts) > 1 and all(map(PICTURE_END.search, parts)) else [cell] if cell else []


class _Text(HTMLParser):
    """Collects a page's text; scripts and styles are none."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: Sequence) -> None:
        self._hidden += tag in ("script", "style")
        self.parts.append("\n" * (tag in _BLOCKS))

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in ("script", "style")))
        self.parts.append("\n" * (tag in _BLOCKS))

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


class Sampled:
    """What a sample of a column's cells is like; ``texts`` are those that are not empty, as in one line."""

    def __init__(self, cells: Sequence[object]):
        self.rows = len(cells)
        self.texts = [text for cell in cells if (text := text_of(cell))]
        self.distinct = len(set(self.texts))

    def share(self, pattern: re.Pattern, whole: bool = True) -> float:
        """The share of the texts that match, as a ``whole`` or anywhere."""
        match = pattern.fullmatch if whole else pattern.search
        return sum(bool(match(text)) for text in self.texts) / max(1, len(self.texts))

    @property
    def filled(self) -> float:
        return len(self.texts) / max(1, self.rows)

    @property
    def is_numbers(self) -> bool:
        return bool(self.texts) and self.share(_NUMBER) > 0.9

    @property
    def is_dates(self) -> bool:
        return bool(self.texts) and self.share(_DATE) > 0.9 and not self.share(re.compile(r"\d{4}")) > 0.5

    @property
    def is_addresses(self) -> bool:
        return self.share(ADDRESS, whole=False) > 0.5

    @property
    def is_picture_names(self) -> bool:
        return self.share(PICTURE_END, whole=False) > 0.5

    @property
    def is_prose(self) -> bool:
        """Whether most are longer than a name."""
        return sum(len(text) > 80 or len(text.split()) > 12 for text in self.texts) > len(self.texts) / 2

    @property
    def uniqueness(self) -> float:
        return self.distinct / max(1, len(self.texts))

    @property
    def title_likeness(self) -> float:
        """How much like titles they are, 0 for what is none: short texts of letters, nearly each of them another one."""
        words = [text for text in self.texts if re.search(r"[^\W\d_]{2}", text) and not re.fullmatch(r"\S*\d\S*", text)]
        if not self.texts or len(words) < 0.8 * len(self.texts) or self.filled < 0.5 or self.is_prose:
            return 0
        if self.is_addresses or self.is_picture_names or self.is_dates or self.is_numbers:
            return 0
        length = sum(min(4, max(1, len(text.split()), len(text) // 4)) for text in self.texts) / len(self.texts)
        return self.uniqueness + length / 8
