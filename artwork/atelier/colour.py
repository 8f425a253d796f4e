"""Colour arithmetic on #rrggbb strings, and the three cloth colours of a garment."""

import colorsys
from typing import NamedTuple

from artwork.atelier.spec import Garment
from r4t_demo.errors import UserError
from r4t_demo.train.data.wardrobe import COLOURS


class Palette(NamedTuple):
    """The main cloth and two companions, as #rrggbb; companions that a garment does not name are derived from the first."""

    main: str
    second: str
    third: str


def rgb(colour: str) -> tuple[float, float, float]:
    """Red, green and blue of #rrggbb, each in 0..1."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def hexed(red: float, green: float, blue: float) -> str:
    """#rrggbb of channels in 0..1, clipped."""
    return "#" + "".join(f"{round(255 * min(1.0, max(0.0, channel))):02x}" for channel in (red, green, blue))


def luma(colour: str) -> float:
    """Perceived brightness, 0 (black) to 1 (white)."""
    red, green, blue = rgb(colour)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def tint(colour: str, amount: float) -> str:
    """The colour made lighter (amount > 0) or darker (amount < 0), hue kept; -1 is black and 1 is white."""
    hue, light, saturation = colorsys.rgb_to_hls(*rgb(colour))
    light = light + amount * (1 - light) if amount > 0 else light * (1 + amount)
    return hexed(*colorsys.hls_to_rgb(hue, light, saturation))


def mix(first: str, second: str, share: float) -> str:
    """A blend holding `share` (0..1) of the second colour."""
    return hexed(*(a + share * (b - a) for a, b in zip(rgb(first), rgb(second), strict=True)))


def contrast(colour: str, amount: float) -> str:
    """A tint that stands out: darker on light cloth, lighter on dark cloth."""
    return tint(colour, -amount if luma(colour) > 0.45 else amount)


def palette(garment: Garment) -> Palette:
    """The garment's three cloth colours; UserError for an unknown colour name."""
    for name in garment.colours:
        if name not in COLOURS:
            raise UserError(f"Unknown colour {name!r}: use one of {', '.join(COLOURS)}.")
    if not garment.colours:
        raise UserError(f"The {garment.category} has no colour: name at least one.")
    chosen = [COLOURS[name] for name in garment.colours[:3]]
    if len(chosen) == 1:
        chosen.append(contrast(chosen[0], 0.62) if luma(chosen[0]) > 0.78 else tint(chosen[0], 0.72))
    if len(chosen) == 2:
        chosen.append(mix(contrast(chosen[0], 0.35), chosen[1], 0.35))
    return Palette(*chosen)
