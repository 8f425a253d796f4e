"""Broad queries for a catalogue that nobody described: its own words, or what the encoder sees in it, in templates.

R4T's queries fall into eight families (aesthetic, activity, season, lifestyle, mood, trend, function, hybrid) and have two to six
words. Here a family's theme meets a word of the catalogue, a *facet*: a value of its attributes and tags, a word that titles of
several categories share, or, where there are no texts, colours and looks by zero-shot tagging and the names of clusters.

What a query means is its content words, in any order: its ``term``. The split goes by hash of the term, 8 : 1 : 1, so that what
is held out is never trained on in another wording either, whoever wrote it.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import chain, islice, zip_longest
from math import isqrt
from pathlib import Path

import numpy as np

from r4t_demo.atelier.spec import CATEGORIES
from r4t_demo.catalog import Catalog
from r4t_demo.encoder import Encoder
from r4t_demo.errors import UserError
from r4t_demo.files import write_atomically
from r4t_demo.index.base import VectorIndex
from r4t_demo.sources.validate import NO_CATEGORY
from r4t_demo.train.themes import (
    COLOURS,
    DOMAINS,
    FAMILIES,
    FRAME,
    GRAMMAR,
    LOOKS,
    NO_NAMES,
    THEMES,
    THING_WORDINGS,
    THINGS,
    WORDINGS,
)
from r4t_demo.vocabulary import plural

FILE = "queries.jsonl"
UNDERSTOOD = "understanding.json"
MAX_WORDS = 6
MIN_TRAIN, MIN_TEST = 16, 3  # queries that a run needs to learn from, and to be judged by
FEW, MOST = 3, 0.6  # a facet is carried by as many items, and by at most that share of them
ENOUGH = 8  # facets of a catalogue's own; with fewer, the encoder's are taken too
MAX_VALUES = 60  # of an attribute: one with more is a text or an id
NO_LABEL = {"na", "n/a", "none", "other", "unknown", "yes", "no", "true", "false", "multi"}
NO_ATTRIBUTES = {"split", "description", "url", "link", "date", "artist"}
NO_WORDS = NO_NAMES | FRAME | GRAMMAR


@dataclass(frozen=True)
class CatalogQuery:
    """A line of queries.jsonl, as ``evaluate.oar`` reads it; ``require`` is empty where no label can judge."""

    query: str
    term: str
    family: str
    split: str
    require: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Facet:
    """A word of a catalogue's own, how many items carry it, and what an item must have where labels tell."""

    text: str
    count: int
    require: dict[str, list[str]] = field(default_factory=dict)
    things: bool = False  # whether it names things, in the plural: "blue dresses"


def understand(catalog: Catalog, index: VectorIndex, encoder: Encoder) -> dict[str, list[tuple[str, int]]]:
    """Return what there seems to be: kind -> (word, number of items), most frequent first.

    "labels" and "words" are the catalogue's own; "domains", "colours", "looks" and "clusters" are what the encoder sees in it.
    """
    vectors = index.vectors(np.arange(len(index)))
    seen = {"domains": DOMAINS, "colours": COLOURS, "looks": LOOKS}
    return {
        "labels": [(facet.text, facet.count) for facet in labels(catalog)],
        "words": [(facet.text, facet.count) for facet in title_words(catalog)],
        **{kind: zero_shot(vectors, words, encoder) for kind, words in seen.items()},
        "clusters": clusters(vectors, encoder),
    }


def make_queries(catalog: Catalog, understood: dict[str, list[tuple[str, int]]], count: int) -> list[CatalogQuery]:
    """Return up to ``count`` distinct queries, the families in turn, in an order that hangs on their words alone."""
    facets = [*labels(catalog), *title_words(catalog)]
    facets += (tags := seen_things(catalog))
    for kinds in (
        () if tags else (("colours", "looks"), ("clusters",))
    ):  # the second name single things: too narrow, where there is a choice
        if len(facets) < ENOUGH:
            facets += [Facet(word, n) for kind in kinds for word, n in understood[kind]]
    facets = list({facet.text: facet for facet in reversed(facets)}.values()) or [Facet("things", len(catalog))]
    each = {family: sorted(_of_family(family, facets), key=lambda query: _hash(query.query)) for family in FAMILIES}
    made: dict[str, CatalogQuery] = {}
    for in_turn in zip_longest(*each.values()):
        for query in filter(None, in_turn):
            if MAX_WORDS >= len(query.query.split()) >= 2 and len(made) < count:
                made.setdefault(query.term, query)
    return list(made.values())


