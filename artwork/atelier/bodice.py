"""The pattern-cutter's toolkit for everything with a bodice: torso, necklines, collars, plackets, pockets.

All lengths are centimetres on a natural figure (see figure.py), from the shoulder line down.
"""

from dataclasses import dataclass

from artwork.atelier.figure import Figure, hem
from artwork.atelier.geometry import symmetric

SLEEVES = ("sleeveless", "strap", "cap", "short", "puff", "long", "bell", "bishop", "balloon")
NECKLINES = ("round", "v", "square", "sweetheart", "off-shoulder", "halter", "high", "collar", "pussy-bow")

NECK_DEPTH = {
    "round": 9.0,
    "v": 20.0,
    "square": 13.5,
    "sweetheart": 16.0,
    "off-shoulder": 15.0,
    "halter": 12.0,
    "high": 3.2,
    "collar": 7.5,
    "pussy-bow": 3.5,
}


@dataclass(frozen=True)
class Cut:
    """The measurements of a bodice; half-widths and heights in centimetres."""

    neckline: str = "round"
    sleeve: str = "sleeveless"
    neck: float = 7.8
    depth: float = 0.0  # of the neckline; 0 = as usual for its kind
    shoulder: float = 17.0
    slope: float = 4.5
    bust: float = 18.4
    underarm: float = 21.0
    waist: float = 14.0
    waist_at: float = 40.0
    hip: float = 19.6
    hip_at: float = 60.0
    half: float = 19.6  # half-width at the bottom edge
    length: float = 40.0  # the bottom edge
    sag: float = 1.2
    sleeve_length: float = 0.0  # 0 = as usual for its kind
    arm: float = 13.0  # degrees between the sleeve and the vertical
    roomy: float = 1.0  # sleeve width

    @property
    def drop(self) -> float:
        """Depth of the neckline at the centre."""
        return self.depth or NECK_DEPTH[self.neckline]

    @property
    def sleeved(self) -> bool:
        """Whether there are sleeves to draw, if only caps."""
        return self.sleeve not in ("sleeveless", "strap")

    @property
    def strapped(self) -> bool:
        """Whether the top edge crosses the bust, held by straps or by nothing."""
        return self.sleeve == "strap" or (self.neckline == "sweetheart" and self.sleeve == "sleeveless")


# -- the torso -----------------------------------------------------------------------------------------------------------


def side(cut: Cut) -> str:
    """From the underarm down the side seam to the bottom edge's corner, as commands to append."""
    shape = f"C{cut.bust - 0.4} {cut.underarm + 7} {cut.waist} {cut.waist_at - 9} {cut.waist} {cut.waist_at}"
    if cut.length <= cut.waist_at + 0.1:
        scale = (cut.length - cut.underarm) / (cut.waist_at - cut.underarm)
        end = cut.half
        return f"C{cut.bust - 0.4} {cut.underarm + 7 * scale} {end + 0.2} {cut.length - 6 * scale} {end} {cut.length}"
    if cut.length <= cut.hip_at:
        run = (cut.length - cut.waist_at) * 0.42
        return shape + f"C{cut.waist} {cut.waist_at + run} {cut.half} {cut.length - run} {cut.half} {cut.length}"
    below = f"C{cut.waist} {cut.waist_at + 7} {cut.hip} {cut.hip_at - 9} {cut.hip} {cut.hip_at}"
    run = (cut.length - cut.hip_at) * 0.4
    return shape + below + f"C{cut.hip} {cut.hip_at + run} {cut.half} {cut.length - run} {cut.half} {cut.length}"


