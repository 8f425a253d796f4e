"""Tables, points with whiskers and lines, as HTML that takes its colours and its text size from the page.

Marks are placed in per cent of their box, so that a chart is as readable on a phone as on a wide window. What a chart shows
also stands in a table; to a screen reader it is one picture with a name.
"""

import math
from collections.abc import Mapping, Sequence

from r4t_demo.ui.markup import display_name, esc

KINDS = {"folm": "left", "diffusion": "right"}  # the colours that the two have on the page; the others stay quiet
LABEL_GAP = 7.5  # per cent of a chart's height that a line's label needs


def table(head: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "") -> str:
    """A table of cells that are HTML already; the first column names the rows. It scrolls sideways where it is too wide."""
    top = "".join(f'<th scope="col">{esc(name)}</th>' for name in head)
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
    return f'{mean:.{digits}f}<span class="interval">{low:.{digits}f}–{high:.{digits}f}</span>'


def points(name: str, figures: Mapping[str, Sequence[float] | None], digits: int) -> str:
    """Method -> [mean, lo, hi] as a point with whiskers, a row each, on one scale that spans them all."""
    there = {method: figure for method, figure in figures.items() if figure is not None}
    if not there:
        return ""
    ticks = _ticks(min(low for _, low, _ in there.values()), max(high for *_, high in there.values()))

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
        f'<div class="points" role="img" aria-label="{esc(spoken)}" style="{grid}"><h4>{esc(name)}</h4>{rows}'
        f'<div class="row scale"><span></span><span class="track">{scale}</span><span></span></div></div>'
    )


def times(name: str, x_name: str, series: Mapping[str, Mapping[float, float]]) -> str:
    """Method -> {x: milliseconds}, all positive, as lines over two logarithmic axes, each named at its end."""
    xs = sorted({x for line in series.values() for x in line})
    ys = [y for line in series.values() for y in line.values()]
    powers = range(math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys))) + 1)
    low, high = powers[0], max(powers[-1], powers[0] + 1)

    def left(x: float) -> float:
        return 50.0 if len(xs) == 1 else 100 * math.log(x / xs[0]) / math.log(xs[-1] / xs[0])

    def top(y: float) -> float:
        return 100 * (high - math.log10(y)) / (high - low)

    grid = "".join(f'<i class="line" style="top:{top(10.0**p):.2f}%"><span>{_whole(10.0**p)}</span></i>' for p in powers)
    drawn, marks = "", ""
    for method, line in series.items():
        kind, places = KINDS.get(method, ""), [(left(x), top(line[x])) for x in sorted(line)]
        way = " ".join(f"{a:.2f},{b:.2f}" for a, b in places)
        drawn += f'<polyline class="{kind}" points="{way}"></polyline>'
        marks += "".join(f'<i class="point {kind}" style="left:{a:.2f}%;top:{b:.2f}%"></i>' for a, b in places)
    ends = _apart({method: top(line[max(line)]) for method, line in series.items()})
    names = "".join(
        f'<span class="end {KINDS.get(method, "")}" style="top:{place:.2f}%">{esc(display_name(method))}</span>'
        for method, place in ends.items()
    )
    feet = "".join(f'<span style="left:{left(x):.2f}%">{x:g}</span>' for x in xs)
    spoken = f"{name} of {', '.join(map(display_name, series))} over {x_name}; the table holds the figures."
    return (
        f'<div class="lines" role="img" aria-label="{esc(spoken)}"><h4>{esc(name)}</h4><div class="plot">{grid}'
        f'<svg viewBox="0 0 100 100" preserveAspectRatio="none">{drawn}</svg>{marks}{names}</div>'
        f'<div class="feet">{feet}</div><p class="axis">{esc(x_name)}</p></div>'
    )


def _ticks(low: float, high: float) -> list[float]:
    """Three to six round numbers at even steps that enclose ``low`` and ``high``."""
    span = max(high - low, 1e-3)
    rough = span / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(step * power for step in (1, 2, 5, 10) if step * power >= rough)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(step * place, 10) for place in range(first, max(last, first + 1) + 1)]


def _whole(milliseconds: float) -> str:
    return f"{milliseconds / 1000:g} s" if milliseconds >= 1000 else f"{milliseconds:g} ms"


def _apart(places: Mapping[str, float]) -> dict[str, float]:
    """Labels moved down, and then up from the foot, until none covers another."""
    order = sorted(places, key=places.__getitem__)
    moved = [places[name] for name in order]
    for i in range(1, len(moved)):
        moved[i] = max(moved[i], moved[i - 1] + LABEL_GAP)
    moved[-1] = min(moved[-1], 100.0)
    for i in range(len(moved) - 2, -1, -1):
        moved[i] = min(moved[i], moved[i + 1] - LABEL_GAP)
    return dict(zip(order, moved, strict=True))
