"""Necklaces, earrings and bracelets, drawn large."""

import math
from itertools import pairwise

from artwork.atelier.canvas import Canvas, tint
from artwork.atelier.curves import along, lining, lowered, oval, ribbon, smooth
from artwork.atelier.eyewear import DETAILS as EYEWEAR_DETAILS
from artwork.atelier.eyewear import DRAWERS as EYEWEAR
from artwork.atelier.eyewear import TRIMS_SHOWN as EYEWEAR_TRIMS
from artwork.atelier.gems import GEMS, METALS, ball, cast, gem, gem_of, links, metal_line, metal_of
from artwork.atelier.ornaments import adorn
from artwork.atelier.trim import butterfly, heart, tassel

STRUNG = ("pearl", "beads")
CHAINS = {"fine": 8.0, "medium": 13.0, "chunky": 22.0}  # detail "chain" -> a link's length in px


def necklace(canvas: Canvas) -> None:
    """Pendant, string of pearls, choker, three layered chains and a bib collar."""
    size = CHAINS[canvas.garment.details.get("chain", "fine")]
    {"pendant": _pendant, "pearls": _pearls, "choker": _choker, "layered": _layered, "collar": _collar}[
        canvas.garment.silhouette
    ](canvas, size)


def _chain(canvas: Canvas, points: str, size: float) -> None:
    """What the necklace hangs on: links of metal, pearls or beads on a string, a cord of any other cloth."""
    material = canvas.garment.material
    cast(canvas, smooth(points, close=False), size * 0.5)
    if material == "metal":
        links(canvas, points, size, metal_of(canvas))
    elif material in STRUNG:
        count = round(sum(math.dist(a[:2], b[:2]) for a, b in pairwise(along(points, 30))) / (size * 0.78))
        for i, (x, y, _) in enumerate(along(points, count)):
            ball(canvas, x, y, size * 0.4, canvas.colours.main if material == "pearl" or i % 3 else canvas.colours.second)
    else:
        canvas.panel(ribbon(points, size * 0.62), outline=0.8)


def _jewel(canvas: Canvas, x: float, y: float, r: float, kind: str) -> None:
    """A round accent of the piece's own stuff: a pearl, a bead, or a stone in its main colour."""
    if canvas.garment.material in STRUNG:
        ball(canvas, x, y, r, canvas.colours.main)
    else:
        gem(canvas, x, y, r, canvas.colours.main, setting=kind)


def _pendant(canvas: Canvas, size: float) -> None:
    kind = metal_of(canvas)
    _chain(canvas, "78,22 74,80 96,140 130,178 160,196", size)
    _chain(canvas, "242,22 246,80 224,140 190,178 160,196", size)
    cast(canvas, oval(160, 244, 40, 48))
    canvas.metal(oval(160, 196, 9, 11) + " " + oval(160, 196, 5, 7), kind=kind)
    gem(canvas, 160, 252, 42, gem_of(canvas), "drop", setting=kind)
    for x, y, _ in along("118,240 118,276 138,298 160,303 182,298 202,276 202,240", 9):
        ball(canvas, x, y, 3.4, "#e8edf2" if kind != "gold" else "#efd690")
    _charms(canvas, 160, 182)


def _charms(canvas: Canvas, x: float, y: float) -> None:
    """The trims that a necklace or bracelet can carry, at (x, y)."""
    for name in canvas.garment.trims:
        if name == "hearts":
            for dx in (-34, 34):
                heart(canvas, x + dx, y, 24)
        elif name == "butterflies":
            butterfly(canvas, x - 36, y - 4, 34, angle=-16)
            butterfly(canvas, x + 36, y - 4, 34, angle=16)
        elif name == "tassels":
            for dx in (-40, 40):
                tassel(canvas, x + dx, y - 6, 44)


def _pearls(canvas: Canvas, size: float) -> None:
    """A graduated string in the main colour, with a stone clasp at the top."""
    loop = "160,34 86,52 46,120 56,206 108,266 160,282 212,266 264,206 274,120 234,52"
    rows = [(loop, 11.5)]
    if size > CHAINS["fine"]:
        rows.append(("160,50 104,66 76,122 84,190 122,236 160,246 198,236 236,190 244,122 216,66", 8.5))
    if size > CHAINS["medium"]:
        rows.append(("160,62 118,78 102,124 108,174 134,204 160,211 186,204 212,174 218,124 202,78", 6.5))
    for points, r in rows:
        cast(canvas, smooth(points), r * 1.6)
        for x, y, _ in along(points, round(270 / r * 2.35), close=True):
            ball(canvas, x, y, r * (0.78 + 0.34 * (y - 30) / 250), canvas.colours.main)
    gem(canvas, 160, 36, 15, gem_of(canvas), setting=metal_of(canvas))
    _charms(canvas, 160, 150)


