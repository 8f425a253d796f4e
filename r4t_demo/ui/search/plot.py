"""The query, the directions and the found items in two dimensions, as inline SVG that follows the page's colours."""

from typing import Any

import numpy as np

from r4t_demo.ui.markup import display_name, esc

WIDTH, HEIGHT, MARGIN = 720, 460, 34


def plane(points: np.ndarray) -> tuple[np.ndarray, float]:
    """Project ``points`` (n, d) onto their two principal axes.

    Returns the coordinates (n, 2) and the share of the variance that the plane keeps, in 0..1.
    """
    centred = points - points.mean(axis=0)
    _, strengths, axes = np.linalg.svd(centred.astype(np.float64), full_matrices=False)
    axes, energy = axes[:2], strengths**2
    axes = axes * np.where(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)] < 0, -1, 1)[:, None]  # a fixed sign
    flat = np.zeros((len(points), 2))
    flat[:, : len(axes)] = centred @ axes.T
    return flat, float(energy[:2].sum() / max(energy.sum(), 1e-12))


def to_canvas(flat: np.ndarray) -> np.ndarray:
    """Stretch coordinates (n, 2) over the canvas, each axis on its own scale; returns (n, 2) in SVG units."""
    low, span = flat.min(axis=0), np.ptp(flat, axis=0)
    unit = np.where(span > 1e-9, (flat - low) / np.where(span > 1e-9, span, 1), 0.5)
    return np.array([MARGIN, MARGIN]) + unit * np.array([WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN])


def render_plot(left, right, index) -> str:
    """Return the figure for two answers; ``index`` gives the items' vectors."""
    rows = sorted({hit.row for result in (left, right) for hits in result.items for hit in hits})
    item_vectors = index.vectors(np.array(rows, dtype=np.int64)) if rows else np.zeros((0, len(left.query_vector)))
    flat, kept = plane(np.concatenate([left.query_vector[None], left.vectors, right.vectors, item_vectors]))
    query, left_at, right_at, items_at = np.split(to_canvas(flat), np.cumsum([1, len(left.vectors), len(right.vectors)]))
    at = dict(zip(rows, items_at, strict=True))
    marks = _items(left, right, at)
    marks += _directions(left, left_at, query[0], "left") + _directions(right, right_at, query[0], "right")
    names = f"{display_name(left.method)} and {display_name(right.method)}"
    spoken = f"Map of the query, the directions of {names}, and the items they found."
    return (
        '<figure class="map"><h2>Where they looked</h2>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{esc(spoken)}">{marks}{_query(left.query, query[0])}</svg>'
        f"{_legend(left, right)}<figcaption>The two strongest principal axes of everything shown here; they keep {kept:.0%} "
        "of its variance. Point at a mark for its name, click or tap an item for its details.</figcaption></figure>"
    )


def _items(left, right, at: dict) -> str:
    """Items as small marks: a disc (left), a square (right), or both nested."""
    found: dict[int, tuple[Any, set[str]]] = {}
    for side, result in (("left", left), ("right", right)):
        for hit in (hit for hits in result.items for hit in hits):
            sides = found.setdefault(hit.row, (hit, set()))[1]
            sides.add(side)
    marks = []
    for row, (hit, sides) in found.items():
        x, y = at[row]
        shape = "".join(_shape(side, x, y, nested=len(sides) == 2) for side in sorted(sides))
        by = " and ".join(display_name(result.method) for side, result in (("left", left), ("right", right)) if side in sides)
        marks.append(
            f'<g class="found" data-item="{esc(hit.item.item_id)}"><title>{esc(hit.item.title)} ({esc(by)})</title>'
            f'<circle class="reach" cx="{x:.1f}" cy="{y:.1f}" r="9"/>{shape}</g>'  # a finger needs more than the mark
        )
    return "".join(marks)


def _shape(side: str, x: float, y: float, *, nested: bool) -> str:
    if side == "left":
        return f'<circle class="dot left" cx="{x:.1f}" cy="{y:.1f}" r="{2.6 if nested else 4}"/>'
    half = 6 if nested else 3.8
    return f'<rect class="dot right" x="{x - half:.1f}" y="{y - half:.1f}" width="{2 * half}" height="{2 * half}"/>'


def _directions(result, places: np.ndarray, query: np.ndarray, side: str) -> str:
    """Directions as numbered marks, tied to the query by thin lines."""
    lines, marks = [], []
    for number, ((x, y), label) in enumerate(zip(places, result.sub_queries, strict=True), start=1):
        verb = "" if result.is_text else "reads as "
        lines.append(f'<line class="ray {side}" x1="{query[0]:.1f}" y1="{query[1]:.1f}" x2="{x:.1f}" y2="{y:.1f}"/>')
        box = (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="12.5"/>'
            if side == "left"
            else f'<rect x="{x - 10:.1f}" y="{y - 10:.1f}" width="20" height="20"/>'
        )
        title = f"{display_name(result.method)} {number}: {verb}{label}"
        marks.append(
            f'<g class="way {side}"><title>{esc(title)}</title>{box}<text x="{x:.1f}" y="{y + 4.2:.1f}">{number}</text></g>'
        )
    return "".join(lines) + "".join(marks)


def _query(query: str, place: np.ndarray) -> str:
    x, y = place
    diamond = f"M{x:.1f} {y - 11:.1f}l11 11l-11 11l-11 -11z"
    return f'<g class="query"><title>{esc("Query: " + query)}</title><path d="{diamond}"/></g>'


def _legend(left, right) -> str:
    def entry(kind: str, text: str) -> str:
        return f'<li><span class="key {kind}" aria-hidden="true"></span>{esc(text)}</li>'

    names = display_name(left.method), display_name(right.method)
    return (
        '<ul class="legend">'
        + entry("query", "the query")
        + entry("way left", f"{names[0]}, directions")
        + entry("dot left", f"{names[0]}, items")
        + entry("way right", f"{names[1]}, directions")
        + entry("dot right", f"{names[1]}, items")
        + entry("dot nested", "items of both")
        + "</ul>"
    )
