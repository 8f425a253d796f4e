"""The progress of a run as JSON lines, for who watches it from another process."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from time import time
from typing import Any

from r4t_demo.errors import MachineError, Unsure, UserError
from r4t_demo.train.core.child import since_boot

# The stage of a run's last event; but for the first, it has the reason under "message". What is refused would be so again.
# What asks waits for an answer.
FINISHED, FAILED, REFUSED, ASKS = "finished", "failed", "refused", "asks"


def append(path: Path, event: Mapping[str, Any]) -> None:
    """Append an event, with the moment under "time" (seconds since the epoch) and "clock" (``child.since_boot``)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({**event, "time": time(), "clock": since_boot()}, ensure_ascii=False) + "\n")


@contextmanager
def beating(path: Path, every: float = 1.5) -> Iterator[None]:
    """While a step lasts, repeat the last event's place with the time that is left: who watches sees that it goes on.

    The block begins with an event of its own; its end appends FINISHED, bad input REFUSED, an Unsure one ASKS and any other error
    FAILED, with its sentence.
    """
    append(path, {"stage": "read", "step": 0, "total": 0, "metrics": {}})
    stop = Event()

    def beat() -> None:
        while not stop.wait(every / 3):
            last = last_event(path)
            quiet = since_boot() - last.get("clock", since_boot())
            if quiet >= every:
                left = last.get("metrics", {}).get("seconds_left")
                metrics = {} if left is None else {"seconds_left": max(0.0, round(left - quiet, 1))}
                with suppress(OSError):  # a full disk is the run's own to tell
                    append(path, {name: last.get(name) for name in ("stage", "step", "total")} | {"metrics": metrics})

    thread = Thread(target=beat, daemon=True, name="beat")
    thread.start()
    end, message = FAILED, "It was stopped."
    try:
        yield
        end, message = FINISHED, ""
    except Exception as error:
        is_input = isinstance(error, UserError) and not isinstance(error, MachineError)
        end = ASKS if isinstance(error, Unsure) else REFUSED if is_input else FAILED
        message = str(error) or type(error).__name__
        raise
    finally:
        stop.set()
        thread.join()
        with suppress(OSError):
            append(path, {"stage": end, "step": 1, "total": 1, "metrics": {"message": message}})


def read_events(path: Path, after: int = 0) -> tuple[list[dict], int]:
    """The whole events of a file behind byte ``after``, and the byte behind them; what is cut short is left out."""
    if not path.is_file():
        return [], 0
    with path.open("rb") as file:
        file.seek(after if after <= path.stat().st_size else 0)  # a shorter file is that of a new run
        start = file.tell()
        data = file.read()
    end = data.rfind(b"\n") + 1
    events = []
    for line in data[:end].splitlines():
        with suppress(ValueError):  # a killed run may leave half a line, and the next one writes on behind it
            events.append(json.loads(line))
    return events, start + end


def last_event(path: Path, after: int = 0) -> dict:
    """The last whole event of a file behind byte ``after``; empty where there is none."""
    size = path.stat().st_size if path.is_file() else 0
    events, _ = read_events(path, max(after, size - 65_536))
    return events[-1] if events else {}
