"""What a catalogue can be asked for: the values of its attributes, words that its titles share, and what is seen in its pictures.

A facet is said in the way of its sort: "blue dresses" are things, "mustard" says what things are like, "indie pop" is music by
itself, "gold buttons" are on things, "women" wear them.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from r4t_demo.catalog import NO_CATEGORY, Catalog
from r4t_demo.encoder import Encoder
from r4t_demo.seen.vocabulary import DOMAINS, WORN, plural
from r4t_demo.sources.names import says_nothing
from r4t_demo.train.tune.themes import FRAME, GRAMMAR, NO_NAMES, PEOPLE

FEW, MOST = 3, 0.6  # a facet is carried by as many items, and by at most that share of them
ENOUGH = 8  # facets that labels give; with fewer, the titles' words and the categories are asked for, too
MAX_VALUES = 60  # of an attribute: one with more is a text or an id
MAIN = 0.6  # share of the items that make a domain the catalogue's own
NO_LABEL = {"na", "n/a", "none", "other", "unknown", "yes", "no", "true", "false", "multi", "misc", "various"}
NO_ATTRIBUTES = {"split", "description", "url", "link", "date", "artist"}
NO_WORDS = NO_NAMES | FRAME | GRAMMAR
SEASONS = {"summer", "winter", "spring", "autumn", "fall"}
VOWEL = re.compile(r"[aeiouyàâäáãåæèéêëìíîïòóôöõøœùúûüýÿ]|[^\x00-\u024f]", re.IGNORECASE)  # other scripts write them otherwise


@dataclass(frozen=True)
class Facet:
    """A word of a catalogue's own, how many items carry it, and what an item must have where labels tell.

    ``asked`` is what one asks for by it: "mustard homeware"; ``describes``: whether one may also ask for something that is it.
    """

    text: str
    count: int
    asked: str = ""
    describes: bool = False
    require: dict[str, list[str]] = field(default_factory=dict)


def facets(catalog: Catalog, noun: str = "things") -> list[Facet]:
    """Return the facets by which ``catalog``, whose things are called ``noun``, is asked; each text once."""
    found = [*labels(catalog, noun), *seen_things(catalog)]
    if len(found) < ENOUGH:
        found += [*title_words(catalog, noun), *categories(catalog)]
    return list({facet.text: facet for facet in reversed(found)}.values())


def labels(catalog: Catalog, noun: str = "things") -> list[Facet]:
    """Return the values of attributes, genres and tags that enough items share, with what an item must carry."""
    values: dict[str, Counter] = {}
    for item in catalog.items:
        for name in item.attributes:
            if name not in NO_ATTRIBUTES:
                values.setdefault(name, Counter()).update(set(item.labels(name)))
    return [
        _worded(value.lower(), count, noun, {name: [value]}, alone="genre" in name.lower())
        for name, counts in values.items()
        if len(counts) <= MAX_VALUES
        for value, count in counts.most_common()
        if FEW <= count <= MOST * len(catalog) and _is_label(value)
    ]


def title_words(catalog: Catalog, noun: str = "things", most: int = 40) -> list[Facet]:
    """Return the words that titles of several categories share; the categories' own names are too narrow for a broad query."""
    narrow = {word for item in catalog.items for word in _words(item.category)}
    found: dict[str, set[str]] = {}
    counts: Counter = Counter()
    for item in catalog.items:
        for word in set(_words(item.title)) - narrow if item.said else ():
            counts[word] += 1
            found.setdefault(word, set()).add(item.category)
    several = min(2, len({item.category for item in catalog.items}))
    few = max(FEW, len(catalog) // 100)
    broad = [(word, n) for word, n in counts.most_common() if few <= n <= MOST * len(catalog) and len(found[word]) >= several]
    return [_worded(word, n, noun) for word, n in broad[:most]]


def seen_things(catalog: Catalog) -> list[Facet]:
    """Return the kinds that are seen in pictures without words, and colours with them, most frequent first."""
    tags = [item.seen for item in catalog.items if item.seen and item.seen.kind]
    counts = Counter(plural(tag.kind) for tag in tags)
    counts.update(plural(str(tag)) for tag in tags if tag.colour)
    return [Facet(text, count, text) for text, count in counts.most_common() if count >= FEW]


def categories(catalog: Catalog) -> list[Facet]:
    """Return the categories that enough items have, as things in the plural."""
    counts = Counter(item.category.lower() for item in catalog.items if item.category != NO_CATEGORY)
    some = range(FEW, int(MOST * len(catalog)) + 1)
    return [Facet(plural(name), n, plural(name)) for name, n in counts.most_common() if n in some and _is_label(name)]


def domain(catalog: Catalog, encoder: Encoder) -> list[tuple[str, int]]:
    """Return what most things are, one of vocabulary.DOMAINS, and how many; nothing where no domain has MAIN of them.

    Things with an artist are music; what is seen, or the kind that is nearest to an item's words, tells the others'. Where most
    are worn but of no one sort, they are clothes.
    """
    counts: Counter = Counter()
    told = []
    for item in catalog.items:
        if item.subtitle or "genre" in item.attributes:
            counts["music"] += 1
        elif item.seen:
            counts[item.seen.domain] += 1
        elif item.words:
            told.append(item.words)
    if told:
        names = [(name, word) for name, kinds in DOMAINS.items() for kind in kinds for word in kind]
        nearest = (encoder.encode_text(told) @ encoder.encode_text([word for _, word in names]).T).argmax(1)
        counts.update(names[row][0] for row in np.atleast_1d(nearest))
    worn = sum(counts[name] for name in WORN)
    most = [*counts.most_common(1), ("clothes", worn)]
    return [(name, n) for name, n in most if n >= MAIN * len(catalog)][:1]


def _worded(text: str, count: int, noun: str, require: dict | None = None, alone: bool = False) -> Facet:
    """A facet that says what things called ``noun`` are like; ``alone``: it is a name of such things itself."""
    require = require or {}
    if text in PEOPLE:
        return Facet(text, count, f"{PEOPLE[text]} {noun}", require=require)
    if alone and noun == "songs":
        return Facet(text, count, text, require=require)
    if re.search(r"[^s]s$", text) and noun != "songs":  # "gold buttons"
        return Facet(text, count, f"{noun} with {text}", require=require)
    return Facet(text, count, f"{text} {noun}", describes=noun != "songs" and text not in SEASONS, require=require)


def _words(text: str) -> list[str]:
    found = re.findall(r"[^\W\d_]{3,}(?:-[^\W\d_]+)*", text.lower())
    return [word for word in found if word not in NO_WORDS and VOWEL.search(word)]


def _is_label(value: str) -> bool:
    is_word = value.lower() not in NO_LABEL and len(value.split()) <= 3 and re.fullmatch(r"[^\W\d_][\w &'/-]*[\w]", value)
    return bool(is_word) and bool(VOWEL.search(value)) and not says_nothing(value)
