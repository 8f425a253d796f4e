"""Things for the home as SVG on a transparent ground: turned bodies (mug, vase, lamp …) and a few that are built of parts."""

from collections.abc import Callable

from artwork.atelier.colour import mix, tint
from artwork.atelier.curves import box, oval, ribbon, smooth
from artwork.home.sheet import AXIS, DECORS, FOOT, Look, Sheet


def mug(sheet: Sheet, shape: str) -> None:
    """straight, round or tall."""
    look = sheet.look
    half, top, belly = {"straight": (62, 150, 62), "round": (58, 160, 74), "tall": (48, 112, 50)}[shape]
    sheet.line(
        smooth(
            f"{AXIS + belly - 6},{top + 26} {AXIS + belly + 42},{top + 34} "
            f"{AXIS + belly + 40},{FOOT - 50} {AXIS + belly - 10},{FOOT - 32}",
            False,
        ),
        tint(look.main, -0.3),
        15,
    )
    sheet.line(
        smooth(
            f"{AXIS + belly - 6},{top + 24} {AXIS + belly + 40},{top + 32} "
            f"{AXIS + belly + 38},{FOOT - 52} {AXIS + belly - 10},{FOOT - 34}",
            False,
        ),
        tint(look.main, 0.1),
        8,
    )
    sheet.turned(
        [(half, top), (belly, (top + FOOT) / 2), (half - 6, FOOT - 8), (half - 14, FOOT)],
        look.main,
        look.surface,
        decor=look.decor,
    )
    sheet.mouth(half, top, look.second)


def vase(sheet: Sheet, shape: str) -> None:
    """bottle, amphora, cylinder or bud."""
    profile = {
        "bottle": [(17, 52), (17, 118), (58, 190), (60, 250), (40, FOOT)],
        "amphora": [(36, 60), (26, 92), (74, 160), (58, 238), (34, FOOT)],
        "cylinder": [(48, 62), (46, 130), (48, 220), (46, FOOT)],
        "bud": [(15, 96), (13, 140), (50, 212), (46, 268), (30, FOOT)],
    }[shape]
    sheet.turned(profile, sheet.look.main, sheet.look.surface, decor=sheet.look.decor)
    sheet.mouth(profile[0][0] + 1, profile[0][1], sheet.look.main)


def lamp(sheet: Sheet, shape: str) -> None:
    """drum, cone or globe: the shade in the second colour, the base in the first."""
    look = sheet.look
    sheet.turned([(6, 150), (6, 200), (34, 226), (44, 262), (50, FOOT)], look.main, look.surface, decor=look.decor)
    top, wide = {"drum": (62, 70), "cone": (30, 84), "globe": (30, 66)}[shape]
    if shape == "globe":
        sheet.turned([(20, 40), (58, 60), (70, 98), (56, 138), (24, 158)], mix(look.second, "#fff3d6", 0.6), "glazed")
        return
    glow = sheet.gradient(
        [(0, tint(look.second, -0.12), 1), (0.42, mix(look.second, "#fff1c9", 0.6), 1), (1, tint(look.second, -0.3), 1)]
    )
    sheet.add(
        smooth(f"{AXIS - top},46! {AXIS + top},46! {AXIS + wide},160! {AXIS},{160 + wide * 0.16:.0f} {AXIS - wide},160!"), glow
    )
    sheet.add(oval(AXIS, 46, top, top * 0.14), mix(look.second, "#fff6da", 0.75))


def teapot(sheet: Sheet, shape: str) -> None:
    """round or squat."""
    look, (top, belly) = sheet.look, {"round": (150, 82), "squat": (186, 92)}[shape]
    sheet.line(
        smooth(
            f"{AXIS - belly + 8},{top + 40} {AXIS - belly - 44},{top + 30} "
            f"{AXIS - belly - 40},{FOOT - 40} {AXIS - belly + 10},{FOOT - 30}",
            False,
        ),
        tint(look.main, -0.25),
        13,
    )
    sheet.add(
        smooth(
            f"{AXIS + belly - 16},{FOOT - 30}! {AXIS + belly + 34},{top + 40} {AXIS + belly + 56},{top + 8}! "
            f"{AXIS + belly + 40},{top + 6}! {AXIS + belly - 18},{top + 44}!"
        ),
        sheet.round(look.main, look.surface),
    )
    sheet.turned(
        [(34, top), (belly - 14, top + 24), (belly, (top + FOOT) / 2 + 4), (belly - 12, FOOT - 24), (50, FOOT)],
        look.main,
        look.surface,
        decor=look.decor,
    )
    sheet.turned([(9, top - 34), (9, top - 24), (6, top - 16), (32, top - 4), (37, top + 4)], look.second, look.surface)


