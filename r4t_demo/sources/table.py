"""Tables of text with pictures beside them, or without any: one item a row, or a product of several rows."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import chain, count, islice
from pathlib import PurePosixPath

from r4t_demo.errors import UserError
from r4t_demo.sources.base import Record, Refusal
from r4t_demo.sources.files import Files
from r4t_demo.sources.tables.beside import Beside
from r4t_demo.sources.tables.columns import Columns
from r4t_demo.sources.tables.dialect import BadRow
from r4t_demo.sources.tables.headers import simple
from r4t_demo.sources.tables.shop import Folding, Numbered, Spreading
from r4t_demo.sources.tables.text import SUFFIXES, Row, TextTable
from r4t_demo.sources.understood import Understood

__all__ = ["SUFFIXES", "TableSource", "of_tables"]
_FIRST, _EVERY, _MOST = 200, 97, 1000  # rows by which columns are judged: the first ones, and some from everywhere


class TableSource:
    """A Source over ``tables``, the names of tables in ``files`` that have the same columns, in that order.

    ``alone``: no other file belongs to them. ``columns``: column -> role, as people chose.
    """

    def __init__(self, files: Files, tables: list[str], *, alone: bool = False, columns: Mapping[str, str] | None = None):
        self.files, self.tables = files, tables
        self._tables = [TextTable(files, name) for name in tables]
        self.name = files.name if len(tables) > 1 else f"{files.name}/{tables[0]}"
        names = list(dict.fromkeys(name for table in self._tables for name in table.header))
        self._spreading = Spreading(names)
        self._lengths, sample = self._read_through()
        names = [name for name in dict.fromkeys([*names, *chain(*sample)]) if name not in self._spreading.spread_out]
        self._beside = Beside(files, alone)
        what = tables[0] if len(tables) == 1 else f"{len(tables)} tables"
        self.columns = Columns(what, names, sample, chosen=columns, is_picture=self._beside.has)
        self.understood: Understood | None = self.columns.understood
        self._folding = Folding(names, self.columns.role.get("title", ""))
        self.notes = [self.columns.note(), *(note for table in self._tables for note in table.notes)]
        self.total: int | None = sum(self._lengths)
        if self._folding.is_needed:
            self._fold()
        self.notes += self._beside.unnamed(self._picture_cells())

    def identity(self) -> list:
        return ["table", [self.files.identity_of(table.name) for table in self._tables]]

    def records(self, start: int = 0) -> Iterator[Record | Refusal]:
        return (self._record(*product) for product in islice(self._products(), start, None))

    def _record(self, table: TextTable, before: int, group: list[Numbered]) -> Record | Refusal:
        """The record of a product's rows, of which the first one counts; its picture may be in a later one."""
        (number, row), picture = group[0], self.columns.picture
        of = f" of {table.name}" if len(self._tables) > 1 else ""
        if isinstance(row, BadRow):
            return Refusal(f"line {row.line}{of}" if row.line else f"row {number}{of}", row.why)
        if picture and not row.get(picture):
            row = {**row, picture: next((one[picture] for _, one in group if one.get(picture)), None)}
        read = partial(self._beside.read, PurePosixPath(table.name).parent)
        return self.columns.record(f"row {number}{of}", f"row-{before + number:06d}", row, read)

    def _products(self) -> Iterator[tuple[TextTable, int, list[Numbered]]]:
        """The rows of each product, or a bad row, with its table and the number of rows in the tables before."""
        before = 0
        for table, length in zip(self._tables, self._lengths, strict=True):
            rows: Iterable[Numbered] = enumerate(self._rows(table), start=1)
            groups = self._folding.folded(rows) if self._folding.is_needed else ([one] for one in rows)
            yield from ((table, before, group) for group in groups)
            before += length

    def _rows(self, table: TextTable) -> Iterator[Row]:
        if not self._spreading.spread_out:
            return table.rows()
        return (self._spreading.spread(row) if isinstance(row, dict) else row for row in table.rows())

    def _read_through(self) -> tuple[list[int], list[dict]]:
        """The number of rows of each table, and a sample of them all."""
        sample: list[dict] = []
        lengths = []
        seen = count()
        for table in self._tables:
            before = next(seen)
            for row in self._rows(table):
                number = next(seen)
                if (number < _FIRST or number % _EVERY == 0 and len(sample) < _MOST) and isinstance(row, dict):
                    sample.append(row)
            lengths.append(next(seen) - before - 1)
        return lengths, sample

    def _fold(self) -> None:
        """Learn which rows belong together, and count and tell them."""
        for table in self._tables:
            for row in self._rows(table):
                if isinstance(row, dict):
                    self._folding.learn(row)
        self.total = sum(1 for _ in self._products())
        if folded := sum(self._lengths) - self.total:
            what = "row is a variant or further picture" if folded == 1 else "rows are variants or further pictures"
            self.notes.append(f"{folded:,} {what} of a product, and folded into its own row.")

    def _picture_cells(self) -> Iterator[tuple[PurePosixPath, object]]:
        """What stands in the column of pictures, with the folder of its table."""
        for table, _, group in self._products() if self.columns.picture else ():
            for _, row in group:
                if isinstance(row, dict):
                    yield PurePosixPath(table.name).parent, row.get(self.columns.picture)


def of_tables(files: Files, names: list[str], columns: Mapping[str, str] | None) -> TableSource:
    """A source over several tables of a folder or zip: those with equal columns are joined, else the one that names the most.

    Its notes name the ones that are left out.
    """
    by_header: dict[frozenset[str], list[str]] = {}
    why = None
    for name in names:
        try:
            header = frozenset(map(simple, TextTable(files, name).header))
        except UserError as error:  # another one may be whole
            why = why or error
            continue
        by_header.setdefault(header, []).append(name)
    if not by_header:
        raise why or UserError(f"'{files.name}' holds no table that can be read.")
    if len(by_header) == 1 and len(names) == sum(map(len, by_header.values())):
        return TableSource(files, names, columns=columns)
    groups = [alike for header, alike in by_header.items() if {simple(name) for name in columns or ()} <= header]
    sources = [TableSource(files, alike, columns=columns) for alike in groups or list(by_header.values())[:1]]
    best = max(sources, key=_worth)
    if left := [name for name in names if name not in best.tables]:
        best.notes.append(f"{', '.join(best.tables)} is read, since it names the most; left out: {', '.join(left)}.")
    return best


def _worth(source: TableSource) -> tuple:
    """The more, the better: whether it names pictures and titles, and its rows."""
    return bool(source.columns.picture), "title" in source.columns.role, source.total or 0
