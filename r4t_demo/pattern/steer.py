"""Steer a set: from a few items to more of their pattern that carry an attribute. What the command line and the page call."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from r4t_demo.catalog import Item
from r4t_demo.engine import MAX_SEED, Engine, Hit
from r4t_demo.errors import UserError
from r4t_demo.fanout.base import moved
from r4t_demo.pattern import checkpoint
from r4t_demo.pattern.own import FOLDER as OWN
from r4t_demo.pattern.task import PROTOCOLS, K, SeedSet, search, unit

FOLDER = "modit-mini"
METHODS = {
    "seed-mean": "The mean of the seeds: stays in their pattern.",
    "direction": "Vector arithmetic: a step from there along the attribute's direction.",
    "modit": "MO-DiT: a query generated in the pattern, where the attribute is dense.",
    "hppo": "MO-DiT after HPPO: taught by what its queries find.",
}
MAX_STRENGTH = 2.0
STEP = 1.5  # of "direction", in the middle of those that ``evaluate pattern`` chooses from
DRAWN = 40  # seed sets that a domain's examples are chosen from


@dataclass(frozen=True)
class Found(Hit):
    """An item found, and what it is: whether it has the attribute, and whether it is in the pattern."""

    has_attribute: bool
    in_pattern: bool

    def to_json(self) -> dict[str, Any]:
        """The element of an answer's items."""
        return super().to_json() | {"has_attribute": self.has_attribute, "in_pattern": self.in_pattern}


@dataclass(frozen=True)
class Steered:
    """One method's answer: ``query`` (d,) is what was searched with, ``scores`` holds joint, attribute and purity at K.

    ``ms``: generate, search and their sum, total.
    """

    method: str
    query: np.ndarray
    found: list[Found]
    scores: dict[str, float]
    ms: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """The element of the command line's results."""
        items = [one.to_json() for one in self.found]
        return {"method": self.method, "items": items, "scores": self.scores, "ms": self.ms}


@dataclass(frozen=True)
class Spread:
    """How far apart the seeds are: the number of ``patterns`` that they belong to, and their mean cosine with their mean."""

    patterns: int
    cosine: float


@dataclass(frozen=True)
class Example:
    """Something to steer: ids of ``seeds``, and the attribute that they lack."""

    seeds: tuple[str, ...]
    domain: str
    value: str


