"""Down-filled coats: quilting that swells, and what closes them."""

from artwork.atelier.bodice import Cut, top_edge
from artwork.atelier.coat_parts import belt, front_zip, hood_edges
from artwork.atelier.figure import Figure, hem
from artwork.atelier.geometry import moved, symmetric
from artwork.atelier.sleeves import Arm, sleeves
from artwork.atelier.trim import zip_line


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
            f"M{u} {v + 1.6 - 0.004 * u * u}L{u + 0.4} {v + 4.2}M{u + 2} {v + 1 - 0.004 * u * u}L{u + 1.6} {v - 1.8}"
            for u in range(-18, 20, 5)
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
    figure.panel(
        symmetric(f"M0 -5.8C{n * 0.5} -5.8 {n * 0.8} -5.4 {n - 0.6} -4.6L{n - 1.4} -2C{n * 0.5} -3 {n * 0.3} -3.4 0 -3.4"),
        inside=True,
        outline=0.9,
    )
    figure.panel(
        symmetric(
            f"M0 -3.4C{n * 0.5} -3.4 {n * 0.8} -4 {n - 0.4} -4.8C{n + 1.8} -3 {n + 2.4} 0 {n + 1.6} 2.2C{n * 0.7} 5.4 {n * 0.3}"
            " 6 0 6"
        )
    )
    figure.canvas.fold(figure.path(f"M-{n + 2} 0.4Q0 4 {n + 2} 0.4"), width=3, opacity=0.4)
    front_zip(figure, -3, cut.length + cut.sag - 0.4)


def puffer_cropped(figure: Figure, cut: Cut) -> None:
    """A zip to the chin and an elastic hem."""
    low = cut.length
    figure.panel(
        symmetric(
            f"M0 {low - 3}C8 {low - 3} 14 {low - 3.6} {cut.half + 0.6} {low - 4.4}L{cut.half - 0.2} {low}C14 {low + 1} 8"
            f" {low + 1.6} 0 {low + 1.6}"
        ),
        shade=0.94,
    )
    down_collar(figure, cut)


def puffer_long(figure: Figure, cut: Cut) -> None:
    """A zip, side pockets and a cinched waist."""
    down_collar(figure, cut)
    figure.pair("M10 60L13.6 48L15.8 48.8L12.4 61Z", outline=0.9, shade=0.92)
    belt(figure, cut.waist + 0.4, 42, tied=False)


def ski(figure: Figure, cut: Cut) -> None:
    """A yoke in the second colour, a hood, chest and side zips."""
    yoke = (
        f"M0 2C4 2 {cut.neck} 1 {cut.neck + 0.4} 0.4C{cut.neck + 5} 1.6 {cut.shoulder - 1} {cut.slope - 0.6} {cut.shoulder}"
        f" {cut.slope}C{cut.shoulder - 0.8} 10 {cut.shoulder - 0.8} 14 {cut.shoulder - 0.4} 17C12 21 6 22 0 22"
    )
    figure.panel(symmetric(yoke), colour=1, shade=1.0 if len(figure.canvas.garment.colours) > 1 else 0.8)
    hood_edges(figure)
    front_zip(figure, 10, cut.length + cut.sag - 0.4)
    for a, b, c, d in ((7, 27, 13, 25), (9, 54, 14, 44), (-9, 54, -14, 44)):
        (p, q), (r, s) = figure.point(a, min(b, cut.length - 6)), figure.point(c, min(d, cut.length - 12))
        zip_line(figure.canvas, f"M{p:.1f} {q:.1f}L{r:.1f} {s:.1f}", width=2.8)
