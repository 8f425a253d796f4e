"""Kill a job with -9 at random moments and see that it goes on to its end: ``python -m tests.kill_jobs SOURCE --moments 10``.

The job is a real one, with the app's own models, on SOURCE; every kill is followed by Resume, and a job that comes to its end by
another one. Each result must load, answer and have its comparison, and no half-written file may be left.
"""

import argparse
import os
import random
import signal
import tempfile
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

from r4t_demo.engine import Engine
from r4t_demo.jobs import Jobs
from r4t_demo.settings import Settings
from r4t_demo.train.tune import comparison
from tests.browser.tiny_run import tiny_offered


def main() -> None:
    """Kill and resume; the exit status is 1 at the first thing that is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("--moments", type=int, default=10)
    parser.add_argument("--budget", default="small", help="one of the presets, or tiny (%(default)s)")
    parser.add_argument("--longest", type=float, default=60.0, help="seconds of work between two kills, at most (%(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        jobs = Jobs(replace(Settings.from_env(), jobs=Path(folder)))
        if options.budget == "tiny":
            stack.enter_context(tiny_offered(jobs))
        killed = 0
        while killed < options.moments:
            job = jobs.start([options.source], "killer", options.budget)
            while killed < options.moments:
                time.sleep(rng.uniform(0, options.longest))
                if jobs.status(job).state == "done":
                    break
                with suppress(ProcessLookupError):
                    os.kill(jobs.store.record(job).pid, signal.SIGKILL)
                while (status := jobs.status(job)).state == "running":
                    time.sleep(0.05)
                if status.state == "done":  # a moment before
                    break
                killed += 1
                print(f"{killed}: killed in {status.stage} {status.step}/{status.total}: {status.message}", flush=True)
                jobs.resume(job)
            _check(jobs, job)


def _check(jobs: Jobs, job: str) -> None:
    """Wait for the job's end; its result must be whole."""
    while (status := jobs.status(job)).busy:
        time.sleep(1)
    if status.state != "done":
        raise SystemExit(f"it ended as {status.state}: {status.message}\n{jobs.log(job)}")
    out = jobs.result(job)
    if rest := [path for path in out.rglob(".*") if path.name.endswith(".part")]:
        raise SystemExit(f"left behind: {rest}")
    Engine.load(replace(jobs.settings, catalog=str(out))).run(["rainy sunday"], ["folm-before", "folm", "diffusion"])
    print(comparison.table(comparison.read(out)), flush=True)


if __name__ == "__main__":
    main()
