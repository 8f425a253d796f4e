"""Finishing touches that any garment or accessory can carry: edges, hardware, bows, badges.

Edge helpers run from (x0, y0) to (x1, y1), bowed downwards by `sag` pixels in the middle.
"""

import math
from collections.abc import Sequence

from artwork.atelier.canvas import METAL_EDGE, Canvas
from artwork.atelier.colour import luma, mix, tint
from artwork.atelier.geometry import Point, along, through

METAL_FLAT = {"gold": "#dcb356", "silver": "#c4c9d1", "gunmetal": "#5c6169"}  # a gradient vanishes on a straight, boxless stroke


def accent(canvas: Canvas) -> str:
    """The colour of a trim: the second cloth when the garment has one, else a tint that shows on the first."""
    main = canvas.colours.main
    if len(canvas.garment.colours) > 1:
        return canvas.colours.second
    return tint(main, 0.4) if luma(main) < 0.45 else tint(main, -0.35)


def _steps(x0: float, y0: float, x1: float, y1: float, pitch: float) -> int:
    return max(3, round(math.hypot(x1 - x0, y1 - y0) / pitch))


# -- edges ----------------------------------------------------------------------------------------------------------------


def fringe(canvas: Canvas, x0: float, y0: float, x1: float, y1: float, length: float, sag: float = 0.0) -> None:
    """Hanging strands in the main cloth's hue."""
    main = canvas.colours.main
    inks = (tint(main, -0.3), main, tint(main, 0.22))
    for k, (x, y) in enumerate(along(x0, y0, x1, y1, _steps(x0, y0, x1, y1, 2.6), sag)):
        run, sway = length * canvas.rng.uniform(0.9, 1.04), canvas.rng.uniform(-1.6, 1.6)
        strand = f"M{x:.1f} {y:.1f}q{sway:.1f} {run / 2:.1f} {sway * 0.4:.1f} {run:.1f}"
        canvas.raw(f'<path d="{strand}" fill="none" stroke="{inks[k % 3]}" stroke-width="1.7" stroke-linecap="round"/>')


def ruffle(canvas: Canvas, x0: float, y0: float, x1: float, y1: float, depth: float = 12, sag: float = 0.0) -> None:
    """A gathered frill hanging below the line, with its flutes."""
    count = 2 * _steps(x0, y0, x1, y1, depth * 0.55) + 1
    top = along(x0, y0, x1, y1, count, sag)
    low = [(x, y + depth * (1.12 if k % 2 else 0.84)) for k, (x, y) in enumerate(along(x0, y0, x1, y1, count, sag))]
    path = through(top) + "L" + through(low[::-1])[1:] + "Z"
    canvas.panel(path, outline=0.9, shade=1.04)
    for k in range(1, count - 1, 2):
        (x, y), (u, v) = top[k], low[k]
        canvas.shadow(f"M{x - 0.5:.1f} {y:.1f}L{u - depth * 0.2:.1f} {v:.1f}L{u + depth * 0.16:.1f} {v:.1f}Z", opacity=0.2)
        canvas.line(f"M{x:.1f} {y:.1f}L{u:.1f} {v - depth * 0.3:.1f}", width=0.7, opacity=0.5)


def lace_edge(canvas: Canvas, x0: float, y0: float, x1: float, y1: float, depth: float = 8, sag: float = 0.0) -> None:
    """Scalloped lace in a pale thread: half-rounds with an eyelet each."""
    ink = tint(canvas.colours.second, 0.45) if len(canvas.garment.colours) > 1 else "#f7f1e6"
    edge = tint(ink, -0.4)
    points = along(x0, y0, x1, y1, _steps(x0, y0, x1, y1, depth * 0.95), sag)
    r = depth * 0.56
    for x, y in points:
        canvas.raw(
            f'<circle cx="{x:.1f}" cy="{y + depth * 0.36:.1f}" r="{r:.1f}" fill="{ink}" stroke="{edge}" stroke-width=".7"/>'
        )
    for x, y in points:
        canvas.raw(f'<circle cx="{x:.1f}" cy="{y + depth * 0.42:.1f}" r="{r * 0.36:.1f}" fill="{edge}" fill-opacity=".75"/>')
    canvas.raw(f'<path d="{through(points)}" fill="none" stroke="{ink}" stroke-width="{depth * 0.42:.1f}"/>')
    canvas.raw(f'<path d="{through(points)}" fill="none" stroke="{edge}" stroke-width=".8" stroke-dasharray="1.6 1.6"/>')


