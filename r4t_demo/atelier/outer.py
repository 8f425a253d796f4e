"""Long and weatherproof outerwear: coats, puffers, raincoats, kimonos."""

from dataclasses import replace

from r4t_demo.atelier.adorn import Spots, adorn
from r4t_demo.atelier.bodice import (
    Arm, Cut, back_neck, button_kind, button_row, front_folds, patch_pocket, shirt_collar, sleeves, top_edge, torso,
)  # fmt: skip
from r4t_demo.atelier.canvas import Canvas
from r4t_demo.atelier.figure import Figure, drape, hem
from r4t_demo.atelier.fitting import LENGTHS, cut_to, lowest, reach, top_spots
from r4t_demo.atelier.geometry import moved, symmetric
from r4t_demo.atelier.tailoring import notch_lapels, sleeve_seams, welt
from r4t_demo.atelier.trim import buckle, fringe, fur_edge, toggle, zip_line

LONG = Cut(neckline="v", sleeve="long", depth=30, neck=8.2, shoulder=20, slope=4.6, bust=21.4, underarm=23, waist=18.4, hip=23, half=27, length=108, sag=2.4, roomy=1.3, arm=11)
CUTS: dict[str, dict[str, Cut]] = {
    "coat": {
        "trench": replace(LONG, depth=22, waist=16.8, half=29),
        "wrap": replace(LONG, depth=42, waist=18, hip=22.6, half=25, length=114, roomy=1.4),
        "duffle": replace(LONG, neckline="round", depth=9, waist=22.4, hip=24, half=25.4, length=90),
        "military": replace(LONG, neckline="high", depth=3.2, waist=15.6, hip=22, half=31, length=102, sag=3),
        "teddy": replace(LONG, depth=30, shoulder=22, bust=25, waist=25, hip=25.6, half=24.6, length=86, roomy=1.7),
    },
    "puffer": {
        "cropped": replace(LONG, neckline="high", depth=3.2, shoulder=21, bust=23.4, waist=22.6, half=21.6, length=50, roomy=1.75),
        "long": replace(LONG, neckline="high", depth=3.2, shoulder=20, bust=22, waist=20.6, hip=22.6, half=23, length=104, roomy=1.6),
        "ski": replace(LONG, neckline="high", depth=3.2, shoulder=20.5, bust=22.4, waist=20.4, hip=22, half=22, length=68, roomy=1.6),
    },
    "raincoat": {
        "hooded": replace(LONG, neckline="round", depth=9, waist=22.4, hip=25, half=29, length=88, sag=2.6),
        "cape": replace(LONG, neckline="collar", depth=8, sleeve="sleeveless", half=46, length=82, sag=6),
    },
    "kimono": {
        "fringed": replace(LONG, depth=50, half=24, length=86),
        "short": replace(LONG, depth=50, half=22, length=66),
        "poncho": replace(LONG, depth=16, half=50, length=72),
    },
}  # fmt: skip


def outerwear(canvas: Canvas) -> None:
    """Draw a coat, a puffer or a hooded raincoat."""
    garment = canvas.garment
    base = CUTS[garment.category][garment.silhouette]
    cut = cut_to(garment.details, base)
    cut = replace(cut, depth=base.depth * min(1.0, cut.length / base.length))
    hooded = garment.silhouette in ("duffle", "hooded", "ski")
    figure = Figure(canvas, reach(cut) + 2, -15.5 if hooded else -6.0, lowest(cut) + 1)
    if hooded:
        hood(figure)
    else:
        back_neck(figure, cut)
    if garment.category == "puffer":
        quilted(figure, cut)
    else:
        sleeves(figure, cut)
        figure.panel(torso(cut))
        front_folds(figure, cut)
    FRONTS[garment.silhouette](figure, cut)
    if "hood fur" in garment.trims:
        around = "M-2 11C-8 9 -12.6 4 -12.6 -2C-12.6 -9.6 -6.6 -13 0 -13C6.6 -13 12.6 -9.6 12.6 -2C12.6 4 8 9 2 11" if hooded else f"M-2 9C-8 8 -11.4 3 -{cut.neck + 1} -3C-5 -6 5 -6 {cut.neck + 1} -3C11.4 3 8 8 2 9"
        fur_edge(canvas, figure.path(around), figure.size(6))
    spots = top_spots(replace(cut, depth=min(cut.drop, 20)))
    fields = ((9.0, 27.0), (-11.0, 62.0), (12.0, 78.0), (-12.0, 30.0), (-14.0, 90.0))
    fields = tuple((u, min(v, cut.length - 8)) for u, v in fields)
    adorn(figure, replace(spots, seams=spots.seams + sleeve_seams(cut), fields=fields, waist=(cut.waist, min(42.0, cut.length - 5))), skip=("toggles", "hood fur") + (("gold buttons",) if garment.silhouette in BUTTONED else ()))
    if "toggles" in garment.trims and garment.silhouette != "duffle":
        toggles(figure, 16, cut.length * 0.66)


