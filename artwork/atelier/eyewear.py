"""Watches and sunglasses."""

import math

from artwork.atelier.canvas import Canvas, both, tint
from artwork.atelier.curves import box, oval, ribbon, smooth, solid
from artwork.atelier.gems import METALS, gem, gem_of, metal_line, metal_of
from artwork.atelier.ornaments import EDGE_TRIMS, SPOT_TRIMS, adorn

DIALS = {"white": "#f7f5ee", "black": "#1f2026", "navy": "#1d2b52", "green": "#1d4a3a", "blush": "#efc9c0"}
TINTS = {
    "dark": "#24252c",
    "brown": "#6b4325",
    "green": "#3f5a40",
    "blue": "#3d6db5",
    "rose": "#d9748f",
    "yellow": "#e3b53a",
    "mirror": "#a9bccb",
}


def watch(canvas: Canvas) -> None:
    """Strap watch, link-bracelet watch and sports watch, seen from the front."""
    kind = canvas.garment.silhouette
    metal = metal_of(canvas)
    {"leather-strap": _leather_strap, "metal-strap": _metal_strap, "sport": _sport_strap}[kind](canvas, metal)
    square = canvas.garment.details.get("case", "round") == "square"
    _case(canvas, metal, square, sport=kind == "sport")
    adorn(canvas, edge="128,44 160,42 192,44", spot=(160, 62, 36))


def _leather_strap(canvas: Canvas, metal: str) -> None:
    for path in (
        smooth("118,112! 126,22! 160,18 194,22! 202,112!"),
        smooth("118,208! 126,286! 136,300 160,304 184,300 194,286! 202,208!"),
    ):
        canvas.panel(path)
        canvas.gloss("M132 30 Q126 160 134 292", width=7, opacity=0.22)
    canvas.line("M125 108 L132 28 M195 108 L188 28 M125 212 L132 288 M195 212 L188 288", dash="3.4 2.6", tone=0.45, opacity=0.7)
    for y in (246, 260, 274):
        solid(canvas, oval(160, y, 2.6, 3.4), tint(canvas.colours.main, -0.6), outline=0.4)
    canvas.metal(box(118, 12, 84, 17, 5) + " " + box(125, 17, 70, 7, 2), kind=metal)
    canvas.panel(box(123, 36, 74, 11, 3), shade=0.85)


def _metal_strap(canvas: Canvas, metal: str) -> None:
    for i in range(8):
        for sign in (-1, 1):
            y = 160 + sign * (66 + i * 11.4)
            half = 43 - i * 1.3
            canvas.panel(box(160 - half, y - 5.7, half * 2, 11.2, 3), outline=0.9)
            canvas.metal(box(160 - half, y - 5.7, half * 0.62, 11.2, 3), kind=metal)
            canvas.metal(box(160 + half * 0.38, y - 5.7, half * 0.62, 11.2, 3), kind=metal)
            canvas.raw(
                f'<path d="M{160 - half + 4:.1f} {y - 2:.1f} H{160 + half - 4:.1f}" stroke="#fff" stroke-width="1.6" '
                'opacity=".4"/>'
            )


def _sport_strap(canvas: Canvas, metal: str) -> None:
    for path in (
        smooth("104,116! 116,70 122,18! 160,14 198,18! 204,70 216,116!"),
        smooth("104,204! 116,250 122,300! 160,306 198,300! 204,250 216,204!"),
    ):
        canvas.panel(path)
        canvas.gloss("M128 26 Q118 160 130 296", width=8, opacity=0.2)
    for y in (34, 50, 66, 254, 270, 286):
        solid(canvas, box(142, y - 4, 36, 7, 3.5), tint(canvas.colours.main, -0.55), outline=0.5)
    for x in (112, 208):
        canvas.raw(
            f'<path d="M{x + (14 if x < 160 else -14)} 92 L{134 if x < 160 else 186} 26 M{x + (14 if x < 160 else -14)} '
            f'228 L{134 if x < 160 else 186} 294" stroke="{canvas.colours.second}" stroke-width="4.5"/>'
        )


