"""Lists of sub-queries for the supervised start, made of text only.

What a general language model does when asked to fan a query out: it rephrases, it appends garments, colours and materials, and
it names things that sound related. "Related" comes from the text encoder alone. Nothing here knows which items exist in a
catalogue, which belong to an aesthetic, or what was worn together.
"""

import random
from collections.abc import Sequence

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
    "{core} {category}", "{core} {category}", "{core} {category}", "{core} {category}", "{category} for {core}",
    "{core} outfit with {category}", "{core} look with {category}", "{core} {material} {category}", "{core} {colour} {category}",
    "{core} {silhouette} {category}",
)  # fmt: skip
PHRASES = (
    "{colour} {material} {category}", "{pattern} {silhouette} {category}", "{material} {category} with {trim}",
    "{colour} {silhouette} {category}", "{material} {silhouette} {category} in {colour}", "{colour} {pattern} {category}",
    "{silhouette} {category}", "{material} {silhouette} {category}",
)  # fmt: skip
SILHOUETTES = [(category, silhouette) for category, names in CATEGORIES.items() for silhouette in names]


def fill(template: str, rng: random.Random, core: str = "") -> str:
    """Fill a template with random names of the fashion vocabulary."""
    category, silhouette = rng.choice(SILHOUETTES)
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


def zero_shot_list(related: Sequence[str], k: int, rng: random.Random) -> list[str]:
    """Return k distinct sub-queries: rephrasings, extensions and related phrases.

    The proportions vary from list to list; on average half are rephrasings and half name a garment.
    """
    weights = [rng.gammavariate(share, 1.0) for share in (2.0, 1.1, 0.9)]
    kinds = (
        lambda: fill(rng.choice(PARAPHRASES), rng, SAME),
        lambda: fill(rng.choice(EXTENSIONS), rng, SAME),
        lambda: related[int(len(related) * rng.random() ** 2)],
    )
    texts: dict[str, None] = {}
    while len(texts) < k:
        texts[rng.choices(kinds, weights)[0]()] = None
    return list(texts)
