"""The sheet that a thing is drawn on: SVG marks, bodies turned around an axis, and what is painted on them.

A body is its right-hand profile, points (radius, y) from top to bottom around the axis x = AXIS of a 320 x 320 picture.
Everything stands on y = FOOT. Light comes from the left.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from artwork.atelier.colour import luma, tint
from artwork.atelier.curves import oval, ribbon, smooth

AXIS, FOOT = 160, 286
Profile = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Look:
    """What a thing is made of: main and second colour as #rrggbb, a surface (see SHINE) and a decor (see DECORS)."""

    main: str
    second: str
    surface: str
    decor: str
    seed: int


SHINE = {"matte": 0.10, "glazed": 0.5, "metal": 0.75, "glass": 0.6, "wood": 0.14, "woven": 0.05}


class Sheet:
    """SVG marks in drawing order, with the gradients that they need."""

    def __init__(self, look: Look):
        self.look, self.rng = look, random.Random(look.seed)
        self._defs: list[str] = []
        self._marks: list[str] = []

    def add(self, path: str, paint: str, more: str = "") -> None:
        self._marks.append(f'<path d="{path}" fill="{paint}" {more}/>')

    def line(self, path: str, colour: str, width: float, opacity: float = 1.0) -> None:
        ends = 'stroke-linecap="round" stroke-linejoin="round"'
        stroke = f'stroke="{colour}" stroke-width="{width}" stroke-opacity="{opacity}"'
        self._marks.append(f'<path d="{path}" fill="none" {stroke} {ends}/>')

    def gradient(self, stops: Sequence[tuple[float, str, float]], way: str = 'x1="0" x2="1" y1="0" y2="0"') -> str:
        """A linear gradient of (place, colour, opacity) over the mark's own box, as a paint."""
        name = f"g{len(self._defs)}"
        inner = "".join(f'<stop offset="{place}" stop-color="{colour}" stop-opacity="{o}"/>' for place, colour, o in stops)
        self._defs.append(f'<linearGradient id="{name}" {way}>{inner}</linearGradient>')
        return f"url(#{name})"

    def round(self, colour: str, surface: str) -> str:
        """How a round body of this colour looks across: lit left of the middle, dark at the right, light thrown back there."""
        shine, deep = SHINE[surface], 0.62 if surface == "metal" else 0.46
        lit = tint(colour, 0.12 + 0.5 * shine)
        stops = [(0, tint(colour, -0.3), 1), (0.12, tint(colour, -0.06), 1), (0.3, lit, 1), (0.42, tint(colour, 0.05), 1)]
        if surface == "metal":
            stops += [(0.52, tint(colour, -0.35), 1), (0.6, tint(colour, 0.3), 1)]
        return self.gradient([*stops, (0.85, tint(colour, -deep), 1), (1, tint(colour, -deep + 0.14), 1)])

    def clipped(self, path: str, marks: str) -> None:
        name = f"g{len(self._defs)}"
        self._defs.append(f'<clipPath id="{name}"><path d="{path}"/></clipPath>')
        self._marks.append(f'<g clip-path="url(#{name})">{marks}</g>')

    def turned(self, profile: Profile, colour: str, surface: str, *, decor: str = "plain", axis: float = AXIS) -> str:
        """Lay down a body of revolution and return its outline."""
        right = [f"{axis + r:.1f},{y:.1f}" for r, y in profile]
        left = [f"{axis - r:.1f},{y:.1f}" for r, y in reversed(profile)]
        right[0], right[-1], left[0], left[-1] = (f"{point}!" for point in (right[0], right[-1], left[0], left[-1]))
        outline = smooth(" ".join(right + left))
        top, foot = profile[0], profile[-1]
        self.add(oval(axis, foot[1], foot[0], foot[0] * 0.16), tint(colour, -0.4))
        self.add(outline, self.round(colour, surface), 'fill-opacity=".82"' if surface == "glass" else "")
        DECORS[decor](self, outline, profile, axis)
        if SHINE[surface] > 0.3:
            x, high, low = axis - 0.5 * max(r for r, _ in profile), top[1] + 12, foot[1] - 14
            self.clipped(outline, f'<path d="{ribbon(f"{x},{high} {x - 3},{(high + low) / 2} {x},{low}", 2, 9, 2)}" '
                         f'fill="#fff" fill-opacity="{SHINE[surface] * 0.8:.2f}"/>')  # fmt: skip
        return outline

    def mouth(self, radius: float, y: float, inside: str, axis: float = AXIS) -> None:
        """An opening seen from a little above: rim and the dark within."""
        self.add(oval(axis, y, radius, radius * 0.2), tint(self.look.main, 0.18))
        self.add(
            oval(axis, y + 1, radius - 4, (radius - 4) * 0.19),
            self.gradient([(0, tint(inside, -0.6), 1), (1, tint(inside, -0.2), 1)]),
        )

    def svg(self) -> str:
        size = 'width="320" height="320" viewBox="0 0 320 320"'
        return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><defs>{"".join(self._defs)}</defs>{"".join(self._marks)}</svg>'


