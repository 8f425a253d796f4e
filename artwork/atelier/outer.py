"""Long and weatherproof outerwear: coats, puffers, raincoats."""

from dataclasses import replace

from artwork.atelier.adorn import Spots, adorn
from artwork.atelier.bodice import Cut, back_neck, button_kind, button_row, front_folds, patch_pocket, shirt_collar, torso
from artwork.atelier.canvas import Canvas
from artwork.atelier.coat_parts import belt, coat_spots, cut_coat, hood, hood_edges, notch_lapels, toggles, welt
from artwork.atelier.figure import Figure, drape
from artwork.atelier.fitting import LENGTHS, cut_to, lowest, reach
from artwork.atelier.geometry import symmetric
from artwork.atelier.puffers import puffer_cropped, puffer_long, quilted, ski
from artwork.atelier.sleeves import sleeves
from artwork.atelier.trim import fur_edge

LONG = Cut(
    neckline="v",
    sleeve="long",
    depth=30,
    neck=8.2,
    shoulder=20,
    slope=4.6,
    bust=21.4,
    underarm=23,
    waist=18.4,
    hip=23,
    half=27,
    length=108,
    sag=2.4,
    roomy=1.3,
    arm=11,
)
CUTS: dict[str, dict[str, Cut]] = {
    "coat": {
        "trench": replace(LONG, depth=22, waist=16.8, half=29),
        "wrap": replace(LONG, depth=42, waist=18, hip=22.6, half=25, length=114, roomy=1.4),
        "duffle": replace(LONG, neckline="round", depth=9, waist=22.4, hip=24, half=25.4, length=90),
        "military": replace(LONG, neckline="high", depth=3.2, waist=15.6, hip=22, half=31, length=102, sag=3),
        "teddy": replace(LONG, depth=30, shoulder=22, bust=25, waist=25, hip=25.6, half=24.6, length=86, roomy=1.7),
    },
    "puffer": {
        "cropped": replace(
            LONG, neckline="high", depth=3.2, shoulder=21, bust=23.4, waist=22.6, half=21.6, length=50, roomy=1.75
        ),
        "long": replace(
            LONG, neckline="high", depth=3.2, shoulder=20, bust=22, waist=20.6, hip=22.6, half=23, length=104, roomy=1.6
        ),
        "ski": replace(
            LONG, neckline="high", depth=3.2, shoulder=20.5, bust=22.4, waist=20.4, hip=22, half=22, length=68, roomy=1.6
        ),
    },
    "raincoat": {
        "hooded": replace(LONG, neckline="round", depth=9, waist=22.4, hip=25, half=29, length=88, sag=2.6),
        "cape": replace(LONG, neckline="collar", depth=8, sleeve="sleeveless", half=46, length=82, sag=6),
    },
}


def outerwear(canvas: Canvas) -> None:
    """Draw a coat, a puffer or a hooded raincoat."""
    garment = canvas.garment
    base = CUTS[garment.category][garment.silhouette]
    cut = cut_coat(garment.details, base)
    hooded = garment.silhouette in ("duffle", "hooded", "ski")
    figure = Figure(canvas, reach(cut) + 2, -15.5 if hooded else -6.0, lowest(cut) + 1)
    if hooded:
        hood(figure)
    else:
        back_neck(figure, cut)
    if garment.category == "puffer":
        quilted(figure, cut)
    else:
        sleeves(figure, cut)
        figure.panel(torso(cut))
        front_folds(figure, cut)
    FRONTS[garment.silhouette](figure, cut)
    if "hood fur" in garment.trims:
        around = (
            "M-2 11C-8 9 -12.6 4 -12.6 -2C-12.6 -9.6 -6.6 -13 0 -13C6.6 -13 12.6 -9.6 12.6 -2C12.6 4 8 9 2 11"
            if hooded
            else f"M-2 9C-8 8 -11.4 3 -{cut.neck + 1} -3C-5 -6 5 -6 {cut.neck + 1} -3C11.4 3 8 8 2 9"
        )
        fur_edge(canvas, figure.path(around), figure.size(6))
    places = ((9.0, 27.0), (-11.0, 62.0), (12.0, 78.0), (-12.0, 30.0), (-14.0, 90.0))
    fields = tuple((u, min(v, cut.length - 8)) for u, v in places)
    adorn(
        figure,
        replace(coat_spots(cut), fields=fields, waist=(cut.waist, min(42.0, cut.length - 5))),
        skip=("toggles", "hood fur") + (("gold buttons",) if garment.silhouette in BUTTONED else ()),
    )
    if "toggles" in garment.trims and garment.silhouette != "duffle":
        toggles(figure, 16, cut.length * 0.66)