def _choker(canvas: Canvas, size: float) -> None:
    """A close band round the neck with a set stone; the chain's weight shows in the hanging swag."""
    lining(canvas, smooth("38,128! 70,86 120,72 160,70 200,72 250,86 282,128! 270,140 220,112 160,106 100,112 50,140"))
    canvas.panel(
        smooth("36,124! 58,160 104,180 160,186 216,180 262,160 284,124! 287,152 276,184! 226,222 160,234 94,222 44,184! 33,152")
    )
    canvas.gloss("M48 146 Q84 188 150 200", width=9, opacity=0.22)
    canvas.fold("M282 128 Q276 176 232 210", width=16, opacity=0.16)
    edge = "46,178 94,214 160,226 226,214 274,178"
    canvas.line(smooth("40,134 62,165 106,185 160,191 214,185 258,165 280,134", close=False), dash="2.6 2", opacity=0.5)
    canvas.line(smooth(edge, close=False), dash="2.6 2", opacity=0.5)
    kind = metal_of(canvas)
    _chain(canvas, "74,212 110,256 160,272 210,256 246,212", size)
    canvas.metal(oval(160, 210, 34, 38), kind=kind)
    gem(canvas, 160, 210, 28, gem_of(canvas))
    adorn(canvas, edge=edge, spot=(92, 188, 34), hang=24)


def _layered(canvas: Canvas, size: float) -> None:
    kind = metal_of(canvas)
    _chain(canvas, "92,24 90,70 116,110 160,124 204,110 230,70 228,24", size)
    _chain(canvas, "78,24 74,90 104,164 160,186 216,164 246,90 242,24", size * 1.25)
    _chain(canvas, "64,24 56,110 92,216 160,250 228,216 264,110 256,24", size * 0.9)
    for x, y, _ in along("90,70 116,110 160,124 204,110 230,70", 7):
        gem(canvas, x, y + 7, 7.5, gem_of(canvas), setting=kind)
    cast(canvas, oval(160, 206, 19))
    canvas.metal(oval(160, 206, 19), kind=kind)
    canvas.metal(oval(160, 206, 14), kind=kind, outline=1.2)
    heart(canvas, 160, 207, 15, gem_of(canvas))
    cast(canvas, oval(160, 276, 15, 22))
    gem(canvas, 160, 274, 19, gem_of(canvas), "drop", setting=kind)
    _charms(canvas, 160, 150)


def _collar(canvas: Canvas, size: float) -> None:
    """A bib of cloth or beads, edged with stones."""
    kind = metal_of(canvas)
    links(canvas, "66,86 84,44 120,26", size, kind)
    links(canvas, "254,86 236,44 200,26", size, kind)
    canvas.panel(
        smooth(
            "62,76! 84,128 120,156 160,164 200,156 236,128 258,76! 286,84 302,110! 290,192 232,258 160,284 88,258 "
            "30,192 18,110! 34,84"
        )
    )
    canvas.fold("M298 120 Q280 220 172 280", width=22, opacity=0.15)
    canvas.gloss("M32 118 Q48 206 120 250", width=12, opacity=0.2)
    colour = gem_of(canvas)
    inner, outer = "66,92 90,138 124,164 160,172 196,164 230,138 254,92", "30,124 46,186 98,244 160,268 222,244 274,186 290,124"
    for x, y, _ in along(inner, 17):
        ball(canvas, x, y, 6, "#efd690" if kind == "gold" else "#dfe4ea")
    for i, (x, y, _) in enumerate(along(outer, 13)):
        gem(canvas, x, y, 14 if i % 2 == 0 else 8, colour if i % 2 == 0 else canvas.colours.third, setting=kind)
    for i, (x, y, _turn) in enumerate(along("50,112 72,166 118,206 160,218 202,206 248,166 270,112", 9)):
        gem(canvas, x, y, 11, tint(colour, 0.2), "drop" if i % 2 else "round", setting=kind)
    adorn(canvas, edge="22,126 40,196 94,256 160,280 226,256 280,196 298,126", spot=(160, 194, 50), hang=22)


def earrings(canvas: Canvas) -> None:
    """Hoops, drops, studs and tassels, always the pair; ``size`` is small or large."""
    scale = {"small": 0.72, "large": 1.0}[canvas.garment.details.get("size", "large")]
    draw = {"hoops": _hoop, "drops": _drop, "studs": _stud, "tassel": _tassel}[canvas.garment.silhouette]
    for x in (88, 232):
        draw(canvas, x, scale, metal_of(canvas), gem_of(canvas))


