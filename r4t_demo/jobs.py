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

import fcntl
import re
import secrets
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from r4t_demo import child, log
from r4t_demo.child import Child
from r4t_demo.errors import UserError
from r4t_demo.files import write_atomically
from r4t_demo.job_folder import STATUS, Record, State, copied, moment, records, size
from r4t_demo.settings import Settings
from r4t_demo.sources.understood import Understood, check_chosen, columns_text
from r4t_demo.train.core.events import ASKS, FAILED, FINISHED, REFUSED, last_event, read_events
from r4t_demo.train.tune.presets import PRESETS, STAGES

if TYPE_CHECKING:
    from r4t_demo.encoder import Encoder

GIB = 2**30
SPARE = GIB  # bytes of the disk that no job may take
LONGEST = 100_000  # characters of a text that a process can be started with
WEIGH = 10.0  # seconds between two looks at how much of it one takes
EVENTS, LOG, UPLOAD, CATALOG, QUERIES, ZIPS = "events.jsonl", "log.txt", "upload", "catalog", "queries.txt", "zip"


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

    def __init__(self, settings: Settings, command: Callable[[Path, Record], list[str]] | None = None) -> None:
        """``command`` gives the arguments of a job's process; its own is ``python -m r4t_demo train``."""
        self.settings, self.root, self._command = settings, settings.jobs, command or _command
        self._weighed = -WEIGH  # the moment when the folders of running jobs were last measured

    def start(self, files: Sequence[Path], session: str, budget: str | None = None) -> str:
        """Copy an upload, queue a run on it and return the job's id; without a ``budget`` it is only prepared.

        ``files``: one folder, zip, table or parquet file, or any number of pictures, perhaps with a table. UserError where the
        session has a run at work, the disk is nearly full, or there is no such budget.
        """
        _check_budget(budget)
        name = files[0].name if len(files) == 1 else f"{len(files)} files"
        with self._locked():
            self._check_idle(session)
            self._check_room(sum(map(size, files)))
        with self._new_job() as folder:
            source = copied(files, folder / UPLOAD)  # while others may go on
            with self._locked():
                self._check_idle(session)
                now = moment(self.root)
                self._write(folder.name, Record(session, name, str(source.relative_to(folder)), budget, "queued", now, now))
                self._advance()
        return folder.name

    def train(self, job: str, budget: str, queries: Sequence[str] | None = None) -> None:
        """Queue the whole run on a job that is ready or over; ``queries``, where given, instead of its own."""
        _check_budget(budget)
        with self._locked():
            record = self._idle(job)
            if not record.source:
                raise UserError("This result came as a zip, without its source: upload the catalogue itself to train on it.")
            if queries is not None:
                text = "".join(f"{' '.join(query.split())}\n" for query in queries if query.strip())
                write_atomically(self.root / job / QUERIES, lambda temporary: temporary.write_text(text, encoding="utf-8"))
            (self.root / job / EVENTS).unlink(missing_ok=True)
            shutil.rmtree(self.root / job / ZIPS, ignore_errors=True)
            self._queue(job, replace(record, budget=budget))

    def columns(self, job: str) -> Understood | None:
        """What the columns of the job's table are, or seem to be; None where that is not known, or there is no table."""
        self._record(job)
        return Understood.load(self.root / job) or Understood.load(self.root / job / CATALOG)

    def choose(self, job: str, columns: Mapping[str, str]) -> None:
        """Queue the preparation anew: ``columns``, column -> role, says what the table holds. What was made before is removed.

        UserError where they do not fit the table, or the run has a result already.
        """
        check_chosen(columns)
        with self._locked():
            record, understood = self._idle(job), self.columns(job)
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
            self._queue(job, replace(record, budget=None, columns=dict(columns)))

    def resume(self, job: str) -> None:
        """Queue a cancelled or failed job again: it goes on from its last checkpoint."""
        with self._locked():
            record = self._idle(job)
            if record.state not in ("cancelled", "failed"):
                raise UserError("There is nothing to resume: this run is complete, or what it was given would be refused again.")
            self._queue(job, record)

    def cancel(self, job: str) -> None:
        """Stop a job, whatever it is doing. Its process and all that it started are gone on return, within two seconds."""
        with self._locked():
            record = self._settled(job)
            if record.busy:
                self._end(job, record, "cancelled")
            self._advance()

    def delete(self, job: str) -> None:
        """Stop a job and remove all that there is of it."""
        with self._locked():
            record = self._settled(job)
            if record.busy:
                self._end(job, record, "cancelled")
            shutil.rmtree(self.root / job, ignore_errors=True)
            self._advance()

    def status(self, job: str) -> Status:
        """What a visitor may know now; UserError for an id that no job has."""
        with self._locked():
            record = self._settled(job)
            position = self._queued(record).index(job) + 1 if record.state == "queued" else None
        last = last_event(self.root / job / EVENTS)
        seconds = record.process.age if record.state == "running" else record.seconds
        return Status(
            job, record.state, record.name, record.budget, record.created, position,
            last.get("stage", ""), last.get("step", 0), last.get("total") or 0, seconds,
            last.get("metrics", {}).get("seconds_left") if record.state == "running" else None, record.message,
        )  # fmt: skip

    def of(self, session: str) -> list[Status]:
        """The jobs that a session began, newest first."""
        with self._locked():
            mine = [job for job, record in self._records().items() if record.session == session]
        return sorted(map(self.status, mine), key=lambda status: -status.created)

    def events(self, job: str, after: int = 0) -> tuple[list[dict], int]:
        """The events behind byte ``after`` of the job's file, and the place to read on from."""
        self._record(job)
        return read_events(self.root / job / EVENTS, after)

    def log(self, job: str, lines: int = 200) -> str:
        """The last lines of what the process printed."""
        self._record(job)
        path = self.root / job / LOG
        return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]) if path.is_file() else ""

    def catalog(self, job: str) -> Path:
        """The folder of the job's catalogue, complete from "ready" on; before, it may hold a part or not be there."""
        self._record(job)
        return self.root / job / CATALOG

    def result(self, job: str) -> Path:
        """The same folder once the run is done; UserError before."""
        if self.status(job).state != "done":
            raise UserError("This run has no result yet.")
        return self.root / job / CATALOG

    def export(self, job: str) -> Path:
        """The result as a zip named after the catalogue, made once; ``load`` and ``--catalog`` read it."""
        from r4t_demo import archive

        folder, path = self.result(job), self.root / job / ZIPS / archive.zip_name(self.status(job).name)
        if not path.is_file():
            archive.export(folder, path)
        return path

    def load(self, path: Path, session: str, encoder: "Encoder") -> str:
        """Make a job that is done of such a zip and return its id; ``encoder`` is the app's. UserError for any other zip."""
        from r4t_demo import archive

        with self._locked():
            self._check_room(size(path))
        with self._new_job() as folder:
            archive.load(path, folder / CATALOG, encoder, self.settings.checkpoints)
            now = time.time()
            self._write(folder.name, Record(session, path.name, "", "", "done", now, now, now))
        return folder.name

    def advance(self) -> None:
        """Start what is next, stop what is over its limits, remove what is old."""
        with self._locked():
            self._advance()

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

    def _advance(self) -> None:
        """Settle what has ended, stop what is over its limits, start what is next, and remove what is old."""
        running = [job for job in self._records() if self._settled(job).state == "running"]
        for job in running:
            if why := self._over(job):
                self._end(job, self._record(job), "failed", f"{why} Resume goes on from its last checkpoint.")
        if self._weighed + WEIGH < time.monotonic():
            self._weighed = time.monotonic()
        begun = list(map(self._record, running))
        for job in self._queued():
            record = self._record(job)
            if sum(map(record.same_kind, begun)) < self.settings.jobs_running:
                begun.append(record)
                self._begin(job, record)
        self._tidy()

    def _begin(self, job: str, record: Record) -> None:
        folder = self.root / job
        for rest in list((folder / CATALOG).rglob(".*.part")):  # what a killed run was writing
            shutil.rmtree(rest, ignore_errors=True) if rest.is_dir() else rest.unlink(missing_ok=True)

        def known(process: Child) -> None:
            self._write(job, replace(record, state="running", pid=process.pid, began=process.began, ended=0.0, message=""))

        # One core stays with visitors: threads that wait for each other where others want their cores are slower than one.
        environment = replace(self.settings, threads=max(1, self.settings.threads - 1)).environment()
        child.start(self._command(folder, record), folder / LOG, environment, known)

    def _end(self, job: str, record: Record, state: State, message: str = "") -> None:
        record.process.kill()
        self._write(job, replace(record, state=state, ended=time.time(), seconds=record.process.age, message=message))

    def _over(self, job: str) -> str:
        """Which limit a running job is over, as a sentence; "" where none."""
        record, limits = self._record(job), self.settings
        if record.process.age > 60 * limits.job_minutes:
            return f"It was stopped after {limits.job_minutes} minutes, the most that a run may take."
        if self._weighed + WEIGH < time.monotonic() and size(self.root / job) > limits.job_disk * GIB:
            return f"It was stopped since it takes more than {limits.job_disk} GiB of the disk."
        if shutil.disk_usage(self.root).free < SPARE // 4:
            return "It was stopped since the disk is nearly full."
        return ""

    def _settled(self, job: str) -> Record:
        """The record, in which a process that has ended is told as what it ended with."""
        record = self._record(job)
        if record.state != "running" or record.process.alive():
            return record
        last = last_event(self.root / job / EVENTS, record.after)
        stage = str(last.get("stage"))
        ends: dict[str, State] = {FINISHED: "done" if record.budget else "ready", REFUSED: "refused", ASKS: "asks"}
        where = f"in '{STAGES[stage]}'" if stage in STAGES else "before it began"
        message = (
            f"Its process ended {where} without a word, as when it is killed, the memory runs out or the disk is full: "
            "Resume goes on from its last checkpoint."
        )
        if stage in (FINISHED, FAILED, REFUSED, ASKS):
            message = "" if stage == FINISHED else str(last["metrics"].get("message"))
        times = {"ended": last.get("time", time.time()), "seconds": last.get("clock", record.began) - record.began}
        record = replace(record, state=ends.get(stage, "failed"), message=message, **times)
        with suppress(OSError):  # on a full disk it is told all the same, and written down at a later look
            self._write(job, record)
        return record

    def _queued(self, like: Record | None = None) -> list[str]:
        """The jobs that wait, the next one first; where ``like`` is given, those in its queue alone."""
        waiting = {job: record for job, record in self._records().items() if record.state == "queued"}
        chosen = [job for job, record in waiting.items() if like is None or like.same_kind(record)]
        return sorted(chosen, key=lambda job: waiting[job].queued)

    def _idle(self, job: str) -> Record:
        """The record of a job that does nothing, of a session that has nothing else at work; UserError otherwise."""
        record = self._settled(job)
        self._check_idle(record.session)
        self._check_room(0)
        return record

    def _queue(self, job: str, record: Record) -> None:
        record = replace(record, state="queued", queued=moment(self.root), after=self.events(job)[1])
        self._write(job, replace(record, began=0.0, ended=0.0, seconds=0.0, message=""))
        self._advance()

    def _check_idle(self, session: str) -> None:
        mine = [job for job, record in self._records().items() if record.session == session]
        if any(self._settled(job).busy for job in mine):
            raise UserError("You have a run at work already: wait for it, or cancel it first.")

    def _check_room(self, upload: int) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        free, taken = shutil.disk_usage(self.root).free, size(self.root)
        if upload > self.settings.job_disk * GIB // 2:
            raise UserError(f"The upload has {upload / GIB:.1f} GiB: at most {self.settings.job_disk / 2:.1f} GiB are taken.")
        if free < SPARE + 2 * upload or taken + 2 * upload > self.settings.jobs_disk * GIB:
            left = min(free - SPARE, self.settings.jobs_disk * GIB - taken)
            raise UserError(
                f"There is too little room on the disk for another run ({max(0, left) / GIB:.1f} GiB are left for it): "
                "try again later, or remove an older run."
            )

    def _tidy(self) -> None:
        oldest = time.time() - 86_400 * self.settings.job_days
        records = self._records()
        for folder in self.root.iterdir():
            record = records.get(folder.name)
            if record is None:  # an upload that was cut short
                is_old = folder.is_dir() and folder.stat().st_mtime < oldest
            else:
                is_old = not record.busy and max(record.ended, record.queued) < oldest
            if is_old:
                shutil.rmtree(folder, ignore_errors=True)

    def _records(self) -> dict[str, Record]:
        return records(self.root)

    def _record(self, job: str) -> Record:
        path = self.root / job / STATUS
        if not re.fullmatch(r"[\w-]{1,64}", job) or not path.is_file():
            raise UserError("There is no such run: its link is wrong, or it was removed.")
        try:
            return Record.read(path)
        except (OSError, ValueError, TypeError) as error:
            raise UserError("This run cannot be shown: its status file is damaged.") from error

    def _write(self, job: str, record: Record) -> None:
        record.write(self.root / job / STATUS)

    @contextmanager
    def _new_job(self) -> Iterator[Path]:
        """A folder of an unguessable name, of which nothing stays where what is done in it fails; that is a UserError."""
        folder = self.root / secrets.token_urlsafe(16)
        try:
            yield folder
        except (OSError, UserError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, UserError):
                raise
            raise UserError(f"The upload cannot be kept ({error}): try again later.") from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One at a time, over threads and processes. UserError where the disk does not let us."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with (self.root / ".lock").open("w") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise UserError(f"The folder of the runs cannot be used ({error.strerror}): try again later.") from error


def _command(folder: Path, record: Record) -> list[str]:
    """The arguments of a job's process."""
    until = ["--budget", record.budget] if record.budget else ["--until", "queries"]
    edited = ["--queries", str(folder / QUERIES)] if (folder / QUERIES).is_file() else []
    meant = ["--columns", columns_text(record.columns)] if record.columns else ["--ask", str(folder)]
    places = ["--out", str(folder / CATALOG), "--events", str(folder / EVENTS)]
    return [sys.executable, "-m", "r4t_demo", "train", str(folder / record.source), *places, *meant, *until, *edited]


def _check_budget(budget: str | None) -> None:
    if budget is not None and budget not in PRESETS:
        raise UserError(f"There is no budget '{budget}': choose from {', '.join(PRESETS)}.")
