"""Dresses: eleven silhouettes over one bodice and a handful of skirts."""

from dataclasses import dataclass, replace

from artwork.atelier.adorn import Spots, adorn
from artwork.atelier.bodice import (
    NECKLINES,
    SLEEVES,
    Cut,
    back_neck,
    bow_panels,
    button_kind,
    button_row,
    front_folds,
    neck_finish,
    patch_pocket,
    placket,
    ribs,
    straps,
    torso,
    waistband,
)
from artwork.atelier.canvas import Canvas
from artwork.atelier.figure import Figure, drape, gathers, skirt
from artwork.atelier.fitting import contrast, cut_to_waist
from artwork.atelier.geometry import symmetric
from artwork.atelier.sleeves import arm, sleeves

LENGTHS = {"mini": 84.0, "knee": 100.0, "midi": 118.0, "maxi": 140.0}


@dataclass(frozen=True)
class Skirt:
    """The lower half of a dress: half-width at the hem, hip (0 = flared from the waist), flutes, folds, tiers, roundness."""

    half: float
    hip: float = 0.0
    flutes: int = 0
    depth: float = 0.0
    sag: float = 2.5
    folds: int = 4
    tiers: int = 1
    seam: bool = True
    bell: float = 0.0


# silhouette -> the bodice, the skirt and the length when the details do not name one
DRESSES: dict[str, tuple[Cut, Skirt, str]] = {
    "maxi": (Cut("v", "sleeveless", shoulder=14, waist=13), Skirt(39, flutes=4, depth=1.1, sag=4, folds=5), "maxi"),
    "tiered": (
        Cut("square", "puff", shoulder=15.5, bust=18.2, waist=15.5, waist_at=36),
        Skirt(35, flutes=5, depth=0.8, folds=6, tiers=3),
        "midi",
    ),
    "wrap": (Cut("v", "long", depth=22, waist=13.6), Skirt(26, hip=20, flutes=2, depth=0.6, folds=3), "midi"),
    "slip": (Cut("v", "strap", depth=16, bust=17.2, waist=14.6), Skirt(20.5, hip=18.8, folds=3, seam=False), "midi"),
    "shift": (
        Cut("round", "cap", shoulder=15.5, bust=17.6, waist=17.9, waist_at=42),
        Skirt(24, hip=20.6, folds=2, seam=False, sag=1.6),
        "mini",
    ),
    "shirt": (Cut("collar", "long", shoulder=17.5, bust=19, waist=14.6), Skirt(24, hip=21, folds=3, sag=2.2), "knee"),
    "bodycon": (Cut("square", "strap", bust=17, waist=12.4), Skirt(16.4, hip=18.8, folds=1, seam=False, sag=1.2), "mini"),
    "ball gown": (
        Cut("sweetheart", "sleeveless", bust=17, waist=12.2, waist_at=39),
        Skirt(58, flutes=4, depth=1.4, sag=5, folds=7, bell=0.5),
        "maxi",
    ),
    "pinafore": (Cut("round", "short", shoulder=16.5, bust=18.4, waist=15), Skirt(29, flutes=2, depth=0.5, folds=3), "mini"),
    "knit": (
        Cut("high", "long", shoulder=17, bust=18.2, waist=15.6, arm=11),
        Skirt(18.6, hip=20, folds=1, seam=False, sag=1.4),
        "knee",
    ),
    "skater": (
        Cut("round", "cap", depth=8, shoulder=15.5, bust=17.6, waist=12.8),
        Skirt(38, flutes=4, depth=1.4, sag=4, folds=6, bell=0.2),
        "mini",
    ),
}


def dress(canvas: Canvas) -> None:
    """Draw a dress of the garment's silhouette and details."""
    details, name = canvas.garment.details, canvas.garment.silhouette
    cut, low, length = DRESSES[name]
    cut = cut_to_waist(details, cut)
    bottom = LENGTHS[details.get("length", length)]
    reach = max(low.half, arm(cut).outer[0] + 2 if cut.sleeved else 0, cut.bust + 2)
    figure = Figure(
        canvas, reach, -6.0 if cut.neckline in ("high", "halter", "collar") or cut.strapped else -2.0, bottom + low.sag + 1
    )
    if name == "pinafore":
        pinafore(figure, cut, low, bottom)
    else:
        back_neck(figure, cut)
        sleeves(figure, cut, rib=5.0 if name == "knit" and cut.sleeve == "long" else 0.0)
        straps(figure, cut)
        if low.seam:
            dress_skirt(figure, cut, low, bottom)
            figure.panel(torso(cut))
            front_folds(figure, cut)
        else:
            column(figure, cut, low, bottom)
        FINISH.get(name, waist_line)(figure, cut, low, bottom)
        neck_finish(figure, cut)
    adorn(figure, dress_spots(cut, low, bottom), skip=("gold buttons",) if name in ("shirt", "pinafore") else ())


