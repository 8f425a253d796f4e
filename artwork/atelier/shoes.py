"""Heels, ballet flats and loafers: low-cut shoes in side view, each with its twin behind."""

from artwork.atelier.canvas import Canvas, tint
from artwork.atelier.curves import along, lining, oval, pair, ribbon, smooth, solid
from artwork.atelier.last import LIFTS, Last, heel, main_colour, outsole, sole_colour
from artwork.atelier.ornaments import adorn

HEEL_OF = {"pump": "kitten", "stiletto": "stiletto", "block": "block", "platform": "block", "T-bar": "kitten"}


def heels(canvas: Canvas) -> None:
    """Court shoes; the silhouettes stiletto and block keep their own heel, the others take the detail ``heel``."""
    kind = canvas.garment.silhouette
    heel_kind = HEEL_OF[kind] if kind in ("stiletto", "block") else canvas.garment.details.get("heel", HEEL_OF[kind])
    sole = 22.0 if kind == "platform" else 4.0
    lift = LIFTS[heel_kind] + (8 if kind in ("stiletto", "platform") else 0)
    toe = canvas.garment.details.get("toe", {"stiletto": "pointed", "block": "square"}.get(kind, "round"))
    scale = 1.1 + 0.2 * (lift / 90) ** 1.5  # a lifted foot is shorter: draw it larger
    high = scale * (lift + sole + (108 if kind in ("stiletto", "platform", "T-bar") else 72)) + 26
    scale *= 0.95 if toe == "pointed" else 1.0  # leaves room for the tip
    last = Last(x=52 if toe == "pointed" else 40, ground=160 + high / 2, scale=scale, lift=lift, toe=toe, sole=sole)
    pair(canvas, lambda c: _heel_shoe(c, last, kind, heel_kind), dx=40, dy=-26)


def _heel_shoe(canvas: Canvas, last: Last, kind: str, heel_kind: str) -> None:
    heel(canvas, last, heel_kind)
    if kind == "platform":
        path = "-3,6! 18,1 60,1 112,4 165,1! 150,-4 118,-10 96,-21 60,-22 20,-22 2,-18"
        canvas.panel(last.path(path), shade=0.92)
    else:
        outsole(canvas, last, 4, sole_colour(canvas), heel_thick=3)
    if kind == "stiletto":
        _dorsay(canvas, last)
        spot, edge = (10, 24), "40,37 53,37! 66,22 84,10"
    else:
        throat = {"pump": 54, "block": 66, "platform": 60, "T-bar": 50}[kind]
        _court(canvas, last, throat, peep=kind == "platform")
        spot, edge = (throat - 16, 38), f"{throat},41! {throat + 18},31 108,29 150,42 180,58 196,68"
    if kind in ("stiletto", "platform"):
        _ankle_strap(canvas, last, 12 if kind == "platform" else 7)
    if kind == "T-bar":
        canvas.panel(ribbon(last.bend("44,38 66,58 92,82 112,98"), 12, 9, 8))
        _ankle_strap(canvas, last, 8)
    _adorn_foot(canvas, last, edge, spot)


def _court(canvas: Canvas, last: Last, throat: float, peep: bool = False) -> None:
    """The closed pump: the far side of the opening, then the vamp, side and counter in one piece."""
    lining(canvas, last.path(f"{throat},40! 78,47 112,46 152,58 180,72 197,72! 199,40 150,24 100,20"))
    canvas.panel(
        last.path(
            f"-1,6 1,19 16,31 36,38 {throat},42! {throat + 18},32 108,29 150,42 180,58 197,71! 203,48 205,24 203,1! 165,1 112,4 60,1 "  # noqa: E501
            "16,2"
        )
    )
    canvas.line(last.path(f"{throat},38! {throat + 18},28 108,25.5 150,38.5 180,54 198,66", close=False), opacity=0.45)
    canvas.line(last.path("166,50 170,30 168,2", close=False), opacity=0.5)
    canvas.gloss(last.path("8,22 26,32 44,36", close=False), width=7)
    canvas.gloss(last.path("197,56 199,36 198,16", close=False), width=5, opacity=0.22)
    if peep:
        solid(canvas, last.path("-1,8 1,16 9,20 14,13 10,4 2,4"), tint(main_colour(canvas), -0.55), outline=0.8)


def _dorsay(canvas: Canvas, last: Last) -> None:
    """Pointed vamp and heel cup with a bare arch between."""
    lining(canvas, last.path("44,8! 110,10 160,8 190,8! 168,1 112,3 60,2"))
    lining(canvas, last.path("54,30! 66,40 76,30 92,8! 70,2"))
    canvas.panel(last.path("-1,6 2,17 16,28 36,36 54,38! 64,24 84,8 98,4! 60,1 16,2"))
    canvas.gloss(last.path("8,20 26,30 44,33", close=False), width=6)
    canvas.panel(last.path("150,3! 160,22 178,50 196,76! 204,50 205,24 203,1! 176,0"))
    canvas.gloss(last.path("192,60 197,36 196,14", close=False), width=5, opacity=0.25)