def feathers(canvas: Canvas, x0: float, y0: float, x1: float, y1: float, length: float, sag: float = 0.0) -> None:
    """A marabou edge: soft wisps that fan out below the line, in four tones."""
    ink = accent(canvas)
    for row, tone in ((1.0, -0.18), (0.86, 0.0), (0.66, 0.16), (0.46, 0.34)):
        wisps = []
        for x, y in along(x0, y0, x1, y1, _steps(x0, y0, x1, y1, 1.7), sag):
            lean, run = canvas.rng.uniform(-0.42, 0.42) * length * row, length * row * canvas.rng.uniform(0.75, 1.1)
            wisps.append(f"M{x:.1f} {y - 2:.1f}q{-lean * 0.3:.1f} {run * 0.6:.1f} {lean:.1f} {run:.1f}")
        path = "".join(wisps)
        canvas.raw(
            f'<path d="{path}" fill="none" stroke="{tint(ink, tone)}" stroke-width="1.5" stroke-opacity=".85"'
            ' stroke-linecap="round"/>'
        )


def piping(canvas: Canvas, path: str, width: float = 2.4) -> None:
    """A contrasting cord along an edge."""
    ink = accent(canvas)
    for colour, w in ((tint(ink, -0.5), width + 1), (ink, width)):
        canvas.raw(
            f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{w:.1f}" stroke-linejoin="round"'
            ' stroke-linecap="round"/>'
        )


def fur_edge(canvas: Canvas, path: str, width: float = 14, colour: str = "#e9dcc6") -> None:
    """A roll of fur or fleece along a path."""
    canvas.fur(path, width, colour)


# -- hardware -------------------------------------------------------------------------------------------------------------


def studs(canvas: Canvas, points: Sequence[Point], r: float = 2.3, kind: str = "silver") -> None:
    """Domed metal studs."""
    for x, y in points:
        canvas.raw(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r}" fill="url(#{kind})" stroke="{METAL_EDGE[kind]}" stroke-width=".7"/>'
            f'<circle cx="{x - r * 0.3:.1f}" cy="{y - r * 0.3:.1f}" r="{r * 0.3:.1f}" fill="#fff"/>'
        )


def spikes(canvas: Canvas, points: Sequence[Point], length: float = 9, angle: float = -90) -> None:
    """Pointed cones of metal; `angle` in degrees, -90 is up."""
    for x, y in points:
        cone = f"M-2.8 0L0 {-length}L2.8 0Z"
        canvas.raw(
            f'<g transform="translate({x:.1f} {y:.1f}) rotate({angle + 90:g})"><path d="{cone}" fill="url(#silver)"'
            f' stroke="#4a505a" stroke-width=".7" stroke-linejoin="round"/><path d="M-1 -1L0 {-length * 0.8:.1f}" stroke="#fff"'
            ' stroke-width=".7"/></g>'
        )


def chain(canvas: Canvas, points: Sequence[Point], link: float = 3.0, kind: str = "gold") -> None:
    """Links along a smooth line through the points."""
    path = through(list(points))
    pitch = f"{link * 1.1:.1f} {link * 0.9:.1f}"
    for ink, width, dash in ((METAL_EDGE[kind], link * 1.25, ""), (METAL_FLAT[kind], link, pitch), ("#fff", link * 0.3, pitch)):
        dashed = f' stroke-dasharray="{dash}"' if dash else ' stroke-opacity=".75"'
        canvas.raw(f'<path d="{path}" fill="none" stroke="{ink}" stroke-width="{width:.1f}" stroke-linecap="round"{dashed}/>')


