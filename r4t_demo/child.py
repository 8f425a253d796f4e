"""A process of its own that outlives the one that started it: known by its id and the moment it began."""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import psutil

GRACE = 1.0  # seconds between the polite signal and the other one
# Waits for a line before it becomes the command, so that no process runs that nobody has written down. It keeps its id. Of two
# who want a core, one with the nice value 19 gets a seventieth of it. Where the memory runs out it is the first to be ended.
_GATE = 'read -r go || exit; { echo 1000 > /proc/self/oom_score_adj; } 2>/dev/null; exec nice -n 19 "$@"'


@dataclass(frozen=True)
class Child:
    """``began`` is in seconds since the epoch: a process of the same id that began at another moment is somebody else's."""

    pid: int
    began: float

    def alive(self) -> bool:
        """Whether it still runs; one that has ended but was not waited for does not."""
        try:
            process = psutil.Process(self.pid)
            return abs(process.create_time() - self.began) < 1 and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    def kill(self) -> None:
        """End it and all that it started, at the latest after ``GRACE`` seconds by force."""
        if not self.alive():
            return
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGTERM)
            with suppress(psutil.Error):
                psutil.Process(self.pid).wait(GRACE)
            os.killpg(self.pid, signal.SIGKILL)  # also what is left of its group


def start(command: Sequence[str], log: Path, environment: Mapping[str, str], known: Callable[[Child], object]) -> Child:
    """Start ``command`` in a process group of its own, at the lowest priority, its output appended to ``log``.

    It begins when ``known`` has written down who it is, and never where that fails.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            ["sh", "-c", _GATE, "sh", *command], stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT,
            process_group=0, env=dict(environment),
        )  # fmt: skip
    with process.stdin:
        child = Child(process.pid, psutil.Process(process.pid).create_time())
        known(child)
        process.stdin.write(b"go\n")
    Thread(target=process.wait, daemon=True).start()  # so that it does not stay as a zombie while this process lives
    return child