def posed(texts: Sequence[str], made: Sequence[CatalogQuery]) -> list[CatalogQuery]:
    """Return queries as a person left them: those ``made`` keep what is known of them, the others get their split by hash.

    UserError where too few are left to learn from or to judge by.
    """
    known = {query.query: query for query in made}
    queries = {text: known.get(text) or _query(text, "own") for text in (" ".join(text.split()) for text in texts) if text}
    check(list(queries.values()))
    return list(queries.values())


def check(queries: Sequence[CatalogQuery]) -> None:
    """UserError where there are too few queries in a split."""
    counts = Counter(query.split for query in queries)
    if counts["train"] < MIN_TRAIN or counts["test"] < MIN_TEST:
        raise UserError(
            f"Of {len(queries)} different queries {counts['train']} are to learn from and {counts['test']} are held out for "
            f"the test: at least {MIN_TRAIN} and {MIN_TEST} are needed. Add some: one in ten is held out."
        )


def save(folder: Path, queries: Sequence[CatalogQuery], understood: dict[str, list[tuple[str, int]]]) -> None:
    """Write queries.jsonl and, before it, understanding.json."""
    for name, text in (
        (UNDERSTOOD, json.dumps(understood, ensure_ascii=False, indent=1) + "\n"),
        (FILE, "".join(json.dumps(asdict(query), ensure_ascii=False) + "\n" for query in queries)),
    ):
        write_atomically(folder / name, partial(Path.write_text, data=text, encoding="utf-8"))


def load(folder: Path) -> list[CatalogQuery]:
    """Read queries.jsonl; UserError for a line that is no query: the file may have come in anybody's zip."""
    lines = (folder / FILE).read_text(encoding="utf-8").splitlines()
    return [_parsed(number, line) for number, line in enumerate(lines, start=1)]


def _parsed(number: int, line: str) -> CatalogQuery:
    try:
        query = CatalogQuery(**json.loads(line))
        texts = [query.query, query.term, query.family, query.split, *query.require, *chain(*query.require.values())]
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        raise UserError(f"Line {number} of {FILE} is damaged: it is no query.") from error
    if not all(isinstance(text, str) for text in texts):
        raise UserError(f"Line {number} of {FILE} is damaged: it holds other things than texts.")
    return query


def term_of(query: str) -> str:
    """Return the content words of a query, sorted: its meaning as far as the split goes."""
    words = re.findall(r"\w+", query.lower())
    return " ".join(sorted(set(words) - FRAME) or sorted(words))


def split_of(term: str) -> str:
    """Return a term's split by its hash: one in ten is for the test, one for validation."""
    return {0: "test", 1: "validation"}.get(int(_hash(term)[:8], 16) % 10, "train")


def labels(catalog: Catalog) -> list[Facet]:
    """Return the values of attributes, genres and tags that enough items share, with what an item must carry."""
    values: dict[str, Counter] = {}
    for item in catalog.items:
        for name in item.attributes:
            if name not in NO_ATTRIBUTES:
                values.setdefault(name, Counter()).update(set(item.labels(name)))
    return [
        Facet(value.lower(), count, {name: [value]})
        for name, counts in values.items()
        if len(counts) <= MAX_VALUES
        for value, count in counts.most_common()
        if FEW <= count <= MOST * len(catalog) and _is_label(value)
    ]


def title_words(catalog: Catalog, most: int = 40) -> list[Facet]:
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
    return [Facet(word, n) for word, n in broad[:most]]


def seen_things(catalog: Catalog) -> list[Facet]:
    """Return the kinds that the encoder sees in items without words, and colours with them, most frequent first."""
    tags = [item.seen for item in catalog.items if item.seen]
    counts = Counter(plural(tag.kind) for tag in tags)
    counts.update(plural(str(tag)) for tag in tags if tag.colour)
    return [Facet(text, count, things=True) for text, count in counts.most_common() if count >= FEW]


