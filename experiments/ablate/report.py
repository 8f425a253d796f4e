"""What an ablation found, as the JSON value that is written and as text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from r4t_demo.evaluate.oar import COURT, TestQuery
from r4t_demo.evaluate.stats import ClusterBootstrap
from r4t_demo.evaluate.table import interval, render

FIGURES = (*COURT, "diversity", "content_alignment")


@dataclass(frozen=True)
class Row:
    """One variant, measured by ``oar.measure``; ``x`` is its place on the ablation's axis, None where it has only a name."""

    name: str
    values: Mapping[str, np.ndarray | None]
    x: float | None = None


@dataclass(frozen=True)
class Ablation:
    """``rows`` are the variants, ``axis`` names what their ``x`` is, and ``doubling`` says that doublings of it matter alike.

    ``curves`` {metric: {variant: {step: value}}} is how training went, ``samples`` {variant: {query: sub-queries}} what a policy
    writes afterwards, ``notes`` what the figures say in words, ``budget`` what every variant got.
    """

    rows: Sequence[Row]
    axis: str | None = None
    doubling: bool = False
    curves: Mapping[str, Mapping[str, Mapping[int, float]]] = field(default_factory=dict)
    samples: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    notes: Sequence[str] = ()
    budget: Mapping[str, int] = field(default_factory=dict)


def result_of(what: str, ablation: Ablation, queries: Sequence[TestQuery]) -> dict[str, Any]:
    """The JSON value: what, axis, doubling, n_queries, n_terms, budget, notes, samples,
    curves {metric: {variant: [[step, value]]}} and rows [{name, x, figures {metric: [mean, lo, hi]}}].
    95 % intervals from 2,000 resamples of whole terms.
    """
    bootstrap = ClusterBootstrap([query.term for query in queries])
    rows = [
        {
            "name": row.name,
            "x": row.x,
            "figures": {metric: bootstrap.mean(cast(np.ndarray, row.values[metric])) for metric in FIGURES},
        }
        for row in ablation.rows
    ]
    curves = {
        metric: {name: [[step, curve[step]] for step in sorted(curve)] for name, curve in of_each.items()}
        for metric, of_each in ablation.curves.items()
    }
    return {
        "what": what,
        "axis": ablation.axis,
        "doubling": ablation.doubling,
        "n_queries": len(queries),
        "n_terms": len({query.term for query in queries}),
        "budget": dict(ablation.budget),
        "notes": list(ablation.notes),
        "rows": rows,
        "curves": curves,
        "samples": {name: {query: list(texts) for query, texts in of_each.items()} for name, of_each in ablation.samples.items()},
    }


def text_of(result: dict) -> str:
    """The result as aligned text; the curves are left to the JSON and the page."""
    axis = [result["axis"]] if result["axis"] else []
    rows = [["variant", *axis, *FIGURES]]
    for row in result["rows"]:
        place = [f"{row['x']:g}"] if axis else []
        rows.append([row["name"], *place, *(interval(row["figures"][metric]) for metric in FIGURES)])
    head = f"{result['what']}: {result['n_queries']} validation queries, {result['n_terms']} terms; mean [95 % interval]"
    written = [
        f"{name}, “{query}”: {'; '.join(texts)}"
        for name, of_each in result["samples"].items()
        for query, texts in of_each.items()
    ]
    return "\n\n".join(filter(None, [head, render(rows), "\n".join(result["notes"]), "\n".join(written)]))
