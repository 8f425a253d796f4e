"""What a practitioner would try first: plain search, its finds thinned or clustered, a template, the best of several samples."""

import random
from collections.abc import Sequence
from time import perf_counter
from typing import TYPE_CHECKING

import faiss
import numpy as np

from r4t_demo import rewards
from r4t_demo.catalog import Catalog
from r4t_demo.encoder import Encoder
from r4t_demo.fanout.base import FanOut, core_of, embedded, own_seed
from r4t_demo.index.base import VectorIndex

if TYPE_CHECKING:  # transformers takes seconds to import, and plain search does without it
    from r4t_demo.fanout.folm import Folm

POOL = 200  # the query's best items, which MMR and KMeans choose from


class NoFanOut:
    """The query's own k best items, each as a direction: what the search box of a shop does."""

    name = "none"

    def __init__(self, index: VectorIndex, catalog: Catalog):
        self.index, self.catalog = index, catalog

    def fan_out(self, queries: Sequence[str], vectors: np.ndarray, k: int, *, seed: int = 0) -> list[FanOut]:
        start = perf_counter()
        _, rows = self.index.search(vectors, k)
        return _item_directions(self.name, self.index, self.catalog, rows, start)


class MMR:
    """Maximal marginal relevance over the query's ``pool`` best items (Carbonell and Goldstein, 1998).

    Each step takes the item c with the greatest lam·cos(c, q) - (1 - lam)·max cos(c, taken). The default ``lam`` has the best
    ``set_f1`` on validation queries: ``python -m r4t_demo evaluate oar --split validation --methods mmr:0.7 mmr:0.8 mmr:0.9``.
    """

    def __init__(self, index: VectorIndex, catalog: Catalog, pool: int = POOL, lam: float = 0.8, name: str = "mmr"):
        self.index, self.catalog, self.pool, self.lam, self.name = index, catalog, pool, lam, name

    def fan_out(self, queries: Sequence[str], vectors: np.ndarray, k: int, *, seed: int = 0) -> list[FanOut]:
        start = perf_counter()
        relevance, rows = self.index.search(vectors, self.pool)
        order = mmr_order(self.index.vectors(rows), relevance, min(k, rows.shape[1]), self.lam)
        return _item_directions(self.name, self.index, self.catalog, np.take_along_axis(rows, order, axis=1), start)


class KMeans:
    """Spherical k-means over the query's ``pool`` best items: a direction is the item nearest to a cluster's centre.

    Directions come in the order in which plain search finds their items.
    """

    name = "kmeans"

    def __init__(self, index: VectorIndex, catalog: Catalog, pool: int = POOL):
        self.index, self.catalog, self.pool = index, catalog, pool

    def fan_out(self, queries: Sequence[str], vectors: np.ndarray, k: int, *, seed: int = 0) -> list[FanOut]:
        start = perf_counter()
        _, rows = self.index.search(vectors, self.pool)
        pools, count = self.index.vectors(rows), min(k, rows.shape[1])
        order = [central_rows(pool, count, own_seed(seed, query)) for pool, query in zip(pools, queries, strict=True)]
        return _item_directions(self.name, self.index, self.catalog, np.take_along_axis(rows, np.array(order), axis=1), start)


class Template:
    """The query's words before k of the catalogue's categories, drawn at random: one line of code, hard to beat."""

    name = "template"

    def __init__(self, catalog: Catalog, encoder: Encoder):
        self.categories, self.encoder = sorted({item.kind for item in catalog.items}), encoder

    def fan_out(self, queries: Sequence[str], vectors: np.ndarray, k: int, *, seed: int = 0) -> list[FanOut]:
        start = perf_counter()
        draws = [random.Random(own_seed(seed, query)).sample(self.categories, min(k, len(self.categories))) for query in queries]
        lists = [[f"{core_of(query)} {category}" for category in draw] for query, draw in zip(queries, draws, strict=True)]
        drawn = perf_counter()
        directions = embedded(lists, self.encoder)
        shares = ((drawn - start) / len(queries), (perf_counter() - drawn) / len(queries))
        return [FanOut(self.name, texts, rows, *shares, is_text=True) for texts, rows in zip(lists, directions, strict=True)]


