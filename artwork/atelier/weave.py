"""What textures are made of: the repeating tile, the surface of a cloth, and the strokes that draw it.

Textures are drawn in translucent black and white, so that they sit on any colour and over any pattern.
"""

from dataclasses import dataclass
from typing import Any

from artwork.atelier.colour import luma


@dataclass(frozen=True)
class Tile:
    """A repeating piece of picture: size in pixels of the 320 px frame, SVG elements, and a turn in degrees."""

    width: float
    height: float
    svg: str
    angle: float = 0.0


@dataclass(frozen=True)
class Surface:
    """How a cloth meets the light: texture, `cover` (opacity of its base), a sheen gradient, hair length of a pile edge."""

    tile: Tile | None = None
    cover: float = 1.0
    sheen: str = ""
    sheen_id: str = ""
    pile: float = 0.0


def sheen(name: str, *stops: tuple[float, float]) -> dict[str, Any]:
    """Diagonal bands of light across the frame: (offset, strength) pairs, strength < 0 for shade."""
    marks = "".join(
        f'<stop offset="{at}" stop-color="{"#fff" if s >= 0 else "#0c0610"}" stop-opacity="{abs(s)}"/>' for at, s in stops
    )
    svg = (
        f'<linearGradient id="{name}" gradientUnits="userSpaceOnUse" x1="60" y1="20" x2="180" y2="90" '
        f'spreadMethod="reflect">{marks}</linearGradient>'
    )
    return {"sheen": svg, "sheen_id": name}


def stroke(path: str, ink: str, width: float, opacity: float) -> str:
    """An open line of a texture."""
    return (
        f'<path d="{path}" fill="none" stroke="{ink}" stroke-width="{width:g}" stroke-opacity="{opacity:g}" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )


def upright(x: float, width: float, height: float, ink: str, opacity: float) -> str:
    """A rib: an upright bar."""
    return f'<rect x="{x}" width="{width}" height="{height}" fill="{ink}" fill-opacity="{opacity:g}"/>'


DARK, LIGHT = "#0c0610", "#ffffff"


def depth(colour: str, dark: float, light: float) -> tuple[float, float]:
    """Opacities of the dark and the light strokes, shifted so that a texture shows on black as on white."""
    bright = luma(colour)
    return dark * (0.5 + 0.8 * bright), light * (1.25 - 0.8 * bright)
