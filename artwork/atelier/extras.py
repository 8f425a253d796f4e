"""Belts and scarves, with the gloves and umbrellas of `handheld`."""

import math

from artwork.atelier import handheld
from artwork.atelier.canvas import Canvas, mirror, tint
from artwork.atelier.curves import along, box, lining, lowered, oval, ribbon, smooth, solid
from artwork.atelier.gems import cast, gem, gem_of, links, metal_of
from artwork.atelier.ornaments import ALL_TRIMS, adorn
from artwork.atelier.trim import fringe, lacing

WIDTHS = {"skinny": 0.6, "medium": 1.0, "wide": 1.5}


def belt(canvas: Canvas) -> None:
    """A belt closed into a ring, its buckle in front; ``width`` is skinny, medium or wide."""
    wide = WIDTHS[canvas.garment.details.get("width", "medium")]
    {"buckle": _buckle_belt, "western": _western_belt, "chain": _chain_belt, "corset": _corset_belt, "woven": _woven_belt}[
        canvas.garment.silhouette
    ](canvas, wide)


def _ring_band(canvas: Canvas, deep: float) -> str:
    """The band round an invisible waist; returns the front's middle line as a point text."""
    top, low = -deep / 2, deep / 2
    back = smooth(
        f"25,{154 + top}! 60,{112 + top} 110,{94 + top} 160,{90 + top} 210,{94 + top} 260,{112 + top} 295,{154 + top}! "
        f"294,{150 + low * 0.4}! 258,{116 + low * 0.4} 210,{100 + low * 0.4} 160,{96 + low * 0.4} 110,{100 + low * 0.4} "
        f"62,{116 + low * 0.4} 26,{150 + low * 0.4}!"
    )
    lining(canvas, back)
    canvas.panel(
        smooth(
            f"24,{150 + top * 0.7}! 56,{187 + top} 108,{208 + top} 160,{213 + top} 212,{208 + top} 264,{187 + top} "
            f"296,{150 + top * 0.7}! 300,{152} "
            f"295,{153 + low * 0.8}! 262,{192 + low} 212,{213 + low} 160,{218 + low} 108,{213 + low} 58,{192 + low} "
            f"25,{153 + low * 0.8}! 20,152"
        )
    )
    canvas.gloss(
        smooth(f"36,{166 + top * 0.4} 76,{196 + top * 0.4} 124,{208 + top * 0.4}", close=False), width=deep * 0.2, opacity=0.25
    )
    canvas.fold(smooth("296,150 270,180 236,204", close=False), width=20, opacity=0.15)
    return "24,150 58,190 108,210 160,215 212,210 262,190 296,150"


def _edge_stitch(canvas: Canvas, line: str, deep: float) -> None:
    for sign in (-1, 1):
        canvas.line(smooth(lowered(line, sign * (deep / 2 - 5)), close=False), dash="3.4 2.4", opacity=0.6)


def _buckle_belt(canvas: Canvas, wide: float) -> None:
    deep = 42 * wide
    line = _ring_band(canvas, deep)
    _edge_stitch(canvas, line, deep)
    kind, half = metal_of(canvas), deep / 2 + 11
    tip = (
        f"172,{215 - deep / 2}! 226,{208 - deep / 2} 250,{199 - deep / 2}! 264,{197} 254,{201 + deep / 2}! "
        f"226,{210 + deep / 2} 172,{216 + deep / 2}!"
    )
    canvas.panel(smooth(tip), shade=1.03)
    for i in range(3):
        solid(canvas, oval(196 + i * 19, 212 - i * 3.6, 3.4, 4), tint(canvas.colours.main, -0.65), outline=0.4)
    canvas.metal(box(112, 215 - half, 66, half * 2, 10) + " " + box(122, 225 - half, 46, half * 2 - 20, 6), kind=kind)
    canvas.metal(box(114, 211, 62, 7.5, 3.5), kind=kind)
    canvas.panel(smooth(f"92,{208 - deep / 2}! 102,{210 - deep / 2}! 102,{213 + deep / 2}! 92,{211 + deep / 2}!"), shade=0.82)
    adorn(canvas, edge=line, spot=(64, 196, 34), hang=46)


