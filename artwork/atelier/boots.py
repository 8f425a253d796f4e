"""Boots in side view, from ankle to knee, each with its twin behind."""

from artwork.atelier.canvas import Canvas, tint
from artwork.atelier.curves import along, box, lining, pair, ribbon, solid
from artwork.atelier.last import LIFTS, Last, heel, main_colour, outsole, sole_colour
from artwork.atelier.ornaments import adorn

HEEL_OF = {
    "ankle": "block",
    "knee-high": "block",
    "cowboy": "cuban",
    "chelsea": "flat",
    "combat": "flat",
    "wellington": "flat",
    "snow": "flat",
}
SHAFTS = {"low": 0.72, "mid": 1.0, "high": 1.22}  # detail "shaft" -> its length against the silhouette's own
TOPS = {
    "ankle": 148.0,
    "knee-high": 330.0,
    "cowboy": 232.0,
    "chelsea": 138.0,
    "combat": 196.0,
    "wellington": 280.0,
    "snow": 190.0,
}


def boots(canvas: Canvas) -> None:
    """One boot and its twin; the sturdy silhouettes (combat, wellington, snow) keep their flat heel."""
    kind, details = canvas.garment.silhouette, canvas.garment.details
    own = HEEL_OF[kind]
    heel_kind = own if kind in ("combat", "wellington", "snow") else details.get("heel", own)
    toe = details.get("toe", "pointed" if kind == "cowboy" else "round")
    sole = {"combat": 15.0, "snow": 17.0, "wellington": 9.0}.get(kind, 5.0)
    lift = LIFTS[heel_kind] + (4 if heel_kind == "flat" else 0)
    top = TOPS[kind] * SHAFTS[details.get("shaft", "mid")]
    scale = min(250 / (top + lift + sole + 16), 1.02)
    if kind == "snow":
        scale *= 0.9  # leaves room for the cuff
    wide = scale * (222 if toe == "pointed" else 206) + 66
    left = 160 - wide / 2 + (scale * 16 if toe == "pointed" else 2)
    ground = 292 - max(0.0, 125 - scale * (top + lift + sole) / 2)
    last = Last(x=left, ground=ground, scale=scale, lift=lift, toe=toe, sole=sole)
    pair(canvas, lambda c: _boot(c, last, kind, heel_kind, top), dx=66, dy=-14, scale=0.97)


def _boot(canvas: Canvas, last: Last, kind: str, heel_kind: str, top: float) -> None:
    leather = kind in ("ankle", "knee-high", "cowboy", "chelsea")
    if leather:
        stacked = None if heel_kind == "stiletto" else sole_colour(canvas)
        heel(canvas, last, heel_kind, stacked)
        outsole(canvas, last, 5, sole_colour(canvas))
    else:
        _rugged_sole(canvas, last, kind)
    front, back = _shaft(kind, top)
    _opening(canvas, last, front, back, top, 13 if top > 160 else 11)
    rim = _rim(kind, front, back, top)
    leg = _leg(kind, top)
    back_line = _back(kind, top)
    canvas.panel(last.path(f"-1,7 1,24 14,37 36,46 60,56 {leg} {rim} {back_line} 205,22 203,1! 165,1 112,4 60,1 16,2"))
    canvas.fold(last.path("96,92 124,76 150,84", close=False), width=8 * last.scale + 2)
    canvas.fold(last.path("104,116 136,104 164,112", close=False), width=6 * last.scale + 2, opacity=0.13)
    canvas.gloss(last.path("8,24 26,38 50,46", close=False), width=9 * last.scale, opacity=0.32)
    canvas.gloss(
        last.path(f"{front + 22},{top - 26} {front + 26},{(top + 120) / 2} 132,116", close=False),
        width=10 * last.scale,
        opacity=0.22,
    )
    {
        "ankle": _ankle,
        "knee-high": _knee_high,
        "cowboy": _cowboy,
        "chelsea": _chelsea,
        "combat": _combat,
        "wellington": _wellington,
        "snow": _snow,
    }[kind](canvas, last, front, back, top)
    if "laces" in canvas.garment.trims and kind != "combat":
        _laced(canvas, last, front, top - (26 if kind == "snow" else 0), "#e9e4d8")
    x, y = last.at((front + back) / 2, top - 40)
    middle = (front + back) / 2
    adorn(
        canvas,
        edge=last.bend(f"{front + 3},{top - 8}! {middle},{top - 17} {back - 3},{top - 8}"),
        spot=(x, y, 30 * last.scale + 8),
        zip_path=last.path(f"{middle + 14},{top - 18}! 166,{(top + 90) / 2} 158,52", close=False),
        hang=max(26.0, top * 0.2) * last.scale,
    )