# -- coats ----------------------------------------------------------------------------------------------------------------


def trench(figure: Figure, cut: Cut) -> None:
    """Storm flap, epaulettes, two rows of buttons, a buckled belt, wide collar."""
    low = cut.length + cut.sag
    drape(figure, cut.waist, 46, cut.half, cut.length, 2, sag=cut.sag, deep=0.12)
    figure.line(f"M6 {cut.drop}L6.6 {low - 0.4}", width=1.4, opacity=0.95)
    figure.canvas.fold(figure.path(f"M7 {cut.drop}L7.6 {low}"), width=7)
    figure.panel(
        f"M{cut.neck + 1} 1.2C{cut.neck + 5} 2 {cut.shoulder - 1} {cut.slope - 0.4} {cut.shoulder - 0.2}"
        f" {cut.slope + 0.4}L{cut.shoulder - 1} 18C15 22 10 24 5 24.6L2 20Z",
        outline=1.0,
    )
    notch_lapels(figure, cut, tip=14, at=13.6, cross=-3.6)
    figure.pair(
        f"M{cut.neck + 4} 0.6L{cut.shoulder + 0.6} {cut.slope - 1}L{cut.shoulder + 0.2} {cut.slope + 2.6}L{cut.neck + 4}"
        f" 3.6L{cut.neck + 2.6} 2Z",
        outline=0.9,
        shade=1.05,
    )
    belt(figure, cut.waist, 43, tied=False)
    welt(figure, 12, 56, 7.6, flap=False)
    for u in (-6.4, 6.4):
        button_row(figure, u, 29, 37, 2, kind=button_kind(figure), r=1.1)
        button_row(figure, u, 53, 64, 2, kind=button_kind(figure), r=1.1)


def wrap_coat(figure: Figure, cut: Cut) -> None:
    """A deep shawl collar and a tied belt."""
    n, d, low = cut.neck, cut.drop, cut.length + cut.sag
    figure.line(f"M5 {d}C7 {d + 20} 7 {low - 20} 7 {low - 0.4}", width=1.4, opacity=0.95)
    figure.canvas.fold(figure.path(f"M6 {d}C8 {d + 20} 8 {low - 20} 8 {low}"), width=8)
    figure.panel(symmetric(f"M0 -3.4C{n * 0.5} -3.4 {n * 0.8} -3.2 {n - 0.4} -2.4L{n - 1} 3L0 3.6"), inside=True, outline=0.9)
    figure.pair(
        f"M{n - 2} -3C{n + 2.4} -2.6 {n + 4} 2 {n + 5.4} 7C{n + 7.6} 16 9 {d * 0.7} 0 {d}C3 {d * 0.74} {n - 4} {d * 0.4} {n - 3}"
        f" 6C{n - 3.2} 3 {n - 2.8} 0 {n - 2} -3Z",
        shade=1.04,
    )
    patch_pocket(figure, 9.6, 58, 11, 14)
    belt(figure, cut.waist + 0.6, 43, tied=True)


def duffle(figure: Figure, cut: Cut) -> None:
    """A hood, a shoulder yoke, toggles and patch pockets."""
    low = cut.length + cut.sag
    figure.line(f"M3 12L3 {low - 0.4}", width=1.4, opacity=0.95)
    figure.canvas.fold(figure.path(f"M4 12L4 {low}"), width=7)
    figure.lines(f"M{cut.shoulder - 0.6} 17C12 20 6 20.6 0 20.8", width=1.1)
    figure.stitch(f"M{cut.shoulder - 0.6} 16C12 19 6 19.6 0 19.8")
    hood_edges(figure)
    toggles(figure, 24, cut.length * 0.72)
    patch_pocket(figure, 8.6, cut.length * 0.62, 12, cut.length * 0.18, flap=True)


