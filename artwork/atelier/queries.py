"""Open queries with exact answers: a term in a template, and what an item must carry to be an answer."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from artwork.atelier import cloth
from artwork.atelier.items import Piece
from artwork.atelier.terms import Term, load_terms

MIN_ANSWERS = 12
_PLAIN = ("{t}", "{t} outfit", "{t} look", "{t} style", "what to wear for {t}", "{t} fashion")
_COLOURS_A_TERM, _SEASONS_A_TERM = 2, 1
_HEADS = {"outfit", "look", "style", "fashion", "attire", "wardrobe", "dressing", "chic", "outfits", "inspired", "aesthetic"}


@dataclass(frozen=True)
class Query:
    """``require`` maps a label column to the names that an answer carries, one of each column's list."""

    query: str
    term: str
    aesthetic: str
    require: dict[str, list[str]]
    split: str


def _pick(names: Sequence[str], count: int, key: str) -> list[str]:
    """Take a few names in an order that depends on the key alone."""
    return sorted(names, key=lambda name: hashlib.sha256(f"{key}/{name}".encode()).hexdigest())[:count]


def _of_term(term: Term, families: Sequence[str], seasons: Sequence[str]) -> Iterator[tuple[str, dict[str, list[str]]]]:
    named = term.text.split()[-1] in _HEADS
    for template in _PLAIN:
        if template == "{t}" or not named:
            yield template.format(t=term.text), {}
    for family in _pick(families, _COLOURS_A_TERM, term.text):
        yield f"{term.text} in {'neutral tones' if family == 'neutral' else family}", {"colour_families": [family]}
    for season in _pick(seasons, _SEASONS_A_TERM, term.text):
        yield f"{term.text} for {season}", {"seasons": [season]}


def make_queries(pieces: Sequence[Piece]) -> Iterator[Query]:
    """Yield every term's queries of two to six words; a colour or season only where at least MIN_ANSWERS items answer it."""
    families: dict[str, Counter] = {}
    seasons: dict[str, Counter] = {}
    for piece in pieces:
        for name in piece.aesthetics:
            families.setdefault(name, Counter()).update(cloth.families(piece.garment))
            seasons.setdefault(name, Counter()).update(piece.seasons)
    for term in load_terms():
        rich = [family for family, count in families[term.aesthetic].items() if count >= MIN_ANSWERS]
        worn = [season for season, count in seasons[term.aesthetic].items() if count >= MIN_ANSWERS and season not in term.text]
        for text, also in _of_term(term, sorted(rich), sorted(worn)):
            if 2 <= len(text.split()) <= 6:
                yield Query(text, term.text, term.aesthetic, {"aesthetics": [term.aesthetic], **also}, term.split)
