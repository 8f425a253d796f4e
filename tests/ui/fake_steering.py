"""Real steering over the fake engine's squares: only the model is made up, one that moves towards what has the attribute."""

from types import SimpleNamespace

import numpy as np

from r4t_demo.pattern.labels import Labels
from r4t_demo.pattern.steer import Example, Steering
from r4t_demo.pattern.task import unit
from tests.ui.fake_engine import COLOURS

WARM = {"rust", "cream", "mustard"}


def moving(engine, labels: Labels, pattern: np.ndarray) -> SimpleNamespace:
    """The model, over an engine whose items have these labels and patterns."""
    vectors = engine.index.vectors(np.arange(len(engine.catalog)))

    def queries(method, rows, attribute, seed):
        aims = [vectors[labels.carries[:, one]].mean(0) for one in attribute]
        return unit(vectors[rows].mean(1) + {"modit": 1, "hppo": 3}[method] * np.array(aims))

    directions = np.stack([vectors[carried].mean(0) - vectors.mean(0) for carried in labels.carries.T])
    task, centroids = SimpleNamespace(vectors=vectors, labels=labels, pattern=pattern), SimpleNamespace(directions=directions)
    return SimpleNamespace(task=task, queries=queries, centroids=centroids)


class FakeSteering(Steering):
    """A pattern is a category; the domains are tone (warm, cold) and cut (<b>, plain)."""

    def __init__(self, engine):
        items = engine.catalog.items
        warm = np.array([item.attributes["colours"][0] in WARM for item in items])
        plain = np.arange(len(items)) % 4 > 0
        labels = Labels(
            [("tone", "cold"), ("tone", "warm"), ("cut", "<b>"), ("cut", "plain")], np.stack([~warm, warm, ~plain, plain], 1)
        )
        super().__init__(engine, moving(engine, labels, np.arange(len(items)) // len(COLOURS)))

    def examples(self, each):
        ids = [item.item_id for item in self.catalog.items]
        return [Example(tuple(ids[:2]), "tone", "warm"), Example(tuple(ids[6:9]), "cut", "<b>")]


class SeasonSteering(Steering):
    """The same over the tiny catalogue, where a pattern is a category too, and every third item is for winter."""

    def __init__(self, engine):
        items = engine.catalog.items
        winter = np.arange(len(items)) % 3 == 0
        labels = Labels([("season", "summer"), ("season", "winter")], np.stack([~winter, winter], 1))
        categories = list(engine.catalog.categories)
        super().__init__(engine, moving(engine, labels, np.array([categories.index(item.category) for item in items])))

    def examples(self, each):
        return [Example(tuple(item.item_id for item in self.catalog.items[1:3]), "season", "winter")]
