"""Trims placed on clothes: each drawer names its spots, and every trim knows which spot it belongs to."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from artwork.atelier import trim
from artwork.atelier.figure import Figure
from artwork.atelier.geometry import Point, along, through, walk


@dataclass(frozen=True)
class Spots:
    """Places for trims, in centimetres of the figure: all lists may be empty.

    `hems` and `edges` are (u0, v0, u1, v1, sag) lines (hems hang free, edges border an opening), `fields` are good places for
    a badge or a motif in order of preference, `front` is the (top, bottom) of the centre front, `seams` are side seams or
    outer edges as paths, `waist` is (half-width, height) and `shoulders` are points along the shoulders.
    """

    hems: tuple[tuple[float, float, float, float, float], ...] = ()
    edges: tuple[tuple[float, float, float, float, float], ...] = ()
    fields: tuple[tuple[float, float], ...] = ()
    front: tuple[float, float] = (10.0, 38.0)
    seams: tuple[str, ...] = ()
    waist: tuple[float, float] = (17.0, 40.0)
    shoulders: tuple[tuple[float, float], ...] = ((11.0, 1.6), (14.0, 2.6), (17.0, 4.0))


class _Place:
    """Spots turned into pixels."""

    def __init__(self, figure: Figure, spots: Spots) -> None:
        self.figure, self.spots, self.canvas = figure, spots, figure.canvas

    def size(self, cm: float, least: float) -> float:
        return max(least, self.figure.size(cm))

    def run(self, line: tuple[float, float, float, float, float]) -> tuple[float, float, float, float, float]:
        """Pixels of a line: x0, y0, x1, y1, sag."""
        u0, v0, u1, v1, sag = line
        return *self.figure.point(u0, v0), *self.figure.point(u1, v1), self.figure.size(sag)

    def lines(self) -> list[tuple[float, float, float, float, float]]:
        return [self.run(line) for line in self.spots.hems + self.spots.edges]

    def hems(self) -> list[tuple[float, float, float, float, float]]:
        return [self.run(line) for line in self.spots.hems]

    def field(self, k: int) -> Point:
        return self.figure.point(*self.spots.fields[k % len(self.spots.fields)])

    def dots(self, pitch: float) -> list[Point]:
        """Points along every edge."""
        out: list[Point] = []
        for x0, y0, x1, y1, sag in self.lines():
            count = max(3, round(math.dist((x0, y0), (x1, y1)) / pitch))
            out += along(x0, y0, x1, y1, count, sag)
        return out


def _edge(draw: Callable[..., None], cm: float, least: float) -> Callable[[_Place], None]:
    def put(place: _Place) -> None:
        for x0, y0, x1, y1, sag in place.hems():
            draw(place.canvas, x0, y0, x1, y1, place.size(cm, least), sag)

    return put


def _lace(place: _Place) -> None:
    for x0, y0, x1, y1, sag in place.lines():
        trim.lace_edge(place.canvas, x0, y0, x1, y1, place.size(2.6, 8), sag)


def _tassels(place: _Place) -> None:
    for x0, y0, x1, y1, sag in place.hems():
        for x, y in along(x0, y0, x1, y1, max(3, round(abs(x1 - x0) / 24)), sag):
            trim.tassel(place.canvas, x, y, place.size(5, 17))


def _pompoms(place: _Place) -> None:
    for x0, y0, x1, y1, sag in place.hems():
        for x, y in along(x0, y0, x1, y1, max(3, round(abs(x1 - x0) / 17)), sag):
            trim.pompom(place.canvas, x, y + 4, 5.5)


def _spikes(place: _Place) -> None:
    for u, v in place.spots.shoulders:
        trim.spikes(place.canvas, [place.figure.point(u, v)], 11, -62)
        trim.spikes(place.canvas, [place.figure.point(-u, v)], 11, -118)


def _chains(place: _Place) -> None:
    half, v = place.spots.waist
    (x0, y0), (x1, _) = place.figure.point(-half, v), place.figure.point(half, v)
    for sag in (3.0, 10.0):
        trim.chain(place.canvas, along(x0, y0, x1, y0, 14, sag), 3.2)


def _bows(place: _Place) -> None:
    x, y = place.field(0)
    trim.bow(place.canvas, 160, place.figure.point(0, place.spots.front[0])[1] + 4, 30)
    trim.bow(place.canvas, x, y + 10, 20)
    trim.bow(place.canvas, 320 - x, y + 10, 20)


def _gold_buttons(place: _Place) -> None:
    top, bottom = place.spots.front
    for k in range(5):
        x, y = place.figure.point(0, top + (bottom - top) * (k + 0.5) / 5)
        place.canvas.button(round(x, 1), round(y, 1), 4.0, kind="gold")


def _zips(place: _Place) -> None:
    top, bottom = place.spots.front
    (x, y0), (_, y1) = place.figure.point(0, top), place.figure.point(0, bottom)
    trim.zip_line(place.canvas, f"M{x:.1f} {y0:.1f}L{x:.1f} {y1:.1f}")


def _laces(place: _Place) -> None:
    top, bottom = place.spots.front
    w, rows = place.size(2.6, 7), 6
    ys = [place.figure.point(0, top + (bottom - top) * k / (rows - 1))[1] for k in range(rows)]
    trim.lacing(place.canvas, [((160 - w, y), (160 + w, y)) for y in ys])


def _scatter(draw: Callable[[_Place, float, float, int], None], count: int) -> Callable[[_Place], None]:
    def put(place: _Place) -> None:
        for k in range(min(count, len(place.spots.fields))):
            draw(place, *place.field(k), k)

    return put


def _piping(place: _Place) -> None:
    for x0, y0, x1, y1, sag in place.lines():
        trim.piping(place.canvas, through(along(x0, y0, x1, y1, 14, sag)))
    for seam in place.spots.seams:
        trim.piping(place.canvas, place.figure.path(seam), 1.8)


def _side_stripe(place: _Place) -> None:
    for seam in place.spots.seams:
        path, width = place.figure.path(seam), place.size(2.2, 7)
        ink = trim.accent(place.canvas)
        place.canvas.raw(f'<path d="{path}" fill="none" stroke="{ink}" stroke-width="{width:.1f}"/>')
        place.canvas.raw(f'<path d="{path}" fill="none" stroke="{place.canvas.colours.main}" stroke-width="{width * 0.26:.1f}"/>')


def _lining(place: _Place) -> None:
    for x0, y0, x1, y1, sag in place.lines():
        trim.fur_edge(place.canvas, through(along(x0, y0, x1, y1, 16, sag)), place.size(3.4, 11))


def _sequins(place: _Place) -> None:
    rng = place.canvas.rng
    for x, y in place.dots(9):
        trim.sequins(place.canvas, [(x + rng.uniform(-2, 2), y - rng.uniform(0, 7)) for _ in range(3)], 2.3)


def _buckles(place: _Place) -> None:
    half, v = place.spots.waist
    figure = place.figure
    upper = f"M{-half} {v - 1.6}C{-half * 0.4} {v - 0.4} {half * 0.4} {v - 0.4} {half} {v - 1.6}"
    lower = f"L{half} {v + 1.8}C{half * 0.4} {v + 3} {-half * 0.4} {v + 3} {-half} {v + 1.8}Z"
    figure.panel(upper + lower, colour=2, material="leather", pattern="plain", shade=0.85)
    x, y = figure.point(0, v + 0.9)
    trim.buckle(place.canvas, x, y, place.size(6, 19), place.size(5, 16))


def _seam_studs(place: _Place) -> None:
    trim.studs(place.canvas, place.dots(10), 2.5)
    for seam in place.spots.seams:
        trim.studs(place.canvas, [(x, y) for x, y, _ in walk(place.figure.path(seam), 14)], 2.2)


PUT: dict[str, Callable[[_Place], None]] = {
    "fringe": _edge(trim.fringe, 8, 22),
    "ruffles": _edge(trim.ruffle, 6, 15),
    "feathers": _edge(trim.feathers, 7, 22),
    "lace trim": _lace,
    "tassels": _tassels,
    "pompoms": _pompoms,
    "studs": _seam_studs,
    "spikes": _spikes,
    "chains": _chains,
    "bows": _bows,
    "pearls": lambda place: trim.pearls(place.canvas, place.dots(7.5), 3.0),
    "gold buttons": _gold_buttons,
    "zips": _zips,
    "laces": _laces,
    "embroidery": _scatter(lambda p, x, y, k: trim.embroidery(p.canvas, x, y, 40 - 6 * (k % 2)), 3),
    "shearling lining": _lining,
    "contrast piping": _piping,
    "side stripe": _side_stripe,
    "patches": _scatter(lambda p, x, y, k: trim.patch(p.canvas, x, y, 19, k), 4),
    "sequins": _sequins,
    "buckles": _buckles,
    "safety pins": _scatter(lambda p, x, y, k: trim.safety_pin(p.canvas, x, y, 19, -30 + 50 * k), 5),
    "rosettes": _scatter(lambda p, x, y, k: trim.rosette(p.canvas, x, y, 10 - k), 3),
    "crest": _scatter(lambda p, x, y, k: trim.crest(p.canvas, x, y, 25), 1),
    "hearts": _scatter(lambda p, x, y, k: trim.heart(p.canvas, x, y, 17 - 2 * (k % 2)), 5),
    "butterflies": _scatter(lambda p, x, y, k: trim.butterfly(p.canvas, x, y, 25 - 3 * k, angle=-20 + 17 * k), 4),
}


def adorn(figure: Figure, spots: Spots, skip: tuple[str, ...] = ()) -> None:
    """Put every trim of the garment on its spots, but those in `skip`, which the drawer has already shown its own way."""
    place = _Place(figure, spots)
    for name in figure.canvas.garment.trims:
        if name in PUT and name not in skip:
            PUT[name](place)