def _shaft(kind: str, top: float) -> tuple[float, float]:
    """The front and back x of the shaft's top."""
    widen = {"knee-high": (-2, 8), "cowboy": (-6, 14), "wellington": (-8, 14), "combat": (0, 6), "snow": (-8, 14)}.get(
        kind, (0, 0)
    )
    return 106.0 + widen[0], 200.0 + widen[1]


def _leg(kind: str, top: float) -> str:
    """The front contour from the instep to just below the rim."""
    if kind in ("chelsea", "ankle"):
        return "84,72 101,94 107,118"
    if kind == "snow":
        return "80,74 95,98 99,130"
    middle = (top + 118) / 2
    slim = {"knee-high": "85,72 105,98 113,134", "wellington": "82,72 98,98 104,130"}.get(kind, "84,72 103,98 109,130")
    return f"{slim} {107 if kind == 'knee-high' else 104},{middle + 20}"


def _back(kind: str, top: float) -> str:
    """The back contour from below the rim to the heel."""
    if kind in ("chelsea", "ankle"):
        return "199,116 196,88 202,54"
    if kind == "snow":
        return "212,130 206,92 208,54"
    calf = {"knee-high": 212, "wellington": 210, "cowboy": 206}.get(kind, 203)
    slim = {"knee-high": "191,118 192,88", "wellington": "199,120 199,90"}.get(kind, "195,118 196,88")
    return f"{calf},{(top + 130) / 2} {slim} 203,50"


def _rim(kind: str, front: float, back: float, top: float) -> str:
    middle = (front + back) / 2
    if kind == "cowboy":
        dip = (
            f"{front + 16},{top + 6} {middle - 10},{top - 20} {middle},{top - 36} {middle + 12},{top - 20} {back - 14},{top + 8}"
        )
        return f"{front},{top}! {dip} {back},{top}!"
    return f"{front},{top}! {middle},{top - 10} {back},{top}!"


def _opening(canvas: Canvas, last: Last, front: float, back: float, top: float, deep: float) -> None:
    middle = (front + back) / 2
    low = 40 if canvas.garment.silhouette == "cowboy" else 16
    lining(
        canvas,
        last.path(
            f"{front},{top}! {front + 16},{top + deep * 0.8} {middle},{top + deep} {back - 16},{top + deep * 0.8} "
            f"{back},{top}! {middle},{top - low}"
        ),
    )


