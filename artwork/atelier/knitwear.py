"""Knitwear and sweatshirts: jumpers, cardigans, hoodies."""

from dataclasses import replace

from artwork.atelier.adorn import adorn
from artwork.atelier.bodice import Cut, back_neck, button_kind, button_row, front_folds, ribs, side, top_edge, torso
from artwork.atelier.canvas import Canvas
from artwork.atelier.coat_parts import front_zip
from artwork.atelier.figure import Figure
from artwork.atelier.fitting import LENGTHS, contrast, cut_to, lowest, reach, top_spots
from artwork.atelier.geometry import moved, symmetric
from artwork.atelier.sleeves import sleeves
from artwork.atelier.trim import fur_edge

WOOLLY = Cut(
    sleeve="long", shoulder=19, slope=5, bust=21, underarm=22.5, waist=20.4, hip=20.4, half=19.6, length=60, roomy=1.2, depth=8
)
CUTS: dict[str, dict[str, Cut]] = {
    "jumper": {
        "crew": WOOLLY,
        "roll-neck": replace(WOOLLY, neckline="high", depth=3.2, bust=19.6, waist=18.6, half=18.4, roomy=1.05),
        "v-neck": replace(WOOLLY, neckline="v", depth=19),
        "cable": replace(
            WOOLLY, shoulder=21.5, bust=23.5, underarm=24, waist=23, hip=22.6, half=21.6, length=64, roomy=1.4, depth=7
        ),
    },
    "cardigan": {
        "cropped": replace(WOOLLY, neckline="round", bust=18.8, waist=17.4, half=17, length=47, roomy=1.0),
        "longline": replace(WOOLLY, neckline="v", depth=36, half=22, hip=21.6, length=92),
        "twinset": replace(WOOLLY, neckline="round", depth=8.5, bust=19.4, waist=18, half=18.4, length=58, roomy=1.0),
    },
    "hoodie": {
        "pullover": replace(WOOLLY, bust=22.5, underarm=24, waist=22, hip=21.6, half=20.8, length=64, roomy=1.3, depth=9),
        "zip": replace(WOOLLY, bust=21.6, waist=21, half=20, length=63, roomy=1.2, depth=9),
        "cropped": replace(WOOLLY, bust=21.6, waist=20.6, half=19.8, length=45, roomy=1.3, depth=9),
    },
}
BAND = 6.0  # ribbed hem and cuffs


def knitwear(canvas: Canvas) -> None:
    """Draw a jumper, a cardigan or a hoodie."""
    garment = canvas.garment
    cut = cut_to(garment.details, CUTS[garment.category][garment.silhouette])
    hooded = garment.category == "hoodie"
    figure = Figure(canvas, reach(cut) + 1, -17 if hooded else -7, lowest(cut) + (5 if cut.sleeve == "long" else 1))
    if hooded:
        hood(figure, cut)
    else:
        back_neck(figure, cut)
        if garment.silhouette == "twinset":
            shell(figure, cut)
    if garment.category == "cardigan":
        cardigan_body(figure, cut)
    else:
        knitted_sleeves(figure, cut)
        body = replace(cut, length=cut.length - BAND + 1, half=cut.half + 1.0)
        figure.panel(torso(body))
        front_folds(figure, body)
        ribs(figure, cut.half + 0.6, cut.length - BAND, cut.half - 0.8, cut.length, sag=cut.sag)
        FRONTS[garment.category](figure, cut)
    adorn(figure, top_spots(cut), skip=("gold buttons",) if garment.category == "cardigan" else ())


def knitted_sleeves(figure: Figure, cut: Cut) -> None:
    """Sleeves with ribbed cuffs where the sleeve has none of its own."""
    sleeves(figure, cut, rib=5.5 if cut.sleeve == "long" else 0.0)


def neck_rib(figure: Figure, cut: Cut, width: float = 2.4) -> None:
    """A ribbed binding round the neckline."""
    edge = top_edge(cut).split("C")
    inner = "C".join(edge[:2])
    figure.lines(inner, width=figure.size(width), tone=-0.12, opacity=1)
    figure.lines(inner, width=figure.size(width) - 1.4, tone=0.05, opacity=1)
    figure.lines(inner, width=figure.size(width) - 1.4, tone=-0.3, opacity=0.55, dash="0.9 2.4")


def raglan(figure: Figure, cut: Cut) -> None:
    """Slanted fashioning marks by the armhole."""
    for k in range(6):
        u, v = cut.shoulder - 2.6 + 0.15 * k, 9 + 2 * k
        figure.lines(f"M{u} {v}L{u - 0.9} {v + 0.9}", width=1.2, opacity=0.6)


