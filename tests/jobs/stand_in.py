"""A process that stands in for a training run, and how tests wait for it."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from r4t_demo.jobs import Jobs, Status
from r4t_demo.jobs.folder import EVENTS

# argv: events file, how it shall end. It starts a process of its own, as a data loader would.
RUN = """
import subprocess, sys, time
from pathlib import Path
from r4t_demo.train.core.events import append
events, end = Path(sys.argv[1]), sys.argv[2]
helper = subprocess.Popen(["sleep", "900"])
append(events, {"stage": "read", "step": 1, "total": 4, "metrics": {"seconds_left": 9.5, "helper": helper.pid}})
if end == "wait":
    time.sleep(900)
helper.kill()
if end != "crash":
    append(events, {"stage": end, "step": 1, "total": 1, "metrics": {"message": "row 3: no picture."}})
"""


class Ends:
    """The command of the next processes, by how they shall end."""

    def __init__(self) -> None:
        self.next = "wait"

    def __call__(self, folder: Path, record) -> list[str]:
        return [sys.executable, "-c", RUN, str(folder / EVENTS), self.next]


def until(condition: Callable[[], object]) -> object:
    """Wait for a condition; the test fails where it never comes."""
    end = time.monotonic() + 120  # a job has the lowest priority, and the machine may be busy
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError("it never came")


def reach(jobs: Jobs, job: str, state: str) -> Status:
    return until(lambda: (status := jobs.status(job)).state == state and status)


def at_work(jobs: Jobs, job: str) -> list[psutil.Process]:
    """Wait for the first event of a job's process; returns that and the one that it started."""
    record = jobs.store.record(job)
    [event] = until(lambda: [one for one in jobs.events(job)[0] if one["time"] > record.queued])
    return [psutil.Process(record.pid), psutil.Process(event["metrics"]["helper"])]
