"""Sandals and trainers in side view, each with its twin behind."""

from artwork.atelier.canvas import Canvas, tint
from artwork.atelier.curves import along, box, lining, oval, pair, ribbon, smooth, solid
from artwork.atelier.last import LIFTS, Last, heel, main_colour, outsole, sole_colour
from artwork.atelier.ornaments import adorn

STRAP_WIDTHS = {"thin": 0.6, "medium": 1.0, "wide": 1.5}
CORK, JUTE = "#b98f5f", "#cfae78"


def sandals(canvas: Canvas) -> None:
    """Gladiator, slide, espadrille wedge and strappy evening sandal; the detail ``straps`` widens or thins the straps."""
    kind = canvas.garment.silhouette
    heel_kind = {"strappy": "stiletto", "espadrille": "wedge"}.get(kind, "flat")
    if kind == "strappy":
        heel_kind = canvas.garment.details.get("heel", "stiletto")
    scale = {"gladiator": 0.92, "slide": 1.16, "espadrille": 1.1, "strappy": 1.2}[kind]
    tall = {"gladiator": 252, "slide": 92, "espadrille": 192, "strappy": LIFTS[heel_kind] + 112}[kind] * scale + 30
    last = Last(
        x={"gladiator": 46, "strappy": 44}.get(kind, 36),
        ground=160 + tall / 2,
        scale=scale,
        lift=LIFTS[heel_kind],
        sole={"slide": 12.0, "espadrille": 16.0}.get(kind, 5.0),
    )
    draw = {"gladiator": _gladiator, "slide": _slide, "espadrille": _espadrille, "strappy": _strappy}[kind]
    wide = STRAP_WIDTHS[canvas.garment.details.get("straps", "medium")]
    pair(canvas, lambda c: draw(c, last, wide, heel_kind), dx=46 if kind == "gladiator" else 38, dy=-24 if tall > 180 else -58)


def _footbed(canvas: Canvas, last: Last, colour: str) -> None:
    """The inner sole seen slightly from above."""
    solid(canvas, last.path("-2,4 8,15 34,20 70,18 118,20 170,17 198,12 203,2! 165,1 112,4 60,1 16,2"), colour)


def _strap(canvas: Canvas, last: Last, points: str, width: float, far: str = "") -> None:
    """One strap across the foot; ``far`` is its part behind the foot."""
    if far:
        lining(canvas, ribbon(last.bend(far), width * last.scale * 0.8))
    canvas.panel(ribbon(last.bend(points), width * last.scale), outline=1.0)


def _gladiator(canvas: Canvas, last: Last, wide: float, heel_kind: str) -> None:
    heel(canvas, last, "flat", sole_colour(canvas))
    outsole(canvas, last, 5, sole_colour(canvas))
    _footbed(canvas, last, CORK)
    rungs = [(66, 116, 200), (104, 112, 199), (142, 110, 203), (180, 107, 207), (216, 105, 207)]
    for h, front, back in rungs:
        lining(canvas, ribbon(last.bend(f"{front},{h + 4} {(front + back) / 2},{h + 13} {back},{h + 4}"), 7 * wide))
    canvas.panel(last.path("186,2! 192,60 192,120 196,222! 209,222! 208,140 203,100 206,50 203,2!"), shade=0.93)
    for h, front, back in rungs:
        _strap(
            canvas, last, f"{front},{h + 4} {front + 24},{h - 7} {(front + back) / 2 + 6},{h - 9} {back - 4},{h - 2}", 9 * wide
        )
        x, y = last.at(back - 26, h - 6)
        canvas.metal(box(x - 4, y - 5, 8, 10, 2) + " " + box(x - 2, y - 2.5, 4, 5, 1), kind="gold")
    _strap(canvas, last, "26,3 32,24 46,34 58,36", 9 * wide, far="58,34 66,26 70,16")
    _strap(canvas, last, "68,2 74,30 86,50 98,56", 9 * wide, far="96,52 108,34 112,16")
    canvas.panel(ribbon(last.bend("30,22 52,34 78,47 102,64 113,96 112,150 109,216"), 8 * wide))
    adorn(canvas, edge=last.bend("112,214 130,206 160,204 200,212"), spot=(*last.at(60, 44), 26))