def military(figure: Figure, cut: Cut) -> None:
    """A stand collar, braid, two rows of gold buttons and epaulettes over a flared skirt."""
    n, w, low = cut.neck, cut.waist, cut.length + cut.sag
    drape(figure, w, 44, cut.half, cut.length, 3, sag=cut.sag)
    gold = "#d9ac4a"
    figure.line(f"M0 4L0 {low - 0.4}", width=1.3, opacity=0.9)
    figure.lines(f"M{cut.shoulder - 2} 14C14 22 11 32 9.4 42C12 60 16 84 18 {low - 4}", width=1.1)
    figure.panel(
        symmetric(f"M0 4.6C{n * 0.4} 4.6 {n * 0.85} 2.8 {n + 0.4} 0.4L{n - 1} -5C{n * 0.5} -3.8 {n * 0.3} -3.4 0 -3.2"),
        shade=0.94,
    )
    figure.canvas.raw(
        "<path"
        f' d="{figure.path(f"M-{n - 1} -4.6C-{n * 0.5} -3.2 {-n * 0.3} -2.8 0 -2.6C{n * 0.3} -2.8 {n * 0.5} -3.2 {n - 1} -4.6")}"'
        f' fill="none" stroke="{gold}" stroke-width="1.8"/>'
    )
    for k in range(5):
        v = 12 + 6.4 * k
        u = 10.4 - 0.9 * k
        braid = figure.path(f"M{-u} {v}Q0 {v + 1.4} {u} {v}")
        for ink, width in (("#6f4a12", 3.0), (gold, 2.0)):
            figure.canvas.raw(f'<path d="{braid}" fill="none" stroke="{ink}" stroke-width="{width}"/>')
        for sign in (-1, 1):
            button_row(figure, sign * u, v, v, 1, kind="gold", r=1.15)
    figure.pair(
        f"M{n + 4} 0.4L{cut.shoulder + 1} {cut.slope - 1.2}L{cut.shoulder + 1} {cut.slope + 2.8}L{n + 4} 3.8Z",
        outline=0.9,
        colour=1,
    )
    for sign in (-1, 1):
        (x0, y0), (x1, y1) = (
            figure.point(sign * (cut.shoulder - 0.4), cut.slope + 0.4),
            figure.point(sign * (cut.shoulder + 2.6), cut.slope + 2.6),
        )
        for k in range(7):
            x, y = x0 + (x1 - x0) * k / 6, y0 + (y1 - y0) * k / 6
            figure.canvas.raw(
                f'<path d="M{x:.1f} {y:.1f}l{sign * 0.8} 7" stroke="{gold}" stroke-width="1.5" stroke-linecap="round"/>'
            )
    welt(figure, 9.6, 54, 9)


def teddy(figure: Figure, cut: Cut) -> None:
    """A cocoon with a big soft collar, big buttons and slanting pockets."""
    low = cut.length + cut.sag
    figure.line(f"M3 {cut.drop}L3 {low - 0.4}", width=1.5, opacity=0.95)
    figure.canvas.fold(figure.path(f"M4.4 {cut.drop}L4.4 {low}"), width=8)
    notch_lapels(figure, cut, tip=15.5, at=15.5, cross=-1.4)
    figure.pair("M11 62L15.6 50L18.6 51.2L14 63Z", outline=1.0, shade=0.95)
    button_row(figure, -1, cut.drop + 4, cut.length * 0.72, 3, kind=button_kind(figure), r=1.7)


# -- raincoats ------------------------------------------------------------------------------------------------------------


def hooded(figure: Figure, cut: Cut) -> None:
    """A storm placket with snaps, flapped pockets and the hood's edges."""
    low = cut.length + cut.sag
    drape(figure, cut.waist, 44, cut.half, cut.length, 2, sag=cut.sag, deep=0.1)
    figure.panel(f"M-2.6 12L2.6 12L2.6 {low - 0.3}L-2.6 {low - 0.3}Z", outline=0.9, shade=1.03)
    button_row(
        figure, 0, 17, cut.length - 8, 6, kind="gold" if "gold buttons" in figure.canvas.garment.trims else "silver", r=0.9
    )
    hood_edges(figure)
    patch_pocket(figure, 9, cut.length * 0.6, 12, 13, flap=True)
    figure.canvas.gloss(figure.path(f"M-13 30C-15 50 -16 66 -19 {cut.length - 4}"), width=8, opacity=0.2)