def hood(figure: Figure) -> None:
    """A hood standing behind the neck, seen into from the front."""
    figure.panel(symmetric("M0 -14.6C9 -14.6 14.8 -8 14.4 0C14 5 11 8 8 10L0 11"))
    figure.panel(symmetric("M0 -9.6C6.6 -9.6 10.8 -5 10.4 1C10 6 5.4 10.4 0 12"), inside=True)
    figure.creases(11.4, -8, 12.8, 3, width=1.6, deep=0.12)


def hood_edges(figure: Figure) -> None:
    """The hood's front edges meeting below the chin."""
    figure.pair("M10.6 -2C12.4 0 13 3 12 5.4C9 9 4.4 12 -0.6 13.4L-0.6 9.6C4 8 8.8 4 10.6 -2Z", outline=1.1)


def toggles(figure: Figure, top: float, bottom: float) -> None:
    """Four horn toggles down the front."""
    for k in range(4):
        x, y = figure.point(0, top + (bottom - top) * k / 3)
        toggle(figure.canvas, x, y, max(20.0, figure.size(9)))


def belt(figure: Figure, half: float, v: float, *, tied: bool) -> None:
    """A cloth belt, knotted with hanging ends or buckled."""
    figure.panel(symmetric(f"M0 {v - 1.6}C{half * 0.5} {v - 1.6} {half * 0.8} {v - 2.2} {half + 0.5} {v - 2.8}L{half + 0.5} {v + 1.8}C{half * 0.8} {v + 2.4} {half * 0.5} {v + 3} 0 {v + 3}"), shade=0.97)
    if not tied:
        x, y = figure.point(2, v + 0.6)
        buckle(figure.canvas, x, y, figure.size(6), figure.size(6.4))
        return
    figure.panel(f"M1 {v}C3 {v + 10} 2 {v + 20} 5 {v + 30}L9.6 {v + 28.6}C6.6 {v + 18} 7 {v + 10} 4 {v}Z", shade=1.02)
    figure.panel(f"M1 {v}C0 {v + 10} -4 {v + 18} -4 {v + 25}L0.4 {v + 25.6}C0.6 {v + 18} 4 {v + 10} 4 {v}Z", shade=1.05)
    figure.panel(f"M-1.4 {v - 2.6}C0.6 {v - 3.4} 3.6 {v - 3.2} 5.4 {v - 2}C6 {v} 5.8 {v + 2.4} 4.8 {v + 4}C2.6 {v + 4.6} 0 {v + 4.4} -1.2 {v + 3.4}C-2 {v + 1} -2 {v - 1} -1.4 {v - 2.6}Z", shade=1.06)


# -- coats ----------------------------------------------------------------------------------------------------------------


