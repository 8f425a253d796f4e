"""Caps and beanies, seen from the front."""

from artwork.atelier.canvas import Canvas
from artwork.atelier.curves import oval, smooth
from artwork.atelier.ornaments import ALL_TRIMS, adorn
from artwork.atelier.trim import pompom

CUFFS = {"none": 0, "single": 46, "deep": 74}  # a beanie's detail "cuff" -> the turn-up's height


def cap(canvas: Canvas) -> None:
    """Baseball, baker boy and sailor caps."""
    {"baseball": _baseball, "baker boy": _baker_boy, "sailor": _sailor}[canvas.garment.silhouette](canvas)


def _baseball(canvas: Canvas) -> None:
    peak = canvas.garment.details.get("peak", "curved")
    drop = 30 if peak == "curved" else 8
    canvas.panel(smooth("58,206! 60,150 78,104 118,76 166,70 214,82 244,116 254,162 252,206! 210,216 160,218 104,216"))
    for path in ("M160 72 Q120 120 114 214", "M160 72 Q196 116 204 214", "M160 72 Q90 90 62 178", "M160 72 Q234 90 253 170"):
        canvas.line(path, opacity=0.6)
    for x in (108, 214):
        canvas.button(x, 134, 3.4, kind="cloth")
    canvas.gloss("M86 130 Q104 94 142 84", width=13, opacity=0.2)
    canvas.panel(oval(161, 70, 9, 5.5), shade=0.9)
    canvas.panel(
        smooth(
            f"56,204! 100,190 160,184 214,190 254,204! 280,{222 + drop * 0.3} 290,{238 + drop * 0.6} 278,{248 + drop}! "
            f"226,{236} 160,{228} 94,{236} 36,{246 + drop}! 30,{232 + drop * 0.5} "
            f"40,{218 + drop * 0.2}"
        ),
        colour=1 if canvas.garment.pattern == "colour-block" else 0,
    )
    canvas.fold(f"M250 206 Q284 226 282 {246 + drop}", width=16, opacity=0.16)
    for i in range(1, 5):
        canvas.line(
            smooth(
                f"{56 - 5 * i},{204 + 7 * i + drop * 0.1 * i} 106,{193 + 9 * i} 160,{187 + 9 * i} 210,{193 + 9 * i} "
                f"{254 + 6 * i},{204 + 7 * i + drop * 0.1 * i}",
                close=False,
            ),
            dash="3 2.2",
            opacity=0.5,
        )
    adorn(canvas, edge=f"44,{240 + drop * 0.8} 96,229 160,221 222,229 272,{242 + drop * 0.8}", spot=(160, 142, 52), hang=12)


def _baker_boy(canvas: Canvas) -> None:
    """Eight full panels gathered under a button, on a small peak."""
    canvas.panel(smooth("30,162 40,110 92,70 160,62 230,70 282,112 292,164 268,202 214,214 160,216 104,214 52,200"))
    for path in (
        "M160 64 Q88 100 74 206",
        "M160 64 Q140 130 138 214",
        "M160 64 Q190 130 192 214",
        "M160 64 Q236 100 250 204",
        "M160 64 Q66 78 34 158",
        "M160 64 Q256 78 288 158",
    ):
        canvas.fold(path, width=8, opacity=0.12)
        canvas.line(path, opacity=0.65)
    canvas.gloss("M56 138 Q76 96 130 82", width=14, opacity=0.15)
    canvas.panel(oval(160, 63, 14, 8), shade=0.9)
    canvas.panel(smooth("74,206! 116,198 160,196 206,198 248,204! 248,222! 206,228 160,230 116,228 76,224!"), shade=0.86)
    canvas.panel(smooth("78,220! 116,212 160,210 206,212 246,218! 262,236 254,256! 210,246 160,243 112,247 66,258! 58,238"))
    canvas.line("M70 252 Q112 240 160 237 Q210 240 251 250", dash="3 2.2", opacity=0.55)
    adorn(canvas, edge="80,215 116,213 160,212 206,213 246,213", spot=(112, 160, 46), hang=12)


