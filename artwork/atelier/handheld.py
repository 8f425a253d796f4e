"""Gloves and umbrellas."""

import math

from artwork.atelier.canvas import Canvas
from artwork.atelier.curves import box, lining, oval, placed, ribbon, smooth, solid
from artwork.atelier.gems import cast
from artwork.atelier.ornaments import ALL_TRIMS, adorn
from artwork.atelier.trim import fur_edge


def gloves(canvas: Canvas) -> None:
    """A pair: short, opera, mittens and fingerless; ``cuff`` is plain, ribbed or fur."""
    kind = canvas.garment.silhouette
    scale, dx, dy = {"opera": (0.93, 11, 4), "fingerless": (1.12, -19, -48)}.get(kind, (1.0, 0, 0))
    with placed(canvas, dx=74 + dx, dy=dy - 6, turn=9, scale=scale, dim=0.88):
        _glove(canvas, kind)
    with placed(canvas, dx=dx - 46, dy=dy + 4, turn=-5, scale=scale):
        _glove(canvas, kind)


HANDS = {
    "short": "112,262! 112,226 104,196 96,168 92,120 94,96 101,92 108,98 112,134! 112,84 114,56 122,48 130,56 133,130! 137,74 "
    "140,42 148,34 157,42 157,130! "
    "163,84 168,58 176,52 183,60 180,140! 186,158 196,152 212,126 224,122 228,132 216,164 204,194 192,222 190,262!",
    "mittens": "108,262! 108,226 98,190 94,140 100,82 122,52 148,48 172,66 182,104 184,150! 196,146 206,124 220,118 230,128 "
    "224,160 208,192 192,220 190,262!",
    "fingerless": "112,262! 112,226 102,194 96,164 94,140! 111,136! 112,140! 113,112! 132,110! 133,134! 137,104! 157,103! "
    "157,134! 160,112! 181,114! 181,146! "
    "188,158 196,152! 210,166! 204,194 192,222 190,262!",
    "opera": "108,300! 112,256 122,210 126,162 126,139 121,120 117,103 114,73 115,58 120,56 124,60 126,82! 126,51 128,34 133,29 "
    "138,34 139,80! 142,45 144,25 "
    "149,20 154,25 154,80! 158,51 161,35 166,31 170,36 169,86! 172,97 179,93 188,77 196,75 198,81 191,101 183,119 "
    "176,137 172,162 178,216 186,262 188,300! 150,306",
}


def _glove(canvas: Canvas, kind: str) -> None:
    long = kind == "opera"
    scale = 0.62 if long else 1.0
    canvas.panel(smooth(HANDS[kind]))
    s = (lambda x, y: f"{150 + (x - 150) * scale:.1f} {20 + (y - 34) * scale:.1f}") if long else (lambda x, y: f"{x} {y}")
    if kind != "mittens":
        for x in (124, 145, 166):
            canvas.line(f"M{s(x, 150)} Q{s(x + 1, 176)} {s(x - 1, 200)}", width=1.8, opacity=0.55)
    else:
        for y in (100, 128):
            canvas.line(f"M{s(104, y)} Q{s(140, y + 12)} {s(176, y)}", width=2.2, dash="6 4", opacity=0.45)
    canvas.fold(f"M{s(184, 160)} Q{s(176, 200)} {s(184, 240)}", width=12 * scale, opacity=0.16)
    canvas.gloss(f"M{s(104, 130)} Q{s(106, 180)} {s(120, 226)}", width=8 * scale, opacity=0.2)
    if long:
        for y in (176, 200, 232):
            canvas.fold(f"M118 {y} Q148 {y + 9} 182 {y - 3}", width=7, opacity=0.15)
        _cuff(canvas, 107, 189, 294, 14)
        for y in (170, 182, 194):
            canvas.button(150, y, 2.8, kind="pearl")
    else:
        _cuff(canvas, 108, 194, 262, 34)
    edge = "110,292 150,297 186,292" if long else "110,256 150,260 190,256"
    adorn(canvas, edge=edge, spot=(150, 250 if long else 212, 30 if long else 38), hang=22)


