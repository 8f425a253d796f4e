"""The vocabulary that Atelier's data, drawing and titles share: what a garment *is*, before it is drawn.

Everything is a plain name, so that the data files read like a buyer's notes and a label is exact.
"""

from dataclasses import dataclass, field

COLOUR_FAMILIES: dict[str, tuple[str, ...]] = {
    "black": ("black", "charcoal"),
    "grey": ("grey", "silver", "charcoal"),
    "white": ("white", "ivory", "cream"),
    "neutral": ("beige", "sand", "camel", "tan", "cream", "ivory", "khaki"),
    "brown": ("brown", "chocolate", "rust", "tan", "camel"),
    "red": ("red", "scarlet", "burgundy"),
    "orange": ("orange", "coral", "peach", "terracotta", "rust"),
    "pink": ("pink", "hot pink", "fuchsia", "blush"),
    "purple": ("lilac", "lavender", "purple", "plum"),
    "blue": ("navy", "royal blue", "cobalt", "denim blue", "light blue", "sky blue"),
    "teal": ("turquoise", "teal", "mint"),
    "green": ("sage", "olive", "forest green", "emerald", "lime", "neon green", "mint", "khaki"),
    "yellow": ("yellow", "mustard", "gold"),
}


@dataclass(frozen=True)
class Garment:
    """One item as data; everything that its picture shows, and nothing else.

    ``colours`` holds one to three keys of COLOURS, the main cloth first. ``details`` are optional cuts the drawer knows,
    such as ``{"sleeve": "puff", "neckline": "v", "length": "midi", "heel": "block"}``. ``seed`` varies only
    small accidents (fold positions, petal angles), so the same garment always gives the same bytes.
    """

    category: str
    silhouette: str
    material: str
    pattern: str
    colours: tuple[str, ...]
    trims: tuple[str, ...] = ()
    details: dict[str, str] = field(default_factory=dict)
    seed: int = 0
