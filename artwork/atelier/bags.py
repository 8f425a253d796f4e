"""Handbags, totes, clutches and backpacks, seen from the front with a hint of depth."""

from artwork.atelier.canvas import Canvas, both
from artwork.atelier.curves import box, lining, oval, ribbon, smooth, solid
from artwork.atelier.ornaments import ALL_TRIMS, adorn
from artwork.atelier.trim import chain

FRAME = "#b07a3e"  # bamboo and raffia


def _twins(points: str) -> tuple[str, str]:
    return both(smooth(points))


def _stitch(canvas: Canvas, path: str) -> None:
    canvas.line(path, dash="3.2 2.4", opacity=0.6)


def _handle(canvas: Canvas, points: str, width: float, behind: bool = False) -> None:
    """A rolled handle with its light edge; ``behind`` is the far one."""
    canvas.panel(ribbon(points, width), shade=0.58 if behind else 1.0, outline=1.1)
    if not behind:
        canvas.gloss(smooth(points, close=False), width=width * 0.3, opacity=0.3)


def _ring(canvas: Canvas, x: float, y: float, r: float, kind: str = "gold") -> None:
    canvas.metal(oval(x, y, r) + " " + oval(x, y, r * 0.58), kind=kind)


def _strap(canvas: Canvas, points: str, width: float) -> None:
    """The long strap: a chain where the garment has chains, else of its cloth."""
    if "chains" in canvas.garment.trims:
        spots = [tuple(float(v) for v in word.rstrip("!").split(",")) for word in points.split()]
        chain(canvas, [(x, y) for x, y in spots], link=width * 0.75)
    else:
        canvas.panel(ribbon(points, width), shade=0.94, outline=1)


def handbag(canvas: Canvas) -> None:
    """Top-handle, baguette, saddle and bucket bags; ``strap`` adds none, a short or a long shoulder strap."""
    kind = canvas.garment.silhouette
    strap = canvas.garment.details.get("strap", "long" if kind in ("saddle", "bucket") else "none")
    {"top-handle": _top_handle, "baguette": _baguette, "saddle": _saddle, "bucket": _bucket}[kind](canvas, strap)


def _top_handle(canvas: Canvas, strap: str) -> None:
    if strap != "none":
        top = 40 if strap == "short" else 14
        _strap(canvas, f"52,150 {66 if strap == 'long' else 80},80 160,{top} {254 if strap == 'long' else 240},80 268,150", 8)
    _handle(canvas, "108,134 108,84 132,58 160,52 188,58 212,84 212,134", 10, behind=True)
    lining(canvas, smooth("60,132! 260,132! 274,142! 46,142!"))
    canvas.panel(smooth("56,136! 264,136! 274,180 284,262! 278,276 264,280! 56,280! 42,276 36,262! 46,180"))
    canvas.fold("M276 160 L284 270", width=20, opacity=0.14)
    canvas.line("M40 248 Q160 258 280 248", opacity=0.5)
    _stitch(canvas, smooth("62,276 50,270 44,258! 52,180 62,142", close=False))
    _stitch(canvas, smooth("258,276 270,270 276,258! 268,180 258,142", close=False))
    flap = "54,134! 160,130 266,134! 270,166 262,190 226,200 160,204 94,200 58,190 50,166"
    canvas.panel(smooth(flap), shade=1.04)
    _stitch(canvas, smooth("57,160 64,185 96,194.5 160,198.5 224,194.5 256,185 263,160", close=False))
    canvas.gloss("M68 152 Q120 142 196 144", width=9, opacity=0.25)
    _handle(canvas, "96,152 96,92 124,58 160,50 196,58 224,92 224,152", 12)
    for x in (96, 224):
        canvas.panel(smooth(f"{x - 9},146! {x + 9},146! {x + 8},172 {x},178 {x - 8},172"), outline=1)
        _ring(canvas, x, 146, 9)
    canvas.metal(box(143, 188, 34, 28, 5))
    canvas.metal(box(153, 196, 14, 12, 6), outline=1)
    adorn(canvas, edge="62,196 96,206 160,210 224,206 258,196", spot=(160, 242, 46), hang=44, zip_path="M84 226 L236 226")