def _rugged_sole(canvas: Canvas, last: Last, kind: str) -> None:
    """A deep rubber sole with treads."""
    colour = {"combat": "#26262a", "snow": "#3a3733", "wellington": tint(main_colour(canvas), -0.45)}[kind]
    deep = last.sole
    if kind == "snow":
        solid(canvas, last.path("100,4! 165,1 203,2! _204,.5 _201,0! _60,0! 60,-6!"), colour)
    else:
        heel(canvas, last, "flat", tint(colour, -0.15))
    outsole(canvas, last, deep, colour, heel_thick=deep)
    for i in range(11):
        x = 4 + i * 18
        if not 92 < x < 146:
            canvas.raw(
                f'<path d="{last.path(f"{x},{-deep * 0.45} {x + 1},{-deep + 1}", close=False)}" stroke="#0f0f10" '
                f'stroke-width="{4.2 * last.scale:.1f}" opacity=".55"/>'
            )
    canvas.line(last.path("-2,3 18,-3 60,-4 112,-1 165,-4 202,-4", close=False), tone=-0.7, opacity=0.5)
    if kind == "combat":
        canvas.raw(
            f'<path d="{last.path("-1,8 18,2 60,1 112,4 165,1 203,2", close=False)}" fill="none" stroke="#e2b93b" '
            'stroke-width="1.7" stroke-dasharray="3.4 2.4"/>'
        )


def _stitched(canvas: Canvas, path: str) -> None:
    canvas.line(path, opacity=0.6)
    canvas.line(path, dash="2.4 2", tone=0.35, opacity=0.4, width=0.8)


def _ankle(canvas: Canvas, last: Last, front: float, back: float, top: float) -> None:
    """A dressy boot: curved vamp seam and a side zip with its puller."""
    _stitched(canvas, last.path("52,52! 78,44 104,52 124,84 128,104", close=False))
    _stitched(canvas, last.path("160,3! 164,40 178,62 200,70", close=False))
    if "zips" not in canvas.garment.trims:
        canvas.line(last.path(f"150,{top - 9}! 154,110 150,60", close=False), width=2.4, tone=-0.55)
        x, y = last.at(150, top - 14)
        canvas.metal(box(x - 2, y, 4, 12, 2), kind="silver")


def _knee_high(canvas: Canvas, last: Last, front: float, back: float, top: float) -> None:
    _stitched(canvas, last.path("48,51! 76,42 106,54 128,96 136,150 140,230", close=False))
    canvas.line(
        last.path(f"{front + 1},{top - 15}! {(front + back) / 2},{top - 25} {back - 1},{top - 15}", close=False),
        dash="3 2",
        opacity=0.55,
    )
    _stitched(canvas, last.path("160,3! 164,40 178,60 198,66", close=False))
    canvas.fold(last.path("122,150 150,140 186,152", close=False), width=6, opacity=0.12)
    canvas.gloss(last.path(f"124,{top - 60} 128,220 134,150", close=False), width=7, opacity=0.2)


def _cowboy(canvas: Canvas, last: Last, front: float, back: float, top: float) -> None:
    """Scalloped shaft with pull straps, flame stitching, toe bug."""
    canvas.line(_cowboy_edge(last, front, back, top), width=3, tone=-0.5, opacity=0.6)
    middle = (front + back) / 2
    for inset in (0, 9, 18):
        deep, wide = top - 62 - inset * 0.9, 30 - inset
        flame = (
            f"{middle},{deep}! {middle - wide},{deep - 34} {middle - wide * 0.5},{deep - 66} {middle},{deep - 92 + inset}! "
            f"{middle + wide * 0.5},{deep - 66} {middle + wide},{deep - 34} {middle},{deep}!"
        )
        canvas.line(last.path(flame), tone=0.55 if inset % 2 == 0 else -0.55, width=1.5, opacity=0.85)
    canvas.line(last.path("50,52! 66,60 88,52 112,62 128,80 150,66 176,60 203,56", close=False), width=1.6, opacity=0.75)
    canvas.line(last.path("49,49! 66,56 88,48 112,58 128,75 150,62 176,56 203,52", close=False), tone=0.5, width=0.9, opacity=0.7)
    for shift in (0, 6):
        canvas.line(
            last.path(f"14,{32 - shift} 30,{38 - shift} 42,{30 - shift} 48,{40 - shift} 58,{34 - shift}", close=False),
            tone=0.5,
            width=1.2,
            opacity=0.8,
        )
    canvas.panel(
        last.path(f"{front + 7},{top + 1}! {front + 8},{top - 34}! {front + 19},{top - 32}! {front + 19},{top + 2}!"),
        shade=0.84,
        outline=1,
    )
    canvas.panel(
        last.path(f"{back - 20},{top + 3}! {back - 20},{top - 32}! {back - 9},{top - 34}! {back - 8},{top + 2}!"),
        shade=0.82,
        outline=1,
    )