def trench(figure: Figure, cut: Cut) -> None:
    """Storm flap, epaulettes, two rows of buttons, a buckled belt, wide collar."""
    low = cut.length + cut.sag
    drape(figure, cut.waist, 46, cut.half, cut.length, 2, sag=cut.sag, deep=0.12)
    figure.line(f"M6 {cut.drop}L6.6 {low - 0.4}", width=1.4, opacity=0.95)
    figure.canvas.fold(figure.path(f"M7 {cut.drop}L7.6 {low}"), width=7)
    figure.panel(f"M{cut.neck + 1} 1.2C{cut.neck + 5} 2 {cut.shoulder - 1} {cut.slope - 0.4} {cut.shoulder - 0.2} {cut.slope + 0.4}L{cut.shoulder - 1} 18C15 22 10 24 5 24.6L2 20Z", outline=1.0)
    notch_lapels(figure, cut, tip=14, at=13.6, cross=-3.6)
    figure.pair(f"M{cut.neck + 4} 0.6L{cut.shoulder + 0.6} {cut.slope - 1}L{cut.shoulder + 0.2} {cut.slope + 2.6}L{cut.neck + 4} 3.6L{cut.neck + 2.6} 2Z", outline=0.9, shade=1.05)
    belt(figure, cut.waist, 43, tied=False)
    welt(figure, 12, 56, 7.6, flap=False)
    for u in (-6.4, 6.4):
        button_row(figure, u, 29, 37, 2, kind=button_kind(figure), r=1.1)
        button_row(figure, u, 53, 64, 2, kind=button_kind(figure), r=1.1)


def wrap_coat(figure: Figure, cut: Cut) -> None:
    """A deep shawl collar and a tied belt."""
    n, d, low = cut.neck, cut.drop, cut.length + cut.sag
    figure.line(f"M5 {d}C7 {d + 20} 7 {low - 20} 7 {low - 0.4}", width=1.4, opacity=0.95)
    figure.canvas.fold(figure.path(f"M6 {d}C8 {d + 20} 8 {low - 20} 8 {low}"), width=8)
    figure.panel(symmetric(f"M0 -3.4C{n * 0.5} -3.4 {n * 0.8} -3.2 {n - 0.4} -2.4L{n - 1} 3L0 3.6"), inside=True, outline=0.9)
    figure.pair(f"M{n - 2} -3C{n + 2.4} -2.6 {n + 4} 2 {n + 5.4} 7C{n + 7.6} 16 9 {d * 0.7} 0 {d}C3 {d * 0.74} {n - 4} {d * 0.4} {n - 3} 6C{n - 3.2} 3 {n - 2.8} 0 {n - 2} -3Z", shade=1.04)
    patch_pocket(figure, 9.6, 58, 11, 14)
    belt(figure, cut.waist + 0.6, 43, tied=True)


def duffle(figure: Figure, cut: Cut) -> None:
    """A hood, a shoulder yoke, toggles and patch pockets."""
    low = cut.length + cut.sag
    figure.line(f"M3 12L3 {low - 0.4}", width=1.4, opacity=0.95)
    figure.canvas.fold(figure.path(f"M4 12L4 {low}"), width=7)
    figure.lines(f"M{cut.shoulder - 0.6} 17C12 20 6 20.6 0 20.8", width=1.1)
    figure.stitch(f"M{cut.shoulder - 0.6} 16C12 19 6 19.6 0 19.8")
    hood_edges(figure)
    toggles(figure, 24, cut.length * 0.72)
    patch_pocket(figure, 8.6, cut.length * 0.62, 12, cut.length * 0.18, flap=True)