def _baguette(canvas: Canvas, strap: str) -> None:
    top = {"none": 84, "short": 60, "long": 22}[strap]
    _strap(canvas, f"50,166 64,112 110,{top + 12} 160,{top} 210,{top + 12} 256,112 270,166", 14)
    canvas.panel(smooth("34,158! 286,158! 296,200 292,246! 284,262 264,266 56,266 36,262 28,246! 24,200"))
    canvas.fold("M286 170 Q296 216 284 262", width=18, opacity=0.14)
    canvas.panel(smooth("30,156! 160,152 290,156! 296,190 288,220 258,232 160,236 62,232 32,220 24,190"), shade=1.03)
    _stitch(canvas, smooth("31,176 38,214 66,226 160,230 254,226 282,214 289,176", close=False))
    canvas.gloss("M48 174 Q130 162 230 166", width=10, opacity=0.26)
    for x in (50, 270):
        _ring(canvas, x, 164, 10)
    canvas.panel(smooth("142,206! 178,206! 178,246 160,258 142,246"), shade=0.94)
    canvas.metal(box(136, 214, 48, 30, 6) + " " + box(143, 220, 34, 18, 3))
    canvas.metal(box(157, 216, 6, 24, 2), outline=0.6)
    adorn(canvas, edge="36,226 62,238 160,242 258,238 284,226", spot=(92, 196, 44), hang=40, zip_path="M60 252 L260 252")


def _saddle(canvas: Canvas, strap: str) -> None:
    top = {"none": 96, "short": 52, "long": 8}[strap]
    if strap != "none":
        _strap(canvas, f"62,132 78,70 160,{top} 242,70 258,132", 11)
    else:
        _handle(canvas, f"116,124 126,92 160,{top - 16} 194,92 204,124", 9)
    canvas.panel(smooth("46,132! 160,122 274,132! 292,186 280,244 232,280 160,288 88,280 40,244 28,186"))
    canvas.fold("M282 176 Q284 250 214 284", width=20, opacity=0.15)
    _stitch(canvas, smooth("36,190 48,240 92,273 160,281 228,273 272,240 284,190", close=False))
    canvas.panel(smooth("42,128! 160,118 278,128! 292,170 270,222 220,250 160,206 100,250 50,222 28,170"), shade=1.04)
    _stitch(canvas, smooth("36,168 56,216 99,242 160,198 221,242 264,216 284,168", close=False))
    canvas.line("M60 134 Q160 124 260 134", opacity=0.4)
    canvas.gloss("M52 150 Q120 134 210 138", width=10, opacity=0.26)
    for x in (62, 258):
        _ring(canvas, x, 132, 10)
    canvas.panel(smooth("146,186! 174,186! 176,246 160,258 144,246"), shade=0.93)
    _ring(canvas, 160, 236, 15)
    canvas.metal(box(157, 216, 6, 40, 2), outline=0.7)
    adorn(
        canvas,
        edge="48,224 100,252 130,232 160,208 190,232 220,252 272,224",
        spot=(96, 186, 42),
        hang=44,
        zip_path="M84 262 L236 262",
    )