def _cowboy_edge(last: Last, front: float, back: float, top: float) -> str:
    return last.path(_rim("cowboy", front + 1, back - 1, top - 4).replace("!", ""), close=False)


def _pull_tab(canvas: Canvas, last: Last, back: float, top: float, rise: float, shade: float) -> None:
    """The loop at the back of the rim, ``rise`` of it above."""
    tab = f"{back - 9},{top + 9} {back - 11},{top - rise}! {back - 2},{top - rise}! {back - 1},{top + 9}"
    canvas.panel(last.path(tab), shade=shade, outline=1)


def _chelsea(canvas: Canvas, last: Last, front: float, back: float, top: float) -> None:
    """Elastic gore at the side, pull tabs."""
    gore = f"134,{top - 10}! 132,96 146,66 158,62 170,68 180,96 178,{top - 9}! 156,{top - 12}"
    colour = tint(main_colour(canvas), -0.45)
    solid(canvas, last.path(gore), colour)
    for i in range(7):
        x = 138 + i * 6
        canvas.raw(
            f'<path d="{last.path(f"{x},{top - 12} {148 + i * 2.6},{72 - abs(3 - i) * -1.5}", close=False)}" '
            'stroke="#000" '
            'stroke-width="1" opacity=".4" fill="none"/>'
        )
    _stitched(canvas, last.path("100,92! 122,84 138,66 150,60", close=False))
    _pull_tab(canvas, last, back, top, 14, shade=0.8)


def _combat(canvas: Canvas, last: Last, front: float, back: float, top: float) -> None:
    """Laced from the vamp to the top, with a toe cap."""
    canvas.line(last.path("30,3! 40,22 34,45", close=False), width=1.6)
    _stitched(canvas, last.path(f"66,50! 92,62 122,92 128,130 126,{top - 12}", close=False))
    _stitched(canvas, last.path("156,3! 160,44 180,66 200,74", close=False))
    canvas.line(last.path(f"{front + 30},{top - 14}! 170,{top - 22} {back - 2},{top - 14}", close=False), dash="3 2")
    _laced(canvas, last, front, top, "#e9e4d8" if "laces" in canvas.garment.trims else "#1d1c1e")
    _pull_tab(canvas, last, back, top, 16, shade=0.78)


def _laced(canvas: Canvas, last: Last, front: float, top: float, lace: str) -> None:
    """Eyelets and a crossed lace from the vamp to the rim."""
    rows = max(6, round(top / 25))
    near = along(last.bend(f"72,48! 96,63 120,92 {front + 20},128 {front + 18},{top - 16}"), rows)
    far = along(last.bend(f"62,56! 84,72 102,98 {front + 2},130 {front + 1},{top - 8}"), rows)
    for i, ((x0, y0, _), (x1, y1, _)) in enumerate(zip(near, far, strict=False)):
        canvas.raw(
            f'<path d="M{x0:.1f} {y0:.1f} L{x1:.1f} {y1:.1f}" stroke="{lace}" stroke-width="{3.4 * last.scale:.1f}" '
            'stroke-linecap="round"/>'
        )
        if i:
            canvas.raw(
                f'<path d="M{near[i - 1][0]:.1f} {near[i - 1][1]:.1f} L{x1:.1f} {y1:.1f}" stroke="{lace}" '
                f'stroke-width="{2.2 * last.scale:.1f}" stroke-linecap="round"/>'
            )
        canvas.button(x0, y0, 2.6 * last.scale + 0.4, kind="silver")


