"""How much closeness to the query shall count when a tuned retriever's rows are thinned: as much as leaves its FOLM's diversity.

One number does not fit all catalogues. At 0.7 the students of four of them had 1.09, 0.95, 1.09 and 0.89 of their FOLM's
diversity, since a FOLM writes wide lists on one catalogue and narrow ones on another, and a student's rows lie closer or further
apart. Training queries tell: no query that is held out is asked.
"""

from collections.abc import Sequence

import numpy as np

from r4t_demo import rewards
from r4t_demo.fanout.retriever import SetRetriever
from r4t_demo.train.diffusion.sets import TrainingSets

K = 10
GRID = (0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5, 0.4, 0.3)
ASKED = 128  # training queries


def like_sets(retriever: SetRetriever, queries: Sequence[str], sets: TrainingSets) -> float:
    """Return the greatest relevance of GRID at which ``retriever`` finds sets no less diverse than the FOLM's, else the least.

    ``queries`` are those of ``sets``, whose first K rows are the contents that the FOLM's lists found first; both are measured by
    Vendi / K on ASKED queries, evenly spread.
    """
    chosen = np.unique(np.linspace(0, len(queries) - 1, min(ASKED, len(queries))).round().astype(int))
    written = sets.rows[np.isin(sets.query_of, chosen), :K]
    goal = np.mean([rewards.vendi(sets.targets[rows]) for rows in written])
    asked = [queries[row] for row in chosen]
    for relevance in GRID:
        retriever.relevance = relevance
        if _vendi(retriever, asked, sets.query_vectors[chosen]) >= goal:
            return relevance
    return GRID[-1]


def _vendi(retriever: SetRetriever, queries: Sequence[str], vectors: np.ndarray) -> float:
    directions = np.stack([fan.vectors for fan in retriever.fan_out(queries, vectors, K)])
    found = retriever.index.search(directions.reshape(-1, directions.shape[-1]), 1)[1][:, 0]
    return float(np.mean([rewards.vendi(each) for each in retriever.index.vectors(found).reshape(directions.shape)]))
