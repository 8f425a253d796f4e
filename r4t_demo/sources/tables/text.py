"""A table of text: CSV in any dialect and encoding, or a JSON object a line."""

import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from r4t_demo.errors import UserError
from r4t_demo.sources.files import Files
from r4t_demo.sources.tables.dialect import BadRow, csv_rows, sniff
from r4t_demo.sources.tables.encodings import detect

CSV, JSON = (".csv", ".tsv"), (".jsonl", ".ndjson")
SUFFIXES = (*CSV, *JSON)
_HEAD = 500  # lines by which the dialect is told

Row = dict[str, object] | BadRow


class TextTable:
    """The table ``name`` of ``files``. ``header``: the columns' names, each another one; ``notes``: sentences about its form."""

    def __init__(self, files: Files, name: str):
        self.files, self.name = files, name
        with self._told(), files.open(name) as binary:
            self._encoding, note = detect(binary)
        self.notes = [f"{name} {note}."] if note else []
        self._is_json = name.lower().endswith(JSON)
        with self._lines() as lines:
            if self._is_json:
                self.header = list(dict.fromkeys(key for row in islice(self._objects(lines), _HEAD) for key in _keys(row)))
            else:
                head = list(islice(lines, _HEAD))
                self._dialect = sniff(head)
                rows = csv_rows(head, self._dialect.delimiter)
                header = next(islice(rows, self._dialect.header, None), [])
                if isinstance(header, BadRow):
                    raise UserError(f"'{name}' has a header that {header.why}. Mend its line {header.line} and retry.")
                self.header = _told_apart([column.strip() for column in header])
        if not any(self.header):
            raise UserError(f"'{name}' is empty: no column and no row could be read.")

    def rows(self) -> Iterator[Row]:
        """Every row below the header that is not empty, as column -> cell, or why it cannot be read."""
        with self._told(), self._lines() as lines:
            if self._is_json:
                yield from self._objects(lines)
                return
            width = len(self.header)
            rows = csv_rows(lines, self._dialect.delimiter, width)
            for row in islice(rows, self._dialect.header + 1, None):
                if isinstance(row, list):
                    yield self._row(row, width)
                else:
                    yield row

    def _row(self, row: list[str], width: int) -> Row:
        if any(cell.strip() for cell in row[width:]):
            return BadRow(0, f"has {len(row)} cells for {width} columns: quote the cells that hold a delimiter")
        return dict(zip(self.header, row, strict=False))

    def _objects(self, lines: Iterator[str]) -> Iterator[Row]:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _object(number, line)

    @contextmanager
    def _lines(self) -> Iterator[Iterator[str]]:
        with self.files.open(self.name) as binary, io.TextIOWrapper(binary, self._encoding, "replace", newline="") as text:
            yield text

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (zipfile.BadZipFile, zlib.error, EOFError, UnicodeError) as error:
            raise UserError(f"'{self.name}' is damaged ({error}). Save it again and retry.") from error


def _object(number: int, line: str) -> Row:
    try:
        row = json.loads(line)
        if "\\ud" in line.lower():  # half a letter, which no file of ours could hold
            row = json.loads(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        return BadRow(number, f"is no JSON object ({error})")
    return row if isinstance(row, dict) else BadRow(number, "is no JSON object")


def _keys(row: Row) -> Iterator[str]:
    return iter(row if isinstance(row, dict) else ())


def _told_apart(names: list[str]) -> list[str]:
    """The names, of which a second one alike gets a number."""
    found: list[str] = []
    for name in names:
        apart, number = name, 1
        while apart and apart in found:
            number += 1
            apart = f"{name} {number}"
        found.append(apart)
    return found
