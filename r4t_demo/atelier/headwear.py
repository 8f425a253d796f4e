"""Hats, caps, beanies and headbands, seen from the front and slightly above."""

from r4t_demo.atelier.canvas import Canvas, both
from r4t_demo.atelier.curves import along, lining, oval, ribbon, smooth
from r4t_demo.atelier.ornaments import EDGE_TRIMS, HANG_TRIMS, SPOT_TRIMS, adorn
from r4t_demo.atelier.trim import pompom, rosette

BRIMS = {"narrow": 0.82, "medium": 1.0, "wide": 1.14}  # detail "brim" -> width against the silhouette's own


def hat(canvas: Canvas) -> None:
    """The brimmed hats and the beret; ``brim`` widens or narrows every brim."""
    _HATS[canvas.garment.silhouette](canvas, BRIMS[canvas.garment.details.get("brim", "medium")])


def _wide(points: str, share: float) -> str:
    """The points with their distance from the middle line scaled."""
    words = []
    for word in points.split():
        x, y = word.rstrip("!").split(",")
        words.append(f"{160 + (float(x) - 160) * share:.1f},{y}{'!' if word.endswith('!') else ''}")
    return " ".join(words)


def _band(canvas: Canvas, points: str, width: float, bow: bool = False) -> None:
    """The ribbon round the crown, of the second cloth; adornments go on it."""
    canvas.panel(ribbon(points, width), colour=1, material="satin", pattern="plain", outline=0.9)
    if bow:
        x, y, _ = along(points, 12)[9]
        canvas.panel(
            smooth(f"{x},{y}! {x + 7},{y - 15} {x + 24},{y - 17} {x + 26},{y - 2} {x + 10},{y + 4}"),
            colour=1,
            material="satin",
            pattern="plain",
            outline=0.9,
        )
        canvas.panel(
            smooth(f"{x},{y}! {x + 12},{y + 6} {x + 24},{y + 8} {x + 22},{y + 17} {x + 6},{y + 12}"),
            colour=1,
            material="satin",
            pattern="plain",
            outline=0.9,
            shade=0.93,
        )


def _wide_brim(canvas: Canvas, brim: float) -> None:
    """A floppy sun hat: low round crown, sweeping brim with a glimpse of its underside."""
    lining(canvas, smooth(_wide("14,196 60,190 160,186 262,186 308,194 286,236 220,260 140,264 56,246", brim)))
    canvas.panel(
        smooth(_wide("12,188 30,166 88,152 160,148 232,150 292,162 310,188 288,216 250,208 204,222 150,234 96,238 40,224", brim))
    )
    canvas.fold(smooth(_wide("206,214 226,190 228,170", brim), close=False), width=12, opacity=0.16)
    canvas.fold(smooth(_wide("60,228 84,200 92,180", brim), close=False), width=9, opacity=0.13)
    canvas.line(
        smooth(_wide("22,190 42,214 96,229 150,225 203,213 250,199 288,206", brim), close=False), dash="3 2.4", opacity=0.5
    )
    canvas.panel(smooth("92,180! 92,130 104,92 132,74 162,70 194,75 220,94 230,132 230,178! 200,192 160,196 120,193"))
    canvas.fold("M210 92 Q226 130 224 176", width=16, opacity=0.12)
    band = "90,167 122,182 160,186 200,182 230,166"
    _band(canvas, band, 19, bow=True)
    adorn(canvas, edge=band, spot=(112, 172, 34), hang=18)


def _fedora(canvas: Canvas, brim: float) -> None:
    lining(canvas, smooth(_wide("30,208 80,226 160,234 240,226 292,206 270,236 214,250 160,254 106,250 52,238", brim)))
    canvas.panel(
        smooth(_wide("24,212 44,190 98,178 160,176 222,178 276,188 298,206 270,214 222,234 160,240 98,236 52,226", brim))
    )
    canvas.line(
        smooth(_wide("32,211 56,221 100,229 160,233 220,227 268,208 290,204", brim), close=False), dash="3 2.2", opacity=0.5
    )
    canvas.panel(
        smooth(
            "86,206! 88,160 94,108 106,76 128,66 148,78! 166,86 184,78! 204,64 222,78 230,110 236,160 238,204! "
            "200,216 160,219 120,216"
        )
    )
    canvas.fold("M150 80 Q166 92 168 132", width=17, opacity=0.2)
    canvas.fold("M112 84 Q122 116 108 140", width=13, opacity=0.16)
    canvas.fold("M210 82 Q204 116 218 144", width=13, opacity=0.16)
    canvas.gloss("M100 100 Q94 140 94 176", width=8, opacity=0.16)
    band = "86,191 122,203 160,206 200,203 238,189"
    _band(canvas, band, 24, bow=True)
    adorn(canvas, edge=band, spot=(112, 194, 36), hang=18)