def _case(canvas: Canvas, metal: str, square: bool, sport: bool) -> None:
    """The case, its crown, the dial with marks and hands; sports watches have pushers and a numbered bezel."""
    shape = (lambda r: box(160 - r, 160 - r, r * 2, r * 2, r * 0.34)) if square else (lambda r: oval(160, 160, r))
    for y in (160,) if not sport else (128, 160, 192):
        canvas.metal(box(228 if y == 160 else 220, y - 9, 15, 18, 4), kind=metal)
    if sport:
        canvas.panel(shape(76), material="rubber", pattern="plain", shade=0.72)
        canvas.metal(shape(68), kind=metal)
        solid(canvas, shape(63), "#26272d")
        for i in range(12):
            a = math.radians(30 * i)
            canvas.raw(
                f'<circle cx="{160 + 57 * math.sin(a):.1f}" cy="{160 - 57 * math.cos(a):.1f}" '
                f'r="{3 if i % 3 == 0 else 1.8}" fill="{canvas.colours.second}"/>'
            )
    else:
        canvas.metal(shape(72), kind=metal)
        canvas.metal(shape(63), kind=metal, outline=1.2)
    dial = DIALS[canvas.garment.details.get("dial", "black" if sport else "white")]
    solid(canvas, shape(50 if sport else 57), dial, outline=1.4)
    _dial(canvas, dial, 44 if sport else 50, metal, sport)
    glass = "M112 138 Q126 112 158 106 L128 200 Q112 176 112 138 Z"
    canvas.raw(f'<path d="{glass}" fill="#fff" opacity=".16"/>')


def _dial(canvas: Canvas, dial: str, r: float, metal: str, sport: bool) -> None:
    ink = "#26262c" if sum(int(dial[i : i + 2], 16) for i in (1, 3, 5)) > 420 else "#f1eee4"
    for i in range(12):
        a = math.radians(30 * i)
        inner = r * (0.76 if i % 3 == 0 else 0.86)
        canvas.raw(
            f'<path d="M{160 + inner * math.sin(a):.1f} {160 - inner * math.cos(a):.1f} L{160 + r * math.sin(a):.1f} '
            f'{160 - r * math.cos(a):.1f}" '
            f'stroke="{ink}" stroke-width="{4 if i % 3 == 0 else 2}" stroke-linecap="round"/>'
        )
    if sport:
        for x, y in ((145, 166), (175, 166), (160, 182)):
            canvas.raw(f'<circle cx="{x}" cy="{y}" r="10" fill="#fff" fill-opacity=".12" stroke="{ink}" stroke-width="1"/>')
    elif "gem" in canvas.garment.details:
        for i in range(4):
            a = math.radians(90 * i)
            gem(canvas, 160 + r * 0.86 * math.sin(a), 160 - r * 0.86 * math.cos(a), 6, gem_of(canvas))
    for angle, reach, width in ((-58, 0.52, 4.6), (62, 0.78, 3.4)):
        a = math.radians(angle)
        canvas.raw(
            f'<path d="M160 160 L{160 + r * reach * math.sin(a):.1f} {160 - r * reach * math.cos(a):.1f}" stroke="{ink}" '
            f'stroke-width="{width}" stroke-linecap="round"/>'
        )
    a = math.radians(196)
    canvas.raw(
        f'<path d="M160 160 L{160 + r * 0.84 * math.sin(a):.1f} {160 - r * 0.84 * math.cos(a):.1f}" stroke="#c8372d" '
        'stroke-width="1.4"/>'
    )
    canvas.metal(oval(160, 160, 4.5), kind=metal)


LENSES = {  # silhouette -> (frame, lens) contours of the left half
    "round": (oval(92, 168, 62, 60), oval(92, 168, 50, 48)),
    "cat-eye": (
        smooth("14,112! 52,128 104,128 146,144 152,172 128,212 84,222 46,204 28,160!"),
        smooth("38,136 70,142 110,141 138,154 138,172 118,200 86,207 56,193 42,164"),
    ),
    "aviator": (
        smooth("26,128 70,116 122,118 146,132 146,164 124,210 86,232 46,216 22,172"),
        smooth("32,133 70,123 120,125 139,137 139,163 119,203 86,224 51,209 29,171"),
    ),
    "oversized": (
        smooth("16,116 56,104 118,108 148,128 150,176 128,222 84,236 38,222 16,180 10,144"),
        smooth("30,128 60,120 112,122 134,138 135,174 116,206 84,218 50,208 31,176 27,148"),
    ),
}