def _hook(canvas: Canvas, x: float, y: float, kind: str) -> None:
    """The ear wire that ends at (x, y)."""
    wire = f"M{x} {y} C{x} {y - 18} {x + 20} {y - 18} {x + 20} {y - 34} C{x + 20} {y - 54} {x - 12} {y - 52} {x - 12} {y - 30}"
    canvas.raw(
        f'<path d="{wire}" fill="none" stroke="#3a2f22" stroke-width="4.6" stroke-linecap="round"/>'
        f'<path d="{wire}" fill="none" stroke="url(#{kind})" stroke-width="3.2" stroke-linecap="round"/>'
    )


def _hoop(canvas: Canvas, x: float, scale: float, kind: str, stone: str) -> None:
    r, thick = 66 * scale, 15 * scale
    y = 172
    ring = oval(x, y, r, r * 1.28) + " " + oval(x + thick * 0.2, y, r - thick, r * 1.28 - thick * 1.1)
    cast(canvas, oval(x, y, r - thick / 2, (r - thick / 2) * 1.28), thick)
    if canvas.garment.material == "metal":
        canvas.metal(ring, kind=kind)
    elif canvas.garment.material in STRUNG:
        for cx, cy, _ in along(oval_points(x, y, r - thick / 2, r * 1.28 - thick / 2), round(26 * scale), close=True):
            ball(canvas, cx, cy, thick * 0.56, canvas.colours.main)
    else:
        band = ribbon(oval_points(x, y, r - thick / 2, r * 1.28 - thick / 2), thick, close=True)
        canvas.panel(band.replace(" Z M", " M"))
    canvas.raw(
        f"<path "
        f'd="{smooth(f"{x - r * 0.9},{y - r * 0.2} {x - r * 0.84},{y + r * 0.5} {x - r * 0.4},{y + r * 1.06}", close=False)}" '
        'fill="none" stroke="#fff" '
        f'stroke-width="{4 * scale:.1f}" stroke-linecap="round" opacity=".7"/>'
    )
    for cx, cy, _ in along(
        f"{x - r * 0.8},{y + r * 0.66} {x - r * 0.4},{y + r * 1.06} {x},{y + r * 1.19} "
        f"{x + r * 0.4},{y + r * 1.06} {x + r * 0.8},{y + r * 0.66}",
        7,
    ):
        gem(canvas, cx, cy, 6.6 * scale, stone)
    ball(canvas, x, y - r * 1.28, 9 * scale, "#efd690" if kind == "gold" else "#dfe4ea" if kind == "silver" else "#6b7078")
    _hang_trim(canvas, x, y + r * 1.3, 34 * scale)


def _hang_trim(canvas: Canvas, x: float, y: float, size: float) -> None:
    """What may dangle below an earring."""
    for name in canvas.garment.trims:
        if name == "hearts":
            heart(canvas, x, y + size * 0.25, size * 0.8)
        elif name == "butterflies":
            butterfly(canvas, x, y + size * 0.2, size * 1.1)
        elif name == "tassels":
            tassel(canvas, x, y, size * 1.2)
        elif name == "pearls":
            ball(canvas, x, y + size * 0.3, size * 0.34, "#f1e9df")


def _drop(canvas: Canvas, x: float, scale: float, kind: str, stone: str) -> None:
    top = 96
    cast(canvas, oval(x, top + 110 * scale, 40 * scale, 54 * scale))
    _hook(canvas, x, top - 12 * scale, kind)
    _jewel(canvas, x, top + 8 * scale, 21 * scale, kind)
    for i in range(3):
        ball(canvas, x, top + (38 + i * 8) * scale, 3.6 * scale, "#efd690" if kind == "gold" else "#dfe4ea")
    gem(canvas, x, top + 122 * scale, 45 * scale, stone, "drop", setting=kind)
    _hang_trim(canvas, x, top + 178 * scale, 26 * scale)


def _stud(canvas: Canvas, x: float, scale: float, kind: str, stone: str) -> None:
    r = 54 * scale
    cast(canvas, oval(x, 160, r * 1.16))
    canvas.metal(oval(x, 160, r * 1.16), kind=kind)
    for cx, cy, _ in along(oval_points(x, 160, r * 1.02), 22, close=True):
        ball(canvas, cx, cy, 6 * scale, canvas.colours.main)
    gem(canvas, x, 160, r * 0.82, stone)
    for dx, dy in ((-1, -1), (1, -1), (-1, 1), (1, 1)):
        canvas.button(x + dx * r * 0.58, 160 + dy * r * 0.58, 5.4 * scale, kind="silver" if kind == "silver" else "gold")
    _hang_trim(canvas, x, 160 + r * 1.2, 40 * scale)


