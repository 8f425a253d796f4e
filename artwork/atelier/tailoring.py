"""Tailored and short outerwear: blazers, jackets, waistcoats."""

from dataclasses import replace

from artwork.atelier.adorn import adorn
from artwork.atelier.bodice import (
    Cut,
    back_neck,
    button_kind,
    button_row,
    front_folds,
    patch_pocket,
    ribs,
    shirt_collar,
    top_edge,
    torso,
)
from artwork.atelier.canvas import Canvas
from artwork.atelier.coat_parts import (
    breast_welt,
    coat_spots,
    collar_stand,
    cuff_buttons,
    cut_coat,
    darts,
    front_edge,
    front_zip,
    notch_lapels,
    welt,
)
from artwork.atelier.figure import Figure
from artwork.atelier.fitting import LENGTHS, contrast, lowest, reach
from artwork.atelier.geometry import moved, symmetric
from artwork.atelier.sleeves import arm, ribbed_cuff, sleeves
from artwork.atelier.trim import buckle, fringe, studs, zip_line
from artwork.atelier.waistcoats import crochet_vest, open_fronts, pointed_fronts, shearling, waistcoat

SHARP = Cut(
    neckline="v",
    sleeve="long",
    depth=36,
    neck=8.2,
    shoulder=19.5,
    slope=4.2,
    bust=20.4,
    underarm=22,
    waist=17.2,
    hip=21.4,
    half=21.8,
    length=72,
    sag=2.0,
    roomy=1.2,
    arm=12,
)
CUTS: dict[str, dict[str, Cut]] = {
    "blazer": {
        "single-breasted": SHARP,
        "double-breasted": replace(SHARP, depth=34, half=21.4, sag=1.0),
        "oversized": replace(
            SHARP, shoulder=23.5, slope=5, bust=24.5, waist=23.4, hip=24.4, half=24.6, length=80, depth=42, roomy=1.45
        ),
        "tuxedo": replace(SHARP, depth=44, waist=16.4, length=73),
    },
    "jacket": {
        "biker": replace(SHARP, depth=19, bust=19.8, waist=17.2, half=17.8, length=50, sag=1.0),
        "bomber": replace(
            SHARP, neckline="round", depth=6, shoulder=21, bust=23, underarm=23.5, waist=22.4, half=20.4, length=60, roomy=1.5
        ),
        "denim": replace(
            SHARP, neckline="collar", depth=7, shoulder=20, bust=21, waist=18.6, half=18.2, length=56, sag=0.8, roomy=1.25
        ),
        "fringed": replace(
            SHARP, neckline="collar", depth=8, shoulder=19.5, bust=21, waist=19.4, half=20.2, length=61, roomy=1.2
        ),
        "boucle": replace(SHARP, neckline="round", depth=8.5, bust=19.8, waist=18.6, half=19.4, length=52, sag=0.6, roomy=1.15),
    },
    "waistcoat": {
        "tailored": replace(SHARP, sleeve="sleeveless", depth=28, shoulder=14.5, bust=18.6, waist=15.6, half=17.4, length=57),
        "shearling": replace(SHARP, sleeve="sleeveless", depth=52, shoulder=16.5, bust=20.4, waist=19.6, half=20.6, length=62),
        "crochet": replace(
            SHARP, sleeve="sleeveless", depth=60, shoulder=15, bust=18.6, waist=17.6, hip=19.6, half=20.6, length=72
        ),
    },
}


def tailored(canvas: Canvas) -> None:
    """Draw a blazer, a jacket or a waistcoat."""
    garment = canvas.garment
    base = CUTS[garment.category][garment.silhouette]
    cut = cut_coat(garment.details, base)
    fringed_hem = 9 if garment.silhouette in ("crochet", "fringed") else 4
    figure = Figure(canvas, reach(cut) + 1.5, -5.0, max(lowest(cut) + 1, cut.length + fringed_hem))
    back_neck(figure, cut)
    sleeves(figure, cut)
    if garment.silhouette in ("shearling", "crochet"):
        open_fronts(figure, cut)
    elif garment.silhouette == "tailored":
        pointed_fronts(figure, cut)
    else:
        figure.panel(torso(cut))
        front_folds(figure, cut)
    FRONTS[garment.silhouette](figure, cut)
    adorn(figure, coat_spots(cut), skip=("gold buttons",))


# -- blazers --------------------------------------------------------------------------------------------------------------


