"""Parts that outerwear shares: its fit, lapels, pockets, hoods, belts, zips, toggles."""

from dataclasses import replace

from artwork.atelier.adorn import Spots
from artwork.atelier.bodice import Cut, button_kind
from artwork.atelier.figure import Figure
from artwork.atelier.fitting import cut_to, top_spots
from artwork.atelier.geometry import moved, symmetric
from artwork.atelier.sleeves import arm
from artwork.atelier.trim import buckle, toggle, zip_line


def cut_coat(details: dict[str, str], base: Cut) -> Cut:
    """The cut that the details ask for; a shorter coat closes higher up."""
    cut = cut_to(details, base)
    return replace(cut, depth=base.depth * min(1.0, cut.length / base.length))


def sleeve_seams(cut: Cut) -> tuple[str, ...]:
    """Lines down the outside of both sleeves, for stripes and piping."""
    if cut.sleeve == "sleeveless":
        return ()
    ou, ov = arm(cut).outer
    one = f"M{cut.shoulder - 0.4} {cut.slope + 1.5}C{cut.shoulder + 4.4} {cut.slope + 14} {ou - 5} {ov - 20} {ou - 2.2} {ov - 1}"
    return one, moved(one, -1, 1, 0, 0)


def coat_spots(cut: Cut) -> Spots:
    """Where a coat or a jacket wears its trims: as a top does, and down the sleeves."""
    spots = top_spots(replace(cut, depth=min(cut.drop, 20)))
    return replace(spots, seams=spots.seams + sleeve_seams(cut))


def collar_stand(figure: Figure, n: float) -> None:
    """The inside of a collar's back, `n` the half-width of the neck."""
    figure.panel(
        symmetric(f"M0 -3.2C{n * 0.5} -3.2 {n * 0.8} -3 {n - 0.6} -2.2L{n - 1} 2C{n * 0.5} 3.4 {n * 0.3} 3.6 0 3.6"),
        inside=True,
        outline=0.9,
    )


def notch_lapels(
    figure: Figure, cut: Cut, *, tip: float = 11.0, at: float = 13.0, peak: bool = False, cross: float = 0.0, colour: int = 0
) -> None:
    """Collar and lapels rolling to the break point; `peak` points them up, `cross` moves the break over the centre."""
    n, d = cut.neck, cut.drop
    collar_stand(figure, n)
    rise = -3.4 if peak else 0.0
    for sign in (-1, 1):
        end = -cross if sign > 0 else cross * 0.2
        lapel = (
            f"M{n - 3.4} 4.4C{n - 4.4} {d * 0.4} 3.4 {d * 0.74} {end} {d}C{tip * 0.44} {d * 0.84} {tip * 0.86} {d * 0.6}"
            f" {tip + 1.6} {at + rise}L{tip - 2.6} {at - 1.4}L{n - 1} 5Z"
        )
        figure.panel(moved(lapel, sign, 1, 0, 0), colour=colour, shade=1.04, grain=-sign * 14.0)
        figure.canvas.gloss(
            figure.path(
                moved(
                    f"M{tip + 0.6} {at + rise + 0.6}C{tip * 0.8} {d * 0.6} {tip * 0.42} {d * 0.82} {end} {d - 0.6}", sign, 1, 0, 0
                )
            ),
            width=4,
            opacity=0.2,
        )
        leaf = (
            f"M{n - 2} -2.8C{n + 0.4} -2.4 {n + 1.8} -0.6 {n + 2} 1L{tip - 0.2} {at - 4.2}L{tip - 3} {at - 1.2}L{n - 2.6}"
            f" 6.6C{n - 3.4} 3 {n - 2.8} 0 {n - 2} -2.8Z"
        )
        figure.panel(moved(leaf, sign, 1, 0, 0), shade=1.02, grain=-sign * 20.0)


