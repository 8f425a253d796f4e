"""Query in, ResultSet out: runs methods, searches, times each part, scores."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from time import perf_counter
from typing import Any

import faiss
import numpy as np
import torch
from PIL import Image

from r4t_demo import rewards
from r4t_demo.catalog import NO_CATEGORY, Catalog, Item
from r4t_demo.domains import Fit
from r4t_demo.encoder import Encoder
from r4t_demo.errors import UserError
from r4t_demo.fanout.base import FanOut, moved
from r4t_demo.fanout.card import kind_of
from r4t_demo.fanout.checkpoint import Checkpoint
from r4t_demo.fanout.registry import MethodSet, lookup
from r4t_demo.hub.repo import fetched
from r4t_demo.index.base import VectorIndex
from r4t_demo.index.places import open_index
from r4t_demo.language import is_english
from r4t_demo.settings import Settings

MAX_QUERY, MAX_K, MAX_N, MAX_STEPS, MAX_SEED = 500, 10, 50, 256, 2**32 - 1
MAX_TOLD = 50  # categories in a sentence
MAX_MARKED = 20  # items liked and disliked
Query = str | Image.Image | Item  # what one can ask with: words, a picture, or an item of the catalogue


@dataclass(frozen=True)
class Hit:
    """An item found; ``row`` is its index row, ``score`` its cosine with the direction that found it."""

    item: Item
    row: int
    score: float

    def to_json(self) -> dict[str, Any]:
        """The element of an answer's items."""
        return {"item_id": self.item.item_id, "title": self.item.title, "category": self.item.category, "score": self.score}


@dataclass(frozen=True)
class ResultSet:
    """One method's answer to one query.

    ``vectors`` (k, d) are the directions, fewer where a language model wrote a shorter list, ``query_vector`` (d,);
    ``items`` has a list of hits for each direction. ``query``: the words that were read (``Engine.run``).
    ``scores``: groundedness, alignment (both None where the directions are not texts), diversity, content_alignment.
    ``fits``: of each direction, whether what was asked for is anything that this catalogue holds (``domains``).
    ``ms``: encode (the query and the sub-queries), fanout, search and their sum, total: this query's share of its batch.
    """

    query: str
    method: str
    sub_queries: list[str]
    is_text: bool
    label_scores: list[float] | None
    items: list[list[Hit]]
    scores: dict[str, float | None]
    ms: dict[str, float]
    vectors: np.ndarray
    query_vector: np.ndarray
    fits: list[bool]

    def to_json(self) -> dict[str, Any]:
        """The element of the command line's list."""
        return {
            "query": self.query,
            "method": self.method,
            "sub_queries": self.sub_queries,
            "items": [[hit.to_json() for hit in hits] for hits in self.items],
            "fits": self.fits,
            "scores": {name: self.scores[name] for name in ("groundedness", "diversity", "alignment")},
            "ms": self.ms,
        }


