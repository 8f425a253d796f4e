"""The folder of all jobs: who writes in it, what is in it, and how much room there is."""

import fcntl
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from r4t_demo.errors import UserError
from r4t_demo.files import GIB
from r4t_demo.jobs.folder import STATUS, Record, records, size
from r4t_demo.settings import Settings

SPARE = GIB  # bytes of the disk that no job may take


class Store:
    """The records and folders under ``settings.jobs``, which several apps, and any number of threads, may share."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.root = settings, settings.jobs

    def records(self) -> dict[str, Record]:
        """job -> its record."""
        return records(self.root)

    def record(self, job: str) -> Record:
        """The record of a job; UserError for an id that no job has."""
        path = self.root / job / STATUS
        if not re.fullmatch(r"[\w-]{1,64}", job) or not path.is_file():
            raise UserError("There is no such run: its link is wrong, or it was removed.")
        try:
            return Record.read(path)
        except (OSError, ValueError, TypeError) as error:
            raise UserError("This run cannot be shown: its status file is damaged.") from error

    def write(self, job: str, record: Record) -> None:
        """Write the record of a job."""
        record.write(self.root / job / STATUS)

    @contextmanager
    def new_job(self) -> Iterator[Path]:
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
    def locked(self) -> Iterator[None]:
        """One at a time, over threads and processes. UserError where the disk does not let us."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with (self.root / ".lock").open("w") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise UserError(f"The folder of the runs cannot be used ({error.strerror}): try again later.") from error

    def check_room(self, upload: int) -> None:
        """UserError where an upload of so many bytes is too large, or would fill the disk."""
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

    def nearly_full(self) -> bool:
        """Whether even what works must stop."""
        return shutil.disk_usage(self.root).free < SPARE // 4

    def tidy(self) -> None:
        """Remove what is old."""
        oldest = time.time() - 86_400 * self.settings.job_days
        records = self.records()
        for folder in self.root.iterdir():
            record = records.get(folder.name)
            if record is None:  # an upload that was cut short
                is_old = folder.is_dir() and folder.stat().st_mtime < oldest
            else:
                is_old = not record.busy and max(record.ended, record.queued) < oldest
            if is_old:
                shutil.rmtree(folder, ignore_errors=True)