def single_breasted(figure: Figure, cut: Cut) -> None:
    """Notched lapels, two buttons, flapped pockets."""
    front_edge(figure, cut)
    darts(figure, cut)
    notch_lapels(figure, cut)
    breast_welt(figure)
    welt(figure, 7.4, cut.length * 0.72, 10.4)
    button_row(figure, 0, cut.drop + 1.6, min(cut.drop + 10, cut.length - 8), 2, kind=button_kind(figure), r=1.0)
    cuff_buttons(figure, cut)


def double_breasted(figure: Figure, cut: Cut) -> None:
    """Peaked lapels crossing over two rows of buttons."""
    low = cut.length + cut.sag * 0.8
    path = f"M5.6 {cut.drop}L5.6 {low}"
    darts(figure, cut)
    figure.canvas.fold(figure.path(path), width=6)
    figure.line(path, width=1.4, opacity=0.95)
    notch_lapels(figure, cut, tip=12.4, at=13.4, peak=True, cross=-3.6)
    breast_welt(figure, 9.0)
    welt(figure, 8.4, cut.length * 0.74, 10)
    for u in (-5.6, 5.6):
        button_row(figure, u, cut.drop + 2, min(cut.drop + 20, cut.length - 6), 3, kind=button_kind(figure), r=1.05)
    cuff_buttons(figure, cut)


def oversized(figure: Figure, cut: Cut) -> None:
    """A low break with one button, long lapels and big patch pockets."""
    front_edge(figure, cut, curve=4)
    notch_lapels(figure, cut, tip=13.5, at=15)
    breast_welt(figure, 10.5, 25)
    patch_pocket(figure, 7.5, cut.length * 0.66, 12.5, cut.length * 0.23, flap=False)
    button_row(figure, 0, cut.drop + 2, cut.drop + 2, 1, kind=button_kind(figure), r=1.2)


def tuxedo(figure: Figure, cut: Cut) -> None:
    """A satin shawl collar and one button."""
    front_edge(figure, cut, curve=10)
    n, d = cut.neck, cut.drop
    ground = contrast(figure.canvas.garment, shade=0.86)
    collar_stand(figure, n)
    figure.pair(
        f"M{n - 2} -2.8C{n + 1.6} -2.4 {n + 2.4} 2 {n + 3.4} 6C{n + 5.6} 14 9 {d * 0.66} 0 {d}C4 {d * 0.72} {n - 3} {d * 0.36}"
        f" {n - 3} 6C{n - 3.2} 3 {n - 2.8} 0 {n - 2} -2.8Z",
        material="satin",
        pattern="plain",
        **ground,
    )
    welt(figure, 7.4, cut.length * 0.74, 10, flap=False)
    breast_welt(figure, 10.5, 24)
    button_row(figure, 0, d + 1.8, d + 1.8, 1, kind=button_kind(figure), r=1.3)
    cuff_buttons(figure, cut)


# -- jackets --------------------------------------------------------------------------------------------------------------


def biker(figure: Figure, cut: Cut) -> None:
    """Wide snapped lapels, a slanting zip, zipped pockets and a buckled belt."""
    low = cut.length
    notch_lapels(figure, cut, tip=14.5, at=14, peak=False, cross=-2.0)
    for sign in (-1, 1):
        for u, v in ((12.6, 12.4), (9.6, 8.8)):
            studs(figure.canvas, [figure.point(sign * u, v)], max(2.0, figure.size(0.55)))
    (x0, y0), (x1, y1) = figure.point(4.6, cut.drop + 2), figure.point(8.4, low - 5)
    zip_line(figure.canvas, f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}", width=3.8)
    for sign in (-1, 1):
        (a, b), (c, d) = figure.point(sign * 9.5 + (2.6 if sign > 0 else 0), 33), figure.point(sign * 15.4, 29)
        zip_line(figure.canvas, f"M{a:.1f} {b:.1f}L{c:.1f} {d:.1f}", width=3)
    figure.panel(
        symmetric(
            f"M0 {low - 4}C8 {low - 4} 13 {low - 4.6} {cut.half + 0.4} {low - 5.2}L{cut.half + 0.4} {low - 0.6}C13 {low + 0.2} 8"
            f" {low + 1} 0 {low + 1}"
        ),
        shade=0.95,
    )
    x, y = figure.point(-5.5, low - 1.6)
    buckle(figure.canvas, x, y, figure.size(4.6), figure.size(4.8), "silver")
    figure.lines(f"M{cut.shoulder - 1.2} 12C14 13 11.6 13.6 9.4 13.8", width=1.0)


