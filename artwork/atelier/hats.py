"""Brimmed hats and the beret, seen from the front and slightly above."""

from artwork.atelier.canvas import Canvas
from artwork.atelier.curves import along, lining, oval, ribbon, smooth, widened
from artwork.atelier.ornaments import ALL_TRIMS, adorn
from artwork.atelier.trim import rosette

BRIMS = {"narrow": 0.82, "medium": 1.0, "wide": 1.14}  # detail "brim" -> width against the silhouette's own


def hat(canvas: Canvas) -> None:
    """The brimmed hats and the beret; ``brim`` widens or narrows every brim."""
    _HATS[canvas.garment.silhouette](canvas, BRIMS[canvas.garment.details.get("brim", "medium")])


def _brim(points: str, share: float, close: bool = True) -> str:
    """A contour of the brim, widened by the share."""
    return smooth(widened(points, share), close)


def _satin(canvas: Canvas, path: str, shade: float = 1.0) -> None:
    """A piece of the hat's ribbon, of the second cloth."""
    canvas.panel(path, colour=1, material="satin", pattern="plain", outline=0.9, shade=shade)


def _band(canvas: Canvas, points: str, width: float, bow: bool = False) -> None:
    """The ribbon round the crown; adornments go on it."""
    _satin(canvas, ribbon(points, width))
    if bow:
        x, y, _ = along(points, 12)[9]
        _satin(canvas, smooth(f"{x},{y}! {x + 7},{y - 15} {x + 24},{y - 17} {x + 26},{y - 2} {x + 10},{y + 4}"))
        _satin(canvas, smooth(f"{x},{y}! {x + 12},{y + 6} {x + 24},{y + 8} {x + 22},{y + 17} {x + 6},{y + 12}"), shade=0.93)


def _wide_brim(canvas: Canvas, brim: float) -> None:
    """A floppy sun hat: low round crown, sweeping brim with a glimpse of its underside."""
    lining(canvas, _brim("14,196 60,190 160,186 262,186 308,194 286,236 220,260 140,264 56,246", brim))
    canvas.panel(
        _brim("12,188 30,166 88,152 160,148 232,150 292,162 310,188 288,216 250,208 204,222 150,234 96,238 40,224", brim)
    )
    canvas.fold(_brim("206,214 226,190 228,170", brim, close=False), width=12, opacity=0.16)
    canvas.fold(_brim("60,228 84,200 92,180", brim, close=False), width=9, opacity=0.13)
    canvas.line(_brim("22,190 42,214 96,229 150,225 203,213 250,199 288,206", brim, close=False), dash="3 2.4", opacity=0.5)
    canvas.panel(smooth("92,180! 92,130 104,92 132,74 162,70 194,75 220,94 230,132 230,178! 200,192 160,196 120,193"))
    canvas.fold("M210 92 Q226 130 224 176", width=16, opacity=0.12)
    band = "90,167 122,182 160,186 200,182 230,166"
    _band(canvas, band, 19, bow=True)
    adorn(canvas, edge=band, spot=(112, 172, 34), hang=18)


