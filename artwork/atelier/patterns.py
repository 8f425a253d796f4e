"""Prints and weaves: every pattern of the vocabulary as a seamless SVG tile in the garment's own colours."""

import math
import random
from collections.abc import Callable

from artwork.atelier.colour import Palette, luma, mix, tint
from artwork.atelier.motifs import bloom, foliage, leaf, rect, star, wrapped
from artwork.atelier.weave import Tile, stroke

Printer = Callable[[random.Random, Palette], Tile | None]
FRAME = 320


# -- prints -------------------------------------------------------------------------------------------------------------------


def plain(rng: random.Random, c: Palette) -> None:
    """No pattern."""
    return None


def floral(rng: random.Random, c: Palette) -> Tile:
    """Generous blooms with leaves."""
    size, green = 50, foliage(c)
    spots = ((13, 14, 11, c.second), (38, 36, 9.5, c.third), (38, 9, 5, c.third), (11, 40, 5.5, c.second), (26, 27, 3.4, c.third))
    parts = []
    for x, y, r, ink in spots:
        turn = rng.uniform(0, 72)
        heart = "#f0c04a" if luma(ink) < 0.75 else "#d98a2b"
        motif = "".join(leaf(0, 0, r * 1.55, turn + a, green) for a in (36, 150, 255)) + bloom(0, 0, r, ink, heart, turn)
        parts.append(wrapped(size, x, y, r * 1.6, motif))
    return Tile(size, size, "".join(parts))


def ditsy_floral(rng: random.Random, c: Palette) -> Tile:
    """Small, scattered flowers."""
    size, green = 24, foliage(c)
    parts = []
    for x, y, ink in ((6, 6, c.second), (18, 17, c.second), (18, 5, c.third), (6, 18, c.third)):
        turn = rng.uniform(0, 72)
        motif = leaf(0, 0, 5, turn + 40, green) + bloom(0, 0, 3.4, ink, "#e7b23d", turn)
        parts.append(wrapped(size, x + rng.uniform(-1, 1), y + rng.uniform(-1, 1), 6, motif))
    return Tile(size, size, "".join(parts))


def paisley(rng: random.Random, c: Palette) -> Tile:
    """Curled drops with an inner drop and a row of dots."""
    drop = "M0 9C-8 9 -9 -1 -3 -6C0 -9 5 -11 7 -8C3 -8 3 -5 5 -1C8 4 5 9 0 9Z"
    dots = "".join(
        f'<circle cx="{9.6 * math.cos(a):.1f}" cy="{1 + 9.6 * math.sin(a):.1f}" r=".9" fill="{c.third}"/>'
        for a in (0.2, 0.75, 1.3, 1.85, 2.4, 2.95, 3.5)
    )
    motif = (
        f'<path d="{drop}" fill="{c.second}" stroke="{tint(c.second, -0.45)}" stroke-width=".8"/><path d="{drop}"'
        f' transform="translate(-.3 1.6) scale(.58)" fill="{c.third}"/><circle cx="-.4" cy="4" r="1.7" fill="{c.main}"/>{dots}'
    )
    turned = f'<g transform="rotate(190)">{motif}</g>'
    sprigs = bloom(0, 0, 3.2, c.third, c.second, 20)
    return Tile(
        38,
        38,
        wrapped(38, 10, 11, 12, motif)
        + wrapped(38, 28, 29, 12, turned)
        + wrapped(38, 29, 9, 4, sprigs)
        + wrapped(38, 9, 29, 4, sprigs),
    )


def polka_dot(rng: random.Random, c: Palette) -> Tile:
    """Staggered round dots."""
    dots = "".join(f'<circle cx="{x}" cy="{y}" r="3.6"/>' for x, y in ((4.5, 4.5), (13.5, 13.5)))
    return Tile(18, 18, f'<g fill="{c.second}">{dots}</g>')