class BestOf:
    """Samples ``n`` lists from the language model before RL and keeps the one with the highest training reward."""

    def __init__(self, sft: "Folm", index: VectorIndex, encoder: Encoder, n: int = 5):
        self.name = f"best-of-{n}"
        self.sft, self.index, self.encoder, self.n = sft, index, encoder, n

    def fan_out(self, queries: Sequence[str], vectors: np.ndarray, k: int, *, seed: int = 0) -> list[FanOut]:
        start = perf_counter()
        samples = self.sft.sample_lists(queries, vectors, k, n_samples=self.n, seed=seed)
        sampled = perf_counter()
        rows = iter(embedded([texts for lists in samples for texts in lists], self.encoder))
        candidates = [[next(rows) for _ in lists] for lists in samples]
        encode = perf_counter() - sampled
        rewards_of = ([self._reward(one, query, k) for one in each] for each, query in zip(candidates, vectors, strict=True))
        best = [int(np.argmax(each)) for each in rewards_of]
        fanout = perf_counter() - start - encode
        chosen = [(lists[i], of_query[i]) for lists, of_query, i in zip(samples, candidates, best, strict=True)]
        shares = (fanout / len(queries), encode / len(queries))
        return [FanOut(self.name, labels, directions, *shares, is_text=True) for labels, directions in chosen]

    def _reward(self, directions: np.ndarray, query_vector: np.ndarray, k: int) -> float:
        top = self.index.vectors(self.index.search(directions, 1)[1][:, 0])
        return float(rewards.composite(*rewards.oar_parts(directions, top, query_vector, k)))


def mmr_order(pool: np.ndarray, relevance: np.ndarray, k: int, lam: float) -> np.ndarray:
    """Greedy MMR for m queries at once.

    ``pool`` (m, p, d) unit rows, ``relevance`` (m, p) their cosines with the query, k <= p; returns (m, k) positions in
    the pool, in the order taken.
    """
    queries = np.arange(len(pool))
    taken = np.empty((len(pool), k), dtype=np.int64)
    nearest = np.zeros_like(relevance)  # greatest cosine with what is taken; before the first step only relevance counts
    left = lam * relevance
    for step in range(k):
        taken[:, step] = best = left.argmax(axis=1)
        similar = np.einsum("mpd,md->mp", pool, pool[queries, best])
        nearest = similar if step == 0 else np.maximum(nearest, similar)
        left = lam * relevance - (1.0 - lam) * nearest
        np.put_along_axis(left, taken[:, : step + 1], -np.inf, axis=1)
    return taken


def central_rows(pool: np.ndarray, k: int, seed: int) -> np.ndarray:
    """The k rows, in ascending order, nearest to the centres of k clusters of ``pool`` (p, d), unit rows, k <= p.

    Lloyd's algorithm on the sphere from k-means++ (Arthur and Vassilvitskii, 2007), the best of five starts.
    """
    kmeans = faiss.Kmeans(
        pool.shape[1], k, niter=25, nredo=5, spherical=True, seed=seed % 2**31, min_points_per_centroid=1,
        init_method=faiss.ClusteringInitMethod_KMEANS_PLUS_PLUS,
    )  # fmt: skip
    kmeans.train(pool)
    nearness = kmeans.centroids @ pool.T
    for row in range(k):  # a row that is nearest to two centres goes to the first
        taken = nearness[row].argmax()
        nearness[row + 1 :, taken] = -np.inf
    return np.sort(nearness.argmax(axis=1))


def _item_directions(name: str, index: VectorIndex, catalog: Catalog, rows: np.ndarray, start: float) -> list[FanOut]:
    """One FanOut a query whose directions are the items of ``rows`` (m, k), labelled by their titles."""
    vectors = index.vectors(rows)
    labels = [[catalog.items[row].title for row in chosen] for chosen in rows]
    seconds = (perf_counter() - start) / max(len(rows), 1)
    scores = [1.0] * rows.shape[1]
    pairs = zip(labels, vectors, strict=True)
    return [FanOut(name, texts, directions, seconds, label_scores=scores) for texts, directions in pairs]
