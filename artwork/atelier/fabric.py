"""Materials: the texture, translucency, sheen and pile of every cloth of the vocabulary."""

import random
from collections.abc import Callable

from artwork.atelier.colour import luma, tint
from artwork.atelier.relief import beads, faux_fur, feather, pearl, sequin, shearling, straw
from artwork.atelier.weave import DARK, LIGHT, Surface, Tile, depth, sheen, stroke, upright

Weaver = Callable[[random.Random, str], Surface]

# -- woven --------------------------------------------------------------------------------------------------------------


def cotton(rng: random.Random, colour: str) -> Surface:
    """Plain weave, hardly seen."""
    dark, light = depth(colour, 0.05, 0.05)
    return Surface(Tile(3, 3, stroke("M0 1H3", DARK, 0.5, dark) + stroke("M1 0V3", LIGHT, 0.5, light)))


def linen(rng: random.Random, colour: str) -> Surface:
    """Slubs: uneven threads both ways."""
    dark, light = depth(colour, 0.26, 0.30)
    marks = []
    for _ in range(22):
        x, y, run = rng.uniform(0, 22), rng.uniform(0, 22), rng.uniform(5, 14)
        marks.append(stroke(f"M{x:.1f} {y:.1f}h{run:.1f}", DARK, rng.uniform(0.4, 1.0), dark))
        marks.append(stroke(f"M{y:.1f} {x:.1f}v{run:.1f}", LIGHT, rng.uniform(0.4, 1.0), light))
    return Surface(Tile(24, 24, "".join(marks)))


def canvas(rng: random.Random, colour: str) -> Surface:
    """Stout basket weave."""
    dark, light = depth(colour, 0.22, 0.22)
    marks = stroke("M0 1H3M3 4H6", DARK, 1.4, dark) + stroke("M1 3V6M4 0V3", LIGHT, 1.4, light)
    return Surface(Tile(6, 6, marks))


def denim(rng: random.Random, colour: str) -> Surface:
    """Diagonal twill with pale, worn threads."""
    dark, light = depth(colour, 0.34, 0.32)
    marks = stroke("M0 6L6 0", DARK, 1.1, dark) + stroke("M0 3L3 0M3 6L6 3", LIGHT, 0.8, light)
    worn = sheen("worn", (0, 0.0), (0.35, 0.16), (0.6, 0.02), (1, 0.1))
    return Surface(Tile(6, 6, marks), **worn)


def corduroy(rng: random.Random, colour: str) -> Surface:
    """Upright wales, lit on one flank."""
    dark, light = depth(colour, 0.42, 0.30)
    return Surface(Tile(6.5, 24, upright(4.6, 1.8, 24, DARK, dark) + upright(1.2, 1.8, 24, LIGHT, light)))


def wool(rng: random.Random, colour: str) -> Surface:
    """Felted cloth: short flecks in all directions."""
    dark, light = depth(colour, 0.22, 0.22)
    marks = []
    for _ in range(70):
        x, y = rng.uniform(1, 27), rng.uniform(1, 27)
        dx, dy = rng.uniform(-2, 2), rng.uniform(-2, 2)
        ink, opacity = rng.choice(((DARK, dark), (LIGHT, light)))
        marks.append(stroke(f"M{x:.1f} {y:.1f}l{dx:.1f} {dy:.1f}", ink, 0.6, opacity))
    return Surface(Tile(28, 28, "".join(marks)))


def tweed(rng: random.Random, colour: str) -> Surface:
    """Herringbone with flecks of neighbouring colours."""
    dark, light = depth(colour, 0.4, 0.42)
    bone = stroke("M0 4L4 0M0 8L4 4M4 0L8 4M4 4L8 8M0 12L4 8M4 8L8 12", DARK, 0.9, dark)
    field = "".join(f'<g transform="translate({8 * i} {8 * j})">{bone}</g>' for i in range(4) for j in range(4))
    flecks = []
    for _ in range(46):
        ink = rng.choice((LIGHT, LIGHT, tint(colour, 0.5), tint(colour, -0.5), "#c98a4a", "#7a8fb0"))
        x, y = rng.uniform(1, 30), rng.uniform(1, 30)
        flecks.append(stroke(f"M{x:.1f} {y:.1f}l{rng.uniform(-1.6, 1.6):.1f} 1.4", ink, 1.0, light + 0.2))
    return Surface(Tile(32, 32, field + "".join(flecks)))


# -- knitted and looped ---------------------------------------------------------------------------------------------------


def stitches(width: float, height: float, dark: float, light: float) -> Tile:
    """One knit stitch: two leaning legs that meet in a v."""
    w, h = width / 2, height
    marks = stroke(f"M0.8 0.6L{w:.1f} {h:.1f}L{2 * w - 0.8:.1f} 0.6", DARK, width * 0.19, dark)
    marks += stroke(f"M1.6 0.4L{w:.1f} {h - 1.4:.1f}L{2 * w - 1.6:.1f} 0.4", LIGHT, width * 0.13, light)
    return Tile(width, height, marks)


