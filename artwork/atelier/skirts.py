"""Skirts, from tutu to maxi; v runs down from the waist."""

from artwork.atelier.adorn import Spots, adorn
from artwork.atelier.bodice import button_kind, button_row
from artwork.atelier.canvas import Canvas
from artwork.atelier.figure import Figure, drape, gathers, skirt
from artwork.atelier.geometry import symmetric

LENGTHS = {"mini": 42.0, "knee": 60.0, "midi": 78.0, "maxi": 100.0}
# silhouette -> usual length, half-width of the hem for 10 cm of length, hip, flutes, depth of flutes
SKIRTS: dict[str, tuple[str, float, float, int, float]] = {
    "mini": ("mini", 5.1, 18.8, 0, 0.0),
    "A-line": ("knee", 5.0, 0.0, 2, 0.5),
    "pleated": ("midi", 4.1, 0.0, 0, 0.0),
    "pencil": ("knee", 2.75, 19.4, 0, 0.0),
    "maxi": ("maxi", 3.7, 0.0, 4, 1.1),
    "tiered": ("midi", 4.6, 0.0, 5, 0.8),
    "tutu": ("mini", 9.2, 0.0, 5, 1.6),
}


def draw_skirt(canvas: Canvas) -> None:
    """Draw a skirt."""
    garment = canvas.garment
    usual, width, hip, flutes, depth = SKIRTS[garment.silhouette]
    low = LENGTHS[garment.details.get("length", usual)]
    half = max(17.0 if garment.silhouette == "pencil" else 19.0, width * low / 10)
    waist, sag = 13.5, 1.6 if hip else 3.2
    figure = Figure(canvas, half + 2, -1.5, low + sag + 2.5)
    figure.panel(symmetric(f"M0 -1.4C{waist * 0.5} -1.4 {waist * 0.8} -1.2 {waist} 0L{waist} 3L0 4"), inside=True)
    if flutes:
        figure.panel(symmetric(skirt(waist, 2, half * 0.985, low + depth * 0.5, sag=sag * 0.85)), inside=True)
    SKIRT_BODIES.get(garment.silhouette, plain_skirt)(figure, waist, half, low, hip, sag, flutes, depth)
    figure.panel(
        symmetric(
            f"M0 0.8C{waist * 0.5} 0.8 {waist * 0.8} 0.6 {waist} 0L{waist + 0.8} 3.6C{waist * 0.8} 4.4 {waist * 0.5} 4.6 0 4.6"
        ),
        shade=0.96,
    )
    kind = button_kind(figure)
    button_row(figure, 0, 2.6, 3, 1, kind=kind, r=0.9)
    if kind == "gold":
        button_row(figure, 0, 8, low - 4, 7, kind="gold", r=0.9)
    seams = tuple(
        f"M{s * waist} 4C{s * (hip or waist + 3)} 14 {s * half * 0.9} {low - 20} {s * (half - 1.2)} {low - 1}" for s in (-1, 1)
    )
    fields = (
        (half * 0.42, low * 0.55),
        (-half * 0.45, low * 0.75),
        (0.0, low * 0.86),
        (-half * 0.28, low * 0.38),
        (half * 0.62, low * 0.88),
    )
    adorn(
        figure,
        Spots(((-half + 0.4, low, half - 0.4, low, sag),), (), fields, (6.0, low * 0.6), seams, (waist + 0.5, 2.2)),
        skip=("gold buttons",),
    )


def plain_skirt(figure: Figure, waist: float, half: float, low: float, hip: float, sag: float, flutes: int, depth: float) -> None:
    """A mini, an A-line or a maxi."""
    figure.panel(symmetric(skirt(waist, 1, half, low, hip=hip, sag=sag, flutes=flutes, depth=depth)))
    drape(figure, waist, 4, half, low, 2 if hip else 5 if flutes > 2 else 3, sag=sag, deep=0.12 if hip else 0.15)
    if hip:
        figure.lines(f"M{waist * 0.55} 4.6L{waist * 0.6} 13", width=1.0)
        figure.stitch(
            f"M{half - 0.5} {low - 2}C{half * 0.6} {low + sag * 0.7 - 2} {half * 0.3} {low + sag - 2} 0 {low + sag - 2}"
        )
    elif flutes > 2:
        gathers(figure, waist, 5, 8, 13)
    else:
        figure.lines(f"M{waist * 0.7} 4.6C{waist} 10 {waist + 3} 14 {waist + 3.6} 17", width=1.2)


