"""Trims on accessories: every drawer names its edge, its spot for an ornament and its zip, and `adorn` dresses them.

EDGE_TRIMS run along the edge, HANG_TRIMS hang from it and SPOT_TRIMS sit on the spot: a drawer that gives these places shows all.
"""

from collections.abc import Callable
from itertools import pairwise

from artwork.atelier import trim
from artwork.atelier.canvas import Canvas
from artwork.atelier.curves import along, parse, smooth

EDGE_TRIMS = ("studs", "spikes", "pearls", "contrast piping", "sequins", "gold buttons", "pompoms", "chains", "shearling lining")
HANG_TRIMS = ("fringe", "lace trim", "ruffles", "feathers")
SPOT_TRIMS = (
    "bows",
    "rosettes",
    "hearts",
    "butterflies",
    "embroidery",
    "crest",
    "patches",
    "buckles",
    "safety pins",
    "tassels",
    "toggles",
)
ALL_TRIMS = EDGE_TRIMS + HANG_TRIMS + SPOT_TRIMS


def adorn(
    canvas: Canvas,
    *,
    edge: str = "",
    spot: tuple[float, float, float] | None = None,
    hang: float = 14.0,
    zip_path: str = "",
) -> None:
    """Draw the garment's trims: along ``edge`` (a point text), at ``spot`` (x, y, size in px) and down ``zip_path``.

    ``hang`` is the length in px of what hangs from the edge.
    """
    for name in canvas.garment.trims:
        if edge and name in HANG_TRIMS:
            _hang(canvas, name, edge, hang)
        elif edge and name in EDGE_TRIMS:
            _edge(canvas, name, edge)
        elif spot and name in SPOT_TRIMS:
            _spot(canvas, name, *spot)
        elif zip_path and name == "zips":
            trim.zip_line(canvas, zip_path)


def _length(edge: str) -> float:
    knots = parse(edge)
    return sum(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5 for (a, _), (b, _) in pairwise(knots))


def _hang(canvas: Canvas, name: str, edge: str, hang: float) -> None:
    """Fringe, lace, frill or plumes below the edge, in short straight pieces that follow its curve."""
    pieces = max(2, round(_length(edge) / 30))
    drawers: dict[str, Callable] = {"fringe": trim.fringe, "lace trim": trim.lace_edge}
    draw = (drawers | {"ruffles": trim.ruffle, "feathers": trim.feathers})[name]
    depth = {"lace trim": min(hang, 9), "ruffles": min(hang, 13), "feathers": max(hang, 20)}.get(name, hang)
    for (x0, y0, _), (x1, y1, _) in pairwise(along(edge, pieces + 1)):
        draw(canvas, x0, y0, x1, y1, depth)


def _edge(canvas: Canvas, name: str, edge: str) -> None:
    length = _length(edge)
    every = {"studs": 8, "spikes": 9, "pearls": 5.6, "sequins": 4, "gold buttons": 20, "pompoms": 15}.get(name, 12)
    points = [(x, y) for x, y, _ in along(edge, max(4, round(length / every)))]
    if name == "studs":
        trim.studs(canvas, points, 2.4)
    elif name == "spikes":
        trim.spikes(canvas, points)
    elif name == "pearls":
        trim.pearls(canvas, points, 2.9)
    elif name == "sequins":
        trim.sequins(canvas, [(x + canvas.rng.uniform(-4, 4), y + canvas.rng.uniform(-5, 5)) for x, y in points * 2])
    elif name == "gold buttons":
        for x, y in points:
            canvas.button(x, y, 3.6, kind="gold")
    elif name == "pompoms":
        for x, y in points:
            trim.pompom(canvas, x, y, 6)
    elif name == "chains":
        trim.chain(canvas, [(x, y) for x, y, _ in along(edge, 24)], link=4.2)
    elif name == "shearling lining":
        trim.fur_edge(canvas, smooth(edge, close=False), 15)
    else:
        trim.piping(canvas, smooth(edge, close=False), 3)


def _spot(canvas: Canvas, name: str, x: float, y: float, size: float) -> None:
    """One ornament about (x, y), ``size`` across; hearts, butterflies and tassels come in small groups."""
    if name == "bows":
        trim.bow(canvas, x, y, size * 1.3)
    elif name == "rosettes":
        trim.rosette(canvas, x, y, size * 0.46)
    elif name == "hearts":
        for dx, dy, share in ((-0.42, 0.1, 0.5), (0.08, -0.2, 0.7), (0.5, 0.25, 0.4)):
            trim.heart(canvas, x + dx * size, y + dy * size, size * share)
    elif name == "butterflies":
        trim.butterfly(canvas, x, y, size * 1.0, angle=-12)
        trim.butterfly(canvas, x + size * 0.62, y - size * 0.32, size * 0.55, angle=24)
    elif name == "embroidery":
        trim.embroidery(canvas, x, y, size * 1.35)
    elif name == "crest":
        trim.crest(canvas, x, y, size * 0.95)
    elif name == "patches":
        trim.patch(canvas, x - size * 0.32, y + 1, size * 0.62)
        trim.patch(canvas, x + size * 0.42, y - 2, size * 0.56, kind=1)
    elif name == "buckles":
        trim.buckle(canvas, x, y, size * 0.85, size * 0.75)
    elif name == "safety pins":
        trim.safety_pin(canvas, x, y, size * 0.85)
        trim.safety_pin(canvas, x + 3, y + size * 0.3, size * 0.7, angle=12)
    elif name == "toggles":
        trim.toggle(canvas, x, y, size)
    else:
        for dx in (-0.2, 0.24):
            trim.tassel(canvas, x + dx * size, y, size * 0.95)
