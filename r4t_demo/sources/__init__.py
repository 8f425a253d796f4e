"""Catalogues as people have them: a folder of pictures, a zip, a table, parquet shards, a dataset on the Hub."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from r4t_demo.errors import UserError
from r4t_demo.sources import hub, parquet, table
from r4t_demo.sources.base import Source
from r4t_demo.sources.files import SAVE_AS, WORKBOOKS, Files, FolderFiles, ZipFiles
from r4t_demo.sources.parquet import ParquetSource
from r4t_demo.sources.pictures import SUFFIXES as PICTURES
from r4t_demo.sources.pictures import PictureSource
from r4t_demo.sources.table import TableSource, of_tables

TABLES = (*table.SUFFIXES, parquet.SUFFIX)
ARCHIVES = (".rar", ".7z", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst")  # other than zips, which alone can be read anywhere


def open_source(name: str, columns: Mapping[str, str] | None = None) -> Source:
    """Open a folder, a zip, a table, a parquet file, or a dataset as hub:ORG/NAME; UserError says what is wrong with it.

    ``columns``, column -> role (``understood.ROLES``), goes before what the table's names and cells tell.
    """
    source = _opened(name, columns)
    if columns and not source.understood:
        raise UserError(f"'{name}' has no table, so that there are no columns to choose: leave them out.")
    return source


def _opened(name: str, columns: Mapping[str, str] | None) -> Source:
    if name.startswith(hub.PREFIX):
        return _reader(hub.HubFiles(name.removeprefix(hub.PREFIX)), columns)
    path = Path(name)
    if path.is_dir():
        return _reader(FolderFiles(path), columns)
    if not path.is_file():
        raise UserError(f"There is no file or folder '{name}'. A dataset on the Hub is written {hub.PREFIX}ORG/NAME.")
    suffix = path.suffix.lower()
    if suffix == ".zip":
        return _reader(ZipFiles(path), columns)
    if suffix in (*table.SUFFIXES, ".txt"):  # players export their lists under that name
        return TableSource(FolderFiles(path.parent), [path.name], alone=True, columns=columns)
    if suffix == parquet.SUFFIX:
        return ParquetSource(FolderFiles(path.parent), [path.name], alone=True, columns=columns)
    if suffix in WORKBOOKS:
        raise UserError(f"'{name}' {SAVE_AS} and give that.")
    if suffix in ARCHIVES:
        raise UserError(f"'{name}' is a {suffix} archive: unpack it, and give the folder or a zip of it.")
    raise UserError(f"'{name}' is no catalogue: give a folder, or a .zip, {', '.join(table.SUFFIXES)} or {parquet.SUFFIX} file.")


def _reader(files: Files, columns: Mapping[str, str] | None) -> Source:
    """What the files are: parquet shards, else a table or several with pictures, else the pictures alone."""
    names = [name for name in files.names() if isinstance(name, str)]
    if shards := [name for name in names if name.lower().endswith(parquet.SUFFIX)]:
        return ParquetSource(files, shards, columns=columns)
    if tables := [name for name in names if name.lower().endswith(table.SUFFIXES)]:
        return of_tables(files, tables, columns)
    workbooks = [name for name in names if name.lower().endswith(WORKBOOKS)]
    if workbooks and not any(PurePosixPath(name).suffix.lower() in PICTURES for name in names):
        raise UserError(f"'{workbooks[0]}' {SAVE_AS} and put that in.")
    return PictureSource(files)