def readings(catalog: Catalog, vectors: np.ndarray, most: int = 1000) -> tuple[list[str], np.ndarray] | None:
    """Return what a direction may be read as: categories, and labels before the category that carries them ("oak stool").

    The most frequent come first, each with the direction of the items ``vectors`` (n, d) that it names, unit rows: the encoder
    need not know the word. None where the catalogue has fewer than ENOUGH of its own.
    """
    known = {value for facet in labels(catalog) for values in facet.require.values() for value in values}
    rows: dict[str, list[int]] = {}
    for row, item in enumerate(catalog.items):
        own = "" if item.category == NO_CATEGORY else item.category.lower()
        kind = own or (item.seen.kind if item.seen else "")
        carried = {value.lower() for name in item.attributes for value in item.labels(name) if value in known}
        for text in filter(None, (kind, *(f"{value} {kind}".strip() for value in sorted(carried - {kind})))):
            rows.setdefault(text, []).append(row)
    phrases = sorted(rows, key=lambda text: -len(rows[text]))[:most]
    sums = np.array([vectors[rows[text]].sum(0) for text in phrases])
    return (phrases, sums / np.linalg.norm(sums, axis=1, keepdims=True)) if len(phrases) >= ENOUGH else None


def zero_shot(vectors: np.ndarray, words: Sequence[str], encoder: Encoder) -> list[tuple[str, int]]:
    """Return the words that items ``vectors`` (n, d) are nearest to, with how many, most frequent first.

    What all the words have in common is taken out of them: it tells nothing apart. A word that FEW items have is left out.
    """
    texts = encoder.encode_text(words)
    nearest = Counter((vectors @ (texts - texts.mean(0)).T).argmax(1).tolist())
    return [(words[row], count) for row, count in nearest.most_common() if count >= FEW]


def clusters(vectors: np.ndarray, encoder: Encoder) -> list[tuple[str, int]]:
    """Return the names of clusters of ``vectors`` (n, d), spherical k-means, each that of the nearest thing; and their sizes."""
    import faiss

    count = min(24, max(2, isqrt(len(vectors) // 2)))
    kmeans = faiss.Kmeans(vectors.shape[1], count, niter=20, spherical=True, seed=0, min_points_per_centroid=1)
    kmeans.train(np.ascontiguousarray(vectors))
    names = (*CATEGORIES, *THINGS)
    texts = encoder.encode_text(names)
    nearest = (kmeans.centroids @ (texts - texts.mean(0)).T).argmax(1)
    sizes = Counter(names[nearest[row]] for row in kmeans.index.search(vectors, 1)[1][:, 0])
    return sizes.most_common()


def _of_family(family: str, facets: Sequence[Facet]) -> Iterator[CatalogQuery]:
    """Every theme of a family with every facet, in one wording each."""
    plain = [theme for name, themes in THEMES.items() if name != "function" for theme in themes]
    pairs = [(a, b) for a in plain for b in plain if a < b] if family == "hybrid" else [(theme, "") for theme in THEMES[family]]
    for theme, other in pairs:
        of_pair = facets if family != "hybrid" else islice(_shuffled(facets, theme + other), 2)
        for facet in of_pair:
            wording = _shuffled((THING_WORDINGS if facet.things else WORDINGS)[family], f"{theme} {other} {facet.text}")
            text = re.sub(r"\ba (?=[aeio])", "an ", next(wording).format(t=theme, u=other, f=facet.text))
            yield _query(text, family, facet.require if facet.text in text else {})


def _query(text: str, family: str, require: dict[str, list[str]] | None = None) -> CatalogQuery:
    term = term_of(text)
    return CatalogQuery(text, term, family, split_of(term), require or {})


def _shuffled(things: Sequence, key: str) -> Iterator:
    """The things in an order that hangs on the key and themselves."""
    return iter(sorted(things, key=lambda thing: _hash(f"{key}/{thing}")))


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"[^\W\d_]{3,}(?:-[^\W\d_]+)*", text.lower()) if word not in NO_WORDS]


def _is_label(value: str) -> bool:
    return value.lower() not in NO_LABEL and len(value.split()) <= 3 and bool(re.fullmatch(r"[^\W\d_][\w &'/-]*[\w]", value))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
