"""Visitors' runs on their own catalogues: each a process of its own in a folder of its own. The page's only door to them.

    jobs = Jobs(settings)                       # settings.jobs is the folder of all; jobs.watch() keeps the queue moving
    job = jobs.start([upload], session)         # read, embed, make queries; then the state is "ready"
    jobs.choose(job, {"Bezeichnung": "title"})  # where the state is "asks": what the table's columns are (``jobs.columns``)
    jobs.train(job, "small", queries)           # the whole run on it (``train.tune.presets``); then the state is "done"
    jobs.start([upload], session, "small")      # or all of it in one go
    status = jobs.status(job)                   # polled: state, stage, step of total, seconds left, place in the queue
    records, after = jobs.events(job, after)    # polled: what is new since the last call
    jobs.cancel(job); jobs.resume(job)          # gone within two seconds; goes on from its last checkpoint
    folder = jobs.result(job)                   # ``engine.on(folder)`` answers with it
    jobs.export(job); jobs.load(zip, session, engine.encoder)    # as a zip, and back as a job that is done

A job's id is the link that brings a visitor back, and cannot be guessed: who has it may see and steer the job, nobody else can.
``of(session)`` lists the jobs that one session began. Every refusal is a ``UserError`` with one sentence for the page.

The folder of a job, ``settings.jobs``/ID:

    status.json     what ``Jobs`` knows of it, always whole
    events.jsonl    a JSON object a line: stage, step, total, metrics, and now and then an ``answer`` to one fixed query
    log.txt         what the process printed
    columns.json    what the table's columns seem to be, where they were in doubt, or were chosen
    upload/         a copy of what the visitor gave
    catalog/        the catalogue made of it: items.parquet, images/, index/, report.json (what was skipped), queries.jsonl;
                    once trained also folm/, diffusion/, diffusion-teacher/, comparison.json, README.md and, where the
                    catalogue has labels to steer by, steering/; meanwhile states/

An event's ``metrics`` are numbers, or a text under ``sample``; ``seconds_left`` is the run's corrected estimate. Every two
seconds at most there is an event, if only with a new estimate. An ``answer`` is {"query", "sub_queries", "items"}: the fixed
query, what the language model writes for it, and the id of the item that each sub-query finds first. The last event of a run
has the stage "finished"; or "failed", "refused" where its input is bad, or "asks" where the table's columns are in doubt, with
the sentence under ``message``.

Before a run, ``presets.cost`` says what each of ``presets.PRESETS`` takes; ``presets.STAGES`` are the stages in words. Of a
catalogue that is "ready", ``ingest.read_report`` says what was skipped and ``catalog_queries.load`` gives the queries.

Nothing but files is shared between the app and its jobs, so both may be killed at any moment: a job goes on without the app, a
new app finds it, and a killed job is told from a working one by its process id and the moment when that process began.
"""

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from r4t_demo import log
from r4t_demo.errors import UserError
from r4t_demo.files import write_text
from r4t_demo.jobs import queue
from r4t_demo.jobs.folder import CATALOG, EVENTS, LOG, QUERIES, UPLOAD, ZIPS, Record, State, copied, moment, size
from r4t_demo.jobs.store import Store
from r4t_demo.settings import Settings
from r4t_demo.sources.understood import Understood, check_chosen, columns_text
from r4t_demo.train.core.events import last_event, read_events
from r4t_demo.train.tune.presets import PRESETS

if TYPE_CHECKING:
    from r4t_demo.encoder import Encoder

LONGEST = 100_000  # characters of a text that a process can be started with


@dataclass(frozen=True)
class Status:
    """What a visitor may know of a job.

    ``name`` is that of the upload; ``budget`` None while there is only a preparation. ``position`` in the queue: 1 is next,
    None is not queued. ``stage``, ``step`` and ``total`` are those of the last event; ``seconds`` is how long this run has
    been at work, ``seconds_left`` its estimate (None: not yet known). ``message`` is a sentence where the state is "failed",
    "refused" or "asks".
    """

    job: str
    state: State
    name: str
    budget: str | None
    created: float
    position: int | None = None
    stage: str = ""
    step: int = 0
    total: int = 0
    seconds: float = 0.0
    seconds_left: float | None = None
    message: str = ""

    @property
    def busy(self) -> bool:
        """Whether it works or waits to."""
        return self.state in ("queued", "running")


