"""Every knob of a process, in one frozen value; the only file that reads the environment."""

import os
import re
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, cast

from r4t_demo.errors import UserError

PACKAGE = Path(__file__).resolve().parent
EMBEDDED = PACKAGE / "embedded"  # only an installed package has it
# The embedded catalogue and models lie in the repository, or in the installed package, where nothing else is written: what an
# installed package makes goes to the working folder.
ROOT = EMBEDDED if EMBEDDED.is_dir() else PACKAGE.parent
MADE = Path.cwd() if EMBEDDED.is_dir() else ROOT
HUB = "hub:"  # before OWNER/NAME@REVISION, where a setting names a repository of the Hub


@dataclass(frozen=True)
class Settings:
    """``catalog`` is a name under ``assets``, a folder or hub:OWNER/NAME@REVISION; ``encoder`` is what Encoder.load takes,
    clip-mini where it is empty. ``folm`` and ``diffusion`` are folders or hub:OWNER/NAME@REVISION, and take the place of
    folm-mini and diffusion-mini in ``checkpoints``.

    ``results`` is where measurements are written to, and where the page reads them.
    ``index``: empty is FAISS in the catalogue's folder, milvus:URI a Milvus. ``memory``: GiB that a FAISS index may take.

    ``jobs`` is where visitors' catalogues and the runs on them lie: ``jobs_running`` train at once, one of them for
    ``job_minutes`` at most; it may take ``job_disk`` GiB and all together ``jobs_disk``; after ``job_days`` they are removed.

    ``waiting`` is how many requests may wait in each of the two lines. ``log`` is the file of the log, stderr where it is empty;
    with ``log_queries`` at 1 the log also holds what visitors wrote.
    """

    assets: Path = ROOT / "assets"
    checkpoints: Path = ROOT / "checkpoints"
    results: Path = MADE / "results"
    jobs: Path = MADE / "runs" / "jobs"
    catalog: str = "atelier"
    encoder: str = ""
    folm: str = ""
    diffusion: str = ""
    index: str = ""
    memory: int = 4
    host: str = "127.0.0.1"
    port: int = 7860
    threads: int = 2
    jobs_running: int = 1
    jobs_disk: int = 20
    job_disk: int = 2
    job_minutes: int = 120
    job_days: int = 7
    waiting: int = 32
    log: str = ""
    log_queries: int = 0

    def __post_init__(self) -> None:
        if not self.encoder:
            object.__setattr__(self, "encoder", f"local-dir:{self.checkpoints / 'clip-mini'}")
        for name in ("memory", "threads", "jobs_running", "jobs_disk", "job_disk", "job_minutes", "job_days", "waiting"):
            if getattr(self, name) < 1:
                raise UserError(f"R4T_{name.upper()} is {getattr(self, name)}: it must be at least 1.")
        for name in ("catalog", "folm", "diffusion"):
            value = getattr(self, name)
            if value.startswith(HUB) and not re.fullmatch(rf"{HUB}[\w.-]+/[\w.-]+(@[\w./-]+)?", value):
                raise UserError(f"R4T_{name.upper()} is '{value}': a repository of the Hub is written {HUB}OWNER/NAME@REVISION.")
        if self.index.startswith(HUB):
            raise UserError(f"R4T_INDEX is '{self.index}': a catalogue with its index is named by R4T_CATALOG={self.index}.")
        if self.index and not re.fullmatch(r"milvus:(https?://.+|.+\.db)", self.index):
            where = "milvus:http://HOST:PORT for a server, or milvus:FILE.db for one in the process"
            raise UserError(f"R4T_INDEX is '{self.index}': leave it empty for FAISS, or write {where}.")
        if not 0 <= self.port <= 65535:
            raise UserError(f"R4T_PORT is {self.port}: it must be between 0 and 65535 (0 takes any free port).")

    @classmethod
    def from_env(cls, **overrides: object) -> "Settings":
        """Read R4T_ASSETS, R4T_CHECKPOINTS, R4T_CATALOG, … ; an override that is not None wins over the environment."""
        values: dict[str, Any] = {name: value for name, value in overrides.items() if value is not None}
        for field in fields(cls):
            text = os.environ.get(f"R4T_{field.name.upper()}")
            if text and field.name not in values:
                values[field.name] = _parse(field.name, cast(type, field.type), text)
        if "SPACE_ID" in os.environ:  # a Space's container is reached from outside it alone
            values.setdefault("host", "0.0.0.0")
        return cls(**values)

    def embedded(self) -> "Settings":
        """These settings over the catalogue and the models that are part of the repository."""
        return replace(self, catalog="atelier", encoder="", folm="", diffusion="", index="")

    @property
    def chosen(self) -> dict[str, tuple[str, Path]]:
        """Which checkpoints are taken from elsewhere: name -> (setting, folder)."""
        given = {"folm-mini": ("R4T_FOLM", self.folm), "diffusion-mini": ("R4T_DIFFUSION", self.diffusion)}
        return {name: (setting, Path(folder)) for name, (setting, folder) in given.items() if folder}

    def environment(self) -> dict[str, str]:
        """The environment of a process that shall have these settings; its threads do not spin while they wait."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        own = {f"R4T_{n.upper()}": str(v.resolve() if isinstance(v, Path) else v) for n, v in values.items()}
        path = os.pathsep.join(filter(None, (str(PACKAGE.parent), os.environ.get("PYTHONPATH"))))
        return {**os.environ, **own, "PYTHONPATH": path, "OMP_WAIT_POLICY": "PASSIVE", "OPENBLAS_NUM_THREADS": "1"}

    @property
    def catalog_folder(self) -> Path:
        """The folder that ``catalog`` names; UserError when there is none."""
        for folder in (self.assets / self.catalog, Path(self.catalog)):
            if folder.is_dir():
                return folder
        known = ", ".join(sorted(p.parent.name for p in self.assets.glob("*/items.parquet"))) or "none"
        raise UserError(f"There is no catalogue '{self.catalog}': give a folder, or one of these names: {known}.")


def secret(name: str) -> str | None:
    """The key that an environment variable holds, None where it is unset or empty. It belongs into no file and no message."""
    return os.environ.get(name, "").strip() or None


def _parse(name: str, kind: type, text: str) -> object:
    try:
        return kind(text)
    except ValueError:
        raise UserError(f"R4T_{name.upper()} is '{text}': it must be a whole number.") from None
