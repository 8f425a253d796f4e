"""Kimonos and ponchos."""

from artwork.atelier.adorn import Spots, adorn
from artwork.atelier.canvas import Canvas
from artwork.atelier.coat_parts import belt
from artwork.atelier.figure import Figure
from artwork.atelier.fitting import LENGTHS, contrast
from artwork.atelier.geometry import moved, symmetric
from artwork.atelier.trim import fringe

USUAL = {"fringed": 86.0, "short": 66.0, "poncho": 72.0}  # lengths in centimetres


def kimono(canvas: Canvas) -> None:
    """Draw a kimono or a poncho."""
    name = canvas.garment.silhouette
    low = USUAL[name] * LENGTHS[canvas.garment.details.get("length", "regular")]
    if name == "poncho":
        poncho(canvas, low)
        return
    wide = {"wide": 30.0, "narrow": 20.0}[canvas.garment.details.get("sleeve", "wide")]
    tip, half = 46.0, 23.0 if name == "fringed" else 21.0
    figure = Figure(canvas, tip + 3, -3, max(low + (11 if name == "fringed" else 2), 12 + wide))
    band = contrast(canvas.garment, shade=0.82, pattern="plain")
    figure.panel(symmetric(f"M0 2C4 2 6 1.4 8 0L10 {low - 2}L0 {low - 1}"), inside=True)
    for sign in (-1, 1):
        turn = sign * -9.0
        mouth = f"M{tip} 12Q{tip + 2.4} {12 + wide / 2} {tip - 3.4} {12 + wide}Q{tip - 3} {12 + wide / 2} {tip} 12Z"
        sleeve = (
            f"M16 2.6L{tip} 11.4Q{tip - 1.2} {12 + wide / 2} {tip - 4} {12 + wide}L{half - 1} {14 + wide * 0.82}L{half - 4} 20Z"
        )
        figure.panel(moved(mouth, sign, 1, 0, 0), inside=True)
        figure.panel(moved(sleeve, sign, 1, 0, 0), grain=turn)
        figure.crease(sign * (half + 1), 22, sign * (tip - 9), 10 + wide, width=3, deep=0.12)
        figure.crease(sign * (half + 1), 24, sign * (tip - 18), 12 + wide, width=2.6, deep=0.12)
        front = (
            f"M8 0C12 0.6 16 1.6 18 3.2C19.4 12 {half - 2} 18 {half - 1.6} 24C{half - 1} 44 {half} {low - 20} {half + 1}"
            f" {low}Q{half * 0.5} {low + 1.6} 3 {low + 1}C3.4 {low * 0.6} 4 {low * 0.3} 8 0Z"
        )
        figure.panel(moved(front, sign, 1, 0, 0))
        figure.crease(sign * 15, 26, sign * (half - 5), low, width=2.8, deep=0.13)
        figure.crease(sign * 9, 34, sign * (half - 13), low, width=2.4, deep=0.13)
        edge = (
            f"M6 -0.6L9.4 0C6.6 {low * 0.3} 5.8 {low * 0.6} 5.6 {low + 1}L2.4 {low + 1}C2.6 {low * 0.6} 2.4 {low * 0.3} 6 -0.6Z"
        )
        figure.panel(moved(edge, sign, 1, 0, 0), **band)
        if name == "fringed":
            (x0, y0), (x1, y1) = figure.point(sign * 2.6, low + 0.8), figure.point(sign * half, low)
            fringe(canvas, x0, y0, x1, y1, figure.size(10))
            (x0, y0), (x1, y1) = figure.point(sign * half, 13 + wide * 0.84), figure.point(sign * (tip - 4), 11.6 + wide)
            fringe(canvas, x0, y0, x1, y1, figure.size(7))
        else:
            cuff = (
                f"M{tip - 2.6} 11L{tip} 11.6Q{tip - 1.2} {12 + wide / 2} {tip - 4} {12 + wide}L{tip - 6.6}"
                f" {12.4 + wide}Q{tip - 4} {12 + wide / 2} {tip - 2.6} 11Z"
            )
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
    body = (
        f"M0 16C3 10 7 4 8 -0.6C14 1 20 4 24 10C32 22 {half - 5} {side - 12} {half} {side}L{half - 9} {side + 5}C{half * 0.5}"
        f" {low - 8} 10 {low - 1} 0 {low}"
    )
    for sign in (-1, 1):
        (x0, y0), (x1, y1) = figure.point(0, low - 0.6), figure.point(sign * half, side - 0.6)
        fringe(canvas, x0, y0, x1, y1, figure.size(9), figure.size(low * 0.035))
    figure.panel(symmetric(body))
    for u0, v0, u1, v1 in ((3, 18, 4, low - 4), (8, 10, 16, low - 9), (14, 6, 28, side + 8), (20, 8, 38, side + 3)):
        figure.creases(u0, v0, u1, v1, width=3.0, deep=0.13)
    band = contrast(canvas.garment, shade=0.82, pattern="plain")
    figure.pair("M0 18.6C4 12 8.6 5 9.6 -0.4L6.8 -1C6 4 3 9 0 14.6Z", outline=1.0, **band)
    fields = ((14.0, 22.0), (-15.0, 34.0), (17.0, 42.0), (-10.0, low * 0.72), (8.0, low * 0.78))
    hems = ((0.0, low, half - 4, side + 3, 2.0), (-half + 4, side + 3, 0.0, low, 2.0))
    adorn(
        figure,
        Spots(
            hems,
            (),
            fields,
            (20.0, low * 0.7),
            (f"M10 1C18 3 30 20 {half - 1} {side - 2}", f"M-10 1C-18 3 -30 20 {1 - half} {side - 2}"),
            (26.0, 34.0),
        ),
    )


DRAWERS = {"kimono": kimono}
_TRIMS = (
    "fringe", "tassels", "embroidery", "contrast piping", "sequins", "rosettes", "butterflies", "hearts", "feathers",
    "pompoms", "lace trim", "ruffles", "patches", "pearls", "studs",
)  # fmt: skip
TRIMS_SHOWN = {"kimono": _TRIMS}
DETAILS = {"kimono": {"length": tuple(LENGTHS), "sleeve": ("wide", "narrow")}}
