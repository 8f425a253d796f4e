"""Open-ended retrieval on queries whose terms never occur in training.

The court is the catalogue's exact labels, which no reward ever sees: ``on_style``, ``coverage`` and their harmonic mean
``set_f1``. The paper's own embedding figures stand beside them. All are taken from the raw item found first by each of
the k directions, twins and all.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from r4t_demo import rewards
from r4t_demo.catalog import Item
from r4t_demo.engine import Engine, ResultSet
from r4t_demo.errors import UserError
from r4t_demo.evaluate.stats import ClusterBootstrap
from r4t_demo.evaluate.table import figures_table
from r4t_demo.files import json_lines

K, BATCH = 10, 32
COURT = ("on_style", "coverage", "set_f1")
TEXT_ONLY = ("groundedness", "alignment", "composite")
METRICS = (*COURT, "diversity", "content_alignment", *TEXT_ONLY)
RATIOS = (
    ("folm", "zero-shot"),
    ("folm", "sft"),
    ("folm", "mmr"),
    ("folm", "folm-before"),
    ("folm", "best-of-5"),
    ("folm", "template"),
    ("folm", "kmeans"),
    ("diffusion", "folm"),
    ("diffusion", "mmr"),
    ("diffusion", "diffusion-teacher"),
    ("diffusion", "diffusion-base"),
    ("diffusion", "regression-matched"),
    ("folm-photos", "sft"),
    ("diffusion-photos", "folm-photos"),
)
RATIO_METRICS = ("set_f1", "coverage", "diversity")


@dataclass(frozen=True)
class TestQuery:
    """``require``: attribute name -> wanted values; an item satisfies it if it carries one of the values of every name."""

    __test__ = False  # the name is the field's, not pytest's

    query: str
    term: str
    require: dict[str, list[str]]


def load_queries(folder: Path, split: str = "test", limit: int | None = None) -> list[TestQuery]:
    """Read the queries of one split of ``folder``/queries.jsonl, in the file's order."""
    path = folder / "queries.jsonl"
    if not path.is_file():
        raise UserError(f"The catalogue in '{folder}' has no labelled queries (queries.jsonl), so nothing can be judged on it.")
    records = json_lines(path)
    queries = [TestQuery(r["query"], r["term"], r["require"]) for r in records if r["split"] == split]
    if not queries:
        known = ", ".join(sorted({record["split"] for record in records}))
        raise UserError(f"'{path}' has no queries in the split '{split}': choose from {known}.")
    return queries[:limit]


def evaluate(engine: Engine, queries: Sequence[TestQuery], methods: Sequence[str], seeds: int = 1) -> dict[str, Any]:
    """Measure every method on the same queries; a query's figure is its mean over the seeds 0 … seeds-1.

    Returns catalog, n_queries, n_terms, seeds; methods {name: {metric: [mean, lo, hi]}} (None for what needs texts) and
    ratios {"a/b": {metric: [ratio, lo, hi]}}; 95 % intervals from 2,000 resamples of whole terms.
    """
    return summarise(engine.catalog.name, queries, {name: measure(engine, queries, name, seeds) for name in methods}, seeds)


def summarise(
    catalog: str, queries: Sequence[TestQuery], figures: Mapping[str, Mapping[str, Any]], seeds: int = 1
) -> dict[str, Any]:
    """What ``evaluate`` returns, from what ``measure`` has given for each method."""
    bootstrap = ClusterBootstrap([query.term for query in queries])
    return {
        "catalog": catalog,
        "n_queries": len(queries),
        "n_terms": len({query.term for query in queries}),
        "seeds": seeds,
        "methods": {name: intervals(bootstrap, values) for name, values in figures.items()},
        "ratios": {
            f"{above}/{below}": {m: bootstrap.ratio(figures[above][m], figures[below][m]) for m in RATIO_METRICS}
            for above, below in RATIOS
            if above in figures and below in figures
        },
    }


def measure(
    engine: Engine, queries: Sequence[TestQuery], method: str, seeds: int = 1, *, k: int = K, **options: Any
) -> dict[str, np.ndarray | None]:
    """metric -> one value a query (q,), its mean over the seeds; None for what the method has not. ``options``: the engine's."""
    runs = [(seed, start) for seed in range(seeds) for start in range(0, len(queries), BATCH)]
    rows = []
    for seed, start in tqdm(runs, desc=method, file=sys.stderr, disable=None):
        batch = queries[start : start + BATCH]
        results = engine.run([query.query for query in batch], [method], k=k, n=1, seed=seed, **options)
        rows += [_figures(query, result, k) for query, result in zip(batch, results, strict=True)]
    return {metric: _over_seeds([row[metric] for row in rows], seeds) for metric in METRICS}


def intervals(bootstrap: ClusterBootstrap, values: Mapping[str, np.ndarray | None]) -> dict[str, list[float] | None]:
    """metric -> [mean, lo, hi] of one value a query each, (q,), None for what the method has not."""
    return {metric: None if of is None else bootstrap.mean(of) for metric, of in values.items()}


def court(query: TestQuery, top_items: Sequence[Item], k: int = K) -> dict[str, float]:
    """on_style, coverage and their harmonic mean for the item found first by each direction, of which k were asked for."""
    on_style = sum(satisfies(item, query.require) for item in top_items) / len(top_items)
    coverage = len({item.category for item in top_items}) / k
    return {"on_style": on_style, "coverage": coverage, "set_f1": _harmonic(on_style, coverage)}


def satisfies(item: Item, require: dict[str, list[str]]) -> bool:
    """Whether the item carries, for every required attribute, one of the wanted values."""
    return all(not set(wanted).isdisjoint(item.labels(name)) for name, wanted in require.items())


def tables(result: dict[str, Any]) -> str:
    """The result as aligned text."""
    head = f"{result['catalog']}: {result['n_queries']} queries, {result['n_terms']} terms, {result['seeds']} seed(s)"
    parts = [head + "; mean [95 % interval]", figures_table("method", result["methods"], METRICS)]
    if result["ratios"]:
        parts.append(figures_table("ratio", result["ratios"], RATIO_METRICS))
    return "\n\n".join(parts)


def _figures(query: TestQuery, result: ResultSet, k: int) -> dict[str, float | None]:
    scores: dict[str, Any] = result.scores
    whole = rewards.composite(*(scores[name] for name in ("groundedness", "diversity", "alignment"))) if result.is_text else None
    return {**court(query, [hits[0].item for hits in result.items], k), **scores, "composite": whole}


def _over_seeds(values: list[float | None], seeds: int) -> np.ndarray | None:
    return None if values[0] is None else np.array(values, dtype=np.float64).reshape(seeds, -1).mean(axis=0)


def _harmonic(a: float, b: float) -> float:
    return 2 * a * b / (a + b) if a + b else 0.0
