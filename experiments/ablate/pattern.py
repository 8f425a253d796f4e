"""Ablations of steering: what the paper's abstract names, each trained anew from where it parts from the whole recipe.

The predictor by itself; the order of stage 2; with and without stages 2 and 3; the candidate policies of HPPO; its Pareto filter.
Measured on validation seed sets of all cells together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from r4t_demo.engine import Engine
from r4t_demo.evaluate.pattern import METRICS, Figures, found_by
from r4t_demo.evaluate.stats import ClusterBootstrap, ranks
from r4t_demo.evaluate.table import interval, render
from r4t_demo.pattern.checkpoint import of_run
from r4t_demo.pattern.recipe import Plan, Run
from r4t_demo.pattern.task import PROTOCOLS, K, SeedSet, Task, make_task
from r4t_demo.train.cli import follow

MODIT, HPPO = "MO-DiT", "HPPO"
NO_HPPO = {"preference": 0}


@dataclass(frozen=True)
class Variant:
    """What a variant ``changes`` in the plan, and the variant whose figures it stands ``beside``; None for the first."""

    changes: dict[str, Any]
    beside: str | None


VARIANTS = {
    MODIT: Variant(NO_HPPO, None),
    "shuffled order": Variant(NO_HPPO | {"order": "shuffled"}, MODIT),
    "reversed order": Variant(NO_HPPO | {"order": "reversed"}, MODIT),
    "sorted order, no stage 3": Variant(NO_HPPO | {"tails": 0}, MODIT),
    "shuffled order, no stage 3": Variant(NO_HPPO | {"tails": 0, "order": "shuffled"}, "sorted order, no stage 3"),
    "reversed order, no stage 3": Variant(NO_HPPO | {"tails": 0, "order": "reversed"}, "sorted order, no stage 3"),
    "no stage 2": Variant(NO_HPPO | {"ordered": 0}, MODIT),
    HPPO: Variant({}, MODIT),
    "on-policy only": Variant({"policy": "on-policy"}, HPPO),
    "deterministic only": Variant({"policy": "deterministic"}, HPPO),
    "no Pareto filter": Variant({"pareto": False}, HPPO),
}
BINS = 10


def compare(engine: Engine, plan: Plan, runs: Path, sets: int, names: Iterable[str] = tuple(VARIANTS)) -> dict[str, Any]:
    """Train and measure the variants ``names``; ``sets`` validation seed sets a cell.

    Returns what, catalog, k, n_sets, predictor (``quality``) and rows: name, beside, figures {metric: [mean, lo, hi]} and change
    {metric: [difference from the variant beside, lo, hi]}, from resampled patterns.
    """
    task = make_task(engine.catalog, engine.index, plan.label_share)
    asked = [
        one
        for domain in task.labels.domains
        for protocol in PROTOCOLS
        for one in task.seed_sets(domain, protocol, "validation", sets, seed=1)
    ]
    bootstrap, measured = ClusterBootstrap([str(one.pattern) for one in asked]), {}
    density = np.empty(0)
    for name in names:
        run = Run(task, replace(plan, **VARIANTS[name].changes), runs / "modit", engine.encoder.id)
        follow(run.train(), None)
        measured[name], density = _measure(run, asked), run.density
    return {
        "what": "pattern",
        "catalog": engine.catalog.name,
        "k": K,
        "n_sets": len(asked),
        "predictor": quality(task, density),
        "rows": [_row(name, measured, bootstrap) for name in measured],
    }


def quality(task: Task, density: np.ndarray) -> dict[str, dict[str, float]]:
    """Of the predictor in each domain, on items of the validation split: ``spearman``, the rank correlation of predicted and
    measured density (the share of an item's K nearest that carry the attribute), the mean over values, and ``calibration_error``,
    the expected distance of predicted density and true share in BINS equal bins.
    """
    held = np.flatnonzero(task.item_split == "validation")
    _, near = task.index.search(task.vectors[held], K + 1)
    measured = np.stack([task.labels.carries[own[own != row][:K]].mean(0) for own, row in zip(near, held, strict=True)])
    found = {}
    for domain in task.labels.domains:
        numbers = [number for number, (name, _) in enumerate(task.labels.names) if name == domain]
        predicted, carried = density[held][:, numbers], task.labels.carries[held][:, numbers]
        rank = [np.corrcoef(ranks(predicted[:, i]), ranks(measured[:, n]))[0, 1] for i, n in enumerate(numbers)]
        found[domain] = {"spearman": float(np.nanmean(rank)), "calibration_error": calibration_error(predicted, carried)}
    return found


def calibration_error(predicted: np.ndarray, carried: np.ndarray) -> float:
    """Sum over BINS equal bins of |mean prediction - true share| times the bin's share of all; arrays of one shape."""
    predicted, carried = predicted.ravel(), carried.ravel()
    of = np.minimum((predicted * BINS).astype(int), BINS - 1)
    gaps = np.bincount(of, weights=predicted - carried, minlength=BINS)
    return float(np.abs(gaps).sum() / len(predicted))


def text_of(result: dict) -> str:
    """The result as aligned text."""
    predictor = [["predictor", "spearman", "calibration error"]]
    predictor += [
        [name, f"{own['spearman']:.3f}", f"{own['calibration_error']:.3f}"] for name, own in result["predictor"].items()
    ]
    rows = [["variant", *METRICS, "beside", "joint gained", "purity gained"]]
    for row in result["rows"]:
        change = row["change"] or dict.fromkeys(METRICS)
        beside = [row["beside"] or "", interval(change["joint"]), interval(change["purity"])]
        rows.append([row["name"], *(interval(row["figures"][metric]) for metric in METRICS), *beside])
    head = f"{result['catalog']}: {result['n_sets']} validation seed sets, K = {result['k']}; mean [95 % interval]"
    return "\n\n".join([head, render(predictor), render(rows)])


def _measure(run: Run, asked: Sequence[SeedSet]) -> Figures:
    trained = of_run(run)
    return found_by(trained, asked, trained.answer(list(trained.models)[-1], asked))


def _row(name: str, measured: dict[str, Figures], bootstrap: ClusterBootstrap) -> dict[str, Any]:
    own, beside = measured[name], VARIANTS[name].beside
    change = beside in measured and {metric: bootstrap.mean(own[metric] - measured[beside][metric]) for metric in METRICS}
    figures = {metric: bootstrap.mean(own[metric]) for metric in METRICS}
    return {"name": name, "beside": beside if change else None, "figures": figures, "change": change or None}
