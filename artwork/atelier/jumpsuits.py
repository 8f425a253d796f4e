"""Jumpsuits: a bodice joined to trousers at the waist."""

from artwork.atelier.adorn import Spots, adorn
from artwork.atelier.bodice import (
    NECKLINES,
    SLEEVES,
    Cut,
    back_neck,
    bow_panels,
    button_kind,
    front_folds,
    neck_finish,
    patch_pocket,
    placket,
    straps,
    torso,
    waistband,
)
from artwork.atelier.canvas import Canvas
from artwork.atelier.figure import Figure
from artwork.atelier.fitting import contrast, cut_to_waist
from artwork.atelier.geometry import symmetric
from artwork.atelier.sleeves import arm, sleeves

JUMPSUITS: dict[str, tuple[Cut, float, float]] = {  # silhouette -> bodice, leg width at the hem, crotch depth below the waist
    "wide-leg": (Cut("v", "strap", depth=16, bust=17.2, waist=13.4), 22.0, 30.0),
    "boiler": (Cut("collar", "long", shoulder=18, bust=20, waist=16.5, roomy=1.1), 13.5, 32.0),
    "dungarees": (Cut("round", "short", shoulder=16.8, bust=18.8, waist=16), 14.5, 32.0),
}


def jumpsuit(canvas: Canvas) -> None:
    """Draw a jumpsuit: a bodice joined to trousers at the waist."""
    details, name = canvas.garment.details, canvas.garment.silhouette
    cut, leg, rise = JUMPSUITS[name]
    cut = cut_to_waist(details, cut)
    bottom = {"knee": 92.0, "ankle": 136.0}[details.get("length", "ankle")]
    reach = max(leg + 8, cut.bust + 3, arm(cut).outer[0] + 2 if cut.sleeved else 0)
    figure = Figure(canvas, reach, -5.0, bottom + 2)
    blouse = contrast(canvas.garment, shade=1.35, pattern="plain") | {"material": "cotton"} if name == "dungarees" else {}
    back_neck(figure, cut)
    sleeves(figure, cut, **blouse)
    straps(figure, cut)
    figure.panel(torso(cut), **blouse)
    front_folds(figure, cut)
    neck_finish(figure, cut)
    legs(figure, cut, leg, rise, bottom)
    v = cut.waist_at
    if name == "dungarees":
        dungaree_bib(figure, cut)
    elif name == "boiler":
        placket(figure, cut.drop, v + 18, 6, kind=button_kind(figure))
        patch_pocket(figure, 6.5, 17, 9.5, 9.5, flap=True)
        patch_pocket(figure, 9, v + 46, 9, 12, flap=True)
    waistband(figure, cut, (1.6, 2.0, 2.6), 1.6, wider=(0.4, 0.4))
    if name == "wide-leg":
        bow_panels(figure, v + 0.4, 6.5)
    adorn(figure, jumpsuit_spots(cut, leg, bottom), skip=("gold buttons",) if name == "boiler" else ())


def jumpsuit_spots(cut: Cut, leg: float, bottom: float) -> Spots:
    """Where a jumpsuit wears its trims."""
    hems = ((3.5, bottom, leg + 4.5, bottom - 0.6, 0.8), (-leg - 4.5, bottom - 0.6, -3.5, bottom, 0.8))
    edge = ((-9.5, 5.0, 9.5, 5.0, max(1.0, cut.drop - 6)),)
    seams = tuple(
        f"M{s * cut.waist} {cut.waist_at}C{s * 20} {cut.waist_at + 10} {s * 21} 70 {s * (leg + 4)} {bottom - 1}" for s in (-1, 1)
    )
    fields = ((8.5, 24.0), (-11.0, 66.0), (12.0, 88.0), (-12.0, 104.0), (11.0, 56.0))
    return Spots(hems, edge, fields, (cut.drop + 2, cut.waist_at - 2), seams, (cut.waist, cut.waist_at))


def legs(figure: Figure, cut: Cut, leg: float, rise: float, bottom: float) -> None:
    """Trouser legs from the waist seam, each with its crease and the inside of its hem."""
    w, v = cut.waist, cut.waist_at
    fork, inner, outer = v + rise, 3.0, leg + 5.0
    hip = max(20.0, w + 3)
    mouth = (
        f"M{inner} {bottom}Q{(inner + outer) / 2} {bottom - 3.5} {outer} {bottom - 0.6}Q{(inner + outer) / 2} {bottom + 4}"
        f" {inner} {bottom}Z"
    )
    figure.pair(mouth, inside=True)
    half = (
        f"M0 {v}L{w} {v - 0.4}C{w + 2} {v + 4} {hip} {v + 9} {hip} {v + 19}C{hip} {v + 34} {outer - 1} {bottom - 30} {outer}"
        f" {bottom - 0.6}Q{(inner + outer) / 2} {bottom + 1.8} {inner} {bottom}C{inner - 0.4} {fork + 24} {inner - 1} {fork + 6}"
        f" 0 {fork}"
    )
    figure.panel(symmetric(half))
    for sign in (-1, 1):
        figure.crease(sign * w * 0.55, v + 6, sign * (inner + outer) / 2, bottom - 2, width=2.4, bend=sign * 0.4, deep=0.13)
        figure.crease(sign * 1.0, fork - 1, sign * 8, fork - 5, width=1.8, deep=0.12)
        figure.crease(sign * 2.5, fork + 3, sign * (inner + (outer - inner) * 0.22), bottom - 3, width=2.0, deep=0.12)
    figure.line(f"M0 {v}L0 {fork}", width=1.1)
    figure.lines(f"M{w * 0.78} {v + 2}C{w * 0.86} {v + 9} {hip - 3} {v + 13} {hip - 0.6} {v + 14}", width=1.1)


def dungaree_bib(figure: Figure, cut: Cut) -> None:
    """Bib, straps with metal clasps, bib pocket, topstitching."""
    w, v = cut.waist, cut.waist_at
    figure.pair("M7.8 19C8.4 11 9 6 9.6 0.8L12.8 1.8C12 8 11.4 14 11.2 20Z", outline=1.0)
    figure.panel(symmetric(f"M0 17.4L11.2 17C11.4 24 12.4 30 {w + 0.2} {v - 2}L0 {v}"))
    figure.stitch(f"M0 18.6L10.2 18.2C10.6 24.6 11.6 30.6 {w - 1.6} {v - 3}")
    patch_pocket(figure, -5.5, 22, 11, 9.5, both=False)
    for sign in (-1, 1):
        x, y = figure.point(sign * 9.4, 18.6)
        s = figure.size(1.7)
        figure.canvas.metal(
            f"M{x - s} {y - 2 * s}L{x + s} {y - 2 * s}L{x + s} {y}L{x + 0.5 * s} {y + s}L{x - 0.5 * s} {y + s}L{x - s} {y}Z"
        )
        figure.canvas.button(round(x, 1), round(y, 1), round(s * 0.62, 1), kind="gold")


DRAWERS = {"jumpsuit": jumpsuit}
_TRIMS = (
    "fringe", "tassels", "ruffles", "lace trim", "studs", "chains", "bows", "pearls", "gold buttons", "zips", "laces",
    "embroidery", "contrast piping", "side stripe", "patches", "pompoms", "sequins", "buckles", "safety pins", "rosettes",
    "hearts", "butterflies", "spikes",
)  # fmt: skip
TRIMS_SHOWN = {"jumpsuit": _TRIMS}
DETAILS = {"jumpsuit": {"sleeve": SLEEVES, "neckline": NECKLINES, "length": ("ankle", "knee")}}
