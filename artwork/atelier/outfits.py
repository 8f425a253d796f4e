"""Outfits: four to nine items of one aesthetic that go together, titled in words a person would type."""

import colorsys
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from artwork.atelier import cloth, terms
from artwork.atelier.items import Piece
from artwork.atelier.spec import COLOUR_FAMILIES
from artwork.atelier.styles import load_styles
from r4t_demo.train.data.wardrobe import COLOURS

PER_TERM = {"train": 4, "validation": 5, "test": 3}  # of an aesthetic's 20, 2 and 3 terms: 80, 10 and 9 outfits
ONE_PIECE = ("dress", "jumpsuit", "swimsuit")
TOPS = ("blouse", "shirt", "t-shirt", "top", "jumper", "hoodie")
BOTTOMS = ("trousers", "jeans", "leggings", "skirt", "shorts")
OUTER = ("cardigan", "blazer", "coat", "jacket", "puffer", "raincoat", "waistcoat", "kimono")
SHOES = ("boots", "sandals", "heels", "trainers", "loafers", "ballet flats")
BAGS = ("handbag", "tote bag", "clutch", "backpack")
EXTRAS = (
    ("hat", "cap", "beanie", "headband"), ("necklace", "scarf"), ("bracelet", "watch"),
    ("sunglasses",), ("earrings",), ("belt",), ("gloves",), ("umbrella",),
)  # fmt: skip
_QUIET = {
    "black", "charcoal", "grey", "silver", "white", "ivory", "cream", "beige", "sand", "tan", "brown", "navy",
    "denim blue", "gold",
}  # fmt: skip
_TEMPLATES = ("{t}", "{t}", "a {t} look", "{t} outfit", "{t} in {c}")
_TITLE_WORDS = 6


@dataclass(frozen=True)
class Outfit:
    """Item ids that are worn together; ``split`` is the split of the term in its title."""

    outfit_id: str
    title: str
    term: str
    aesthetic: str
    items: tuple[str, ...]
    split: str


def _hue(colour: str) -> float:
    red, green, blue = (int(COLOURS[colour][i : i + 2], 16) / 255 for i in (1, 3, 5))
    return colorsys.rgb_to_hsv(red, green, blue)[0]


def harmony(one: str, other: str) -> float:
    """Say how well two colours go together, 0 to 1: alike, quiet beside anything, neighbours or opposites on the wheel."""
    if one == other or any({one, other} <= set(members) for members in COLOUR_FAMILIES.values()):
        return 1.0
    if one in _QUIET or other in _QUIET:
        return 0.85
    turn = abs(_hue(one) - _hue(other))
    turn = min(turn, 1 - turn)
    return 0.7 if turn < 0.1 or turn > 0.42 else 0.3


def _suits(piece: Piece, chosen: Sequence[Piece]) -> float:
    """Mean harmony of the main colours, less a third of it where two printed cloths would meet."""
    mains = [other.garment.colours[0] for other in chosen]
    score = sum(harmony(piece.garment.colours[0], main) for main in mains) / max(len(mains), 1)
    alone = ("plain", piece.garment.pattern)
    clash = piece.garment.pattern != "plain" and any(other.garment.pattern not in alone for other in chosen)
    return score * (0.67 if clash else 1.0)


class _Wardrobe:
    """One aesthetic's items by category, from which outfits are put together."""

    def __init__(self, pieces: Sequence[Piece], rng: random.Random):
        self.rng = rng
        self.shelf: dict[str, list[Piece]] = {}
        for piece in pieces:
            self.shelf.setdefault(piece.garment.category, []).append(piece)

    def _add(self, chosen: list[Piece], categories: Sequence[str], seasons: set[str]) -> set[str]:
        """Add the best of a few pieces that can be worn in one of the seasons; return the seasons that remain."""
        found = [p for c in categories for p in self.shelf.get(c, ()) if p not in chosen and seasons & set(p.seasons)]
        if not found:
            return seasons
        best = max(self.rng.sample(found, min(7, len(found))), key=lambda piece: _suits(piece, chosen))
        chosen.append(best)
        return seasons & set(best.seasons)

    def outfit(self) -> list[Piece]:
        """Return main clothes first, then shoes, a bag, perhaps a layer, and extras: up to nine pieces of one season."""
        chosen: list[Piece] = []
        whole = [c for c in ONE_PIECE if c in self.shelf]
        seasons = set(cloth.SEASONS)
        if whole and self.rng.random() < 0.5:
            seasons = self._add(chosen, self.rng.choices(whole, [6 if c == "dress" else 2 for c in whole]), seasons)
        else:
            for part in (BOTTOMS, TOPS):
                seasons = self._add(chosen, part, seasons)
        for carried in (SHOES, BAGS):
            seasons = self._add(chosen, carried, seasons)
        if self.rng.random() < 0.55 and chosen[0].garment.category != "swimsuit":
            seasons = self._add(chosen, OUTER, seasons)
        for group in self.rng.sample(EXTRAS, self.rng.choice((2, 3, 3, 4))):
            seasons = self._add(chosen, group, seasons)
        return chosen

    @staticmethod
    def complete(chosen: Sequence[Piece]) -> bool:
        """Say whether it can be gone out in: body covered, shod, a bag, four to nine pieces."""
        kinds = {piece.garment.category for piece in chosen}
        covered = kinds & set(ONE_PIECE) or (kinds & set(TOPS) and kinds & set(BOTTOMS))
        return bool(covered and kinds & set(SHOES) and kinds & set(BAGS) and 4 <= len(chosen) <= 9)


def _title(term: str, chosen: Sequence[Piece], rng: random.Random) -> str:
    """Put the term into a small template of two to six words."""
    while True:
        text = rng.choice(_TEMPLATES).format(t=term, c=chosen[0].garment.colours[0])
        article = term.startswith(("a ", "the ", "my ")) or term.split()[-1] in ("outfit", "look", "style", "attire", "wardrobe")
        if 2 <= len(text.split()) <= _TITLE_WORDS and (text == term or not article):
            return re.sub(r"^a (?=[aeiou])", "an ", text)


def make_outfits(pieces: Sequence[Piece], seed: int = 0) -> Iterator[Outfit]:
    """Yield the outfits of every term of every aesthetic; no two are the same set of items."""
    taken: set[frozenset[str]] = set()
    number = 0
    for name in load_styles():
        rng = random.Random(f"{seed}/outfits/{name}")
        wardrobe = _Wardrobe([piece for piece in pieces if name in piece.aesthetics], rng)
        for split, count in PER_TERM.items():
            for term in (text for text in terms.of(name, split) for _ in range(count)):
                chosen = wardrobe.outfit()
                while not wardrobe.complete(chosen) or frozenset(p.item_id for p in chosen) in taken:
                    chosen = wardrobe.outfit()
                taken.add(frozenset(piece.item_id for piece in chosen))
                ids = tuple(piece.item_id for piece in chosen)
                yield Outfit(f"outfit-{number:04d}", _title(term, chosen, rng), term, name, ids, split)
                number += 1