def _sailor(canvas: Canvas) -> None:
    """A mariner's cap: soft crown, braided band with anchor button, short shiny peak."""
    canvas.panel(smooth("46,140 62,96 110,72 162,68 218,74 262,98 276,140 262,172! 212,184 160,187 108,184 58,172!"))
    canvas.fold("M244 96 Q272 130 252 172", width=18, opacity=0.15)
    canvas.fold("M80 170 Q108 150 122 178", width=8, opacity=0.14)
    canvas.gloss("M70 130 Q86 96 134 86", width=13, opacity=0.18)
    canvas.panel(smooth("60,168! 108,182 160,185 212,182 260,168! 256,206! 210,220 160,223 110,220 64,206!"), shade=0.8)
    for lift in (0, 7):
        canvas.line(
            f"M64 {199 - lift} Q110 {214 - lift} 160 {216 - lift} Q210 {214 - lift} 256 {199 - lift}",
            tone=0.75,
            width=3.2,
            dash="4 1.4",
            opacity=0.9,
        )
    canvas.panel(
        smooth("66,206! 110,218 160,221 210,218 254,206! 272,232 262,256! 212,250 160,249 108,250 58,258! 48,232"),
        material="patent",
        pattern="plain",
        shade=0.72,
    )
    canvas.gloss("M70 234 Q110 232 150 234", width=10, opacity=0.4)
    for x in (72, 248):
        canvas.button(x, 203, 5, kind="gold")
    canvas.button(160, 160, 13, kind="gold")
    canvas.line("M160 152 V168 M154 157 H166 M152 163 Q160 172 168 163", tone=-0.7, width=1.8, opacity=0.9)
    adorn(canvas, edge="64,178 110,192 160,195 210,192 256,178", spot=(106, 134, 44), hang=12)


def beanie(canvas: Canvas) -> None:
    """A knitted hat with ribs; the turn-up is ``cuff`` wide."""
    cuff = CUFFS[canvas.garment.details.get("cuff", "single")]
    pom = canvas.garment.silhouette == "pom-pom"
    top = 86 if pom else 58
    body = (
        f"62,268! 60,200 68,140 96,{top + 22} 138,{top + 2} 160,{top} 182,{top + 2} 224,{top + 22} 252,140 260,200 258,268! "
        "210,280 160,283 110,280"
    )
    canvas.panel(smooth(body))
    if not pom:
        for i in range(-6, 7):
            canvas.line(
                smooth(
                    f"{160 + i * 3},{top + 5} {160 + i * 12},{top + 44} {160 + i * 15.5},170 {160 + i * 15.6},278", close=False
                ),
                width=2,
                opacity=0.45,
            )
    else:
        for y, half in ((132, 78), (168, 88), (204, 94)):
            row = f"{160 - half},{y} {160 - half * 0.5},{y + 11} 160,{y + 14} {160 + half * 0.5},{y + 11} {160 + half},{y}"
            canvas.line(smooth(row, close=False), width=2, opacity=0.4, dash="7 5")
    canvas.fold("M236 120 Q258 180 250 270", width=22, opacity=0.14)
    canvas.fold(f"M132 {top + 8} Q146 {top + 26} 150 {top + 44}", width=6, opacity=0.14)
    canvas.gloss("M84 170 Q90 120 126 96", width=16, opacity=0.13)
    high = 268 - cuff
    if cuff:
        canvas.panel(
            smooth(
                f"56,{high}! 108,{high + 13} 160,{high + 16} 212,{high + 13} 264,{high}! 268,{high + cuff * 0.5} "
                f"264,270! 212,284 160,287 108,284 56,270! 52,{high + cuff * 0.5}"
            ),
            colour=1 if pom else 0,
            shade=0.97,
        )
        for i in range(-8, 9):
            x, sag = 160 + i * 12.2, 14 * (1 - (i / 8.6) ** 2)
            canvas.line(f"M{x:.1f} {high + sag + 3:.1f} V{270 + sag - 2:.1f}", width=2.2, opacity=0.5)
    if pom:
        pompom(canvas, 160, 66, 38)
    low = high + cuff / 2 if cuff else 250
    adorn(
        canvas,
        edge=f"60,{low} 108,{low + 13} 160,{low + 16} 212,{low + 13} 260,{low}",
        spot=(160, low + 12 if cuff else 200, 42),
        hang=18,
    )


DRAWERS = {"cap": cap, "beanie": beanie}

TRIMS_SHOWN = dict.fromkeys(DRAWERS, ALL_TRIMS)

DETAILS = {
    "cap": {"peak": ("curved", "flat")},
    "beanie": {"cuff": tuple(CUFFS)},
}