def _beret(canvas: Canvas, brim: float) -> None:
    """A soft felt disc that slouches to one side."""
    canvas.panel(
        smooth(_wide("40,168 54,116 104,80 168,70 232,84 280,126 296,176 276,208 226,214 160,216 98,222 58,206", (brim + 1) / 2))
    )
    for path in ("M112 212 Q84 160 122 96", "M160 212 Q156 150 168 84", "M214 210 Q240 164 222 102"):
        canvas.fold(path, width=9, opacity=0.1)
    canvas.fold("M262 206 Q288 180 280 140", width=20, opacity=0.14)
    canvas.gloss("M70 160 Q84 114 136 94", width=16, opacity=0.14)
    canvas.panel(smooth("164,72! 162,56 168,50 174,56 174,72!"), shade=0.92)
    canvas.panel(smooth("92,210! 124,204 160,202 200,204 232,208! 232,230! 200,236 160,238 124,236 92,232!"), shade=0.86)
    canvas.line(smooth("94,214 124,209 160,207 200,209 230,212", close=False), dash="3 2.4", opacity=0.6)
    adorn(canvas, edge="94,221 124,222 160,223 200,222 230,219", spot=(102, 178, 40), hang=16)


def _bucket(canvas: Canvas, brim: float) -> None:
    lining(canvas, smooth(_wide("48,230! 106,216 160,212 214,216 272,230! 262,256 214,274 160,279 106,274 58,256", brim)))
    canvas.panel(smooth("94,172! 100,110 108,76! 136,66 160,64 184,66 212,76! 220,110 226,172! 192,186 160,188 128,186"))
    canvas.line("M109 82 Q160 96 211 82", opacity=0.6)
    canvas.line("M109 86 Q160 100 211 86", dash="3 2.2", opacity=0.5)
    canvas.line("M160 94 V184", opacity=0.45)
    canvas.gloss("M116 102 Q108 140 106 168", width=10, opacity=0.18)
    canvas.panel(
        smooth(_wide("94,166! 128,181 160,184 192,181 226,166! 246,198 272,232! 220,252 160,260 100,252 48,232! 74,198", brim))
    )
    for i in range(1, 5):
        k = i / 5
        canvas.line(
            smooth(
                _wide(
                    f"{94 - 46 * k},{166 + 66 * k} {128 - 28 * k},{181 + 71 * k} 160,{184 + 76 * k} "
                    f"{192 + 28 * k},{181 + 71 * k} {226 + 46 * k},{166 + 66 * k}",
                    brim,
                ),
                close=False,
            ),
            dash="3 2.4",
            opacity=0.5,
        )
    canvas.fold(smooth(_wide("226,176 246,208 258,240", brim), close=False), width=13, opacity=0.15)
    for x in (124, 134):
        canvas.button(x, 132, 3.2, kind="silver")
    adorn(canvas, edge=_wide("52,229 102,247 160,255 218,247 268,229", brim), spot=(176, 134, 42), hang=18)


def _boater(canvas: Canvas, brim: float) -> None:
    """A flat-topped straw hat with a stiff flat brim and a striped band."""
    lining(canvas, oval(160, 207, 132 * brim, 42))
    canvas.panel(oval(160, 200, 132 * brim, 42))
    canvas.line(oval(160, 200, 126 * brim, 38.5), dash="3 2", opacity=0.5)
    canvas.fold("M84 206 Q160 246 236 206", width=12, opacity=0.16)
    canvas.panel(smooth("84,194! 84,120! 120,136 160,139 200,136 236,120! 236,194! 200,212 160,216 120,212"))
    canvas.panel(oval(160, 119, 76, 20), shade=1.05)
    canvas.line(oval(160, 119, 70, 16.5), opacity=0.4)
    _band(canvas, "84,178 120,195 160,199 200,195 236,178", 28)
    canvas.line("M84 172 Q122 189 160 192 Q198 189 236 172", tone=0.7, width=3.2, opacity=0.75)
    x, y = 214, 186
    canvas.panel(
        smooth(f"{x},{y}! {x + 8},{y - 16} {x + 30},{y - 22} {x + 32},{y - 4} {x + 16},{y + 5}"),
        colour=1,
        material="satin",
        pattern="plain",
        outline=0.9,
    )
    canvas.panel(
        smooth(f"{x},{y}! {x + 12},{y + 9} {x + 26},{y + 12} {x + 22},{y + 24} {x + 4},{y + 14}"),
        colour=1,
        material="satin",
        pattern="plain",
        outline=0.9,
        shade=0.92,
    )
    adorn(canvas, edge="86,180 120,197 160,201 200,197 234,180", spot=(116, 184, 36), hang=16)


