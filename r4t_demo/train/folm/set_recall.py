"""The reward of weakly supervised retrieval (WSCR): the share of one known reference set that a list finds (R4T, "Rewards")."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from r4t_demo import rewards
from r4t_demo.encoder import Encoder
from r4t_demo.index.base import VectorIndex
from r4t_demo.train.folm.soft_grpo import Rewards, read_pieces

DEPTH = 50  # items that a sub-query finds: 10 of them look at 500 (the paper: 10 at 500 each, in 142,472)


@dataclass(frozen=True)
class SetRecall:
    """R = |Y ∩ R(Q)| / |Y|, where R(Q) is the union of what the sub-queries find, ``depth`` items each; a ``soft_grpo.Reward``.

    ``references``: for each query the index rows of its set Y, at least one. A sub-query's credit is what R would lose without
    it.
    """

    references: Sequence[Collection[int]]
    depth: int = DEPTH
    weights: ClassVar = (1.0,)
    names: ClassVar = ("set_recall",)

    def __call__(
        self, lists: Sequence[Sequence[str]], asked: Sequence[int], query_vectors: np.ndarray, index: VectorIndex,
        encoder: Encoder, k: int,
    ) -> Rewards:  # fmt: skip
        """Judge each list by its first k distinct sub-queries, against the set of query ``asked[i]``."""
        texts = list(dict.fromkeys(piece for pieces in lists for piece in pieces if piece))
        rows = index.search(encoder.encode_text(texts), self.depth)[1].tolist()
        found = dict(zip(texts, map(frozenset, rows), strict=True))
        parts, credits = [], []
        for pieces, number in zip(lists, asked, strict=True):
            place_of, wanted = read_pieces(pieces, k), self.references[number]
            finds = [found[text] for text in place_of]
            recall = _recall(finds, wanted)
            credit = np.zeros(len(pieces))
            credit[list(place_of.values())] = [recall - _recall(finds[:i] + finds[i + 1 :], wanted) for i in range(len(finds))]
            parts.append([recall])
            credits.append(credit)
        return Rewards(np.array(parts), credits)


def _recall(finds: Sequence[frozenset[int]], wanted: Collection[int]) -> float:
    return rewards.set_recall(frozenset().union(*finds), wanted)
