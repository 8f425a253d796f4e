"""Lists in a catalogue's own words, from demonstrations: ten things which it holds, and finds.

A demonstration says what suits a request; it does not say which of a catalogue's kinds these are, nor which words find them. A
thing is of a kind where two readers agree: the catalogue's index, by what its bare name finds first, and MiniLM, by which kind's
name is nearest ("socks" find gloves, which MiniLM denies). One demonstration leaves out much and names some things by whim, so
that those of like requests are read together; they answer requests, too, that nobody has written a list for. A kind is called by
its name, or where that seldom finds it behind a request ("folk"), with another word of the catalogue ("acoustic guitar folk").
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice

import numpy as np

from r4t_demo.catalog import Catalog, Item
from r4t_demo.engine import Engine
from r4t_demo.fanout.card import kind_of, kinds
from r4t_demo.fanout.formats import Format
from r4t_demo.minilm import MiniLM
from r4t_demo.train.data.demonstrations import Demonstration

LEAST = 4  # kinds of a list that is worth learning
AGREED = 0.42  # cosine of a thing's and its kind's MiniLM vectors
WORDS = 3  # of a thing's name, counted from its end, that are tried
NEAR, WARMTH = 80, 0.1  # like requests, and the temperature of their weights
SPARE = 3  # kinds beside the first k, for those that no wording finds
CALLS = 6  # wordings of a kind by its titles, and by its tags
PROBES, PLAINER = 60, 0.2  # requests that wordings are tried on; how much oftener than its name one must find a kind


def grounded(
    engine: Engine, shown: Sequence[Demonstration], queries: Sequence[str], form: Format, card: str, k: int = 10
) -> list[Demonstration]:
    """Return lists of up to ``k`` things in the engine's catalogue for ``queries``, by what is ``shown``, with the ``card``.

    A list names each of its kinds once, by a wording that finds it behind the request, the likeliest first; where the kinds are
    fewer than ``k``, other wordings that find one of them follow. What comes to fewer than ``LEAST`` kinds is left out.
    """
    if not queries:
        return []
    embed, (names, named) = MiniLM().embed, named_kinds(engine, shown)
    ranked = _ranked(shares(embed(queries), embed([one.query for one in shown]), named), named.mean(0))
    calls = _calls(engine, form, names, queries)
    found = _finding(engine, form, queries, [[names[at] for at in row[: k + SPARE]] for row in ranked], calls, k)
    lists = zip(queries, map(list, map(dict.values, found)), strict=True)
    return [
        Demonstration(shown[0].domain, query, _list(texts, k), card) for query, texts in lists if sum(map(bool, texts)) >= LEAST
    ]


def named_kinds(engine: Engine, shown: Sequence[Demonstration]) -> tuple[list[str], np.ndarray]:
    """The catalogue's kinds, and which of them each demonstration names, bool (len(shown), kinds)."""
    names = kinds(engine.catalog)
    kind = _agreed(engine, names, sorted({end for one in shown for item in one.items for end in _ends(item)}))
    own = [{kind[end] for item in one.items if (end := next((end for end in _ends(item) if end in kind), None))} for one in shown]
    return names, np.array([[name in each for name in names] for each in own])


def shares(asked: np.ndarray, vectors: np.ndarray, named: np.ndarray) -> np.ndarray:
    """How often the rows of ``named`` (n, kinds) whose ``vectors`` (n, d) are like those ``asked`` (m, d) name each kind.

    Returns (m, kinds): the mean over the ``NEAR`` + 1 nearest rows, which may be the one asked itself, weighted by likeness.
    """
    found = np.empty((len(asked), named.shape[1]))
    for row, likeness in enumerate(asked @ vectors.T):
        near = np.argsort(-likeness, kind="stable")[: NEAR + 1]
        weights = np.exp((likeness[near] - 1) / WARMTH)
        found[row] = weights @ named[near] / weights.sum()
    return found


def _ends(item: str) -> list[str]:
    """The last words of a thing's name, shortest first."""
    words = item.split()
    return [" ".join(words[-count:]) for count in range(1, min(WORDS, len(words)) + 1)]


