"""The aesthetics as data: what a stylist would allow each of them to wear, read from the TOML files beside this one."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from artwork.atelier import cloth
from artwork.atelier.data import table
from artwork.atelier.spec import Garment


@dataclass(frozen=True)
class Style:
    """One aesthetic. Dictionaries map names to weights; ``cuts`` maps a category to the silhouettes it is worn in,
    ``details`` a detail (sleeve, heel, brim) to the values that it likes best.

    ``cloth``, ``hide`` and ``jewel`` are title adjectives for textiles, for leather and straw, and for jewellery.
    """

    name: str
    palette: dict[str, int]
    metals: dict[str, int]
    materials: dict[str, int]
    patterns: dict[str, int]
    trims: dict[str, int]
    details: dict[str, tuple[str, ...]]
    seasons: tuple[str, ...]
    formality: str
    cloth: tuple[str, ...]
    hide: tuple[str, ...]
    jewel: tuple[str, ...]
    cuts: dict[str, tuple[str, ...]]


def weights(text: str) -> dict[str, int]:
    """Read ``"rust 4, hot pink 2, ivory"`` as ``{"rust": 4, "hot pink": 2, "ivory": 1}``."""
    pairs = (re.fullmatch(r"(.+?)(?: (\d+))?", part) for part in cloth.words(text))
    return {pair[1]: int(pair[2] or 1) for pair in pairs if pair}


def _style(name: str, row: dict[str, str]) -> Style:
    weighed: dict[str, Any] = {key: weights(row[key]) for key in ("palette", "metals", "materials", "patterns", "trims")}
    listed: dict[str, Any] = {key: cloth.words(row[key]) for key in ("seasons", "cloth", "hide", "jewel")}
    chosen: dict[str, Any] = {key: cloth.choices(row[key]) for key in ("cuts", "details")}
    return Style(name=name, formality=row["formality"], **weighed, **listed, **chosen)


@cache
def load_styles() -> dict[str, Style]:
    """Return all styles by name, in the order of the files."""
    files = sorted(Path(__file__).parent.glob("*.toml"))
    return {name: _style(name, row) for file in files for name, row in table(file).items()}


def admits(style: Style, garment: Garment) -> bool:
    """Say whether a style's data fully allows a garment: its cut, material, pattern, every colour and every trim.

    This is the definition of the label ``aesthetics``. Metal takes its colour from the style's metals, all else from
    its palette; a category's staple materials (see cloth.toml) belong to every style.
    """
    tones = style.metals if garment.material == "metal" else style.palette
    return (
        garment.silhouette in style.cuts.get(garment.category, ())
        and (garment.material in style.materials or garment.material in cloth.staples(garment.category, garment.silhouette))
        and garment.pattern in style.patterns
        and all(colour in tones for colour in garment.colours)
        and all(trim in style.trims for trim in garment.trims)
    )
