"""A CSV table with pictures beside it, or without any: one item a row."""

import codecs
import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice
from pathlib import PurePosixPath

from r4t_demo.errors import UserError
from r4t_demo.sources.base import Record, Refusal
from r4t_demo.sources.columns import Columns
from r4t_demo.sources.files import Files, read

SUFFIXES = (".csv", ".tsv")
MAX_CELL = 2**20  # characters; csv's own limit refuses long descriptions
_BLOCK = 2**20


class CsvSource:
    """A Source over the table ``name`` in ``files``; picture names are read from the table's own folder."""

    def __init__(self, files: Files, name: str):
        self.files, self.table = files, name
        self.name = f"{files.name}/{name}"
        self._folder = PurePosixPath(name).parent
        self._encoding = self._sniff_encoding()
        with self._rows() as rows:
            header = next(rows, [])
            if isinstance(header, csv.Error):
                raise UserError(f"'{self.name}' has a header that cannot be read ({header}). Mend its first line and retry.")
            self.header = [column.strip() for column in header]
            self.columns = Columns(self.header, name)
            self.total: int | None = sum(1 for _ in rows)
        self.notes = [self.columns.note(name)]
        if self._encoding == "latin-1":
            self.notes.append(f"{name} is not UTF-8: it was read as Latin-1.")

    def identity(self) -> list:
        return ["csv", self.files.identity_of(self.table)]

    def records(self, start: int = 0) -> Iterator[Record | Refusal]:
        with self._rows() as rows:
            next(rows, None)
            for number, row in enumerate(islice(rows, start, None), start=start + 1):
                yield self._record(number, row)

    def _record(self, number: int, row: list[str] | csv.Error) -> Record | Refusal:
        where = f"row {number}"
        if isinstance(row, csv.Error):
            return Refusal(where, f"cannot be read ({row})")
        if len(row) > len(self.header):
            return Refusal(where, f"has {len(row)} cells for {len(self.header)} columns: quote the cells that hold a delimiter")
        return self.columns.record(where, f"row-{number:06d}", dict(zip(self.header, row, strict=False)), self._read)

    def _read(self, name: str) -> bytes:
        return read(self.files, str(self._folder / name))

    @contextmanager
    def _rows(self) -> Iterator[Iterator[list[str] | csv.Error]]:
        """Rows as lists of cells, the header first; a row that csv cannot read comes as its error."""
        csv.field_size_limit(MAX_CELL)
        with self.files.open(self.table) as binary, io.TextIOWrapper(binary, self._encoding, newline="") as text:
            head = text.readline()
            # The header decides: csv.Sniffer is easily led astray by commas inside descriptions.
            delimiter = max(",;\t|", key=head.count)
            yield self._each(csv.reader(chain([head], text), delimiter=delimiter))

    def _each(self, reader: Iterator[list[str]]) -> Iterator[list[str] | csv.Error]:
        while True:
            try:
                row: list[str] | csv.Error = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                row = error
            except (zipfile.BadZipFile, zlib.error, EOFError, UnicodeError) as error:
                raise UserError(f"'{self.name}' is damaged ({error}). Save it again and retry.") from error
            if row:  # an empty line is no row
                yield row

    def _sniff_encoding(self) -> str:
        """UTF-8, with a byte order mark or not, UTF-16 by its mark, otherwise Latin-1, which fits every byte."""
        with self.files.open(self.table) as binary:
            head = binary.read(_BLOCK)
            if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return "utf-16"
            decoder = codecs.getincrementaldecoder("utf-8")()
            try:
                for block in (head, *iter(partial(binary.read, _BLOCK), b"")):
                    decoder.decode(block)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                return "latin-1"
        return "utf-8-sig"