def military(figure: Figure, cut: Cut) -> None:
    """A stand collar, braid, two rows of gold buttons and epaulettes over a flared skirt."""
    n, w, low = cut.neck, cut.waist, cut.length + cut.sag
    drape(figure, w, 44, cut.half, cut.length, 3, sag=cut.sag)
    gold = "#d9ac4a"
    figure.line(f"M0 4L0 {low - 0.4}", width=1.3, opacity=0.9)
    figure.lines(f"M{cut.shoulder - 2} 14C14 22 11 32 9.4 42C12 60 16 84 18 {low - 4}", width=1.1)
    figure.panel(symmetric(f"M0 4.6C{n * 0.4} 4.6 {n * 0.85} 2.8 {n + 0.4} 0.4L{n - 1} -5C{n * 0.5} -3.8 {n * 0.3} -3.4 0 -3.2"), shade=0.94)
    figure.canvas.raw(f'<path d="{figure.path(f"M-{n - 1} -4.6C-{n * 0.5} -3.2 {-n * 0.3} -2.8 0 -2.6C{n * 0.3} -2.8 {n * 0.5} -3.2 {n - 1} -4.6")}" fill="none" stroke="{gold}" stroke-width="1.8"/>')
    for k in range(5):
        v = 12 + 6.4 * k
        u = 10.4 - 0.9 * k
        braid = figure.path(f"M{-u} {v}Q0 {v + 1.4} {u} {v}")
        for ink, width in (("#6f4a12", 3.0), (gold, 2.0)):
            figure.canvas.raw(f'<path d="{braid}" fill="none" stroke="{ink}" stroke-width="{width}"/>')
        for sign in (-1, 1):
            button_row(figure, sign * u, v, v, 1, kind="gold", r=1.15)
    figure.pair(f"M{n + 4} 0.4L{cut.shoulder + 1} {cut.slope - 1.2}L{cut.shoulder + 1} {cut.slope + 2.8}L{n + 4} 3.8Z", outline=0.9, colour=1)
    for sign in (-1, 1):
        (x0, y0), (x1, y1) = figure.point(sign * (cut.shoulder - 0.4), cut.slope + 0.4), figure.point(sign * (cut.shoulder + 2.6), cut.slope + 2.6)
        for k in range(7):
            x, y = x0 + (x1 - x0) * k / 6, y0 + (y1 - y0) * k / 6
            figure.canvas.raw(f'<path d="M{x:.1f} {y:.1f}l{sign * 0.8} 7" stroke="{gold}" stroke-width="1.5" stroke-linecap="round"/>')
    welt(figure, 9.6, 54, 9)


def teddy(figure: Figure, cut: Cut) -> None:
    """A cocoon with a big soft collar, big buttons and slanting pockets."""
    low = cut.length + cut.sag
    figure.line(f"M3 {cut.drop}L3 {low - 0.4}", width=1.5, opacity=0.95)
    figure.canvas.fold(figure.path(f"M4.4 {cut.drop}L4.4 {low}"), width=8)
    notch_lapels(figure, cut, tip=15.5, at=15.5, cross=-1.4)
    figure.pair("M11 62L15.6 50L18.6 51.2L14 63Z", outline=1.0, shade=0.95)
    button_row(figure, -1, cut.drop + 4, cut.length * 0.72, 3, kind=button_kind(figure), r=1.7)


# -- puffers --------------------------------------------------------------------------------------------------------------


def quilted(figure: Figure, cut: Cut) -> None:
    """Sleeves and body filled with down: swollen rows between stitched seams."""
    sleeves(figure, cut, marks=lambda one, sign: quilt_sleeve(figure, cut, one, sign))
    rows = max(3, round((cut.length - 8) / 9.5))
    heights = [8 + (cut.length - 8) * k / rows for k in range(rows + 1)]
    figure.panel(symmetric(top_edge(cut) + swollen_side(cut, heights) + hem(cut.half, cut.length, cut.sag)))
    for v in heights[1:-1]:
        half = max(cut.bust, cut.half) + 2
        seam = f"M{-half} {v - 1.4}Q0 {v + 2.2} {half} {v - 1.4}"
        puckers = "".join(
            f"M{u} {v + 1.6 - 0.004 * u * u}L{u + 0.4} {v + 4.2}M{u + 2} {v + 1 - 0.004 * u * u}L{u + 1.6} {v - 1.8}" for u in range(-18, 20, 5)
        )
        _swell(figure, seam, 3.4)
        figure.canvas.fold(figure.path(puckers), width=1.6, opacity=0.18)


def swollen_side(cut: Cut, heights: list[float]) -> str:
    """The side seam from the underarm, bulging between the quilting seams."""
    out, at = "", cut.underarm
    for v in [h for h in heights if h > cut.underarm + 3]:
        share = (v - cut.underarm) / (cut.length - cut.underarm)
        half = cut.bust + (cut.half - cut.bust) * share - max(0.0, 1 - abs(v - cut.waist_at) / 18) * (cut.bust - cut.waist) * 0.6
        out += f"Q{half + 2.6} {(at + v) / 2} {half} {v}"
        at = v
    return out


