"""Light tops and swimwear: blouses, shirts, T-shirts, tops, swimsuits."""

from dataclasses import replace

from artwork.atelier.adorn import Spots, adorn
from artwork.atelier.bodice import (
    NECKLINES,
    SLEEVES,
    Cut,
    back_neck,
    button_kind,
    front_folds,
    neck_finish,
    patch_pocket,
    placket,
    shirt_collar,
    straps,
    torso,
)
from artwork.atelier.canvas import Canvas
from artwork.atelier.figure import Figure, gathers
from artwork.atelier.fitting import LENGTHS, cut_to, lowest, reach, top_spots
from artwork.atelier.geometry import moved, symmetric
from artwork.atelier.sleeves import sleeves
from artwork.atelier.trim import bow, lacing, ruffle

EASY = Cut(shoulder=18, bust=20.5, waist=19.6, hip=21, half=21, length=60, sag=1.4)

TOPS: dict[str, dict[str, Cut]] = {
    "blouse": {
        "peasant": replace(EASY, neckline="off-shoulder", sleeve="balloon", bust=19.5, waist=18.5, half=22, length=54),
        "pussy-bow": replace(EASY, neckline="pussy-bow", sleeve="bishop"),
        "puff-sleeve": replace(EASY, neckline="square", sleeve="puff", bust=18.6, waist=15.5, half=20, length=54),
        "ruffled": replace(EASY, neckline="high", sleeve="bell", bust=19, waist=17, half=20.5, length=57),
    },
    "shirt": {
        "classic": replace(EASY, neckline="collar", sleeve="long", length=70, waist=18.4, hip=20.4, half=20.4, sag=3.0),
        "oversized": replace(
            EASY,
            neckline="collar",
            sleeve="long",
            shoulder=23,
            slope=6,
            bust=25,
            waist=25,
            hip=25.4,
            half=25.6,
            length=77,
            roomy=1.35,
            sag=4.0,
        ),
        "camp-collar": replace(
            EASY,
            neckline="v",
            sleeve="short",
            depth=15,
            shoulder=20,
            bust=22,
            waist=22.2,
            hip=22.4,
            half=22.4,
            length=64,
            roomy=1.25,
        ),
        "western": replace(EASY, neckline="collar", sleeve="long", length=67, waist=16.6, hip=19.6, half=19.6, sag=4.0),
    },
    "t-shirt": {
        "crew": replace(EASY, sleeve="short", depth=7.5),
        "boxy": replace(
            EASY,
            sleeve="short",
            depth=6.5,
            shoulder=23,
            slope=5.5,
            bust=26,
            underarm=24,
            waist=26,
            half=26,
            length=58,
            roomy=1.35,
        ),
        "baby": replace(EASY, sleeve="cap", depth=8.5, shoulder=15.5, bust=17.2, waist=14.6, half=15.6, length=45),
        "long-sleeve": replace(EASY, sleeve="long", depth=7.5, length=63),
    },
    "top": {
        "camisole": replace(EASY, neckline="v", sleeve="strap", depth=16, bust=17, waist=16.4, half=19.6, length=56, sag=2),
        "corset": replace(EASY, neckline="sweetheart", sleeve="sleeveless", bust=17, waist=12.6, half=17, length=54, sag=5),
        "halter": replace(EASY, neckline="halter", sleeve="sleeveless", bust=17, waist=15.4, half=18.4, length=55),
        "crop": replace(EASY, neckline="square", sleeve="strap", bust=16.8, waist=14.6, half=15, length=37, waist_at=40),
        "off-shoulder": replace(
            EASY, neckline="off-shoulder", sleeve="short", shoulder=17.5, bust=17.6, waist=14.8, half=17, length=50
        ),
    },
}


def light_top(canvas: Canvas) -> None:
    """Draw a blouse, a shirt, a T-shirt or a top."""
    garment = canvas.garment
    cut = cut_to(garment.details, TOPS[garment.category][garment.silhouette])
    figure = Figure(canvas, reach(cut), -5.5, lowest(cut) + 0.5)
    back_neck(figure, cut)
    sleeves(figure, cut)
    straps(figure, cut)
    figure.panel(torso(cut, *((2, 0.5) if garment.silhouette in ("peasant", "camisole") else ())))
    front_folds(figure, cut)
    FRONTS[garment.category](figure, cut)
    if garment.silhouette != "camp-collar":
        neck_finish(figure, cut)
    adorn(figure, top_spots(cut), skip=("gold buttons",) if garment.category == "shirt" else ())


# -- fronts --------------------------------------------------------------------------------------------------------------