def _slide(canvas: Canvas, last: Last, wide: float, heel_kind: str) -> None:
    solid(canvas, last.path("-4,6! 203,1! 206,-4 203,-12! 60,-12 16,-11 -4,-6"), tint(CORK, -0.2))
    solid(canvas, last.path("-4,8 10,3 60,2 112,5 165,3 204,4! 206,-3 165,-4 60,-4 16,-3 -4,2"), CORK)
    _footbed(canvas, last, tint(CORK, 0.25))
    back, reach = 112 + 14 * (wide - 1), 40 - 10 * (wide - 1)
    lining(canvas, last.path(f"{reach + 14},40! {back - 14},62 {back + 6},52! {back - 6},34 {reach + 40},26"))
    canvas.panel(
        last.path(
            f"{reach - 4},-2! {reach - 8},20 {reach},34 {reach + 16},43! {reach + 40},54 {back - 6},60! "
            f"{back + 8},48 {back + 10},22 {back + 6},-1!"
        )
    )
    canvas.line(last.path(f"{reach - 1},0! {reach - 4},20 {reach + 4},32 {reach + 18},39", close=False), dash="3 2.2")
    canvas.line(last.path(f"{back + 2},1! {back + 6},22 {back + 3},45 {back - 9},56", close=False), dash="3 2.2")
    canvas.gloss(last.path(f"{reach + 8},28 {reach + 32},40 {back - 12},48", close=False), width=8)
    x, y = last.at((reach + back) / 2 + 4, 25)
    canvas.metal(oval(x, y, 12) + " " + oval(x, y, 7.5), kind="gold")
    adorn(canvas, edge=last.bend(f"{reach + 16},40 {reach + 40},50 {back - 6},56"), spot=(x, y, 38))


def _espadrille(canvas: Canvas, last: Last, wide: float, heel_kind: str) -> None:
    """Jute wedge, canvas toe and ribbons tied round the ankle."""
    wedge = "-3,8 16,2 60,1 112,4 165,1 203,1! _204,.5 _201,0! _40,0! 8,-14 -4,-8"
    solid(canvas, last.path(wedge), JUTE)
    for i in range(7):
        low = i / 7
        canvas.raw(
            f'<path d="{last.path(f"_2,{low} _60,{low} _112,{low} _165,{low} _203,{low}", close=False)}" fill="none" '
            f'stroke="#7d5d31" stroke-width="3.6" stroke-dasharray="2.2 2.6" opacity=".5"/>'
        )
    lining(canvas, last.path("50,36! 84,38 90,20 70,8"))
    canvas.panel(last.path("-2,6 0,20 14,33 34,40 56,42! 74,34 92,16 104,4! 60,1 16,2"))
    canvas.panel(last.path("150,3! 164,30 184,48 199,56! 206,34 203,1! 176,1"))
    canvas.line(last.path("0,7 16,4.5 60,3.5 100,6", close=False), tone=0.4, dash="4 3", width=1.6)
    canvas.line(last.path("153,5 176,3.5 202,4", close=False), tone=0.4, dash="4 3", width=1.6)
    for far in ("112,86 150,104 198,92", "112,122 152,136 200,124"):
        lining(canvas, ribbon(last.bend(far), 7 * wide))
    canvas.panel(ribbon(last.bend("52,40 80,60 126,76 170,86 200,92"), 9 * wide), outline=1)
    canvas.panel(ribbon(last.bend("196,54 170,66 134,80 112,88"), 9 * wide), outline=1)
    canvas.panel(ribbon(last.bend("112,86 140,92 176,108 200,124"), 9 * wide), outline=1)
    canvas.panel(ribbon(last.bend("112,124 150,112 184,104 200,92"), 9 * wide), outline=1)
    knot = last.at(158, 109)
    for points in ("-4,-26 -22,-34 -26,-12", "-2,-20 18,-36 26,-16", "-12,10 -22,26 -18,42", "8,10 14,24 10,40"):
        steps = [f"{knot[0] + float(a)},{knot[1] + float(b)}" for a, b in (p.split(",") for p in points.split())]
        canvas.panel(ribbon(f"{knot[0]},{knot[1]} " + " ".join(steps), 5 * wide, 9 * wide, 6 * wide), outline=1)
    canvas.panel(oval(*knot, 6, 5), outline=1)
    adorn(canvas, edge=last.bend("8,24 20,32 36,37 54,39"), spot=(*last.at(34, 34), 26))