def _wellington(canvas: Canvas, last: Last, front: float, back: float, top: float) -> None:
    """Moulded rubber: foxing, rims and a side strap."""
    for h in (14, 20):
        canvas.line(
            last.path(f"-1,{h} 18,{h - 4} 60,{h - 5} 112,{h - 3} 165,{h - 5} 204,{h - 3}", close=False), tone=-0.45, opacity=0.6
        )
    for drop in (10, 16):
        canvas.line(
            last.path(f"{front + 1},{top - drop}! {(front + back) / 2},{top - drop - 10} {back - 1},{top - drop}", close=False),
            opacity=0.7,
            width=1.6,
        )
    canvas.line(last.path("58,54! 74,40 100,50 118,84 130,100 198,104", close=False), opacity=0.4)
    canvas.gloss(last.path(f"{front + 18},{top - 34} {front + 22},200 122,130", close=False), width=12 * last.scale, opacity=0.45)
    canvas.gloss(last.path("14,30 34,42 62,50", close=False), width=8 * last.scale, opacity=0.5)
    canvas.panel(
        ribbon(last.bend(f"{front + 54},{top - 34} {front + 80},{top - 36} {back},{top - 30}"), 14 * last.scale), shade=0.85
    )
    x, y = last.at(front + 66, top - 35)
    frame = 9 * last.scale
    canvas.metal(
        box(x - frame, y - frame, frame * 2, frame * 2, 3) + " " + box(x - frame * 0.5, y - frame * 0.5, frame, frame, 1.5),
        kind="silver",
    )


def _snow(canvas: Canvas, last: Last, front: float, back: float, top: float) -> None:
    """Quilted shaft, rubber foot, fur cuff."""
    solid(
        canvas,
        last.path("-2,7 0,26 14,40 38,46 70,40 110,36 165,38 206,42! 205,20 203,1! 165,1 112,3 60,1 16,2"),
        tint(main_colour(canvas), -0.5),
    )
    for h in (74, 106, 138):
        canvas.fold(last.path(f"84,{h} 150,{h - 10} 212,{h}", close=False), width=5, opacity=0.14)
        canvas.line(
            last.path(f"{78 if h == 74 else 97},{h} 150,{h - 11} {207 if h == 74 else 211},{h}", close=False), opacity=0.65
        )
    for i in range(4):
        (x0, y0), (x1, y1) = last.at(74 + i * 12, 50 + i * 20), last.at(100 + i * 10, 48 + i * 19)
        canvas.raw(
            f'<path d="M{x0:.1f} {y0:.1f} L{x1:.1f} {y1:.1f}" stroke="#e8e3d6" stroke-width="{4 * last.scale:.1f}" '
            'stroke-linecap="round"/>'
        )
        canvas.button(x1, y1, 3, kind="silver")
    cuff = (
        f"{front - 8},{top - 22} {front - 10},{top + 4} {front + 20},{top + 16} 156,{top + 18} {back - 14},{top + 15} "
        f"{back + 10},{top + 3} {back + 8},{top - 22} 156,{top - 34}"
    )
    canvas.panel(last.path(cuff), colour=1, material="faux fur", pattern="plain")


BOOT_TRIMS = (
    "fringe",
    "studs",
    "pearls",
    "spikes",
    "contrast piping",
    "buckles",
    "chains",
    "zips",
    "laces",
    "bows",
    "rosettes",
    "embroidery",
    "feathers",
    "hearts",
    "butterflies",
    "pompoms",
    "shearling lining",
    "tassels",
    "patches",
    "crest",
)

DRAWERS = {"boots": boots}

TRIMS_SHOWN = {"boots": BOOT_TRIMS}

DETAILS = {
    "boots": {
        "heel": ("flat", "kitten", "block", "stiletto"),
        "toe": ("round", "pointed", "square"),
        "shaft": ("low", "mid", "high"),
    }
}
