"""The words a shopper would type for each aesthetic, and which of them are held out of training."""

import hashlib
from dataclasses import dataclass
from functools import cache

from artwork.atelier import cloth
from artwork.atelier.data import table
from artwork.atelier.styles import load_styles

TEST_TERMS, VALIDATION_TERMS = 3, 2  # of every aesthetic's 25
ALWAYS_TRAIN = ("rainy sunday",)


@dataclass(frozen=True)
class Term:
    """A natural phrase for one aesthetic; ``split`` is train, validation or test."""

    text: str
    aesthetic: str
    split: str


def _rank(text: str) -> str:
    """A stable shuffle key: the same term keeps its split on every machine and when other terms come or go."""
    return hashlib.sha256(text.encode()).hexdigest()


def _of_style(name: str) -> list[Term]:
    own = name.lower()
    others = [text for text in cloth.words(table("terms")[name].replace("\n", " ")) if text != own]
    free = sorted((text for text in others if text not in ALWAYS_TRAIN), key=_rank)
    split = dict.fromkeys(free[:TEST_TERMS], "test")
    split |= dict.fromkeys(free[TEST_TERMS : TEST_TERMS + VALIDATION_TERMS], "validation")
    return [Term(text, name, split.get(text, "train")) for text in [own, *others]]


@cache
def load_terms() -> tuple[Term, ...]:
    """Return every term, aesthetic by aesthetic; the aesthetic's own name comes first and is a train term."""
    return tuple(term for name in load_styles() for term in _of_style(name))


def of(aesthetic: str, split: str) -> list[str]:
    """Return the texts of one aesthetic's terms in one split."""
    return [term.text for term in load_terms() if term.aesthetic == aesthetic and term.split == split]