def _bucket(canvas: Canvas, strap: str) -> None:
    top = {"none": 92, "short": 52, "long": 14}[strap]
    _strap(canvas, f"70,124 84,72 160,{top} 236,72 250,124", 10)
    lining(canvas, oval(160, 112, 98, 22))
    canvas.panel(
        smooth("62,112! 84,126 124,134 160,136 196,134 236,126 258,112! 262,180 250,268! 214,286 160,290 106,286 70,268! 58,180")
    )
    for path in (
        "M88 128 Q96 156 92 186",
        "M122 136 Q126 160 122 194",
        "M162 138 Q160 170 164 200",
        "M200 136 Q198 160 202 194",
        "M232 128 Q226 156 230 186",
    ):
        canvas.fold(path, width=9, opacity=0.17)
    canvas.fold("M256 150 Q258 220 244 276", width=18, opacity=0.14)
    canvas.gloss("M84 168 Q76 220 86 262", width=11, opacity=0.2)
    canvas.panel(smooth("67,250! 106,266 160,270 214,266 253,250! 250,270! 214,287 160,291 106,287 70,270!"), shade=0.88)
    _stitch(canvas, "M68 246 Q112 262 160 265 Q208 262 252 246")
    for x, y in ((76, 146), (104, 154), (132, 158), (188, 158), (216, 154), (244, 146)):
        _ring(canvas, x, y, 5.5)
    cord = "76,146 104,154 132,158 160,160 188,158 216,154 244,146"
    canvas.panel(ribbon(cord, 5), shade=0.82, outline=0.9)
    for end in ("160,160 148,182 142,216", "160,160 172,184 180,220"):
        canvas.panel(ribbon(end, 4.6), shade=0.82, outline=0.9)
        u, v = (float(number) for number in end.split()[-1].split(","))
        canvas.metal(smooth(f"{u - 4},{v - 4}! {u + 4},{v - 4}! {u + 6},{v + 14}! {u - 6},{v + 14}!"))
    canvas.panel(oval(160, 160, 9, 7), shade=0.9, outline=1)
    for x in (66, 254):
        _ring(canvas, x, 122, 9)
    adorn(canvas, edge="70,238 110,252 160,256 210,252 250,238", spot=(160, 226, 46), hang=34, zip_path="M100 212 L220 212")


def tote_bag(canvas: Canvas) -> None:
    """Canvas shopper, woven basket and structured leather tote; ``handles`` are short or long."""
    reach = {"short": 56, "long": 16}[canvas.garment.details.get("handles", "long")]
    {"canvas": _canvas_tote, "basket": _basket, "leather": _leather_tote}[canvas.garment.silhouette](canvas, reach)


def _canvas_tote(canvas: Canvas, reach: float) -> None:
    _handle(canvas, f"110,128 112,84 128,{reach + 16} 160,{reach + 6} 192,{reach + 16} 208,84 210,128", 12, behind=True)
    lining(canvas, smooth("52,112! 106,102 160,104 214,102 268,112! 214,122 160,124 106,122"))
    canvas.panel(smooth("52,112! 106,120 160,122 214,120 268,112! 272,200 276,284! 160,292 44,284! 48,200"))
    canvas.fold("M84 126 Q76 200 92 280", width=12, opacity=0.12)
    canvas.fold("M250 122 Q262 200 248 284", width=18, opacity=0.13)
    canvas.fold("M60 270 Q150 244 250 274", width=9, opacity=0.1)
    _stitch(canvas, "M53 123 Q160 138 267 123")
    _stitch(canvas, "M53 128 Q160 143 267 128")
    _handle(canvas, f"100,186 100,110 112,{reach + 24} 160,{reach} 208,{reach + 24} 220,110 220,186", 15)
    for x in (100, 220):
        _stitch(canvas, f"M{x - 5} 152 H{x + 5} V183 H{x - 5} Z M{x - 5} 152 L{x + 5} 183 M{x + 5} 152 L{x - 5} 183")
    adorn(canvas, edge="52,136 106,146 160,148 214,146 268,136", spot=(160, 216, 66), hang=42, zip_path="M90 232 L230 232")