def blouse_front(figure: Figure, cut: Cut) -> None:
    """Each blouse's own front."""
    name = figure.canvas.garment.silhouette
    if name == "peasant":
        top = cut.drop if cut.neckline == "off-shoulder" else cut.drop + 6
        gathers(figure, cut.shoulder - 1, top + 1, 7, 17)
        figure.line(f"M{-cut.shoulder} {top - 1.6}C-10 {top + 1.6} 10 {top + 1.6} {cut.shoulder} {top - 1.6}", width=1.1)
        figure.line(f"M{-cut.waist} 40C-8 41 8 41 {cut.waist} 40", width=1.1)
        gathers(figure, cut.waist, 40.4, 6, 13)
        bow(figure.canvas, *figure.point(0, top + 1.5), 26)
    elif name == "pussy-bow":
        placket(figure, cut.drop + 1, cut.length + cut.sag - 0.3, 6, kind=button_kind(figure), r=0.6)
    elif name == "puff-sleeve":
        figure.lines(f"M{cut.shoulder - 1.6} 12C13 19 10 28 8.6 {cut.length}", width=1.0)
        gathers(figure, 8, cut.drop + 0.6, 6, 9)
    else:
        for k in range(3):
            v = cut.drop + 5 + 7.2 * k
            half = 12.5 - 2.0 * k
            (x0, y), (x1, _) = figure.point(-half, v), figure.point(half, v)
            ruffle(figure.canvas, x0, y, x1, y, figure.size(5.2), figure.size(2.4))


def shirt_front(figure: Figure, cut: Cut) -> None:
    """Button band, yoke, pockets and collar of each shirt."""
    name, kind = figure.canvas.garment.silhouette, button_kind(figure)
    low = cut.length + cut.sag - 0.3
    figure.stitch(
        f"M{cut.half - 0.5} {cut.length - 1.2}C{cut.half * 0.6} {cut.length + cut.sag * 0.6} {cut.half * 0.3} {low - 0.9} 1.6"
        f" {low - 0.9}"
    )
    if name == "western":
        yoke = (
            f"M{cut.neck + 1} 2C{cut.neck + 4} 3 {cut.shoulder - 1} {cut.slope} {cut.shoulder - 0.2}"
            f" {cut.slope + 0.6}L{cut.shoulder - 0.8} 15C14 14.4 12 16 9.4 20.4C7 16 5 14.6 1.6 14L1.6 9C4 8 7 5"
            f" {cut.neck + 1} 2Z"
        )
        figure.pair(yoke, colour=1, outline=1.0)
        figure.stitch(f"M{cut.shoulder - 1.2} 14C13.6 13.4 12 15 9.4 19C7.4 15.4 5 13.8 2 13.2", tone=0.4)
        placket(figure, cut.drop, low, 7, kind="pearl" if kind == "cloth" else kind)
        patch_pocket(figure, 5.4, 24, 8, 7.6, flap=True)
        return
    placket(figure, cut.drop, low, 7 if name != "camp-collar" else 5, kind=kind)
    if name == "oversized":
        patch_pocket(figure, 6, 24, 11, 12)
    else:
        patch_pocket(figure, 5, 22, 9, 9.5, both=False)
    if name == "camp-collar":
        shirt_collar(figure, cut, stand=False)


def t_shirt_front(figure: Figure, cut: Cut) -> None:
    """A ribbed neck is the neckline's; the hem is double-stitched."""
    for rise in (1.6, 2.4):
        figure.line(
            f"M{-cut.half + 0.5} {cut.length - rise}C{-cut.half * 0.4} {cut.length + cut.sag - rise} {cut.half * 0.4}"
            f" {cut.length + cut.sag - rise} {cut.half - 0.5} {cut.length - rise}",
            width=0.8,
            opacity=0.55,
            dash="2.4 1.6",
        )


