"""results/NAME.json: what a measurement printed, beside everything that one needs to judge it and to repeat it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from r4t_demo.errors import UserError
from r4t_demo.files import write_json
from r4t_demo.settings import ROOT

FIELDS = {"command": str, "commit": str | None, "date": str, "seed": int, "samples": dict, "machine": dict, "result": dict | list}


def save(
    folder: Path,
    name: str,
    result: object,
    *,
    command: str,
    commit: str | None,
    seed: int,
    samples: Mapping[str, int],
    threads: int,
) -> Path:
    """Write ``folder``/``name``.json as a whole or not at all; returns its path.

    ``result`` is what the command prints with --json; ``commit`` that of the code as it was when the measurement began.
    """
    record = {
        "command": command,
        "commit": commit,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "seed": seed,
        "samples": dict(samples),
        "machine": _machine(threads),
        "result": result,
    }
    path = folder / f"{name}.json"
    try:
        write_json(path, record, indent=2, allow_nan=False)
    except OSError as error:
        raise UserError(f"'{path}' cannot be written ({error}): name another folder with --results.") from error
    return path


def load(folder: Path, name: str) -> dict | None:
    """Read ``folder``/``name``.json; None where there is none, UserError where it is no such record."""
    path = folder / f"{name}.json"
    try:
        record = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"'{path.name}' cannot be read ({error}).") from error
    if not isinstance(record, dict) or not all(isinstance(record.get(field, 0.5), kind) for field, kind in FIELDS.items()):
        raise UserError(f"'{path.name}' is no record of a measurement: it needs {', '.join(FIELDS)}.")
    return record


def current_commit(root: Path = ROOT) -> str | None:
    """The commit of the checkout at ``root``, "-dirty" behind it where tracked files differ; None where there is no checkout.

    Results do not count as changes: each one written would make the next one's commit dirty.
    """
    try:
        if Path(_git(root, "rev-parse", "--show-toplevel")).resolve() != root.resolve():
            return None  # the code lies inside of another project's checkout
        commit = _git(root, "rev-parse", "HEAD")
        changes = _git(root, "status", "--porcelain", "--untracked-files=no", "--", ".", ":(exclude)results")
    except (OSError, subprocess.SubprocessError):
        return None
    return f"{commit}-dirty" if changes else commit


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True, timeout=30)
    return done.stdout.strip()


def _machine(threads: int) -> dict[str, Any]:
    """Cores, the threads that the measurement was given, torch's version, and the GPU's name where torch has found one."""
    torch = sys.modules.get("torch")  # a measurement that has not loaded it has not used it either
    gpu = torch.cuda.get_device_name() if torch and torch.cuda.is_available() else None
    return {"cores": os.cpu_count(), "threads": threads, "torch": version("torch"), "gpu": gpu}


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")
