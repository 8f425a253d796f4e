"""What a job's folder holds of the job itself: its record in status.json, and the copy of its upload."""

import json
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import chain, count
from pathlib import Path
from typing import Literal

from r4t_demo.errors import UserError
from r4t_demo.files import write_json
from r4t_demo.sources import TABLES
from r4t_demo.train.core.child import Child

STATUS, EVENTS, LOG, QUERIES = "status.json", "events.jsonl", "log.txt", "queries.txt"
UPLOAD, CATALOG, ZIPS = "upload", "catalog", "zip"  # folders
State = Literal["queued", "running", "asks", "ready", "done", "failed", "refused", "cancelled"]


@dataclass(frozen=True)
class Record:
    """``source`` is what is read, relative to the job's folder; ``queued`` and ``ended`` are moments, 0 while they have not come.

    ``pid`` and ``began`` tell the process, and when the state is no longer "running", which one it was; ``seconds`` is how long
    it worked. ``after`` is the byte of the events' file behind which the events are those of this run.
    ``columns``, column -> role, is what the visitor says of the table's columns.
    """

    session: str
    name: str
    source: str
    budget: str | None
    state: State
    created: float
    queued: float
    ended: float = 0.0
    pid: int = 0
    began: float = 0.0
    message: str = ""
    seconds: float = 0.0
    after: int = 0
    columns: dict[str, str] | None = None

    @property
    def process(self) -> Child:
        """Who does the work."""
        return Child(self.pid, self.began)

    @property
    def busy(self) -> bool:
        """Whether it works or waits to."""
        return self.state in ("queued", "running")

    def same_kind(self, other: "Record") -> bool:
        """Whether both are preparations or both are trainings: neither waits for the other."""
        return (self.budget is None) == (other.budget is None)

    @classmethod
    def read(cls, path: Path) -> "Record":
        """Read a status file."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def write(self, path: Path) -> None:
        """Write it as a whole."""
        write_json(path, asdict(self))


def records(root: Path) -> dict[str, Record]:
    """job -> its record, of all under ``root``; one whose file is damaged is as good as none."""
    found = {}
    for path in root.glob(f"*/{STATUS}"):
        with suppress(OSError, ValueError, TypeError):
            found[path.parent.name] = Record.read(path)
    return found


def moment(root: Path) -> float:
    """The wall clock's time, but behind every moment at which a job was queued: the clock may have been set back."""
    return max([time.time(), *(record.queued + 1e-3 for record in records(root).values())])


def copied(files: Sequence[Path], folder: Path) -> Path:
    """Copy an upload into ``folder``; returns what a source is opened from. UserError where there is none, and as ``_named``."""
    if not files:
        raise UserError("There is nothing to read: upload a zip, a table or pictures.")
    folder.mkdir(parents=True)
    if len(files) == 1:
        copy = shutil.copytree if files[0].is_dir() else shutil.copyfile
        return Path(copy(files[0], folder / files[0].name))
    for name, file in _named(files).items():
        shutil.copyfile(file, folder / name)
    return folder


def _named(files: Sequence[Path]) -> dict[str, Path]:
    """Files by names of their own: of several pictures called 'image.jpg', as some phones do, the second is 'image (2).jpg'.

    UserError where there is a table, which cannot say any more which one it means.
    """
    named: dict[str, Path] = {}
    table = any(file.suffix.lower() in TABLES for file in files)
    for file in dict.fromkeys(files):
        if table and file.name in named:
            raise UserError(f"Two of the files are named '{file.name}': rename one of them, or put the folders into a zip.")
        further = (file.with_stem(f"{file.stem} ({number})").name for number in count(2))
        named[next(name for name in chain([file.name], further) if name not in named)] = file
    return named


def size(path: Path) -> int:
    """Bytes of a file, or of all files under a folder; what vanishes meanwhile counts for nothing."""
    if not path.is_dir():
        return path.stat().st_size
    total = 0
    for file in path.rglob("*"):
        with suppress(OSError):
            total += file.lstat().st_size
    return total