def _basket(canvas: Canvas, reach: float) -> None:
    """A market basket: woven rows that bow round it, leather-bound handles."""
    lining(canvas, ribbon(f"104,140 112,{reach + 40} 160,{reach + 22} 208,{reach + 40} 216,140", 11))
    lining(canvas, oval(160, 138, 128, 24))
    canvas.panel(smooth("32,138! 70,156 160,163 250,156 288,138! 278,210 246,276! 206,290 160,292 114,290 74,276! 42,210"))
    for i in range(1, 9):
        y, wide = 146 + i * 15.5, 126 - i * i * 0.62 - i * 1.2
        canvas.line(
            smooth(
                f"{160 - wide},{y - 4} {160 - wide * 0.6},{y + 12} 160,{y + 17} {160 + wide * 0.6},{y + 12} {160 + wide},{y - 4}",
                close=False,
            ),
            dash="9 4" if i % 2 else "5 4 9 4",
            width=2.6,
            opacity=0.45,
        )
    canvas.fold("M278 160 Q268 240 230 288", width=24, opacity=0.16)
    canvas.panel(ribbon("32,141 70,158 160,166 250,158 288,141", 13), shade=0.9)
    canvas.line("M36 143 Q90 166 160 167 Q230 166 284 143", dash="4 5", width=5, tone=0.3, opacity=0.5)
    canvas.panel(
        ribbon(f"88,190 94,{reach + 52} 160,{reach} 226,{reach + 52} 232,190", 14), colour=1, material="leather", pattern="plain"
    )
    for x in (89, 231):
        canvas.panel(
            smooth(f"{x - 11},166! {x + 11},166! {x + 10},196 {x},206 {x - 10},196"),
            colour=1,
            material="leather",
            pattern="plain",
        )
        canvas.button(x, 190, 4, kind="gold")
    adorn(canvas, edge="38,152 70,166 160,174 250,166 282,152", spot=(160, 218, 60), hang=40, zip_path="M100 238 L220 238")


def _leather_tote(canvas: Canvas, reach: float) -> None:
    """Winged trapeze with belted sides and rolled handles on rings."""
    _handle(canvas, f"116,122 118,80 136,{reach + 18} 160,{reach + 12} 184,{reach + 18} 202,80 204,122", 9, behind=True)
    lining(canvas, smooth("26,108! 160,100 294,108! 276,122 160,120 44,122"))
    left, right = _twins("60,118! 24,106! 22,140 44,196! 40,284! 62,288!")
    canvas.panel(left, shade=0.86)
    canvas.panel(right, shade=0.8)
    canvas.panel(smooth("54,116! 160,120 266,116! 274,200 278,276! 272,288 258,290! 62,290! 48,288 42,276! 46,200"))
    _stitch(canvas, smooth("48,268 52,200 59,122! 160,126 261,122! 268,200 272,268", close=False))
    canvas.gloss("M66 136 Q58 200 58 262", width=12, opacity=0.2)
    canvas.fold("M264 140 Q272 210 268 280", width=16, opacity=0.14)
    canvas.panel(
        smooth("44,252! 160,262 276,252! 278,276! 272,288 258,290! 62,290! 48,288 42,276!"),
        colour=1 if canvas.garment.pattern == "colour-block" else 0,
        shade=0.92,
    )
    _stitch(canvas, "M48 248 Q160 258 272 248")
    _handle(canvas, f"106,152 106,92 126,{reach + 20} 160,{reach} 194,{reach + 20} 214,92 214,152", 11)
    for x in (106, 214):
        canvas.panel(smooth(f"{x - 8},150! {x + 8},150! {x + 9},184 {x},192 {x - 9},184"), outline=1)
        _ring(canvas, x, 150, 11)
        canvas.button(x, 180, 2.8, kind="gold")
    adorn(canvas, edge="56,136 106,140 160,141 214,140 264,136", spot=(160, 214, 58), hang=46, zip_path="M92 226 L228 226")