def top_edge(cut: Cut) -> str:
    """The right half of the upper edge, from the centre front to the underarm."""
    d, n, s, y = cut.drop, cut.neck, cut.shoulder, cut.slope
    end = f"{cut.bust} {cut.underarm}"
    if cut.neckline == "off-shoulder":
        return f"M0 {d}C8 {d} 15 {d - 1.5} {s + 1.5} {y + 6.5}C{s + 3} {y + 9} {cut.bust} {cut.underarm - 5} {end}"
    if cut.strapped:
        at, peak = 9.5, max(9.0, d - 6.5) if cut.neckline != "square" else d - 1.0
        cups = {
            "sweetheart": f"M0 {d}C1 {d - 5} 5 {peak - 2.5} {at} {peak}", "v": f"M0 {d}L{at} 10",
            "square": f"M0 {d}L{at} {d - 0.6}",
        }  # fmt: skip
        first = cups.get(cut.neckline, f"M0 {d + 5}C5 {d + 5} 8 {d + 3} {at} {max(9.5, d)}")
        return first + f"C{at + 3} {peak + 3} {cut.bust - 3.4} {cut.underarm - 3.4} {cut.bust - 0.5} {cut.underarm - 1}L{end}"
    if cut.neckline == "halter":
        return f"M0 {d}C1 {d - 2} 4 3 6.5 -1L9.5 -0.5C10 6 12 15 {end}"
    fronts = {
        "v": f"M0 {d}C{n * 0.35} {d * 0.72} {n * 0.85} {d * 0.3} {n} 0", "square": f"M0 {d}L{n + 0.5} {d}L{n + 1} 0",
        "sweetheart": f"M0 {d}C1 {d - 5} 6 {d - 8} {n + 2} {d - 6}L{n + 2.5} 0.6",
        "high": f"M0 {d}C{n * 0.5} {d} {n * 0.8} 1.6 {n} 0", "pussy-bow": f"M0 {d}C{n * 0.5} {d} {n * 0.8} 1.6 {n} 0",
    }  # fmt: skip
    front = fronts.get(cut.neckline, f"M0 {d}C{n * 0.62} {d} {n * 0.96} {d * 0.55} {n} 0")
    over = f"C{n + (s - n) * 0.5} {y * 0.35} {n + (s - n) * 0.8} {y * 0.75} {s} {y}"
    if cut.sleeve == "sleeveless":
        return front + over + f"C{s - 2.2} {y + 6} {s - 2} {cut.underarm - 5} {end}"
    return front + over + f"C{s - 0.8} {y + 6} {s - 0.6} {cut.underarm - 6} {end}"


def torso(cut: Cut, flutes: int = 0, depth: float = 0.0) -> str:
    """The closed outline of the front."""
    return symmetric(top_edge(cut) + side(cut) + hem(cut.half, cut.length, cut.sag, flutes, depth))


def back_neck(figure: Figure, cut: Cut) -> None:
    """The inside of the back that is seen through the neckline, with its label."""
    if cut.neckline in ("off-shoulder", "halter") or cut.strapped:
        if cut.neckline == "off-shoulder":
            half, v = cut.shoulder + 1, cut.drop - 5.5
        else:
            half, v = (6.4, cut.drop - 5) if cut.neckline == "halter" else (9.0, cut.drop - 2.5)
        figure.panel(
            symmetric(f"M0 {v}C{half * 0.5} {v} {half * 0.8} {v} {half} {v + 1}L{half} {cut.drop + 3}L0 {cut.drop + 6}"),
            inside=True,
            outline=0.9,
        )
        return
    n = cut.neck + (1.5 if cut.neckline in ("square", "sweetheart") else 0)
    figure.panel(
        symmetric(f"M0 2.6C{n * 0.5} 2.6 {n * 0.85} 1.8 {n} 0L{n + 1} {cut.drop + 1}L0 {cut.drop + 2}"), inside=True, outline=0.9
    )
    figure.line(f"M{-n * 0.8} 3.6C{-n * 0.4} 5 {n * 0.4} 5 {n * 0.8} 3.6", width=0.8)
    if cut.drop > 6:
        x, y = figure.point(0, 4.2)
        w = figure.size(1.5)
        figure.canvas.raw(
            f'<rect x="{x - w:.1f}" y="{y:.1f}" width="{2 * w:.1f}" height="{w:.1f}" rx=".8" fill="#f4efe6" stroke="#8d8478"'
            ' stroke-width=".5"/>'
        )