def bomber(figure: Figure, cut: Cut) -> None:
    """Ribbed collar, cuffs and hem, a zip and slanting pockets."""
    low, trimmed = cut.length, 1 if len(figure.canvas.garment.colours) > 1 else 0
    ribs(figure, cut.half + 0.8, low - 6.5, cut.half - 1.4, low, sag=cut.sag, colour=trimmed)
    if cut.sleeve == "long":
        one = arm(cut)
        for sign in (-1, 1):
            ribbed_cuff(figure, one, sign, 5.0, trimmed)
    n = cut.neck
    figure.panel(
        symmetric(
            f"M0 -3.6C{n * 0.5} -3.6 {n * 0.9} -3.4 {n} -2L{n + 1.2} 1.4C{n} 5.4 4 7.6 0 7.8L0 4.8C3 4.6 {n - 1.8} 3 {n - 1.6}"
            f" 0.6C{n * 0.6} 1.6 {n * 0.3} 2 0 2"
        ),
        colour=trimmed,
    )
    for k in range(1, 9):
        figure.lines(f"M{n * k / 9} {5 - 0.5 * k}L{n * k / 8.4} {7.6 - 0.6 * k}", width=0.8, opacity=0.5)
    front_zip(figure, 6.4, low + 0.6)
    figure.pair("M8.4 46L14.6 36L16.4 37L10.4 47Z", outline=0.9, shade=0.94)


def denim_jacket(figure: Figure, cut: Cut) -> None:
    """Yoke, pointed chest flaps, converging seams, ochre stitching and metal buttons."""
    low, ochre = cut.length, "#d79a45"

    def stitch(cm: str) -> None:
        for sign in (-1, 1):
            figure.canvas.raw(
                f'<path d="{figure.path(moved(cm, sign, 1, 0, 0))}" fill="none" stroke="{ochre}" stroke-width="1"'
                ' stroke-dasharray="2.4 1.5"/>'
            )

    figure.lines(f"M{cut.shoulder - 0.8} 17.6L1.8 17.6", width=1.2, opacity=0.9)
    stitch(f"M{cut.shoulder - 0.8} 16.7L1.8 16.7")
    for u0, u1 in ((5.0, 3.6), (14.6, 8.4)):
        figure.lines(f"M{u0} 22L{u1} {low - 5}", width=1.1, opacity=0.85)
        stitch(f"M{u0 + 0.8} 22L{u1 + 0.8} {low - 5}")
    figure.pair("M5 18L14.8 18L14.8 21.6L9.9 24.8L5 21.6Z", outline=1.0, shade=1.03)
    stitch("M5.7 18.6L5.7 21.2L9.9 23.8L14.1 21.2L14.1 18.6")
    figure.panel(f"M-1.8 {cut.drop}L1.8 {cut.drop}L1.8 {low + 0.4}L-1.8 {low + 0.4}Z", outline=0.9, shade=1.03)
    stitch(f"M1.2 {cut.drop + 1}L1.2 {low}")
    figure.panel(
        symmetric(
            f"M0 {low - 4}C8 {low - 4} 13 {low - 4.4} {cut.half + 0.3} {low - 4.8}L{cut.half + 0.2} {low}C13 {low + 0.6} 8"
            f" {low + 0.9} 0 {low + 0.9}"
        ),
        shade=1.02,
    )
    stitch(f"M{cut.half - 0.4} {low - 3.8}C13 {low - 3.4} 8 {low - 3} 1 {low - 3}")
    kind = "gold" if "gold buttons" in figure.canvas.garment.trims else "silver"
    button_row(figure, 0, cut.drop + 3, low - 1.8, 6, kind=kind, r=0.95)
    for sign in (-1, 1):
        button_row(figure, sign * 9.9, 22.4, 22.4, 1, kind=kind, r=0.8)
    shirt_collar(figure, cut, spread=8.0)


def fringed(figure: Figure, cut: Cut) -> None:
    """A western jacket with fringe along the yoke and down the sleeves."""
    if cut.sleeve == "long":
        ou, ov = arm(cut).outer
        for sign in (-1, 1):
            (x0, y0), (x1, y1) = figure.point(sign * (cut.shoulder + 5.2), 22), figure.point(sign * (ou - 1.6), ov - 4)
            fringe(figure.canvas, x0, y0, x1, y1, figure.size(8))
    figure.line(f"M0 {cut.drop}L0 {cut.length + cut.sag}", width=1.3, opacity=0.9)
    for sign in (-1, 1):
        (x0, y0), (x1, y1) = figure.point(sign * 1.5, 20.5), figure.point(sign * (cut.shoulder - 1), 15.5)
        fringe(figure.canvas, x0, y0, x1, y1, figure.size(13), figure.size(1.4))
        (x0, y0), (x1, _) = figure.point(sign * 1, cut.length - 0.5), figure.point(sign * (cut.half - 0.6), cut.length - 1)
        fringe(figure.canvas, x0, y0, x1, y0, figure.size(7))
    figure.pair(
        f"M0.4 {cut.drop}L0.4 21C7 23 14 20 {cut.shoulder - 0.8} 15.6L{cut.shoulder} {cut.slope + 0.4}L{cut.neck + 1} 0.8Z",
        outline=1.0,
    )
    figure.stitch(f"M0.8 19.8C7 21.6 14 18.8 {cut.shoulder - 1.4} 14.6")
    shirt_collar(figure, cut, spread=7.5)
    button_row(figure, 0, 26, cut.length - 6, 4, kind=button_kind(figure), r=0.9)