class Engine:
    """A catalogue, its index, the encoder and the methods over them (``fanouts``). Safe to use from several threads."""

    def __init__(self, settings: Settings, catalog: Catalog, index: VectorIndex, encoder: Encoder):
        if len(index) != len(catalog):
            raise UserError(f"The index of '{catalog.name}' has {len(index)} rows for {len(catalog)} items: make it again.")
        if index.dim != encoder.dim:
            has = f"has {index.dim} dimensions, and the encoder {encoder.id} gives {encoder.dim}"
            raise UserError(f"The index of '{catalog.name}' {has}: make it again.")
        self.settings, self.catalog, self.index, self.encoder = settings, catalog, index, encoder
        chosen = {name: folder for name, (_, folder) in settings.chosen.items()}
        self.fanouts = MethodSet(settings.checkpoints, catalog, index, encoder, chosen)

    @classmethod
    def load(cls, settings: Settings) -> "Engine":
        """Load catalogue, encoder and index, from the Hub where the settings say so; methods load when first asked for.

        UserError says what is missing or does not fit, HubUnreachable what cannot be had for now.
        """
        torch.set_num_threads(settings.threads)
        faiss.omp_set_num_threads(settings.threads)
        settings = fetched(settings)
        catalog = Catalog.load(settings.catalog_folder)
        encoder = Encoder.load(settings.encoder)
        for setting, folder in settings.chosen.values():
            Checkpoint.read(folder).check(setting, encoder)
        return cls(settings, catalog, open_index(settings.index, catalog, encoder.id), encoder)

    def on(self, folder: Path) -> "Engine":
        """An engine with this one's encoder over another catalogue's folder, and over the models that lie there."""
        catalog = Catalog.load(folder)
        settings = replace(self.settings, catalog=str(folder), index="")
        return Engine(settings, catalog, open_index("", catalog, self.encoder.id), self.encoder)

    def methods(self) -> dict[str, str]:
        """name -> one-line description; a method whose checkpoint is missing is left out."""
        return self.fanouts.available()

    def loaded(self) -> list[str]:
        """The names of the methods whose models are in memory."""
        return self.fanouts.loaded()

    def run(
        self,
        queries: Sequence[Query],
        methods: Sequence[str] = ("folm", "diffusion"),
        *,
        k: int = 10,
        n: int = 4,
        seed: int = 0,
        steps: int | None = None,
        variety: float = 0.0,
        distinct: bool = False,
        plus: Sequence[str] = (),
        minus: Sequence[str] = (),
        other_kinds: bool = False,
        tell: Callable[[str, int, list[str]], object] | None = None,
    ) -> list[ResultSet]:
        """Answer every query with every method, query-major: q1 by m1, q1 by m2, q2 by m1, …

        A query is words, a picture or an item. Methods that fan out from an embedding take the picture's or the item's own; those
        that read words take the title of the item, of a picture that of the item nearest to it.

        ``k`` directions with ``n`` items each. ``steps`` and ``variety`` go to the methods that take them: the
        sampler's steps (None: its own number), and a dial from -1, closer to the request, to 1, more variety (0 changes nothing).
        ``distinct`` lists an item once an answer (``deal``); the scores are of what the directions find first, all the same.
        ``plus`` and ``minus`` are ids of items to find more like and less like (``moved``): every query's embedding is moved,
        and so is each sub-query's, since a method that reads words would not notice; its words stay.
        ``other_kinds`` leaves out the items of a query's own ``kind``, as who completes a look wants it; no query may be words.
        ``tell`` hears of a list that a language model writes whenever it has grown: method, number of the query, sub-queries.
        """
        _check_options(k, n, seed, steps, variety)
        asked_with = _readable(queries)
        runners = [self.fanouts[name] for name in methods]
        start = perf_counter()
        queries, vectors = self._read(asked_with)
        vectors = self._moved(vectors, plus, minus)
        left_out = [self.kind(query) for query in asked_with] if other_kinds else None
        encode = (perf_counter() - start) / len(queries)
        answers = []
        for name, runner in zip(methods, runners, strict=True):
            asked = {"steps": steps, "variety": variety, "tell": tell and partial(tell, name)}
            options = {option: value for option, value in asked.items() if value and option in lookup(name).takes}
            fans = runner.fan_out(queries, vectors, k, seed=seed, **options)
            fans = [replace(fan, vectors=self._moved(fan.vectors, plus, minus)) if fan.is_text else fan for fan in fans]
            answers.append(self._answer(asked_with, queries, vectors, encode, fans, k, n, distinct, left_out))
        return [answer[row] for row in range(len(queries)) for answer in answers]

    def _read(self, queries: Sequence[Query]) -> tuple[list[str], np.ndarray]:
        """The words and the unit vectors (q, d) of queries. UserError for an item of another catalogue."""
        words = [query if isinstance(query, str) else query.title if isinstance(query, Item) else "" for query in queries]
        vectors = np.empty((len(queries), self.encoder.dim), np.float32)
        embeds: dict[type, Callable[[list[Any]], np.ndarray]]
        embeds = {str: self.encoder.encode_text, Image.Image: self.encoder.encode_images, Item: self._stored}
        for kind, embed in embeds.items():
            if own := [row for row, query in enumerate(queries) if isinstance(query, kind)]:
                vectors[own] = embed([queries[row] for row in own])
        if pictures := [row for row, query in enumerate(queries) if isinstance(query, Image.Image)]:
            for row, nearest in zip(pictures, self.index.search(vectors[pictures], 1)[1][:, 0], strict=True):
                words[row] = self.catalog.items[nearest].title
        return words, vectors

    def _stored(self, items: Sequence[Item]) -> np.ndarray:
        """Their vectors, (n, d)."""
        rows = np.array([self.catalog.row(item.item_id) for item in items], dtype=np.int64)
        return self.index.vectors(rows) if len(rows) else np.empty((0, self.encoder.dim), np.float32)

    def _moved(self, vectors: np.ndarray, plus: Sequence[str], minus: Sequence[str]) -> np.ndarray:
        """The unit rows (n, d), moved by items liked and disliked; UserError for ids that cannot be."""
        if not plus and not minus:
            return vectors
        if len(plus) + len(minus) > MAX_MARKED:
            raise UserError(f"{len(plus) + len(minus)} items are liked or disliked: at most {MAX_MARKED} are taken.")
        if both := sorted({*plus} & {*minus}):
            raise UserError(f"The item '{both[0]}' is both liked and disliked: leave one of them out.")
        liked, disliked = (self._stored([self.catalog[item_id] for item_id in sorted({*ids})]) for ids in (plus, minus))
        return moved(vectors, liked, disliked)

    def kind(self, query: Query) -> str:
        """What kind of thing an item is (``kind_of``), or the item nearest to a picture; UserError where nothing tells."""
        if isinstance(query, str):
            raise UserError("Words have no kind that could be left out: ask with an item or a picture.")
        item = query if isinstance(query, Item) else self.search(query, 1)[0].item
        if (kind := kind_of(item)) == NO_CATEGORY:
            raise UserError(f"Of what kind '{item.title}' is the catalogue does not say, so its kind cannot be left out.")
        return kind

    def found_by(
        self, sub_queries: Sequence[str], n: int, plus: Sequence[str] = (), minus: Sequence[str] = (), left_out: str | None = None
    ) -> list[list[Hit]]:
        """The ``n`` items that each sub-query finds, as in ``run``; none of the kind ``left_out``."""
        return self._nearest_to(self.directions(sub_queries, plus, minus), n, left_out)

    def directions(self, sub_queries: Sequence[str], plus: Sequence[str] = (), minus: Sequence[str] = ()) -> np.ndarray:
        """The unit vectors (n, d) of sub-queries, moved by items liked and disliked."""
        return self._moved(self.encoder.encode_text(sub_queries), plus, minus)

    def embedded(self, query: Query, plus: Sequence[str] = (), minus: Sequence[str] = ()) -> tuple[str, np.ndarray]:
        """The words that are read of a query, and its unit vector (d,), moved by items liked and disliked."""
        [words], vectors = self._read(_readable([query]))
        return words, self._moved(vectors, plus, minus)[0]

    def search(self, query: Query, n: int = 12, category: str | None = None) -> list[Hit]:
        """The ``n`` items nearest to a query, of one ``category`` where it is named; UserError for an unknown one."""
        return self._nearest(self._read(_readable([query]))[1], n, category)

    def similar(self, item_id: str, n: int = 12, category: str | None = None) -> list[Hit]:
        """The ``n`` items nearest to an item, itself left out; else as ``search``."""
        row = self.catalog.row(item_id)
        return self._nearest(self.index.vectors(np.array([row])), n, category, without=row)

    def _nearest(self, vector: np.ndarray, n: int, category: str | None, without: int | None = None) -> list[Hit]:
        """The ``n`` items of a category nearest to the vector (1, d), but for the row ``without``."""
        _whole("The number of items", n, MAX_N)
        if category is not None and category not in self.catalog.categories:
            known = [*self.catalog.categories]
            told = ", ".join(known[:MAX_TOLD]) + ("." if len(known) <= MAX_TOLD else " …")
            raise UserError(f"The catalogue '{self.catalog.name}' has no category '{category}': choose from {told}")
        hits = self._hits(*self.index.search(vector, n + 1, categories=None if category is None else [category]))[0]
        return [hit for hit in hits if hit.row != without][:n]

    @cached_property
    def fit(self) -> Fit:
        """What tells whether a request fits this catalogue."""
        return Fit.of(self.index, self.encoder)

    def _answer(
        self, asked_with: Sequence[Query], queries: list[str], vectors: np.ndarray, encode: float, fans: list[FanOut],
        k: int, n: int, distinct: bool, left_out: Sequence[str] | None,
    ) -> list[ResultSet]:  # fmt: skip
        """Search all directions of a batch, at once unless each query leaves out a kind of its own, then score each query."""
        start = perf_counter()
        depth = min(n * k, len(self.index)) if distinct else n  # the other directions may take all but the last n
        if left_out is None:
            hits = self._nearest_to(np.concatenate([fan.vectors for fan in fans]), depth)
        else:
            parts = zip(fans, left_out, strict=True)
            hits = [found for fan, kind in parts for found in self._nearest_to(fan.vectors, depth, kind)]
        search = (perf_counter() - start) / len(queries)
        results, end = [], 0
        for asked, query, vector, fan in zip(asked_with, queries, vectors, fans, strict=True):
            begin, end = end, end + len(fan.vectors)
            first = np.array([found[0].row for found in hits[begin:end]])
            scored = score(fan, self.index.vectors(first), vector, k)
            seconds = {"encode": encode + fan.encode_seconds, "fanout": fan.seconds, "search": search}
            ms = {part: 1e3 * value for part, value in (seconds | {"total": sum(seconds.values())}).items()}
            reading = (fan.labels, fan.is_text, fan.label_scores)
            found = deal(hits[begin:end], n) if distinct else hits[begin:end]
            # By English words alone it can be told what is meant, not by a picture or an item.
            told = isinstance(asked, str) and is_english(asked)
            fits = self.fit.directions(vector, fan) if told else [True] * len(fan.vectors)
            results.append(ResultSet(query, fan.method, *reading, found, scored, ms, fan.vectors, vector, fits))
        return results

    def _nearest_to(self, directions: np.ndarray, n: int, left_out: str | None = None) -> list[list[Hit]]:
        """The ``n`` items nearest to each direction (m, d), none of the kind ``left_out``; UserError where no other is there."""
        if left_out is None:
            return self._hits(*self.index.search(directions, n))
        others = {category: kinds for category, kinds in self._kinds.items() if {*kinds} != {left_out}}
        if not others:
            raise UserError(f"All that '{self.catalog.name}' holds is of the kind '{left_out}': without it nothing is left.")
        among = sum(kinds[left_out] for kinds in others.values())  # 0 where kinds are categories, which the index filters by
        hits = self._hits(*self.index.search(directions, n + among, categories=[*others]))
        return [[hit for hit in found if kind_of(hit.item) != left_out][:n] for found in hits]

    @cached_property
    def _kinds(self) -> dict[str, Counter[str]]:
        """category -> how many of its items are of which kind."""
        found: dict[str, Counter[str]] = {}
        for item in self.catalog.items:
            found.setdefault(item.category, Counter())[kind_of(item)] += 1
        return found

    def _hits(self, scores: np.ndarray, rows: np.ndarray) -> list[list[Hit]]:
        items = self.catalog.items
        pairs = zip(scores.tolist(), rows.tolist(), strict=True)
        return [[Hit(items[row], row, value) for value, row in zip(*pair, strict=True) if row >= 0] for pair in pairs]