def _ankle_strap(canvas: Canvas, last: Last, width: float) -> None:
    """A strap round the ankle that rises from the heel cup, with its small buckle."""
    lining(canvas, ribbon(last.bend("196,78 176,100 140,108 112,100"), width * 0.7))
    canvas.panel(last.path("186,60! 190,84 187,98! 200,98! 203,80 201,58!"))
    canvas.panel(ribbon(last.bend("110,101 122,92 152,86 180,88 202,96"), width))
    x, y = last.at(160, 86)
    canvas.metal(_frame(x, y, width * 0.75, width * 0.85), kind="gold")


def _frame(x: float, y: float, rx: float, ry: float) -> str:
    """A small buckle: a rounded frame with its hole."""
    return (
        smooth(f"{x - rx},{y - ry} {x + rx},{y - ry} {x + rx},{y + ry} {x - rx},{y + ry}")
        + " "
        + smooth(
            f"{x - rx * 0.5},{y - ry * 0.5} {x - rx * 0.5},{y + ry * 0.5} {x + rx * 0.5},{y + ry * 0.5} {x + rx * 0.5},{y - ry * 0.5}"  # noqa: E501
        )
    )


def ballet_flats(canvas: Canvas) -> None:
    """Thin-soled flats: round with a bow, Mary Jane with its strap, pointed with a deep cut."""
    kind = canvas.garment.silhouette
    toe = "pointed" if kind == "pointed" else canvas.garment.details.get("toe", "round")
    pointed = toe == "pointed"  # leaves room for the tip
    last = Last(x=46 if pointed else 34, ground=228, scale=1.08 if pointed else 1.18, lift=7, toe=toe, sole=3)
    pair(canvas, lambda c: _flat_shoe(c, last, kind), dx=36, dy=-60)


def _flat_shoe(canvas: Canvas, last: Last, kind: str) -> None:
    heel(canvas, last, "flat", sole_colour(canvas))
    outsole(canvas, last, 3, sole_colour(canvas))
    throat = {"round": 52, "Mary Jane": 58, "pointed": 46}[kind]
    solid(canvas, last.path(f"{throat - 8},36! 74,50 112,54 156,62 186,70 198,66! 200,30 150,10 100,8 60,12"), "#d9c3a2")
    lining(canvas, last.path(f"{throat - 2},38! 76,50 112,54 156,62 186,70 198,64! 186,62 156,52 112,42 80,36"))
    dip = 14 if kind == "pointed" else 24
    topline = f"{throat},40! {throat + 14},{dip + 6} 104,{dip} 150,{dip + 10} 182,48 198,62"
    canvas.panel(last.path(f"-1,6 0,20 12,32 30,39 {topline}! 204,44 205,20 203,1! 165,1 112,2 60,1 16,2"))
    canvas.line(last.path(topline, close=False), width=3.2, opacity=0.55)
    canvas.line(last.path("172,40 175,22 174,3", close=False), opacity=0.5)
    canvas.gloss(last.path("6,22 20,33 38,37", close=False), width=7)
    canvas.gloss(last.path("196,52 199,34 198,16", close=False), width=5, opacity=0.22)
    if kind == "Mary Jane":
        canvas.panel(ribbon(last.bend("104,27 108,46 118,60 134,66"), 9))
        canvas.button(*last.at(105, 32), 3.6, kind="gold")
    if kind == "round" and "bows" not in canvas.garment.trims:
        x, y = last.at(38, 42)
        canvas.panel(smooth(f"{x},{y}! {x - 12},{y - 9} {x - 18},{y - 2} {x - 13},{y + 6}"), outline=1)
        canvas.panel(smooth(f"{x},{y}! {x + 12},{y - 10} {x + 19},{y - 4} {x + 13},{y + 5}"), outline=1)
        canvas.panel(oval(x, y, 3.6, 3.2), outline=1)
    _adorn_foot(canvas, last, topline, (38, 40))


def _adorn_foot(canvas: Canvas, last: Last, edge: str, spot: tuple[float, float]) -> None:
    x, y = last.at(*spot)
    adorn(canvas, edge=last.bend(edge), spot=(x, y, 24))


def loafers(canvas: Canvas) -> None:
    """Penny, tassel and brogue (laced wing tip), on a low stacked heel."""
    kind = canvas.garment.silhouette
    toe = canvas.garment.details.get("toe", "pointed" if kind == "brogue" else "round")
    pointed = toe == "pointed"  # leaves room for the tip
    last = Last(x=48 if pointed else 36, ground=236, scale=1.06 if pointed else 1.15, lift=11, toe=toe, sole=5)
    pair(canvas, lambda c: _loafer(c, last, kind), dx=36, dy=-60)