def front_edge(figure: Figure, cut: Cut, u: float = 1.4, curve: float = 7.0) -> None:
    """The overlapping front edge from the break point to the hem, curved away at the bottom."""
    low = cut.length + cut.sag
    path = (
        f"M{-u * 0.2} {cut.drop}C{u} {cut.drop + 4} {u} {low - 14} {u} {low - curve}Q{u} {low - 1} {u + curve * 0.5} {low - 0.4}"
    )
    figure.line(path, width=1.4, opacity=0.95)
    figure.canvas.shadow(
        figure.path(f"{path}L{u + curve * 0.5 + 2} {low}C{u + 2.4} {low - 14} {u + 2.4} {cut.drop + 8} {-u * 0.2} {cut.drop}Z"),
        opacity=0.16,
    )


def welt(figure: Figure, u: float, v: float, width: float, *, flap: bool = True, colour: int = 0) -> None:
    """A jetted pocket, with or without its flap, and its twin."""
    tall = 4.6 if flap else 1.6
    figure.pair(
        f"M{u} {v}L{u + width} {v - 0.8}L{u + width + 0.2} {v + tall - 1}Q{u + width * 0.5} {v + tall + 0.2} {u + 0.1}"
        f" {v + tall}Z",
        outline=0.9,
        shade=1.02,
        colour=colour,
    )


def breast_welt(figure: Figure, u: float = 8.0, v: float = 22.0) -> None:
    """A slanting welt on the wearer's left breast."""
    figure.panel(f"M{u} {v}L{u + 8} {v - 1.4}L{u + 8.2} {v + 0.8}L{u + 0.2} {v + 2.2}Z", outline=0.9, shade=1.03)


def cuff_buttons(figure: Figure, cut: Cut) -> None:
    """Three buttons at the back of each cuff."""
    if cut.sleeve != "long":
        return
    one = arm(cut)
    ou, ov = one.outer
    for sign in (-1, 1):
        for k in range(3):
            x, y = figure.point(sign * (ou - 1.9 - 0.5 * k), ov - 3 - 2.6 * k)
            figure.canvas.button(round(x, 1), round(y, 1), 1.9, kind=button_kind(figure))


def darts(figure: Figure, cut: Cut) -> None:
    """Long front darts from bust to pocket."""
    figure.lines(
        f"M{cut.bust * 0.56} 27C{cut.waist * 0.6} 34 {cut.waist * 0.58} 42 {cut.half * 0.54} {cut.length * 0.72}",
        width=1.0,
        opacity=0.65,
    )


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


def front_zip(figure: Figure, top: float, bottom: float) -> None:
    """A zip down the centre front."""
    (x, y0), (_, y1) = figure.point(0, top), figure.point(0, bottom)
    zip_line(figure.canvas, f"M{x} {y0:.1f}L{x} {y1:.1f}")


def belt(figure: Figure, half: float, v: float, *, tied: bool) -> None:
    """A cloth belt, knotted with hanging ends or buckled."""
    figure.panel(
        symmetric(
            f"M0 {v - 1.6}C{half * 0.5} {v - 1.6} {half * 0.8} {v - 2.2} {half + 0.5} {v - 2.8}L{half + 0.5}"
            f" {v + 1.8}C{half * 0.8} {v + 2.4} {half * 0.5} {v + 3} 0 {v + 3}"
        ),
        shade=0.97,
    )
    if not tied:
        x, y = figure.point(2, v + 0.6)
        buckle(figure.canvas, x, y, figure.size(6), figure.size(6.4))
        return
    figure.panel(f"M1 {v}C3 {v + 10} 2 {v + 20} 5 {v + 30}L9.6 {v + 28.6}C6.6 {v + 18} 7 {v + 10} 4 {v}Z", shade=1.02)
    figure.panel(f"M1 {v}C0 {v + 10} -4 {v + 18} -4 {v + 25}L0.4 {v + 25.6}C0.6 {v + 18} 4 {v + 10} 4 {v}Z", shade=1.05)
    figure.panel(
        f"M-1.4 {v - 2.6}C0.6 {v - 3.4} 3.6 {v - 3.2} 5.4 {v - 2}C6 {v} 5.8 {v + 2.4} 4.8 {v + 4}C2.6 {v + 4.6} 0 {v + 4.4} -1.2"
        f" {v + 3.4}C-2 {v + 1} -2 {v - 1} -1.4 {v - 2.6}Z",
        shade=1.06,
    )