def _cuff(canvas: Canvas, left: float, right: float, top: float, deep: float) -> None:
    """The end at the wrist or arm, by the detail ``cuff``."""
    kind = canvas.garment.details.get("cuff", "plain")
    middle = (left + right) / 2
    if kind == "fur":
        fur_edge(canvas, f"M{left} {top + deep * 0.4} Q{middle} {top + deep * 0.7} {right} {top + deep * 0.4}", max(22, deep))
        return
    band = smooth(
        f"{left},{top - 4}! {middle},{top + 1} {right},{top - 4}! {right + 2},{top + deep}! {middle},{top + deep + 6} "
        f"{left - 2},{top + deep}!"
    )
    if kind == "ribbed":
        canvas.panel(band, shade=0.94, colour=1)
        for i in range(1, 10):
            x = left + (right - left) * i / 10
            canvas.line(f"M{x:.1f} {top} V{top + deep + 2:.1f}", width=2, opacity=0.5)
        return
    canvas.panel(band, shade=0.97)
    canvas.line(
        smooth(f"{left},{top + deep - 5} {middle},{top + deep + 1} {right},{top + deep - 5}", close=False),
        dash="3 2.2",
        opacity=0.6,
    )


def umbrella(canvas: Canvas) -> None:
    """Open dome, furled, and parasol; ``handle`` is a crook or straight."""
    crook = canvas.garment.details.get("handle", "crook") == "crook"
    {"domed": _domed, "folded": _folded, "parasol": _parasol}[canvas.garment.silhouette](canvas, crook)


def _shaft(canvas: Canvas, x: float, top: float, low: float, crook: bool) -> None:
    canvas.metal(box(x - 2.6, top, 5.2, low - top, 2), kind="silver")
    if crook:
        hook = f"{x},{low - 34} {x},{low - 6} {x + 8},{low + 10} {x + 22},{low + 10} {x + 30},{low - 4} {x + 30},{low - 14}"
        cast(canvas, smooth(hook, close=False), 9)
        solid(canvas, ribbon(hook, 10), "#7b4a26")
        return
    cast(canvas, box(x - 6, low - 34, 12, 48, 6))
    solid(canvas, box(x - 6, low - 34, 12, 46, 6), "#7b4a26")
    canvas.metal(oval(x, low + 14, 8), kind="gold")


def _domed(canvas: Canvas, crook: bool) -> None:
    """A deep dome: eight panels with scalloped hems over the ribs."""
    _shaft(canvas, 160, 150, 280, crook)
    canvas.metal(box(157.6, 16, 4.8, 24, 2), kind="silver")
    lining(canvas, smooth("22,176! 66,166 110,182! 134,170 160,184! 186,170 210,182! 254,166 298,176! 240,152 160,146 80,152"))
    panels = (
        ("160,34! 84,48 34,104 22,178! 44,168 78,190! 84,120 112,64", 1.03),
        ("160,34! 112,64 84,120 78,190! 116,172 160,194! 160,120", 1.0),
        ("160,34! 160,120 160,194! 204,172 242,190! 236,120 208,64", 0.96),
        ("160,34! 208,64 236,120 242,190! 276,168 298,178! 286,104 236,48", 0.9),
    )
    for i, (points, shade) in enumerate(panels):
        second = canvas.garment.pattern == "colour-block" and i % 2
        canvas.panel(smooth(points), shade=shade, colour=1 if second else 0, outline=1.1)
    canvas.gloss("M70 96 Q96 58 138 46", width=14, opacity=0.25)
    for x, y in ((22, 178), (78, 190), (160, 194), (242, 190), (298, 178)):
        canvas.metal(oval(x, y + 2, 2.6, 4.2), kind="silver")
    adorn(canvas, edge="24,176 52,174 78,188 118,177 160,192 202,177 242,188 268,174 296,176", spot=(124, 118, 50), hang=16)


