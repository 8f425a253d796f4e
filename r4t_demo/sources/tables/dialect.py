"""How a table is written: what separates its cells, which line is its header, and where a quote never closes."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from r4t_demo.sources.tables.headers import is_known

DELIMITERS = ",;\t|"
MAX_CELL = 2**20  # characters; csv's own limit refuses long descriptions
EARLY = 12  # rows among which the header is
_SAMPLED = 60  # rows


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be read: its first line, counted from 1, and a sentence's end."""

    line: int
    why: str


@dataclass(frozen=True)
class Dialect:
    """``header`` is the number of the header among the rows, counted from 0; empty lines are no rows."""

    delimiter: str
    header: int


def sniff(lines: list[str]) -> Dialect:
    """The dialect of a table that begins with ``lines``.

    The header is the first early row that names a known column, of which the right delimiter finds the most. Where there is none,
    it is the first row that is as wide as most.
    """
    separator = lines[0].strip().removeprefix("\ufeff") if lines else ""
    if separator.lower().startswith("sep=") and len(separator) == 5:
        delimiters = separator[4]
    elif lines and separator.lower() == "sep=" and "\t" in lines[0]:
        delimiters = "\t"
    else:
        delimiters = DELIMITERS
    best = max((_judged(lines, delimiter) for delimiter in delimiters), key=lambda judged: judged[0])
    return best[1]


def csv_rows(lines: Iterable[str], delimiter: str, width: int = 0) -> Iterator[list[str] | BadRow]:
    """The rows of a table that are not empty, as lists of cells.

    A quote that opens and never closes costs its own line alone. It is told by the text behind the quote that closes it, by the
    table's end, and by the lines inside that are rows of ``width`` cells.
    """
    csv.field_size_limit(MAX_CELL)
    source = _Lines(lines)
    reader = csv.reader(source, delimiter=delimiter)
    while True:
        source.taken.clear()
        why = ""
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            row, why = [], f"cannot be read ({error})"
        if (len(source.taken) > 1 or source.ended) and not _is_whole(source.taken, delimiter, width):
            why = "opens a quote that never closes: close it, or take it away"
        if why:
            yield BadRow(source.number - len(source.taken) + 1, why)
            source.put_back()
            reader = csv.reader(source, delimiter=delimiter)
        elif any(map(str.strip, row)):
            yield row


class _Lines:
    """Lines one at a time, of which those that were taken last can be put back but for the first."""

    def __init__(self, lines: Iterable[str]):
        self._lines = iter(lines)
        self._again: list[str] = []  # the next one last
        self.taken: list[str] = []
        self.number = 0
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            line = self._again.pop() if self._again else next(self._lines)
        except StopIteration:
            self.ended = True
            raise
        self.taken.append(line)
        self.number += 1
        return line

    def put_back(self) -> None:
        self._again += self.taken[:0:-1]
        self.number -= len(self.taken) - 1
        self.ended = False


def _is_whole(lines: list[str], delimiter: str, width: int) -> bool:
    """Whether lines that csv has read as one row are one."""
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    inside = lines[1:-1]
    return width < 3 or not inside or any(len(next(csv.reader([line], delimiter=delimiter), [])) != width for line in inside)


def _is_header(row: list[str]) -> bool:
    names = [cell for cell in row if cell.strip()]
    return len(names) > 1 and sum(map(is_known, names)) > len(names) / 2


def _judged(lines: list[str], delimiter: str) -> tuple[tuple, Dialect]:
    """How well a delimiter fits, the more the better, and the dialect that it makes."""
    rows = [row if isinstance(row, list) else [] for row in islice(csv_rows(lines, delimiter), _SAMPLED)]
    widths = Counter(len(row) for row in rows if len(row) > 1)
    usual = max(widths, key=lambda width: (widths[width], width)) if widths else 1
    known = [sum(map(is_known, row)) for row in rows[:EARLY]]
    header = next((n for n, count in enumerate(known) if count and (len(rows[n]) > 1 or usual == 1)), None)
    while header is not None and header + 1 < len(rows) and _is_header(rows[header + 1]):
        header += 1  # some name their columns twice, once for machines
    if rows and not rows[0]:
        header = 0  # it cannot be read, which is to be told
    if header is None:
        header = next((n for n, row in enumerate(rows[:EARLY]) if len(row) == usual), 0)
    width = len(rows[header]) if rows else 0
    alike = sum(len(row) == width for row in rows[header:]) / max(1, len(rows) - header)
    unused = not any(delimiter in line for line in lines)
    fits = (known[header] if rows else 0, width > 1 and alike > 0.5, width > 1, alike if width > 1 else unused, width)
    return fits, Dialect(delimiter, header)