def clock(sheet: Sheet, shape: str) -> None:
    """round or square, hung on the wall."""
    look, ink = sheet.look, "#211d1a"
    outer, inner = (
        (oval(160, 160, 116), oval(160, 160, 100)) if shape == "round" else (box(46, 46, 228, 228, 16), box(62, 62, 196, 196, 8))
    )
    sheet.add(
        outer,
        sheet.gradient(
            [(0, tint(look.main, 0.35), 1), (0.5, look.main, 1), (1, tint(look.main, -0.45), 1)], 'x1="0" y1="0" x2="1" y2="1"'
        ),
    )
    face = mix(look.second, "#fbf7ee", 0.65)
    sheet.add(inner, sheet.gradient([(0, tint(face, -0.12), 1), (1, tint(face, 0.25), 1)], 'x1="0" y1="0" x2="1" y2="1"'))
    for hour in range(12):
        long = 15 if hour % 3 == 0 else 8
        sheet._marks.append(
            f'<path d="M160 {74 + long}V74" stroke="{ink}" stroke-width="{5 if long > 8 else 3}" '
            f'transform="rotate({30 * hour} 160 160)"/>'
        )
    for length, width, turn in ((52, 7, sheet.rng.uniform(0, 360)), (76, 5, sheet.rng.uniform(0, 360))):
        sheet._marks.append(
            f'<path d="M160 172V{160 - length}" stroke="{ink}" stroke-width="{width}" stroke-linecap="round" '
            f'transform="rotate({turn:.0f} 160 160)"/>'
        )
    sheet.add(oval(160, 160, 8), look.main)


def headphones(sheet: Sheet, shape: str) -> None:
    """over-ear or on-ear, standing on their cups."""
    look, cup = sheet.look, {"over-ear": 46, "on-ear": 34}[shape]
    y = FOOT - cup - 2
    sheet.line(smooth(f"76,{y} 72,130 160,56 248,130 244,{y}", False), tint(look.main, -0.3), 20)
    sheet.line(smooth(f"76,{y} 72,130 160,55 248,130 244,{y}", False), tint(look.main, 0.12), 11)
    sheet.line(smooth("104,92 160,58 216,92", False), look.second, 20, 0.95)
    for x, lean in ((82, 8), (238, -8)):
        sheet.add(oval(x + lean * 1.4, y, cup * 0.62, cup, lean), tint(look.second, -0.35))
        sheet.add(oval(x, y, cup * 0.72, cup, lean), sheet.round(look.main, look.surface))
        sheet.add(oval(x - 3, y, cup * 0.4, cup * 0.62, lean), sheet.round(look.second, "metal"))


def candle(sheet: Sheet, shape: str) -> None:
    """pillar, or jar: wax in a glass."""
    look = sheet.look
    if shape == "jar":
        sheet.turned([(50, 176), (54, 230), (52, FOOT)], look.main, "glass", decor=look.decor)
        sheet.mouth(50, 176, look.second)
        sheet.add(oval(160, 190, 43, 8), mix(look.second, "#fff4dc", 0.6))
        wick = 184
    else:
        sheet.turned([(38, 120), (38, 200), (39, FOOT)], look.main, "matte", decor=look.decor)
        sheet.add(oval(160, 120, 38, 7), mix(look.main, "#fff4dc", 0.5))
        wick = 118
    sheet.line(f"M160 {wick}V{wick - 14}", "#2b2320", 2.6)
    sheet.add(smooth(f"160,{wick - 46}! 170,{wick - 20} 160,{wick - 8} 150,{wick - 20}"), "#ffcf6b", 'fill-opacity=".95"')
    sheet.add(smooth(f"160,{wick - 32}! 165,{wick - 18} 160,{wick - 11} 155,{wick - 18}"), "#fffbe6")


def planter(sheet: Sheet, shape: str) -> None:
    """fern, cactus or rubber plant in a pot of the look."""
    look, leaf = sheet.look, sheet.rng.choice(("#3f6b3a", "#557a3c", "#2f5f4a", "#6b8a4c"))
    if shape == "cactus":
        sheet.turned([(22, 104), (27, 150), (24, 216)], leaf, "matte", decor="ribbed")
        sheet.turned([(9, 120), (11, 140), (9, 168)], leaf, "matte", decor="plain", axis=204)
        sheet.line("M204 166Q204 182 182 182", tint(leaf, -0.2), 15)
    for _ in range({"fern": 34, "rubber": 13, "cactus": 0}[shape]):
        x, y = sheet.rng.uniform(74, 246), sheet.rng.uniform(36, 166)
        shade = tint(leaf, sheet.rng.uniform(-0.35, 0.3))
        mid = f"{(160 + x) / 2 + sheet.rng.uniform(-16, 16):.0f},{min(y + 12, 150):.0f}"
        if shape == "fern":
            sheet.add(ribbon(f"160,214 {mid} {x:.0f},{y:.0f}", 4, 12, 2), shade)
        else:
            sheet.line(smooth(f"160,214 {mid} {x:.0f},{y:.0f}", False), tint(leaf, -0.4), 3)
            sheet.add(oval(x, y, 31, 15, sheet.rng.uniform(-60, 60)), shade)
    sheet.turned([(58, 204), (54, 240), (42, FOOT)], look.main, look.surface, decor=look.decor)
    sheet.add(oval(160, 204, 58, 9), tint(look.main, 0.15))
    sheet.add(oval(160, 205, 52, 7), "#3b2c22")