def _western_belt(canvas: Canvas, wide: float) -> None:
    """Tooled band, big engraved oval plate, silver tip and keeper."""
    deep = 48 * wide
    line = _ring_band(canvas, deep)
    _edge_stitch(canvas, line, deep)
    for x, y, _ in along(line, 15):
        if abs(x - 160) > 66:
            canvas.line(
                smooth(f"{x - 7},{y} {x},{y - deep * 0.26} {x + 7},{y} {x},{y + deep * 0.26}"), tone=0.5, width=1.6, opacity=0.75
            )
            canvas.button(x, y, 3, kind="silver")
    kind = metal_of(canvas) if "metal" in canvas.garment.details else "silver"
    plate = 34 + 14 * wide
    cast(canvas, oval(160, 214, 62, plate))
    canvas.metal(oval(160, 214, 62, plate), kind=kind)
    canvas.metal(oval(160, 214, 53, plate - 9), kind="gold" if kind == "silver" else "silver", outline=1.2)
    canvas.metal(oval(160, 214, 49, plate - 13), kind=kind, outline=1)
    for x, y, _turn in along("104,214 120,184 160,174 200,184 216,214 200,244 160,254 120,244", 20, close=True):
        scale = (plate - 8) / 42
        canvas.button(x, 214 + (y - 214) * scale, 2.6, kind="gold")
    for side in (-1, 1):
        leaf = smooth(
            f"{160 + side * 17},214! {160 + side * 24},{214 - plate * 0.28} {160 + side * 34},{214 - plate * 0.16} "
            f"{160 + side * 46},214! {160 + side * 34},{214 + plate * 0.16} {160 + side * 24},{214 + plate * 0.28}"
        )
        canvas.metal(leaf, kind="gold" if kind == "silver" else "silver", outline=0.8)
    gem(canvas, 160, 214, 14, gem_of(canvas) if "gem" in canvas.garment.details else "#2cb5ae", setting="gold")
    adorn(canvas, edge=line, spot=(60, 190, 34), hang=50)


def _chain_belt(canvas: Canvas, wide: float) -> None:
    """Large links, a leather thread of the cloth through them and a hanging end."""
    kind = metal_of(canvas)
    size = 22 + 10 * wide
    loop = "28,146 64,104 112,90 160,86 208,90 256,104 292,146 262,186 212,206 160,211 108,206 58,186"
    cast(canvas, smooth(loop), size * 0.4)
    links(canvas, loop, size, kind, close=True)
    canvas.panel(ribbon("28,150 58,188 108,208 160,213 212,208 262,188 292,150", 6 * wide), outline=0.9)
    cast(canvas, "M196 214 V290", size * 0.4)
    links(canvas, "196,212 199,236 197,262 196,286", size * 0.85, kind)
    canvas.metal(oval(196, 210, 17) + " " + oval(196, 210, 10), kind=kind)
    gem(canvas, 196, 294, 14, gem_of(canvas), "drop", setting=kind)
    adorn(canvas, edge="30,158 58,194 108,214 160,219 212,214 262,194 290,158", spot=(112, 206, 34), hang=40)


def _corset_belt(canvas: Canvas, wide: float) -> None:
    """A waspie: shaped panels, boning and a laced front."""
    deep = 58 + 34 * wide
    top, low = 160 - deep / 2, 160 + deep / 2
    lining(
        canvas,
        smooth(
            f"40,{top - 16}! 100,{top - 38} 160,{top - 42} 220,{top - 38} 280,{top - 16}! 270,{top + 14} "
            f"160,{top + 10} 50,{top + 14}"
        ),
    )
    left = (
        f"36,{top - 18}! 92,{top - 2} 148,{top - 22}! 146,160 148,{low + 26}! 92,{low + 8} 36,{low + 2}! "
        f"54,{160 + deep * 0.12} 56,{160 - deep * 0.1}"
    )
    for i, path in enumerate((smooth(left), mirror(smooth(left)))):
        canvas.panel(path)
        flip = (lambda p: p) if i == 0 else mirror
        for x, bend in ((64, 70), (88, 90), (112, 111), (134, 133)):
            bone = flip(smooth(f"{x},{top - 6} {bend},160 {x},{low + 8}", close=False))
            canvas.line(bone, width=5, opacity=0.25)
            canvas.line(bone, dash="3 2.2", opacity=0.6)
    canvas.fold(smooth(f"284,{top - 8} 266,160 284,{low}", close=False), width=22, opacity=0.15)
    rows = max(4, round(deep / 17))
    pairs = [((141, top - 8 + i * (deep + 18) / (rows - 1)), (179, top - 8 + i * (deep + 18) / (rows - 1))) for i in range(rows)]
    lacing(canvas, pairs)
    adorn(canvas, edge=f"38,{low - 6} 92,{low + 1} 148,{low + 18}", spot=(88, 160, 40), hang=40)
    adorn(canvas, edge=f"172,{low + 18} 228,{low + 1} 282,{low - 6}", hang=40)


