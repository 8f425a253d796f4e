"""A dressmaker's frame: centimetres on the body to pixels, with the folds and hems that follow the body.

u runs sideways from the centre front, v down from the shoulder line (tops) or from the waist (bottoms), in centimetres of a
natural figure; so proportions stay true whatever the length, and each item is scaled to fill the picture.
"""

from typing import Any

from artwork.atelier.canvas import SIZE, Canvas
from artwork.atelier.geometry import moved

ROOM = 276.0  # pixels that an item may fill, each way
CLOSEST = 6.2  # pixels per centimetre at most: a crop top is not blown up to the size of a coat
HANGING = {"fringe", "ruffles", "feathers", "tassels", "pompoms", "lace trim"}  # trims that lengthen a hem
HANGING_ROOM = 22.0  # pixels kept free for them


class Figure:
    """Centimetres placed on a canvas, scaled so that `half` to either side and `top`..`bottom` fill the picture."""

    def __init__(self, canvas: Canvas, half: float, top: float, bottom: float) -> None:
        self.canvas = canvas
        hanging = HANGING_ROOM if HANGING & set(canvas.garment.trims) else 0.0
        self.scale = min(ROOM / (2 * half), (ROOM - hanging) / (bottom - top), CLOSEST)
        self.y0 = SIZE / 2 - self.scale * (top + bottom) / 2 - hanging / 2

    def path(self, cm: str) -> str:
        """A path in centimetres as a path in pixels."""
        return moved(cm, self.scale, self.scale, SIZE / 2, self.y0)

    def point(self, u: float, v: float) -> tuple[float, float]:
        """A point in pixels."""
        return SIZE / 2 + u * self.scale, self.y0 + v * self.scale

    def size(self, cm: float) -> float:
        """A length in pixels."""
        return cm * self.scale

    # -- marks in centimetres ------------------------------------------------------------------------------------------

    def panel(self, cm: str, **cloth: Any) -> None:
        """Canvas.panel in centimetres."""
        self.canvas.panel(self.path(cm), **cloth)

    def pair(self, cm: str, **cloth: Any) -> None:
        """A panel and its mirror image; the grain is mirrored too."""
        grain = float(cloth.pop("grain", 0.0))
        self.panel(moved(cm, -1, 1, 0, 0), grain=grain, **cloth)
        self.panel(cm, grain=-grain, **cloth)

    def line(self, cm: str, **ink: Any) -> None:
        """Canvas.line in centimetres."""
        self.canvas.line(self.path(cm), **ink)

    def lines(self, cm: str, **ink: Any) -> None:
        """A line and its mirror image."""
        self.line(cm, **ink)
        self.line(moved(cm, -1, 1, 0, 0), **ink)

    def stitch(self, cm: str, tone: float = -0.3) -> None:
        """A row of topstitching and its mirror image."""
        self.lines(cm, width=0.9, tone=tone, opacity=0.75, dash="2.6 1.7")

    def crease(
        self, u0: float, v0: float, u1: float, v1: float, *, width: float = 3.0, bend: float = 0.0, deep: float = 0.15
    ) -> None:
        """A fold that starts as a hair at (u0, v0) and opens to `width` at (u1, v1), with its lit flank."""
        mu, mv = (u0 + u1) / 2 + bend, (v0 + v1) / 2
        left, right = u1 - width * 0.5, u1 + width * 0.5
        wedge = f"M{u0} {v0}Q{mu - width * 0.1} {mv} {left} {v1}L{right} {v1}Q{mu + width * 0.3} {mv} {u0} {v0}Z"
        lit = f"M{u0} {v0}Q{mu - width * 0.5} {mv} {left - width * 0.35} {v1}"
        ridge = f"M{u0} {v0}Q{mu - width * 0.1} {mv} {left} {v1}"
        self.canvas.crease(self.path(wedge), self.path(ridge), self.path(lit), width=self.size(width) * 0.5, deep=deep)

    def creases(self, u0: float, v0: float, u1: float, v1: float, **kind: float) -> None:
        """A fold on either side of the centre."""
        self.crease(u0, v0, u1, v1, **kind)
        self.crease(-u0, v0, -u1, v1, **(kind | {"bend": -kind.get("bend", 0.0)}))