def deal(found: list[list[Hit]], n: int) -> list[list[Hit]]:
    """Return up to ``n`` of each direction's hits (best first), so that no item is listed twice.

    In n rounds each direction in turn takes the best item that none has taken.
    """
    taken: set[int] = set()
    left = [iter(hits) for hits in found]
    dealt: list[list[Hit]] = [[] for _ in found]
    for _ in range(n):
        for hits, own in zip(left, dealt, strict=True):
            best = next((hit for hit in hits if hit.row not in taken), None)
            if best:
                own.append(best)
                taken.add(best.row)
    return dealt


def score(fan: FanOut, top_vectors: np.ndarray, query_vector: np.ndarray, k: int) -> dict[str, float | None]:
    """The scores of a ResultSet. ``top_vectors`` (up to k, d): the item found first by each direction."""
    ground, diversity, aligned = map(float, rewards.oar_parts(fan.vectors, top_vectors, query_vector, k))
    return {
        "groundedness": ground if fan.is_text else None,
        "diversity": diversity,
        "alignment": aligned if fan.is_text else None,
        "content_alignment": float(rewards.alignment(top_vectors, query_vector)),
    }


def _check_options(k: int, n: int, seed: int, steps: int | None, variety: float) -> None:
    _whole("The number of directions", k, MAX_K)
    _whole("The number of items", n, MAX_N)
    _whole("The seed", seed, MAX_SEED, least=0)
    if steps is not None:
        _whole("The number of sampler steps", steps, MAX_STEPS)
    if not -1 <= variety <= 1:
        raise UserError(f"The variety is {variety:g}: it must be between -1 (closer to the request) and 1 (more variety).")


def _readable(queries: Sequence[Query]) -> list[Query]:
    """The queries, words stripped; UserError where there is none, or one cannot be read."""
    queries = [query.strip() if isinstance(query, str) else query for query in queries]
    texts = [query for query in queries if isinstance(query, str)]
    if not queries or not all(texts):
        raise UserError("The query is empty: type a few words, such as 'bohemian festival style'.")
    if not all(map(is_unicode, texts)):
        raise UserError("The query holds signs that are no text: type it anew.")
    longest = max(map(len, texts), default=0)
    if longest > MAX_QUERY:
        raise UserError(f"The query is {longest:,} characters long: at most {MAX_QUERY} are read.")
    return queries


def is_unicode(text: str) -> bool:
    """Whether a text can be written down: half a surrogate pair, as a broken terminal or JSON may hold, cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _whole(what: str, value: int, most: int, least: int = 1) -> None:
    if not least <= value <= most:
        raise UserError(f"{what} is {value}: it must be between {least} and {most}.")
