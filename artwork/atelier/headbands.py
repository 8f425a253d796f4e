"""Headbands, flower crowns and sweatbands; the rear of the ring shows behind."""

from artwork.atelier.canvas import Canvas, both
from artwork.atelier.curves import along, lining, oval, ribbon, smooth, widened
from artwork.atelier.ornaments import ALL_TRIMS, adorn
from artwork.atelier.trim import rosette

WIDTHS = {"narrow": 0.75, "medium": 1.0, "wide": 1.25}  # detail "width" -> width against the silhouette's own


def headband(canvas: Canvas) -> None:
    """Padded, knotted with a bow, flower crown and sweatband; the rear of the ring shows behind."""
    kind = canvas.garment.silhouette
    width = WIDTHS[canvas.garment.details.get("width", "medium")]
    {"padded": _padded, "bow": _bow_band, "flower crown": _flower_crown, "sweatband": _sweatband}[kind](canvas, width)


ARCH = "62,262 50,190 74,116 124,72 162,64 200,72 250,116 274,190 262,262"


def _padded(canvas: Canvas, width: float) -> None:
    lining(
        canvas,
        ribbon("74,258 66,196 88,130 130,92 162,86 194,92 236,130 258,196 250,258", 12, 22 * width, 26 * width, 22 * width, 12),
    )
    canvas.panel(ribbon(ARCH, 12, 40 * width, 56 * width, 40 * width, 12))
    for x, y, turn in along(ARCH, 15)[4:-4]:
        canvas.raw(
            f'<path transform="translate({x:.1f} {y:.1f}) rotate({turn:.0f})" d="M0 {-19 * width:.1f} Q5 0 0 '
            f'{19 * width:.1f}" '
            'fill="none" stroke="#140c18" stroke-opacity=".17" stroke-width="2.4"/>'
        )
    canvas.gloss("M66 168 Q86 112 138 76", width=10, opacity=0.28)
    adorn(canvas, edge="66,200 84,128 130,84 162,76 194,84 240,128 258,200", spot=(92, 116, 50), hang=14)


def _bow_band(canvas: Canvas, width: float) -> None:
    arch = "76,270 66,204 88,142 130,106 162,100 194,106 236,142 258,204 248,270"
    canvas.panel(ribbon(arch, 10, 20 * width, 26 * width, 20 * width, 10))
    canvas.gloss("M76 190 Q92 138 136 110", width=6, opacity=0.25)
    loop = both(smooth(widened("156,104! 130,66 82,40 62,60 64,106 78,132 124,122", width)))
    tail = both(smooth(widened("157,108! 138,136 114,176! 128,174 138,186! 150,150 162,120", width)))
    upper = both(smooth(widened("154,104 120,86 90,78", width), close=False))
    lower = both(smooth(widened("154,106 120,108 94,112", width), close=False))
    for side in (0, 1):
        canvas.panel(loop[side], shade=1 - 0.06 * side)
        canvas.fold(upper[side], width=8, opacity=0.2)
        canvas.fold(lower[side], width=6, opacity=0.18)
        canvas.panel(tail[side], shade=0.95)
    canvas.panel(smooth("146,92 160,86 174,92 178,106 172,120 160,124 148,120 142,106"))
    canvas.fold("M152 92 Q156 106 152 120", width=4, opacity=0.2)
    adorn(canvas, edge="80,240 70,200 90,144 122,112", spot=(160, 106, 30), hang=14)


def _flower_crown(canvas: Canvas, width: float) -> None:
    """A wreath: ribbon tails of the cloth, wire and leaves, roses in the garment's colours."""
    for side, lean in ((66, -1), (254, 1)):
        for sway in (0, 16):
            tail = (
                f"{side},{190} {side + lean * (10 + sway)},{232} {side + lean * sway * 0.4},{262} "
                f"{side + lean * (14 + sway)},{296 - sway * 0.5}"
            )
            canvas.panel(ribbon(tail, 9, 13, 13), outline=0.9)
    ring = oval(160, 170, 118, 84)
    canvas.raw(f'<path d="{ring}" fill="none" stroke="#55703f" stroke-width="7"/>')
    canvas.raw(f'<path d="{ring}" fill="none" stroke="#7d9a5d" stroke-width="2.4" stroke-dasharray="9 6"/>')
    back = along("48,150 70,112 112,92 160,86 208,92 250,112 272,150", 11)
    front = along("44,186 66,224 112,246 160,254 208,246 254,224 276,186", 12)
    for spots, size in ((back, 13 * width), (front, 21 * width)):
        for i, (x, y, turn) in enumerate(spots):
            for lean in (-62, 58):
                leaf = smooth(f"0,0! {size * 0.9},{-size * 0.38} {size * 1.75},0! {size * 0.9},{size * 0.38}")
                canvas.raw(
                    f'<path transform="translate({x:.1f} {y:.1f}) '
                    f'rotate({turn + lean + canvas.rng.uniform(-14, 14):.0f})" d="{leaf}" '
                    f'fill="{("#6f8f55", "#5b7d49", "#86a468")[i % 3]}" stroke="#37502b" stroke-width=".8"/>'
                )
        for i, (x, y, _) in enumerate(spots):
            rosette(canvas, x, y, size * (1.0 if i % 2 == 0 else 0.74), canvas.colours[i % 3 if i % 3 != 2 else 0])
    adorn(canvas, edge="52,204 80,238 160,262 240,238 268,204", spot=(160, 246, 40), hang=30)


def _sweatband(canvas: Canvas, width: float) -> None:
    half = 40 * width
    lining(
        canvas,
        smooth(
            f"40,{170 - half}! 100,{148 - half} 160,{142 - half} 220,{148 - half} 280,{170 - half}! "
            f"276,{190 - half * 0.4} 220,{200 - half * 0.2} 160,{204 - half * 0.2} 100,{200 - half * 0.2} "
            f"44,{190 - half * 0.4}"
        ),
    )
    canvas.panel(
        smooth(
            f"38,{168 - half}! 96,{188 - half} 160,{194 - half} 224,{188 - half} 282,{168 - half}! 286,170 "
            f"280,{172 + half}! 224,{194 + half} 160,{200 + half} 96,{194 + half} 40,{172 + half}! "
            "34,170"
        ),
        pattern=None,
    )
    for share in (-0.42, 0.42):
        y = 170 + half * share
        canvas.raw(
            f'<path d="{smooth(f"37,{y} 96,{y + 21} 160,{y + 27} 224,{y + 21} 283,{y}", close=False)}" fill="none" '
            f'stroke="{canvas.colours.second}" stroke-width="{9 * width:.1f}"/>'
        )
    canvas.fold(f"M262 {180 - half} Q272 176 262 {176 + half}", width=22, opacity=0.14)
    canvas.gloss(f"M66 {190 - half} Q60 180 66 {166 + half}", width=16, opacity=0.15)
    adorn(canvas, edge="42,176 96,197 160,202 224,197 278,176", spot=(160, 196, 42), hang=20)


DRAWERS = {"headband": headband}

TRIMS_SHOWN = {"headband": ALL_TRIMS}

DETAILS = {"headband": {"width": tuple(WIDTHS)}}