def animal(rng: random.Random, c: Palette) -> Tile:
    """Leopard: broken dark rosettes with a warm centre."""
    size, dark = 44, c.second if luma(c.second) < luma(c.main) - 0.15 else tint(c.main, -0.78)
    warm = mix(c.main, dark, 0.32)
    parts = []
    for x, y in ((6, 7), (21, 4), (35, 9), (12, 20), (28, 19), (41, 23), (4, 33), (19, 33), (33, 34), (26, 42), (10, 43)):
        r, turn = rng.uniform(3.6, 5), rng.uniform(0, 360)
        motif = (
            f'<g transform="rotate({turn:.0f})"><ellipse rx="{r:.1f}" ry="{r * 0.8:.1f}" fill="{warm}"/><ellipse rx="{r:.1f}"'
            f' ry="{r * 0.8:.1f}" fill="none" stroke="{dark}" stroke-width="2.3" stroke-dasharray="{r * 1.5:.1f} 1.9 {r:.1f} 2.2"'
            ' stroke-linecap="round"/></g>'
        )
        parts.append(wrapped(size, x, y, 7, motif))
    return Tile(size, size, "".join(parts))


def zebra(rng: random.Random, c: Palette) -> Tile:
    """Tapering, forking stripes."""
    shapes = (
        "M0 4C10 0 20 12 44 5L44 9C24 17 12 6 0 9Z M0 18C14 13 20 23 32 20C22 28 12 19 0 23Z M44 19C36 17 34 25 20 29C34 33 36 23"
        " 44 24Z M0 33C12 29 18 40 44 33L44 37C22 45 10 35 0 38Z M8 12C14 10 20 17 28 15C20 20 14 15 8 12Z"
    )
    return Tile(44, 43, f'<path d="{shapes}" fill="{c.second}"/>', angle=12)


def tie_dye(rng: random.Random, c: Palette) -> Tile:
    """Rings and rays of dye from two tied knots, over the whole frame."""
    parts = []
    for cx, cy, reach in ((150 + rng.uniform(-14, 14), 128 + rng.uniform(-14, 14), 250), (205, 250, 120)):
        for k in range(int(reach / 13), 0, -1):
            r, ink = 13 * k, (c.second, c.main, c.third, c.main)[k % 4]
            points = [
                (
                    cx + r * (1 + 0.14 * math.sin(7 * a) + rng.uniform(-0.09, 0.09)) * math.cos(a),
                    cy + r * (1 + 0.14 * math.sin(7 * a + k)) * math.sin(a),
                )
                for a in (math.tau * i / 22 for i in range(22))
            ]
            mids = [((p[0] + q[0]) / 2, (p[1] + q[1]) / 2) for p, q in zip(points, points[1:] + points[:1], strict=True)]
            path = f"M{mids[-1][0]:.1f} {mids[-1][1]:.1f}" + "".join(
                f"Q{p[0]:.1f} {p[1]:.1f} {m[0]:.1f} {m[1]:.1f}" for p, m in zip(points, mids, strict=True)
            )
            parts.append(
                f'<path d="{path}Z" fill="{ink}" fill-opacity=".62" stroke="{ink}" stroke-opacity=".4" stroke-width="5"/>'
            )
    return Tile(FRAME, FRAME, "".join(parts))


def geometric(rng: random.Random, c: Palette) -> Tile:
    """Triangles and lozenges."""
    marks = (
        f'<path d="M0 0L14 0L0 14Z M28 28L14 28L28 14Z" fill="{c.second}"/><path d="M28 0L28 10L18 0Z M0 28L0 18L10 28Z"'
        f' fill="{c.third}"/><path d="M14 7L21 14L14 21L7 14Z" fill="none" stroke="{c.second}" stroke-width="1.8"/>'
    )
    return Tile(28, 28, marks)


def art_deco_fans(rng: random.Random, c: Palette) -> Tile:
    """Overlapping fans of concentric arcs."""
    fans = []
    for x, y in ((0, 14), (28, 14), (14, 28), (0, 42), (28, 42)):
        fans.append(f'<circle cx="{x}" cy="{y}" r="14" fill="{c.main}" stroke="{c.second}" stroke-width="1.7"/>')
        fans += [
            f'<circle cx="{x}" cy="{y}" r="{r}" fill="none" stroke="{ink}" stroke-width="1.3"/>'
            for r, ink in ((10.4, c.third), (7, c.second))
        ]
        fans.append(f'<circle cx="{x}" cy="{y}" r="3.6" fill="{c.second}"/>')
    return Tile(28, 28, "".join(fans))