# -- decors -------------------------------------------------------------------------------------------------------------


def plain(sheet: Sheet, outline: str, profile: Profile, axis: float) -> None:
    """Nothing."""


def banded(sheet: Sheet, outline: str, profile: Profile, axis: float) -> None:
    """Painted rings."""
    top, foot, width = profile[0][1], profile[-1][1], max(r for r, _ in profile)
    rings = ""
    for share in (0.3, 0.45, 0.6):
        y = top + share * (foot - top)
        ring = f"M{axis - width} {y}Q{axis} {y + width * 0.34:.1f} {axis + width} {y}"
        rings += f'<path d="{ring}" fill="none" stroke="{sheet.look.second}" stroke-width="7" stroke-opacity=".85"/>'
    sheet.clipped(outline, rings)


def dipped(sheet: Sheet, outline: str, profile: Profile, axis: float) -> None:
    """The lower part in the second colour."""
    top, foot, width = profile[0][1], profile[-1][1], max(r for r, _ in profile)
    y = top + 0.56 * (foot - top)
    paint = sheet.round(sheet.look.second, sheet.look.surface)
    path = f"M{axis - width} {y}Q{axis} {y + width * 0.34:.1f} {axis + width} {y}V{foot + 30}H{axis - width}Z"
    sheet.clipped(outline, f'<path d="{path}" fill="{paint}"/>')


def speckled(sheet: Sheet, outline: str, profile: Profile, axis: float) -> None:
    """Iron spots under the glaze."""
    top, foot, width = profile[0][1], profile[-1][1], max(r for r, _ in profile)
    ink = "#2c211b" if luma(sheet.look.main) > 0.3 else "#f3ead8"
    dots = "".join(
        f'<circle cx="{sheet.rng.uniform(axis - width, axis + width):.1f}" cy="{sheet.rng.uniform(top, foot + 8):.1f}" '
        f'r="{sheet.rng.uniform(0.6, 2.1):.1f}"/>'
        for _ in range(150)
    )
    sheet.clipped(outline, f'<g fill="{ink}" fill-opacity=".6">{dots}</g>')


def ribbed(sheet: Sheet, outline: str, profile: Profile, axis: float) -> None:
    """Upright flutes, closer together towards the edge."""
    top, foot, width = profile[0][1], profile[-1][1], max(r for r, _ in profile)
    flutes = ""
    for share in (-0.97, -0.88, -0.74, -0.56, -0.35, -0.12, 0.12, 0.35, 0.56, 0.74, 0.88, 0.97):
        x = axis + share * width
        upright = f"M{x:.1f} {top - 8}V{foot + 12}"
        flutes += f'<path d="{upright}" stroke="{tint(sheet.look.main, -0.55)}" stroke-width="2.4" stroke-opacity=".5"/>'
        flutes += f'<path d="{upright}" transform="translate(3 0)" stroke="#fff" stroke-width="1.6" stroke-opacity=".22"/>'
    sheet.clipped(outline, flutes)


def woven(sheet: Sheet, outline: str, profile: Profile, axis: float) -> None:
    """Basket work: short strokes, row by row."""
    top, foot, width = profile[0][1], profile[-1][1], max(r for r, _ in profile)
    marks = ""
    for row in range(int((foot - top + 16) // 8)):
        for column in range(int(2 * width // 14) + 1):
            x, y = axis - width + 14 * column + (7 if row % 2 else 0), top - 4 + 8 * row
            marks += f"M{x:.1f} {y}q5 -4 11 0"
    dark, light = tint(sheet.look.main, -0.5), tint(sheet.look.main, 0.4)
    sheet.clipped(
        outline,
        f'<path d="{marks}" fill="none" stroke="{dark}" stroke-width="3" stroke-opacity=".55"/>'
        f'<path d="{marks}" transform="translate(0 2.4)" fill="none" stroke="{light}" stroke-width="1.6" stroke-opacity=".5"/>',
    )


def grained(sheet: Sheet, outline: str, profile: Profile, axis: float) -> None:
    """Wood: long, faint, wavering lines."""
    top, foot, width = profile[0][1], profile[-1][1], max(r for r, _ in profile)
    lines = ""
    for _ in range(26):
        x, sway = sheet.rng.uniform(axis - width, axis + width), sheet.rng.uniform(-6, 6)
        lines += f"M{x:.1f} {top - 10}C{x + sway:.1f} {top + 40} {x - sway:.1f} {foot - 40} {x + sway / 2:.1f} {foot + 20}"
    ink = tint(sheet.look.main, -0.5)
    sheet.clipped(outline, f'<path d="{lines}" fill="none" stroke="{ink}" stroke-width="1" stroke-opacity=".35"/>')


DECORS: dict[str, Callable[[Sheet, str, Profile, float], None]] = {
    "plain": plain, "banded": banded, "dipped": dipped, "speckled": speckled, "ribbed": ribbed, "woven": woven,
    "grained": grained,
}  # fmt: skip
