"""From a source to a catalogue folder: items.parquet, pictures, columns.json, report.json.

What a kill leaves, the next run goes on with.
"""

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import partial
from itertools import islice
from pathlib import Path

import pyarrow
import pyarrow.parquet as parquet

from r4t_demo.catalog import ASIDE, IMAGES_FOLDER, INDEX_FOLDER, ITEMS_FILE
from r4t_demo.errors import UserError
from r4t_demo.files import WORK, job_digest, replace, work_folder, write_atomically, write_json
from r4t_demo.sources import decode
from r4t_demo.sources.base import Source
from r4t_demo.sources.tables.cells import text_of
from r4t_demo.sources.understood import FILE as COLUMNS_FILE
from r4t_demo.sources.understood import Understood
from r4t_demo.sources.validate import Gate, Report, prepare

REPORT_FILE = "report.json"
SHARD = 512  # records; the most that a kill can cost. Also the files of one folder of pictures, which the Hub wants few
SCHEMA = {
    "image": pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())]),
    **dict.fromkeys(("item_ID", "text", "category"), pyarrow.string()),
}


def ingest(source: Source, out: Path, limit: int | None = None, threads: int = 2) -> Iterator[dict[str, int | str | None]]:
    """Read the first ``limit`` records of ``source`` into the catalogue folder ``out``; yield a record a shard.

    Another run over the same source goes on after the last finished shard, and does nothing where the catalogue is complete.
    UserError where no item could be accepted, and where ``out`` holds files that an earlier run did not make.
    """
    job = _job(source, limit)
    total = source.total if limit is None else min(limit, source.total or limit)
    check(source)
    if _job_of(out) == job_digest(job):
        yield {"stage": "read", "step": total, "total": total}
        return
    if out.is_dir() and any(out.iterdir()) and not _job_of(out) and not (out / WORK).is_dir():
        raise UserError(f"'{out}' holds files that would be in the way: give a new or an empty folder with --out.")
    work = work_folder(out, job)
    gate, report = Gate(), Report(source.name, source_notes=source.notes)
    finished = list(_finished(work))
    for part in finished:
        gate.seen |= part.pop("seen")
        report.add(Report(source.name, **part))
    step = len(finished) * SHARD
    yield {"stage": "read", "step": step, "total": total}
    records = islice(source.records(step), None if limit is None else max(0, limit - step))
    with ThreadPoolExecutor(threads) as pool, _nothing_begun(work, out):
        for number, shard in enumerate(iter(lambda: list(islice(records, SHARD)), []), start=len(finished)):
            report.add(_write_shard(work, number, list(pool.map(partial(prepare, known=gate.seen), shard)), gate))
            step += len(shard)
            yield {"stage": "read", "step": step, "total": total}
    if not report.accepted:
        _forget(work, out)
        raise UserError(f"'{source.name}' gave no item. {report.summary()}")
    _publish(work, out, report, job, source.understood)


def is_read(source: Source, out: Path) -> bool:
    """Whether ``out`` is the complete catalogue of the whole ``source``, its columns understood as they are now."""
    return _job_of(out) == job_digest(_job(source, None))


def _job(source: Source, limit: int | None) -> dict:
    """Everything that shapes the catalogue."""
    columns = [[column.name, column.role] for column in source.understood.columns] if source.understood else []
    sizes = {"shard": SHARD, "side": decode.SIDE, "quality": decode.QUALITY}
    return {"source": source.identity(), "limit": limit, "columns": columns, **sizes}


def check(source: Source) -> None:
    """UserError where no column of the source's table is known to hold a title or a picture."""
    understood = source.understood
    if understood and not understood.sure and not {"title", "image"} & {column.role for column in understood.columns}:
        found = ", ".join(column.name for column in understood.columns)
        raise UserError(
            f"'{source.name}' has no column for the title and none for the picture; found: {found}. Say which they are: "
            "--columns title=COLUMN,image=COLUMN."
        )


def read_report(folder: Path) -> Report | None:
    """The report of a complete catalogue folder; None where it was not made from a source, as Atelier was not.

    UserError for a report of ours that no longer has its form.
    """
    stored = _stored_report(folder)
    if not stored.pop("job", ""):
        return None
    try:
        pairs = {kind: [(str(where), str(what)) for where, what in stored[kind]] for kind in ("skipped", "duplicates", "notes")}
        return Report(**stored | pairs)
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"'{folder / REPORT_FILE}' is damaged ({error!r}): remove it, or index the source again.") from error


@contextmanager
def _nothing_begun(work: Path, out: Path) -> Iterator[None]:
    """Leave nothing of a source that breaks off before its first shard is finished; what is finished is for the next run."""
    try:
        yield
    except UserError:
        if not any(_finished(work)):
            _forget(work, out)
        raise