def _strappy(canvas: Canvas, last: Last, wide: float, heel_kind: str) -> None:
    heel(canvas, last, heel_kind)
    outsole(canvas, last, 4, sole_colour(canvas), heel_thick=3)
    _footbed(canvas, last, "#c9ab80")
    canvas.panel(last.path("158,2! 172,30 186,60 190,92! 200,92! 206,50 205,24 203,1!"))
    _strap(canvas, last, "16,3 22,20 36,30 50,32", 8 * wide, far="50,31 58,24 62,14")
    _strap(canvas, last, "40,2 46,24 58,36 70,38", 7 * wide, far="70,37 78,28 82,16")
    _strap(canvas, last, "150,4 158,34 174,64 196,84", 6 * wide, far="128,6 120,40 116,70 112,96")
    lining(canvas, ribbon(last.bend("196,92 176,106 138,112 110,100"), 5 * wide))
    canvas.panel(ribbon(last.bend("108,100 122,90 152,83 180,84 202,90"), 8 * wide))
    x, y = last.at(152, 83)
    canvas.metal(oval(x, y, 6.5, 7.5) + " " + oval(x, y, 3.2, 4.2), kind="gold")
    adorn(canvas, edge=last.bend("20,18 34,29 50,32"), spot=(*last.at(44, 36), 28))


def trainers(canvas: Canvas) -> None:
    """Low court, canvas high-top, sleek runner and chunky trainer."""
    kind = canvas.garment.silhouette
    sole = {"low": 12.0, "high-top": 13.0, "runner": 12.0, "chunky": 24.0}[kind]
    scale = 1.0 if kind == "high-top" else 1.09
    tall = scale * (sole + (158 if kind == "high-top" else 88)) + 44
    last = Last(x=32, ground=160 + tall / 2, scale=scale, lift=6 if kind != "runner" else 12, sole=sole)
    pair(canvas, lambda c: _trainer(c, last, kind), dx=38, dy=-46)


def _trainer(canvas: Canvas, last: Last, kind: str) -> None:
    sole = {"white": "#f2f0ea", "gum": "#b5793f", "black": "#2a2a2e"}[canvas.garment.details.get("sole", "white")]
    high = 64 if kind == "high-top" else -14
    collar = (
        f"{112 - high * 0.1},{98 + high}! {128 + high * 0.1},{82 + high * 0.9} 160,{72 + high} 186,{78 + high} "
        f"{202},{92 + high * 0.96}!"
    )
    canvas.panel(
        last.path(
            f"92,{86 + high * 0.8}! 104,{116 + high} 120,{110 + high} 150,{92 + high} 184,{94 + high} "
            f"201,{92 + high * 0.95}! "
            f"196,{60 + high} 150,{50 + high} 120,{64 + high}"
        ),
        shade=0.52,
        pattern="plain",
    )
    canvas.panel(
        last.path(
            f"76,62! 88,{92 + high * 0.8} {96 - high * 0.1},{114 + high} {112 - high * 0.1},{112 + high} "
            f"{118},{96 + high}! 112,70 96,58"
        ),
        colour=0,
        shade=0.94,
    )
    canvas.panel(
        last.path(
            f"-1,4 -1,22 10,36 32,46 58,54 80,{66 + min(high, 0) * 0.3} {100 + high * 0.02},{84 + high * 0.4} "
            f"{collar} 203,62 {206},30 204,0! 165,0 60,0 16,0"
        )
    )
    {"low": _low, "high-top": _high_top, "runner": _runner, "chunky": _chunky}[kind](canvas, last, sole)
    _laces(canvas, last, high)
    canvas.gloss(last.path("10,30 30,44 54,52", close=False), width=7, opacity=0.22)
    if "side stripe" in canvas.garment.trims:
        for x in (112, 126, 140):
            canvas.panel(last.path(f"{x},6! {x + 8},6! {x + 28},60! {x + 20},62!"), colour=1, outline=0.8)
    adorn(
        canvas,
        edge=last.bend(f"{122 + high * 0.1},{80 + high * 0.9}! 160,{66 + high} 186,{72 + high} 201,{84 + high * 0.96}"),
        spot=(*last.at(152, 40 + high * 0.5), 30),
    )