def sunglasses(canvas: Canvas) -> None:
    """Seen from the front with the arms folding away behind; ``lens`` names the tint."""
    kind = canvas.garment.silhouette
    glass = TINTS[canvas.garment.details.get("lens", "dark")]
    for path in both(ribbon("24,144 40,116 86,98 132,96", 10, 7, 5)):
        canvas.panel(path, shade=0.62, outline=0.9)
    if kind == "shield":
        _shield(canvas, glass)
        return
    frame, lens = LENSES[kind]
    if kind == "aviator":
        _aviator(canvas, frame, lens, glass)
    else:
        top = {"round": 150, "cat-eye": 142, "oversized": 134}[kind]
        canvas.panel(smooth(f"140,{top} 160,{top - 9} 180,{top}! 182,{top + 20} 160,{top + 9} 138,{top + 20}!"))
        for path, inner in zip(both(frame), both(lens), strict=False):
            canvas.panel(path)
            _lens(canvas, inner, glass)
    for x in (24, 296):
        if kind != "aviator":
            canvas.metal(oval(x + (6 if x < 160 else -6), 138 if kind != "round" else 160, 3.4), kind=metal_of(canvas))
    canvas.gloss("M20 130 Q60 112 120 120", width=4, opacity=0.3)
    adorn(
        canvas,
        edge={"cat-eye": "24,120 60,131 110,132 160,140 210,132 260,131 296,120"}.get(
            kind, "40,124 70,114 120,118 160,134 200,118 250,114 280,124"
        ),
        spot=(38, 134, 24),
    )


def _lens(canvas: Canvas, path: str, glass: str) -> None:
    """A tinted lens: darker above, with two slanting reflections."""
    name = f"lens{glass.lstrip('#')}"
    canvas.raw(
        f'<linearGradient id="{name}" x1="0" y1="0" x2=".25" y2="1"><stop offset="0" stop-color="{tint(glass, -0.35)}"/>'
        f'<stop offset=".5" stop-color="{glass}"/><stop offset="1" stop-color="{tint(glass, 0.45)}"/></linearGradient>'
        f'<clipPath id="{name}{len(path)}{path[1:6].strip().replace(".", "")}"><path d="{path}"/></clipPath>'
        f'<path d="{path}" fill="url(#{name})" fill-opacity=".94" stroke="#15121a" stroke-width="1.6"/>'
        f'<g clip-path="url(#{name}{len(path)}{path[1:6].strip().replace(".", "")})" fill="#fff"><path d="M40 240 L104 100 H128 '
        'L64 240 Z M72 240 L136 100 H144 L80 240 Z" opacity=".24"/>'
        '<path d="M190 240 L254 100 H278 L214 240 Z M222 240 L286 100 H294 L230 240 Z" opacity=".24"/></g>'
    )


def _aviator(canvas: Canvas, frame: str, lens: str, glass: str) -> None:
    metal = metal_of(canvas)
    for y in (126, 148):
        bar = smooth(f"134,{y} 160,{y - 7 if y < 140 else y - 5} 186,{y}", close=False)
        metal_line(canvas, bar, metal, width=5.4, edge=7)
    for path, inner, wrap in zip(
        both(frame), both(lens), both(smooth("24,128 46,120 60,117! 44,144 40,176 50,212! 28,190 18,156")), strict=False
    ):
        canvas.metal(path, kind=metal)
        _lens(canvas, inner, glass)
        canvas.panel(wrap, outline=0.9)
    canvas.panel(ribbon("100,114 132,119 160,116 188,119 220,114", 6, 12, 11, 12, 6))


def _shield(canvas: Canvas, glass: str) -> None:
    """One wrap-around lens under a brow bar."""
    body = smooth(
        "14,130! 60,110 110,104 160,103 210,104 260,110 306,130! 296,186 262,222 218,228 182,202 160,188 138,202 "
        "102,228 58,222 24,186"
    )
    canvas.panel(body)
    _lens(
        canvas,
        smooth("26,142 70,128 160,124 250,128 294,142 284,182 256,210 220,216 186,190 160,176 134,190 100,216 64,210 36,182"),
        glass,
    )
    canvas.panel(
        smooth("12,120! 60,100 110,94 160,93 210,94 260,100 308,120! 304,140! 258,124 210,119 160,118 110,119 62,124 16,140!")
    )
    canvas.gloss("M30 122 Q90 100 180 104", width=4, opacity=0.4)
    adorn(canvas, edge="24,126 70,110 160,106 250,110 296,126", spot=(36, 128, 24))


DRAWERS = {"watch": watch, "sunglasses": sunglasses}

TRIMS_SHOWN = {
    "watch": ("studs", "pearls", "sequins", "contrast piping", "hearts", "butterflies", "embroidery", "crest"),
    "sunglasses": tuple(name for name in EDGE_TRIMS if name != "shearling lining") + SPOT_TRIMS[:4],
}

DETAILS = {
    "watch": {"case": ("round", "square"), "dial": tuple(DIALS), "metal": METALS},
    "sunglasses": {"lens": tuple(TINTS)},
}