def pencil(figure: Figure, waist: float, half: float, low: float, hip: float, sag: float, flutes: int, depth: float) -> None:
    """Darts, and a kick slit at one side."""
    figure.panel(symmetric(skirt(waist, 1, half, low, hip=hip, sag=sag)))
    figure.lines(f"M{waist * 0.55} 4.6L{waist * 0.66} 14M{waist * 0.8} 4.4L{waist * 0.92} 12", width=1.0)
    figure.creases(hip - 1, 19, hip * 0.4, 22, width=1.8)
    figure.creases(hip - 2, 30, half * 0.5, low - 3, width=2.2)
    figure.canvas.shadow(
        figure.path(f"M{half * 0.48} {low - 17}L{half * 0.62} {low + 1.4}L{half * 0.38} {low + 1.6}Z"), opacity=0.5
    )
    figure.line(f"M{half * 0.48} {low - 17}L{half * 0.38} {low + 1.3}", width=1.2, opacity=0.9)
    figure.stitch(f"M{half - 0.5} {low - 2}Q{half * 0.7} {low - 1} {half * 0.64} {low - 0.8}")


def pleated(figure: Figure, waist: float, half: float, low: float, hip: float, sag: float, flutes: int, depth: float) -> None:
    """Knife pleats with stepped hem edges."""
    count = 17
    for k in range(count):
        a, b = 2 * k / count - 1, 2 * (k + 1) / count - 1
        va, vb = low + sag * (1 - a * a), low + sag * (1 - b * b)
        w0, w1 = waist * a, waist * b
        bow = 0.9
        blade = (
            f"M{w0} 2C{w0 * 1.35} {low * 0.3} {half * a * bow} {low * 0.6} {half * a} {va + 0.7}L{half * b}"
            f" {vb - 0.7}C{half * b * bow} {low * 0.6} {w1 * 1.35} {low * 0.3} {w1} 2Z"
        )
        figure.panel(blade, outline=0.8, shade=1.05 if k % 2 else 0.97)
        figure.canvas.shadow(
            figure.path(
                f"M{w1} 2C{w1 * 1.35} {low * 0.3} {half * b * bow} {low * 0.6} {half * b} {vb}L{half * (b - 0.045)}"
                f" {vb}C{half * (b - 0.04) * bow} {low * 0.6} {w1 * 1.3 - 0.5} {low * 0.3} {w1} 2Z"
            ),
            opacity=0.28,
        )


def tiered(figure: Figure, waist: float, half: float, low: float, hip: float, sag: float, flutes: int, depth: float) -> None:
    """Three gathered tiers, the lowest drawn first."""
    heights = (2.0, low * 0.3, low * 0.62, low)
    halves = (waist, waist + (half - waist) * 0.42, waist + (half - waist) * 0.74, half)
    for k in (2, 1, 0):
        top, bottom, a, b = heights[k], heights[k + 1], halves[k], halves[k + 1]
        figure.panel(symmetric(skirt(a * (0.97 if k else 1), top, b, bottom + 1, sag=sag, flutes=flutes, depth=depth)))
        drape(figure, a, top, b, bottom, 5, sag=sag, reach=1.0, deep=0.13)
        gathers(figure, a, top + 2, (bottom - top) * 0.28, 15)


def tutu(figure: Figure, waist: float, half: float, low: float, hip: float, sag: float, flutes: int, depth: float) -> None:
    """Layers of net, each shorter and puffier than the last."""
    for k, share in enumerate((1.0, 0.86, 0.72)):
        layer = skirt(waist, 2, half * (1 - 0.07 * k), low * share, bell=0.55, sag=sag, flutes=flutes + k, depth=depth)
        figure.panel(symmetric(layer), shade=1.0 + 0.05 * k, outline=0.8)
        drape(figure, waist, 4, half * (1 - 0.07 * k), low * share, 6, sag=sag, deep=0.09)
    gathers(figure, waist, 5, 9, 19)


SKIRT_BODIES = {"pencil": pencil, "pleated": pleated, "tiered": tiered, "tutu": tutu}

DRAWERS = {"skirt": draw_skirt}
_TRIMS = (
    "fringe", "lace trim", "studs", "chains", "pearls", "gold buttons", "embroidery", "contrast piping", "side stripe",
    "patches", "sequins", "buckles", "safety pins", "hearts", "butterflies", "tassels", "pompoms", "feathers", "laces",
    "zips", "bows", "ruffles", "rosettes", "crest",
)  # fmt: skip
TRIMS_SHOWN = {"skirt": _TRIMS}
DETAILS = {"skirt": {"length": tuple(LENGTHS)}}
