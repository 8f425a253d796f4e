"""Parquet shards: one item a row, its picture inside or beside the table."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import PurePosixPath

import pyarrow
import pyarrow.parquet

from r4t_demo.errors import UserError
from r4t_demo.sources.base import Record, Refusal
from r4t_demo.sources.files import Files
from r4t_demo.sources.tables import arrow
from r4t_demo.sources.tables.beside import Beside
from r4t_demo.sources.tables.columns import Columns
from r4t_demo.sources.understood import Understood

SUFFIX = ".parquet"
_ROWS = 64  # pictures in memory at once
_SAMPLE = 200  # rows of a shard by which its columns are judged


class ParquetSource:
    """A Source over the shards ``names`` of ``files``, in that order; a picture's path is read from its shard's folder.

    ``alone``: no other file belongs to them. ``columns``: column -> role, as people chose.
    """

    def __init__(self, files: Files, names: list[str], *, alone: bool = False, columns: Mapping[str, str] | None = None):
        self.files, self.shards = files, names
        self.name = files.name if len(names) > 1 else f"{files.name}/{names[0]}"
        schemas, self._lengths = [], []
        for name in names:
            with self._open(name) as file:
                schemas.append(file.schema_arrow)
                self._lengths.append(file.metadata.num_rows)
        try:
            schema = pyarrow.unify_schemas(schemas, promote_options="permissive")
        except pyarrow.ArrowException as error:
            raise UserError(f"The parquet files of '{self.name}' do not have the same columns: {error}.") from error
        self._classes = arrow.class_names(schemas[0])
        self._beside = Beside(files, alone)
        kinds = dict(zip(schema.names, schema.types, strict=True))
        typed = {name: role for name, kind in kinds.items() if (role := self._role_by_type(name, kind))}
        self._read = [name for name, kind in kinds.items() if not (arrow.is_picture(kind) or arrow.is_bytes(kind))]
        what = names[0] if len(names) == 1 else f"{len(names)} parquet files"
        is_picture = self._beside.has if "image" not in typed.values() else lambda _: False
        self.columns = Columns(what, list(kinds), self._sample(), typed=typed, chosen=columns, is_picture=is_picture)
        self.understood: Understood | None = self.columns.understood
        self._read = self.columns.read
        self.total = sum(self._lengths)
        self.notes = [self.columns.note()]

    def identity(self) -> list:
        return ["parquet", [self.files.identity_of(name) for name in self.shards]]

    def records(self, start: int = 0) -> Iterator[Record | Refusal]:
        first = 0
        for name, length in zip(self.shards, self._lengths, strict=True):
            if first + length > start:
                yield from self._shard(name, first, max(0, start - first))
            first += length

    def _shard(self, name: str, first: int, skip: int) -> Iterator[Record | Refusal]:
        """Records of one shard but for its ``skip`` first rows, ``first`` rows into the source; whole row groups are not read."""
        read = partial(self._beside.read, PurePosixPath(name).parent)
        for number, row in enumerate(self._rows(name, skip), start=skip + 1):
            where = f"row {number} of {name}" if len(self.shards) > 1 else f"row {number}"
            yield self.columns.record(where, f"row-{first + number:06d}", row, read)

    def _rows(self, name: str, skip: int, most: int = _ROWS) -> Iterator[dict]:
        with self._open(name) as file:
            for group in range(file.num_row_groups):
                length = file.metadata.row_group(group).num_rows
                if skip >= length:
                    skip -= length
                    continue
                present = [column for column in self._read if column in file.schema_arrow.names]
                for batch in file.iter_batches(most, row_groups=[group], columns=present):
                    yield from self._cells(batch.slice(skip))
                    skip = max(0, skip - batch.num_rows)

    def _cells(self, batch: pyarrow.RecordBatch) -> Iterator[dict]:
        names = batch.schema.names
        columns = [arrow.cells(column, self._classes.get(name)) for name, column in zip(names, batch.columns, strict=True)]
        return (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))

    def _sample(self) -> list[dict]:
        """The first rows of the first, the middle and the last shard, without what is no text."""
        places = sorted({0, len(self.shards) // 2, len(self.shards) - 1})
        return [row for place in places for row in islice(self._rows(self.shards[place], 0, _SAMPLE), _SAMPLE)]

    def _role_by_type(self, name: str, kind: pyarrow.DataType) -> str:
        if arrow.is_picture(kind) or arrow.is_bytes(kind) and self._holds_pictures(name):
            return "image"
        return "category" if name in self._classes else ""

    def _holds_pictures(self, name: str) -> bool:
        """Whether the first cell of bytes that is not empty begins like a picture."""
        with self._open(self.shards[0]) as file:
            for batch in islice(file.iter_batches(4, columns=[name]), 8):
                for cell in batch.column(0).to_pylist():
                    if data := next(iter(cell), None) if isinstance(cell, list) else cell:
                        return data.startswith(arrow.PICTURES)
        return False

    @contextmanager
    def _open(self, name: str) -> Iterator[pyarrow.parquet.ParquetFile]:
        with self.files.open(name) as binary:
            try:
                yield pyarrow.parquet.ParquetFile(binary)
            except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
                if isinstance(error, OSError) and type(error) is not OSError:  # a broken disk or line, not a broken table
                    raise
                raise UserError(f"'{name}' cannot be read as parquet: {error}. Mend or remove it and retry.") from error