def _cowboy(canvas: Canvas, brim: float) -> None:
    """A pinched crown over a brim that curls up at both sides."""
    lining(
        canvas, smooth(_wide("18,150 36,176 84,204 160,214 236,204 284,176 302,150! 290,196 240,236 160,250 80,236 30,196", brim))
    )
    canvas.panel(
        smooth(
            "90,196! 92,150 100,104 112,76 134,68 152,80 160,84 168,80 186,68 208,76 220,104 228,150 230,196! "
            "196,214 160,218 124,214"
        )
    )
    canvas.fold("M160 84 Q160 116 160 136", width=20, opacity=0.2)
    canvas.fold("M118 84 Q132 118 112 146", width=13, opacity=0.17)
    canvas.fold("M202 84 Q188 118 208 146", width=13, opacity=0.17)
    _band(canvas, "90,184 124,203 160,207 196,203 230,184", 15)
    canvas.panel(
        smooth(
            _wide(
                "16,146! 26,176 60,202 90,194! 124,214 160,219 196,214 230,194! 260,202 294,176 304,146! 306,186 "
                "270,228 214,250 160,256 106,250 50,228 14,186",
                brim,
            )
        )
    )
    canvas.line(
        smooth(_wide("20,160 22,188 54,221 108,242 160,248 212,242 266,221 298,188 300,160", brim), close=False),
        dash="3 2.2",
        opacity=0.55,
    )
    canvas.fold(smooth(_wide("236,244 276,212 298,176", brim), close=False), width=14, opacity=0.15)
    canvas.gloss(smooth(_wide("34,196 60,220 100,236", brim), close=False), width=10, opacity=0.16)
    adorn(canvas, edge="92,186 124,203 160,207 196,203 228,186", spot=(160, 196, 32), hang=16)


def _cloche(canvas: Canvas, brim: float) -> None:
    """A close bell of felt, its brim turned down, a flower at the side."""
    lining(canvas, smooth(_wide("62,226 110,246 160,250 214,242 254,216 240,250 190,268 124,270 74,254", (brim + 1) / 2)))
    canvas.panel(smooth("80,196! 78,140 92,92 126,64 162,58 200,66 230,94 242,142 240,190! 200,212 160,216 118,212"))
    canvas.fold("M214 82 Q238 130 232 190", width=20, opacity=0.14)
    canvas.gloss("M98 120 Q108 84 144 74", width=14, opacity=0.18)
    canvas.panel(
        smooth(
            _wide(
                "80,190! 118,210 160,214 204,208 240,184! 256,210 262,226! 214,250 160,258 106,254 56,236! 66,212", (brim + 1) / 2
            )
        )
    )
    canvas.line(smooth("62,231 108,247 160,251 212,243 257,221", close=False), dash="3 2.4", opacity=0.5)
    _band(canvas, "80,182 118,202 160,206 202,201 240,175", 24)
    if "rosettes" not in canvas.garment.trims:
        rosette(canvas, 108, 186, 22)
    adorn(canvas, edge="82,184 118,202 160,206 202,201 238,177", spot=(112, 184, 44), hang=16)


_HATS = {
    "wide-brim": _wide_brim,
    "fedora": _fedora,
    "beret": _beret,
    "bucket": _bucket,
    "boater": _boater,
    "cowboy": _cowboy,
    "cloche": _cloche,
}


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
    cuff = {"none": 0, "single": 46, "deep": 74}[canvas.garment.details.get("cuff", "single")]
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
    y = high + cuff / 2 if cuff else 250
    adorn(canvas, edge=f"60,{y} 108,{y + 13} 160,{y + 16} 212,{y + 13} 260,{y}", spot=(160, y + 12 if cuff else 200, 42), hang=18)


def headband(canvas: Canvas) -> None:
    """Padded, knotted with a bow, flower crown and sweatband; the rear of the ring shows behind."""
    kind = canvas.garment.silhouette
    width = {"narrow": 0.75, "medium": 1.0, "wide": 1.25}[canvas.garment.details.get("width", "medium")]
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
    loop = both(smooth(_wide("156,104! 130,66 82,40 62,60 64,106 78,132 124,122", width)))
    tail = both(smooth(_wide("157,108! 138,136 114,176! 128,174 138,186! 150,150 162,120", width)))
    upper = both(smooth(_wide("154,104 120,86 90,78", width), close=False))
    lower = both(smooth(_wide("154,106 120,108 94,112", width), close=False))
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
    for x, lean in ((66, -1), (254, 1)):
        for sway in (0, 16):
            tail = (
                f"{x},{190} {x + lean * (10 + sway)},{232} {x + lean * sway * 0.4},{262} "
                f"{x + lean * (14 + sway)},{296 - sway * 0.5}"
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


_ALL = EDGE_TRIMS + HANG_TRIMS + SPOT_TRIMS

DRAWERS = {"hat": hat, "cap": cap, "beanie": beanie, "headband": headband}

TRIMS_SHOWN = dict.fromkeys(DRAWERS, _ALL)

DETAILS = {
    "hat": {"brim": ("narrow", "medium", "wide")},
    "cap": {"peak": ("curved", "flat")},
    "beanie": {"cuff": ("none", "single", "deep")},
    "headband": {"width": ("narrow", "medium", "wide")},
}