def _fedora(canvas: Canvas, brim: float) -> None:
    lining(canvas, _brim("30,208 80,226 160,234 240,226 292,206 270,236 214,250 160,254 106,250 52,238", brim))
    canvas.panel(_brim("24,212 44,190 98,178 160,176 222,178 276,188 298,206 270,214 222,234 160,240 98,236 52,226", brim))
    canvas.line(_brim("32,211 56,221 100,229 160,233 220,227 268,208 290,204", brim, close=False), dash="3 2.2", opacity=0.5)
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
        _brim("40,168 54,116 104,80 168,70 232,84 280,126 296,176 276,208 226,214 160,216 98,222 58,206", (brim + 1) / 2)
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
    lining(canvas, _brim("48,230! 106,216 160,212 214,216 272,230! 262,256 214,274 160,279 106,274 58,256", brim))
    canvas.panel(smooth("94,172! 100,110 108,76! 136,66 160,64 184,66 212,76! 220,110 226,172! 192,186 160,188 128,186"))
    canvas.line("M109 82 Q160 96 211 82", opacity=0.6)
    canvas.line("M109 86 Q160 100 211 86", dash="3 2.2", opacity=0.5)
    canvas.line("M160 94 V184", opacity=0.45)
    canvas.gloss("M116 102 Q108 140 106 168", width=10, opacity=0.18)
    canvas.panel(_brim("94,166! 128,181 160,184 192,181 226,166! 246,198 272,232! 220,252 160,260 100,252 48,232! 74,198", brim))
    for i in range(1, 5):
        k = i / 5
        canvas.line(
            _brim(
                f"{94 - 46 * k},{166 + 66 * k} {128 - 28 * k},{181 + 71 * k} 160,{184 + 76 * k} "
                f"{192 + 28 * k},{181 + 71 * k} {226 + 46 * k},{166 + 66 * k}",
                brim,
                close=False,
            ),
            dash="3 2.4",
            opacity=0.5,
        )
    canvas.fold(_brim("226,176 246,208 258,240", brim, close=False), width=13, opacity=0.15)
    for x in (124, 134):
        canvas.button(x, 132, 3.2, kind="silver")
    adorn(canvas, edge=widened("52,229 102,247 160,255 218,247 268,229", brim), spot=(176, 134, 42), hang=18)


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
    _satin(canvas, smooth(f"{x},{y}! {x + 8},{y - 16} {x + 30},{y - 22} {x + 32},{y - 4} {x + 16},{y + 5}"))
    _satin(canvas, smooth(f"{x},{y}! {x + 12},{y + 9} {x + 26},{y + 12} {x + 22},{y + 24} {x + 4},{y + 14}"), shade=0.92)
    adorn(canvas, edge="86,180 120,197 160,201 200,197 234,180", spot=(116, 184, 36), hang=16)


def _cowboy(canvas: Canvas, brim: float) -> None:
    """A pinched crown over a brim that curls up at both sides."""
    lining(canvas, _brim("18,150 36,176 84,204 160,214 236,204 284,176 302,150! 290,196 240,236 160,250 80,236 30,196", brim))
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
        _brim(
            "16,146! 26,176 60,202 90,194! 124,214 160,219 196,214 230,194! 260,202 294,176 304,146! 306,186 "
            "270,228 214,250 160,256 106,250 50,228 14,186",
            brim,
        )
    )
    canvas.line(
        _brim("20,160 22,188 54,221 108,242 160,248 212,242 266,221 298,188 300,160", brim, close=False),
        dash="3 2.2",
        opacity=0.55,
    )
    canvas.fold(_brim("236,244 276,212 298,176", brim, close=False), width=14, opacity=0.15)
    canvas.gloss(_brim("34,196 60,220 100,236", brim, close=False), width=10, opacity=0.16)
    adorn(canvas, edge="92,186 124,203 160,207 196,203 228,186", spot=(160, 196, 32), hang=16)


def _cloche(canvas: Canvas, brim: float) -> None:
    """A close bell of felt, its brim turned down, a flower at the side."""
    lining(canvas, _brim("62,226 110,246 160,250 214,242 254,216 240,250 190,268 124,270 74,254", (brim + 1) / 2))
    canvas.panel(smooth("80,196! 78,140 92,92 126,64 162,58 200,66 230,94 242,142 240,190! 200,212 160,216 118,212"))
    canvas.fold("M214 82 Q238 130 232 190", width=20, opacity=0.14)
    canvas.gloss("M98 120 Q108 84 144 74", width=14, opacity=0.18)
    canvas.panel(
        _brim("80,190! 118,210 160,214 204,208 240,184! 256,210 262,226! 214,250 160,258 106,254 56,236! 66,212", (brim + 1) / 2)
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

DRAWERS = {"hat": hat}

TRIMS_SHOWN = {"hat": ALL_TRIMS}

DETAILS = {"hat": {"brim": tuple(BRIMS)}}