def _woven_belt(canvas: Canvas, wide: float) -> None:
    """Plaited strands, closed through a covered ring."""
    deep = 40 * wide
    line = _ring_band(canvas, deep)
    for row in range(3):
        y = (row - 1) * deep * 0.3
        for x, yy, turn in along(lowered(line, y), 22):
            ink = canvas.colours.second if row == 1 and len(canvas.garment.colours) > 1 else tint(canvas.colours.main, 0.12)
            shape = oval(x, yy, 10.5, deep * 0.115, turn + (32 if row % 2 else -32))
            canvas.raw(f'<path d="{shape}" fill="{ink}" stroke="{tint(ink, -0.5)}" stroke-width="1"/>')
    kind = metal_of(canvas)
    r = deep / 2 + 13
    cast(canvas, oval(160, 214, r - 5), 10)
    canvas.metal(oval(160, 214, r) + " " + oval(160, 214, r - 10), kind=kind)
    canvas.metal(box(126, 210, 42, 7, 3.5), kind=kind)
    adorn(canvas, edge=line, spot=(70, 198, 34), hang=46)


def scarf(canvas: Canvas) -> None:
    """Long looped, square silk, folded blanket, feather boa; ``ends`` are fringed or hemmed."""
    fringed = canvas.garment.details.get("ends", "fringed") == "fringed"
    {"long": _long_scarf, "square": _square_scarf, "blanket": _blanket, "feather boa": _boa}[canvas.garment.silhouette](
        canvas, fringed
    )


def _ends(canvas: Canvas, x0: float, y0: float, x1: float, y1: float, length: float, fringed: bool) -> None:
    if fringed:
        fringe(canvas, x0, y0, x1, y1, length)
    else:
        canvas.line(f"M{x0} {y0 - 7} L{x1} {y1 - 7}", dash="3 2.2", opacity=0.6)


def _long_scarf(canvas: Canvas, fringed: bool) -> None:
    """Looped once, both ends hanging."""
    lining(canvas, smooth("80,92! 100,44 160,26 220,44 240,92! 214,84 190,72 160,68 130,72 106,84"))
    for end, folds in (
        (smooth("186,124! 226,116! 244,190 252,272! 222,278 192,276! 190,200"), ((208, 126, 222, 272),)),
        (smooth("112,128! 166,132! 162,210 152,286! 112,290 78,282! 96,206"), ((130, 140, 104, 284), (150, 140, 134, 286))),
    ):
        canvas.panel(end, shade=0.95)
        for x0, y0, x1, y1 in folds:
            canvas.fold(f"M{x0} {y0} Q{(x0 + x1) / 2 + 5} {(y0 + y1) / 2} {x1} {y1}", width=10, opacity=0.17)
    _ends(canvas, 193, 275, 251, 272, 26, fringed)
    _ends(canvas, 79, 282, 151, 286, 24, fringed)
    canvas.panel(
        smooth(
            "74,84! 82,52 108,32! 118,66 134,88 160,96 188,88 202,66 212,32! 238,52 246,84! 250,120 218,150 162,160 "
            "104,150 70,120"
        )
    )
    for path in (
        "M84 66 Q104 120 160 130 Q216 120 236 66",
        "M78 98 Q110 142 164 146 Q214 142 240 104",
        "M100 48 Q116 98 160 112",
    ):
        canvas.fold(path, width=9, opacity=0.16)
    canvas.gloss("M84 92 Q106 132 156 138", width=7, opacity=0.16)
    adorn(canvas, edge="82,262 100,267 130,270 150,266", spot=(124, 226, 44), hang=22)


def _square_scarf(canvas: Canvas, fringed: bool) -> None:
    """A silk square laid out as a diamond, one corner folded over, with its border."""
    outer = "160,22! 230,88 298,160! 232,230 160,298! 90,232 22,160! 90,90"
    canvas.panel(smooth(outer))
    border = smooth("160,36! 226,98 284,160! 226,222 160,284! 94,222 36,160! 94,98")
    canvas.raw(f'<path d="{border}" fill="none" stroke="{canvas.colours.second}" stroke-width="9"/>')
    canvas.raw(
        f'<path d="{smooth("160,52! 214,108 268,160! 214,212 160,268! 106,212 52,160! 106,108")}" fill="none" '
        f'stroke="{canvas.colours.third}" stroke-width="3"/>'
    )
    for path in ("M70 130 Q150 150 196 250", "M110 80 Q190 130 260 150", "M60 160 Q130 190 150 270"):
        canvas.fold(path, width=13, opacity=0.13)
    canvas.gloss("M92 112 Q170 140 220 214", width=16, opacity=0.16)
    canvas.panel(smooth("160,298! 196,262 232,230! 214,214 168,206! 150,216 152,250"), shade=0.9)
    canvas.raw(f'<path d="M168 206 Q160 240 160 298" fill="none" stroke="{canvas.colours.second}" stroke-width="6"/>')
    if fringed:
        for x, y, _turn in along("22,160 90,232 152,290", 34):
            canvas.raw(
                f'<path d="M{x:.1f} {y:.1f} l-5 9" stroke="{tint(canvas.colours.main, -0.15)}" stroke-width="1.6" '
                'stroke-linecap="round"/>'
            )
    adorn(canvas, edge="30,160 92,226 150,284", spot=(160, 130, 64), hang=14)


