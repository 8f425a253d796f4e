"""Cloths in relief: fur, fleece, feathers, sequins, beads, pearls, straw."""

import random

from artwork.atelier.colour import tint
from artwork.atelier.weave import DARK, LIGHT, Surface, Tile, depth, sheen, stroke


def hairs(rng: random.Random, colour: str, count: int, length: float, curl: float) -> Tile:
    """Overlapping strokes of pile, leaning downwards."""
    dark, light = depth(colour, 0.42, 0.5)
    marks = []
    for k in range(count):
        x, y = (
            (k * 17.3) % 40 + rng.uniform(-1.5, 1.5),
            40 * k / count - length * 0.3,
        )  # evenly sown, so that no tuft stands out when repeated
        ink, opacity = rng.choice(
            ((DARK, dark * 0.7), (LIGHT, light * 0.8), (tint(colour, 0.25), 0.8), (tint(colour, -0.2), 0.8))
        )
        lean = rng.uniform(-curl, curl)
        for dx in (-40, 0, 40):
            for dy in (0, 40) if y < 2 else (0, -40):
                marks.append(
                    stroke(
                        f"M{x + dx:.1f} {y + dy:.1f}q{lean:.1f} {length * 0.5:.1f} {lean * 1.6:.1f} {length:.1f}",
                        ink,
                        0.9,
                        opacity,
                    )
                )
    return Tile(40, 40, "".join(marks))


def faux_fur(rng: random.Random, colour: str) -> Surface:
    """Long hair and a hairy edge."""
    return Surface(hairs(rng, colour, 130, 9, 3), pile=10)


def shearling(rng: random.Random, colour: str) -> Surface:
    """Tight curls and a woolly edge."""
    dark, light = depth(colour, 0.36, 0.5)
    curls = []
    for i in range(6):
        for j in range(6):
            x, y = 3 + 5 * i + rng.uniform(-1, 1), 3 + 5 * j + rng.uniform(-1, 1)
            curls.append(stroke(f"M{x - 2:.1f} {y:.1f}q0 -2.6 2 -2.4q2.2 .4 1.6 2.4q-1 1.8 -2.4 .6", DARK, 0.8, dark))
            curls.append(stroke(f"M{x - 1.4:.1f} {y - 1.2:.1f}q1.4 -1.4 2.6 0", LIGHT, 0.9, light))
    return Surface(Tile(30, 30, "".join(curls)), pile=6)


def feather(rng: random.Random, colour: str) -> Surface:
    """Overlapping plumes with a quill and barbs."""
    dark, light = depth(colour, 0.4, 0.5)
    plume = (
        f'<path d="M0 0C7 3 7 15 0 22C-7 15 -7 3 0 0Z" fill="{tint(colour, 0.12)}" stroke="{tint(colour, -0.45)}"'
        ' stroke-width=".6"/>'
    )
    plume += stroke("M0 1V22", LIGHT, 0.7, light)
    plume += stroke("M0 6L-4 10M0 10L-5 14M0 14L-4 18M0 6L4 10M0 10L5 14M0 14L4 18", DARK, 0.5, dark)
    rows = ((0, -8), (14, -8), (28, -8), (7, 2), (21, 2), (-7, 2), (35, 2), (0, 12), (14, 12), (28, 12))
    return Surface(Tile(28, 20, "".join(f'<g transform="translate({x} {y})">{plume}</g>' for x, y in rows)), pile=8)


def sequin(rng: random.Random, colour: str) -> Surface:
    """Rows of discs, each catching the light differently."""
    discs = []
    for row in range(8):
        for column in range(7):
            x, y = 6 * column + (3 if row % 2 else 0), 5 * row
            tone = rng.choice((-0.45, -0.2, 0.0, 0.2, 0.45, 0.75))
            for dx in (0, 42 if x < 3 else 0):
                discs.append(
                    f'<circle cx="{x + dx}" cy="{y}" r="3.1" fill="{tint(colour, tone)}" stroke="{tint(colour, -0.6)}"'
                    ' stroke-width=".4"/>'
                )
                if tone > 0.4:
                    discs.append(f'<circle cx="{x + dx - 0.8}" cy="{y - 0.8}" r="1" fill="#fff"/>')
    sparkle = stroke("M12 10v8M8 14h8M31 27v6M28 30h6", LIGHT, 0.8, 0.95)
    return Surface(Tile(42, 40, "".join(discs) + sparkle), **sheen("sequin", (0, 0.0), (0.3, 0.3), (0.5, 0.0), (1, -0.15)))


def beads(rng: random.Random, colour: str) -> Surface:
    """Tiny round beads in rows."""
    dots = ""
    for x, y in ((2.5, 2.5), (7.5, 2.5), (2.5, 7.5), (7.5, 7.5)):
        tone = rng.choice((-0.25, 0.0, 0.15, 0.35))
        dots += f'<circle cx="{x}" cy="{y}" r="2.3" fill="{tint(colour, tone)}" stroke="{tint(colour, -0.6)}" stroke-width=".5"/>'
        dots += f'<circle cx="{x - 0.7}" cy="{y - 0.7}" r=".7" fill="#fff" fill-opacity=".85"/>'
    return Surface(Tile(10, 10, dots))


def pearl(rng: random.Random, colour: str) -> Surface:
    """Lustrous pearls set close."""
    dots = ""
    for x, y in ((4, 4), (12, 4), (0, 11), (8, 11), (16, 11)):
        dots += (
            f'<circle cx="{x}" cy="{y}" r="3.7" fill="{tint(colour, 0.25)}" stroke="{tint(colour, -0.45)}" stroke-width=".6"/>'
        )
        dots += f'<circle cx="{x - 1.1}" cy="{y - 1.2}" r="1.2" fill="#fff" fill-opacity=".9"/>'
    return Surface(Tile(16, 14, dots), **sheen("lustre", (0, 0.1), (0.5, 0.0), (1, 0.14)))


def straw(rng: random.Random, colour: str) -> Surface:
    """Plaited strips, over and under."""
    dark, light = depth(colour, 0.5, 0.4)
    marks = ""
    for x, y, lean in ((0, 0, 1), (6, 0, -1), (0, 6, -1), (6, 6, 1)):
        run = f"M{x + 0.6} {y + 1}L{x + 5.4} {y + 5}" if lean > 0 else f"M{x + 0.6} {y + 5}L{x + 5.4} {y + 1}"
        marks += stroke(run, LIGHT, 2.2, light) + stroke(run, DARK, 0.6, dark * 0.6)
        marks += stroke(f"M{x} {y}H{x + 6}M{x} {y}V{y + 6}", DARK, 0.7, dark)
    return Surface(Tile(12, 12, marks))
