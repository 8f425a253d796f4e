"""Common sense: do the things that a method finds suit the request, and does it find several kinds of them?

assets/suits has requests for each embedded catalogue, and beside each by hand which of its kinds (categories, of songs genres)
suit it and which would be wrong. They are for measuring, and for choosing between finished models: nothing is trained on them.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from r4t_demo.catalog import Item
from r4t_demo.engine import Engine
from r4t_demo.errors import UserError
from r4t_demo.evaluate.stats import ClusterBootstrap
from r4t_demo.evaluate.table import figures_table, interval, render
from r4t_demo.fanout.card import kind_of
from r4t_demo.files import read_lines

K, BATCH = 10, 32
SAMPLES = ("rainy-sunday", "hearth-and-shelf")  # which the command makes catalogues of
METRICS = ("suits", "wrong", "suiting_categories")
METHODS = ("none", "mmr", "kmeans", "template", "zero-shot", "sft", "best-of-5", "folm", "diffusion")
RATIOS = (
    ("sft", "zero-shot"),
    ("folm", "sft"),
    ("folm", "best-of-5"),
    ("folm", "mmr"),
    ("diffusion", "folm"),
    ("diffusion", "mmr"),
)


@dataclass(frozen=True)
class Labelled:
    """A request with the kinds that suit it and those that are wrong; what stands in neither is open to debate."""

    query: str
    suits: frozenset[str]
    wrong: frozenset[str]


def load(path: Path) -> list[Labelled]:
    """Read a file of assets/suits, or one like it; UserError where there is none or a line is broken."""
    if not path.is_file():
        raise UserError(f"There are no hand labels in '{path}'.")
    found = read_lines(
        path, lambda row: Labelled(row["query"], frozenset(row["suits"]), frozenset(row["wrong"])), "labelled request"
    )
    if not found:
        raise UserError(f"There are no hand labels in '{path}'.")
    return found


def evaluate(engine: Engine, requests: Sequence[Labelled], methods: Sequence[str], seeds: int = 1) -> dict[str, Any]:
    """Measure every method on the same requests, each figure of a request the mean over the seeds 0 … seeds-1.

    Returns catalog, n_queries, seeds, methods {name: {metric: [mean, lo, hi]}}, ratios {"a/b": [of suiting_categories, lo, hi]},
    and answers {name: {query: what each direction finds first}} of seed 0.
    """
    bootstrap = ClusterBootstrap([one.query for one in requests])
    figures: dict[str, np.ndarray] = {}
    answers: dict[str, dict[str, list[str]]] = {}
    for name in methods:
        rows = []
        for seed in range(seeds):
            for start in tqdm(range(0, len(requests), BATCH), desc=name, file=sys.stderr, disable=None):
                part = requests[start : start + BATCH]
                results = engine.run([one.query for one in part], [name], k=K, n=1, seed=seed)
                found = [[hits[0].item for hits in result.items] for result in results]
                rows += [judged(one, items) for one, items in zip(part, found, strict=True)]
                if seed == 0:
                    answers.setdefault(name, {}).update(
                        {
                            one.query: [f"{kind_of(item)}: {item.title}" for item in items]
                            for one, items in zip(part, found, strict=True)
                        }
                    )
        figures[name] = np.array(rows).reshape(seeds, len(requests), len(METRICS)).mean(0)
    pairs = [(a, b) for a, b in RATIOS if a in figures and b in figures]
    return {
        "catalog": engine.catalog.name,
        "n_queries": len(requests),
        "seeds": seeds,
        "methods": {
            name: {metric: bootstrap.mean(values[:, at]) for at, metric in enumerate(METRICS)} for name, values in figures.items()
        },
        "ratios": {f"{a}/{b}": bootstrap.ratio(figures[a][:, 2], figures[b][:, 2]) for a, b in pairs},
        "answers": answers,
    }


def of_lists(engine: Engine, requests: Sequence[Labelled], sample_lists: Callable, seed: int = 0) -> np.ndarray:
    """The mean of METRICS, (3,), over one list a request by ``Folm.sample_lists``: what training shows as it goes."""
    queries = [one.query for one in requests]
    lists = [samples[0] for samples in sample_lists(queries, engine.encoder.encode_text(queries), K, 1, seed=seed)]
    rows = engine.index.search(engine.encoder.encode_text([text for texts in lists for text in texts]), 1)[1][:, 0]
    found = np.split(rows, np.cumsum([len(texts) for texts in lists])[:-1])
    items = engine.catalog.items
    return np.mean([judged(one, [items[row] for row in own]) for one, own in zip(requests, found, strict=True)], axis=0)


def judged(one: Labelled, items: Sequence[Item], k: int = K) -> tuple[float, float, float]:
    """The share of the items found first whose kind suits, the share that is wrong, and distinct suiting kinds over ``k``."""
    kinds = [kind_of(item) for item in items]
    suiting = [each for each in kinds if each in one.suits]
    return len(suiting) / len(kinds), sum(each in one.wrong for each in kinds) / len(kinds), len({*suiting}) / k


def tables(result: dict[str, Any]) -> str:
    """The result as aligned text."""
    parts = [
        f"{result['catalog']}: {result['n_queries']} labelled requests, {result['seeds']} seed(s); mean [95 % interval]",
        figures_table("method", result["methods"], METRICS),
    ]
    if result["ratios"]:
        parts.append(render([["ratio", "suiting_categories"], *([pair, interval(of)] for pair, of in result["ratios"].items())]))
    return "\n\n".join(parts)
