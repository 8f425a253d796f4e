"""Pattern-preserving attribute retrieval in every cell: four attribute domains by item-holdout and pattern-holdout.

Joint@K, attribute@K and purity@K of a real top-K search without the seeds, judged by the catalogue's labels. The dials of
the baselines are chosen for each cell on its validation seed sets, by Joint@K. Intervals and p-values are those of resampled
patterns.
"""

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from tqdm import tqdm

from r4t_demo.errors import UserError
from r4t_demo.evaluate.stats import ClusterBootstrap
from r4t_demo.evaluate.table import figures_table, interval
from r4t_demo.pattern import baselines
from r4t_demo.pattern.checkpoint import MODELS, Trained
from r4t_demo.pattern.task import PROTOCOLS, SEEDS, K, SeedSet, search

METRICS = ("joint", "attribute", "purity")
SETS, VALIDATION_SETS = 300, 200  # seed sets a cell
RIVALS = (
    "modit", "stage1", "untrained", "seed-mean", "attribute-centroid", "interpolation", "direction", "direction-each",
    "filter-sparse",
)  # fmt: skip
Figures = dict[str, np.ndarray]  # metric -> one value a seed set


def evaluate(trained: Trained, catalog: str, split: str = "test", sets: int = SETS, seed: int = 0) -> dict[str, Any]:
    """Measure every method in every cell on the same ``sets`` seed sets.

    Returns catalog, k, seeds, label_share (of items with a label that was read) and cells: domain, protocol, n, patterns,
    dials (the chosen points), methods {name: {metric: [mean, lo, hi]}}, hppo_over and modit_over {rival: difference of joint},
    purity_change (HPPO's less MO-DiT's) and p_hppo_over_modit. UserError where no cell has a seed set.
    """
    cells = [(domain, protocol) for domain in trained.task.labels.domains for protocol in PROTOCOLS]
    shown = tqdm(cells, desc="cells", file=sys.stderr, disable=None)
    measured = [one for domain, protocol in shown if (one := _cell(trained, domain, protocol, split, sets, seed))]
    if not measured:
        raise UserError(f"The catalogue '{catalog}' is too small to measure steering on: no pattern of it gives a seed set.")
    task = trained.task
    share = float(task.labelled.mean())
    return {"catalog": catalog, "k": K, "seeds": SEEDS, "split": split, "label_share": share, "cells": measured}


def found_by(trained: Trained, sets: Sequence[SeedSet], queries: np.ndarray) -> Figures:
    """The scores of unit query vectors, (m, d) or several a seed set (m, q, d)."""
    _, found = search(trained.task.index, queries.reshape(len(sets), -1, queries.shape[-1]), [one.rows for one in sets])
    return trained.task.scores(found, sets)


def _cell(trained: Trained, domain: str, protocol: str, split: str, count: int, seed: int) -> dict[str, Any] | None:
    task = trained.task
    sets = task.seed_sets(domain, protocol, split, count, seed)
    if not sets:
        return None
    practice = task.seed_sets(domain, protocol, "validation", VALIDATION_SETS, seed + 1)
    dials = {name: _choose(trained, practice, name) for name in DIALS}
    figures = {name: found_by(trained, sets, trained.answer(name, sets)) for name in MODELS}
    figures["untrained"] = found_by(trained, sets, trained.untrained(sets))
    figures |= {
        "random": found_by(trained, sets, baselines.random(task, sets, seed)),
        "seed-mean": found_by(trained, sets, baselines.seed_mean(task, sets)),
        "attribute-centroid": found_by(trained, sets, baselines.interpolation(task, sets, trained.centroids, 1.0)),
    }
    figures |= {name: found_by(trained, sets, _dialled(trained, sets, name, at)) for name, at in dials.items()}
    every = np.ones(len(task.vectors), bool)
    for name, known in (("filter-full", every), ("filter-sparse", task.sparse)):
        figures[name] = task.scores(baselines.filtered(task, sets, known), sets)
    return {
        "domain": domain,
        "protocol": protocol,
        "n": len(sets),
        "patterns": len({one.pattern for one in sets}),
        "dials": dials,
        **compare(sets, figures),
    }


def compare(sets: Sequence[SeedSet], figures: dict[str, Figures]) -> dict[str, Any]:
    """Means with intervals of every method, and HPPO and MO-DiT beside their rivals in pairs of the same seed set."""
    bootstrap = ClusterBootstrap([str(one.pattern) for one in sets])

    def gain(of: str, over: str, metric: str = "joint") -> np.ndarray:
        return figures[of][metric] - figures[over][metric]

    return {
        "methods": {name: {metric: bootstrap.mean(own[metric]) for metric in METRICS} for name, own in figures.items()},
        "hppo_over": {rival: bootstrap.mean(gain("hppo", rival)) for rival in RIVALS},
        "modit_over": {rival: bootstrap.mean(gain("modit", rival)) for rival in RIVALS[1:]},
        "purity_change": bootstrap.mean(gain("hppo", "modit", "purity")),
        "p_hppo_over_modit": bootstrap.p_value(gain("hppo", "modit")),
    }


DIALS = {
    "interpolation": (baselines.interpolation, baselines.DIAL),
    "direction": (baselines.direction, baselines.DIRECTIONS),
    "direction-each": (baselines.direction_each, baselines.DIRECTIONS),
}


def _choose(trained: Trained, practice: Sequence[SeedSet], name: str) -> float:
    """The dial's point with the highest Joint@K on validation seed sets; its middle where there are none."""
    points = DIALS[name][1]
    if not practice:
        return float(points[len(points) // 2])
    joint = [found_by(trained, practice, _dialled(trained, practice, name, at))["joint"].mean() for at in points]
    return float(points[int(np.argmax(joint))])


def _dialled(trained: Trained, sets: Sequence[SeedSet], name: str, at: float) -> np.ndarray:
    return DIALS[name][0](trained.task, sets, trained.centroids, at)


def tables(result: dict[str, Any]) -> str:
    """The result as aligned text: a table of every cell, and the comparisons that the method is judged by."""
    parts = [f"{result['catalog']}, K = {result['k']}, {result['seeds']} seeds, {result['split']}; mean [95 % interval]"]
    for cell in result["cells"]:
        head = f"{cell['domain']}, {cell['protocol']}: {cell['n']} seed sets of {cell['patterns']} patterns"
        p, purity = cell["p_hppo_over_modit"], interval(cell["purity_change"])
        methods = figures_table("method", cell["methods"], METRICS)
        parts.append(f"{head}\n{methods}\nHPPO over MO-DiT: p = {p:.4f}, purity {purity}")
    gains = {f"{cell['domain']}, {cell['protocol']}": cell["hppo_over"] for cell in result["cells"]}
    return "\n\n".join([*parts, figures_table("HPPO's gain in joint", gains, RIVALS)])
