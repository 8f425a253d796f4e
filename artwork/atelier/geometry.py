"""Path arithmetic on SVG path strings of absolute M L H V C Q Z commands."""

import math
import re

TOKEN = re.compile(r"[MLCQZHV]|-?\d*\.?\d+(?:e-?\d+)?")
Point = tuple[float, float]
Segment = tuple[str, list[Point]]  # command (M, L, Q, C or Z) and its points


def segments(path: str) -> list[Segment]:
    """The path as (command, points) pairs; H and V become L, and repeated coordinates become repeated commands."""
    out: list[Segment] = []
    numbers: list[float] = []
    command, here = "", (0.0, 0.0)
    need = {"M": 2, "L": 2, "H": 1, "V": 1, "Q": 4, "C": 6}
    for token in TOKEN.findall(path):
        if token.isalpha():
            command = token
            if token == "Z":
                out.append(("Z", []))
            continue
        numbers.append(float(token))
        if len(numbers) < need[command]:
            continue
        if command in "HV":
            here = (numbers[0], here[1]) if command == "H" else (here[0], numbers[0])
            out.append(("L", [here]))
        else:
            points = list(zip(numbers[::2], numbers[1::2], strict=True))
            here = points[-1]
            out.append((command, points))
        numbers = []
        command = "L" if command == "M" else command
    return out


def text(parts: list[Segment]) -> str:
    """The SVG path string of segments."""
    return "".join(command + " ".join(f"{x:.2f} {y:.2f}" for x, y in points) for command, points in parts)


def moved(path: str, scale_x: float, scale_y: float, dx: float, dy: float) -> str:
    """The path with x -> scale_x x + dx and y -> scale_y y + dy."""
    return text([(c, [(scale_x * x + dx, scale_y * y + dy) for x, y in points]) for c, points in segments(path)])


def reverse(path: str) -> str:
    """An open, single path walked the other way."""
    parts = segments(path)
    out: list[Segment] = [("M", [parts[-1][1][-1]])]
    for k in range(len(parts) - 1, 0, -1):
        command, points = parts[k]
        out.append((command, points[-2::-1] + [parts[k - 1][1][-1]]))
    return text(out)


def symmetric(half: str) -> str:
    """The closed shape whose right half runs from (0, top) to (0, bottom); mirrored about x = 0."""
    back = segments(reverse(moved(half, -1, 1, 0, 0)))
    first = back[0][1][0]
    return half + f"L{first[0]:.2f} {first[1]:.2f}" + text(back[1:]) + "Z"


def walk(path: str, pitch: float) -> list[tuple[float, float, float]]:
    """Points about `pitch` apart along the path as (x, y, angle of the tangent in radians)."""
    dense: list[Point] = []
    here = start = (0.0, 0.0)
    for command, points in segments(path):
        if command == "M":
            here = start = points[0]
            dense.append(here)
            continue
        ends = points or [start]
        controls = [here, *ends]
        steps = max(2, int(math.dist(here, ends[-1]) / pitch) * (2 if len(controls) > 2 else 1) + 1)
        for k in range(1, steps + 1):
            dense.append(_bezier(controls, k / steps))
        here = ends[-1]
    out, travelled = [], pitch
    for a, b in zip(dense, dense[1:], strict=False):
        run = math.dist(a, b)
        if run == 0:
            continue
        while travelled <= run:
            share = travelled / run
            out.append((a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), math.atan2(b[1] - a[1], b[0] - a[0])))
            travelled += pitch
        travelled -= run
    return out


def _bezier(controls: list[Point], t: float) -> Point:
    """De Casteljau's construction."""
    while len(controls) > 1:
        controls = [(p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])) for p, q in zip(controls, controls[1:], strict=False)]
    return controls[0]


def along(x0: float, y0: float, x1: float, y1: float, count: int, sag: float = 0.0) -> list[Point]:
    """`count` points, ends included, on the bowed line."""
    steps = [k / (count - 1) for k in range(count)]
    return [(x0 + t * (x1 - x0), y0 + t * (y1 - y0) + 4 * sag * t * (1 - t)) for t in steps]


def through(points: list[Point]) -> str:
    """A smooth open path through the middle of every leg of the points."""
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (ax, ay), (bx, by) in zip(points[1:], points[2:], strict=False):
        path += f"Q{ax:.1f} {ay:.1f} {(ax + bx) / 2:.1f} {(ay + by) / 2:.1f}"
    return path + f"L{points[-1][0]:.1f} {points[-1][1]:.1f}"
