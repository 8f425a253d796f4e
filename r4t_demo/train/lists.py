"""Lists of sub-queries for the supervised start, made of text only.

What a general language model does when asked to fan a query out: it rephrases, it appends garments, colours and materials, and
it names things that sound related. "Related" comes from the text encoder alone. Nothing here knows which items exist in a
catalogue, which belong to an aesthetic, or what was worn together.
"""

import random
from collections.abc import Sequence
from itertools import cycle

import numpy as np

from r4t_demo.atelier.spec import CATEGORIES, COLOURS, MATERIALS, PATTERNS, TRIMS
from r4t_demo.fanout.folm import SAME

PARAPHRASES = (
    "{core} style", "{core} outfit", "{core} look", "{core} fashion", "{core} clothes", "{core} wear", "{core} ideas",
    "{core} inspiration", "{core}", "{core} wardrobe", "{core} aesthetic", "{core} mood", "{core} essentials", "modern {core}",
    "classic {core}", "casual {core} look", "elegant {core} style", "vintage {core}", "{core} for women", "{core} in {colour}",
    "{colour} {core} outfit", "{core} accessories", "{core} shoes",
)  # fmt: skip
EXTENSIONS = (
    "{core} {category}", "{core} {category}", "{core} {category}", "{core} {category}", "{core} {category}",
    "{core} {material} {category}", "{core} {colour} {category}", "{core} {silhouette} {category}",
)  # fmt: skip
PHRASES = (
    "{colour} {material} {category}", "{pattern} {silhouette} {category}", "{material} {category} with {trim}",
    "{colour} {silhouette} {category}", "{material} {silhouette} {category} in {colour}", "{colour} {pattern} {category}",
    "{silhouette} {category}", "{material} {silhouette} {category}",
)  # fmt: skip
TEMPERATURE = 0.05  # of the choice of a category by its similarity; half of a usual spread of similarities
SILHOUETTES = [(category, silhouette) for category, names in CATEGORIES.items() for silhouette in names]


def fill(template: str, rng: random.Random, core: str = "", category: str | None = None) -> str:
    """Fill a template with random names of the fashion vocabulary; a ``category`` that is given stays."""
    own = [pair for pair in SILHOUETTES if category in (None, pair[0])]
    category, silhouette = rng.choice(own)
    return template.format(
        core=core, category=category, silhouette=silhouette, colour=rng.choice(list(COLOURS)), material=rng.choice(MATERIALS),
        pattern=rng.choice(PATTERNS), trim=rng.choice(TRIMS),
    ).lower()  # fmt: skip


def phrase_bank(count: int, seed: int = 0) -> list[str]:
    """Return distinct garment phrases of the general vocabulary, for "things that sound related"."""
    rng = random.Random(seed)
    return list(dict.fromkeys(fill(rng.choice(PHRASES), rng) for _ in range(count)))


def nearest(queries: np.ndarray, phrases: np.ndarray, count: int) -> np.ndarray:
    """Return the rows of the ``count`` phrases nearest to each query, best first, shape (len(queries), count).

    Where there are fewer phrases, all of them.
    """
    count = min(count, len(phrases))
    rows = []
    for start in range(0, len(queries), 512):
        similarity = queries[start : start + 512] @ phrases.T
        best = np.argpartition(-similarity, count - 1, axis=1)[:, :count]
        rows.append(np.take_along_axis(best, np.argsort(-np.take_along_axis(similarity, best, 1), axis=1), 1))
    return np.concatenate(rows)


def suited_categories(queries: np.ndarray, categories: np.ndarray) -> np.ndarray:
    """Return how often each category is to be named for each query, (len(queries), len(categories)), rows that sum to one.

    A softmax of the texts' similarities: a language model asked for ski wear rather thinks of a puffer than of a clutch.
    """
    weights = np.exp((queries @ categories.T) / TEMPERATURE)
    return weights / weights.sum(1, keepdims=True)


def zero_shot_list(related: Sequence[str], suited: Sequence[float], k: int, rng: random.Random) -> list[str]:
    """Return k distinct sub-queries: rephrasings, extensions by categories drawn as they are ``suited``, and related phrases.

    Extensions name a category twice only when all have been named. The proportions of the three kinds vary from list to list; on
    average half are rephrasings and half name a garment.
    """
    weights = [rng.gammavariate(share, 1.0) for share in (2.0, 1.1, 0.9)]
    order = sorted(zip(suited, CATEGORIES, strict=True), key=lambda pair: rng.expovariate(pair[0]))  # drawn without replacement
    categories = cycle(category for _, category in order)
    kinds = (
        lambda: fill(rng.choice(PARAPHRASES), rng, SAME),
        lambda: fill(rng.choice(EXTENSIONS), rng, SAME, next(categories)),
        lambda: related[int(len(related) * rng.random() ** 2)],
    )
    texts: dict[str, None] = {}
    while len(texts) < k:
        texts[rng.choices(kinds, weights)[0]()] = None
    return list(texts)
