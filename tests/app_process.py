"""The app as a process of its own, on a free port: what a test may kill, stop or load."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from r4t_demo.settings import ROOT

PYTHON = os.environ.get("R4T_APP_PYTHON", sys.executable)  # in CI, of an environment with the app's requirements alone
APP = (PYTHON, "app.py")
UP = "The page is on "
ONLY_REQUIRED = str(Path(__file__).parent / "only_required")  # what the app does without is not there


class AppProcess:
    """A running app: its ``address``, its ``pid``. Settings are given by name; leaving the block ends it."""

    def __init__(self, command: tuple[str, ...] = APP, stderr: Path | None = None, **settings: object) -> None:
        own = {f"R4T_{name.upper()}": str(value) for name, value in ({"port": 0} | settings).items()}
        self._stderr = stderr.open("ab") if stderr else subprocess.DEVNULL
        env = {**os.environ, **own, "PYTHONPATH": ONLY_REQUIRED}
        self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=self._stderr, text=True)
        self.pid = self.process.pid
        line = next((line for line in self.process.stdout if line.startswith(UP)), None)
        if line is None:
            raise RuntimeError(f"the app ended with {self.process.wait()} before its page was up")
        self.address = line.removeprefix(UP).strip()

    def stop(self, by: int = signal.SIGTERM) -> int:
        """Send it a signal, wait for its end and return the exit code."""
        self.process.send_signal(by)
        return self.process.wait(60)

    def __enter__(self) -> "AppProcess":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        if self._stderr is not subprocess.DEVNULL:
            self._stderr.close()
