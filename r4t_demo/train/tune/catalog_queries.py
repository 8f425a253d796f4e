"""Broad queries for a catalogue that nobody described: its own words, or what is seen in its pictures, as people ask.

R4T's queries fall into eight families (aesthetic, activity, season, lifestyle, mood, trend, function, hybrid) and have two to six
words. Here a family's theme meets a *facet* of the catalogue (``facets``): "mustard homeware for a dinner party", "calm indie
pop", "blue dresses for a wedding"; where there is none, what its things are called: "nostalgic songs".

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
from pathlib import Path

import numpy as np

from r4t_demo.catalog import NO_CATEGORY, Catalog
from r4t_demo.encoder import Encoder
from r4t_demo.errors import UserError
from r4t_demo.files import write_atomically
from r4t_demo.index.base import VectorIndex
from r4t_demo.train.tune.facets import Facet, domain, facets, labels, seen_things, title_words
from r4t_demo.train.tune.themes import (
    BEFORE,
    BEHIND,
    FAMILIES,
    FRAME,
    LOOSE,
    LOOSE_BEHIND,
    NOUNS,
    THEMES,
    THINGS_OF,
    UNFIT,
    WORDINGS,
)

FILE = "queries.jsonl"
UNDERSTOOD = "understanding.json"
MAX_WORDS = 6
MIN_TRAIN, MIN_TEST = 16, 3  # queries that a run needs to learn from, and to be judged by
ENOUGH = 8  # phrases that a direction may be read as; with fewer, the app's own are better
EVERYDAY = "everyday"  # the one theme of its family that stands before
PARTS = 2  # of the facets, by a hash: how many a hybrid of two themes is asked of


@dataclass(frozen=True)
class CatalogQuery:
    """A line of queries.jsonl, as ``evaluate.oar`` reads it; ``require`` is empty where no label can judge."""

    query: str
    term: str
    family: str
    split: str
    require: dict[str, list[str]] = field(default_factory=dict)


def understand(catalog: Catalog, index: VectorIndex, encoder: Encoder) -> dict[str, list[tuple[str, int]]]:
    """Return what there seems to be: kind -> (word, number of items), most frequent first.

    "labels" and "words" are the catalogue's own; "seen" is what was seen in pictures without words; "domain" is what most of its
    things are, one of vocabulary.DOMAINS, where most are of one.
    """
    return {
        "labels": [(facet.text, facet.count) for facet in labels(catalog)],
        "words": [(facet.text, facet.count) for facet in title_words(catalog)],
        "seen": [(facet.text, facet.count) for facet in seen_things(catalog)],
        "domain": domain(catalog, encoder),
    }


def make_queries(catalog: Catalog, understood: dict[str, list[tuple[str, int]]], count: int) -> list[CatalogQuery]:
    """Return up to ``count`` distinct queries, the families in turn, in an order that depends on their words alone."""
    of = next((name for name, _ in understood["domain"]), "")
    noun, unfit = NOUNS.get(of, "things"), UNFIT.get(THINGS_OF.get(of, of), set())
    asked = facets(catalog, noun) or [Facet("", len(catalog), noun)]
    each = {family: sorted(_of_family(family, asked, unfit), key=lambda query: _hash(query.query)) for family in FAMILIES}
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


def readings(catalog: Catalog, vectors: np.ndarray, most: int = 1000) -> tuple[list[str], np.ndarray] | None:
    """Return what a direction may be read as: categories, and labels before the category that carries them ("oak stool").

    The most frequent come first, each with the direction of the items ``vectors`` (n, d) that it names, unit rows: the encoder
    need not know the word. None where the catalogue has fewer than ENOUGH of its own.
    """
    known = {value for facet in labels(catalog) for values in facet.require.values() for value in values}
    rows: dict[str, list[int]] = {}
    for row, item in enumerate(catalog.items):
        kind = "" if item.kind == NO_CATEGORY else item.kind.lower()
        carried = {value.lower() for name in item.attributes for value in item.labels(name) if value in known}
        for text in filter(None, (kind, *(f"{value} {kind}".strip() for value in sorted(carried - {kind})))):
            rows.setdefault(text, []).append(row)
    phrases = sorted(rows, key=lambda text: -len(rows[text]))[:most]
    sums = np.array([vectors[rows[text]].sum(0) for text in phrases])
    return (phrases, sums / np.linalg.norm(sums, axis=1, keepdims=True)) if len(phrases) >= ENOUGH else None


def _of_family(family: str, asked: Sequence[Facet], unfit: set[str]) -> Iterator[CatalogQuery]:
    """Every theme of a family that is not ``unfit`` with every facet, in one wording each."""

    def of(*families: str) -> list[str]:
        return [theme for name in families for theme in THEMES[name] if theme not in unfit]

    behind = [name for name in THEMES if name not in BEFORE]
    pairs = (
        [(t, u) for t in of(*BEFORE) for u in of(*behind) if u != EVERYDAY]
        if family == "hybrid"
        else [(theme, "") for theme in of(family)]
    )
    for theme, other in pairs:
        key = theme + other
        for facet in asked if family != "hybrid" else islice(_shuffled(asked, key), PARTS):
            if not set(_plain_words(facet.text)) & set(_plain_words(f"{theme} {other}")):
                yield _query(_worded(family, theme, other, facet), family, facet.require)


def _worded(family: str, theme: str, other: str, facet: Facet) -> str:
    """A theme and a facet as a person puts them together."""
    if theme == EVERYDAY:
        return f"{theme} {facet.asked}"
    if family != "hybrid" and family not in BEFORE:
        theme = _behind(theme)
    forms = WORDINGS.get(family, BEHIND)
    if facet.describes:
        forms += LOOSE.get(family, ()) if family in BEFORE else LOOSE_BEHIND if family != "hybrid" else ()
    form = next(_shuffled(forms, f"{theme} {other} {facet.text}"))
    return form.format(t=theme, u=_behind(other), x=facet.asked, d=facet.text)


def _behind(theme: str) -> str:
    """A theme as it stands behind what is asked for."""
    return theme if theme.startswith("as ") else f"for {theme}"


def _plain_words(text: str) -> list[str]:
    return [word for word in re.findall(r"\w+", text.lower()) if word not in FRAME]


def _query(text: str, family: str, require: dict[str, list[str]] | None = None) -> CatalogQuery:
    term = term_of(text)
    return CatalogQuery(text, term, family, split_of(term), require or {})


def _shuffled(things: Sequence, key: str) -> Iterator:
    """The things in an order that depends on the key and themselves."""
    return iter(sorted(things, key=lambda thing: _hash(f"{key}/{thing}")))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