def oval_points(x: float, y: float, rx: float, ry: float | None = None) -> str:
    """Eight points of an ellipse as a point text, clockwise from its left end."""
    ry = rx if ry is None else ry
    k = 0.7071
    unit = ((-1, 0), (-k, -k), (0, -1), (k, -k), (1, 0), (k, k), (0, 1), (-k, k))
    return " ".join(f"{x + rx * a:.1f},{y + ry * b:.1f}" for a, b in unit)


def _tassel(canvas: Canvas, x: float, scale: float, kind: str, stone: str) -> None:
    top = 92
    low, wide = top + 40 * scale, 34 * scale
    _hook(canvas, x, top - 18 * scale, kind)
    gem(canvas, x, top + 2 * scale, 20 * scale, stone, setting=kind)
    skirt = (
        f"{x - wide * 0.42},{low}! {x - wide * 0.8},{low + 60 * scale} {x - wide},{low + 158 * scale}! {x},{low + 166 * scale} "
        f"{x + wide},{low + 158 * scale}! {x + wide * 0.8},{low + 60 * scale} {x + wide * 0.42},{low}!"
    )
    canvas.panel(smooth(skirt))
    for i in range(-6, 7):
        end = low + (164 - abs(i) * 0.8) * scale
        canvas.line(
            f"M{x + i * wide * 0.06:.1f} {low:.1f} Q{x + i * wide * 0.13:.1f} {low + 60 * scale:.1f} "
            f"{x + i * wide * 0.156:.1f} {end:.1f}",
            tone=-0.45 if i % 2 else 0.35,
            opacity=0.7,
            width=1.3,
        )
    canvas.metal(
        smooth(
            f"{x - wide * 0.5},{low + 12 * scale}! {x - wide * 0.5},{low - 8 * scale} {x},{low - 22 * scale} "
            f"{x + wide * 0.5},{low - 8 * scale} {x + wide * 0.5},{low + 12 * scale}!"
        ),
        kind=kind,
    )
    _hang_trim(canvas, x, low + 150 * scale, 28 * scale)


def bracelet(canvas: Canvas) -> None:
    """Bangle, open cuff, beads and charms, seen from above at a slant."""
    size = CHAINS[canvas.garment.details.get("chain", "medium")] / CHAINS["medium"]
    {"bangle": _bangle, "cuff": _cuff, "beaded": _beaded, "charm": _charm}[canvas.garment.silhouette](canvas, size)


def _bangle(canvas: Canvas, size: float) -> None:
    """A closed ring: the inner wall behind, the outer wall in front between two metal rims."""
    deep = 44 * min(size, 1.35)
    top = 150 - deep / 2
    kind = metal_of(canvas)
    front = f"28,{top} 66,{top + 56} 160,{top + 80} 254,{top + 56} 292,{top}"
    back = f"28,{top} 66,{top - 56} 160,{top - 76} 254,{top - 56} 292,{top}"
    lining(canvas, smooth(f"{_corners(back)} {_corners(lowered(back, deep), backwards=True)}"))
    canvas.panel(smooth(f"{_corners(front)} {_corners(lowered(front, deep), backwards=True)}"))
    canvas.gloss(smooth(f"44,{top + 52} 84,{top + 92} 140,{top + 104}", close=False), width=deep * 0.34, opacity=0.5)
    canvas.fold(smooth(f"288,{top + 10} 262,{top + 66} 214,{top + 100}", close=False), width=20, opacity=0.16)
    for line in (back, front, lowered(front, deep)):
        metal_line(canvas, smooth(line, close=False), kind)
    for x, y, _ in along(lowered(front, deep / 2), 9)[1:-1]:
        gem(canvas, x, y, 9 * min(size, 1.25), gem_of(canvas), setting=kind)
    _charms(canvas, 160, top + 100 + deep)


def _corners(points: str, backwards: bool = False) -> str:
    words = points.split()[::-1] if backwards else points.split()
    return " ".join([words[0] + "!", *words[1:-1], words[-1] + "!"])