def zip_line(canvas: Canvas, path: str, kind: str = "silver", width: float = 3.4) -> None:
    """A closed zip: tape, teeth and, at the path's start, a puller."""
    canvas.raw(f'<path d="{path}" fill="none" stroke="#17151c" stroke-width="{width + 1.6:.1f}" stroke-opacity=".85"/>')
    canvas.raw(f'<path d="{path}" fill="none" stroke="{METAL_FLAT[kind]}" stroke-width="{width:.1f}"/>')
    canvas.raw(f'<path d="{path}" fill="none" stroke="#2a2830" stroke-width="{width:.1f}" stroke-dasharray=".8 1.6"/>')
    x, y = (float(n) for n in path[1:].replace("L", " ").replace("C", " ").replace("Q", " ").split()[:2])
    canvas.metal(
        f"M{x - 2.2} {y - 1}L{x + 2.2} {y - 1}L{x + 1.7} {y + 5}L{x + 2} {y + 11}L{x - 2} {y + 11}L{x - 1.7} {y + 5}Z", kind=kind
    )


def buckle(canvas: Canvas, x: float, y: float, width: float = 18, height: float = 16, kind: str = "gold") -> None:
    """A square buckle with a prong, centred at (x, y)."""
    a, b, t = width / 2, height / 2, max(1.8, width * 0.14)
    outer = f"M{x - a} {y - b}H{x + a}V{y + b}H{x - a}Z"
    inner = f"M{x - a + t} {y - b + t}V{y + b - t}H{x + a - t}V{y - b + t}Z"
    canvas.metal(outer + inner, kind=kind)
    canvas.metal(f"M{x - a} {y - t * 0.45}H{x + a * 0.8}V{y + t * 0.45}H{x - a}Z", kind=kind, outline=0.5)


def safety_pin(canvas: Canvas, x: float, y: float, size: float = 16, angle: float = -30) -> None:
    """A closed safety pin, centred at (x, y)."""
    a = size / 2
    wire = f"M{-a} 2.4C{-a - 3.4:.1f} 2.4 {-a - 3.4:.1f} -2.4 {-a} -2.4L{a - 2} -2.4M{-a} 2.4L{a - 2} 2.4"
    canvas.raw(
        f'<g transform="translate({x:.1f} {y:.1f}) rotate({angle})"><path d="{wire}" fill="none" stroke="#3c4048"'
        f' stroke-width="2.4"/><path d="{wire}" fill="none" stroke="#e6e9ee" stroke-width="1.3"/><rect x="{a - 3}" y="-3.8"'
        ' width="6.4" height="7.6" rx="2.6" fill="url(#silver)" stroke="#4a505a" stroke-width=".7"/></g>'
    )


def toggle(canvas: Canvas, x: float, y: float, size: float = 22) -> None:
    """A horn toggle on cord loops."""
    a = size / 2
    cord = "#3a2416" if luma(canvas.colours.main) > 0.3 else "#c9a878"
    canvas.raw(
        f'<path d="M{x - a - 5} {y - 2}H{x + a + 5}M{x - a - 5} {y + 2}H{x + a + 5}" stroke="{cord}" stroke-width="1.6"/><path'
        f' d="M{x - a - 9} {y - 4}h7v8h-7ZM{x + a + 2} {y - 4}h7v8h-7Z" fill="{cord}"/><rect x="{x - a * 0.62:.1f}" y="{y - 3.2}"'
        f' width="{size * 0.62:.1f}" height="6.4" rx="3.2" fill="#c8a06a" stroke="#5a3a1c" stroke-width=".8"/><path'
        f' d="M{x - a * 0.4:.1f} {y - 1.4}h{size * 0.36:.1f}" stroke="#f2dfb8" stroke-width="1.1" stroke-linecap="round"/>'
    )


