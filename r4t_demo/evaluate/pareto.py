"""What a method pays in alignment for its diversity, beside what maximal marginal relevance pays.

MMR turned by its lambda, and the diffusion retriever turned by its dial, are curves in the plane of the found items' diversity
and their alignment with the query; the others are points. ``set_f1``, which knows what belongs together, stands beside both.
"""

from collections.abc import Sequence
from typing import Any

from r4t_demo.engine import Engine
from r4t_demo.evaluate.oar import TestQuery, intervals, measure
from r4t_demo.evaluate.stats import ClusterBootstrap
from r4t_demo.evaluate.table import figures_table, interval, render

MMR = {1.0: "none", **{lam: f"mmr:{lam}" for lam in (0.9, 0.8, 0.7, 0.6, 0.5, 0.3, 0.1)}}  # lambda 1 takes the best k in order
VARIETIES = (-1.0, -0.5, 0.0, 0.5, 1.0)
POINTS = ("zero-shot", "sft", "best-of-5", "folm")
AXES = ("diversity", "content_alignment", "set_f1")
ABOVE = ("diversity", "set_f1")  # of AXES, in which a method's distance from MMR's curve is told
JUDGED = ("folm", "diffusion")  # set against MMR's curve


def evaluate(engine: Engine, queries: Sequence[TestQuery], seeds: int = 1) -> dict[str, Any]:
    """Measure every point on the same queries; methods whose checkpoint is missing are left out.

    Returns catalog, n_queries, n_terms, seeds; points [{method, curve ("mmr", "diffusion" or None), setting, and for each of AXES
    [mean, lo, hi]}]; above_mmr {method: {"diversity" and "set_f1": [how far the method lies above MMR's curve at its own content
    alignment, lo, hi], or None where it is closer to the query than all of the curve}}. 95 % intervals over terms.
    """
    there = engine.methods()
    settings: list[tuple[str, str | None, float | None, dict]] = [(name, "mmr", lam, {}) for lam, name in MMR.items()]
    settings += [("diffusion", "diffusion", variety, {"variety": variety}) for variety in VARIETIES if "diffusion" in there]
    settings += [(name, None, None, {}) for name in POINTS if name in there]
    values = [measure(engine, queries, name, seeds, **options) for name, _, _, options in settings]
    bootstrap = ClusterBootstrap([query.term for query in queries])
    points, own, mmr = [], {}, []
    for (name, curve, setting, _), figures in zip(settings, values, strict=True):
        found = intervals(bootstrap, figures)
        points.append({"method": name, "curve": curve, "setting": setting, **{axis: found[axis] for axis in AXES}})
        if curve == "mmr":
            mmr.append(figures)
        elif not setting and name in JUDGED:  # the dial at rest
            own[name] = figures
    return {
        "catalog": engine.catalog.name,
        "n_queries": len(queries),
        "n_terms": len({query.term for query in queries}),
        "seeds": seeds,
        "points": points,
        "above_mmr": {name: _above(bootstrap, mmr, own[name]) for name in JUDGED if name in own},
    }


def tables(result: dict[str, Any]) -> str:
    """The result as aligned text."""
    rows = [["method", "setting", *AXES]]
    for point in result["points"]:
        setting = "" if point["setting"] is None else f"{point['setting']:g}"
        rows.append([point["method"], setting, *(interval(point[axis]) for axis in AXES)])
    head = f"{result['catalog']}: {result['n_queries']} queries, {result['n_terms']} terms, {result['seeds']} seed(s)"
    parts = [head + "; mean [95 % interval]; setting: MMR's lambda, the variety of diffusion", render(rows)]
    if result["above_mmr"]:
        parts.append(figures_table("above MMR's curve", result["above_mmr"], ABOVE))
    return "\n\n".join(parts)


def _above(bootstrap: ClusterBootstrap, mmr: Sequence[dict], own: dict) -> dict[str, list[float] | None]:
    place = "content_alignment"
    return {axis: bootstrap.above([(point[place], point[axis]) for point in mmr], own[place], own[axis]) for axis in ABOVE}