def _cuff(canvas: Canvas, size: float) -> None:
    """A wide open band, its two ends at the back, a large stone in front."""
    deep = 78 * (0.8 + 0.2 * size)
    top, low = 168 - deep / 2, 168 + deep / 2
    lining(canvas, smooth(f"36,{top}! 60,{top - 32} 100,{top - 46} 128,{top - 48}! 124,{low - 60} 70,{low - 36} 44,{low - 10}!"))
    lining(
        canvas, smooth(f"284,{top}! 260,{top - 32} 220,{top - 46} 192,{top - 48}! 196,{low - 60} 250,{low - 36} 276,{low - 10}!")
    )
    canvas.panel(
        smooth(
            f"32,{top}! 62,{top + 32} 110,{top + 48} 160,{top + 52} 210,{top + 48} 258,{top + 32} 288,{top}! 294,168 "
            f"284,{low}! 256,{low + 32} 210,{low + 48} 160,{low + 52} 110,{low + 48} 64,{low + 32} 36,{low}! 26,168"
        )
    )
    canvas.gloss(f"M50 {top + 30} Q44 168 54 {low + 12}", width=14, opacity=0.5)
    canvas.gloss(f"M112 {top + 56} Q106 180 112 {low + 38}", width=7, opacity=0.25)
    canvas.fold(f"M280 {top + 16} Q286 168 272 {low + 14}", width=18, opacity=0.2)
    kind = metal_of(canvas)
    for y in (top + 7, low - 6):
        rim = f"33,{y} 63,{y + 32} 110,{y + 47} 160,{y + 51} 210,{y + 47} 257,{y + 32} 287,{y}"
        metal_line(canvas, smooth(rim, close=False), kind)
    gem(canvas, 160, 219, 27, gem_of(canvas), "step", setting=kind)
    for x, y in ((108, 212), (212, 212)):
        gem(canvas, x, y, 10, canvas.colours.third, setting=kind)
    _charms(canvas, 160, 214)


def _beaded(canvas: Canvas, size: float) -> None:
    """Beads of the garment's colours on an elastic, some of them metal or stone."""
    r = 17 * (0.75 + 0.25 * size)
    spots = along(oval_points(160, 160, 122, 86), round(34 - 9 * size), close=True)
    kind = metal_of(canvas)
    for x, y, _ in sorted(spots, key=lambda spot: spot[1]):
        cast(canvas, oval(x, y, r * 0.8))
    for i, (x, y, _) in sorted(enumerate(spots), key=lambda item: item[1][1]):
        near = r * (0.78 + 0.26 * (y - 74) / 172)
        if i % 6 == 4:
            canvas.metal(oval(x, y, near * 0.8, near), kind=kind)
        elif i % 6 == 1:
            gem(canvas, x, y, near, gem_of(canvas))
        else:
            ball(canvas, x, y, near, canvas.colours[(0, 0, 1, 0, 0, 2)[i % 6]])
    _charms(canvas, 160, 262)


def _charm(canvas: Canvas, size: float) -> None:
    kind = metal_of(canvas)
    loop = oval_points(160, 118, 126, 74)
    cast(canvas, smooth(loop), 8 * size)
    links(canvas, loop, 17 * (0.6 + 0.4 * size), kind, close=True)
    stone = gem_of(canvas)
    for i, (x, y, _) in enumerate(along("42,146 84,182 134,196 186,196 236,182 278,146", 6)):
        canvas.metal(oval(x, y + 10, 4, 9) + " " + oval(x, y + 10, 2, 6), kind=kind)
        y += 42
        cast(canvas, oval(x, y, 17))
        if i % 3 == 0:
            heart(canvas, x, y, 36, canvas.colours.main)
        elif i % 3 == 1:
            canvas.metal(oval(x, y, 20), kind=kind)
            gem(canvas, x, y, 13, stone)
        else:
            gem(canvas, x, y + 2, 20, stone if i == 2 else canvas.colours.third, "drop", setting=kind)
    _charms(canvas, 160, 262)


CHARM_TRIMS = ("hearts", "butterflies", "tassels")

DRAWERS = {"necklace": necklace, "earrings": earrings, "bracelet": bracelet} | EYEWEAR

TRIMS_SHOWN = {"necklace": CHARM_TRIMS, "earrings": CHARM_TRIMS + ("pearls",), "bracelet": CHARM_TRIMS} | EYEWEAR_TRIMS

DETAILS = {
    "necklace": {"chain": tuple(CHAINS), "metal": METALS, "gem": tuple(GEMS)},
    "earrings": {"size": ("small", "large"), "metal": METALS, "gem": tuple(GEMS)},
    "bracelet": {"chain": tuple(CHAINS), "metal": METALS, "gem": tuple(GEMS)},
} | EYEWEAR_DETAILS
