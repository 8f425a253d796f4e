"""Shop-like titles that say what can be seen, never which style it belongs to."""

import random

from artwork.atelier import cloth
from artwork.atelier.data import table
from artwork.atelier.spec import Garment
from artwork.atelier.styles import Style

_HIDES = {"leather", "suede", "patent", "straw", "rubber", "canvas", "shearling"}
_HIDE_CATEGORIES = {
    "boots", "sandals", "heels", "trainers", "loafers", "ballet flats", "handbag", "tote bag", "clutch", "backpack", "belt",
}  # fmt: skip
_JEWELS = {"necklace", "earrings", "bracelet"}
_NO_ADJECTIVE = {"sunglasses", "watch", "umbrella", "headband", "cap", "swimsuit", "beanie", "hat", "scarf", "gloves"}
_CLAUSES = (
    "{a} {p} {m} {n} in {c}",
    "{c} {p} {m} {n} {w}",
    "{a} {c} {p} {m} {n}",
    "{p} {m} {n} {w} in {c}",
    "{n} in {c} {p} {m} {w}",
)


def _say(rng: random.Random, section: str, name: str) -> str:
    return rng.choice(cloth.words(table("names")[section].get(name, name)) or ("",))


def _adjective(garment: Garment, style: Style, rng: random.Random) -> str:
    """A trim, or else one of the style's visible qualities that suits the kind of thing."""
    if garment.trims and rng.random() < 0.6:
        return _say(rng, "trimmed", garment.trims[0])
    if garment.category in _JEWELS:
        return rng.choice(style.jewel)
    if garment.category in _NO_ADJECTIVE:
        return ""
    return rng.choice(style.hide if garment.category in _HIDE_CATEGORIES or garment.material in _HIDES else style.cloth)


def _colours(garment: Garment, rng: random.Random) -> str:
    names = garment.colours[:2]
    return " and ".join(names) if len(names) > 1 and (garment.pattern != "plain" or rng.random() < 0.5) else names[0]


def _material(garment: Garment, noun: str, colours: str, rng: random.Random) -> str:
    """The material's word; only leather goods are of patent leather."""
    word = _say(rng, "materials", garment.material)
    if garment.category == "sunglasses":
        return "" if garment.material == "metal" else "glossy"
    if garment.category in ("puffer", "raincoat", "umbrella") and garment.material == "patent":
        return "glossy"
    told = set(noun.split()) | set(colours.split()) | ({"denim"} if "jean" in noun else set())
    return "" if told & set(word.split()) else word


def title(garment: Garment, style: Style, rng: random.Random) -> str:
    """Return one title in one of several word orders; only visible facts, first letter capital."""
    noun = _say(rng, "nouns", f"{garment.category}/{garment.silhouette}")
    adjective = _adjective(garment, style, rng)
    told = set(adjective.replace("-", " ").split())
    tail = garment.trims[-1] if garment.trims and (len(garment.trims) > 1 or not told & set(garment.trims[0].split())) else ""
    colours = _colours(garment, rng)
    gem = garment.details.get("gem")
    words = {
        "a": adjective,
        "p": _say(rng, "patterns", garment.pattern),
        "m": _material(garment, noun, colours, rng),
        "n": noun,
        "c": colours,
        "w": f"with {_say(rng, 'with', tail)}" if tail else f"with {gem} stones" if gem else "",
    }
    clause = rng.choice(_CLAUSES)
    if clause.startswith("{n}") and not words["m"]:
        clause = _CLAUSES[0]
    text = " ".join(clause.format(**words).split())
    return text[0].upper() + text[1:]
