"""Waistcoats: tailored, shearling, crochet."""

from dataclasses import replace

from artwork.atelier.bodice import Cut, button_kind, button_row, front_folds, patch_pocket, side, top_edge
from artwork.atelier.coat_parts import breast_welt, welt
from artwork.atelier.figure import Figure
from artwork.atelier.geometry import moved, symmetric
from artwork.atelier.trim import chain, fringe, fur_edge


def pointed_fronts(figure: Figure, cut: Cut) -> None:
    """The body of a suit waistcoat, its fronts ending in two points."""
    low = cut.length
    half = (
        top_edge(cut)
        + side(replace(cut, length=low - 5))
        + f"C{cut.half * 0.8} {low - 4} {cut.half * 0.6} {low - 1} 6 {low + 2.6}L0 {low - 3.4}"
    )
    figure.panel(symmetric(half))
    front_folds(figure, replace(cut, length=low - 6))


def waistcoat(figure: Figure, cut: Cut) -> None:
    """Buttons, four welts and darts."""
    low = cut.length
    figure.line(f"M0 {cut.drop}L0 {low - 3.4}", width=1.3, opacity=0.95)
    figure.lines(f"M{cut.bust * 0.5} 28C{cut.waist * 0.56} 34 {cut.waist * 0.54} 42 {cut.half * 0.5} {low - 4}", width=1.0)
    welt(figure, 5.4, low - 13, 8, flap=False)
    breast_welt(figure, 6.0, cut.drop - 2)
    figure.lines(
        f"M{cut.neck} 0.6C{cut.neck * 0.9} {cut.drop * 0.4} {cut.neck * 0.4} {cut.drop * 0.8} 0.8 {cut.drop + 0.6}",
        width=1.0,
        dash="2.6 1.7",
    )
    button_row(figure, 0, cut.drop + 1.8, low - 7, 5, kind=button_kind(figure), r=0.9)
    if "chains" in figure.canvas.garment.trims:
        chain(
            figure.canvas,
            [figure.point(u, v) for u, v in ((0, low - 14), (3, low - 9.6), (6.4, low - 9.8), (9, low - 12.6))],
            2.8,
        )


def open_fronts(figure: Figure, cut: Cut) -> None:
    """Two fronts hanging open over the lining of the back."""
    low, n = cut.length, cut.neck
    figure.panel(symmetric(f"M0 2.6C{n * 0.5} 2.6 {n * 0.85} 1.8 {n} 0L{n + 3} {low - 3}L0 {low - 2}"), inside=True, outline=0.9)
    over = top_edge(cut).split("C", 2)[2]
    front = (
        f"M3.4 {low + 1.4}C3.6 {low * 0.6} 3.4 {low * 0.4} 5 {low * 0.25}C6 12 {n - 0.4} 5 {n}"
        f" 0C{over}{side(cut)}Q{cut.half * 0.5} {low + 1.6} 3.4 {low + 1.4}Z"
    )
    for sign in (-1, 1):
        figure.panel(moved(front, sign, 1, 0, 0))
        figure.crease(sign * cut.waist * 0.8, 38, sign * cut.half * 0.7, low, width=2.4, deep=0.12)
        figure.crease(sign * cut.bust * 0.96, cut.underarm + 1, sign * cut.bust * 0.6, cut.underarm + 6, width=1.6, deep=0.12)


def shearling(figure: Figure, cut: Cut) -> None:
    """Fleece rolling out of every edge."""
    low, n, s, y = cut.length, cut.neck, cut.shoulder, cut.slope
    width = figure.size(4.0)
    figure.stitch(f"M11 26C10.4 36 10.4 48 10.8 {low - 3}")
    patch_pocket(figure, 8, low - 20, 9, 10)
    armhole = f"M{s - 0.3} {y + 1}C{s - 2.4} {y + 6} {s - 2.2} {cut.underarm - 5} {cut.bust - 0.4} {cut.underarm}"
    front = (
        f"M{cut.half - 0.6} {low}Q{cut.half * 0.5} {low + 1.6} 3.6 {low + 1.2}C3.6 {low * 0.6} 3.4 {low * 0.4} 5"
        f" {low * 0.25}C6 12 {n - 0.4} 5 {n} 0C{n - 1} -2 4 -2.6 0 -2.8"
    )
    for sign in (-1, 1):
        for edge, roll in ((armhole, width * 0.8), (front, width)):
            fur_edge(figure.canvas, figure.path(moved(edge, sign, 1, 0, 0)), roll)


def crochet_vest(figure: Figure, cut: Cut) -> None:
    """Openwork bands, a scalloped edge, ties and a fringe."""
    low = cut.length
    for v in (26.0, 38.0, 50.0, 62.0):
        if v < low - 4:
            figure.lines(f"M4 {v}L{cut.waist + 0.6} {v - 0.6}", width=figure.size(1.0), tone=0.3, opacity=0.8, dash="0.1 4")
            figure.lines(f"M4 {v + 2}L{cut.waist + 0.6} {v + 1.4}", width=1.1, tone=-0.4, opacity=0.7)
    for sign in (-1, 1):
        edge = figure.path(
            moved(
                f"M3.4 {low}C3.6 {low * 0.6} 3.4 {low * 0.4} 5 {low * 0.25}C6 12 {cut.neck - 0.4} 5 {cut.neck} 0", sign, 1, 0, 0
            )
        )
        figure.canvas.raw(
            f'<path d="{edge}" fill="none" stroke="{figure.canvas.colours.second}" stroke-width="{figure.size(1.5):.1f}"'
            f' stroke-linecap="round" stroke-dasharray="0.1 {figure.size(1.5):.1f}"/>'
        )
        (x0, y0), (x1, y1) = figure.point(sign * 3.6, low + 0.8), figure.point(sign * (cut.half - 0.4), low)
        fringe(figure.canvas, x0, y0, x1, y1, figure.size(9), figure.size(0.6))
    figure.lines("M4.2 30C3 36 2.6 42 2.8 50", width=2.2, tone=0.3, opacity=1)
