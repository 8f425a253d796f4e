"""A property check in the reward of open-ended retrieval: a list should find kinds of thing that suit the request.

Groundedness, diversity and alignment say what a catalogue holds, what differs and what sounds alike; nothing in them says what
suits, so that a policy trained on them alone gives scarves and gloves to every request. R4T's reward may hold further parts that
check a property. This one asks the demonstrations: a kind suits a request so far as the lists of like requests name it more often
than all lists do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from r4t_demo import rewards
from r4t_demo.engine import Engine
from r4t_demo.minilm import MiniLM
from r4t_demo.train.data.demonstrations import Demonstration
from r4t_demo.train.folm.grounding import kind_name, named_kinds, shares
from r4t_demo.train.folm.soft_grpo import OarReward, Rewards, judge, read_pieces

WEIGHT = 0.5


@dataclass(frozen=True)
class SuitingReward:
    """``OarReward`` with the part ``suiting``: the sum of ``lift`` over the different kinds that a list finds, over k.

    ``kinds`` (items,) has the number of each item's kind, ``lift`` (queries, kinds) how much more often the lists of requests
    like a query name a kind than all lists do, between -1 and 1; its last kind is that of items without one, 0 for all.
    """

    kinds: np.ndarray
    lift: np.ndarray
    weights: Sequence[float] = (*rewards.WEIGHTS, WEIGHT)
    names: ClassVar[Sequence[str]] = (*OarReward.names, "suiting")

    @classmethod
    def on(
        cls, engine: Engine, shown: Sequence[Demonstration], queries: Sequence[str], weights: Sequence[float]
    ) -> "SuitingReward":
        """The reward of lists for ``queries`` in the engine's catalogue by what is ``shown``; ``weights`` of the first three."""
        embed, (names, named) = MiniLM().embed, named_kinds(engine, shown)
        lift = shares(embed(queries), embed([one.query for one in shown]), named) - named.mean(0)
        number = {name: at for at, name in enumerate(names)}
        kinds = np.array([number.get(kind_name(item), len(names)) for item in engine.catalog.items])
        return cls(kinds, np.pad(lift, ((0, 0), (0, 1))), (*weights, WEIGHT))

    def __call__(self, lists, asked, query_vectors, index, encoder, k) -> Rewards:
        """See Reward; ``asked`` are rows of ``lift``."""
        judged = judge(lists, query_vectors, index, encoder, k, self.weights[:3])
        texts = list(dict.fromkeys(piece for pieces in lists for piece in pieces if piece))
        kind = dict(zip(texts, self.kinds[index.search(encoder.encode_text(texts), 1)[1][:, 0]].tolist(), strict=True))
        suiting, credits = [], []
        for pieces, query, credit in zip(lists, asked, judged.credits, strict=True):
            place_of = read_pieces(pieces, k)
            found = [kind[text] for text in place_of]
            suiting.append(self.lift[query, [*{*found}]].sum() / k)
            alone = np.array([self.lift[query, at] * (found.count(at) == 1) / k for at in found])
            credit[list(place_of.values())] += self.weights[3] * alone  # what the list would lose without it
            credits.append(credit)
        return Rewards(np.column_stack([judged.parts, suiting]), credits)