def _laces(canvas: Canvas, last: Last, high: float) -> None:
    ink = "#f7f5ef" if sum(int(main_colour(canvas)[i : i + 2], 16) for i in (1, 3, 5)) < 600 else "#4a4a50"
    rows = 5 if not high else 8
    canvas.panel(ribbon(last.bend(f"70,52 92,62 112,{84 + high * 0.35} {117},{94 + high}"), 12), shade=0.92, outline=0.9)
    near = along(last.bend(f"72,53 93,64 111,{85 + high * 0.35} {115},{91 + high}"), rows)
    far = along(last.bend(f"62,62 80,72 96,{90 + high * 0.4} {104 - high * 0.1},{102 + high}"), rows)
    for (x0, y0, _), (x1, y1, _) in zip(near, far, strict=False):
        canvas.raw(
            f'<path d="M{x0:.1f} {y0:.1f} L{x1:.1f} {y1:.1f}" stroke="#00000055" stroke-width="6.6" '
            'stroke-linecap="round"/>'
            f'<path d="M{x0:.1f} {y0:.1f} L{x1:.1f} {y1:.1f}" stroke="{ink}" stroke-width="5" stroke-linecap="round"/>'
        )
    if "laces" in canvas.garment.trims:
        x, y = near[-1][0], near[-1][1]
        for dx, dy in ((-26, 8), (20, 14)):
            loop = smooth(f"{x},{y}! {x + dx},{y - 16} {x + dx * 1.3},{y + dy} {x + dx * 0.4},{y + dy * 0.6}")
            canvas.raw(f'<path d="{loop}" fill="none" stroke="{ink}" stroke-width="3.6"/>')


def _rim(canvas: Canvas, last: Last, colour: str, top: str, deep: float) -> None:
    """A trainer's sole: from the ``top`` line down to the ground."""
    solid(canvas, last.path(f"{top} 205,{-deep * 0.6} 198,{-deep}! 165,{-deep} 60,{-deep} 22,{-deep} 2,{-deep * 0.7}"), colour)


