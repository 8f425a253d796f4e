"""The plane of alignment and diversity in the results tab: curves, points, and where the methods lie against MMR's curve."""

from collections.abc import Mapping, Sequence

from r4t_demo.ui.charts import measured, table, words
from r4t_demo.ui.lines import plane
from r4t_demo.ui.markup import display_name, esc

ALIGNMENT = "content_alignment"
AXES = ("diversity", ALIGNMENT, "set_f1")
LETTERS = {"mmr": "λ", "diffusion": "variety"}  # what a curve is turned by


def draw(result: Mapping) -> str:
    """The chart of diversity and that of set F1 over content alignment, the sentence, and the table."""
    series: dict[str, list[Mapping]] = {}
    for point in result["points"]:
        series.setdefault(point["curve"] or point["method"], []).append(point)
    charts = "".join(
        plane(words(axis), "content alignment: to the right, closer to the request", _pairs(series, axis))
        for axis in ("diversity", "set_f1")
    )
    rows = [[_name(point), *(measured(point[axis], 3) for axis in AXES)] for point in result["points"]]
    said = f'<p class="note">{esc(verdict(result["above_mmr"]))}</p>' if result["above_mmr"] else ""
    return f'<div class="panels wide">{charts}</div>{said}' + table(["", *map(words, AXES)], rows)


def verdict(above: Mapping[str, Mapping]) -> str:
    """Where each method lies against MMR's curve, in one sentence made of the figures."""
    told = [f"{display_name(name)} {_told(gaps)}" for name, gaps in above.items()]
    return f"Against MMR’s curve at the same content alignment (left of its end, at that end): {'; '.join(told)}."


def _told(gaps: Mapping[str, Sequence[float] | None]) -> str:
    diversity, set_f1 = gaps["diversity"], gaps["set_f1"]
    if diversity is None or set_f1 is None:
        return "is closer to the request than any point of the curve"
    return f"lies {_gap(diversity)} in diversity and {_gap(set_f1)} in set F1"


def _gap(figure: Sequence[float]) -> str:
    mean, low, high = figure
    interval = f"{mean:+.3f}, {low:+.3f} to {high:+.3f}"
    return (
        f"above ({interval})"
        if low > 0
        else f"below ({interval})"
        if high < 0
        else f"on the curve within its interval ({interval})"
    )


def _pairs(series: Mapping[str, Sequence[Mapping]], axis: str) -> dict[str, list[tuple]]:
    return {name: [(point[ALIGNMENT], point[axis]) for point in points] for name, points in series.items()}


def _name(point: Mapping) -> str:
    turned = f"{LETTERS[point['curve']]} {point['setting']:g}" if point["curve"] else ""
    return esc(display_name(point["method"].partition(":")[0])) + (f'<span class="interval">{turned}</span>' if turned else "")