def jumper_front(figure: Figure, cut: Cut) -> None:
    """Neck and stitch work of each jumper."""
    name = figure.canvas.garment.silhouette
    if name == "cable":
        for u in (-12.5, 0.0, 12.5):
            cable(figure, u, 11.5 if u == 0 else 9.0, cut.length - BAND)
    if name == "roll-neck":
        roll_neck(figure, cut)
    else:
        neck_rib(figure, cut)
    if name in ("crew", "v-neck"):
        raglan(figure, cut)


def cable(figure: Figure, u: float, top: float, bottom: float) -> None:
    """A rope of twisted stitches."""
    figure.canvas.fold(
        figure.path(f"M{u - 3.2} {top}L{u - 3.2} {bottom}M{u + 3.2} {top}L{u + 3.2} {bottom}"), width=4, opacity=0.22
    )
    v, side = top, 1
    while v < bottom - 3.5:
        for lead in (1, -1):
            s = side * lead
            strand = f"M{u - 2.4 * s} {v - 2.6}C{u - 2.4 * s} {v + 0.4} {u + 2.4 * s} {v + 1.4} {u + 2.4 * s} {v + 4.4}"
            figure.line(strand, width=figure.size(2.3), tone=-0.4, opacity=0.9)
            figure.line(strand, width=figure.size(2.3) - 2.2, tone=0.14, opacity=1)
        v += 4.6


def roll_neck(figure: Figure, cut: Cut) -> None:
    """A folded, ribbed stand."""
    n = cut.neck
    figure.panel(
        symmetric(f"M0 -6.4C{n * 0.5} -6.4 {n * 0.7} -6.2 {n - 1.2} -5.4L{n - 1.6} -3C{n * 0.5} -4.4 {n * 0.3} -4.6 0 -4.6"),
        inside=True,
        outline=0.9,
    )
    figure.panel(
        symmetric(f"M0 -4.6C{n * 0.5} -4.6 {n * 0.8} -4.8 {n - 0.9} -5.4L{n + 0.8} 2C{n * 0.7} 4.6 {n * 0.3} 5 0 5"), shade=1.02
    )
    for k in range(-6, 7):
        figure.line(f"M{k * 1.04} -4.6Q{k * 1.24} 0 {k * 1.26} {4.6 - abs(k) * 0.34}", width=0.8, opacity=0.5)


def shell(figure: Figure, cut: Cut) -> None:
    """The round-necked jumper under a twinset's cardigan."""
    inner = replace(cut, sleeve="sleeveless", depth=6.5, length=cut.length - 2)
    tone = contrast(figure.canvas.garment, shade=0.93)
    figure.panel(torso(inner), **tone)
    neck_rib(figure, inner, 1.8)


def cardigan_body(figure: Figure, cut: Cut) -> None:
    """Two fronts, ribbed bands and buttons; open in a twinset and a longline."""
    name = figure.canvas.garment.silhouette
    knitted_sleeves(figure, cut)
    gap = {"cropped": 0.0, "longline": 3.2, "twinset": 6.0}[name]
    if name == "longline":
        figure.panel(symmetric(f"M0 3C5 3 8 2 {cut.neck} 0L{cut.neck + 2} {cut.length - 2}L0 {cut.length - 1}"), inside=True)
    half = top_edge(cut)
    if gap:
        opening = f"M{gap} {cut.length + 0.6}L{gap} {cut.drop + 6}C{gap} {cut.drop * 0.8} {cut.neck} 8 {cut.neck} 0"
        rest = half.split("C", 2)[2]
        outline = f"{opening}C{rest}{side(cut)}L{gap} {cut.length + 0.6}Z"
        for sign in (-1, 1):
            figure.panel(moved(outline, sign, 1, 0, 0))
            figure.crease(sign * cut.waist * 0.8, 42, sign * cut.half * 0.74, cut.length - BAND, width=2.4, deep=0.12)
            figure.crease(
                sign * cut.bust * 0.96, cut.underarm + 1, sign * cut.bust * 0.62, cut.underarm + 6, width=1.6, deep=0.12
            )
        for tone, width in ((-0.4, 3.4), (0.06, 3.0)):
            figure.lines(opening, width=figure.size(width) - (0 if tone < 0 else 0.6), tone=tone, opacity=1)
        figure.lines(opening, width=figure.size(3.0) - 2, tone=-0.35, opacity=0.45, dash="0.9 2.6")
    else:
        figure.panel(torso(cut))
        front_folds(figure, cut)
        neck_rib(figure, cut)
        figure.panel(
            f"M-1.7 {cut.drop}L1.7 {cut.drop}L1.7 {cut.length + cut.sag - 0.3}L-1.7 {cut.length + cut.sag - 0.3}Z",
            shade=0.97,
            outline=0.8,
        )
    for sign in (-1, 1):
        hem = (
            f"M{gap} {cut.length - 5}L{cut.half + 0.5} {cut.length - 5.6}L{cut.half - 0.6} {cut.length}Q{cut.half * 0.5}"
            f" {cut.length + 1.4} {gap} {cut.length + 1.2}Z"
        )
        figure.panel(moved(hem, sign, 1, 0, 0), shade=0.96)
        for k in range(1, 12):
            u = gap + (cut.half - gap) * k / 12
            figure.line(moved(f"M{u} {cut.length - 4.8}L{u * 0.98} {cut.length + 0.6}", sign, 1, 0, 0), width=0.8, opacity=0.45)
    buttons = {"cropped": 6, "longline": 4, "twinset": 5}[name]
    button_row(
        figure,
        gap,
        (30 if name == "longline" else cut.drop + 2.4) + (6 if gap else 0),
        cut.length - 3 if name != "longline" else 62,
        buttons,
        kind=button_kind(figure),
        r=0.9,
    )
    if name == "longline":
        figure.pair("M8 64L18 64L18 78L8 78Z", outline=0.9)
        figure.lines("M8 66.6L18 66.6", width=0.9)