def clutch(canvas: Canvas) -> None:
    """Envelope, hard box and gathered pouch; ``wrist`` hangs a loop or a chain at the side."""
    wrist = canvas.garment.details.get("wrist", "none")
    if wrist == "chain":
        chain(canvas, [(272, 130), (310, 90), (296, 56), (240, 46), (190, 60), (160, 72), (96, 62), (48, 76), (36, 124)], link=6)
    elif wrist == "loop":
        canvas.panel(ribbon("40,150 22,112 34,72 62,66 74,96 54,150", 8), shade=0.92)
        _ring(canvas, 47, 150, 8)
    {"envelope": _envelope, "box": _box, "pouch": _pouch}[canvas.garment.silhouette](canvas)


def _envelope(canvas: Canvas) -> None:
    canvas.panel(smooth("24,98! 296,98! 300,104 300,248! 294,256! 26,256! 20,248! 20,104"))
    canvas.line("M22 252 L122 176 M298 252 L198 176", opacity=0.5)
    canvas.fold("M280 120 L290 250", width=20, opacity=0.12)
    canvas.fold("M24 112 L164 214 L298 112", width=13, opacity=0.2)
    canvas.panel(smooth("20,98! 24,94! 296,94! 300,98! 240,150 174,198! 160,204 146,198! 80,150"), shade=1.04)
    _stitch(canvas, smooth("32,102! 84,146 149,192! 160,196 171,192! 236,146 288,102!", close=False))
    canvas.gloss("M44 106 Q120 100 220 102", width=8, opacity=0.25)
    canvas.metal(oval(160, 190, 13))
    canvas.metal(oval(160, 190, 7), outline=1)
    adorn(
        canvas,
        edge="30,108 84,156 150,206 160,210 170,206 236,156 290,108",
        spot=(160, 140, 50),
        hang=30,
        zip_path="M50 232 L270 232",
    )


def _box(canvas: Canvas) -> None:
    """A minaudiere: two hard shells in a metal frame with a ball clasp."""
    canvas.metal(box(22, 98, 276, 162, 24))
    canvas.panel(box(28, 112, 264, 142, 20))
    canvas.gloss("M44 132 Q40 190 46 236", width=12, opacity=0.3)
    canvas.gloss("M60 128 Q150 118 262 126", width=10, opacity=0.3)
    canvas.fold("M278 130 Q288 200 270 244", width=18, opacity=0.14)
    canvas.metal(box(26, 98, 268, 15, 7))
    canvas.metal(box(30, 104, 260, 2.2, 1), kind="gunmetal", outline=0.2)
    for x in (146, 174):
        canvas.metal(smooth(f"{x - 4},100! {x + (8 if x < 160 else -8)},88! {x + 4},100!"), outline=0.6)
        canvas.button(x + (6 if x < 160 else -6), 88, 9, kind="gold" if x < 160 else "pearl")
    adorn(canvas, edge="44,126 100,124 160,124 220,124 276,126", spot=(160, 188, 70), hang=30, zip_path="M60 226 L260 226")


def _pouch(canvas: Canvas) -> None:
    """Soft cloth gathered into a curved kiss-lock frame."""
    canvas.panel(
        smooth("74,108! 116,84 160,80 204,84 246,108! 280,160 298,218 274,262 216,276 160,279 104,276 46,262 22,218 40,160")
    )
    for x0, x1 in ((92, 62), (112, 92), (134, 122), (160, 160), (186, 198), (208, 228), (228, 258)):
        canvas.fold(f"M{x0} 118 Q{(x0 + x1) / 2 + 2} 160 {x1} 214", width=9, opacity=0.19)
        canvas.line(f"M{x0} 118 Q{(x0 + x1) / 2 + 1} 146 {(x0 + x1) / 2 - 1} 176", opacity=0.45)
    canvas.fold("M286 190 Q282 250 210 274", width=22, opacity=0.14)
    canvas.gloss("M50 196 Q44 232 70 254", width=13, opacity=0.22)
    canvas.metal(ribbon("70,122 84,98 116,86 160,82 204,86 236,98 250,122", 13))
    canvas.metal(ribbon("80,116 92,101 118,92 160,88 202,92 228,101 240,116", 2), kind="gunmetal", outline=0.2)
    canvas.button(151, 70, 9.5, kind="gold")
    canvas.button(170, 70, 9.5, kind="gold")
    adorn(
        canvas,
        edge="30,222 60,254 104,266 160,269 216,266 260,254 290,222",
        spot=(160, 206, 64),
        hang=24,
        zip_path="M70 240 L250 240",
    )