def _folded(canvas: Canvas, crook: bool) -> None:
    """Tightly furled, the panels wrapped and held by a strap."""
    with placed(canvas, dx=-26, dy=-30, turn=30, scale=1.13):
        _shaft(canvas, 160, 14, 282, crook)
        canvas.metal(smooth("158,6! 162,6! 164,36! 156,36!"), kind="silver")
        canvas.panel(smooth("156,30! 164,30! 178,90 186,170 188,228! 176,240 160,244 144,240 132,228! 134,170 142,90"))
        for path in ("M162 36 Q150 110 140 232", "M164 60 Q172 130 158 238", "M172 96 Q182 150 176 234"):
            canvas.fold(path, width=8, opacity=0.2)
            canvas.line(path, opacity=0.65)
        canvas.gloss("M152 70 Q144 150 142 212", width=6, opacity=0.28)
        canvas.panel(smooth("131,196! 160,206 189,196! 190,212! 160,222 130,212!"), shade=0.86)
        canvas.button(172, 209, 4.6, kind="gold")
        for x, y in ((136, 232), (150, 242), (170, 242), (184, 232)):
            canvas.metal(oval(x, y, 2.4, 4.6), kind="silver")
        adorn(canvas, edge="134,224 146,234 160,237 174,234 186,224", spot=(160, 150, 32), hang=16)


def _parasol(canvas: Canvas, crook: bool) -> None:
    """Seen at a tilt from above: twelve shallow panels about the tip, scalloped all round."""
    with placed(canvas, turn=-22):
        _shaft(canvas, 160, 170, 296, crook)
    rim = [(160 + 140 * math.cos(math.radians(a)), 136 + 92 * math.sin(math.radians(a))) for a in range(0, 360, 30)]
    tip = (148.0, 112.0)
    for i, (x0, y0) in enumerate(rim):
        x1, y1 = rim[(i + 1) % 12]
        bulge = (160 + ((x0 + x1) / 2 - 160) * 1.08, 136 + ((y0 + y1) / 2 - 136) * 1.08)
        facing = -((x0 + x1) / 2 - 160) / 140 - ((y0 + y1) / 2 - 136) / 92
        second = canvas.garment.pattern == "colour-block" and i % 2
        canvas.panel(
            smooth(f"{tip[0]},{tip[1]}! {x0:.1f},{y0:.1f}! {bulge[0]:.1f},{bulge[1]:.1f} {x1:.1f},{y1:.1f}!"),
            shade=1 + 0.08 * facing,
            colour=1 if second else 0,
            outline=1,
        )
    for i in range(12):
        (x0, y0), (x1, y1) = rim[i], rim[(i + 1) % 12]
        canvas.line(
            f"M{tip[0] + (x0 - tip[0]) * 0.9:.1f} {tip[1] + (y0 - tip[1]) * 0.9:.1f} "
            f"Q{160 + ((x0 + x1) / 2 - 160) * 0.95:.1f} {136 + ((y0 + y1) / 2 - 136) * 0.95:.1f} "
            f"{tip[0] + (x1 - tip[0]) * 0.9:.1f} {tip[1] + (y1 - tip[1]) * 0.9:.1f}",
            width=2.2,
            tone=0.45,
            opacity=0.8,
        )
    canvas.metal(oval(tip[0], tip[1], 9, 7), kind="gold")
    canvas.metal(smooth(f"{tip[0] - 4},{tip[1]}! {tip[0] - 7},{tip[1] - 26}! {tip[0] + 4},{tip[1]}!"), kind="gold")
    adorn(canvas, edge="20,140 40,184 90,216 160,228 230,216 280,184 300,140", spot=(210, 168, 46), hang=18)


DRAWERS = {"gloves": gloves, "umbrella": umbrella}

TRIMS_SHOWN = dict.fromkeys(DRAWERS, ALL_TRIMS)

DETAILS = {
    "gloves": {"cuff": ("plain", "ribbed", "fur")},
    "umbrella": {"handle": ("crook", "straight")},
}
