"""Steering a visitor's own catalogue: what it takes, and where a run on the catalogue leaves it.

A table labels every item, or as good as every one, so training reads all labels but those of the items that are kept to judge
by (``task``).
"""

from r4t_demo.catalog import Catalog
from r4t_demo.errors import UserError
from r4t_demo.index.base import VectorIndex
from r4t_demo.pattern.labels import Labels, labels_of
from r4t_demo.pattern.task import Task, make_task
from r4t_demo.pattern.train import learnable

FOLDER = "steering"  # of the catalogue's folder
LABEL_SHARE = 1.0
MIN_ITEMS = 100  # fewer make too few patterns, and too small ones


def check(catalog: Catalog) -> Labels:
    """What such a catalogue can be steered by; UserError says why there is nothing, and what there would have to be."""
    labels = labels_of(catalog, own=True)
    if len(catalog) < MIN_ITEMS:
        raise UserError(f"The catalogue has {len(catalog)} items: to learn to steer by its labels takes at least {MIN_ITEMS}.")
    return labels


def task_of(catalog: Catalog, index: VectorIndex) -> Task:
    """The task on such a catalogue; UserError as ``check``, or where its items form too few patterns."""
    check(catalog)
    task = make_task(catalog, index, LABEL_SHARE, own=True)
    learnable(task)
    return task