def dress_spots(cut: Cut, low: Skirt, bottom: float) -> Spots:
    """Where a dress wears its trims."""
    d = cut.drop
    at = 9.5 if not cut.strapped else 10.0
    edge = ((-at, max(2.0, d - 7), at, max(2.0, d - 7), (d - max(2.0, d - 7)) * 0.95),)
    middle = (cut.waist_at + bottom) / 2
    fields = (
        (9.5, 24.0),
        (-low.half * 0.4, bottom - 14),
        (low.half * 0.38, middle + 4),
        (-low.half * 0.3, middle - 8),
        (0.0, bottom - 9),
    )
    seams = (
        f"M{cut.bust} {cut.underarm}C{cut.bust} 30 {cut.waist} 34 {cut.waist} {cut.waist_at}",
        f"M{-cut.bust} {cut.underarm}C{-cut.bust} 30 {-cut.waist} 34 {-cut.waist} {cut.waist_at}",
    )
    return Spots(
        ((-low.half + 0.5, bottom, low.half - 0.5, bottom, low.sag),),
        edge,
        fields,
        (d + 2, cut.waist_at - 1),
        seams,
        (cut.waist, cut.waist_at),
    )


def dress_skirt(figure: Figure, cut: Cut, low: Skirt, bottom: float) -> None:
    """The skirt below a waist seam, in one piece or in gathered tiers, with the back seen under the flutes."""
    top = cut.waist_at - 0.6
    if low.tiers == 1:
        outline = skirt(
            cut.waist, top, low.half, bottom, hip=low.hip, bell=low.bell, sag=low.sag, flutes=low.flutes, depth=low.depth
        )
        if low.flutes:
            back = skirt(
                cut.waist, top, low.half * 0.985, bottom + low.depth * 0.6, hip=low.hip, bell=low.bell, sag=low.sag * 0.85
            )
            figure.panel(symmetric(back), inside=True)
        figure.panel(symmetric(outline))
        drape(figure, cut.waist, top, low.half, bottom, low.folds, sag=low.sag)
        if low.folds > 4:
            gathers(figure, cut.waist, top + 1, 7, 11)
        return
    heights = [top + (bottom - top) * share for share in (0.0, 0.27, 0.58, 1.0)]
    halves = [cut.waist + (low.half - cut.waist) * share for share in (0.12, 0.42, 0.7, 1.0)]
    for k in range(low.tiers - 1, -1, -1):
        v0, v1, a, b = heights[k], heights[k + 1], (cut.waist if k == 0 else halves[k] * 0.97), halves[k + 1]
        figure.panel(symmetric(skirt(a, v0, b, v1 + 1.2, sag=low.sag, flutes=low.flutes, depth=low.depth)), shade=1.0)
        drape(figure, a, v0, b, v1, low.folds, sag=low.sag, reach=1.0, deep=0.12)
        gathers(figure, a, v0 + 1.4, (v1 - v0) * 0.28, 15)


def column(figure: Figure, cut: Cut, low: Skirt, bottom: float) -> None:
    """Bodice and skirt in one piece, without a waist seam."""
    whole = replace(cut, length=bottom, half=low.half, hip=low.hip, hip_at=61.0, sag=low.sag)
    figure.panel(torso(whole))
    front_folds(figure, replace(cut, length=cut.waist_at))
    figure.creases(cut.waist * 0.95, cut.waist_at + 2, cut.waist * 0.45, cut.waist_at - 4, width=1.6)
    for k in range(low.folds):
        figure.creases(
            low.hip * (0.82 - 0.28 * k), 58 + 6 * k, low.half * (0.8 - 0.26 * k), bottom - 1, width=2.4, bend=-0.5, deep=0.13
        )


# -- what each dress has of its own ----------------------------------------------------------------------------------------


def waist_line(figure: Figure, cut: Cut, low: Skirt, bottom: float) -> None:
    """A stitched waist seam."""
    if low.seam:
        w, v = cut.waist, cut.waist_at
        figure.line(f"M{-w} {v - 0.4}C{-w * 0.4} {v + 0.8} {w * 0.4} {v + 0.8} {w} {v - 0.4}", width=1.3, opacity=0.8)


def maxi(figure: Figure, cut: Cut, low: Skirt, bottom: float) -> None:
    """A deep, shaped waistband."""
    waistband(figure, cut, (3.4, 3.8, 4.4), 0.2, wider=(0.2, 0.1))
    gathers(figure, cut.waist, cut.waist_at - 3.4, 8, 9, up=True)