def top_front(figure: Figure, cut: Cut) -> None:
    """Corset bones and lacing, a cropped band, a smocked off-shoulder edge, a camisole's cowl."""
    name = figure.canvas.garment.silhouette
    w, low = cut.waist, cut.length
    if name == "corset":
        for share in (0.26, 0.52, 0.78):
            figure.lines(
                f"M{cut.bust * share} {cut.drop - 4 + 6 * share}C{cut.bust * share} 28 {w * share} 34 {w * share} 40C{w * share}"
                f" 44 {cut.half * share} 48 {cut.half * share} {low + cut.sag * (1 - share)}",
                width=1.5,
                opacity=0.7,
            )
        figure.line(f"M0 {cut.drop + 1}L0 {low + cut.sag - 0.5}", width=1.2)
        pairs = [(figure.point(-1.9, v), figure.point(1.9, v)) for v in (24.0, 28.5, 33.0, 37.5, 42.0, 46.5)]
        lacing(figure.canvas, [((round(a, 1), round(b, 1)), (round(c, 1), round(d, 1))) for (a, b), (c, d) in pairs])
    elif name == "crop":
        figure.panel(
            symmetric(
                f"M0 {low - 3}C8 {low - 3} 12 {low - 3.4} {cut.half + 0.3} {low - 4}L{cut.half + 0.2} {low}C12 {low + 0.8} 8"
                f" {low + 1.2} 0 {low + 1.2}"
            ),
            shade=0.96,
        )
        figure.lines(f"M8.6 {cut.drop}C9 22 8.4 28 8 {low - 3}", width=1.0)
    elif name == "off-shoulder" and cut.neckline == "off-shoulder":
        gathers(figure, cut.shoulder, cut.drop + 0.5, 5, 17)
        figure.line(
            f"M{-cut.shoulder - 1} {cut.drop - 1.6}C-10 {cut.drop + 2.4} 10 {cut.drop + 2.4} {cut.shoulder + 1} {cut.drop - 1.6}",
            width=1.1,
        )
    elif name == "camisole":
        figure.lines(f"M1 {cut.drop}C4 {cut.drop + 3} 8 {cut.drop + 3} 12 {cut.drop + 2}", width=1.0)
        gathers(figure, 11, cut.drop + 3, 7, 11)
    else:
        figure.lines(f"M3 {cut.drop + 1}Q7 26 {w - 3} 38M1 {cut.drop + 2}Q3 30 4 42", width=1.0, opacity=0.5)


FRONTS = {"blouse": blouse_front, "shirt": shirt_front, "t-shirt": t_shirt_front, "top": top_front}


# -- swimwear ------------------------------------------------------------------------------------------------------------


def swimsuit(canvas: Canvas) -> None:
    """Draw a one-piece, a bikini or a retro suit."""
    name = canvas.garment.silhouette
    kind = canvas.garment.details.get("strap", {"one-piece": "thin", "bikini": "halter", "retro": "wide"}[name])
    cut = Cut("square" if kind == "wide" else "v", "strap", depth=14 if kind == "wide" else 17, bust=16.8, waist=13.0)
    figure = Figure(canvas, 28, -7.0, 66)
    if name == "bikini":
        bikini(figure)
    else:
        figure.panel(symmetric("M0 57C3 57 5 60 5 64L0 65"), inside=True)
        front = cut.drop
        body = (
            f"M0 {front}{'L' if kind == 'wide' else 'C3 14 7 11 '}9.5 {front - 0.6 if kind == 'wide' else 9}C11 14 14 17 16"
            " 19.6C17.4 24 13 31 13 38C13 45 18.4 49 18.8 54"
        )
        leg = (
            "C19 58 17 58.6 15 59C11 60 6 63 4.6 66C3 66.6 1 66.8 0 66.8"
            if name == "retro"
            else "C12 54.6 6 60 4.4 66C3 66.6 1 66.8 0 66.8"
        )
        figure.panel(symmetric(body + leg))
        if name == "retro":
            figure.panel(symmetric("M0 53.4C8 53.4 14 52.4 18.7 51.4C19 55 19.2 58 19.4 60.6C13 62.6 6 63.4 0 63.4"), shade=1.04)
            figure.creases(6, 54, 7, 62, width=2.0)
            figure.creases(13, 53, 14.5, 61, width=2.0)
            figure.lines("M2 20C6 22 10 22 14 20", width=1.2)
            gathers(figure, 9, 22, 5, 9)
            bow(canvas, *figure.point(0, front + 1), 24)
        else:
            figure.lines("M15.6 25C11 27 7 27 3 24M6 30C6.6 40 6 50 5 60", width=1.0, opacity=0.55)
        figure.creases(13, 38, 6, 42, width=1.6)
        figure.creases(13, 36, 7, 33, width=1.6)
        figure.lines(
            "M4.9 65.4C6.4 61 10 57.4 17.8 55.2" if name == "one-piece" else "M1 24C1 30 1 40 0.6 50", width=0.9, dash="2.4 1.6"
        )
    swim_straps(figure, kind, 9.0)
    seams = ("M16.4 22C17 28 13 32 13 38C13 45 18 49 18.6 54", "M-16.4 22C-17 28 -13 32 -13 38C-13 45 -18 49 -18.6 54")
    hems = ((-17.6, 55.0, 17.6, 55.0, 2.0),) if name != "bikini" else ((-18.0, 46.4, 18.0, 46.4, 1.6),)
    edges = ((-9.0, 11.0, 9.0, 11.0, 4.0),)
    fields = ((8.5, 19.0), (-8.5, 19.0), (6.0, 50.0), (-7.0, 50.0), (0.0, 56.0))
    adorn(figure, Spots(hems, edges, fields, (19.0, 34.0), seams if name != "bikini" else (), (15.0, 40.0)))


