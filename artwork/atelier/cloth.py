"""What can be made of what: materials for cuts, patterns for materials, colours for both, and when it is worn."""

from functools import cache

from artwork.atelier.data import table
from artwork.atelier.spec import COLOUR_FAMILIES, Garment
from r4t_demo.train.data.wardrobe import COLOURS, PATTERNS

SEASONS = ("spring", "summer", "autumn", "winter")


@cache
def words(text: str) -> tuple[str, ...]:
    """Split a comma-separated line into its names."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


@cache
def choices(text: str) -> dict[str, tuple[str, ...]]:
    """Read ``"sleeve: bell, puff; toe: round"`` as names with their values."""
    lines = (part.split(":") for part in text.replace("\n", " ").split(";") if part.strip())
    return {name.strip(): words(values) for name, values in lines}


def _for_cut(section: str, category: str, silhouette: str, file: str = "cloth") -> str:
    rows = table(file)[section]
    return rows.get(f"{category}/{silhouette}", rows.get(category, ""))


@cache
def materials(category: str, silhouette: str) -> tuple[str, ...]:
    """Return what a cut can be made of, staples included."""
    return tuple(dict.fromkeys(words(_for_cut("materials", category, silhouette)) + staples(category, silhouette)))


@cache
def staples(category: str, silhouette: str) -> tuple[str, ...]:
    """Return the materials that any style may use for a cut, because they say nothing about style there."""
    return words(_for_cut("staples", category, silhouette))


@cache
def details(category: str, silhouette: str) -> dict[str, tuple[str, ...]]:
    """Return what may vary within a cut."""
    return choices(_for_cut("details", category, silhouette, "details"))


@cache
def patterns(material: str) -> tuple[str, ...]:
    """Return the patterns that a material carries; plain always."""
    return tuple(name for name in PATTERNS if name == "plain" or material in words(table("cloth")["patterns"][name]))


@cache
def colours(material: str, pattern: str) -> tuple[str, ...]:
    """Return the main colours that a material comes in and a pattern is laid on."""
    rows, dyes, grounds = (table("cloth")[section] for section in ("colours", "dyes", "grounds"))
    made = words(rows[material]) if material in rows else tuple(COLOURS)
    taken = (colour for colour in made if colour not in dyes or material in words(dyes[colour]))
    return tuple(colour for colour in taken if pattern not in grounds or colour in words(grounds[pattern]))


@cache
def second_colours(pattern: str) -> tuple[str, ...]:
    """Return the colours in which a pattern's figure is drawn on its ground."""
    return words(table("cloth")["figures"].get(pattern, ", ".join(COLOURS)))


@cache
def trims(category: str) -> tuple[str, ...]:
    """Return the trims that suit a category."""
    return words(table("cloth")["trims"][category])


def families(garment: Garment) -> list[str]:
    """Return the colour families of the main colour; a metal is no dye and has none."""
    if garment.material == "metal":
        return []
    return [family for family, members in COLOUR_FAMILIES.items() if garment.colours[0] in members]


def seasons(garment: Garment) -> tuple[str, ...]:
    """Return when a garment is worn for what it is: its cut decides, and within that its material."""
    rows = table("cloth")["seasons"]
    cut = words(rows.get(f"{garment.category}/{garment.silhouette}", rows.get(garment.category, ", ".join(SEASONS))))
    stuff = words(rows.get(garment.material, ", ".join(SEASONS)))
    return tuple(season for season in SEASONS if season in cut and season in stuff) or cut


def formality(garment: Garment, of_style: str) -> str:
    """Return casual, smart or formal: what the cut makes of its style's own formality."""
    rows = table("cloth")["formality"]
    return rows.get(f"{garment.category}/{garment.silhouette}", rows.get(garment.category, of_style))
