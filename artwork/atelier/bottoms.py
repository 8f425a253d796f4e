"""Trousers, jeans, leggings, shorts; v runs down from the waist."""

from dataclasses import dataclass, replace

from artwork.atelier.adorn import Spots, adorn
from artwork.atelier.bodice import button_kind, button_row, patch_pocket
from artwork.atelier.canvas import Canvas
from artwork.atelier.figure import Figure
from artwork.atelier.geometry import moved, symmetric


@dataclass(frozen=True)
class Leg:
    """The cut of a pair of trousers: half-widths, heights and what it is finished with."""

    waist: float = 14.5
    hip: float = 19.5
    rise: float = 27.0  # waist to fork
    knee: float = 8.2  # half-width of one leg at the knee
    hem: float = 7.5  # half-width of one leg at the hem
    length: float = 100.0
    gap: float = 1.6  # between the legs at the hem, half
    band: float = 3.6  # height of the waistband, or of the elastic
    creased: bool = False


LEGS: dict[str, dict[str, Leg]] = {
    "trousers": {
        "wide-leg": Leg(knee=12.6, hem=15.5, rise=29, creased=True),
        "straight": Leg(knee=9.4, hem=8.8, creased=True),
        "cargo": Leg(knee=11.4, hem=9.6, hip=20.5, rise=29),
        "flared": Leg(knee=8.2, hem=14.5, hip=19.2),
        "joggers": Leg(knee=10.2, hem=6.2, hip=20.5, rise=30, band=5.0),
        "cigarette": Leg(knee=7.4, hem=5.6, length=90, creased=True),
    },
    "jeans": {
        "skinny": Leg(knee=6.4, hem=4.8, length=97),
        "straight": Leg(knee=8.8, hem=8.4),
        "flared": Leg(knee=7.6, hem=13.5),
        "baggy": Leg(waist=15.5, knee=12.8, hem=12.2, hip=21.5, rise=31),
    },
    "leggings": {
        "full": Leg(knee=5.9, hem=4.0, hip=18.2, length=96, band=6.0),
        "cropped": Leg(knee=6.0, hem=5.0, hip=18.2, length=66, band=6.0),
    },
    "shorts": {
        "tailored": Leg(knee=10.6, hem=10.8, length=44, creased=True),
        "denim": Leg(knee=10, hem=9.9, length=37),
        "running": Leg(knee=11.2, hem=11.4, length=36, band=4.0),
        "bermuda": Leg(knee=9.8, hem=9.8, length=58, creased=True),
    },
}
STRETCH = {"joggers", "running", "full", "cropped"}  # pulled on, without a fly
RISES = {"high": 0.0, "low": 6.5}


def trousers(canvas: Canvas) -> None:
    """Draw trousers, jeans, leggings or shorts."""
    garment = canvas.garment
    leg = LEGS[garment.category][garment.silhouette]
    scale = {"cropped": 0.8, "full": 1.0}[garment.details.get("length", "full")]
    leg = replace(leg, length=leg.length * scale)
    drop = RISES[garment.details.get("rise", "high")]
    leg = replace(leg, rise=leg.rise - drop, length=leg.length - drop, waist=leg.waist + drop * 0.42)
    figure = Figure(canvas, max(leg.hip, leg.gap + 2 * leg.hem, leg.gap + leg.knee * 2) + 2, -1.5, leg.length + 2.5)
    figure.panel(symmetric(f"M0 -1.2C{leg.waist * 0.5} -1.2 {leg.waist * 0.8} -1 {leg.waist} 0L{leg.waist} 3L0 4"), inside=True)
    outer, mid, low = leg.gap + 2 * leg.hem, leg.gap + leg.hem, leg.length
    figure.pair(f"M{leg.gap} {low}Q{mid} {low - 3} {outer} {low - 0.6}Q{mid} {low + 3.6} {leg.gap} {low}Z", inside=True)
    figure.panel(symmetric(leg_path(leg)))
    leg_folds(figure, leg, -1)
    leg_folds(figure, leg, 1)
    figure.line(f"M0 {leg.band}L0 {leg.rise}", width=1.1)
    FINISH[garment.category](figure, leg)
    waistband(figure, leg, elastic=garment.silhouette in STRETCH)
    if "gold buttons" in garment.trims:
        for sign in (-1, 1):
            button_row(figure, sign * 5.6, leg.band + 3.4, leg.rise * 0.62, 3, kind="gold", r=1.0)
    if "rips" in garment.trims:
        rips(figure, leg)
    adorn(figure, leg_spots(leg), skip=("gold buttons",))