def radio(sheet: Sheet, shape: str) -> None:
    """portable, with a handle, or tabletop."""
    look, top = sheet.look, {"portable": 134, "tabletop": 152}[shape]
    if shape == "portable":
        sheet.line(
            f"M84 {top + 4}V{top - 34}Q84 {top - 46} 98 {top - 46}H222Q236 {top - 46} 236 {top - 34}V{top + 4}",
            tint(look.second, -0.2),
            9,
        )
    slope = 'x1="0" y1="0" x2=".5" y2="1"'
    sheet.add(
        box(46, top, 228, FOOT - top, 22),
        sheet.gradient([(0, tint(look.main, 0.28), 1), (0.5, look.main, 1), (1, tint(look.main, -0.4), 1)], slope),
    )
    grille = box(62, top + 16, 120, FOOT - top - 32, 10)
    sheet.add(grille, tint(look.main, -0.5))
    dots = "".join(f'<circle cx="{x}" cy="{y}" r="2.3"/>' for x in range(70, 180, 8) for y in range(top + 24, FOOT - 18, 8))
    sheet.clipped(grille, f'<g fill="{tint(look.second, 0.1)}">{dots}</g>')
    sheet.add(oval(230, top + 44, 27), sheet.round(look.second, "metal"))
    sheet.line(f"M230 {top + 44}L{240} {top + 26}", "#1c1917", 4)
    for x in (208, 230, 252):
        sheet.add(oval(x, FOOT - 28, 8), sheet.round(tint(look.second, -0.2), "matte"))


def stool(sheet: Sheet, shape: str) -> None:
    """three-legged, or a pouffe."""
    look = sheet.look
    if shape == "pouffe":
        sheet.turned([(78, 178), (104, 214), (104, 250), (84, FOOT)], look.main, look.surface, decor=look.decor)
        sheet.add(oval(160, 180, 80, 17), tint(look.main, 0.22))
        return
    for x, foot in ((112, 78), (160, 166), (208, 244)):
        sheet.line(f"M{x} 140L{foot} {FOOT}", tint(look.second, -0.25), 14)
        sheet.line(f"M{x - 2} 140L{foot - 3} {FOOT}", tint(look.second, 0.2), 5)
    sheet.turned([(86, 116), (88, 128), (84, 142)], look.main, look.surface, decor=look.decor)
    sheet.add(oval(160, 116, 86, 19), sheet.gradient([(0, tint(look.main, 0.3), 1), (1, tint(look.main, -0.12), 1)]))


def cushion(sheet: Sheet, shape: str) -> None:
    """square or bolster."""
    look = sheet.look
    half, top = {"square": (104, 84), "bolster": (118, 178)}[shape]
    path = smooth(
        f"{160 - half},{top}! 160,{top + 12} {160 + half},{top}! {150 + half},{(top + FOOT) / 2} "
        f"{160 + half},{FOOT}! 160,{FOOT - 10} {160 - half},{FOOT}! {170 - half},{(top + FOOT) / 2}"
    )
    slope = 'x1="0" y1="0" x2="1" y2="1"'
    sheet.add(path, sheet.gradient([(0, tint(look.main, 0.2), 1), (0.45, look.main, 1), (1, tint(look.main, -0.42), 1)], slope))
    profile = [(half, top), (half, FOOT)]
    DECORS[look.decor](sheet, path, profile, AXIS)
    sheet.line(path, tint(look.main, -0.45), 2.2, 0.7)


THINGS: dict[str, tuple[Callable[[Sheet, str], None], tuple[str, ...]]] = {  # category -> drawer, shapes
    "mug": (mug, ("straight", "round", "tall")),
    "vase": (vase, ("bottle", "amphora", "cylinder", "bud")),
    "table lamp": (lamp, ("drum", "cone", "globe")),
    "teapot": (teapot, ("round", "squat")),
    "wall clock": (clock, ("round", "square")),
    "headphones": (headphones, ("over-ear", "on-ear")),
    "candle": (candle, ("pillar", "jar")),
    "house plant": (planter, ("fern", "cactus", "rubber")),
    "radio": (radio, ("portable", "tabletop")),
    "stool": (stool, ("three-legged", "pouffe")),
    "cushion": (cushion, ("square", "bolster")),
}


def draw(category: str, shape: str, look: Look) -> str:
    """One thing as an SVG document of 320 x 320 on a transparent ground; equal arguments give equal text."""
    sheet = Sheet(look)
    THINGS[category][0](sheet, shape)
    return sheet.svg()