def lacing(canvas: Canvas, pairs: Sequence[tuple[Point, Point]]) -> None:
    """A cord criss-crossing between eyelet pairs (left, right), top first, tied at the top."""
    ink = accent(canvas)
    runs = [f"M{a[0]} {a[1]}L{d[0]} {d[1]}M{b[0]} {b[1]}L{c[0]} {c[1]}" for (a, b), (c, d) in zip(pairs, pairs[1:], strict=False)]
    (lx, ly), (rx, ry) = pairs[0]
    mid = (lx + rx) / 2
    runs.append(
        f"M{lx} {ly}L{rx} {ry}M{mid} {ly}C{mid - 9} {ly - 9} {mid - 14} {ly + 2} {mid} {ly}C{mid + 9} {ly - 9} {mid + 14}"
        f" {ly + 2} {mid} {ly}"
    )
    runs.append(f"M{mid} {ly}L{mid - 5} {ly + 13}M{mid} {ly}L{mid + 6} {ly + 12}")
    path = "".join(runs)
    for colour, width in ((tint(ink, -0.55), 2.8), (ink, 1.8)):
        canvas.raw(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linecap="round"/>')
    studs(canvas, [p for pair in pairs for p in pair], 1.5, "gold")


def pearls(canvas: Canvas, points: Sequence[Point], r: float = 2.6) -> None:
    """Round pearls."""
    for x, y in points:
        canvas.raw(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r}" fill="url(#pearl)" stroke="#8d8075" stroke-width=".5"/>')


def sequins(canvas: Canvas, points: Sequence[Point], r: float = 2.2) -> None:
    """Loose glittering discs with a spark on every third."""
    base = accent(canvas)
    for k, (x, y) in enumerate(points):
        ink = tint(base, canvas.rng.choice((-0.2, 0.2, 0.5, 0.75)))
        canvas.raw(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r}" fill="{ink}" stroke="{tint(base, -0.5)}" stroke-width=".5"/>')
        if k % 3 == 0:
            canvas.raw(
                f'<path d="M{x - 3.4:.1f} {y:.1f}h6.8M{x:.1f} {y - 3.4:.1f}v6.8" stroke="#fff" stroke-width=".8"'
                ' stroke-linecap="round"/>'
            )


# -- soft ornaments -------------------------------------------------------------------------------------------------------


def bow(canvas: Canvas, x: float, y: float, size: float = 22, colour: str | None = None) -> None:
    """A tied ribbon bow, `size` wide, its knot at (x, y)."""
    ink = colour or accent(canvas)
    k = size / 24
    loop = "M0 0C-4 -8 -12 -9 -12 -5C-13 0 -12 6 -11 6C-8 7 -3 4 0 0Z"
    tail = "M-1 0C-3 6 -6 12 -8 16L-4.4 15.2L-2.2 17.6C-1 12 0 6 1 1Z"
    edge = f'stroke="{tint(ink, -0.5)}" stroke-width=".9" stroke-linejoin="round"'
    half = (
        f'<path d="{tail}" fill="{tint(ink, -0.14)}" {edge}/><path d="{loop}" fill="{ink}" {edge}/><path d="M-1.5 -.3C-5 -2.4 -8'
        f' -2.6 -10 -1.6M-2 1C-5 2 -7 3 -9 3" fill="none" stroke="{tint(ink, -0.4)}" stroke-width=".8"/>'
    )
    canvas.raw(
        f'<g transform="translate({x:.1f} {y:.1f}) scale({k:.2f})">{half}<g transform="scale(-1 1)">{half}</g>'
        f'<rect x="-2.4" y="-2.8" width="4.8" height="5.6" rx="1.8" fill="{tint(ink, 0.14)}" {edge}/></g>'
    )


def tassel(canvas: Canvas, x: float, y: float, length: float = 22, colour: str | None = None) -> None:
    """A tassel hanging from (x, y)."""
    ink = colour or accent(canvas)
    w = length * 0.26
    skirt = (
        f"M{x - w * 0.6:.1f} {y + length * 0.28:.1f}C{x - w:.1f} {y + length * 0.5:.1f} {x - w:.1f} {y + length * 0.8:.1f}"
        f" {x - w:.1f} {y + length:.1f}H{x + w:.1f}C{x + w:.1f} {y + length * 0.8:.1f} {x + w:.1f} {y + length * 0.5:.1f}"
        f" {x + w * 0.6:.1f} {y + length * 0.28:.1f}Z"
    )
    strands = "".join(
        f"M{x + w * d * 0.5:.1f} {y + length * 0.34:.1f}L{x + w * d:.1f} {y + length:.1f}" for d in (-0.6, -0.2, 0.2, 0.6)
    )
    canvas.raw(
        f'<path d="{skirt}" fill="{ink}" stroke="{tint(ink, -0.5)}" stroke-width=".8"/><path d="{strands}"'
        f' stroke="{tint(ink, -0.4)}" stroke-width=".7"/><path d="M{x:.1f} {y - 2:.1f}V{y + 3:.1f}" stroke="{tint(ink, -0.4)}"'
        f' stroke-width="1.4"/><circle cx="{x:.1f}" cy="{y + length * 0.2:.1f}" r="{w * 0.78:.1f}" fill="{tint(ink, 0.18)}"'
        f' stroke="{tint(ink, -0.5)}" stroke-width=".8"/>'
    )


def pompom(canvas: Canvas, x: float, y: float, r: float = 6, colour: str | None = None) -> None:
    """A fluffy ball."""
    ink = colour or accent(canvas)
    fluff = "".join(
        f"M{x:.1f} {y:.1f}L{x + r * q * math.cos(a):.1f} {y + r * q * math.sin(a):.1f}"
        for k in range(30)
        for a, q in ((math.tau * k / 30, canvas.rng.uniform(0.95, 1.15)),)
    )
    canvas.raw(
        f'<path d="{fluff}" stroke="{tint(ink, -0.25)}" stroke-width="{max(1.0, r * 0.16):.1f}" stroke-linecap="round"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r * 0.86:.1f}" fill="{ink}"/>'
        f'<circle cx="{x - r * 0.25:.1f}" cy="{y - r * 0.3:.1f}" r="{r * 0.45:.1f}" fill="{tint(ink, 0.4)}" fill-opacity=".7"/>'
        f'<path d="{fluff}" stroke="{tint(ink, 0.35)}" stroke-width=".6" stroke-dasharray="1.5 2.6"/>'
    )


def rosette(canvas: Canvas, x: float, y: float, r: float = 7, colour: str | None = None) -> None:
    """A rolled fabric rose."""
    ink = colour or accent(canvas)
    outer = "".join(
        f'<circle cx="{x + r * 0.55 * math.cos(a):.1f}" cy="{y + r * 0.55 * math.sin(a):.1f}" r="{r * 0.52:.1f}"'
        f' fill="{tint(ink, -0.1)}" stroke="{tint(ink, -0.45)}" stroke-width=".6"/>'
        for a in (math.tau * k / 6 for k in range(6))
    )
    roll = (
        f"M{x - r * 0.5:.1f} {y:.1f}C{x - r * 0.5:.1f} {y - r * 0.7:.1f} {x + r * 0.55:.1f} {y - r * 0.6:.1f} {x + r * 0.45:.1f}"
        f" {y + r * 0.1:.1f}C{x + r * 0.3:.1f} {y + r * 0.5:.1f} {x - r * 0.3:.1f} {y + r * 0.4:.1f} {x - r * 0.2:.1f}"
        f" {y:.1f}C{x - r * 0.1:.1f} {y - r * 0.25:.1f} {x + r * 0.2:.1f} {y - r * 0.2:.1f} {x + r * 0.12:.1f} {y + r * 0.1:.1f}"
    )
    canvas.raw(
        f'{outer}<circle cx="{x:.1f}" cy="{y:.1f}" r="{r * 0.62:.1f}" fill="{tint(ink, 0.15)}"/>'
        f'<path d="{roll}" fill="none" stroke="{tint(ink, -0.45)}" stroke-width=".9" stroke-linecap="round"/>'
    )


def feather_boa(canvas: Canvas, points: Sequence[Point], width: float, colour: str | None = None) -> None:
    """Plumes along a line of points, fluffy all round."""
    ink = colour or accent(canvas)
    for tone in (-0.22, 0.0, 0.24):
        for x, y in points:
            for _ in range(3):
                a, run = canvas.rng.uniform(0, math.tau), width * canvas.rng.uniform(0.35, 0.6)
                dx, dy = run * math.cos(a), run * math.sin(a)
                plume = (
                    f"M{x:.1f} {y:.1f}q{dx * 0.4 - dy * 0.3:.1f} {dy * 0.4 + dx * 0.3:.1f} {dx:.1f}"
                    f" {dy:.1f}q{-dx * 0.3 + dy * 0.3:.1f} {-dy * 0.3 - dx * 0.3:.1f} {-dx:.1f} {-dy:.1f}Z"
                )
                canvas.raw(f'<path d="{plume}" fill="{tint(ink, tone)}" stroke="{tint(ink, tone - 0.2)}" stroke-width=".35"/>')


# -- badges ---------------------------------------------------------------------------------------------------------------


def heart(canvas: Canvas, x: float, y: float, size: float = 12, colour: str = "#d8324a") -> None:
    """A heart centred at (x, y)."""
    path = "M0 5C-8 -1 -5 -6.5 -2.4 -6C-.8 -5.8 0 -4.4 0 -3.4C0 -4.4 .8 -5.8 2.4 -6C5 -6.5 8 -1 0 5Z"
    canvas.raw(
        f'<g transform="translate({x:.1f} {y:.1f}) scale({size / 11:.2f})"><path d="{path}" fill="{colour}"'
        f' stroke="{tint(colour, -0.5)}" stroke-width=".7"/><path d="M-3.4 -4C-4.6 -3.4 -4.4 -1.8 -3.8 -.8" fill="none"'
        ' stroke="#fff" stroke-opacity=".7" stroke-width=".9" stroke-linecap="round"/></g>'
    )


def butterfly(canvas: Canvas, x: float, y: float, size: float = 16, colour: str | None = None, angle: float = 0) -> None:
    """A butterfly, `size` wide."""
    ink = colour or accent(canvas)
    edge = f'stroke="{tint(ink, -0.6)}" stroke-width=".8"'
    wing = (
        f'<path d="M0 -1C3 -8 11 -9 11 -5C11 -1 5 1 0 1Z" fill="{ink}" {edge}/><path d="M0 1C4 0 9 2 8 6C6 9 2 6 0 2Z"'
        f' fill="{tint(ink, 0.3)}" {edge}/><circle cx="7.4" cy="-4.6" r="1.4" fill="{tint(ink, 0.6)}"/>'
    )
    canvas.raw(
        f'<g transform="translate({x:.1f} {y:.1f}) rotate({angle}) scale({size / 22:.2f})">{wing}<g transform="scale(-1'
        f' 1)">{wing}</g><ellipse rx="1.1" ry="5" fill="#2a1c20"/><path d="M0 -4L-2.4 -8M0 -4L2.4 -8" stroke="#2a1c20"'
        ' stroke-width=".8"/></g>'
    )


def crest(canvas: Canvas, x: float, y: float, size: float = 22) -> None:
    """A school shield with a chevron and two stars, `size` tall."""
    k = size / 22
    ink = accent(canvas) if len(canvas.garment.colours) > 1 else mix("#7a1830", canvas.colours.main, 0.1)
    canvas.raw(
        f'<g transform="translate({x:.1f} {y:.1f}) scale({k:.2f})"><path d="M-8 -10C-4 -8 4 -8 8 -10V1C8 6 4 9 0 11C-4 9 -8 6 -8'
        f' 1Z" fill="{ink}" stroke="url(#gold)" stroke-width="2"/><path d="M-6.5 3L0 -2L6.5 3V6L0 1L-6.5 6Z"'
        ' fill="url(#gold)"/><circle cx="-3.4" cy="-4.6" r="1.5" fill="#fdf0b8"/><circle cx="3.4" cy="-4.6" r="1.5"'
        ' fill="#fdf0b8"/></g>'
    )


def patch(canvas: Canvas, x: float, y: float, size: float = 18, kind: int = 0) -> None:
    """A stitched badge: 0 a smiling sun, 1 a striped shield, 2 a plain square darn."""
    r = size / 2
    stitch = 'fill="none" stroke="#fff8e8" stroke-width=".9" stroke-dasharray="1.8 1.4"'
    if kind % 3 == 0:
        art = f'<circle r="{r}" fill="#e9b23c" stroke="#8a5a12" stroke-width="1"/><circle r="{r - 1.8}" {stitch}/>'
        art += (
            f'<circle cx="{-r * 0.3}" cy="{-r * 0.15}" r="1.2" fill="#4a2c10"/><circle cx="{r * 0.3}" cy="{-r * 0.15}" r="1.2"'
            f' fill="#4a2c10"/><path d="M{-r * 0.4} {r * 0.2}Q0 {r * 0.7} {r * 0.4} {r * 0.2}" fill="none" stroke="#4a2c10"'
            ' stroke-width="1.2"/>'
        )
    elif kind % 3 == 1:
        art = (
            f'<path d="M{-r} {-r}H{r}V{r * 0.2}Q{r * 0.8} {r * 0.8} 0 {r}Q{-r * 0.8} {r * 0.8} {-r} {r * 0.2}Z" fill="#b7313c"'
            ' stroke="#5a1018" stroke-width="1"/>'
        )
        art += (
            f'<path d="M{-r} {-r * 0.3}H{r}V{r * 0.15}H{-r}Z" fill="#f1ead8"/><path d="M{-r * 0.8} {-r * 0.75}H{r * 0.8}"'
            f" {stitch}/>"
        )
    else:
        art = (
            f'<rect x="{-r}" y="{-r}" width="{size}" height="{size}" rx="1.5" fill="{mix(canvas.colours.main, "#6f7f9a", 0.6)}"'
            ' stroke="#2a2430" stroke-opacity=".5"/>'
        )
        art += f'<rect x="{1.6 - r}" y="{1.6 - r}" width="{size - 3.2}" height="{size - 3.2}" {stitch}/>'
    canvas.raw(f'<g transform="translate({x:.1f} {y:.1f}) rotate({-8 + 9 * (kind % 3)})">{art}</g>')


def _petals(r: float) -> str:
    """Six satin-stitched petals about the origin."""
    oval = f'<ellipse cy="{-r * 0.6:.1f}" rx="{r * 0.3:.1f}" ry="{r * 0.48:.1f}" transform="rotate(%d)"/>'
    return "".join(oval % (60 * k) for k in range(6))


def embroidery(canvas: Canvas, x: float, y: float, size: float = 30) -> None:
    """A stitched spray of flowers about (x, y), `size` across."""
    ink = accent(canvas)
    second = canvas.colours.third if len(canvas.garment.colours) > 2 else "#e7b23d"
    green = "#5d8156" if luma(canvas.colours.main) > 0.4 else "#9dbf8c"
    art = (
        f'<path d="M-13 7C-6 3 6 3 13 7M-8 5C-9 1 -11 -1 -13 -3M8 5C9 1 11 -1 13 -3" fill="none" stroke="{green}"'
        ' stroke-width="1.5" stroke-linecap="round"/>'
    )
    for fx, fy, r, colour, heart_ink in (
        (0, 0, 8, ink, second),
        (-12, -4, 4.6, second, ink),
        (12, -4, 4.6, second, ink),
        (-14, 8, 3.4, ink, second),
        (14, 8, 3.4, ink, second),
    ):
        art += (
            f'<g transform="translate({fx} {fy})"><g fill="{colour}" stroke="{tint(colour, -0.45)}"'
            f' stroke-width=".5">{_petals(r)}</g><circle r="{r * 0.26:.1f}" fill="{heart_ink}"/></g>'
        )
    canvas.raw(f'<g transform="translate({x:.1f} {y:.1f}) scale({size / 34:.2f})">{art}</g>')
