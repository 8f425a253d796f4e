"""Parquet shards: one item a row, its picture inside or beside the table."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import PurePosixPath

import pyarrow
import pyarrow.parquet

from r4t_demo.errors import UserError
from r4t_demo.sources.base import Record, Refusal
from r4t_demo.sources.columns import Columns
from r4t_demo.sources.files import Files, read

SUFFIX = ".parquet"
_ROWS = 64  # pictures in memory at once


class ParquetSource:
    """A Source over the shards ``names`` of ``files``, in that order; a picture's path is read from its shard's folder."""

    def __init__(self, files: Files, names: list[str]):
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
        self.columns = Columns(schema.names, names[0])
        self.total = sum(self._lengths)
        self.notes = [self.columns.note(names[0] if len(names) == 1 else f"{len(names)} parquet files")]

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
        picture = partial(self._picture, PurePosixPath(name).parent)
        for number, row in enumerate(self._rows(name, skip), start=skip + 1):
            where = f"row {number} of {name}" if len(self.shards) > 1 else f"row {number}"
            yield self.columns.record(where, f"row-{first + number:06d}", row, picture)

    def _rows(self, name: str, skip: int) -> Iterator[dict]:
        with self._open(name) as file:
            for group in range(file.num_row_groups):
                length = file.metadata.row_group(group).num_rows
                if skip >= length:
                    skip -= length
                    continue
                for batch in file.iter_batches(_ROWS, row_groups=[group]):
                    yield from batch.slice(skip).to_pylist()
                    skip = max(0, skip - batch.num_rows)

    def _picture(self, folder: PurePosixPath, name: str) -> bytes:
        return read(self.files, str(folder / name))

    @contextmanager
    def _open(self, name: str) -> Iterator[pyarrow.parquet.ParquetFile]:
        with self.files.open(name) as binary:
            try:
                yield pyarrow.parquet.ParquetFile(binary)
            except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
                if isinstance(error, OSError) and type(error) is not OSError:  # a broken disk or line, not a broken table
                    raise
                raise UserError(f"'{name}' cannot be read as parquet: {error}. Mend or remove it and retry.") from error