def tropical(rng: random.Random, c: Palette) -> Tile:
    """Big palm fronds and hibiscus."""
    deep, fresh = ("#2c6b4a", "#5fa062") if luma(c.main) > 0.3 else ("#4d9a6a", "#8ccf87")
    frond = stroke("M0 0C3 -12 10 -20 20 -26", deep, 1.6, 1) + "".join(
        leaf(x, y, 12 - k, a, ink)
        for k, (x, y) in enumerate(((1, -5), (4, -12), (9, -18), (15, -23)))
        for a, ink in ((-50 + 8 * k, deep), (100 - 8 * k, fresh))
    )
    flower = bloom(0, 0, 11, c.second, c.third, rng.uniform(0, 72)) + stroke("M0 0L7 -8", "#f3cd3d", 1.4, 1)
    parts = wrapped(74, 8, 40, 34, frond) + wrapped(74, 46, 70, 34, f'<g transform="rotate(24)">{frond}</g>')
    parts += wrapped(74, 62, 36, 30, f'<g transform="rotate(-75) scale(.8)">{frond}</g>')
    return Tile(
        74, 74, parts + wrapped(74, 20, 58, 12, flower) + wrapped(74, 56, 14, 12, f'<g transform="scale(.8)">{flower}</g>')
    )


def camouflage(rng: random.Random, c: Palette) -> Tile:
    """Three layers of soft blobs."""
    parts = []
    for ink, count in ((c.second, 6), (c.third, 5), (tint(c.main, -0.55), 4)):
        for _ in range(count):
            x, y = rng.uniform(0, 60), rng.uniform(0, 60)
            a, b, d = rng.uniform(7, 12), rng.uniform(4, 7), rng.uniform(-4, 4)
            motif = (
                f'<path d="M{-a:.1f} {d:.1f}C{-a:.1f} {-b:.1f} {-d:.1f} {-b * 1.5:.1f} {a * 0.3:.1f} {-b * 0.6:.1f}C{a:.1f}'
                f" {-b:.1f} {a * 1.3:.1f} {b:.1f} {a * 0.4:.1f} {b * 0.7:.1f}C0 {b * 0.4:.1f} {-a * 0.4:.1f} {b * 1.7:.1f}"
                f' {-a:.1f} {d:.1f}Z" fill="{ink}"/>'
            )
            parts.append(wrapped(60, x, y, 16, motif))
    return Tile(60, 60, "".join(parts))


def toile(rng: random.Random, c: Palette) -> Tile:
    """Engraved birds on flowering boughs, one ink."""
    ink = c.second
    bough = stroke("M-20 8C-10 2 -4 10 6 4C12 0 16 4 22 -2", ink, 1.1, 1)
    bough += "".join(leaf(x, y, 7, a, ink) for x, y, a in ((-14, 5, -30), (-6, 6, 150), (4, 5, -20), (13, 2, 140), (20, -1, 40)))
    bird = (
        f'<path d="M-6 0C-4 -6 3 -7 6 -4L10 -4L6.6 -1.6C6 3 0 5 -5 2L-12 6L-10 1Z" fill="none" stroke="{ink}"'
        ' stroke-width="1.1"/>' + stroke("M-4 -1Q0 2 3 -1M-3 1Q0 3.4 3 1", ink, 0.7, 1)
    )
    rose = "".join(f'<circle r="{r}" fill="none" stroke="{ink}" stroke-width=".9"/>' for r in (1.6, 3.6, 5.4))
    rose += "".join(leaf(5 * math.sin(a), -5 * math.cos(a), 5, math.degrees(a), ink) for a in (0.6, 2.4, 4.4))
    return Tile(
        58,
        58,
        wrapped(58, 22, 18, 24, bough)
        + wrapped(58, 24, 12, 14, bird)
        + wrapped(58, 46, 46, 24, f'<g transform="scale(-1 1)">{bough}</g>')
        + wrapped(58, 14, 44, 8, rose),
    )


def embroidered(rng: random.Random, c: Palette) -> Tile:
    """Sparse satin-stitched sprays."""
    green = foliage(c)
    spray = stroke("M0 16C-2 8 2 4 0 0M0 10C4 9 6 6 7 3M-.4 8C-4 8 -6 5 -7 2", green, 1.3, 1)
    spray += leaf(0, 13, 8, 62, green) + leaf(-0.5, 12, 8, -62, green)
    spray += (
        bloom(0, -2, 6.4, c.second, "#f0c04a", rng.uniform(0, 60), 6)
        + bloom(7.5, 2, 3.6, c.third, c.second, 10)
        + bloom(-7.5, 1, 3.6, c.third, c.second, 40)
    )
    spray += stroke("M0 -3V-7M2 -3L5 -5M-2 -3L-5 -5M2 -1L5 1M-2 -1L-5 1", tint(c.second, 0.45), 0.6, 0.9)
    return Tile(48, 48, wrapped(48, 13, 12, 18, spray) + wrapped(48, 37, 34, 18, f'<g transform="scale(-1 1)">{spray}</g>'))