def quilt_sleeve(figure: Figure, cut: Cut, one: Arm, sign: int) -> None:
    """Stitched rows across one sleeve."""
    (ou, ov), (iu, iv) = one.outer, one.inner
    for k in range(1, 6):
        t = k / 6
        a, b = cut.shoulder + 4 + (ou - cut.shoulder - 2) * t, cut.slope + (ov - cut.slope) * t
        c, d = cut.bust - 3 + (iu - cut.bust + 2) * t, cut.underarm - 4 + (iv - cut.underarm + 4) * t
        _swell(figure, moved(f"M{a} {b}Q{(a + c) / 2 + 0.6} {(b + d) / 2 + 2} {c} {d}", sign, 1, 0, 0), 2.6)


def _swell(figure: Figure, seam: str, width: float) -> None:
    """A quilting seam: shade above it, a swollen light below it, the stitched line."""
    figure.canvas.fold(figure.path(moved(seam, 1, 1, 0, -1.0)), width=figure.size(width), opacity=0.32)
    figure.canvas.gloss(figure.path(moved(seam, 1, 1, 0, 2.6)), width=figure.size(width * 0.8), opacity=0.34)
    figure.canvas.fold(figure.path(seam), width=1.8, opacity=0.85)


def down_collar(figure: Figure, cut: Cut) -> None:
    """A tall stuffed collar and a full zip."""
    n = cut.neck
    figure.panel(symmetric(f"M0 -5.8C{n * 0.5} -5.8 {n * 0.8} -5.4 {n - 0.6} -4.6L{n - 1.4} -2C{n * 0.5} -3 {n * 0.3} -3.4 0 -3.4"), inside=True, outline=0.9)
    figure.panel(symmetric(f"M0 -3.4C{n * 0.5} -3.4 {n * 0.8} -4 {n - 0.4} -4.8C{n + 1.8} -3 {n + 2.4} 0 {n + 1.6} 2.2C{n * 0.7} 5.4 {n * 0.3} 6 0 6"))
    figure.canvas.fold(figure.path(f"M-{n + 2} 0.4Q0 4 {n + 2} 0.4"), width=3, opacity=0.4)
    (x, y0), (_, y1) = figure.point(0, -3), figure.point(0, cut.length + cut.sag - 0.4)
    zip_line(figure.canvas, f"M{x} {y0:.1f}L{x} {y1:.1f}")


def puffer_cropped(figure: Figure, cut: Cut) -> None:
    """A zip to the chin and an elastic hem."""
    low = cut.length
    figure.panel(symmetric(f"M0 {low - 3}C8 {low - 3} 14 {low - 3.6} {cut.half + 0.6} {low - 4.4}L{cut.half - 0.2} {low}C14 {low + 1} 8 {low + 1.6} 0 {low + 1.6}"), shade=0.94)
    down_collar(figure, cut)


def puffer_long(figure: Figure, cut: Cut) -> None:
    """A zip, side pockets and a cinched waist."""
    down_collar(figure, cut)
    figure.pair("M10 60L13.6 48L15.8 48.8L12.4 61Z", outline=0.9, shade=0.92)
    belt(figure, cut.waist + 0.4, 42, tied=False)


def ski(figure: Figure, cut: Cut) -> None:
    """A yoke in the second colour, a hood, chest and side zips."""
    yoke = f"M0 2C4 2 {cut.neck} 1 {cut.neck + 0.4} 0.4C{cut.neck + 5} 1.6 {cut.shoulder - 1} {cut.slope - 0.6} {cut.shoulder} {cut.slope}C{cut.shoulder - 0.8} 10 {cut.shoulder - 0.8} 14 {cut.shoulder - 0.4} 17C12 21 6 22 0 22"
    figure.panel(symmetric(yoke), colour=1, shade=1.0 if len(figure.canvas.garment.colours) > 1 else 0.8)
    hood_edges(figure)
    (x, y0), (_, y1) = figure.point(0, 10), figure.point(0, cut.length + cut.sag - 0.4)
    zip_line(figure.canvas, f"M{x} {y0:.1f}L{x} {y1:.1f}")
    for a, b, c, d in ((7, 27, 13, 25), (9, 54, 14, 44), (-9, 54, -14, 44)):
        (p, q), (r, s) = figure.point(a, min(b, cut.length - 6)), figure.point(c, min(d, cut.length - 12))
        zip_line(figure.canvas, f"M{p:.1f} {q:.1f}L{r:.1f} {s:.1f}", width=2.8)


