"""A reason that many records share is told once; the names and numbers in which they differ stand as "…"."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest

OPEN = "…"
_PARTICULAR = re.compile(r"((?<!\w)'.*?'(?!\w)|\d+(?:[.,]\d+)*)", re.DOTALL)  # a quoted name, or a number


@dataclass(frozen=True)
class Reason:
    """``text`` is the end of a sentence about each of ``count`` records.

    ``first`` holds the first few: where each stands, and the names that ``text`` leaves open for it.
    """

    text: str
    count: int
    first: list[tuple[str, list[str]]]


def gather(found: Iterable[tuple[str, str]], first: int = 3) -> list[Reason]:
    """Return the reasons of ``found``, pairs (where, why) as in a Report, the most frequent one first."""
    alike: dict[tuple[str, ...], list[tuple[str, list[str]]]] = {}
    for where, why in found:
        parts = _PARTICULAR.split(why)  # words and particulars in turn
        alike.setdefault(tuple(parts[::2]), []).append((where, parts[1::2]))
    return sorted((_reason(*one, first) for one in alike.items()), key=lambda reason: -reason.count)


def _reason(words: tuple[str, ...], records: list[tuple[str, list[str]]], first: int) -> Reason:
    particulars = zip(*(parts for _, parts in records), strict=True)
    shown = [same.pop() if len(same) == 1 else OPEN for same in map(set, particulars)]
    text = "".join(word + part for word, part in zip_longest(words, shown, fillvalue=""))
    return Reason(text, len(records), [(where, _names(where, parts, shown)) for where, parts in records[:first]])


def _names(where: str, parts: list[str], shown: list[str]) -> list[str]:
    """What ``shown`` leaves open of a record, but for numbers and for the name of where it stands."""
    names = [part[1:-1] for part, place in zip(parts, shown, strict=True) if place == OPEN and part[0] == "'"]
    return [name for name in dict.fromkeys(names) if name != where]
