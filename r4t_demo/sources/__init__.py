"""Catalogues as people have them: a folder of pictures, a zip, a CSV, parquet shards, a dataset on the Hub."""

from pathlib import Path

from r4t_demo.errors import UserError
from r4t_demo.sources import hub, parquet, table
from r4t_demo.sources.base import Source
from r4t_demo.sources.files import Files, FolderFiles, ZipFiles
from r4t_demo.sources.parquet import ParquetSource
from r4t_demo.sources.pictures import PictureSource
from r4t_demo.sources.table import CsvSource


def open_source(name: str) -> Source:
    """Open a folder, a zip, a CSV, a parquet file, or a dataset as hub:ORG/NAME; UserError says what is wrong with it."""
    if name.startswith(hub.PREFIX):
        return _reader(hub.HubFiles(name.removeprefix(hub.PREFIX)))
    path = Path(name)
    if path.is_dir():
        return _reader(FolderFiles(path))
    if not path.is_file():
        raise UserError(f"There is no file or folder '{name}'. A dataset on the Hub is written {hub.PREFIX}ORG/NAME.")
    suffix = path.suffix.lower()
    if suffix == ".zip":
        return _reader(ZipFiles(path))
    if suffix in table.SUFFIXES:
        return CsvSource(FolderFiles(path.parent), path.name)
    if suffix == parquet.SUFFIX:
        return ParquetSource(FolderFiles(path.parent), [path.name])
    raise UserError(f"'{name}' is no catalogue: give a folder, or a .zip, {', '.join(table.SUFFIXES)} or {parquet.SUFFIX} file.")


def _reader(files: Files) -> Source:
    """What the files are: parquet shards, else one table with pictures, else the pictures alone."""
    names = [name for name in files.names() if isinstance(name, str)]
    if shards := [name for name in names if name.lower().endswith(parquet.SUFFIX)]:
        return ParquetSource(files, shards)
    tables = [name for name in names if name.lower().endswith(table.SUFFIXES)]
    if len(tables) > 1:
        raise UserError(f"'{files.name}' holds several tables ({', '.join(tables)}): leave one, or give the path of one.")
    return CsvSource(files, tables[0]) if tables else PictureSource(files)
