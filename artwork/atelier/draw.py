"""From a garment to its picture: the one door to all drawers."""

from collections.abc import Callable

import resvg_py

from artwork.atelier import (
    bags,
    bottoms,
    dresses,
    extras,
    footwear,
    headwear,
    jewellery,
    jumpsuits,
    kimonos,
    knitwear,
    outer,
    skirts,
    tailoring,
    tops,
)
from artwork.atelier.canvas import SIZE, Canvas
from artwork.atelier.spec import Garment
from r4t_demo.errors import UserError
from r4t_demo.train.data.wardrobe import CATEGORIES

_ROOMS = (
    dresses,
    jumpsuits,
    tops,
    knitwear,
    tailoring,
    outer,
    kimonos,
    bottoms,
    skirts,
    footwear,
    headwear,
    bags,
    jewellery,
    extras,
)

DRAWERS: dict[str, Callable[[Canvas], None]] = {name: draw for room in _ROOMS for name, draw in room.DRAWERS.items()}

# What a picture can show: the trims of each category, and the values of each detail that change it.
TRIMS_SHOWN: dict[str, tuple[str, ...]] = {name: trims for room in _ROOMS for name, trims in room.TRIMS_SHOWN.items()}
DETAILS: dict[str, dict[str, tuple[str, ...]]] = {name: details for room in _ROOMS for name, details in room.DETAILS.items()}


def svg(garment: Garment) -> str:
    """The garment's picture as an SVG document of 320 x 320; equal garments give equal text.

    UserError for an unknown category, silhouette, material, pattern, colour, or for a detail that the category does not have.
    Trims that a category cannot wear (see TRIMS_SHOWN) are left out.
    """
    _check(garment)
    canvas = Canvas(garment)
    DRAWERS[garment.category](canvas)
    return canvas.svg()


def raster(garment: Garment, size: int = SIZE) -> bytes:
    """The garment's picture as a PNG of `size` x `size` pixels."""
    return bytes(resvg_py.svg_to_bytes(svg_string=svg(garment), width=size, height=size, skip_system_fonts=True))


def _check(garment: Garment) -> None:
    if garment.category not in DRAWERS:
        raise UserError(f"Unknown category {garment.category!r}: use one of {', '.join(DRAWERS)}.")
    if garment.silhouette not in CATEGORIES[garment.category]:
        raise UserError(
            f"A {garment.category} has no silhouette {garment.silhouette!r}: use one of"
            f" {', '.join(CATEGORIES[garment.category])}."
        )
    known = DETAILS.get(garment.category, {})
    for name, value in garment.details.items():
        if value not in known.get(name, ()):
            choices = "; ".join(f"{key}: {', '.join(values)}" for key, values in known.items()) or "none"
            raise UserError(f"A {garment.category} has no detail {name}={value!r}. Its details are {choices}.")