def _loafer(canvas: Canvas, last: Last, kind: str) -> None:
    chunky = canvas.garment.details.get("sole") == "lug"
    dark = "#2a2320" if chunky else sole_colour(canvas)
    heel(canvas, last, "flat", tint(dark, -0.12))
    outsole(canvas, last, 9 if chunky else 5, dark)
    if chunky:
        canvas.line(last.path("2,-3 40,-5 80,-4", close=False), width=5, dash="5 4", opacity=0.8)
    lining(canvas, last.path("90,58! 104,74 132,68 160,66 190,74 199,68! 196,44 150,34 108,36"))
    canvas.panel(
        last.path(
            "-1,7 -1,22 12,36 34,44 60,50 82,58 100,74! 112,56 140,47 172,53 200,68! 206,46 206,22 203,1! 165,1 112,3 60,1 16,2"
        )
    )
    canvas.line(last.path("101,71! 113,52.5 140,43.5 172,49.5 201,64", close=False), dash="3 2.2", opacity=0.55)
    canvas.line(last.path("-2,9 16,5 60,4 112,7 165,4 203,5", close=False), dash="3 2", opacity=0.55)
    canvas.gloss(last.path("8,26 26,37 48,43", close=False), width=8, opacity=0.3)
    canvas.gloss(last.path("198,56 201,38 200,16", close=False), width=5, opacity=0.2)
    _wing_tip(canvas, last) if kind == "brogue" else _apron(canvas, last, kind)
    _adorn_foot(canvas, last, "100,74! 112,56 140,47 172,53 200,68", (66, 46))


def _apron(canvas: Canvas, last: Last, kind: str) -> None:
    """The moccasin seam, then the penny strap or the pair of tassels."""
    canvas.line(last.path("1,20 14,29 36,33 62,36 93,48", close=False), width=2.4, opacity=0.75)
    canvas.line(last.path("3,25 16,32.5 36,37 60,40.5 86,50", close=False), tone=0.3, dash="2.5 2.5", opacity=0.6)
    if kind == "penny":
        canvas.panel(last.path("62,3! 70,26 68,53! 78,57 90,65! 98,40 104,4!"), shade=0.96)
        canvas.line(last.path("66,5! 73,26 72,52", close=False), dash="2.6 2.2", opacity=0.55)
        canvas.line(last.path("100,6! 95,38 88,61", close=False), dash="2.6 2.2", opacity=0.55)
        canvas.line(last.path("73,41 80,38 87,41 80,46", close=True), width=2.6, tone=-0.7, opacity=0.9)
        return
    canvas.line(last.path("86,52! 120,36 160,34 203,42", close=False), width=3, tone=-0.45, opacity=0.75)
    for x, h, lean in ((64, 46, -7), (78, 51, 4)):
        top = last.at(x, h)
        skirt = (
            f"{top[0] - 4},{top[1]}! {top[0] + lean - 7},{top[1] + 22} {top[0] + lean + 7},{top[1] + 24} {top[0] + 4},{top[1]}!"
        )
        canvas.panel(smooth(skirt), shade=0.88, outline=1)
        for step in (-4, 0, 4):
            canvas.line(f"M{top[0]:.1f} {top[1] + 5:.1f} L{top[0] + lean + step:.1f} {top[1] + 21:.1f}", opacity=0.6, width=0.9)
        canvas.panel(oval(*top, 4.6, 4.2), shade=0.95, outline=1)


def _wing_tip(canvas: Canvas, last: Last) -> None:
    """Perforated wing tip and counter, and the laced throat."""
    wing, counter = "-2,8! 4,32 24,42! 34,32 52,26 74,17 96,5", "156,3! 164,22 178,34 206,40"
    canvas.panel(last.path(f"{wing}! 60,1 16,2"), shade=0.88)
    canvas.panel(last.path(f"{counter}! 206,22 203,1! 176,1"), shade=0.88)
    for seam in ("24,38! 34,29 52,23 74,14 92,5", "160,5! 167,20 180,31 205,37"):
        for x, y, _ in along(last.bend(seam), 15):
            canvas.raw(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.5" fill="{tint(main_colour(canvas), -0.7)}"/>')
    canvas.panel(last.path("58,34! 92,38 116,54! 100,74! 80,58 56,49!"), shade=0.93)
    for i in range(4):
        near, far = last.at(66 + i * 11, 39 + i * 4.5), last.at(59 + i * 11.5, 50 + i * 5.6)
        canvas.raw(
            f'<path d="M{near[0]:.1f} {near[1]:.1f} L{far[0]:.1f} {far[1]:.1f}" '
            f'stroke="{tint(main_colour(canvas), -0.65)}" '
            'stroke-width="2.6" stroke-linecap="round"/>'
        )


FOOT_TRIMS = (
    "bows",
    "rosettes",
    "studs",
    "pearls",
    "spikes",
    "contrast piping",
    "buckles",
    "embroidery",
    "feathers",
    "hearts",
    "butterflies",
    "pompoms",
    "chains",
    "fringe",
    "lace trim",
    "ruffles",
    "crest",
    "gold buttons",
)

DRAWERS = {"heels": heels, "ballet flats": ballet_flats, "loafers": loafers}

TRIMS_SHOWN = dict.fromkeys(DRAWERS, FOOT_TRIMS)

DETAILS = {
    "heels": {"heel": ("kitten", "block", "stiletto"), "toe": ("round", "pointed", "square")},
    "ballet flats": {"toe": ("round", "pointed", "square")},
    "loafers": {"toe": ("round", "pointed", "square"), "sole": ("leather", "lug")},
}
