"""Lines over two axes, each named at its end, as HTML; see ``charts`` for the manner."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from r4t_demo.ui.charts import KINDS, ticks_of
from r4t_demo.ui.markup import display_name, esc

LABEL_GAP = 7.5  # per cent of a chart's height that a line's label needs, at the height that charts have by default
DASHES = 4  # patterns in the stylesheet, dash0 (none) to dash3


@dataclass(frozen=True)
class Scale:
    """An axis: where a value lies between its ends, from 0 to 100, and the values named on it."""

    at: Callable[[float], float]
    named: Mapping[float, str]


@dataclass(frozen=True)
class Mark:
    """A point; an interval (lo, hi) in either direction is drawn as a whisker."""

    x: float
    y: float
    x_interval: tuple[float, float] | None = None
    y_interval: tuple[float, float] | None = None


def times(name: str, x_name: str, series: Mapping[str, Mapping[float, float]]) -> str:
    """Method -> {x: milliseconds}, all positive, over two logarithmic axes."""
    y = durations(y for line in series.values() for y in line.values())
    drawn = {method: [Mark(x, line[x]) for x in sorted(line)] for method, line in series.items()}
    return lines(name, x_name, drawn, _own_places(series), y)


def curves(name: str, x_name: str, series: Mapping[str, Mapping[float, float]]) -> str:
    """Name -> {x: y} over two even axes: how something goes in training."""
    drawn = {key: [Mark(x, line[x]) for x in sorted(line)] for key, line in series.items()}
    return lines(name, x_name, drawn, linear(x for line in series.values() for x in line), _heights(drawn), dots=False)


def sweep(name: str, x_name: str, series: Mapping[str, Mapping[float, Sequence[float]]], doubling: bool) -> str:
    """Method -> {x: [mean, lo, hi]}, with whiskers; ``doubling`` gives each doubling of x as much room."""
    drawn = {key: [Mark(x, line[x][0], None, _ends(line[x])) for x in sorted(line)] for key, line in series.items()}
    x = _own_places(series) if doubling else linear(x for line in series.values() for x in line)
    return lines(name, x_name, drawn, x, _heights(drawn))


def plane(name: str, x_name: str, series: Mapping[str, Sequence[tuple[Sequence[float], Sequence[float]]]]) -> str:
    """Method -> pairs of figures ([mean, lo, hi] of x, the same of y): a curve, or one point, with whiskers both ways."""
    drawn = {method: [Mark(x[0], y[0], _ends(x), _ends(y)) for x, y in sorted(pairs)] for method, pairs in series.items()}
    ends = [end for marks in drawn.values() for mark in marks for end in mark.x_interval or ()]
    return lines(name, x_name, drawn, linear(ends), _heights(drawn))


def _ends(figure: Sequence[float]) -> tuple[float, float]:
    """The interval of [mean, lo, hi]."""
    return figure[1], figure[2]


def lines(
    name: str, x_name: str, series: Mapping[str, Sequence[Mark]], x: Scale, y: Scale, dots: bool = True, gap: float = LABEL_GAP
) -> str:
    """Draw the marks of each series, which lie in the order of x, joined by a line; quiet lines differ by their dashes.

    ``gap``: per cent of the height between two labels.
    """

    def top(value: float) -> float:
        return 100 - y.at(value)

    drawn, marks, quiet = "", "", [method for method in series if method not in KINDS]
    for method, line in series.items():
        kind, places = KINDS.get(method, ""), [(x.at(mark.x), top(mark.y)) for mark in line]
        way = " ".join(f"{a:.2f},{b:.2f}" for a, b in places)
        dash = kind or f"dash{quiet.index(method) % DASHES}"
        drawn += f'<polyline class="{dash}" points="{way}"></polyline>'
        for mark, (a, b) in zip(line, places, strict=True):
            if mark.x_interval:
                low, high = map(x.at, mark.x_interval)
                marks += f'<i class="whisker {kind}" style="left:{low:.2f}%;width:{high - low:.2f}%;top:{b:.2f}%"></i>'
            if mark.y_interval:
                low, high = map(top, mark.y_interval)
                marks += f'<i class="whisker up {kind}" style="left:{a:.2f}%;top:{high:.2f}%;height:{low - high:.2f}%"></i>'
            if dots:
                marks += f'<i class="point {kind}" style="left:{a:.2f}%;top:{b:.2f}%"></i>'
    ends = _apart({method: top(line[-1].y) for method, line in series.items()}, gap)
    names = "".join(
        f'<span class="end {KINDS.get(method, "")}" style="top:{place:.2f}%">{esc(display_name(method))}</span>'
        for method, place in ends.items()
    )
    grid = "".join(
        f'<i class="line" style="top:{top(value):.2f}%"><span>{esc(text)}</span></i>' for value, text in y.named.items()
    )
    feet = "".join(f'<span style="left:{x.at(value):.2f}%">{esc(text)}</span>' for value, text in x.named.items())
    spoken = f"{name} of {', '.join(map(display_name, series))} over {x_name}; the table holds the figures."
    return (
        f'<div class="lines" role="img" aria-label="{esc(spoken)}"><h3>{esc(name)}</h3><div class="plot">{grid}'
        f'<svg viewBox="0 0 100 100" preserveAspectRatio="none">{drawn}</svg>{marks}{names}</div>'
        f'<div class="feet">{feet}</div><p class="axis">{esc(x_name)}</p></div>'
    )


def linear(values: Iterable[float]) -> Scale:
    """An even axis with round numbers that enclose ``values``."""
    values = list(values)
    ticks = ticks_of(min(values), max(values))
    return Scale(lambda value: 100 * (value - ticks[0]) / (ticks[-1] - ticks[0]), {tick: f"{tick:g}" for tick in ticks})


def logarithmic(ends: Sequence[float], named: Mapping[float, str]) -> Scale:
    """A logarithmic axis from the first to the last of ``ends``; one end alone lies in the middle."""
    low, high = math.log(ends[0]), math.log(ends[-1])
    return Scale(lambda value: 50.0 if low == high else 100 * (math.log(value) - low) / (high - low), named)


def durations(milliseconds: Iterable[float]) -> Scale:
    """A logarithmic axis of powers of ten, two at least, that enclose positive ``milliseconds``."""
    powers = _powers(milliseconds)
    return logarithmic(powers, {power: _duration(power) for power in powers})


def _own_places(series: Mapping[str, Mapping[float, object]]) -> Scale:
    xs = sorted({x for line in series.values() for x in line})
    return logarithmic(xs, {x: f"{x:g}" for x in xs})


def _heights(series: Mapping[str, Sequence[Mark]]) -> Scale:
    return linear(end for marks in series.values() for mark in marks for end in (mark.y, *(mark.y_interval or ())))


def _powers(values: Iterable[float]) -> list[float]:
    """Powers of ten, two at least, that enclose ``values``."""
    values = list(values)
    first, last = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return [10.0**power for power in range(first, max(last, first + 1) + 1)]


def _duration(milliseconds: float) -> str:
    return f"{milliseconds / 1000:g} s" if milliseconds >= 1000 else f"{milliseconds:g} ms"


def _apart(places: Mapping[str, float], gap: float) -> dict[str, float]:
    """Labels moved down, and then up from the foot, until none covers another."""
    order = sorted(places, key=places.__getitem__)
    moved = [places[name] for name in order]
    for i in range(1, len(moved)):
        moved[i] = max(moved[i], moved[i - 1] + gap)
    moved[-1] = min(moved[-1], 100.0)
    for i in range(len(moved) - 2, -1, -1):
        moved[i] = min(moved[i], moved[i + 1] - gap)
    return dict(zip(order, moved, strict=True))