def backpack(canvas: Canvas) -> None:
    """Flapped rucksack, small dome and sporty pack; ``pocket`` puts a pocket on the front or leaves it plain."""
    pocket = canvas.garment.details.get("pocket", "front") == "front"
    {"rucksack": _rucksack, "mini": _mini, "sporty": _sporty}[canvas.garment.silhouette](canvas, pocket)


def _shoulder_straps(canvas: Canvas, top: float, low: float, spread: float) -> None:
    for path in both(ribbon(f"122,{top} {98 - spread},{top + 44} {78 - spread},{(top + low) / 2} {84 - spread},{low}", 18)):
        canvas.panel(path, shade=0.76)
    canvas.panel(ribbon(f"136,{top + 10} 138,{top - 16} 160,{top - 24} 182,{top - 16} 184,{top + 10}", 9), shade=0.85)


def _rucksack(canvas: Canvas, pocket: bool) -> None:
    _shoulder_straps(canvas, 62, 254, 28)
    for path in _twins("66,196! 46,202 38,226 40,270! 68,280!"):
        canvas.panel(path, shade=0.9)
    canvas.panel(smooth("70,112! 98,84 160,78 222,84 250,112! 260,200 256,274! 240,290 160,294 80,290 64,274! 60,200"))
    for x in (96, 128, 160, 192, 224):
        canvas.fold(f"M{x} 96 Q{x + 2} 120 {x - 2} 148", width=8, opacity=0.15)
    canvas.fold("M252 180 Q256 240 244 284", width=18, opacity=0.14)
    if pocket:
        canvas.panel(smooth("88,206! 160,202 232,206! 236,262! 226,276 160,279 94,276 84,262!"), shade=0.97)
        canvas.panel(smooth("84,202! 160,198 236,202! 238,224 226,232 160,235 94,232 82,224"), shade=1.03)
        _stitch(canvas, smooth("90,222 98,226 160,229 222,226 230,222", close=False))
        canvas.metal(box(152, 222, 16, 18, 4))
    canvas.panel(smooth("62,108! 92,74 160,64 228,74 258,108! 264,150 252,178! 160,186 68,178! 56,150"), shade=1.03)
    _stitch(canvas, smooth("62,150 73,172! 160,179.5 247,172! 258,150", close=False))
    canvas.gloss("M78 116 Q100 88 160 82", width=12, opacity=0.2)
    for x in (108, 212):
        canvas.panel(smooth(f"{x - 8},140! {x + 8},140! {x + 8},206 {x},214 {x - 8},206"), shade=0.84)
        canvas.metal(box(x - 13, 166, 26, 22, 4) + " " + box(x - 8, 171, 16, 12, 2))
        canvas.metal(box(x - 1.8, 167, 3.6, 20, 1), outline=0.5)
    adorn(canvas, edge="66,182 110,188 160,190 210,188 254,182", spot=(160, 134, 52), hang=32, zip_path="M92 194 L228 194")