def wrap(figure: Figure, cut: Cut, low: Skirt, bottom: float) -> None:
    """The crossing edge of bodice and skirt, and the tie at the side."""
    w, v = cut.waist, cut.waist_at
    if cut.neckline == "v":
        figure.canvas.shadow(
            figure.path(f"M{-cut.neck} 0C{-4} 12 4 26 {w * 0.62} {v}L{w * 0.5} {v}C2 27 -6 13 {-cut.neck} 0Z"), opacity=0.2
        )
        figure.line(f"M0 {cut.drop}C4 28 8 34 {w * 0.66} {v}", width=1.3, opacity=0.9)
    figure.line(
        f"M{w * 0.66} {v + 1}C{low.half * 0.62} {v + 26} {low.half * 0.5} {bottom - 20} {low.half * 0.16} {bottom + low.sag}",
        width=1.4,
        opacity=0.9,
    )
    figure.canvas.fold(
        figure.path(
            f"M{w * 0.62} {v + 1}C{low.half * 0.56} {v + 26} {low.half * 0.44} {bottom - 20} {low.half * 0.1} {bottom + low.sag}"
        ),
        width=9,
    )
    waistband(figure, cut, (1.6, 2.0, 2.4), 1.0, wider=(0.3, 0.3), shade=0.97)
    k = w * 0.66
    figure.panel(
        f"M{k} {v}C{k + 3} {v + 8} {k + 2} {v + 20} {k + 5} {v + 30}L{k + 8.5} {v + 28.6}C{k + 5} {v + 18} {k + 5} {v + 8}"
        f" {k + 1.6} {v}Z"
    )
    figure.panel(
        f"M{k} {v}C{k + 1} {v + 8} {k - 3} {v + 16} {k - 2} {v + 24}L{k + 1.4} {v + 24.6}C{k + 1} {v + 16} {k + 4} {v + 8}"
        f" {k + 1.6} {v}Z"
    )
    figure.panel(
        f"M{k} {v}C{k - 2} {v - 5} {k - 8} {v - 5.4} {k - 8} {v - 1}C{k - 8} {v + 3} {k - 2} {v + 3} {k} {v}C{k + 3} {v - 5}"
        f" {k + 9} {v - 5} {k + 9} {v - 0.6}C{k + 9} {v + 3.4} {k + 3} {v + 3} {k} {v}Z",
        shade=1.05,
    )


def slip(figure: Figure, cut: Cut, low: Skirt, bottom: float) -> None:
    """A cowl of soft folds across the bust, and a lace-fine hem line."""
    for k in range(3):
        figure.line(
            f"M{-9 + k} {cut.drop - 5 + 3.4 * k}Q0 {cut.drop + 6 + 3.6 * k} {9 - k} {cut.drop - 5 + 3.4 * k}",
            width=1.1,
            opacity=0.5,
        )
    figure.canvas.gloss(figure.path(f"M-8 52C-11 70 -8 90 -13 {bottom - 4}"), width=9, opacity=0.22)
    figure.line(
        f"M{-low.half + 0.4} {bottom - 2}Q0 {bottom + low.sag * 2 - 2} {low.half - 0.4} {bottom - 2}", width=0.9, opacity=0.6
    )


def shift(figure: Figure, cut: Cut, low: Skirt, bottom: float) -> None:
    """Bust darts and two welt pockets."""
    figure.lines(f"M{cut.bust - 0.6} {cut.underarm + 6}L11 {cut.underarm + 2.6}", width=1.0)
    figure.pair("M6.5 57L15 56L15 58.6L6.5 59.6Z", outline=0.9, shade=0.98)
    figure.stitch(
        f"M{low.half - 0.6} {bottom - 2.4}C{low.half * 0.6} {bottom - 1.2} {low.half * 0.3} {bottom - 0.8} 0 {bottom - 0.8}"
    )


def shirt(figure: Figure, cut: Cut, low: Skirt, bottom: float) -> None:
    """A button band from collar to hem, breast pockets and a tied belt."""
    placket(figure, cut.drop, bottom + low.sag - 0.4, 9, kind=button_kind(figure))
    patch_pocket(figure, 6.5, 20, 8.5, 8.5)
    waistband(figure, cut, (1.4, 1.9, 2.3), 1.4, wider=(0.5, 0.5))
    bow_panels(figure, cut.waist_at + 0.4, 7.5)


def bodycon(figure: Figure, cut: Cut, low: Skirt, bottom: float) -> None:
    """Bandage seams that follow the curves."""
    for v, half, sag in (
        (25, 16.6, 2),
        (32, 14.2, 1.8),
        (40, 12.3, 1.4),
        (48, 14.8, 1.6),
        (56, 18, 1.8),
        (64, 18.6, 2),
        (72, 17.8, 1.8),
        (80, 16.6, 1.6),
    ):
        if v < bottom - 2:
            figure.line(f"M{-half} {v - sag}Q0 {v + sag} {half} {v - sag}", width=1.1, opacity=0.55)


