"""Stones, pearls, chains and their soft shadows: what jewellery is made of."""

import math
from itertools import pairwise

from artwork.atelier.canvas import Canvas, tint
from artwork.atelier.curves import along, oval

GEMS = {
    "diamond": "#dfeaf2",
    "ruby": "#b3162f",
    "sapphire": "#1d4fb8",
    "emerald": "#0f8a57",
    "amethyst": "#8546b5",
    "topaz": "#e0992b",
    "turquoise": "#2cb5ae",
    "onyx": "#1d1c22",
}
METALS = ("gold", "silver", "gunmetal")
COOL = ("silver", "grey", "white", "light blue", "sky blue", "lilac", "lavender", "navy", "cobalt", "royal blue")

CUTS = {
    "round": [(math.cos(math.radians(22.5 + 36 * i)), math.sin(math.radians(22.5 + 36 * i))) for i in range(10)],
    "step": [(-0.6, -1), (0.6, -1), (0.85, -0.7), (0.85, 0.7), (0.6, 1), (-0.6, 1), (-0.85, 0.7), (-0.85, -0.7)],
    "drop": [
        (0, -1.35),
        (0.38, -0.62),
        (0.74, 0.02),
        (0.74, 0.5),
        (0.42, 0.9),
        (0, 1.04),
        (-0.42, 0.9),
        (-0.74, 0.5),
        (-0.74, 0.02),
        (-0.38, -0.62),
    ],
}


def metal_of(canvas: Canvas) -> str:
    """The metal of the piece: the detail ``metal``, else what goes with the main colour."""
    main = canvas.garment.colours[0]
    fitting = "gunmetal" if main in ("black", "charcoal") else "silver" if main in COOL else "gold"
    return canvas.garment.details.get("metal", fitting)


def gem_of(canvas: Canvas) -> str:
    """The hex of the stones: the detail ``gem``, else the second colour of the garment, else its first."""
    chosen = canvas.garment.details.get("gem")
    if chosen:
        return GEMS[chosen]
    return canvas.colours.second if len(canvas.garment.colours) > 1 else canvas.colours.main


def gem(canvas: Canvas, x: float, y: float, r: float, colour: str, cut: str = "round", setting: str = "") -> None:
    """A faceted stone of radius ``r``: a table and facets, each as bright as it faces the light; ``setting`` is a metal rim."""
    ring = [(x + r * a, y + r * b) for a, b in CUTS[cut]]
    table = [(x + r * 0.54 * a, y + r * 0.54 * b) for a, b in CUTS[cut]]
    if setting:
        rim = " ".join(f"{x + r * 1.2 * a:.1f},{y + r * 1.2 * b:.1f}" for a, b in CUTS[cut])
        canvas.raw(f'<polygon points="{rim}" fill="url(#{setting})" stroke="#0006" stroke-width=".8" stroke-linejoin="round"/>')
    parts = []
    for i, (outer, inner) in enumerate(zip(ring, table, strict=False)):
        j = (i + 1) % len(ring)
        middle = ((outer[0] + ring[j][0]) / 2 - x, (outer[1] + ring[j][1]) / 2 - y)
        facing = -(middle[0] + middle[1]) / (math.hypot(*middle) or 1) / 1.42
        tone = 0.42 * facing + (0.12 if i % 2 else -0.1)
        corners = " ".join(f"{a:.1f},{b:.1f}" for a, b in (outer, ring[j], table[j], inner))
        parts.append(f'<polygon points="{corners}" fill="{tint(colour, tone)}"/>')
    face = " ".join(f"{a:.1f},{b:.1f}" for a, b in table)
    parts.append(f'<polygon points="{face}" fill="{tint(colour, 0.1)}"/>')
    glint = " ".join(
        f"{a:.1f},{b:.1f}" for a, b in (table[len(table) // 2], table[len(table) * 5 // 8], table[len(table) * 6 // 8], (x, y))
    )
    parts.append(f'<polygon points="{glint}" fill="#fff" fill-opacity=".5"/>')
    edge = " ".join(f"{a:.1f},{b:.1f}" for a, b in ring)
    parts.append(
        f'<polygon points="{edge}" fill="none" stroke="{tint(colour, -0.55)}" stroke-width="{max(0.7, r * 0.045):.1f}" '
        'stroke-linejoin="round"/>'
    )
    canvas.raw("".join(parts))
    if r > 9:
        s = r * 0.3
        canvas.raw(
            f'<path transform="translate({x - r * 0.42:.1f} {y - r * 0.46:.1f})" d="M0 {-s:.1f} Q0 0 {s:.1f} 0 Q0 0 0 '
            f'{s:.1f} Q0 0 {-s:.1f} 0 Q0 0 0 {-s:.1f}" '
            'fill="#fff" fill-opacity=".95"/>'
        )


def ball(canvas: Canvas, x: float, y: float, r: float, colour: str) -> None:
    """A round bead or pearl of any colour with its lustre."""
    name = f"ball{colour.lstrip('#')}"
    canvas.raw(
        f'<radialGradient id="{name}" cx=".36" cy=".3" r=".8"><stop offset="0" stop-color="{tint(colour, 0.75)}"/>'
        f'<stop offset=".35" stop-color="{tint(colour, 0.12)}"/><stop offset=".8" stop-color="{tint(colour, -0.22)}"/>'
        f'<stop offset="1" stop-color="{tint(colour, -0.42)}"/></radialGradient>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="url(#{name})" stroke="{tint(colour, -0.55)}" stroke-width=".7"/>'
        f'<ellipse cx="{x - r * 0.32:.1f}" cy="{y - r * 0.38:.1f}" rx="{r * 0.24:.1f}" ry="{r * 0.16:.1f}" fill="#fff" '
        'fill-opacity=".85"/>'
    )


def metal_line(canvas: Canvas, path: str, kind: str, *, width: float = 4.6, edge: float = 6) -> None:
    """A metal rim or bar along an open path, over a dark line ``edge`` px wide that sets it off."""
    canvas.raw(
        f'<path d="{path}" fill="none" stroke="#3a2f22" stroke-width="{edge}"/>'
        f'<path d="{path}" fill="none" stroke="url(#{kind})" stroke-width="{width}"/>'
    )


def links(canvas: Canvas, points: str, size: float, kind: str, close: bool = False) -> None:
    """A chain of oval links along the contour, every second one seen edge-on; ``size`` is a link's length in px."""
    length = sum(math.dist(a[:2], b[:2]) for a, b in pairwise(along(points, 60, close)))
    spots = along(points, max(6, round(length / (size * 0.68))), close)
    for i, (x, y, turn) in enumerate(spots):
        if i % 2:
            canvas.metal(oval(x, y, size * 0.56, size * 0.14, turn), kind=kind, outline=0.6)
    for i, (x, y, turn) in enumerate(spots):
        if not i % 2:
            canvas.metal(
                oval(x, y, size * 0.58, size * 0.4, turn) + " " + oval(x, y, size * 0.34, size * 0.18, turn),
                kind=kind,
                outline=0.6,
            )


def cast(canvas: Canvas, path: str, width: float = 0.0) -> None:
    """The shadow on the wall of what is drawn next, a filled shape or a stroke ``width`` px wide."""
    fill = "none" if width else "#4a3c30"
    for spread, opacity in ((7, 0.07), (3, 0.09), (0, 0.1)):
        canvas.raw(
            f'<path transform="translate(4 6)" d="{path}" fill="{fill}" stroke="#4a3c30" '
            f'stroke-width="{width + spread:.1f}" '
            f'stroke-linecap="round" opacity="{opacity}"/>'
        )
