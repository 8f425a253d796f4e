"""Sleeves of every kind: laid out in centimetres, then drawn with their bands, gathers and folds."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from artwork.atelier.bodice import Cut
from artwork.atelier.figure import Figure
from artwork.atelier.geometry import moved

# kind -> length; bulge of the outer edge at the head, the middle and the cuff; width of the end; height of the cuff band
SLEEVE_SHAPES: dict[str, tuple[float, float, float, float, float, float]] = {
    "cap": (8.5, 1.0, 1.2, 0.5, 0.0, 0.0),
    "short": (20.0, 2.0, 1.8, 0.5, 13.5, 0.0),
    "puff": (18.0, 8.0, 8.0, 0.5, 12.0, 2.4),
    "long": (57.0, 2.2, 1.6, -0.8, 8.6, 0.0),
    "bell": (55.0, 2.0, 0.4, 6.5, 22.0, 0.0),
    "bishop": (54.0, 2.2, 3.0, 0.0, 7.6, 4.5),
    "balloon": (50.0, 8.0, 10.0, -1.0, 8.0, 4.0),
}


@dataclass(frozen=True)
class Arm:
    """A sleeve laid out: its outline, its end edge, its band and the angle of its axis."""

    outline: str
    outer: tuple[float, float]
    inner: tuple[float, float]
    angle: float
    band: str


def arm(cut: Cut) -> Arm:
    """The right sleeve (u > 0) of the cut's kind."""
    length, head, middle, end, width, band = SLEEVE_SHAPES[cut.sleeve]
    length = cut.sleeve_length or length
    angle = {"cap": 46.0, "short": 24.0, "puff": 22.0}.get(cut.sleeve, cut.arm)
    a = math.radians(angle)
    su, sv = (cut.shoulder, cut.slope) if cut.neckline != "off-shoulder" else (cut.shoulder + 1.0, cut.slope + 6.0)

    def at(t: float, w: float) -> tuple[float, float]:
        return su + t * math.sin(a) + w * math.cos(a), sv + t * math.cos(a) - w * math.sin(a)

    def xy(t: float, w: float) -> str:
        return "{:.2f} {:.2f}".format(*at(t, w))

    width *= cut.roomy
    pit = f"{cut.bust} {cut.underarm}"
    inside = f"M{su - 4} {sv + 2}L{su - 1.5} {sv - 0.4}"
    if cut.sleeve == "cap":
        tip = at(length, 0)
        outline = (
            f"{inside}C{su + 2} {sv + 0.4} {xy(length * 0.6, 0.8)} {xy(length, -0.4)}C{tip[0] - 1} {tip[1] + 5} {cut.bust + 2}"
            f" {cut.underarm - 3} {pit}Z"
        )
        return Arm(outline, tip, (cut.bust, cut.underarm), angle, "")
    inner_mid = {"bishop": -width - 5.5, "balloon": -width - 8.0, "bell": -width * 0.42, "puff": -width - 6.5}.get(
        cut.sleeve, -width - 2.0
    )
    inner_mid = inner_mid * (cut.roomy if cut.sleeve == "long" else 1)
    low = {"bishop": 7.0, "balloon": 9.0, "puff": 7.0}.get(cut.sleeve, end)
    outer_edge = f"C{xy(min(2.4, length * 0.08), head)} {xy(length * 0.3, middle)} {xy(length * 0.62, (middle + low) / 2)}"
    outer_edge += f"C{xy(length * 0.84, low)} {xy(length * 0.97, low if low != end else end)} {xy(length, end)}"
    bottom = f"Q{xy(length + 1.2 + (2.5 if cut.sleeve == 'bell' else 0), end - width / 2)} {xy(length, end - width)}"
    inner_edge = f"C{xy(length * 0.94, inner_mid if low != end else end - width)} {xy(length * 0.62, inner_mid)} {pit}"
    cuff = ""
    if band:
        cuff = (
            f"M{xy(length - 0.2, end)}L{xy(length + band, end - 0.5)}Q{xy(length + band + 0.8, end - width / 2)}"
            f" {xy(length + band, end - width + 0.5)}L{xy(length - 0.2, end - width)}Q{xy(length + 0.8, end - width / 2)}"
            f" {xy(length - 0.2, end)}Z"
        )
    return Arm(f"{inside}{outer_edge}{bottom}{inner_edge}Z", at(length + band, end), at(length + band, end - width), angle, cuff)