# -- raincoats ------------------------------------------------------------------------------------------------------------


def hooded(figure: Figure, cut: Cut) -> None:
    """A storm placket with snaps, flapped pockets and the hood's edges."""
    low = cut.length + cut.sag
    drape(figure, cut.waist, 44, cut.half, cut.length, 2, sag=cut.sag, deep=0.1)
    figure.panel(f"M-2.6 12L2.6 12L2.6 {low - 0.3}L-2.6 {low - 0.3}Z", outline=0.9, shade=1.03)
    button_row(figure, 0, 17, cut.length - 8, 6, kind="gold" if "gold buttons" in figure.canvas.garment.trims else "silver", r=0.9)
    hood_edges(figure)
    patch_pocket(figure, 9, cut.length * 0.6, 12, 13, flap=True)
    figure.canvas.gloss(figure.path(f"M-13 30C-15 50 -16 66 -19 {cut.length - 4}"), width=8, opacity=0.2)


def cape(canvas: Canvas) -> None:
    """Draw a rain cape: a bell from the shoulders with arm slits."""
    cut = cut_to(canvas.garment.details, CUTS["raincoat"]["cape"])
    low, half = cut.length, cut.half
    figure = Figure(canvas, half + 2, -6, low + cut.sag + 3)
    back_neck(figure, cut)
    body = f"M0 {cut.drop}C4 {cut.drop} {cut.neck} 5 {cut.neck} 0C{cut.neck + 8} 1.6 {cut.shoulder + 2} 5 {cut.shoulder + 5} 14C{cut.shoulder + 12} 36 {half - 6} {low - 26} {half} {low - 4}C{half * 0.66} {low + 1} {half * 0.3} {low + 4} 0 {low + 4}"
    figure.panel(symmetric(body))
    drape(figure, 14, 14, half, low - 4, 3, sag=8, reach=1.0)
    figure.pair(f"M{cut.shoulder - 3} 40C{cut.shoulder - 1} 46 {cut.shoulder + 1} 54 {cut.shoulder + 2} 60L{cut.shoulder - 1} 61C{cut.shoulder - 3} 54 {cut.shoulder - 4.6} 46 {cut.shoulder - 3} 40Z", inside=True, outline=1.0)
    figure.line(f"M0 {cut.drop}L0 {low + 3.6}", width=1.4, opacity=0.95)
    button_row(figure, 0, cut.drop + 4, low * 0.7, 5, kind="gold" if "gold buttons" in canvas.garment.trims else "cloth", r=1.3)
    shirt_collar(figure, cut, spread=8.5)
    fields = ((12.0, 30.0), (-18.0, low * 0.72), (20.0, low * 0.8), (-11.0, 34.0), (-6.0, low - 6))
    seams = tuple(f"M{s * (cut.shoulder + 4)} 14C{s * (cut.shoulder + 10)} 36 {s * (half - 8)} {low - 26} {s * (half - 2)} {low - 6}" for s in (-1, 1))
    adorn(figure, Spots(((-half + 1, low - 3.6, half - 1, low - 3.6, 7.4),), ((-8.0, 5.0, 8.0, 5.0, 3.0),), fields, (14.0, low - 10), seams, (24.0, 40.0)), skip=("gold buttons", "toggles"))
    if "toggles" in canvas.garment.trims:
        toggles(figure, 16, low * 0.66)
    if "hood fur" in canvas.garment.trims:
        fur_edge(canvas, figure.path("M-2 10C-8 9 -12 4 -9.2 -3C-5 -6 5 -6 9.2 -3C12 4 8 9 2 10"), figure.size(6))


def raincoat(canvas: Canvas) -> None:
    """Draw a raincoat."""
    if canvas.garment.silhouette == "cape":
        cape(canvas)
    else:
        outerwear(canvas)


# -- kimonos --------------------------------------------------------------------------------------------------------------


