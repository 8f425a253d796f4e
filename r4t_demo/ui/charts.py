"""Tables and points with whiskers, as HTML that takes its colours and its text size from the page.

Marks are placed in per cent of their box, so that a chart is as readable on a phone as on a wide window. What a chart shows
also stands in a table; to a screen reader it is one picture with a name.
"""

import math
from collections.abc import Mapping, Sequence

from r4t_demo.ui.markup import display_name, esc

KINDS = {"folm": "left", "diffusion": "right", "modit": "left", "hppo": "right"}  # their colours on the page; others stay quiet
NAMES = {
    "title_r1": "title recall@1",
    "title_r10": "title recall@10",
    "mrr": "title MRR",
    "article_type_top1": "article type, zero-shot",
    "family_top1": "product family, zero-shot",
    "top1": "kind, zero-shot",
    "top3": "kind among the first three",
    "macro": "kind, mean over the kinds",
    "turned_top1": "kind, turned by quarters",
    "queries_one_by_one": "queries one by one",
    "spearman": "Spearman’s correlation",
    "frac_reward_zero_std": "share of groups without spread",
}


def words(key: str) -> str:
    """A metric's name as the page writes it."""
    return NAMES.get(key) or key.replace("set_f1", "set F1").replace("_", " ")


def table(head: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "") -> str:
    """A table of cells that are HTML already; the first column names the rows. It scrolls sideways where it is too wide."""
    top = "".join(f'<th scope="col">{esc(name)}</th>' if name else "<td></td>" for name in head)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>' for first, *cells in rows
    )
    title = f"<caption>{esc(caption)}</caption>" if caption else ""
    name = esc(caption or ", ".join(filter(None, head)))
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{name}"><table>{title}'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def number(value: float | None, digits: int) -> str:
    """A cell: the number, or a dash."""
    return "–" if value is None else f"{value:,.{digits}f}"


def measured(figure: Sequence[float] | None, digits: int) -> str:
    """A cell: a mean and its interval below it, or a dash."""
    if figure is None:
        return "–"
    mean, low, high = figure
    to = " to " if low < 0 else "–"
    return f'{mean:.{digits}f}<span class="interval">{low:.{digits}f}{to}{high:.{digits}f}</span>'


def points(name: str, figures: Mapping[str, Sequence[float] | None], digits: int) -> str:
    """Method -> [mean, lo, hi] as a point with whiskers, a row each, on one scale that spans them all."""
    there = {method: figure for method, figure in figures.items() if figure is not None}
    if not there:
        return ""
    ticks = ticks_of(min(low for _, low, _ in there.values()), max(high for *_, high in there.values()))

    def at(value: float) -> float:
        return 100 * (value - ticks[0]) / (ticks[-1] - ticks[0])

    rows = "".join(
        f'<div class="row {KINDS.get(method, "")}"><span>{esc(display_name(method))}</span>'
        f'<span class="track"><i class="whisker" style="left:{at(low):.2f}%;width:{at(high) - at(low):.2f}%"></i>'
        f'<i class="point" style="left:{at(mean):.2f}%"></i></span><span>{mean:.{digits}f}</span></div>'
        for method, (mean, low, high) in there.items()
    )
    scale = "".join(f'<span style="left:{at(tick):.2f}%">{tick:g}</span>' for tick in ticks)
    spoken = f"{name} of {', '.join(map(display_name, there))}, with 95 % intervals; the table holds the figures."
    grid = f"--steps:{len(ticks) - 1}"
    return (
        f'<div class="points" role="img" aria-label="{esc(spoken)}" style="{grid}"><h3>{esc(name)}</h3>{rows}'
        f'<div class="row scale"><span></span><span class="track">{scale}</span><span></span></div></div>'
    )


def ticks_of(low: float, high: float) -> list[float]:
    """Three to six round numbers at even steps that enclose ``low`` and ``high``."""
    span = max(high - low, 1e-3)
    rough = span / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(step * power for step in (1, 2, 5, 10) if step * power >= rough)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(step * place, 10) for place in range(first, max(last, first + 1) + 1)]