def _forget(work: Path, out: Path) -> None:
    shutil.rmtree(work)
    with suppress(OSError):  # it may hold other files
        out.rmdir()


def _job_of(out: Path) -> str:
    """The digest of the job that made the catalogue in ``out``; "" where there is none of ours."""
    return _stored_report(out).get("job", "")


def _stored_report(folder: Path) -> dict:
    """What report.json holds; empty where there is none, or one that others wrote and that is no JSON object."""
    try:
        stored = json.loads((folder / REPORT_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stored if isinstance(stored, dict) else {}


def _finished(work: Path) -> Iterator[dict]:
    """What the finished shards say, in order."""
    number = 0
    while (path := work / f"{number:05d}.json").is_file():
        yield json.loads(path.read_text(encoding="utf-8"))
        number += 1


def _write_shard(work: Path, number: int, prepared: list, gate: Gate) -> Report:
    """Pictures first, then rows, then the JSON that says the shard is finished."""
    before, report = len(gate.seen), Report("")
    rows: list[dict] = []
    folder = work / IMAGES_FOLDER / f"{number:05d}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)  # also where no item has a picture: older pictures in the way are then replaced by none
    for one in prepared:
        row = gate.admit(one, report)
        if row is None:
            continue
        path = None
        if one.picture:
            path = f"{IMAGES_FOLDER}/{number:05d}/{len(rows):03d}.webp"
            (work / path).write_bytes(one.picture)
        rows.append({"image": path and {"bytes": None, "path": path}, **row})
    if rows:
        write_atomically(work / f"{number:05d}.parquet", lambda temporary: parquet.write_table(_table(rows), temporary))
    part = {name: value for name, value in asdict(report).items() if not name.startswith("source")}
    part["seen"] = dict(islice(gate.seen.items(), before, None))
    write_json(work / f"{number:05d}.json", part, indent=None, ensure_ascii=True)
    return report


def _table(rows: list[dict]) -> pyarrow.Table:
    names = dict.fromkeys(name for row in rows for name in row)
    return pyarrow.table({name: _column([row.get(name) for row in rows], SCHEMA.get(name)) for name in names})


def _column(cells: list, kind: pyarrow.DataType | None) -> pyarrow.Array:
    """The cells as a column; where they are of several kinds, as texts."""
    try:
        return pyarrow.array(cells, kind)
    except pyarrow.ArrowException:
        return pyarrow.array([None if cell is None else text_of(cell) for cell in cells], pyarrow.string())


def _aside(rows: pyarrow.Table, understood: Understood) -> list[str]:
    """The columns of the finished table that hold what was left out."""
    left = {column.name for column in understood.columns if column.role == "ignored"}
    return [name for name in rows.column_names if name in left or name.removeprefix("original_") in left]


def _joined(tables: list[pyarrow.Table]) -> pyarrow.Table:
    """The shards as one table; a column that is of another kind in another shard is one of texts."""
    kinds: dict[str, pyarrow.DataType] = {}
    texts = set()
    for field in (field for table in tables for field in table.schema):
        try:
            schemas = [
                pyarrow.schema([pyarrow.field(field.name, kind)]) for kind in (kinds.get(field.name, field.type), field.type)
            ]
            kinds[field.name] = pyarrow.unify_schemas(schemas, promote_options="permissive").field(0).type
        except pyarrow.ArrowException:
            texts.add(field.name)
    for name in texts:
        tables = [
            table.set_column(
                place, name, pyarrow.array([cell and text_of(cell) for cell in table[name].to_pylist()], pyarrow.string())
            )
            if (place := table.schema.get_field_index(name)) >= 0
            else table
            for table in tables
        ]
    return pyarrow.concat_tables(tables, promote_options="permissive")


def _publish(work: Path, out: Path, report: Report, job: dict, understood: Understood | None) -> None:
    """Join the shards and move everything into ``out``, the report last; a kill in between leaves this to be done again."""
    (out / COLUMNS_FILE).unlink(missing_ok=True)
    if understood:
        understood.save(out)
    tables = [parquet.read_table(path) for path in sorted(work.glob("*.parquet")) if path.stem.isdigit()]
    rows = _joined(tables)
    if understood:
        rows = rows.replace_schema_metadata({ASIDE: json.dumps(_aside(rows, understood))})
    shutil.rmtree(out / INDEX_FOLDER, ignore_errors=True)  # it was made from other pictures
    if (work / IMAGES_FOLDER).is_dir():
        replace(work / IMAGES_FOLDER, out / IMAGES_FOLDER)
    parquet.write_table(rows, work / ITEMS_FILE)
    replace(work / ITEMS_FILE, out / ITEMS_FILE)
    write_json(work / REPORT_FILE, {"job": job_digest(job), **asdict(report)})
    replace(work / REPORT_FILE, out / REPORT_FILE)
    shutil.rmtree(work)
