"""``kill -9`` at a few moments; ``python -m tests.kill_runs`` tries more of them."""

import subprocess
import sys

from r4t_demo.settings import ROOT


def test_a_killed_run_starts_again_to_the_same_result() -> None:
    command = [sys.executable, "-m", "tests.kill_runs", "--moments", "4"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "every result is that of an uninterrupted run" in done.stdout
