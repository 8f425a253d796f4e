"""Broad requests over labelled product photos, each with the labels that it asks for: "sporty autumn style for men in blue".

A request names two to four labels, of gender, usage, season and colour. It is posed only where a full answer is possible: ten
article types with MIN_ITEMS items each carry all the labels. Its split goes by hash of the labels, so a combination that is
asked for in validation or test never occurs in training, in no wording; and what training asks in the wordings of SEEN, they ask
in those of UNSEEN. The single labels do occur: what is tested is to combine them anew, and to be asked otherwise.

A season is the one that a thing was sold in, which pictures and titles hardly tell: nobody finds it much above chance.
"""

import hashlib
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from r4t_demo.catalog import Item

MIN_TYPES, MIN_ITEMS = 10, 3
SEEN = (
    "{whose} {colour} {usage} {season} outfit",
    "{colour} {usage} {season} wear {people}",
    "{usage} {season} style {people} {in_colour}",
    "{whose} {colour} pieces to wear {occasion} {when}",
    "{season} {usage} look {in_colour} {people}",
)
UNSEEN = (
    "something {colour} {people} to wear {occasion} {when}",
    "{colour} {whose} {usage} fashion {when}",
    "{usage} {season} wardrobe {people} {in_colour}",
)
USAGES = {  # the other usages have too few items
    "Casual": {"usage": "casual", "occasion": "on an easy weekend"},
    "Sports": {"usage": "sporty", "occasion": "to the gym"},
    "Ethnic": {"usage": "ethnic", "occasion": "to a traditional celebration"},
    "Formal": {"usage": "formal", "occasion": "to the office"},
}
SEASONS = {"Spring": "spring", "Summer": "summer", "Fall": "autumn", "Winter": "winter"}
PEOPLE = {
    "women": ["Women", "Unisex"],
    "men": ["Men", "Unisex"],
    "girls": ["Girls"],
    "boys": ["Boys"],
    "children": ["Boys", "Girls"],
}
NO_COLOUR = {"NA", "Multi"}


@dataclass(frozen=True)
class LabelledQuery:
    """A line of queries.jsonl; ``term`` names the combination of labels, ``require`` is that of ``evaluate.oar.TestQuery``."""

    query: str
    term: str
    require: dict[str, list[str]]
    split: str


@dataclass(frozen=True)
class Label:
    """``words`` fill a wording's slots; an item carries the label if its ``attribute`` is one of ``wanted``."""

    attribute: str
    name: str
    wanted: Sequence[str]
    words: dict[str, str]


def photo_queries(items: Sequence[Item]) -> Iterator[LabelledQuery]:
    """Yield every request that ``items`` can answer in full, one wording after the other."""
    for combination in _answerable(items, list(_labels(items))):
        term = " + ".join(label.name for label in combination)
        split = split_of(term)
        require = {label.attribute: list(label.wanted) for label in combination}
        for text in dict.fromkeys(_written(wording, combination) for wording in (SEEN if split == "train" else UNSEEN)):
            yield LabelledQuery(text, term, require, split)


def split_of(term: str) -> str:
    """Seven combinations in ten are for training, one for validation, two for test."""
    place = hashlib.sha256(term.encode()).digest()[0] % 10
    return "train" if place > 2 else "validation" if place == 0 else "test"


def _labels(items: Sequence[Item]) -> Iterator[Label]:
    for name, wanted in PEOPLE.items():
        yield Label("gender", name, wanted, {"people": f"for {name}", "whose": f"{name}'" if name[-1] == "s" else f"{name}'s"})
    for name, words in USAGES.items():
        yield Label("usage", words["usage"], [name], words)
    for name, word in SEASONS.items():
        yield Label("season", word, [name], {"season": word, "when": f"in {word}"})
    colours = sorted({name for item in items for name in item.labels("base_colour")} - NO_COLOUR)
    for colour in colours:
        shades = [shade for shade in colours if set(colour.split()) <= set(shade.split())]  # navy blue is blue
        word = colour.lower()
        yield Label("base_colour", word, shades, {"colour": word, "in_colour": f"in {word}"})


def _answerable(items: Sequence[Item], labels: Sequence[Label]) -> Iterator[tuple[Label, ...]]:
    """The combinations of labels of different attributes that enough items of enough article types carry, in a fixed order."""
    attributes = list(dict.fromkeys(label.attribute for label in labels))
    alike = Counter((item.category, *(tuple(item.labels(name)) for name in attributes)) for item in items)
    found: dict[tuple[int, ...], Counter] = {}
    for (category, *values), count in alike.items():
        carried = [
            [None, *(n for n, label in enumerate(labels) if label.attribute == name and not set(label.wanted).isdisjoint(own))]
            for name, own in zip(attributes, values, strict=True)
        ]
        for choice in itertools.product(*carried):
            found.setdefault(tuple(n for n in choice if n is not None), Counter())[category] += count
    for numbers in sorted(found):
        if len(numbers) > 1 and sum(count >= MIN_ITEMS for count in found[numbers].values()) >= MIN_TYPES:
            yield tuple(labels[n] for n in numbers)


def _written(wording: str, combination: Sequence[Label]) -> str:
    slots = dict.fromkeys(("people", "whose", "usage", "occasion", "season", "when", "colour", "in_colour"), "")
    for label in combination:
        slots |= label.words
    return " ".join(wording.format(**slots).split())