def stars(rng: random.Random, c: Palette) -> Tile:
    """Scattered stars of two sizes."""
    return Tile(
        30,
        30,
        wrapped(30, 7, 8, 7, star(5.6, c.second))
        + wrapped(30, 22, 22, 7, star(5.6, c.second))
        + wrapped(30, 22, 6, 4, star(2.6, c.third))
        + wrapped(30, 7, 23, 4, star(2.6, c.third)),
    )


# -- stripes and checks -------------------------------------------------------------------------------------------------------


def stripes(rng: random.Random, c: Palette) -> Tile:
    """Bold upright stripes."""
    return Tile(15, 15, rect(0, 0, 7.5, 15, c.second))


def breton_stripes(rng: random.Random, c: Palette) -> Tile:
    """Narrow level stripes, well spaced."""
    return Tile(12, 12, rect(0, 3, 12, 4.6, c.second))


def pinstripe(rng: random.Random, c: Palette) -> Tile:
    """Hairline upright stripes."""
    return Tile(8.5, 12, rect(4, 0, 1.1, 12, c.second, 0.8))


def crossing(size: float, *bands: tuple[float, float, str, float]) -> Tile:
    """Bands (offset, width, ink, opacity) laid both ways."""
    return Tile(size, size, "".join(rect(at, 0, w, size, ink, o) + rect(0, at, size, w, ink, o) for at, w, ink, o in bands))


def plaid(rng: random.Random, c: Palette) -> Tile:
    """Open check of broad and narrow bands."""
    return crossing(40, (2, 13, c.second, 0.5), (24, 3, c.third, 0.8), (30, 3, c.second, 0.7), (8, 1.4, c.third, 0.9))


def tartan(rng: random.Random, c: Palette) -> Tile:
    """Dense clan sett with fine overchecks in twill."""
    sett = crossing(
        46,
        (0, 15, tint(c.second, -0.1), 0.62),
        (18, 4, c.third, 0.75),
        (25, 4, tint(c.main, -0.6), 0.7),
        (32, 2, "#f2ead2", 0.85),
        (38, 1.6, c.third, 0.95),
        (7, 1.6, "#f2ead2", 0.7),
    )
    twill = "".join(stroke(f"M{4 * k - 46} 46L{4 * k} 0", "#000000", 0.7, 0.14) for k in range(24))
    return Tile(46, 46, sett.svg + twill)


def gingham(rng: random.Random, c: Palette) -> Tile:
    """Even check, darkest where the bands cross."""
    return crossing(14, (0, 7, c.second, 0.55))


def houndstooth(rng: random.Random, c: Palette) -> Tile:
    """Broken check of four-pointed teeth."""
    tooth = (
        f'<path d="M0 0H6V6H0Z M6 0L12 -6V0L6 6Z M0 6L-6 12H0L6 6Z M6 6L9 3V0H12L6 6Z M6 12L12 6V12L9 12V9Z" fill="{c.second}"/>'
    )
    return Tile(12, 12, "".join(f'<g transform="translate({x} {y})">{tooth}</g>' for x in (0, 12) for y in (0, 12)))


def checkerboard(rng: random.Random, c: Palette) -> Tile:
    """Plain squares in two colours."""
    return Tile(22, 22, rect(0, 0, 11, 11, c.second) + rect(11, 11, 11, 11, c.second))


def argyle(rng: random.Random, c: Palette) -> Tile:
    """Lozenges in two colours under a dashed lattice."""
    marks = (
        f'<path d="M14 0L28 21L14 42L0 21Z" fill="{c.second}"/><path d="M14 -7L18.6 0L14 7L9.4 0Z M14 35L18.6 42L14 49L9.4 42Z"'
        f' fill="{c.third}"/>'
    )
    lattice = f'<path d="M0 0L28 42M28 0L0 42" fill="none" stroke="{c.third}" stroke-width="1.2" stroke-dasharray="2.4 1.8"/>'
    return Tile(28, 42, marks + lattice)


