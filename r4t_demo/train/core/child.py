"""A process of its own that outlives the one that started it: known by its id and the moment it began.

Moments are in seconds since the machine started: the wall clock may be set, and then every process would seem another one.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO, cast

import psutil

GRACE = 1.0  # seconds between the polite signal and the other one
TICKS = 0.05  # seconds; the kernel tells a beginning in hundredths
# Waits for a line before it becomes the command, so that no process runs that nobody has written down. It keeps its id. Of two
# who want a core, one with the nice value 19 gets a seventieth of it. Where the memory runs out it is the first to be ended.
_GATE = 'read -r go || exit; { echo 1000 > /proc/self/oom_score_adj; } 2>/dev/null; exec nice -n 19 "$@"'


@dataclass(frozen=True)
class Child:
    """A process of the same id that ``began`` at another moment is somebody else's."""

    pid: int
    began: float

    def alive(self) -> bool:
        """Whether it still runs; one that has ended but was not waited for does not."""
        try:
            process = psutil.Process(self.pid)
            return abs(_beginning(process) - self.began) < TICKS and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    @property
    def age(self) -> float:
        """Seconds since it began."""
        return since_boot() - self.began

    def kill(self) -> None:
        """End it and all that it started, at the latest after ``GRACE`` seconds by force."""
        if not self.alive():
            return
        with suppress(ProcessLookupError):
            with suppress(PermissionError):  # only root may: at the lowest priority, to end takes seconds on a busy machine
                os.setpriority(os.PRIO_PGRP, self.pid, 0)
            os.killpg(self.pid, signal.SIGTERM)
            with suppress(psutil.Error):
                psutil.Process(self.pid).wait(GRACE)
            os.killpg(self.pid, signal.SIGKILL)  # also what is left of its group


def since_boot() -> float:
    """Seconds since the machine started: the same for all its processes, whatever the wall clock is set to."""
    return time.time() - psutil.boot_time()  # the kernel moves both


def start(command: Sequence[str], log: Path, environment: Mapping[str, str], known: Callable[[Child], object]) -> Child:
    """Start ``command`` in a process group of its own, at the lowest priority, its output appended to ``log``.

    It begins when ``known`` has written down who it is, and never where that fails.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            ["sh", "-c", _GATE, "sh", *command], stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT,
            process_group=0, env=dict(environment),
        )  # fmt: skip
    with cast(IO[bytes], process.stdin) as gate:
        child = Child(process.pid, _beginning(psutil.Process(process.pid)))
        known(child)
        gate.write(b"go\n")
    Thread(target=process.wait, daemon=True).start()  # so that it does not stay as a zombie while this process lives
    return child


def _beginning(process: psutil.Process) -> float:
    return process.create_time() - psutil.boot_time()