def _agreed(engine: Engine, names: Sequence[str], texts: Sequence[str]) -> dict[str, str]:
    """The kind of each text that the index and MiniLM agree on; texts without one are left out."""
    embed = MiniLM().embed
    likeness = embed(texts) @ embed(names).T
    nearest, found = likeness.argmax(1), _found(engine, texts)
    sure = likeness.max(1) >= AGREED
    return {text: names[at] for text, at, same, yes in zip(texts, nearest, found, sure, strict=True) if yes and names[at] == same}


def _ranked(likely: np.ndarray, usual: np.ndarray) -> list[list[int]]:
    """For each row of ``likely`` (n, kinds), a request's ``shares``, the kinds above the ``usual`` ones (kinds,).

    Those come first whose share over a root of the usual one is highest.
    """
    order = np.argsort(-likely / (usual + 0.05) ** 0.3, axis=1, kind="stable")
    return [[at for at in row.tolist() if likely[number, at] > usual[at]] for number, row in enumerate(order)]


def _calls(engine: Engine, form: Format, names: Sequence[str], queries: Sequence[str]) -> dict[str, list[str]]:
    """How each kind can be called, what finds it behind most requests first; its bare name goes before what is little better."""
    probes = [queries[at] for at in np.random.default_rng(0).permutation(len(queries))[:PROBES]]
    calls = _wordings(engine.catalog, names)
    asked = [(name, text) for name in names for text in calls[name] for _ in probes]
    found = _found(engine, [form.spelt(text, probes[at % len(probes)]) for at, (_, text) in enumerate(asked)])
    finds = Counter((name, text) for (name, text), kind in zip(asked, found, strict=True) if kind == name)
    return {
        name: sorted(calls[name], key=lambda text: -finds[name, text] / len(probes) - PLAINER * (text == name)) for name in names
    }


def _wordings(catalog: Catalog, names: Sequence[str]) -> dict[str, list[str]]:
    """Each kind's name, what its titles end in, and its name behind its tags; the most frequent of each."""
    ends: dict[str, Counter[str]] = {name: Counter() for name in names}
    tags: dict[str, Counter[str]] = {name: Counter() for name in names}
    for item in catalog.items:
        if (name := kind_name(item)) in ends:
            ends[name].update(end for end in _ends(item.title.lower()) if end.endswith(f" {name}"))
            named = (tag for tag in map(_plain, item.labels("tags")) if tag != name)
            tags[name].update(tag if f" {name}" in tag else f"{tag} {name}" for tag in named)
    often = {name: [*ends[name].most_common(CALLS), *tags[name].most_common(CALLS)] for name in names}
    return {name: list(dict.fromkeys([name, *(text for text, count in often[name] if count > 1)])) for name in names}


def _finding(
    engine: Engine,
    form: Format,
    queries: Sequence[str],
    ranked: Sequence[Sequence[str]],
    calls: Mapping[str, Sequence[str]],
    k: int,
) -> list[dict[str, list[str]]]:
    """For each request its ranked kinds, and of each the first call that finds it behind the request.

    Kinds that are fewer than ``k`` have further ones, so that there are ``k`` in all.
    """
    found: list[dict[str, list[str]]] = [{name: [] for name in names} for names in ranked]
    for turn in range(max(map(len, calls.values()))):
        asked = [
            (row, name, calls[name][turn])
            for row, each in enumerate(found)
            for name, texts in each.items()
            if turn < len(calls[name]) and (not texts or sum(map(len, each.values())) < k)
        ]
        kinds_found = _found(engine, [form.spelt(text, queries[row]) for row, _, text in asked])
        for (row, name, text), kind in zip(asked, kinds_found, strict=True):
            if kind == name:
                found[row][name].append(text)
    return found


def _list(texts: Sequence[Sequence[str]], k: int) -> tuple[str, ...]:
    """The first call of each kind, then the second of each, …: ``k`` at most."""
    rounds = (each[turn] for turn in range(max(map(len, texts), default=0)) for each in texts if turn < len(each))
    return tuple(islice(rounds, k))


def _found(engine: Engine, texts: Sequence[str]) -> list[str]:
    """The kind of the item that each text finds first."""
    if not texts:
        return []
    rows = engine.index.search(engine.encoder.encode_text(texts), 1)[1][:, 0]
    return [kind_name(engine.catalog.items[row]) for row in rows]


def kind_name(item: Item) -> str:
    """An item's kind as ``card.kinds`` spells it."""
    return _plain(kind_of(item))


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