class Steering:
    """A steering checkpoint on an engine's catalogue. Safe to use from several threads."""

    def __init__(self, engine: Engine, trained: checkpoint.Trained):
        self.catalog, self.index, self.trained = engine.catalog, engine.index, trained

    @classmethod
    def load(cls, engine: Engine) -> "Steering":
        """The checkpoint for the engine's catalogue: its own, where a run on it has left one, else the app's for it.

        UserError where there is none or it does not fit.
        """
        own = engine.catalog.root / OWN
        folder = own if own.is_dir() else engine.settings.checkpoints / folder_name(engine.catalog.name)
        return cls(engine, checkpoint.load(folder, engine.catalog, engine.index, engine.encoder, own.is_dir()))

    @property
    def domains(self) -> dict[str, list[str]]:
        """domain -> the values that can be asked for."""
        return self.trained.task.labels.domains

    def run(
        self, seed_ids: Sequence[str], domain: str, value: str, methods: Sequence[str] = tuple(METHODS), *,
        k: int = K, strength: float = 1.0, seed: int = 0, less: Sequence[str] = (),
    ) -> tuple[Spread, list[Steered]]:  # fmt: skip
        """Find ``k`` items like the seeds with the ``value`` of a ``domain``, by every method; the seeds are never found.

        An item is in the pattern if it belongs to one of the seeds'. ``strength`` moves along the line from the seed mean (0)
        to the generated query (1) and beyond. ``less``: ids of items that what is found shall be unlike; they are not found
        either. UserError for what cannot be answered.
        """
        rows, unlike = self._rows(seed_ids), self._known(less)
        if both := set(rows) & set(unlike):
            raise UserError(f"The item '{self.catalog.items[both.pop()].item_id}' is a seed and unwanted: leave it out of one.")
        attribute = self.trained.task.labels.number(domain, value)
        self._check(methods, k, len(rows) + len(unlike), strength, seed)
        patterns = np.unique(self.trained.task.pattern[rows])
        answers = []
        for name in methods:
            start = perf_counter()
            query = self._query(name, rows, unlike, attribute, strength, seed)
            answers.append(self._answer(name, query, np.array([*rows, *unlike]), patterns, attribute, k, start))
        return self.spread(seed_ids), answers

    def spread(self, seed_ids: Sequence[str]) -> Spread:
        """How far apart the seeds are; UserError where there is none, or an unknown one."""
        rows = self._rows(seed_ids)
        cosine = (self.trained.task.vectors[rows] @ self._mean(rows)).mean()
        return Spread(len(np.unique(self.trained.task.pattern[rows])), float(cosine))

    def near(self, seed_ids: Sequence[str], n: int) -> list[Item]:
        """The ``n`` items nearest to the mean of the seeds, without them."""
        rows = self._rows(seed_ids)
        _, found = search(self.index, self._mean(rows)[None, None], [rows], n)
        return [self.catalog.items[row] for row in found[0] if row >= 0]

    def examples(self, each: int) -> list[Example]:
        """Up to ``each`` seed sets a domain that training never saw: those around whose mean a plain search misses most of what
        their pattern holds with the attribute, domain by domain. All are of different patterns, a domain's of several values."""
        task = self.trained.task
        sets = [one for domain in self.domains for p in PROTOCOLS for one in task.seed_sets(domain, p, "test", DRAWN)]
        chosen: list[SeedSet] = []
        for one in sorted(sets, key=self._missed, reverse=True):
            domain = task.labels.names[one.attribute][0]
            beside = [other for other in chosen if task.labels.names[other.attribute][0] == domain]
            taken = one.pattern in {other.pattern for other in chosen} or one.attribute in {other.attribute for other in beside}
            if len(beside) < each and not taken:
                chosen.append(one)
        chosen.sort(key=lambda one: [*self.domains].index(task.labels.names[one.attribute][0]))
        ids = [tuple(self.catalog.items[row].item_id for row in one.rows) for one in chosen]
        return [Example(own, *task.labels.names[one.attribute]) for own, one in zip(ids, chosen, strict=True)]

    def _missed(self, one: SeedSet) -> float:
        """How many of the K items nearest to the seeds could carry the attribute, and stay in the pattern, but do not."""
        task = self.trained.task
        _, found = search(self.index, self._mean(one.rows)[None, None], [one.rows], K)
        there = task.labels.carries[task.pattern == one.pattern, one.attribute].sum()
        return min(K, there) - K * float(task.scores(found, [one])["joint"][0])

    def _mean(self, rows: np.ndarray) -> np.ndarray:
        return unit(self.trained.task.vectors[rows].mean(0))

    def _rows(self, seed_ids: Sequence[str]) -> np.ndarray:
        rows = self._known(seed_ids)
        if not rows:
            raise UserError("There is no seed: name at least one item to start from.")
        return np.array(rows)

    def _known(self, ids: Sequence[str]) -> list[int]:
        """The rows of items, each once."""
        return [self.catalog.row(one) for one in dict.fromkeys(filter(None, map(str.strip, ids)))]

    def _check(self, methods: Sequence[str], k: int, seeds: int, strength: float, seed: int) -> None:
        unknown = [name for name in methods if name not in METHODS]
        if unknown:
            raise UserError(f"There is no steering method '{unknown[0]}': choose from {', '.join(METHODS)}.")
        most = len(self.catalog) - seeds
        if not 1 <= k <= most:
            raise UserError(f"The number of items is {k}: it must be between 1 and {most}, the catalogue without the seeds.")
        if not 0 <= seed <= MAX_SEED:
            raise UserError(f"The seed is {seed}: it must be between 0 and {MAX_SEED}.")
        check_strength(strength)

    def _query(
        self, method: str, rows: np.ndarray, unlike: list[int], attribute: int, strength: float, seed: int
    ) -> np.ndarray:  # fmt: skip
        """A method's unit query vector (d,)."""
        query = mean = self._mean(rows)
        if method == "direction":
            query = unit(mean + STEP * self.trained.centroids.directions[attribute])
        elif method != "seed-mean":
            query = self.trained.queries(method, rows[None], np.array([attribute]), seed)[0]
        query = unit(mean + strength * (query - mean))
        if unlike:
            vectors = self.trained.task.vectors
            query = moved(query, vectors[:0], vectors[unlike])
        if not np.isfinite(query).all():  # weights that came in anybody's zip
            raise UserError(f"The steering model answers with what is no number ({method}): train it again.")
        return query

    def _answer(
        self, method: str, query: np.ndarray, without: np.ndarray, patterns: np.ndarray, attribute: int, k: int, start: float
    ) -> Steered:  # fmt: skip
        made = perf_counter()
        scores, found = search(self.index, query[None, None], [without], k)
        task, hits = self.trained.task, []
        for score, row in zip(scores[0].tolist(), found[0].tolist(), strict=True):
            if row >= 0:
                marks = bool(task.labels.carries[row, attribute]), bool(np.isin(task.pattern[row], patterns))
                hits.append(Found(self.catalog.items[row], row, score, *marks))
        end = perf_counter()
        ms = {"generate": (made - start) * 1e3, "search": (end - made) * 1e3, "total": (end - start) * 1e3}
        return Steered(method, query, hits, _scores(hits, k), ms)


def check_strength(strength: float) -> None:
    """UserError where the dial does not go so far."""
    if not 0 <= strength <= MAX_STRENGTH:
        raise UserError(f"The strength is {strength:g}: it must be between 0 (the seed mean) and {MAX_STRENGTH:g}.")


def to_json(spread: Spread, answers: Sequence[Steered]) -> dict[str, Any]:
    """What the command line prints and the endpoint returns."""
    return {"spread": vars(spread), "results": [answer.to_json() for answer in answers]}


def folder_name(catalog: str) -> str:
    """The checkpoint's folder for a catalogue: modit-mini is the embedded one's."""
    return FOLDER if catalog == "atelier" else f"modit-{catalog}"


def _scores(found: Sequence[Found], k: int) -> dict[str, float]:
    return {
        "joint": sum(one.has_attribute and one.in_pattern for one in found) / k,
        "attribute": sum(one.has_attribute for one in found) / k,
        "purity": sum(one.in_pattern for one in found) / k,
    }