def leg_path(leg: Leg) -> str:
    """The right half of the outline: waist, outer seam, hem, inner seam, fork."""
    outer, inner, low = leg.gap + 2 * leg.hem, leg.gap, leg.length
    top = f"M0 0.9L{leg.waist} 0C{leg.waist + 2.2} 5 {leg.hip} 11 {leg.hip} 19"
    hem = f"Q{(inner + outer) / 2} {low + 2} {inner} {low}"
    if low < 62:
        side = f"C{leg.hip + 0.2} {19 + (low - 19) * 0.3} {outer - 0.8} {low - (low - 19) * 0.4} {outer} {low - 0.6}"
        return top + side + hem + f"C{inner} {low - 4} {inner - 0.6} {leg.rise + 4} 0 {leg.rise}"
    knee_at = leg.rise + (low - leg.rise) * 0.45
    knee_out, knee_in, run = 1.8 + 2 * leg.knee, 1.8, (low - knee_at) * 0.4
    flare = (outer - knee_out) * 0.42
    side = (
        f"C{leg.hip} {leg.rise + 6} {knee_out} {knee_at - 14} {knee_out} {knee_at}C{knee_out} {knee_at + run} {outer - flare}"
        f" {low - run} {outer} {low - 0.6}"
    )
    return (
        top
        + side
        + hem
        + f"C{inner} {low - run} {knee_in} {knee_at + run} {knee_in} {knee_at}C{knee_in} {knee_at - 12} 1.4 {leg.rise + 6} 0"
        f" {leg.rise}"
    )


def leg_folds(figure: Figure, leg: Leg, sign: int) -> None:
    """The folds and the pressed crease of one leg."""
    outer, inner, low = leg.gap + 2 * leg.hem, leg.gap, leg.length
    mid, slim = (outer + inner) / 2, leg.hem < 8
    knee_at = leg.rise + (low - leg.rise) * 0.45
    figure.crease(sign * 0.8, leg.rise - 0.5, sign * 7.5, leg.rise - 4, width=1.6, deep=0.12)
    figure.crease(sign * 1.0, leg.rise + 1, sign * 8.5, leg.rise + 2.5, width=1.6, deep=0.1)
    if low > 62 and slim:
        for k, v in enumerate((knee_at - 3, knee_at, knee_at + 3.5)):
            figure.crease(sign * 2.0, v, sign * (6.5 + k), v - 2.2, width=1.2, deep=0.1)
        for v in (low - 3, low - 6.5):
            figure.crease(sign * (outer - 0.4), v, sign * (inner + 2.4), v + 1.4, width=1.1, deep=0.1)
    elif low > 62:
        figure.crease(sign * 4.0, knee_at - 12, sign * (inner + leg.hem * 0.5), low - 1, width=2.4, deep=0.12)
        figure.crease(sign * (leg.hip - 5), 24, sign * (inner + leg.hem * 1.55), low - 1, width=2.6, deep=0.12)
    if leg.creased:
        path = f"M{leg.waist * 0.52} 8C{leg.hip * 0.54} 30 {mid} {knee_at} {mid} {low + 0.3}"
        figure.line(moved(path, sign, 1, 0, 0), width=1.1, tone=-0.3, opacity=0.75)
        figure.line(moved(moved(path, 1, 1, 0.4, 0), sign, 1, 0, 0), width=0.9, tone=0.4, opacity=0.5)


