"""Curves that the accessory drawers share: smooth contours from a few points, ribbons, ovals, hard parts and the twin.

Points are written as text, "x,y x,y x,y!": the contour runs smoothly through them and breaks at those marked "!".
All coordinates are the picture's own (320 x 320, y downwards).
"""

import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from artwork.atelier.canvas import Canvas, tint

Point = tuple[float, float]


def parse(points: str, close: bool = False) -> list[tuple[Point, bool]]:
    """[((x, y), is a corner)] of a point text; the ends of an open contour are corners."""
    knots = []
    for word in points.split():
        x, y = word.rstrip("!").split(",")
        knots.append(((float(x), float(y)), word.endswith("!")))
    if not close:
        knots[0], knots[-1] = (knots[0][0], True), (knots[-1][0], True)
    return knots


def segments(points: str, close: bool = False) -> list[tuple[Point, Point, Point, Point]]:
    """The cubic Bezier pieces through the points, with tangents weighed by chord length so that no piece overshoots."""
    knots = parse(points, close)
    count = len(knots)
    handles: list[tuple[Point, Point]] = []
    for i, (here, corner) in enumerate(knots):
        before, after = knots[i - 1][0], knots[(i + 1) % count][0]
        back, ahead = math.dist(before, here) or 1.0, math.dist(here, after) or 1.0
        if corner:
            handles.append((here, here))
            continue
        slope = [((here[k] - before[k]) / back * ahead + (after[k] - here[k]) / ahead * back) / (back + ahead) for k in (0, 1)]
        # A short leg beside a long one is a rounded corner: a handle no longer than that keeps the long leg straight.
        pull, push = min(back, 1.7 * ahead) / 3, min(ahead, 1.7 * back) / 3
        handles.append(
            (
                (here[0] - slope[0] * pull, here[1] - slope[1] * pull),
                (here[0] + slope[0] * push, here[1] + slope[1] * push),
            )
        )
    ends = count if close else count - 1
    pieces = []
    for i in range(ends):
        j = (i + 1) % count
        start, stop = knots[i][0], knots[j][0]
        # A corner next to a smooth point leans towards that point's handle, which keeps the arc round.
        out = handles[i][1] if not knots[i][1] else _lean(start, handles[j][0], stop)
        back_in = handles[j][0] if not knots[j][1] else _lean(stop, handles[i][1], start)
        pieces.append((start, out, back_in, stop))
    return pieces


def _lean(corner: Point, handle: Point, other: Point) -> Point:
    target = handle if handle != other else other
    share = 1 / 3 if target == other else 1 / 2
    return (corner[0] + (target[0] - corner[0]) * share, corner[1] + (target[1] - corner[1]) * share)


def widened(points: str, share: float) -> str:
    """The point text with every distance from the middle line x = 160 scaled; corners keep their mark."""
    words = []
    for word in points.split():
        x, y = word.rstrip("!").split(",")
        words.append(f"{160 + (float(x) - 160) * share:.1f},{y}{'!' if word.endswith('!') else ''}")
    return " ".join(words)


def lowered(points: str, by: float) -> str:
    """The point text moved down by so many pixels; it has no corners."""
    return " ".join(f"{x},{float(y) + by:.1f}" for x, y in (word.split(",") for word in points.split()))


def smooth(points: str, close: bool = True) -> str:
    """The SVG path of a smooth contour, closed unless told otherwise."""
    pieces = segments(points, close)
    text = [f"M{pieces[0][0][0]:.1f} {pieces[0][0][1]:.1f}"]
    text += [f"C{a[0]:.1f} {a[1]:.1f} {b[0]:.1f} {b[1]:.1f} {c[0]:.1f} {c[1]:.1f}" for _, a, b, c in pieces]
    return " ".join(text) + (" Z" if close else "")


def along(points: str, count: int, close: bool = False) -> list[tuple[float, float, float]]:
    """``count`` evenly spaced (x, y, direction in degrees) on the contour, both ends included when it is open."""
    dense: list[Point] = []
    for a, b, c, d in segments(points, close):
        for step in range(16):
            t = step / 16
            u = 1 - t
            x, y = (u**3 * a[k] + 3 * u * u * t * b[k] + 3 * u * t * t * c[k] + t**3 * d[k] for k in (0, 1))
            dense.append((x, y))
    dense.append(d)
    lengths = [0.0]
    for before, after in zip(dense, dense[1:], strict=False):
        lengths.append(lengths[-1] + math.dist(before, after))
    spots, at = [], 0
    for i in range(count):
        goal = lengths[-1] * i / (count if close else max(count - 1, 1))
        while at < len(lengths) - 2 and lengths[at + 1] < goal:
            at += 1
        (x0, y0), (x1, y1) = dense[at], dense[at + 1]
        share = (goal - lengths[at]) / ((lengths[at + 1] - lengths[at]) or 1.0)
        spots.append((x0 + (x1 - x0) * share, y0 + (y1 - y0) * share, math.degrees(math.atan2(y1 - y0, x1 - x0))))
    return spots


def ribbon(points: str, *widths: float, close: bool = False) -> str:
    """A band along the contour, its width running evenly through ``widths``: straps, handles, scarves, chains' cords."""
    spots = along(points, max(6, 3 * len(points.split())), close)
    left, right = [], []
    for i, (x, y, turn) in enumerate(spots):
        place = i / (len(spots) - 1) * (len(widths) - 1)
        low = min(int(place), max(len(widths) - 2, 0))
        width = widths[low] + (widths[min(low + 1, len(widths) - 1)] - widths[low]) * (place - low)
        nx, ny = -math.sin(math.radians(turn)) * width / 2, math.cos(math.radians(turn)) * width / 2
        left.append((x + nx, y + ny))
        right.append((x - nx, y - ny))
    if close:
        return smooth(_text(left)) + " " + smooth(_text(right[::-1]))
    return smooth(_text(left, ends=True) + " " + _text(right[::-1], ends=True))