def _mini(canvas: Canvas, pocket: bool) -> None:
    _shoulder_straps(canvas, 84, 240, 6)
    canvas.panel(smooth("76,270! 68,200 74,132 106,90 160,78 214,90 246,132 252,200 244,270! 228,284 160,288 92,284"))
    canvas.fold("M240 150 Q250 220 236 280", width=16, opacity=0.14)
    canvas.gloss("M90 160 Q96 112 140 98", width=12, opacity=0.26)
    teeth = smooth("84,184 84,138 112,104 160,93 208,104 236,138 236,184", close=False)
    canvas.raw(f'<path d="{teeth}" fill="none" stroke="#d9ac4a" stroke-width="4.6"/>')
    canvas.raw(f'<path d="{teeth}" fill="none" stroke="#5b3d10" stroke-width="4.6" stroke-dasharray="1.2 1.8"/>')
    canvas.metal(smooth("231,182! 241,182! 243,206! 229,206!"))
    if pocket:
        canvas.panel(smooth("94,190! 226,190! 230,256! 216,268 160,271 104,268 90,256!"), shade=1.02)
        _stitch(canvas, smooth("97,256! 108,263 160,266 212,263 223,256!", close=False))
        canvas.panel(smooth("92,186! 228,186! 230,206 214,220 160,225 106,220 90,206"), shade=1.05)
        canvas.metal(oval(160, 216, 10))
        canvas.metal(oval(160, 216, 5), outline=0.8)
    adorn(
        canvas,
        edge="96,182 128,184 160,185 192,184 224,182" if pocket else "80,250 120,258 160,260 200,258 240,250",
        spot=(160, 142, 54),
        hang=30,
        zip_path="M96 176 L224 176",
    )


def _sporty(canvas: Canvas, pocket: bool) -> None:
    _shoulder_straps(canvas, 56, 262, 34)
    for path in _twins("62,200! 40,208 34,240 40,284! 70,290!"):
        canvas.panel(path, colour=1, material="mesh", pattern="plain")
    canvas.panel(smooth("58,264! 54,190 62,112 96,64 160,52 224,64 258,112 266,190 262,264! 246,288 160,294 74,288"))
    left, right = _twins("60,118! 82,80 110,60! 126,120 112,210 96,290! 76,288 58,264! 54,190")
    canvas.panel(left, colour=1, outline=1)
    canvas.panel(right, colour=1, outline=1, shade=0.92)
    canvas.raw(
        f'<path d="{smooth("84,150 88,110 118,82 160,74 202,82 232,110 236,150", close=False)}" fill="none" '
        'stroke="#1e1e24" stroke-width="4.4"/>'
    )
    canvas.metal(smooth("231,148! 241,148! 243,172! 229,172!"), kind="gunmetal")
    cord = "M122 134 L198 156 L122 178 L198 200 M198 134 L122 156 L198 178 L122 200"
    if pocket:
        canvas.panel(smooth("98,212! 160,206 222,212! 230,266! 216,280 160,284 104,280 90,266!"), shade=1.03)
        canvas.raw('<path d="M100 226 Q160 218 220 226" fill="none" stroke="#1e1e24" stroke-width="4.4"/>')
        canvas.metal(smooth("214,224! 223,225! 225,246! 213,246!"), kind="gunmetal")
    canvas.raw(f'<path d="{cord}" fill="none" stroke="#15151a" stroke-width="4.6" stroke-linecap="round"/>')
    canvas.raw(f'<path d="{cord}" fill="none" stroke="{canvas.colours.third}" stroke-width="2.6" stroke-linecap="round"/>')
    for x in (122, 198):
        for y in (134, 156, 178, 200):
            solid(canvas, box(x - 5, y - 4, 10, 8, 3), "#2a2a30", outline=0.6)
    canvas.gloss("M84 130 Q96 92 140 72", width=11, opacity=0.2)
    adorn(canvas, edge="104,112 130,102 160,99 190,102 216,112", spot=(160, 250, 46), hang=24, zip_path="M104 268 L216 268")


BAG_TRIMS = ALL_TRIMS + ("zips",)

DRAWERS = {"handbag": handbag, "tote bag": tote_bag, "clutch": clutch, "backpack": backpack}

TRIMS_SHOWN = dict.fromkeys(DRAWERS, BAG_TRIMS)

DETAILS = {
    "handbag": {"strap": ("none", "short", "long")},
    "tote bag": {"handles": ("short", "long")},
    "clutch": {"wrist": ("none", "loop", "chain")},
    "backpack": {"pocket": ("none", "front")},
}