def kimono(canvas: Canvas) -> None:
    """Draw a kimono or a poncho."""
    name = canvas.garment.silhouette
    low = CUTS["kimono"][name].length * LENGTHS[canvas.garment.details.get("length", "regular")]
    if name == "poncho":
        poncho(canvas, low)
        return
    wide = {"wide": 30.0, "narrow": 20.0}[canvas.garment.details.get("sleeve", "wide")]
    tip, half = 46.0, 23.0 if name == "fringed" else 21.0
    figure = Figure(canvas, tip + 3, -3, max(low + (11 if name == "fringed" else 2), 12 + wide))
    band = {"colour": 1} if len(canvas.garment.colours) > 1 else {"shade": 0.82, "pattern": "plain"}
    figure.panel(symmetric(f"M0 2C4 2 6 1.4 8 0L10 {low - 2}L0 {low - 1}"), inside=True)
    for sign in (-1, 1):
        turn = sign * -9.0
        mouth = f"M{tip} 12Q{tip + 2.4} {12 + wide / 2} {tip - 3.4} {12 + wide}Q{tip - 3} {12 + wide / 2} {tip} 12Z"
        sleeve = f"M16 2.6L{tip} 11.4Q{tip - 1.2} {12 + wide / 2} {tip - 4} {12 + wide}L{half - 1} {14 + wide * 0.82}L{half - 4} 20Z"
        figure.panel(moved(mouth, sign, 1, 0, 0), inside=True)
        figure.panel(moved(sleeve, sign, 1, 0, 0), grain=turn)
        figure.crease(sign * (half + 1), 22, sign * (tip - 9), 10 + wide, width=3, deep=0.12)
        figure.crease(sign * (half + 1), 24, sign * (tip - 18), 12 + wide, width=2.6, deep=0.12)
        front = f"M8 0C12 0.6 16 1.6 18 3.2C19.4 12 {half - 2} 18 {half - 1.6} 24C{half - 1} 44 {half} {low - 20} {half + 1} {low}Q{half * 0.5} {low + 1.6} 3 {low + 1}C3.4 {low * 0.6} 4 {low * 0.3} 8 0Z"
        figure.panel(moved(front, sign, 1, 0, 0))
        figure.crease(sign * 15, 26, sign * (half - 5), low, width=2.8, deep=0.13)
        figure.crease(sign * 9, 34, sign * (half - 13), low, width=2.4, deep=0.13)
        edge = f"M6 -0.6L9.4 0C6.6 {low * 0.3} 5.8 {low * 0.6} 5.6 {low + 1}L2.4 {low + 1}C2.6 {low * 0.6} 2.4 {low * 0.3} 6 -0.6Z"
        figure.panel(moved(edge, sign, 1, 0, 0), **band)
        if name == "fringed":
            (x0, y0), (x1, y1) = figure.point(sign * 2.6, low + 0.8), figure.point(sign * half, low)
            fringe(canvas, x0, y0, x1, y1, figure.size(10))
            (x0, y0), (x1, y1) = figure.point(sign * half, 13 + wide * 0.84), figure.point(sign * (tip - 4), 11.6 + wide)
            fringe(canvas, x0, y0, x1, y1, figure.size(7))
        else:
            cuff = f"M{tip - 2.6} 11L{tip} 11.6Q{tip - 1.2} {12 + wide / 2} {tip - 4} {12 + wide}L{tip - 6.6} {12.4 + wide}Q{tip - 4} {12 + wide / 2} {tip - 2.6} 11Z"
            figure.panel(moved(cuff, sign, 1, 0, 0), **band)
    if name == "short":
        belt(figure, half - 1.2, 40, tied=True)
    seams = tuple(f"M{s * 12} 1.6L{s * tip} 11.6" for s in (-1, 1))
    fields = ((14.0, 24.0), (-14.0, low * 0.62), (14.0, low * 0.78), (-15.0, 26.0), (-33.0, 22.0))
    hems = ((3.0, low + 0.6, half, low, 0.6), (-half, low, -3.0, low + 0.6, 0.6))
    adorn(figure, Spots(hems, (), fields, (14.0, low * 0.7), seams, (half - 2, 40.0)))


