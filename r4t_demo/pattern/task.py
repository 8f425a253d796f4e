"""The task, pattern-preserving attribute retrieval: from seeds that share a pattern, more of it that carry an attribute.

Reconstructed from the abstract of arXiv 2606.26899; its body could not be read:

- A *pattern* is a fine latent cluster of the index: spherical k-means over the item vectors, ITEMS_PER_PATTERN of them each on
  average, in a small catalogue fewer. Labels play no part in it.
- A *seed set* is SEEDS items of one pattern that do **not** carry the wanted attribute; at most MAX_SHARE of the pattern's
  items carry it, and at least MIN_POSITIVES do, so that there is something to find and something to be gained.
- Joint@K is the share of the K items found that carry the attribute and belong to the seeds' pattern; attribute@K and purity@K
  are its two marginals. All come from a real top-K search over the whole catalogue without the seeds.
- *item-holdout*: a pattern known from training, seeds never seen in it. *pattern-holdout*: no item of the pattern was ever used.
- Items and patterns are split by hashing: an item by its id, a pattern by the id of its medoid. Training reads items of the train
  split in train patterns alone, and of those the labels of a part only (``labelled``): sparse labels. Other items are never
  seeds, targets or labels there; but they lie in the index, where the searches of training find them as a visitor's do.
- A visitor's *own* catalogue is there to be used and labelled as it is: all its patterns are trained on, and its items but for a
  fifth, which are kept to judge by (item-holdout alone).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import faiss
import numpy as np

from r4t_demo.catalog import Catalog
from r4t_demo.index.base import VectorIndex
from r4t_demo.pattern.labels import Labels, labels_of

K, SEEDS = 24, 3
ITEMS_PER_PATTERN = 32
FEW_PATTERNS, FEW_ITEMS = 8, 12  # a small catalogue has so many patterns all the same, of no fewer items each
MIN_POSITIVES, MAX_SHARE = 4, 0.5
PROTOCOLS = ("item-holdout", "pattern-holdout")


@dataclass(frozen=True)
class Split:
    """split -> its share, of the items and of the patterns."""

    items: Mapping[str, float]
    patterns: Mapping[str, float]

    @property
    def trained(self) -> float:
        """The share of all items that training may look at."""
        return self.items["train"] * self.patterns["train"]


_HALVES = {"train": 0.5, "validation": 0.1, "test": 0.4}
MEASURED, OWN = Split(_HALVES, _HALVES), Split({"train": 0.8, "test": 0.2}, {"train": 1.0})


@dataclass(frozen=True)
class SeedSet:
    """``rows`` (SEEDS,) of ``pattern``, to be steered to ``attribute``, a column of the labels."""

    rows: np.ndarray
    pattern: int
    attribute: int


@dataclass(frozen=True)
class Task:
    """A catalogue's items as the task sees them: vectors (n, d), labels, the pattern of each (n,), and both splits.

    ``item_split`` (n,) and ``pattern_split`` (patterns,) hold "train", "validation" or "test"; ``labelled`` (n,) marks the items
    whose labels training reads, ``sparse`` (n,) as many that are spread over all splits, for a filter that knows no more labels.
    ``own``: it is a visitor's own catalogue.
    """

    index: VectorIndex
    vectors: np.ndarray
    labels: Labels
    centres: np.ndarray
    pattern: np.ndarray
    item_split: np.ndarray
    pattern_split: np.ndarray
    labelled: np.ndarray
    sparse: np.ndarray
    own: bool = False

    @property
    def trained(self) -> np.ndarray:
        """Which items (n,) training may look at."""
        return (self.item_split == "train") & (self.pattern_split[self.pattern] == "train")

    def seed_sets(self, domain: str, protocol: str, split: str, count: int, seed: int = 0) -> list[SeedSet]:
        """Return ``count`` seed sets of a cell, evenly over its (pattern, value) pairs; none where it has no such pair."""
        rng = np.random.default_rng(seed)
        pairs = [
            (pattern, attribute, pool)
            for pattern, members in self._patterns(protocol, split)
            for attribute, (name, _) in enumerate(self.labels.names)
            if name == domain and len(pool := self._pool(members, attribute, protocol, split)) >= SEEDS
        ]
        order = rng.permutation(len(pairs))
        chosen = [pairs[order[i % len(pairs)]] for i in range(count)] if pairs else []
        return [SeedSet(rng.choice(pool, SEEDS, replace=False), pattern, attribute) for pattern, attribute, pool in chosen]

    def scores(self, found: np.ndarray, sets: Sequence[SeedSet]) -> dict[str, np.ndarray]:
        """joint, attribute and purity, each (m,), of the rows ``found`` (m, K) for m seed sets; row -1 is no item."""
        real = found >= 0
        has = self.labels.carries[found, np.array([one.attribute for one in sets])[:, None]] & real
        inside = (self.pattern[found] == np.array([one.pattern for one in sets])[:, None]) & real
        return {"joint": (has & inside).mean(1), "attribute": has.mean(1), "purity": inside.mean(1)}

    def _patterns(self, protocol: str, split: str):
        wanted = "train" if protocol == "item-holdout" else split
        for pattern in np.flatnonzero(self.pattern_split == wanted):
            yield pattern, np.flatnonzero(self.pattern == pattern)

    def _pool(self, members: np.ndarray, attribute: int, protocol: str, split: str) -> np.ndarray:
        """The members that may be seeds; none where the pattern has too few with the attribute, or too many."""
        has = self.labels.carries[members, attribute]
        if has.sum() < MIN_POSITIVES or has.mean() > MAX_SHARE:
            return members[:0]
        fresh = self.item_split[members] == split if protocol == "item-holdout" else True
        return members[~has & fresh]


def make_task(
    catalog: Catalog, index: VectorIndex, label_share: float, centres: np.ndarray | None = None, own: bool = False
) -> Task:
    """The task on a catalogue; training reads the labels of ``label_share`` of its items, or of all that it may look at.

    ``centres`` (patterns, d) are those that a checkpoint was trained with; without them the patterns are made. ``own``: it is a
    visitor's own catalogue. UserError where it has no labels.
    """
    labels, split = labels_of(catalog, own), OWN if own else MEASURED
    vectors = index.vectors(np.arange(len(index)))
    centres = make_patterns(vectors) if centres is None else centres
    nearness = vectors @ centres.T
    pattern = nearness.argmax(1)
    ids = [item.item_id for item in catalog.items]
    medoids = [ids[row] for row in nearness.argmax(0)]
    item_split = np.array([split_of(name, "item", split.items) for name in ids])
    pattern_split = np.array([split_of(name, "pattern", split.patterns) for name in medoids])
    trained = (item_split == "train") & (pattern_split[pattern] == "train")
    place = np.array([_place(name, "label") for name in ids])
    labelled = trained & (place < label_share / split.trained)
    sparse = place < label_share
    return Task(index, vectors, labels, centres, pattern, item_split, pattern_split, labelled, sparse, own)


def make_patterns(vectors: np.ndarray) -> np.ndarray:
    """Centres (patterns, d) of spherical k-means over the item vectors (n, d), the same for the same vectors."""
    count = max(1, len(vectors) // ITEMS_PER_PATTERN, min(FEW_PATTERNS, len(vectors) // FEW_ITEMS))
    kmeans = faiss.Kmeans(vectors.shape[1], count, niter=10, seed=0, spherical=True, min_points_per_centroid=1)
    kmeans.train(vectors)
    return kmeans.centroids


def split_of(name: str, kind: str, shares: Mapping[str, float]) -> str:
    """The split of an item or a pattern by its name alone."""
    place, end = _place(name, kind), 0.0
    for split, share in shares.items():
        end += share
        if place < end:
            return split
    return split


def search(index: VectorIndex, queries: np.ndarray, seeds: Iterable[np.ndarray], k: int = K) -> tuple[np.ndarray, np.ndarray]:
    """The k items nearest to any of a request's query vectors, its seeds left out, by a real top-K search.

    ``queries`` (m, q, d) unit rows, ``seeds`` m arrays of rows. Returns scores and rows, both (m, k), best first; -inf and -1
    where the index has no more.
    """
    m, q, d = queries.shape
    depth = k + max(map(len, seeds), default=0)
    scores, rows = index.search(np.ascontiguousarray(queries.reshape(m * q, d), np.float32), depth)
    scores, rows = scores.reshape(m, -1), rows.reshape(m, -1)
    best, found = np.full((m, k), -np.inf, np.float32), np.full((m, k), -1)
    for i, own in enumerate(seeds):
        order = np.argsort(-scores[i], kind="stable")
        order = order[~np.isin(rows[i, order], [*own, -1])]
        _, first = np.unique(rows[i, order], return_index=True)  # an item counts once, by its best score
        order = order[np.sort(first)][:k]
        best[i, : len(order)], found[i, : len(order)] = scores[i, order], rows[i, order]
    return best, found


def unit(rows: np.ndarray) -> np.ndarray:
    """Rows (..., d) brought to unit length, float32."""
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


def _place(name: str, kind: str) -> float:
    """Where a name falls in [0, 1), by its hash."""
    return int.from_bytes(hashlib.sha256(f"{kind} {name}".encode()).digest()[:8], "big") / 2**64