def straps(figure: Figure, cut: Cut, width: float = 1.1) -> None:
    """Shoulder straps for a strapped bodice."""
    if cut.sleeve != "strap":
        return
    top = max(9.0, cut.drop - 6.5) if cut.neckline != "square" else cut.drop - 1
    figure.pair(
        f"M8.6 {top + 1.5}C8.6 5 7.6 1 7.2 -1.5C8 -2 8.6 -2 {7.2 + width} -1.5C{8.4 + width} 2 {8.6 + width} 6 {8.6 + width}"
        f" {top + 1.5}Z",
        outline=0.9,
    )


# -- necks and collars ---------------------------------------------------------------------------------------------------


def neck_finish(figure: Figure, cut: Cut) -> None:
    """What the neckline wears: a binding, a stand, a shirt collar, a tied bow, a halter tie."""
    kind, n, d = cut.neckline, cut.neck, cut.drop
    if kind == "high":
        stand = f"M0 {d + 0.6}C{n * 0.5} {d + 0.6} {n * 0.85} 2 {n + 0.2} 0.2L{n - 1.6} -4.6C{n * 0.4} -3.4 {n * 0.2} -3.2 0 -3.2"
        figure.panel(
            symmetric(f"M0 -5.4C{n * 0.4} -5.4 {n * 0.7} -5.2 {n - 1.6} -4.6C{n * 0.5} -3 {n * 0.2} -2.8 0 -2.8"),
            inside=True,
            outline=0.9,
        )
        figure.panel(symmetric(stand))
    elif kind == "collar":
        shirt_collar(figure, cut)
    elif kind == "pussy-bow":
        figure.panel(
            symmetric(
                f"M0 {d + 1.2}C{n * 0.5} {d + 1.2} {n * 0.85} 2.6 {n + 0.2} 0.4L{n - 0.8} -2.8C{n * 0.4} 0 {n * 0.2} {d - 2.2} 0"
                f" {d - 2}"
            )
        )
        figure.pair(f"M0.6 {d + 1}C3 {d + 10} 5 {d + 18} 6.5 {d + 25}L2.2 {d + 26.5}C1.6 {d + 18} 0.6 {d + 10} -0.6 {d + 1}Z")
        bow_panels(figure, d + 1.2, 11.0)
    elif kind == "halter":
        figure.pair("M6.3 -0.6C6.6 -3 6 -5 4.6 -6.4L6.8 -6.6C9 -4.6 9.8 -2.6 9.6 -0.3Z")
    elif not cut.strapped and kind in ("round", "square", "v"):
        edge = top_edge(cut).split("L" if kind == "square" else "C")
        figure.lines(
            "L".join(edge[:3]) if kind == "square" else "C".join(edge[:2]), width=figure.size(0.55), tone=-0.28, opacity=0.45
        )


def bow_panels(figure: Figure, at: float, half: float) -> None:
    """A large bow made of the garment's own cloth."""
    figure.pair(
        f"M0.4 {at}C3 {at - 4.5} {half * 0.8} {at - 6.5} {half} {at - 4}C{half + 1} {at - 1} {half + 0.6} {at + 4} {half - 0.6}"
        f" {at + 5}C{half * 0.6} {at + 5.4} 3 {at + 2.5} 0.4 {at}Z",
        shade=1.04,
    )
    figure.lines(
        f"M1.8 {at - 0.6}C4 {at - 2} 6 {at - 2.6} 8 {at - 2}M1.8 {at + 0.6}C4 {at + 1.6} 6 {at + 2.2} 7.6 {at + 2.2}",
        width=0.9,
        opacity=0.6,
    )
    figure.panel(
        f"M-1.8 {at - 2}C-0.6 {at - 2.6} 0.6 {at - 2.6} 1.8 {at - 2}C2.2 {at} 2.2 {at + 1} 1.8 {at + 2.4}C0.6 {at + 3} -0.6"
        f" {at + 3} -1.8 {at + 2.4}C-2.2 {at + 1} -2.2 {at} -1.8 {at - 2}Z",
        shade=1.06,
    )