def waistband(figure: Figure, leg: Leg, *, elastic: bool) -> None:
    """A buttoned band with loops, or gathered elastic with a drawstring."""
    w, b = leg.waist, leg.band
    grow = 1.6 * b / 4
    figure.panel(
        symmetric(f"M0 0.9C{w * 0.5} 0.9 {w * 0.8} 0.6 {w} 0L{w + grow} {b}C{w * 0.8} {b + 0.8} {w * 0.5} {b + 1} 0 {b + 1}"),
        shade=0.97,
    )
    if elastic:
        for k in range(1, 24):
            u = w * (2 * k / 24 - 1)
            figure.line(f"M{u:.2f} 1.2L{u * 1.05:.2f} {b + 0.6}", width=0.8, opacity=0.4)
        if figure.canvas.garment.category != "leggings":
            figure.lines(f"M0.4 {b - 1}C2 {b + 3} 1 {b + 7} 2 {b + 12}", width=2.0, tone=0.5, opacity=1)
        return
    for share in (0.34, 0.78):
        u = w * share
        figure.pair(f"M{u - 0.7} 0L{u + 0.7} 0L{u + 1} {b + 1.2}L{u - 0.5} {b + 1.2}Z", outline=0.8, shade=1.04)
    kind = "gold" if figure.canvas.garment.category == "jeans" else button_kind(figure)
    button_row(figure, 0, b * 0.5 + 0.6, b, 1, kind=kind, r=1.0)


# -- finishes -------------------------------------------------------------------------------------------------------------


def fly(figure: Figure, leg: Leg) -> None:
    """The curved stitching of a fly."""
    figure.line(f"M2.6 {leg.band + 1}L2.6 {leg.rise * 0.55}Q2.4 {leg.rise * 0.72} 0.3 {leg.rise * 0.78}", width=1.0)


def trouser_finish(figure: Figure, leg: Leg) -> None:
    """Pockets, pleats, cargo pockets or ribbed ankles."""
    name = figure.canvas.garment.silhouette
    figure.lines(f"M{leg.waist * 0.66} {leg.band + 0.8}L{leg.hip - 0.6} 16", width=1.3, opacity=0.8)
    if name == "joggers":
        ankle(figure, leg, 5.0)
        return
    fly(figure, leg)
    if name in ("wide-leg", "tailored", "bermuda"):
        figure.creases(leg.waist * 0.4, leg.band + 1, leg.waist * 0.46, 15, width=1.8)
        figure.creases(leg.waist * 0.62, leg.band + 1, leg.waist * 0.7, 13, width=1.6)
    if name == "cargo":
        at = leg.rise + 13
        outer = 2 * leg.knee + 1.8
        patch_pocket(figure, outer - 11, at, 10.4, 14, flap=True)
        ankle(figure, leg, 3.4)
    if name == "bermuda":
        outer = leg.gap + 2 * leg.hem
        figure.pair(
            f"M{leg.gap - 0.3} {leg.length - 5}L{outer + 0.5} {leg.length - 5.6}L{outer + 0.4}"
            f" {leg.length - 0.4}Q{(outer + leg.gap) / 2} {leg.length + 2.4} {leg.gap - 0.2} {leg.length + 0.3}Z",
            shade=1.03,
        )


def ankle(figure: Figure, leg: Leg, height: float) -> None:
    """A ribbed cuff round each ankle."""
    outer, inner, low = leg.gap + 2 * leg.hem, leg.gap, leg.length
    figure.pair(
        f"M{inner} {low - height}L{outer} {low - height - 0.4}L{outer - 1} {low + 0.4}Q{(inner + outer) / 2} {low + 1.8}"
        f" {inner + 1} {low + 0.6}Z",
        shade=0.95,
    )
    for k in range(1, 10):
        u = inner + (outer - inner) * k / 10
        figure.lines(f"M{u} {low - height + 0.3}L{inner + 1 + (outer - inner - 2) * k / 10} {low + 0.9}", width=0.8, opacity=0.45)


