"""The process of a job with one more budget, so small that a test can wait for it."""

import sys
from contextlib import contextmanager
from pathlib import Path

from r4t_demo.__main__ import main
from r4t_demo.jobs.folder import Record
from r4t_demo.train.tune import catalog_run, presets

TINY = presets.Preset("for a test", rollouts=2, batch=2, group=4, samples=2, diffusion_steps=8, student_steps=8, steering=10)
QUERIES = 60


@contextmanager
def tiny_offered(queue):
    """Offer the budget in this process meanwhile, and let the jobs of the module ``queue`` be run by this module."""
    usual = queue.command

    def command(folder: Path, record: Record) -> list[str]:
        python, _, _, *arguments = usual(folder, record)
        return [python, "-m", "tests.browser.tiny_run", *arguments]

    presets.PRESETS["tiny"], queue.command = TINY, command
    try:
        yield
    finally:
        del presets.PRESETS["tiny"]
        queue.command = usual


if __name__ == "__main__":
    presets.PRESETS["tiny"], catalog_run.QUERIES = TINY, QUERIES
    sys.exit(main(sys.argv[1:]))