def shirt_collar(figure: Figure, cut: Cut, *, spread: float = 6.5, stand: bool = True, colour: int = 0) -> None:
    """A turned-down collar with points; `stand` False gives the flat, notched camp collar."""
    n, d = cut.neck, cut.drop
    if stand:
        figure.panel(
            symmetric(f"M0 -2.6C{n * 0.5} -2.6 {n * 0.8} -2.4 {n - 0.6} -1.4L{n} 1C{n * 0.6} 2 {n * 0.3} 2.4 0 2.4"),
            inside=True,
            outline=0.9,
            colour=colour,
        )
        leaf = (
            f"M0 {d}C{n * 0.3} {d - 3.5} {n * 0.66} 0.6 {n - 0.8} -2.4C{n + 0.6} -1.8 {n + 1.6} 0.4 {n + 1.9} 1.4C{n + 1} 5"
            f" {spread + 1.4} {d + 3} {spread} {d + 5}Z"
        )
        figure.pair(leaf, colour=colour)
        figure.stitch(
            f"M{spread - 0.2} {d + 4.1}C{spread + 1} {d + 2.4} {n + 0.4} 4.6 {n + 1.2} 1.6M{spread - 0.4} {d + 4}L0.7 {d + 0.1}"
        )
        return
    leaf = (
        f"M{n - 0.8} -2C{n + 0.8} -1.4 {n + 1.8} 0.4 {n + 2} 1.6L{n + 2.6} 8.4L{n - 3} {d * 0.62}L{n - 3} {d * 0.6}C{n - 3} 5"
        f" {n - 2} 1 {n - 0.8} -2Z"
    )
    lapel = f"M{n - 3.6} {d * 0.5}L{n + 1.8} {d * 0.66 + 1}C{n} {d * 0.86} 3 {d} 0 {d + 0.4}Z"
    figure.pair(lapel, colour=colour)
    figure.pair(leaf, colour=colour)


# -- fronts --------------------------------------------------------------------------------------------------------------


def placket(
    figure: Figure,
    top: float,
    bottom: float,
    buttons: int,
    *,
    kind: str = "cloth",
    half: float = 1.5,
    r: float = 0.7,
    shade: float = 1.03,
) -> None:
    """A button band down the centre front."""
    figure.panel(f"M{-half} {top}L{half} {top}L{half} {bottom}L{-half} {bottom}Z", outline=0.7, shade=shade)
    figure.line(f"M{half - 0.4} {top}L{half - 0.4} {bottom}", width=0.7, opacity=0.5, dash="2 1.6")
    button_row(figure, 0, top + 2.2, bottom - 3, buttons, kind=kind, r=r)


def button_row(figure: Figure, u: float, top: float, bottom: float, count: int, *, kind: str = "cloth", r: float = 0.75) -> None:
    """Evenly spaced buttons."""
    for k in range(count):
        x, y = figure.point(u, top + (bottom - top) * k / max(1, count - 1))
        figure.canvas.button(round(x, 1), round(y, 1), round(max(1.9, figure.size(r)), 1), kind=kind)


def button_kind(figure: Figure) -> str:
    """Gold or pearl when the garment's trims say so, else cloth."""
    trims = figure.canvas.garment.trims
    return "gold" if "gold buttons" in trims else "pearl" if "pearls" in trims else "cloth"


