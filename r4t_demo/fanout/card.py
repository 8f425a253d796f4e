"""The catalog card: what a catalogue holds, in a few of its own words, for the prompt of a language model.

With it one model serves clothes, songs and lamps, and names what is there before any training.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable

from r4t_demo.catalog import NO_CATEGORY, Catalog, Item

TOKENS = 40
PLAIN = frozenset(["a", "an", "and", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"])


def catalog_card(catalog: Catalog, count_tokens: Callable[[str], int], limit: int = TOKENS) -> str:
    """Return the most frequent of a catalogue's categories and genres, then tags, then words of titles, joined by commas.

    ``count_tokens`` tells how long a text is; the card is as long as ``limit`` allows.
    """
    card: list[str] = []
    for word in dict.fromkeys(
        [*kinds(catalog), *_frequent(tag for item in catalog.items for tag in item.labels("tags")), *_words(catalog)]
    ):
        if count_tokens(", ".join([*card, word])) > limit:
            break
        card.append(word)
    return ", ".join(card)


def kind_of(item: Item) -> str:
    """What kind of thing an item is: the first genre of a song, else its category."""
    return next(iter(item.labels("genre")), item.kind)


def kinds(catalog: Catalog) -> list[str]:
    """The kinds of thing that a catalogue tells apart, most frequent first."""
    return _frequent(kind for kind in map(kind_of, catalog.items) if kind != NO_CATEGORY)


def _words(catalog: Catalog) -> list[str]:
    """Words that stand last in several titles: what a thing is comes last."""
    titles = (re.findall(r"[^\W\d_]{3,}", item.title.lower()) for item in catalog.items if item.said)
    return _frequent((words[-1] for words in titles if words and words[-1] not in PLAIN), least=2)


def _frequent(texts: Iterable[str], least: int = 1) -> list[str]:
    counts = Counter(" ".join(text.lower().split()) for text in texts)
    return [text for text, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])) if count >= least and text]
