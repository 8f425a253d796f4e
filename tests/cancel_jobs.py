"""Cancel a job once in every stage and see how soon its process is gone: ``python -m tests.cancel_jobs SOURCE``.

The job is a real one, with the app's own models, on SOURCE; every cancellation is followed by Resume, so that one run passes
through all of them.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from r4t_demo.jobs import Jobs, Status
from r4t_demo.settings import Settings
from r4t_demo.train.tune.presets import STAGES
from tests.browser.tiny_run import tiny_offered

MOST = 2.0  # seconds that a visitor waits for a cancelled job to be gone


def main() -> None:
    """Cancel and resume; the exit status is 1 where a process outlives its cancellation."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("--budget", default="small", help="one of the presets, or tiny (%(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        jobs = Jobs(replace(Settings.from_env(), jobs=Path(folder)))
        if options.budget == "tiny":
            stack.enter_context(tiny_offered(jobs))
        job = jobs.start([options.source], "canceller", options.budget)
        slowest = 0.0
        for stage in STAGES:
            later = list(STAGES)[list(STAGES).index(stage) + 1 :]
            there = (stage, *later) if stage == "steering" else (stage,)  # which a catalogue without labels does without
            status = _until(jobs, job, lambda status, there=there: status.stage in there or not status.busy)
            if status.busy and status.stage != stage:
                continue
            if not status.busy:
                raise SystemExit(f"it is {status.state} and was never seen in '{stage}': {status.message}\n{jobs.log(job)}")
            pid, began = jobs.store.record(job).pid, time.monotonic()
            jobs.cancel(job)
            while _lives(pid):
                time.sleep(0.01)
            seconds, state = time.monotonic() - began, jobs.status(job).state
            slowest = max(slowest, seconds)
            print(f"{stage} {status.step}/{status.total}: gone after {seconds:.2f} s, told as {state}", flush=True)
            if state != "cancelled":
                raise SystemExit(f"the job is told as {state}, not as cancelled")
            jobs.resume(job)
        _until(jobs, job, lambda status: not status.busy)
        print(f"{jobs.status(job).state}; the slowest took {slowest:.2f} s")
        if jobs.status(job).state != "done" or slowest > MOST:
            raise SystemExit(1)


def _until(jobs: Jobs, job: str, there: Callable[[Status], bool]) -> Status:
    while not there(status := jobs.status(job)):
        time.sleep(0.05)
    return status


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main()
