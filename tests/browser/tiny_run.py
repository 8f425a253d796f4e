"""The process of a job with two more budgets: one so small that a test can wait for it, and one long enough to be watched."""

import os
import sys
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from r4t_demo.__main__ import main
from r4t_demo.jobs.folder import Record
from r4t_demo.train.tune import catalog_run, presets

TINY = presets.Preset("for a test", rollouts=2, batch=1, group=4, samples=2, diffusion_steps=8, student_steps=8, steering=10)
WATCHED = replace(TINY, purpose="to be watched", rollouts=200)
BUDGETS = {"tiny": TINY, "watched": WATCHED}
QUERIES = 60


@contextmanager
def tiny_offered(queue):
    """Offer the budgets in this process meanwhile, and let the jobs of the module ``queue`` be run by this module."""
    usual = queue.command

    def command(folder: Path, record: Record) -> list[str]:
        python, _, _, *arguments = usual(folder, record)
        return [python, "-m", "tests.browser.tiny_run", *arguments]

    presets.PRESETS.update(BUDGETS)
    queue.command = command
    try:
        yield
    finally:
        for name in BUDGETS:
            del presets.PRESETS[name]
        queue.command = usual


if __name__ == "__main__":
    presets.PRESETS.update(BUDGETS)
    catalog_run.QUERIES = QUERIES
    with suppress(PermissionError):  # only root may: at the lowest priority a run starves beside the other tests
        os.setpriority(os.PRIO_PROCESS, 0, 0)
    sys.exit(main(sys.argv[1:]))
