"""Weakly supervised retrieval: of many valid sets for a query one is known, and a method is asked how much of it it finds.

The protocol is the paper's, at our size: K directions with the N nearest items each are the candidates R(Q), 500 at most as
theirs are 5,000 at most (Recall@5K).

- ``recall`` is |Y ∩ R(Q)| / |Y| by identity, ``hit`` whether R(Q) holds any of Y; both are means over the seeds.
- ``union`` is the recall of the candidates of all seeds together: what asking again adds.
- ``vs`` is the run-to-run variation: the Vendi score of the seeds' mean directions, brought to unit length. It lies between 1
  (every run searches the same place) and the number of seeds. A single seed has neither of the two.

Plain search (``none``) goes K·N deep by the query's own embedding: as many candidates as the others have at most, without
fan-out. A list that is shorter than K has fewer candidates. ``best-of-5`` picks by the OAR reward, since set recall needs the
answer. An item that a query names is no candidate: each direction that found it takes its next one.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from tqdm import tqdm

from r4t_demo import rewards
from r4t_demo.engine import Engine
from r4t_demo.evaluate.oar import intervals
from r4t_demo.evaluate.stats import ClusterBootstrap
from r4t_demo.evaluate.table import interval, render
from r4t_demo.train.data.reference_sets import ReferenceSet
from r4t_demo.train.folm.set_recall import DEPTH

K, N, BATCH = 10, DEPTH, 32
METRICS, UNION = ("recall", "hit", "vs"), "union"


def evaluate(engine: Engine, sets: Sequence[ReferenceSet], methods: Sequence[str], seeds: int = 5) -> dict[str, Any]:
    """Measure every method on the same sets, with the seeds 0 … seeds-1.

    Returns catalog, n_queries (one a set), n_clusters, seeds; chance, the recall of K·N items drawn at random, methods
    {name: {metric: [mean, lo, hi]}} and union {name: [mean, lo, hi]} with 95 % intervals from 2,000 resamples of whole clusters
    (``vs`` and the unions None for one seed).
    """
    bootstrap = ClusterBootstrap([one.cluster for one in sets])
    measured = {name: intervals(bootstrap, _measure(engine, sets, name, seeds)) for name in methods}
    return {
        "catalog": engine.catalog.name,
        "n_queries": len(sets),
        "n_clusters": len({one.cluster for one in sets}),
        "seeds": seeds,
        "chance": min(1.0, K * N / len(engine.catalog)),
        "methods": {name: {metric: figures[metric] for metric in METRICS} for name, figures in measured.items()},
        UNION: {name: figures[UNION] for name, figures in measured.items()},
    }


def candidates(rows: np.ndarray, depth: int, posed: int | None) -> set[int]:
    """The union of each direction's first ``depth`` items but the posed one; ``rows`` (k, depth + 1), -1 where there is none."""
    return {row for found in rows.tolist() for row in [row for row in found if row not in (posed, -1)][:depth]}


def popular(sets: Sequence[ReferenceSet], practised: Sequence[ReferenceSet]) -> float:
    """The mean recall of one answer to every query: the K·N items that the ``practised`` sets hold most often."""
    worn = Counter(item for one in practised for item in one.items)
    answer = {item for item, _ in worn.most_common(K * N)}
    return float(np.mean([rewards.set_recall(answer, one.items) for one in sets]))


def variation(means: np.ndarray) -> np.ndarray:
    """The Vendi score over the runs of each query; ``means`` (q, runs, d) are the runs' mean directions, of any length. (q,)."""
    return rewards.vendi(means / np.linalg.norm(means, axis=-1, keepdims=True))


def tables(result: dict[str, Any]) -> str:
    """The result as aligned text."""
    rows = [["method", *METRICS, f"{UNION} of runs"]]
    for name, figures in result["methods"].items():
        rows.append([name, *(interval(figures[metric]) for metric in METRICS), interval(result[UNION][name])])
    counts = f"{result['n_queries']} queries in {result['n_clusters']} clusters, {result['seeds']} seed(s)"
    chance = f"recall of {K * N} items drawn at random: {result['chance']:.3f}"
    if "popular" in result:
        chance += f", of those that training sets hold most often: {result['popular']:.3f}"
    return f"{result['catalog']}: {counts}; mean [95 % interval]\n{chance}\n\n{render(rows)}"


def _measure(engine: Engine, sets: Sequence[ReferenceSet], method: str, seeds: int) -> dict[str, np.ndarray | None]:
    """metric -> one value a set (s,)."""
    catalog, numbers = engine.catalog, dict[str, list[int]]()
    for number, one in enumerate(sets):
        numbers.setdefault(one.query, []).append(number)
    wanted = [set(map(catalog.row, one.items)) for one in sets]
    posed = [catalog.row(one.posed) if one.posed else None for one in sets]

    queries = list(numbers)
    union: list[set[int]] = [set() for _ in sets]
    recall, means = np.zeros((len(sets), seeds)), np.zeros((len(sets), seeds, engine.encoder.dim))
    runs = [(seed, start) for seed in range(seeds) for start in range(0, len(queries), BATCH)]
    for seed, start in tqdm(runs, desc=method, file=sys.stderr, disable=None):
        batch = queries[start : start + BATCH]
        depth, directions = _directions(engine, method, batch, seed)
        for query, vectors in zip(batch, directions, strict=True):
            rows = engine.index.search(vectors, depth + 1)[1]
            for number in numbers[query]:
                found = candidates(rows, depth, posed[number])
                union[number] |= found
                recall[number, seed] = rewards.set_recall(found, wanted[number])
                means[number, seed] = vectors.mean(axis=0)
    again = np.array([rewards.set_recall(found, one) for found, one in zip(union, wanted, strict=True)])
    several = {UNION: again, "vs": variation(means)} if seeds > 1 else {UNION: None, "vs": None}
    return {"recall": recall.mean(axis=1), "hit": (recall > 0).mean(axis=1), **several}


def _directions(engine: Engine, method: str, queries: Sequence[str], seed: int) -> tuple[int, list[np.ndarray]]:
    """How deep each direction is searched, and the directions of each query, (up to K, d)."""
    vectors = engine.encoder.encode_text(queries)
    if method == "none":
        return K * N, [vector[None] for vector in vectors]
    return N, [fan.vectors for fan in engine.fanouts[method].fan_out(queries, vectors, K, seed=seed)]