def ball_gown(figure: Figure, cut: Cut, low: Skirt, bottom: float) -> None:
    """Corset seams, a pointed waist and a sash of highlights on the skirt."""
    figure.lines(
        f"M9.5 {cut.drop - 5}C10 26 8.4 33 7.4 {cut.waist_at + 0.6}M4 {cut.drop - 3}C4.4 26 3.6 33 3.2 {cut.waist_at + 1}",
        width=1.0,
    )
    w, v = cut.waist, cut.waist_at
    figure.panel(
        symmetric(
            f"M0 {v - 0.6}C{w * 0.5} {v - 1.6} {w * 0.8} {v - 2.4} {w + 0.2} {v - 3}L{w + 0.3} {v}C{w * 0.8} {v + 0.6} {w * 0.4}"
            f" {v + 2} 0 {v + 4.5}"
        ),
        shade=0.96,
    )


def knit(figure: Figure, cut: Cut, low: Skirt, bottom: float) -> None:
    """A ribbed hem, and a rolled neck when it is high."""
    ribs(figure, low.half, bottom - 7, low.half - 0.8, bottom, sag=low.sag)
    if cut.neckline == "high":
        roll_neck(figure, cut)


def roll_neck(figure: Figure, cut: Cut) -> None:
    """A folded, ribbed stand."""
    n = cut.neck
    figure.panel(
        symmetric(f"M0 -6C{n * 0.5} -6 {n * 0.8} -5.8 {n - 0.6} -5L{n + 0.6} 2C{n * 0.7} 4.6 {n * 0.3} 5 0 5"), shade=1.02
    )
    for k in range(-6, 7):
        figure.line(f"M{k * 1.12} -5.6Q{k * 1.3} 0 {k * 1.28} {4.6 - abs(k) * 0.34}", width=0.8, opacity=0.5)


def skater(figure: Figure, cut: Cut, low: Skirt, bottom: float) -> None:
    """Princess seams and a narrow waistband."""
    waist_line(figure, cut, low, bottom)
    figure.lines(f"M{cut.shoulder - 1.6} 13C13 20 9.6 28 8 {cut.waist_at}", width=1.0)


FINISH = {
    "maxi": maxi, "wrap": wrap, "slip": slip, "shift": shift, "shirt": shirt, "bodycon": bodycon, "ball gown": ball_gown,
    "knit": knit, "skater": skater,
}  # fmt: skip


def pinafore(figure: Figure, cut: Cut, low: Skirt, bottom: float) -> None:
    """A bib, straps and an A-line skirt over a blouse in the second colour."""
    blouse = contrast(figure.canvas.garment, shade=1.32, pattern="plain") | {"material": "cotton"}
    back_neck(figure, cut)
    sleeves(figure, cut, **blouse)
    figure.panel(torso(cut), **blouse)
    front_folds(figure, cut)
    neck_finish(figure, cut)
    dress_skirt(figure, cut, low, bottom)
    w, v = cut.waist, cut.waist_at
    figure.pair("M7.4 20C7.8 12 8.4 6 9.2 0.6L12.4 1.4C11.6 8 11 14 10.8 22Z", outline=1.0)
    figure.panel(symmetric(f"M0 18C5 18 8 17.8 11.2 17.4C11.2 25 12 32 {w + 0.2} {v - 3}L0 {v - 2}"))
    figure.stitch("M0 19.2C5 19.2 7 19 10.2 18.8C10.4 25 11 31 13.4 35.6")
    waistband(figure, cut, (3.4, 3.8, 4.2), 0.2, wider=(0.4, 0.3), shade=0.97)
    for sign in (-1, 1):
        button_row(figure, sign * 9.1, 20.6, 20.6, 1, kind="gold", r=1.2)
    patch_pocket(figure, 7, 51, 10, 10.5)
    if "gold buttons" in figure.canvas.garment.trims:
        button_row(figure, 0, 45, bottom - 6, 5, kind="gold", r=1.0)


DRAWERS = {"dress": dress}
_TRIMS = (
    "fringe", "tassels", "ruffles", "lace trim", "studs", "chains", "bows", "pearls", "gold buttons", "zips", "laces",
    "embroidery", "feathers", "contrast piping", "side stripe", "patches", "pompoms", "sequins", "buckles", "safety pins",
    "rosettes", "hearts", "butterflies", "crest", "spikes",
)  # fmt: skip
TRIMS_SHOWN = {"dress": _TRIMS}
DETAILS = {"dress": {"sleeve": SLEEVES, "neckline": NECKLINES, "length": tuple(LENGTHS)}}