def swim_straps(figure: Figure, kind: str, top: float) -> None:
    """Thin, wide or halter straps, or none."""
    if kind == "thin":
        figure.pair(f"M8.4 {top + 2}C8.6 4 7.6 -1 7 -4L8.2 -4.2C9 -1 9.8 4 9.6 {top + 2}Z", outline=0.9)
    elif kind == "wide":
        figure.pair("M6.6 15C6.6 8 6 1 5.6 -4L9.6 -4.6C10.2 1 10.8 8 10.8 15Z", outline=1.0)
    elif kind == "halter":
        figure.pair(f"M8.2 {top + 2}C7.4 4 5 -2 2.4 -6L3.8 -6.6C6.4 -3 9.4 4 9.8 {top + 2}Z", outline=0.9)


def bikini(figure: Figure) -> None:
    """Two triangle cups on a band, and tied briefs."""
    figure.panel("M-17 23.4C-8 25.4 8 25.4 17 23.4L17.2 26C8 28 -8 28 -17.2 26Z", outline=1.0)
    for sign in (-1, 1):
        cup = "M9 9.6C5 13 1.6 18 1 25.4C5 26.8 11 26.8 16.8 24.6C15.6 18 12.6 12.6 9 9.6Z"
        figure.panel(moved(cup, sign, 1, 0, 0))
        figure.crease(sign * 8.6, 25, sign * 8.8, 17, width=2.0, deep=0.14)
        figure.line(moved("M2.2 24.6C3 18.6 5.6 14 9 11.2C12 14 14.6 18.6 15.6 23.8", sign, 1, 0, 0), width=0.9, dash="2.4 1.6")
    bow(figure.canvas, *figure.point(0, 25), 20)
    figure.panel(symmetric("M0 46C8 46 14 45 18.4 43.6L18.8 47.4C12 48.4 6 54 4 63.4C3 64.2 1 64.4 0 64.4"))
    figure.creases(1.5, 62, 5, 52, width=2)
    figure.lines("M0 47.4C8 47.4 14 46.4 18.4 45.2", width=0.9, dash="2.4 1.6")
    for sign in (-1, 1):
        x, y = figure.point(sign * 19.2, 45.4)
        bow(figure.canvas, x, y, 24)


DRAWERS = {"blouse": light_top, "shirt": light_top, "t-shirt": light_top, "top": light_top, "swimsuit": swimsuit}
_SOFT = (
    "fringe", "tassels", "ruffles", "lace trim", "studs", "bows", "pearls", "gold buttons", "laces", "embroidery",
    "contrast piping", "patches", "pompoms", "sequins", "safety pins", "rosettes", "hearts", "butterflies", "crest",
    "chains", "zips", "spikes", "side stripe", "feathers",
)  # fmt: skip
TRIMS_SHOWN = {
    "blouse": tuple(t for t in _SOFT if t not in ("zips", "spikes", "side stripe")),
    "shirt": _SOFT,
    "t-shirt": tuple(t for t in _SOFT if t != "gold buttons"),
    "top": _SOFT,
    "swimsuit": (
        "fringe",
        "tassels",
        "ruffles",
        "lace trim",
        "studs",
        "bows",
        "pearls",
        "gold buttons",
        "laces",
        "zips",
        "embroidery",
        "contrast piping",
        "pompoms",
        "sequins",
        "rosettes",
        "hearts",
        "butterflies",
        "chains",
        "buckles",
    ),
}
_LENGTH = {"length": tuple(LENGTHS)}
DETAILS = {
    "blouse": {"sleeve": tuple(s for s in SLEEVES if s != "strap"), "neckline": NECKLINES, **_LENGTH},
    "shirt": {"sleeve": ("sleeveless", "short", "puff", "long", "bishop", "balloon"), **_LENGTH},
    "t-shirt": {
        "sleeve": ("sleeveless", "cap", "short", "puff", "long"),
        "neckline": ("round", "v", "square", "high"),
        **_LENGTH,
    },
    "top": {"sleeve": SLEEVES, "neckline": NECKLINES, **_LENGTH},
    "swimsuit": {"strap": ("thin", "wide", "halter", "none")},
}