def _low(canvas: Canvas, last: Last, sole: str) -> None:
    canvas.line(last.path("30,2! 42,24 62,40 74,54", close=False), dash="2.6 2")
    canvas.panel(last.path("182,80! 176,60 184,44! 205,46! 204,62 202,92!"), colour=1)
    canvas.line(last.path("72,46! 104,44 128,56 134,76", close=False), dash="2.6 2")
    canvas.line(last.path("150,2! 158,30 176,44 205,46", close=False), dash="2.6 2")
    for i in range(12):
        x, y = last.at(30 + i % 4 * 7, 30 + i % 4 * 3 + i // 4 * 5)
        canvas.raw(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.1" fill="#00000066"/>')
    _rim(canvas, last, sole, "-4,6! 18,6 60,5 112,6 165,5 206,7!", 12)
    canvas.raw(f'<path d="{last.path("-2,-3 60,-4 165,-4 204,-3", close=False)}" fill="none" stroke="#0003" stroke-width="1.2"/>')


def _high_top(canvas: Canvas, last: Last, sole: str) -> None:
    solid(canvas, last.path("-2,2 -3,20 8,34 26,42! 40,36 46,18 44,2!"), "#f2f0ea")
    canvas.line(last.path("60,46! 104,56 126,80 128,140", close=False), dash="2.6 2")
    canvas.line(last.path("196,4! 188,60 188,144", close=False), dash="2.6 2")
    x, y = last.at(160, 104)
    solid(canvas, oval(x, y, 17), "#f4f1e9")
    canvas.raw(f'<path d="{oval(x, y, 14)}" fill="none" stroke="{tint(main_colour(canvas), -0.2)}" stroke-width="1.6"/>')
    points = " ".join(f"{x + r * dx:.1f},{y + r * dy:.1f}" for dx, dy, r in STAR)
    canvas.raw(f'<polygon points="{points}" fill="{tint(main_colour(canvas), -0.25)}"/>')
    _rim(canvas, last, sole, "-4,7! 18,7 60,6 112,7 165,6 206,8!", 13)
    canvas.raw(
        f'<path d="{last.path("-3,-3 60,-4 165,-4 204,-3", close=False)}" fill="none" '
        f'stroke="{main_colour(canvas)}" stroke-width="2.4"/>'
    )


STAR = tuple(
    (dx, dy, 10 if i % 2 == 0 else 4)
    for i, (dx, dy) in enumerate(
        (
            (0, -1),
            (0.59, -0.81),
            (0.95, -0.31),
            (0.95, 0.31),
            (0.59, 0.81),
            (0, 1),
            (-0.59, 0.81),
            (-0.95, 0.31),
            (-0.95, -0.31),
            (-0.59, -0.81),
        )
    )
)


def _runner(canvas: Canvas, last: Last, sole: str) -> None:
    """Swept overlays and a foam sole that rises at the heel."""
    canvas.panel(last.path("-1,4 -1,22 8,34 22,42! 32,24 58,14 84,4! 16,0"), colour=1)
    canvas.panel(last.path("146,2! 152,30 170,52 188,62 204,64! 206,30 204,0!"), colour=1)
    canvas.panel(last.path("96,4! 112,30 136,48 172,54! 146,40 130,24 124,4!"), colour=2, outline=0.9)
    canvas.panel(last.path("120,4! 136,28 156,42 186,46! 164,34 150,20 146,4!"), colour=2, outline=0.9)
    _rim(canvas, last, sole, "-6,12! 14,5 60,4 112,10 160,14 206,22! 214,10", 12)
    solid(canvas, last.path("-2,-6! 60,-8 110,-5 165,-7 206,-5! 198,-12! 60,-12 22,-12 6,-10"), tint(main_colour(canvas), -0.3))
    canvas.raw(f'<path d="{last.path("40,-1 90,2 140,3 200,7", close=False)}" fill="none" stroke="#0003" stroke-width="2"/>')


def _chunky(canvas: Canvas, last: Last, sole: str) -> None:
    """Layered overlays on a sculpted, deep sole."""
    canvas.panel(last.path("-1,4 -1,24 10,38 34,48! 46,34 62,24 92,18 104,2! 16,0"), colour=1)
    canvas.panel(last.path("140,2! 144,34 162,50 180,74 203,74! 206,30 204,0!"), colour=1)
    canvas.panel(last.path("70,52! 96,40 126,44 140,74 128,82! 112,62 96,58"), colour=2)
    canvas.line(last.path("98,6! 112,34 142,40", close=False), width=2)
    _rim(canvas, last, sole, "-8,12! 16,8 60,9 96,5 130,12 170,10 210,18! 216,-4", 24)
    for path, tone in (
        ("-6,-4 24,-6 60,-3 96,-9 132,-3 170,-7 212,-4", "#0003"),
        ("10,-14 60,-13 96,-17 140,-13 206,-15", "#0003"),
    ):
        canvas.raw(f'<path d="{last.path(path, close=False)}" fill="none" stroke="{tone}" stroke-width="2.6"/>')
    for i in range(9):
        canvas.raw(
            f'<path d="{last.path(f"{14 + i * 22},-19 {13 + i * 22},-25", close=False)}" stroke="#0005" stroke-width="5"/>'
        )
    solid(canvas, last.path("146,2! 150,-2 180,-3 186,2! 180,6 152,6"), main_colour(canvas))


SANDAL_TRIMS = (
    "bows",
    "rosettes",
    "studs",
    "pearls",
    "spikes",
    "buckles",
    "embroidery",
    "feathers",
    "hearts",
    "butterflies",
    "pompoms",
    "chains",
    "fringe",
    "gold buttons",
    "tassels",
)
TRAINER_TRIMS = (
    "studs",
    "pearls",
    "contrast piping",
    "embroidery",
    "hearts",
    "butterflies",
    "patches",
    "crest",
    "side stripe",
    "laces",
    "shearling lining",
    "fringe",
    "bows",
    "pompoms",
    "chains",
)

DRAWERS = {"sandals": sandals, "trainers": trainers}

TRIMS_SHOWN = {"sandals": SANDAL_TRIMS, "trainers": TRAINER_TRIMS}

DETAILS = {
    "sandals": {"straps": ("thin", "medium", "wide"), "heel": ("kitten", "block", "stiletto")},
    "trainers": {"sole": ("white", "gum", "black")},
}