def _blanket(canvas: Canvas, fringed: bool) -> None:
    """A large wool scarf in a neat stack of folds."""
    canvas.panel(smooth("44,70! 280,60! 290,92 286,240! 56,250! 40,160"), shade=0.8)
    canvas.panel(smooth("38,80! 272,72! 282,110 278,252! 50,260! 34,170"), shade=0.9)
    if fringed:
        fringe(canvas, 46, 262, 276, 256, 32)
    canvas.panel(smooth("30,92! 262,84! 274,88 276,104 272,256! 150,264 42,266! 34,200 28,120"))
    canvas.panel(smooth("30,92! 262,84! 276,92 272,112! 160,120 36,122! 26,106"), shade=1.05)
    for path in ("M60 126 Q56 190 66 262", "M140 122 Q150 200 142 262", "M220 118 Q214 190 228 258"):
        canvas.fold(path, width=14, opacity=0.1)
    canvas.fold("M36 122 Q160 120 272 112", width=9, opacity=0.2)
    if fringed:
        fringe(canvas, 43, 265, 271, 256, 30)
    else:
        canvas.line("M42 258 Q150 256 271 248", dash="3 2.2", opacity=0.6)
    adorn(canvas, edge="44,250 100,252 160,250 220,247 270,243", spot=(160, 186, 62), hang=24)


def _boa(canvas: Canvas, fringed: bool) -> None:
    """Plumes along a draped loop; the cloth itself is feather."""
    drape = "82,250 72,210 76,150 92,96 126,66 160,58 194,66 228,96 244,150 248,210 238,250"
    cast(canvas, smooth(drape, close=False), 48)
    canvas.panel(ribbon(drape, 30), outline=0)
    tones = [tint(canvas.colours.main, tone) for tone in (-0.35, -0.15, 0.0, 0.12, 0.28)]
    if len(canvas.garment.colours) > 1:
        tones[1] = canvas.colours.second
    for layer, tone in enumerate(tones):
        barbs = []
        for x, y, _ in along(drape, 88):
            for _ in range(5 if layer < 3 else 3):
                angle, run = canvas.rng.uniform(0, math.tau), canvas.rng.uniform(15, 37) * (1 - 0.11 * layer)
                barbs.append(_barb(x, y, angle, run))
        if fringed:  # long plumes trail from both ends
            for x, y, _ in along(drape, 88)[:3] + along(drape, 88)[-3:]:
                barbs += [
                    _barb(x, y, canvas.rng.uniform(0.8, 2.3), canvas.rng.uniform(26, 52) * (1 - 0.1 * layer)) for _ in range(7)
                ]
        canvas.raw(
            f'<path d="{"".join(barbs)}" fill="none" stroke="{tone}" stroke-width="2.1" stroke-linecap="round" '
            'stroke-opacity=".85"/>'
        )
    adorn(canvas, edge=drape, spot=(160, 44, 50), hang=22)


def _barb(x: float, y: float, angle: float, run: float) -> str:
    """One curved wisp of a plume."""
    dx, dy = run * math.cos(angle), run * math.sin(angle)
    return f"M{x:.0f} {y:.0f}q{dx * 0.6 - dy * 0.35:.0f} {dy * 0.6 + dx * 0.35:.0f} {dx:.0f} {dy + 5:.0f}"


DRAWERS = {"belt": belt, "scarf": scarf} | handheld.DRAWERS

TRIMS_SHOWN = {"belt": ALL_TRIMS, "scarf": ALL_TRIMS} | handheld.TRIMS_SHOWN

DETAILS = {
    "belt": {"width": tuple(WIDTHS)},
    "scarf": {"ends": ("fringed", "hemmed")},
} | handheld.DETAILS