def boucle(figure: Figure, cut: Cut) -> None:
    """A collarless jacket edged in braid, with four pockets and jewelled buttons."""
    low = cut.length
    braid = "#f3ead8" if len(figure.canvas.garment.colours) == 1 else figure.canvas.colours.second

    def edge(cm: str, width: float = 1.5) -> None:
        path = figure.path(cm)
        for ink, w, dash in (("#1c1418", width, ""), (braid, width * 0.8, ""), ("#1c1418", width * 0.22, "1.6 1.6")):
            dashed = f' stroke-dasharray="{dash}"' if dash else ' stroke-linejoin="round"'
            figure.canvas.raw(f'<path d="{path}" fill="none" stroke="{ink}" stroke-width="{figure.size(w):.1f}"{dashed}/>')

    figure.line(f"M0 {cut.drop}L0 {low + cut.sag}", width=1.4, opacity=0.95)
    patch_pocket(figure, 5, 19.5, 9, 8, point=0)
    patch_pocket(figure, 5, 35, 10.6, 10, point=0)
    for sign in (-1, 1):
        for u, v, w in ((5, 19.5, 9), (5, 35, 10.6)):
            edge(moved(f"M{u} {v + 0.4}L{u + w} {v + 0.4}", sign, 1, 0, 0), 1.2)
        neck = "C".join(top_edge(cut).split("C")[:2])
        edge(moved(neck, sign, 1, 0, 0))
        edge(moved(f"M1 {cut.drop + 0.6}L1 {low + 0.2}", sign, 1, 0, 0), 1.2)
        edge(moved(f"M{cut.half - 0.6} {low - 0.8}C13 {low - 0.2} 8 {low - 0.2} 1 {low - 0.2}", sign, 1, 0, 0))
        if cut.sleeve == "long":
            (ou, ov), (iu, iv) = arm(cut).outer, arm(cut).inner
            edge(moved(f"M{ou - 0.5} {ov - 1}L{iu + 0.3} {iv - 1}", sign, 1, 0, 0))
        kind = "pearl" if "pearls" in figure.canvas.garment.trims else "gold"
        button_row(figure, sign * 9.5, 24, 24, 1, kind=kind, r=0.9)
        button_row(figure, sign * 10.3, 40.5, 40.5, 1, kind=kind, r=0.9)
    button_row(figure, 2.6, 12, low - 5, 4, kind="gold", r=1.1)


FRONTS = {
    "single-breasted": single_breasted,
    "double-breasted": double_breasted,
    "oversized": oversized,
    "tuxedo": tuxedo,
    "biker": biker,
    "bomber": bomber,
    "denim": denim_jacket,
    "fringed": fringed,
    "boucle": boucle,
    "tailored": waistcoat,
    "shearling": shearling,
    "crochet": crochet_vest,
}
DRAWERS = {"blazer": tailored, "jacket": tailored, "waistcoat": tailored}
_CLOTH = (
    "fringe", "studs", "spikes", "chains", "pearls", "gold buttons", "embroidery", "shearling lining", "contrast piping",
    "side stripe", "patches", "sequins", "buckles", "safety pins", "rosettes", "crest", "hearts", "butterflies",
    "feathers", "lace trim", "bows", "zips", "tassels", "pompoms", "ruffles", "laces", "toggles",
)  # fmt: skip
TRIMS_SHOWN = {
    "blazer": tuple(t for t in _CLOTH if t not in ("zips", "laces", "toggles", "ruffles", "tassels")),
    "jacket": tuple(t for t in _CLOTH if t not in ("toggles", "gold buttons")),
    "waistcoat": tuple(t for t in _CLOTH if t not in ("toggles", "gold buttons", "zips", "laces")),
}  # fmt: skip
_DETAILS = {"sleeve": ("long", "short", "puff", "bell", "sleeveless"), "length": tuple(LENGTHS)}
DETAILS = {"blazer": _DETAILS, "jacket": _DETAILS, "waistcoat": {"length": tuple(LENGTHS)}}