def _text(points: list[Point], ends: bool = False) -> str:
    words = [f"{x:.1f},{y:.1f}" for x, y in points]
    if ends:
        words[0], words[-1] = words[0] + "!", words[-1] + "!"
    return " ".join(words)


def oval(cx: float, cy: float, rx: float, ry: float | None = None, turn: float = 0.0) -> str:
    """An ellipse as a path; ``turn`` in degrees."""
    ry = rx if ry is None else ry
    cos, sin, k = math.cos(math.radians(turn)), math.sin(math.radians(turn)), 0.5523
    unit = [(1, 0), (1, k), (k, 1), (0, 1), (-k, 1), (-1, k), (-1, 0), (-1, -k), (-k, -1), (0, -1), (k, -1), (1, -k), (1, 0)]
    spots = [f"{cx + rx * x * cos - ry * y * sin:.1f} {cy + rx * x * sin + ry * y * cos:.1f}" for x, y in unit]
    arcs = [f"C{spots[i]} {spots[i + 1]} {spots[i + 2]}" for i in (1, 4, 7, 10)]
    return f"M{spots[0]} {' '.join(arcs)} Z"


def box(x: float, y: float, width: float, height: float, round: float = 4.0) -> str:
    """A rectangle with rounded corners as a path."""
    r = min(round, width / 2, height / 2)
    right, bottom = x + width, y + height
    return (
        f"M{x + r:.1f} {y:.1f} L{right - r:.1f} {y:.1f} Q{right:.1f} {y:.1f} {right:.1f} {y + r:.1f} "
        f"L{right:.1f} {bottom - r:.1f} Q{right:.1f} {bottom:.1f} {right - r:.1f} {bottom:.1f} "
        f"L{x + r:.1f} {bottom:.1f} Q{x:.1f} {bottom:.1f} {x:.1f} {bottom - r:.1f} "
        f"L{x:.1f} {y + r:.1f} Q{x:.1f} {y:.1f} {x + r:.1f} {y:.1f} Z"
    )


def lining(canvas: Canvas, path: str) -> None:
    """The shaded inside of a piece, in the cloth's own muted hue."""
    canvas.panel(path, pattern="plain", shade=0.52, outline=1.0)


def solid(canvas: Canvas, path: str, colour: str, outline: float = 1.0) -> None:
    """A hard plain part of any colour, lit from the upper left: soles, wood, stones' settings."""
    name = f"solid{colour.lstrip('#')}"
    canvas.raw(
        f'<linearGradient id="{name}" x1="0" y1="0" x2="0.7" y2="1"><stop offset="0" stop-color="{tint(colour, 0.16)}"/>'
        f'<stop offset="0.5" stop-color="{colour}"/><stop offset="1" stop-color="{tint(colour, -0.22)}"/></linearGradient>'
        f'<path d="{path}" fill="url(#{name})" stroke="{tint(colour, -0.5)}" stroke-width="{outline}" stroke-linejoin="round"/>'
    )


@contextmanager
def placed(
    canvas: Canvas, *, dx: float = 0.0, dy: float = 0.0, turn: float = 0.0, scale: float = 1.0, dim: float = 1.0
) -> Iterator[None]:
    """Draw what follows scaled about the origin, turned about the picture's middle (degrees), then moved by (dx, dy).

    ``dim`` below 1 darkens it, as the twin behind its pair. The panels' shadows on the wall move along.
    """
    shade = ""
    if dim < 1:
        slope = "".join(f'<feFunc{c} type="linear" slope="{dim}"/>' for c in "RGB")
        canvas.raw(
            '<filter id="dim" x="-5%" y="-5%" width="110%" height="110%" color-interpolation-filters="sRGB">'
            f"<feComponentTransfer>{slope}</feComponentTransfer></filter>"
        )
        shade = ' filter="url(#dim)"'
    canvas.raw(f'<g{shade}><g transform="translate({dx} {dy}) rotate({turn} 160 160) scale({scale})">')
    first = len(canvas._panels)
    yield
    canvas.raw("</g></g>")
    for i in range(first, len(canvas._panels)):
        canvas._panels[i] = _moved(canvas._panels[i], dx, dy, turn, scale)


def _moved(path: str, dx: float, dy: float, turn: float, scale: float) -> str:
    """The path under the same move as `placed`; absolute M L C Q Z commands only."""
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))

    def move(pair: re.Match) -> str:
        x, y = float(pair[1]) * scale - 160, float(pair[2]) * scale - 160
        return f"{x * cos - y * sin + 160 + dx:.1f} {x * sin + y * cos + 160 + dy:.1f}"

    return re.sub(r"(-?[\d.]+)[ ,](-?[\d.]+)", move, path)


def pair(canvas: Canvas, draw: Callable[[Canvas], None], dx: float, dy: float, scale: float = 0.97) -> None:
    """Draw the twin behind, moved by (dx, dy), smaller and darker, then the front one."""
    with placed(canvas, dx=dx, dy=dy, scale=scale, dim=0.86):
        draw(canvas)
    draw(canvas)