def cape(canvas: Canvas) -> None:
    """Draw a rain cape: a bell from the shoulders with arm slits."""
    cut = cut_to(canvas.garment.details, CUTS["raincoat"]["cape"])
    low, half = cut.length, cut.half
    figure = Figure(canvas, half + 2, -6, low + cut.sag + 3)
    back_neck(figure, cut)
    body = (
        f"M0 {cut.drop}C4 {cut.drop} {cut.neck} 5 {cut.neck} 0C{cut.neck + 8} 1.6 {cut.shoulder + 2} 5 {cut.shoulder + 5}"
        f" 14C{cut.shoulder + 12} 36 {half - 6} {low - 26} {half} {low - 4}C{half * 0.66} {low + 1} {half * 0.3} {low + 4} 0"
        f" {low + 4}"
    )
    figure.panel(symmetric(body))
    drape(figure, 14, 14, half, low - 4, 3, sag=8, reach=1.0)
    figure.pair(
        f"M{cut.shoulder - 3} 40C{cut.shoulder - 1} 46 {cut.shoulder + 1} 54 {cut.shoulder + 2} 60L{cut.shoulder - 1}"
        f" 61C{cut.shoulder - 3} 54 {cut.shoulder - 4.6} 46 {cut.shoulder - 3} 40Z",
        inside=True,
        outline=1.0,
    )
    figure.line(f"M0 {cut.drop}L0 {low + 3.6}", width=1.4, opacity=0.95)
    button_row(figure, 0, cut.drop + 4, low * 0.7, 5, kind="gold" if "gold buttons" in canvas.garment.trims else "cloth", r=1.3)
    shirt_collar(figure, cut, spread=8.5)
    fields = ((12.0, 30.0), (-18.0, low * 0.72), (20.0, low * 0.8), (-11.0, 34.0), (-6.0, low - 6))
    seams = tuple(
        f"M{s * (cut.shoulder + 4)} 14C{s * (cut.shoulder + 10)} 36 {s * (half - 8)} {low - 26} {s * (half - 2)} {low - 6}"
        for s in (-1, 1)
    )
    adorn(
        figure,
        Spots(
            ((-half + 1, low - 3.6, half - 1, low - 3.6, 7.4),),
            ((-8.0, 5.0, 8.0, 5.0, 3.0),),
            fields,
            (14.0, low - 10),
            seams,
            (24.0, 40.0),
        ),
        skip=("gold buttons", "toggles"),
    )
    if "toggles" in canvas.garment.trims:
        toggles(figure, 16, low * 0.66)
    if "hood fur" in canvas.garment.trims:
        fur_edge(canvas, figure.path("M-2 10C-8 9 -12 4 -9.2 -3C-5 -6 5 -6 9.2 -3C12 4 8 9 2 10"), figure.size(6))


def raincoat(canvas: Canvas) -> None:
    """Draw a raincoat."""
    if canvas.garment.silhouette == "cape":
        cape(canvas)
    else:
        outerwear(canvas)


FRONTS = {
    "trench": trench, "wrap": wrap_coat, "duffle": duffle, "military": military, "teddy": teddy, "cropped": puffer_cropped,
    "long": puffer_long, "ski": ski, "hooded": hooded,
}  # fmt: skip
BUTTONED = ("trench", "teddy", "hooded")  # their own buttons turn gold
DRAWERS = {"coat": outerwear, "puffer": outerwear, "raincoat": raincoat}
_CLOTH = (
    "fringe", "studs", "spikes", "chains", "pearls", "embroidery", "shearling lining", "contrast piping", "side stripe",
    "patches", "sequins", "buckles", "safety pins", "rosettes", "crest", "hearts", "butterflies", "feathers", "bows",
    "tassels", "pompoms", "zips", "ruffles",
)  # fmt: skip
TRIMS_SHOWN = {
    "coat": _CLOTH + ("toggles", "hood fur", "gold buttons"),
    "puffer": (
        tuple(t for t in _CLOTH if t not in ("zips", "tassels", "feathers", "ruffles", "fringe", "rosettes"))
        + ("toggles", "hood fur")
    ),
    "raincoat": (
        tuple(t for t in _CLOTH if t not in ("feathers", "tassels", "rosettes")) + ("toggles", "hood fur", "gold buttons")
    ),
}
_DETAILS = {"sleeve": ("long", "bell", "short", "sleeveless"), "length": tuple(LENGTHS)}
DETAILS = {
    "coat": _DETAILS,
    "puffer": {"length": tuple(LENGTHS), "sleeve": ("long", "sleeveless")},
    "raincoat": {"length": tuple(LENGTHS)},
}