def knit(rng: random.Random, colour: str) -> Surface:
    """Chunky v-stitches."""
    return Surface(stitches(7, 6, *depth(colour, 0.5, 0.34)))


def cashmere(rng: random.Random, colour: str) -> Surface:
    """Fine stitches under a halo."""
    return Surface(stitches(4.2, 3.6, *depth(colour, 0.24, 0.2)), **sheen("halo", (0, 0.12), (0.5, 0.0), (1, 0.1)))


def jersey(rng: random.Random, colour: str) -> Surface:
    """Very fine ribs."""
    dark, light = depth(colour, 0.12, 0.1)
    return Surface(Tile(2.6, 24, upright(0.3, 0.6, 24, DARK, dark) + upright(1.6, 0.5, 24, LIGHT, light)))


def crochet(rng: random.Random, colour: str) -> Surface:
    """Granny loops around round holes."""
    dark, light = depth(colour, 0.5, 0.5)
    loops = []
    for x, y in ((4, 4), (12, 4), (4, 12), (12, 12)):
        loops.append(f'<circle cx="{x}" cy="{y}" r="1.7" fill="{tint(colour, -0.72)}" fill-opacity=".62"/>')
        loops.append(stroke(f"M{x - 3.2} {y}A3.2 3.2 0 1 1 {x + 3.2} {y}A3.2 3.2 0 1 1 {x - 3.2} {y}", LIGHT, 1.2, light))
        loops.append(stroke(f"M{x - 4} {y + 4}Q{x} {y + 1.8} {x + 4} {y + 4}", DARK, 0.9, dark))
    return Surface(Tile(16, 16, "".join(loops)))


def lace(rng: random.Random, colour: str) -> Surface:
    """Openwork: a net with flowers and scallops in the thread's colour over a half-bare ground."""
    thread = tint(colour, 0.25 if luma(colour) > 0.3 else 0.05)
    shade = tint(colour, -0.5)
    net = stroke("M0 0L36 36M36 0L0 36M0 18L18 0M18 36L36 18M18 0L36 18M0 18L18 36", thread, 0.7, 0.8)
    net += stroke("M0 9L9 0M27 36L36 27M27 0L36 9M0 27L9 36M9 0L36 27M0 9L27 36M27 0L0 27M36 9L9 36", thread, 0.6, 0.75)
    blooms = []
    for cx, cy, r in ((9, 9, 7.5), (27, 27, 7.5), (27, 9, 4.2), (9, 27, 4.2)):
        petals = "".join(
            f'<ellipse cx="{cx}" cy="{cy - r * 0.58:.1f}" rx="{r * 0.32:.1f}" ry="{r * 0.46:.1f}" transform="rotate({60 * k} {cx}'
            f' {cy})"/>'
            for k in range(6)
        )
        blooms.append(f'<g fill="{thread}" stroke="{shade}" stroke-width=".45" stroke-opacity=".6">{petals}</g>')
        blooms.append(f'<circle cx="{cx}" cy="{cy}" r="{r * 0.2:.1f}" fill="{shade}" fill-opacity=".8"/>')
    return Surface(Tile(36, 36, net + "".join(blooms)), cover=0.42)


def tulle(rng: random.Random, colour: str) -> Surface:
    """Fine net, seen through."""
    ink = tint(colour, 0.4 if luma(colour) < 0.6 else -0.22)
    net = stroke("M0 0L5 5M5 0L0 5", ink, 0.7, 0.6)
    return Surface(Tile(5, 5, net), cover=0.5)


def mesh(rng: random.Random, colour: str) -> Surface:
    """Sporty net with round holes."""
    holes = "".join(f'<circle cx="{x}" cy="{y}" r="1.25" fill="#efeae2" fill-opacity=".55"/>' for x, y in ((2, 2), (5, 5)))
    rim = stroke("M0 5H3M3 2H6", DARK, 0.5, 0.25)
    return Surface(Tile(6, 6, holes + rim), cover=0.9)


# -- smooth and shining -----------------------------------------------------------------------------------------------------


def silk(rng: random.Random, colour: str) -> Surface:
    """A quiet lustre in wide bands."""
    return Surface(**sheen("silk", (0, 0.0), (0.25, 0.24), (0.5, 0.0), (0.75, -0.1), (1, 0.16)))


def satin(rng: random.Random, colour: str) -> Surface:
    """Bright, liquid bands."""
    return Surface(**sheen("satin", (0, -0.12), (0.18, 0.05), (0.32, 0.5), (0.44, 0.06), (0.7, -0.2), (0.86, 0.3), (1, 0.0)))


def chiffon(rng: random.Random, colour: str) -> Surface:
    """Sheer, with a whisper of crossing threads."""
    dark, light = depth(colour, 0.08, 0.2)
    marks = stroke("M0 0L4 4", LIGHT, 0.4, light) + stroke("M4 0L0 4", DARK, 0.4, dark)
    return Surface(Tile(4, 4, marks), cover=0.74, **sheen("chiffon", (0, 0.18), (0.5, 0.0), (1, 0.2)))