def patch_pocket(
    figure: Figure, u: float, v: float, width: float, height: float, *, flap: bool = False, point: float = 1.2, both: bool = True
) -> None:
    """A stitched pocket whose top-left corner is (u, v); its twin too when `both`."""
    a, b = u + width, v + height
    bag = f"M{u} {v}L{a} {v}L{a} {b}L{u + width / 2} {b + point}L{u} {b}Z"
    seam = f"M{u + 0.5} {v + 0.4}L{u + 0.5} {b - 0.4}L{u + width / 2} {b + point - 0.6}L{a - 0.5} {b - 0.4}L{a - 0.5} {v + 0.4}"
    (figure.pair if both else figure.panel)(bag, outline=0.9)
    if both:
        figure.stitch(seam)
    else:
        figure.line(seam, width=0.9, dash="2.6 1.7")
    if flap:
        cover = f"M{u - 0.4} {v - 0.6}L{a + 0.4} {v - 0.6}L{a + 0.4} {v + 2.6}L{u + width / 2} {v + 4.4}L{u - 0.4} {v + 2.6}Z"
        (figure.pair if both else figure.panel)(cover, outline=0.9, shade=1.03)
        for sign in (-1, 1) if both else (1,):
            x, y = figure.point(sign * (u + width / 2), v + 2.6)
            figure.canvas.button(round(x, 1), round(y, 1), round(max(1.7, figure.size(0.55)), 1))


def waistband(
    figure: Figure,
    cut: Cut,
    rise: tuple[float, float, float],
    below: float,
    *,
    wider: tuple[float, float],
    shade: float = 0.96,
) -> None:
    """A band about the waist that bows with the body.

    `rise` is its upper edge's height over the waist at the centre, half-way and at the side, `below` how far its lower corner
    hangs under it; `wider` lets the upper and the lower corner stand out from the bodice.
    """
    w, v, low = cut.waist, cut.waist_at, cut.waist_at + below
    centre, middle, corner = (v - lift for lift in rise)
    figure.panel(
        symmetric(
            f"M0 {centre}C{w * 0.5} {centre} {w * 0.8} {middle} {w + wider[0]} {corner}L{w + wider[1]} {low}"
            f"C{w * 0.8} {low + 0.4} {w * 0.5} {low + 0.8} 0 {low + 0.8}"
        ),
        shade=shade,
    )


def ribs(
    figure: Figure,
    half_top: float,
    top: float,
    half_low: float,
    low: float,
    *,
    sag: float = 1.0,
    colour: int = 0,
    count: int = 26,
    shade: float = 0.95,
) -> None:
    """A ribbed band: hem or collar of knitwear."""
    figure.panel(
        symmetric(
            f"M0 {top + sag}C{half_top * 0.4} {top + sag} {half_top * 0.8} {top + sag * 0.4} {half_top} {top}L{half_low}"
            f" {low}{hem(half_low, low, sag)}"
        ),
        colour=colour,
        shade=shade,
    )
    for k in range(1, count):
        share = 2 * k / count - 1
        v = sag * (1 - share**2)
        figure.line(f"M{half_top * share:.2f} {top + v:.2f}L{half_low * share:.2f} {low + v:.2f}", width=0.8, opacity=0.5)


def front_folds(figure: Figure, cut: Cut, deep: float = 0.11) -> None:
    """Soft folds from underarm, waist and hem of a fitted or easy bodice, never quite alike on both sides."""
    rng = figure.canvas.rng
    waist = min(cut.waist_at, cut.length - 1)
    for sign in (-1, 1):
        jitter = rng.uniform(-1.2, 1.2)
        figure.crease(
            sign * cut.bust * 0.97,
            cut.underarm + 1,
            sign * cut.bust * 0.55,
            cut.underarm + 5.5 + jitter,
            width=1.5,
            bend=-sign,
            deep=deep,
        )
        figure.crease(
            sign * cut.waist * 0.97, waist, sign * cut.waist * 0.56, waist - 5 + jitter, width=1.6, bend=-sign, deep=deep
        )
        if cut.length > cut.waist_at + 10:
            figure.crease(
                sign * (cut.waist * 0.88 + jitter),
                cut.waist_at + 3,
                sign * (cut.half * 0.72 + jitter),
                cut.length - 0.5,
                width=2.2,
                bend=-0.6 * sign,
                deep=deep,
            )
