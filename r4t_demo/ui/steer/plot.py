"""Seeds, generated queries and found items in two dimensions, in the manner of ``plot``."""

from collections.abc import Sequence

import numpy as np

from r4t_demo.pattern.steer import Steered
from r4t_demo.ui.markup import display_name, esc
from r4t_demo.ui.search.plot import HEIGHT, WIDTH, plane, to_canvas
from r4t_demo.ui.steer.parts import SIDES, mark_of, mark_words

LABEL, WIDE = 16, 130  # the room of a query's name in units, in height and in width


def render_steer_plot(answers: Sequence[Steered], seeds: Sequence, rows: Sequence[int], index, value: str) -> str:
    """The figure for all columns; ``seeds`` are the items and ``rows`` their index rows."""
    found = {one.row: one for answer in answers for one in answer.found}
    by = {row: [display_name(a.method) for a in answers if any(one.row == row for one in a.found)] for row in found}
    vectors = index.vectors(np.array([*rows, *found], dtype=np.int64))
    flat, kept = plane(np.concatenate([np.stack([answer.query for answer in answers]), vectors]))
    queries_at, seeds_at, found_at = np.split(to_canvas(flat), np.cumsum([len(answers), len(rows)]))
    words = mark_words(value)
    marks = "".join(
        _item(one, found_at[place], f"{one.item.title} ({words[mark_of(one)]}; {', '.join(by[row])})")
        for place, (row, one) in enumerate(found.items())
    )
    marks += "".join(_seed(item, at) for item, at in zip(seeds, seeds_at, strict=True))
    spoken = "Map of the seeds, the queries of the methods, and the items they found."
    return (
        '<figure class="map"><h2>Where the queries went</h2>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{spoken}">{marks}{_queries(answers, queries_at)}</svg>'
        f"{_legend(words)}<figcaption>The two strongest principal axes of everything shown here; they keep {kept:.0%} of its "
        "variance. Point at a mark for its name, click or tap an item for its details.</figcaption></figure>"
    )


def _item(one, at: np.ndarray, title: str) -> str:
    """A ring is the pattern, a dot the attribute, a dot in a ring both; a cross is neither."""
    (x, y), kind = at, mark_of(one)
    shapes = {
        "ring": f'<circle class="ring" cx="{x:.1f}" cy="{y:.1f}" r="5"/>',
        "dot": f'<circle class="has" cx="{x:.1f}" cy="{y:.1f}" r="2.6"/>',
        "cross": f'<path class="cross" d="M{x - 3:.1f} {y - 3:.1f}l6 6m0 -6l-6 6"/>',
    }
    drawn = {"both": ("ring", "dot"), "pattern": ("ring",), "attribute": ("dot",), "neither": ("cross",)}[kind]
    return (
        f'<g class="found {kind}" data-item="{esc(one.item.item_id)}"><title>{esc(title)}</title>'
        f'<circle class="reach" cx="{x:.1f}" cy="{y:.1f}" r="9"/>{"".join(shapes[name] for name in drawn)}</g>'
    )


def _seed(item, at: np.ndarray) -> str:
    x, y = at
    diamond = f"M{x:.1f} {y - 9:.1f}l9 9l-9 9l-9 -9z"
    title = f"<title>{esc(f'Seed: {item.title}')}</title>"
    return f'<g class="query found" data-item="{esc(item.item_id)}">{title}<path d="{diamond}"/></g>'


def _queries(answers: Sequence[Steered], places: np.ndarray) -> str:
    """Each query with its name, tied to the first one, the seed mean."""
    rays, marks = "", ""
    for number, (answer, (x, y), label_y) in enumerate(zip(answers, places, _label_heights(places), strict=True)):
        side, name = SIDES[answer.method], esc(display_name(answer.method))
        rays += f'<line class="ray {side}" x1="{places[0][0]:.1f}" y1="{places[0][1]:.1f}" x2="{x:.1f}" y2="{y:.1f}"/>'
        shape = (
            f'<rect x="{x - 7:.1f}" y="{y - 7:.1f}" width="14" height="14"/>'
            if side == "right"
            else f'<circle cx="{x:.1f}" cy="{y:.1f}" r="8"/>'
        )
        left = _is_left(x, places[0][0] if number else places[-1][0])
        anchor = f'x="{x - 13 if left else x + 13:.1f}" y="{label_y + 4:.1f}" class="{"to-left" if left else "to-right"}"'
        marks += f'<g class="way {side}"><title>{name}: its query</title>{shape}<text {anchor}>{name}</text></g>'
    return rays + marks


def _is_left(x: float, other: float) -> bool:
    """Whether a name stands left of its mark: away from the ``other`` end of its ray, unless the figure ends there."""
    return x > WIDTH - WIDE or (x < other and x > WIDE)


def _label_heights(places: np.ndarray) -> list[float]:
    """Where labels stand beside their marks: at their height, or below the one that they would cover."""
    heights: dict[int, float] = {}
    for number in np.argsort(places[:, 1], kind="stable"):
        y = float(places[number][1])
        for other, height in heights.items():
            if abs(places[other][0] - places[number][0]) < WIDE:
                y = max(y, height + LABEL)
        heights[int(number)] = y
    return [heights[number] for number in range(len(places))]


def _legend(words: dict[str, str]) -> str:
    entries = [("query", "a seed"), *((f"way {SIDES[name]}", f"{display_name(name)}, its query") for name in SIDES)]
    entries += [(f"kind {kind}", text) for kind, text in words.items()]
    shown = "".join(f'<li><span class="key {kind}" aria-hidden="true"></span>{esc(text)}</li>' for kind, text in entries)
    return f'<ul class="legend">{shown}</ul>'