def velvet(rng: random.Random, colour: str) -> Surface:
    """Deep pile: dark faces, glowing turns."""
    dark, light = depth(colour, 0.2, 0.16)
    nap = "".join(
        stroke(
            f"M{rng.uniform(0, 18):.1f} {rng.uniform(0, 14):.1f}v{rng.uniform(2, 5):.1f}",
            *rng.choice(((DARK, 0.7, dark), (LIGHT, 0.6, light))),
        )
        for _ in range(60)
    )
    glow = sheen("velvet", (0, -0.3), (0.3, -0.12), (0.42, 0.3), (0.52, 0.05), (0.8, -0.34), (1, 0.16))
    return Surface(Tile(18, 18, nap), **glow)


def nylon(rng: random.Random, colour: str) -> Surface:
    """Ripstop grid under a technical shine."""
    dark, light = depth(colour, 0.16, 0.2)
    grid = stroke("M0 .5H8M.5 0V8", LIGHT, 0.5, light) + stroke("M0 1.2H8M1.2 0V8", DARK, 0.4, dark)
    return Surface(Tile(8, 8, grid), **sheen("nylon", (0, 0.0), (0.2, 0.28), (0.34, 0.0), (0.7, -0.08), (0.8, 0.2), (1, 0.0)))


def leather(rng: random.Random, colour: str) -> Surface:
    """Fine grain and firm, narrow lights."""
    dark, light = depth(colour, 0.2, 0.14)
    grain = "".join(
        f'<circle cx="{rng.uniform(1, 19):.1f}" cy="{rng.uniform(1, 19):.1f}" r="{rng.uniform(0.4, 0.9):.1f}" fill="{ink}"'
        f' fill-opacity="{opacity:.2f}"/>'
        for _ in range(40)
        for ink, opacity in ((DARK, dark * 0.7), (LIGHT, light * 0.8))
    )
    return Surface(
        Tile(20, 20, grain), **sheen("leather", (0, 0.0), (0.28, 0.04), (0.38, 0.34), (0.46, 0.02), (0.75, -0.16), (1, 0.1))
    )


def suede(rng: random.Random, colour: str) -> Surface:
    """Brushed nap in soft patches."""
    dark, light = depth(colour, 0.1, 0.12)
    nap = "".join(
        f'<ellipse cx="{rng.uniform(3, 33):.1f}" cy="{rng.uniform(3, 33):.1f}" rx="{rng.uniform(0.6, 1.8):.1f}"'
        f' ry="{rng.uniform(0.4, 0.9):.1f}" fill="{ink}" fill-opacity="{opacity:.2f}"/>'
        for _ in range(110)
        for ink, opacity in (rng.choice(((DARK, dark), (LIGHT, light))),)
    )
    return Surface(Tile(36, 36, nap))


def patent(rng: random.Random, colour: str) -> Surface:
    """Mirror-like lights with hard edges."""
    hard = (
        (0, -0.1),
        (0.2, 0.0),
        (0.22, 0.62),
        (0.32, 0.5),
        (0.34, 0.02),
        (0.66, -0.18),
        (0.78, 0.0),
        (0.8, 0.4),
        (0.84, 0.36),
        (0.86, 0.0),
        (1, 0.0),
    )
    return Surface(**sheen("patent", *hard))


def rubber(rng: random.Random, colour: str) -> Surface:
    """Smooth, with one broad wet light."""
    return Surface(**sheen("rubber", (0, 0.02), (0.24, 0.06), (0.3, 0.36), (0.42, 0.3), (0.48, 0.04), (1, -0.08)))


def metal(rng: random.Random, colour: str) -> Surface:
    """Brushed metal."""
    dark, light = depth(colour, 0.14, 0.22)
    brush = "".join(stroke(f"M0 {y}H30", *((DARK, 0.5, dark) if y % 2 else (LIGHT, 0.5, light))) for y in range(6))
    bands = sheen("metal", (0, -0.28), (0.22, 0.1), (0.34, 0.62), (0.46, 0.0), (0.66, -0.34), (0.82, 0.42), (1, -0.2))
    return Surface(Tile(30, 6, brush), **bands)


SURFACES: dict[str, Weaver] = {
    "cotton": cotton, "linen": linen, "silk": silk, "satin": satin, "chiffon": chiffon, "velvet": velvet, "lace": lace,
    "crochet": crochet, "knit": knit, "cashmere": cashmere, "wool": wool, "tweed": tweed, "denim": denim, "leather": leather,
    "suede": suede, "patent": patent, "faux fur": faux_fur, "shearling": shearling, "sequin": sequin, "tulle": tulle,
    "mesh": mesh, "nylon": nylon, "jersey": jersey, "corduroy": corduroy, "canvas": canvas, "straw": straw,
    "rubber": rubber, "metal": metal, "pearl": pearl, "beads": beads, "feather": feather,
}  # fmt: skip