def hood(figure: Figure, cut: Cut) -> None:
    """A hood lying behind the neck, standing up enough to be seen."""
    figure.panel(symmetric("M0 -16.4C9 -16.4 14.5 -9 14 -1C13.6 4 11 7 8 9L0 10"))
    figure.line("M0 -16.2C0.6 -12 0.6 -11 0.4 -9.6", width=1.0)
    figure.panel(symmetric("M0 -10.6C6.6 -10.6 10.4 -6 10 0C9.6 5 5.4 9.6 0 12"), inside=True)
    figure.creases(11, -9, 12.4, 2, width=1.6, deep=0.12)


def hood_front(figure: Figure, cut: Cut) -> None:
    """The hood's front edges crossing at the neck, cords, and a pouch or a zip."""
    name, trims = figure.canvas.garment.silhouette, figure.canvas.garment.trims
    for sign in (-1, 1):
        figure.panel(
            moved("M10.2 -3C11.8 -1 12.4 2 11.6 4.4C8.6 8 4 11 -1.4 12.6L-1.4 8.6C3.6 7 8.4 3 10.2 -3Z", sign, 1, 0, 0),
            outline=1.1,
        )
    if "hood fur" in trims:
        fur_edge(
            figure.canvas,
            figure.path("M-1 10.4C-7 8 -11 3 -11.4 -3C-11.4 -10 -6 -13.4 0 -13.4C6 -13.4 11.4 -10 11.4 -3C11 3 7 8 1 10.4"),
            figure.size(4.6),
        )
    for sign in (-1, 1):
        figure.line(moved("M3.4 9.4C4.6 14 3.6 18 4.4 23", sign, 1, 0, 0), width=2.6, tone=-0.5, opacity=1)
        figure.line(moved("M3.4 9.4C4.6 14 3.6 18 4.4 23", sign, 1, 0, 0), width=1.6, tone=0.6, opacity=1)
    low = cut.length
    if name == "zip":
        front_zip(figure, 12.4, low + cut.sag - 0.4)
        figure.pair(f"M1.4 {low - 22}L10 {low - 22}L15.6 {low - 12}L15.6 {low - 6.4}L1.4 {low - 5.6}Z", outline=1.0)
        figure.stitch(f"M10.2 {low - 21}L16 {low - 11.4}")
    else:
        top = low - (22 if name == "pullover" else 16)
        figure.panel(symmetric(f"M0 {top}L8.6 {top}L14.4 {top + 9}L14.4 {low - 6.4}L0 {low - 5.4}"), outline=1.1)
        figure.stitch(f"M8.4 {top + 1}L13.4 {top + 9}")
        figure.line(f"M-8 {top + 1}L8 {top + 1}", width=0.9, dash="2.4 1.6")


FRONTS = {"jumper": jumper_front, "hoodie": hood_front}
DRAWERS = {"jumper": knitwear, "cardigan": knitwear, "hoodie": knitwear}
_KNIT = (
    "fringe", "lace trim", "studs", "bows", "pearls", "gold buttons", "embroidery", "contrast piping", "patches",
    "pompoms", "sequins", "safety pins", "rosettes", "hearts", "butterflies", "crest", "feathers", "tassels", "ruffles",
    "zips", "laces", "side stripe", "chains", "spikes",
)  # fmt: skip
TRIMS_SHOWN = {
    "jumper": _KNIT,
    "cardigan": tuple(t for t in _KNIT if t not in ("zips", "laces", "spikes")),
    "hoodie": tuple(t for t in _KNIT if t not in ("ruffles", "gold buttons")) + ("hood fur",),
}  # fmt: skip
_DETAILS = {"sleeve": ("long", "short", "puff", "bell", "bishop", "balloon", "sleeveless"), "length": tuple(LENGTHS)}
DETAILS = {"jumper": _DETAILS, "cardigan": _DETAILS, "hoodie": _DETAILS}