class Jobs:
    """All jobs under ``settings.jobs``; several apps, and any number of threads, may share the folder."""

    def __init__(self, settings: Settings, command: queue.Command | None = None) -> None:
        """``command`` gives the arguments of a job's process; its own is ``python -m r4t_demo train``."""
        self.settings, self.root = settings, settings.jobs
        self.store = Store(settings)
        self.queue = queue.Queue(self.store, command or queue.command)

    def start(self, files: Sequence[Path], session: str, budget: str | None = None) -> str:
        """Copy an upload, queue a run on it and return the job's id; without a ``budget`` it is only prepared.

        ``files``: one folder, zip, table or parquet file, or any number of pictures, perhaps with a table. UserError where the
        session has a run at work, the disk is nearly full, or there is no such budget.
        """
        _check_budget(budget)
        name = files[0].name if len(files) == 1 else f"{len(files)} files"
        with self.store.locked():
            self.queue.check_idle(session)
            self.store.check_room(sum(map(size, files)))
        with self.store.new_job() as folder:
            source = copied(files, folder / UPLOAD)  # while others may go on
            with self.store.locked():
                self.queue.check_idle(session)
                now = moment(self.root)
                self.store.write(folder.name, Record(session, name, str(source.relative_to(folder)), budget, "queued", now, now))
                self.queue.advance()
        return folder.name

    def train(self, job: str, budget: str, queries: Sequence[str] | None = None) -> None:
        """Queue the whole run on a job that is ready or over; ``queries``, where given, instead of its own."""
        _check_budget(budget)
        with self.store.locked():
            record = self.queue.idle(job)
            if not record.source:
                raise UserError("This result came as a zip, without its source: upload the catalogue itself to train on it.")
            if queries is not None:
                text = "".join(f"{' '.join(query.split())}\n" for query in queries if query.strip())
                write_text(self.root / job / QUERIES, text)
            (self.root / job / EVENTS).unlink(missing_ok=True)
            shutil.rmtree(self.root / job / ZIPS, ignore_errors=True)
            self.queue.add(job, replace(record, budget=budget))

    def columns(self, job: str) -> Understood | None:
        """What the columns of the job's table are, or seem to be; None where that is not known, or there is no table."""
        self.store.record(job)
        return Understood.load(self.root / job) or Understood.load(self.root / job / CATALOG)

    def choose(self, job: str, columns: Mapping[str, str]) -> None:
        """Queue the preparation anew: ``columns``, column -> role, says what the table holds. What was made before is removed.

        UserError where they do not fit the table, or the run has a result already.
        """
        check_chosen(columns)
        with self.store.locked():
            record, understood = self.queue.idle(job), self.columns(job)
            if not understood or not record.source or record.state == "done":
                raise UserError("The columns of this catalogue cannot be changed any more: upload it anew.")
            if unknown := set(columns) - {column.name for column in understood.columns}:
                raise UserError(f"The table has no column '{min(unknown)}': open this page anew.")
            if len(columns_text(columns)) > LONGEST:
                raise UserError("The table has too many columns to choose for: remove those that say nothing of its items.")
            read = [replace(column, role=columns.get(column.name, column.role)) for column in understood.columns]
            Understood(read).save(self.root / job)
            for rest in (EVENTS, QUERIES):
                (self.root / job / rest).unlink(missing_ok=True)
            for folder in (ZIPS, CATALOG):
                shutil.rmtree(self.root / job / folder, ignore_errors=True)
            self.queue.add(job, replace(record, budget=None, columns=dict(columns)))

    def resume(self, job: str) -> None:
        """Queue a cancelled or failed job again: it goes on from its last checkpoint."""
        with self.store.locked():
            record = self.queue.idle(job)
            if record.state not in ("cancelled", "failed"):
                raise UserError("There is nothing to resume: this run is complete, or what it was given would be refused again.")
            self.queue.add(job, record)

    def cancel(self, job: str) -> None:
        """Stop a job, whatever it is doing. Its process and all that it started are gone on return, within two seconds."""
        with self.store.locked():
            self._stop(job)
            self.queue.advance()

    def delete(self, job: str) -> None:
        """Stop a job and remove all that there is of it."""
        with self.store.locked():
            self._stop(job)
            shutil.rmtree(self.root / job, ignore_errors=True)
            self.queue.advance()

    def _stop(self, job: str) -> None:
        record = self.queue.settled(job)
        if record.busy:
            self.queue.end(job, record, "cancelled")

    def status(self, job: str) -> Status:
        """What a visitor may know now; UserError for an id that no job has."""
        with self.store.locked():
            record = self.queue.settled(job)
            position = self.queue.waiting(record).index(job) + 1 if record.state == "queued" else None
        last = last_event(self.root / job / EVENTS)
        seconds = record.process.age if record.state == "running" else record.seconds
        return Status(
            job, record.state, record.name, record.budget, record.created, position,
            last.get("stage", ""), last.get("step", 0), last.get("total") or 0, seconds,
            last.get("metrics", {}).get("seconds_left") if record.state == "running" else None, record.message,
        )  # fmt: skip

    def of(self, session: str) -> list[Status]:
        """The jobs that a session began, newest first."""
        with self.store.locked():
            mine = [job for job, record in self.store.records().items() if record.session == session]
        return sorted(map(self.status, mine), key=lambda status: -status.created)

    def events(self, job: str, after: int = 0) -> tuple[list[dict], int]:
        """The events behind byte ``after`` of the job's file, and the place to read on from."""
        self.store.record(job)
        return read_events(self.root / job / EVENTS, after)

    def log(self, job: str, lines: int = 200) -> str:
        """The last lines of what the process printed."""
        self.store.record(job)
        path = self.root / job / LOG
        return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]) if path.is_file() else ""

    def catalog(self, job: str) -> Path:
        """The folder of the job's catalogue, complete from "ready" on; before, it may hold a part or not be there."""
        self.store.record(job)
        return self.root / job / CATALOG

    def result(self, job: str) -> Path:
        """The same folder once the run is done; UserError before."""
        if self.status(job).state != "done":
            raise UserError("This run has no result yet.")
        return self.root / job / CATALOG

    def export(self, job: str) -> Path:
        """The result as a zip named after the catalogue, made once; ``load`` and ``--catalog`` read it."""
        from r4t_demo.train.tune import archive

        folder, path = self.result(job), self.root / job / ZIPS / archive.zip_name(self.status(job).name)
        if not path.is_file():
            archive.export(folder, path)
        return path

    def load(self, path: Path, session: str, encoder: "Encoder") -> str:
        """Make a job that is done of such a zip and return its id; ``encoder`` is the app's. UserError for any other zip."""
        from r4t_demo.train.tune import archive

        with self.store.locked():
            self.store.check_room(size(path))
        with self.store.new_job() as folder:
            archive.load(path, folder / CATALOG, encoder, self.settings.checkpoints)
            now = time.time()
            self.store.write(folder.name, Record(session, path.name, "", "", "done", now, now, now))
        return folder.name

    def advance(self) -> None:
        """Start what is next, stop what is over its limits, remove what is old."""
        with self.store.locked():
            self.queue.advance()

    def watch(self, every: float = 1.0) -> None:
        """Keep the queue moving, and the limits, while this process lives."""

        def work() -> None:
            while True:
                try:
                    self.advance()
                except Exception as error:  # a full disk, say: later, perhaps
                    log.error("jobs", error)
                time.sleep(every)

        Thread(target=work, daemon=True, name="jobs").start()


def _check_budget(budget: str | None) -> None:
    if budget is not None and budget not in PRESETS:
        raise UserError(f"There is no budget '{budget}': choose from {', '.join(PRESETS)}.")