def hem(half: float, at: float, sag: float = 1.5, flutes: int = 0, depth: float = 0.0) -> str:
    """The right half of a hem from (half, at) to the centre, as path commands to append: a curve, or flutes in waves."""
    if not flutes:
        return f"C{half * 0.6} {at + sag * 0.7} {half * 0.3} {at + sag} 0 {at + sag}"
    count = 2 * flutes + 1
    weights = [(1.25, 0.8, 1.05, 0.9)[k % 4] for k in range(count)]
    ends = [half * (1 - sum(weights[: k + 1]) / sum(weights)) for k in range(count - 1)] + [0.0]
    out, u, before = "", half, at
    for k, nxt in enumerate(ends):
        v = at + sag * (1 - (nxt / half) ** 2) + (-depth if k % 2 else depth)
        run = (u - nxt) * 0.5
        out += f"C{u - run} {before} {nxt + run} {v} {nxt} {v}"
        u, before = nxt, v
    return out


def skirt(
    waist: float,
    top: float,
    half: float,
    bottom: float,
    *,
    hip: float = 0.0,
    bell: float = 0.0,
    sag: float = 2.0,
    flutes: int = 0,
    depth: float = 0.0,
) -> str:
    """The right half of a skirt, from the waist's centre to the hem's.

    `hip` is the half-width 20 cm down (0 = flared from the waist), `bell` (0..1) rounds a flared skirt.
    """
    if hip:
        low = top + 19
        run = (bottom - low) * 0.4
        lean = (half - hip) * 0.4
        side = (
            f"C{waist + 2} {top + 5} {hip - lean * 0.3} {low - 9} {hip} {low}C{hip + lean * 0.6} {low + run} {half - lean * 0.6}"
            f" {bottom - run} {half} {bottom}"
        )
    else:
        reach = bottom - top
        grow = half - waist
        side = (
            f"C{waist + grow * (0.2 + 0.6 * bell)} {top + reach * (0.26 - 0.2 * bell)} {half - grow * 0.3 * (1 - bell)}"
            f" {top + reach * (0.66 - 0.2 * bell)} {half} {bottom}"
        )
    return (
        f"M0 {top + 0.8}C{waist * 0.5} {top + 0.8} {waist * 0.8} {top + 0.4} {waist}"
        f" {top}{side}{hem(half, bottom, sag, flutes, depth)}"
    )


def drape(
    figure: Figure,
    waist: float,
    top: float,
    half: float,
    bottom: float,
    count: int,
    *,
    sag: float = 2.0,
    reach: float = 0.8,
    deep: float = 0.15,
) -> None:
    """Folds that fall from the waist of a skirt and open towards its hem, `count` to either side of the centre."""
    rng = figure.canvas.rng
    for k in range(-count, count + 1):
        share = (k + rng.uniform(-0.22, 0.22)) / (count + 0.6)
        start = 1 - reach * rng.uniform(0.7, 1.15)
        v0 = top + max(0.02, start) * (bottom - top)
        taper = (v0 - top) / (bottom - top)
        u0 = share * (waist + (half - waist) * taper * 0.8) * 0.94
        low = bottom + sag * (1 - share**2)
        figure.crease(
            u0,
            v0,
            share * half,
            low,
            width=half * 0.5 / (count + 1) * rng.uniform(0.6, 1.1),
            bend=(u0 - share * half) * 0.12,
            deep=deep,
        )


def gathers(figure: Figure, half: float, at: float, length: float, count: int = 9, up: bool = False) -> None:
    """Short lines that crowd into a gathered seam."""
    rng, way = figure.canvas.rng, -1 if up else 1
    for k in range(count):
        u = half * (2 * (k + 0.5) / count - 1) * 0.95
        run = length * rng.uniform(0.5, 1.1)
        figure.line(
            f"M{u:.2f} {at + 0.3 * way}Q{u * 1.02:.2f} {at + way * run * 0.5:.2f} {u * 1.08:.2f} {at + way * run:.2f}",
            width=0.8,
            opacity=0.45,
        )