def fair_isle(rng: random.Random, c: Palette) -> Tile:
    """Knitted bands: zigzag, diamonds, crosses and pips, stitch by stitch."""
    chart = (
        "2...2...", ".2.2.2.2", "..2...2.", "........", "3.3.3.3.", "........", "...2....", "..222...", ".22.22..", "22.2.22.",
        ".22.22..", "..222...", "...2....", "........", "3.3.3.3.", "........", ".3...3..", "333.333.", ".3...3..", "........",
    )  # fmt: skip
    inks = {"2": c.second, "3": c.third}
    stitches = [(i, j, inks[cell]) for j, row in enumerate(chart) for i, cell in enumerate(row) if cell in inks]
    cells = "".join(rect(2.7 * i, 2.7 * j, 2.75, 2.75, ink) for i, j, ink in stitches)
    return Tile(2.7 * 8, 2.7 * len(chart), cells)


def colour_block(rng: random.Random, c: Palette) -> Tile:
    """Three level fields over the whole frame."""
    return Tile(FRAME, FRAME, rect(0, 132, FRAME, 66, c.second) + rect(0, 198, FRAME, FRAME - 198, c.third))


def ombre(rng: random.Random, c: Palette) -> Tile:
    """The main colour fading into the second, downwards, in fine steps."""
    steps = 48
    fields = "".join(rect(0, 50 + 220 * k / steps, FRAME, FRAME, mix(c.main, c.second, k / (steps - 1))) for k in range(steps))
    return Tile(FRAME, FRAME, fields)


def patchwork(rng: random.Random, c: Palette) -> Tile:
    """A quilt of squares, each with its own small print, stitched together."""
    size, side = 78, 26
    inks = [
        c.main,
        c.second,
        c.third,
        tint(c.main, 0.35),
        tint(c.second, -0.25),
        mix(c.main, c.third, 0.5),
        tint(c.third, 0.3),
        c.second,
        mix(c.second, c.main, 0.4),
    ]
    rng.shuffle(inks)
    parts = []
    for k, ink in enumerate(inks):
        x, y = side * (k % 3), side * (k // 3)
        mark = tint(ink, 0.6) if luma(ink) < 0.6 else tint(ink, -0.45)
        parts.append(rect(x, y, side, side, ink))
        if k % 3 == 0:
            parts += [f'<circle cx="{x + a}" cy="{y + b}" r="1.9" fill="{mark}"/>' for a in (7, 19) for b in (7, 19)]
        elif k % 3 == 1:
            parts += [rect(x + a, y + 1, 2, side - 2, mark, 0.7) for a in (5, 12, 19)]
        else:
            parts.append(bloom(x + 13, y + 13, 8, mark, ink, rng.uniform(0, 60)))
        parts.append(
            f'<rect x="{x + 1.2}" y="{y + 1.2}" width="{side - 2.4}" height="{side - 2.4}" fill="none" stroke="#fff"'
            ' stroke-opacity=".75" stroke-width=".8" stroke-dasharray="2 1.6"/>'
        )
        parts.append(
            f'<rect x="{x}" y="{y}" width="{side}" height="{side}" fill="none" stroke="#1a1018" stroke-opacity=".35"'
            ' stroke-width=".7"/>'
        )
    return Tile(size, size, "".join(parts))


PATTERN_TILES: dict[str, Printer] = {
    "plain": plain, "floral": floral, "ditsy floral": ditsy_floral, "paisley": paisley, "stripes": stripes,
    "Breton stripes": breton_stripes, "pinstripe": pinstripe, "plaid": plaid, "tartan": tartan, "gingham": gingham,
    "houndstooth": houndstooth, "polka dot": polka_dot, "animal": animal, "zebra": zebra, "tie-dye": tie_dye,
    "geometric": geometric, "art deco fans": art_deco_fans, "tropical": tropical, "camouflage": camouflage,
    "Fair Isle": fair_isle, "argyle": argyle, "toile": toile, "embroidered": embroidered, "stars": stars,
    "colour-block": colour_block, "ombre": ombre, "checkerboard": checkerboard, "patchwork": patchwork,
}  # fmt: skip