def denim_finish(figure: Figure, leg: Leg) -> None:
    """Scooped pockets, a coin pocket, a fly, rivets, ochre topstitching, a turned hem and a faded thigh."""
    w, low, ochre = leg.waist, leg.length, "#d79a45"
    outer, inner = leg.gap + 2 * leg.hem, leg.gap

    def stitch(cm: str, mirrored: bool = True) -> None:
        for sign in (-1, 1) if mirrored else (1,):
            path = figure.path(moved(cm, sign, 1, 0, 0))
            figure.canvas.raw(f'<path d="{path}" fill="none" stroke="{ochre}" stroke-width="1" stroke-dasharray="2.4 1.5"/>')

    scoop = f"M{w * 0.52} {leg.band + 0.8}C{w * 0.58} 11 {w * 0.9} 13.6 {leg.hip - 1.4} 13"
    figure.lines(scoop, width=1.3, opacity=0.9)
    stitch(moved(scoop, 1, 1, -0.3, 0.9))
    figure.line(f"M{w * 0.74} 7.6L{w * 0.74 + 4.6} 7.4", width=0.9)
    fly(figure, leg)
    stitch(f"M2.6 {leg.band + 1}L2.6 {leg.rise * 0.55}Q2.4 {leg.rise * 0.72} 0.3 {leg.rise * 0.78}", mirrored=False)
    stitch(f"M{inner + 0.4} {low - 2.4}Q{(inner + outer) / 2} {low - 0.6} {outer - 0.3} {low - 3}")
    knee = 1.8 + 2 * leg.knee
    if low > 62:
        for sign in (-1, 1):
            x, y = figure.point(sign * knee * 0.52, leg.rise + 9)
            for tall, strength in ((15, 0.07), (10, 0.08)):
                figure.canvas.raw(
                    f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{figure.size(leg.knee * 0.55):.1f}" ry="{figure.size(tall):.1f}" '
                    f'fill="#fff" fill-opacity="{strength}"/>'
                )
    for u, v in ((w * 0.55, leg.band + 1.6), (leg.hip - 2.4, 12.6)):
        for sign in (-1, 1):
            x, y = figure.point(sign * u, v)
            figure.canvas.raw(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.5" fill="url(#gold)" stroke="#6f4a12" stroke-width=".5"/>')
    if figure.canvas.garment.silhouette == "baggy":
        figure.pair(
            f"M{inner - 0.4} {low - 5}L{outer + 0.4} {low - 5.6}L{outer + 0.6} {low - 0.4}Q{(inner + outer) / 2} {low + 2.4}"
            f" {inner - 0.4} {low + 0.3}Z",
            shade=1.18,
        )
    if figure.canvas.garment.category == "shorts":
        for sign in (-1, 1):
            for k in range(14):
                x, y = figure.point(sign * (inner + (outer - inner) * (k + 0.5) / 14), low + 0.6)
                figure.canvas.raw(
                    f'<path d="M{x:.1f} {y:.1f}l{figure.canvas.rng.uniform(-1, 1):.1f} {figure.canvas.rng.uniform(4, 8):.1f}"'
                    ' stroke="#eef0f2" stroke-width="1"/>'
                )


def legging_finish(figure: Figure, leg: Leg) -> None:
    """Curved body-mapping seams."""
    knee = 1.8 + 2 * leg.knee
    figure.lines(
        f"M{leg.hip - 2} 12C{leg.hip - 6} 26 {knee * 0.4} {leg.rise + 16} {knee - 1} {leg.length * 0.68}", width=1.2, opacity=0.7
    )
    figure.canvas.gloss(figure.path(f"M9 16C11 30 8.4 44 7 {leg.length * 0.7}"), width=8, opacity=0.2)


def shorts_finish(figure: Figure, leg: Leg) -> None:
    """As trousers or jeans, or a runner's side vents and binding."""
    name = figure.canvas.garment.silhouette
    if name == "denim":
        denim_finish(figure, leg)
    elif name == "running":
        outer, low = leg.gap + 2 * leg.hem, leg.length
        figure.pair(
            f"M{leg.hip - 1.4} 14C{leg.hip + 1} 20 {outer - 3.4} {low - 8} {outer - 3.6} {low + 0.2}L{outer - 0.1}"
            f" {low - 0.6}C{outer} {low - 8} {leg.hip + 0.4} 24 {leg.hip - 0.2} 15Z",
            colour=1,
            outline=0.9,
        )
        figure.stitch(f"M{leg.gap + 0.2} {low - 1.8}Q{(leg.gap + outer) / 2} {low - 0.2} {outer - 4} {low - 1.6}")
    else:
        trouser_finish(figure, leg)


def rips(figure: Figure, leg: Leg) -> None:
    """Torn patches with white weft threads at knees and thighs."""
    rng = figure.canvas.rng
    at = min(leg.rise + (leg.length - leg.rise) * 0.42, leg.length - 7)
    for u, v, half, tall in (
        (1.8 + leg.knee, at, leg.knee * 0.7, 4.0),
        (-2.0 - leg.knee, at - 3, leg.knee * 0.62, 3.2),
        (-2.6 - leg.knee * 0.9, at - 13, leg.knee * 0.4, 1.8),
    ):
        over = f"M{u - half} {v}C{u - half * 0.4} {v - tall} {u + half * 0.5} {v - tall} {u + half} {v - 0.4}"
        under = f"C{u + half * 0.5} {v + tall} {u - half * 0.4} {v + tall} {u - half} {v}Z"
        hole = figure.path(over + under)
        figure.canvas.raw(f'<path d="{hole}" fill="#d9b79c" stroke="#f4f5f6" stroke-width="1.8"/>')
        for k in range(6):
            w = v - tall * 0.6 + tall * 1.2 * k / 5
            span = half * (0.95 - abs(k - 2.5) * 0.14)
            path = figure.path(f"M{u - span} {w}Q{u} {w + rng.uniform(0, 0.9)} {u + span} {w}")
            figure.canvas.raw(f'<path d="{path}" fill="none" stroke="#f4f5f6" stroke-width="1.1"/>')


def leg_spots(leg: Leg) -> Spots:
    """Where trousers wear their trims."""
    outer, inner, low = leg.gap + 2 * leg.hem, leg.gap, leg.length
    knee = 1.8 + 2 * leg.knee
    hems = ((inner + 0.2, low + 0.4, outer - 0.2, low - 0.4, 0.6), (-outer + 0.2, low - 0.4, -inner - 0.2, low + 0.4, 0.6))
    if low > 62:
        at = leg.rise + (low - leg.rise) * 0.45
        seams = tuple(
            f"M{s * leg.hip} 19C{s * leg.hip} {leg.rise + 6} {s * knee} {at - 14} {s * knee} {at}C{s * knee} {at + 14}"
            f" {s * outer} {low - 20} {s * outer} {low - 1}"
            for s in (-1, 1)
        )
        seams = tuple(moved(seam, 1, 1, -s * 1.4, 0) for seam, s in zip(seams, (-1, 1), strict=True))
    else:
        seams = tuple(
            f"M{s * (leg.hip - 1.4)} 17C{s * (leg.hip - 1.4)} {leg.rise} {s * (outer - 1.4)} {low - 8} {s * (outer - 1.4)}"
            f" {low - 1}"
            for s in (-1, 1)
        )
    u = (inner + knee) / 2 + 0.6
    fields = (
        (u, leg.rise + (low - leg.rise) * 0.3),
        (-u, leg.rise + (low - leg.rise) * 0.55),
        (u, leg.rise + (low - leg.rise) * 0.72),
        (-u - 1, leg.rise - 4),
        (u + 1, leg.rise - 8),
    )
    return Spots(hems, (), fields, (leg.band + 1.6, leg.rise - 5), seams, (leg.waist + 0.6, leg.band * 0.5))


FINISH = {"trousers": trouser_finish, "jeans": denim_finish, "leggings": legging_finish, "shorts": shorts_finish}

DRAWERS = {"trousers": trousers, "jeans": trousers, "leggings": trousers, "shorts": trousers}
_LEGS = (
    "fringe", "lace trim", "studs", "chains", "pearls", "gold buttons", "embroidery", "contrast piping", "side stripe",
    "patches", "sequins", "buckles", "safety pins", "hearts", "butterflies", "rips", "tassels", "pompoms", "feathers",
    "laces", "zips", "bows", "ruffles",
)  # fmt: skip
TRIMS_SHOWN = {
    "trousers": tuple(t for t in _LEGS if t != "rips"),
    "jeans": _LEGS,
    "leggings": (
        "lace trim", "studs", "side stripe", "contrast piping", "sequins", "hearts", "butterflies", "embroidery", "patches",
        "safety pins", "laces", "zips", "rips", "bows",
    ),
    "shorts": tuple(t for t in _LEGS if t != "feathers"),
}  # fmt: skip
DETAILS = {category: {"length": ("full", "cropped"), "rise": tuple(RISES)} for category in DRAWERS}