def poncho(canvas: Canvas, low: float) -> None:
    """A blanket with a slit for the head, falling to a point, fringed all round."""
    narrow = canvas.garment.details.get("sleeve") == "narrow"
    half, side = (40.0, low * 0.66) if narrow else (50.0, low * 0.6)
    figure = Figure(canvas, half + 3, -4, low + 12)
    figure.panel(symmetric("M0 1.6C4 1.6 6 1 8 -0.6L9 8L0 18"), inside=True)
    body = f"M0 16C3 10 7 4 8 -0.6C14 1 20 4 24 10C32 22 {half - 5} {side - 12} {half} {side}L{half - 9} {side + 5}C{half * 0.5} {low - 8} 10 {low - 1} 0 {low}"
    for sign in (-1, 1):
        (x0, y0), (x1, y1) = figure.point(0, low - 0.6), figure.point(sign * half, side - 0.6)
        fringe(canvas, x0, y0, x1, y1, figure.size(9), figure.size(low * 0.035))
    figure.panel(symmetric(body))
    for u0, v0, u1, v1 in ((3, 18, 4, low - 4), (8, 10, 16, low - 9), (14, 6, 28, side + 8), (20, 8, 38, side + 3)):
        figure.creases(u0, v0, u1, v1, width=3.0, deep=0.13)
    band = {"colour": 1} if len(canvas.garment.colours) > 1 else {"shade": 0.82, "pattern": "plain"}
    figure.pair("M0 18.6C4 12 8.6 5 9.6 -0.4L6.8 -1C6 4 3 9 0 14.6Z", outline=1.0, **band)
    fields = ((14.0, 22.0), (-15.0, 34.0), (17.0, 42.0), (-10.0, low * 0.72), (8.0, low * 0.78))
    hems = ((0.0, low, half - 4, side + 3, 2.0), (-half + 4, side + 3, 0.0, low, 2.0))
    adorn(figure, Spots(hems, (), fields, (20.0, low * 0.7), (f"M10 1C18 3 30 20 {half - 1} {side - 2}", f"M-10 1C-18 3 -30 20 {1 - half} {side - 2}"), (26.0, 34.0)))


FRONTS = {
    "trench": trench, "wrap": wrap_coat, "duffle": duffle, "military": military, "teddy": teddy, "cropped": puffer_cropped,
    "long": puffer_long, "ski": ski, "hooded": hooded,
}  # fmt: skip
BUTTONED = ("trench", "teddy", "hooded")  # their own buttons turn gold
DRAWERS = {"coat": outerwear, "puffer": outerwear, "raincoat": raincoat, "kimono": kimono}
_CLOTH = ("fringe", "studs", "spikes", "chains", "pearls", "embroidery", "shearling lining", "contrast piping", "side stripe", "patches", "sequins", "buckles", "safety pins", "rosettes", "crest", "hearts", "butterflies", "feathers", "bows", "tassels", "pompoms", "zips", "ruffles")
TRIMS_SHOWN = {
    "coat": _CLOTH + ("toggles", "hood fur", "gold buttons"),
    "puffer": tuple(t for t in _CLOTH if t not in ("zips", "tassels", "feathers", "ruffles", "fringe", "rosettes")) + ("toggles", "hood fur"),
    "raincoat": tuple(t for t in _CLOTH if t not in ("feathers", "tassels", "rosettes")) + ("toggles", "hood fur", "gold buttons"),
    "kimono": ("fringe", "tassels", "embroidery", "contrast piping", "sequins", "rosettes", "butterflies", "hearts", "feathers", "pompoms", "lace trim", "ruffles", "patches", "pearls", "studs"),
}  # fmt: skip
_DETAILS = {"sleeve": ("long", "bell", "short", "sleeveless"), "length": tuple(LENGTHS)}
DETAILS = {"coat": _DETAILS, "puffer": {"length": tuple(LENGTHS), "sleeve": ("long", "sleeveless")}, "raincoat": {"length": tuple(LENGTHS)}, "kimono": {"length": tuple(LENGTHS), "sleeve": ("wide", "narrow")}}