def sleeves(
    figure: Figure, cut: Cut, *, rib: float = 0.0, marks: Callable[[Arm, int], None] | None = None, **cloth: object
) -> None:
    """Both sleeves, with bands, gathers and folds.

    `rib` adds a knitted cuff of so many centimetres; `marks(arm, sign)` draws on each sleeve (sign -1 left, 1 right) while it is
    the last panel; other keywords go to the cloth.
    """
    if not cut.sleeved or cut.neckline == "halter":
        return
    one = arm(cut)
    (ou, ov), (iu, iv) = one.outer, one.inner
    for sign in (-1, 1):
        turn = one.angle * -sign
        if cut.sleeve == "bell":
            mu, mv = (ou + iu) / 2, (ov + iv) / 2
            mouth = f"M{ou} {ov}Q{mu - 1} {mv - 4} {iu} {iv}Q{mu + 1} {mv + 5} {ou} {ov}Z"
            figure.panel(moved(mouth, sign, 1, 0, 0), inside=True)
        figure.panel(moved(one.outline, sign, 1, 0, 0), grain=turn, **cloth)
        _sleeve_folds(figure, cut, one, sign)
        if marks:
            marks(one, sign)
        if one.band:
            figure.panel(moved(one.band, sign, 1, 0, 0), grain=turn, **cloth)
        if rib:
            ribbed_cuff(figure, one, sign, rib)


def _sleeve_folds(figure: Figure, cut: Cut, one: Arm, sign: int) -> None:
    su, sv = cut.shoulder, cut.slope
    (ou, ov), (iu, iv) = one.outer, one.inner
    mu, mv = (ou + iu) / 2, (ov + iv) / 2
    soft: list[tuple[float, float, float, float, float]]
    if cut.sleeve in ("long", "bell"):
        eu, ev = (cut.bust + iu) / 2, (cut.underarm + iv) / 2
        soft = [
            (eu + 0.6, ev - 2, eu + 5, ev - 5, 1.6),
            (eu + 0.8, ev + 1, eu + 5.5, ev + 2, 1.4),
            (cut.bust + 0.5, cut.underarm + 3, cut.bust + 4, cut.underarm - 3, 1.8),
        ]
        if cut.sleeve == "bell":
            soft += [(eu + 3, ev, mu + d, mv + 1, 3.4) for d in (-7, 0.5, 7)]
    elif cut.sleeve in ("puff", "balloon", "bishop"):
        soft = [(mu + d * 0.5, mv - 4, mu + d * 1.6, mv - (9 if cut.sleeve == "puff" else 22), 2.0) for d in (-3.4, -1, 1.4, 3.8)]
        if cut.sleeve != "bishop":
            soft += [(su + d * 0.4, sv + 2 + abs(d), su + 4 + d, sv + 8 + abs(d), 1.6) for d in (-1, 2, 5)]
    else:
        soft = [(cut.bust, cut.underarm - 1, cut.bust + 3.5, cut.underarm - 7, 1.6)]
    for u0, v0, u1, v1, width in soft:
        figure.crease(sign * u0, v0, sign * u1, v1, width=width, deep=0.13)
    if cut.sleeve in ("short", "long"):
        figure.line(moved(f"M{ou - 0.4} {ov - 1.6}L{iu - 0.2} {iv - 1.6}", sign, 1, 0, 0), width=0.8, opacity=0.5)


def ribbed_cuff(figure: Figure, one: Arm, sign: int, height: float, colour: int = 0) -> None:
    """A knitted band at the sleeve's end."""
    a = math.radians(one.angle)
    du, dv = math.sin(a) * height, math.cos(a) * height
    (ou, ov), (iu, iv) = one.outer, one.inner
    band = f"M{ou + 0.3} {ov - 0.3}L{ou + du - 0.7} {ov + dv}L{iu + du + 0.9} {iv + dv}L{iu - 0.3} {iv - 0.3}Z"
    figure.panel(moved(band, sign, 1, 0, 0), colour=colour, shade=0.95)
    for k in range(1, 8):
        u, v = ou + (iu - ou) * k / 8, ov + (iv - ov) * k / 8
        figure.line(moved(f"M{u} {v}L{u + du} {v + dv}", sign, 1, 0, 0), width=0.8, opacity=0.5)
