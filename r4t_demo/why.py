"""Why an item was found: how near it lies to the direction that found it, and to the request, and what in a sub-query counts.

Everything is computed anew from the request: nothing is kept of a search. ``why`` is for a fan-out, ``why_steered`` for steering.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from r4t_demo.engine import MAX_K, MAX_QUERY, Engine, Query, is_unicode
from r4t_demo.errors import UserError
from r4t_demo.fanout.registry import METHODS
from r4t_demo.pattern.steer import Steering
from r4t_demo.pattern.task import unit

DEPTH = 10_000  # places of plain search that are looked through for an item


@dataclass(frozen=True)
class Why:
    """Why a fan-out found an item; cosines are from -1 to 1.

    ``direction`` is the sub-query, or where ``is_text`` is false the phrase nearest to it, at a cosine of ``phrase_cosine``.
    ``cosine`` is the item's with the direction, ``request_cosine`` with the request, whose ``request_rank``-th find it is, of
    ``items`` in all; None beyond ``DEPTH``. ``words``: what the cosine loses where a word of the sub-query is left out; none of a
    single word's. ``tokens``: the probability of each that the language model wrote, None where that was not asked for or no
    model wrote it.
    """

    item_id: str
    method: str
    direction: str
    is_text: bool
    cosine: float
    phrase_cosine: float | None
    request_cosine: float
    request_rank: int | None
    items: int
    words: list[tuple[str, float]]
    tokens: list[tuple[str, float]] | None

    def to_json(self) -> dict[str, Any]:
        """What the endpoint returns."""
        pairs: dict[str, Any] = {
            "words": [{"word": word, "difference": value} for word, value in self.words],
            "tokens": self.tokens and [{"token": token, "probability": value} for token, value in self.tokens],
        }
        return vars(self) | pairs


@dataclass(frozen=True)
class WhySteered:
    """Why steering found an item: its ``cosine`` with the query that the method made, its ``mean_cosine`` with the mean of the
    seeds and its place among what the mean finds (``mean_rank``, as in ``Why``), and its cosine with each of the ``seeds``, the
    nearest first."""

    item_id: str
    method: str
    cosine: float
    mean_cosine: float
    mean_rank: int | None
    items: int
    seeds: list[tuple[str, float]]


def why(
    engine: Engine, query: Query, item_id: str, method: str, *, sub_query: str = "", direction: int = 0,
    before: Sequence[str] = (), tokens: bool = False, plus: Sequence[str] = (), minus: Sequence[str] = (), k: int = MAX_K,
    **options: Any,
) -> Why:  # fmt: skip
    """Say why ``method`` found an item for a ``query``.

    Its ``sub_query`` is explained where it is given, else its ``direction``, counted from 1, or the one nearest to the item (0),
    for which it is run again with ``k``, ``plus``, ``minus`` and ``options``, those of ``Engine.run``. ``tokens`` asks for the
    tokens' probabilities behind the sub-queries ``before``. UserError for what cannot be answered.
    """
    item = engine.index.vectors(np.array([engine.catalog.row(item_id)]))[0]
    words, request = engine.embedded(query, plus, minus)
    phrase_cosine, vector, sub_query = None, None, sub_query.strip()
    if not sub_query:
        [found] = engine.run([query], [method], k=k, n=1, plus=plus, minus=minus, **options)
        place = _place(direction, found.vectors @ item)
        sub_query, vector = found.sub_queries[place], found.vectors[place]
        phrase_cosine = None if found.label_scores is None else found.label_scores[place]
    _check(sub_query, before)
    is_text = phrase_cosine is None
    found_words = _word_differences(engine, sub_query, item, plus, minus) if is_text else []
    vector = engine.directions([sub_query], plus, minus)[0] if vector is None else vector
    written = _tokens(engine, method, words, before, sub_query, k) if tokens and is_text else None
    rank = _rank(engine, request, item_id)
    cosines = float(vector @ item), phrase_cosine, float(request @ item)
    return Why(item_id, method, sub_query, is_text, *cosines, rank, len(engine.index), found_words, written)


def why_steered(
    steering: Steering, item_id: str, method: str, seeds: Sequence[str], domain: str, value: str, strength: float = 1.0,
    less: Sequence[str] = (),
) -> WhySteered:  # fmt: skip
    """Say why steering found an item; UserError for what cannot be answered."""
    _, [answer] = steering.run(seeds, domain, value, [method], k=1, strength=strength, less=less)
    ids = list(dict.fromkeys(seeds))
    rows = np.array([steering.catalog.row(one) for one in (item_id, *ids)])
    item, *vectors = steering.index.vectors(rows)
    mean = unit(np.mean(vectors, axis=0))
    nearest = sorted(zip(ids, (float(vector @ item) for vector in vectors), strict=True), key=lambda pair: -pair[1])
    rank, cosines = _rank(steering, mean, item_id, ids), (float(answer.query @ item), float(mean @ item))
    return WhySteered(item_id, method, *cosines, rank, len(steering.index), nearest)


def _place(direction: int, cosines: np.ndarray) -> int:
    if not 0 <= direction <= len(cosines):
        raise UserError(f"There is no direction {direction}: choose one from 1 to {len(cosines)}, or 0 for the nearest.")
    return direction - 1 if direction else int(cosines.argmax())


def _check(sub_query: str, before: Sequence[str]) -> None:
    """What a language model is asked to read is bounded: it comes from anybody."""
    if len(before) >= MAX_K:
        raise UserError(f"{len(before)} sub-queries are said to stand before this one: at most {MAX_K - 1} do.")
    if not all(is_unicode(text) and len(text) <= MAX_QUERY for text in (sub_query, *before)):
        raise UserError(f"A sub-query is a text of at most {MAX_QUERY} characters.")


def _word_differences(
    engine: Engine, text: str, item: np.ndarray, plus: Sequence[str], minus: Sequence[str]
) -> list[tuple[str, float]]:
    """What the text's cosine with the item loses without each of its words."""
    words = text.split()
    if len(words) < 2:
        return []
    without = [" ".join(words[:place] + words[place + 1 :]) for place in range(len(words))]
    whole, *fewer = (engine.directions([text, *without], plus, minus) @ item).tolist()
    return [(word, whole - left) for word, left in zip(words, fewer, strict=True)]


def _tokens(
    engine: Engine, method: str, query: str, before: Sequence[str], sub_query: str, k: int
) -> list[tuple[str, float]] | None:
    """None where no language model wrote it, or not one whose tokens can be told."""
    if method not in METHODS or not METHODS[method].writes:
        return None
    from r4t_demo.fanout.folm import Folm  # transformers takes seconds to import: only for who asks
    from r4t_demo.fanout.likelihood import token_probabilities

    writer = engine.fanouts[method]
    return token_probabilities(writer, query, before, sub_query, k) if isinstance(writer, Folm) else None


def _rank(searched: Engine | Steering, vector: np.ndarray, item_id: str, without: Sequence[str] = ()) -> int | None:
    """The item's place, from 1, in plain search with a vector (d,), not counting ``without``; None beyond ``DEPTH``."""
    rows = searched.index.search(vector[None], min(DEPTH, len(searched.index)))[1][0]
    left_out = {searched.catalog.row(one) for one in without}
    found = [row for row in rows.tolist() if row not in left_out]
    row = searched.catalog.row(item_id)
    return found.index(row) + 1 if row in found else None
