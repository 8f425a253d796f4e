"""The queue of jobs: which process begins next, which is stopped, and how one that has ended is told. Called under the lock."""

import shutil
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from r4t_demo.errors import UserError
from r4t_demo.files import GIB
from r4t_demo.jobs.folder import CATALOG, EVENTS, LOG, QUERIES, Record, State, moment, size
from r4t_demo.jobs.store import Store
from r4t_demo.sources.understood import columns_text
from r4t_demo.train.core import child
from r4t_demo.train.core.child import Child
from r4t_demo.train.core.events import ASKS, FAILED, FINISHED, REFUSED, last_event, read_events
from r4t_demo.train.tune.presets import STAGES

WEIGH = 10.0  # seconds between two looks at how much of the disk a job takes

Command = Callable[[Path, Record], list[str]]


class Queue:
    """What waits and what works. ``command`` gives the arguments of a job's process, of its folder and its record."""

    def __init__(self, store: Store, command: Command) -> None:
        self.store, self.settings, self.root, self.command = store, store.settings, store.root, command
        self._weighed = -WEIGH  # the moment when the folders of running jobs were last measured

    def add(self, job: str, record: Record) -> None:
        """Put a job at the end."""
        after = read_events(self.root / job / EVENTS)[1]
        record = replace(record, state="queued", queued=moment(self.root), after=after)
        self.store.write(job, replace(record, began=0.0, ended=0.0, seconds=0.0, message=""))
        self.advance()

    def advance(self) -> None:
        """Settle what has ended, stop what is over its limits, start what is next, and remove what is old."""
        running = [job for job in self.store.records() if self.settled(job).state == "running"]
        for job in running:
            if why := self._over(job):
                self.end(job, self.store.record(job), "failed", f"{why} Resume goes on from its last checkpoint.")
        if self._weighed + WEIGH < time.monotonic():
            self._weighed = time.monotonic()
        begun = list(map(self.store.record, running))
        for job in self.waiting():
            record = self.store.record(job)
            if sum(map(record.same_kind, begun)) < self.settings.jobs_running:
                begun.append(record)
                self._begin(job, record)
        self.store.tidy()

    def waiting(self, like: Record | None = None) -> list[str]:
        """The jobs that wait, the next one first; where ``like`` is given, those in its queue alone."""
        queued = {job: record for job, record in self.store.records().items() if record.state == "queued"}
        chosen = [job for job, record in queued.items() if like is None or like.same_kind(record)]
        return sorted(chosen, key=lambda job: queued[job].queued)

    def idle(self, job: str) -> Record:
        """The record of a job that does nothing, of a session that has nothing else at work; UserError otherwise."""
        record = self.settled(job)
        self.check_idle(record.session)
        self.store.check_room(0)
        return record

    def check_idle(self, session: str) -> None:
        """UserError where a session has a job at work or waiting."""
        mine = [job for job, record in self.store.records().items() if record.session == session]
        if any(self.settled(job).busy for job in mine):
            raise UserError("You have a run at work already: wait for it, or cancel it first.")

    def end(self, job: str, record: Record, state: State, message: str = "") -> None:
        """Stop a job's process, and write down why."""
        record.process.kill()
        self.store.write(job, replace(record, state=state, ended=time.time(), seconds=record.process.age, message=message))

    def settled(self, job: str) -> Record:
        """The record, in which a process that has ended is told as what it ended with."""
        record = self.store.record(job)
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
            self.store.write(job, record)
        return record

    def _begin(self, job: str, record: Record) -> None:
        folder = self.root / job
        for rest in list((folder / CATALOG).rglob(".*.part")):  # what a killed run was writing
            shutil.rmtree(rest, ignore_errors=True) if rest.is_dir() else rest.unlink(missing_ok=True)

        def known(process: Child) -> None:
            begun = replace(record, state="running", pid=process.pid, began=process.began, ended=0.0, message="")
            self.store.write(job, begun)

        # One core stays with visitors: threads that wait for each other where others want their cores are slower than one.
        environment = replace(self.settings, threads=max(1, self.settings.threads - 1)).environment()
        child.start(self.command(folder, record), folder / LOG, environment, known)

    def _over(self, job: str) -> str:
        """Which limit a running job is over, as a sentence; "" where none."""
        record, limits = self.store.record(job), self.settings
        if record.process.age > 60 * limits.job_minutes:
            return f"It was stopped after {limits.job_minutes} minutes, the most that a run may take."
        if self._weighed + WEIGH < time.monotonic() and size(self.root / job) > limits.job_disk * GIB:
            return f"It was stopped since it takes more than {limits.job_disk} GiB of the disk."
        if self.store.nearly_full():
            return "It was stopped since the disk is nearly full."
        return ""


def command(folder: Path, record: Record) -> list[str]:
    """The arguments of a job's process: ``python -m r4t_demo train``."""
    until = ["--budget", record.budget] if record.budget else ["--until", "queries"]
    edited = ["--queries", str(folder / QUERIES)] if (folder / QUERIES).is_file() else []
    meant = ["--columns", columns_text(record.columns)] if record.columns else ["--ask", str(folder)]
    places = ["--out", str(folder / CATALOG), "--events", str(folder / EVENTS)]
    return [sys.executable, "-m", "r4t_demo", "train", str(folder / record.source), *places, *meant, *until, *edited]
