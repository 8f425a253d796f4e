"""The relevance of a tuned retriever, against every one that could have been chosen."""

import numpy as np
import pytest

from r4t_demo import rewards
from r4t_demo.fanout.diffusion import DiffusionRetriever
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.train.diffusion import relevance
from r4t_demo.train.diffusion.sets import TrainingSets
from tests.doubles import HashEncoder
from tests.tiny_models import tiny_denoiser

QUERIES = ["boho festival", "gothic", "ivory party", "red night"]


@pytest.fixture
def retriever(encoder: HashEncoder, index: FaissIndex) -> DiffusionRetriever:
    model = tiny_denoiser(encoder.id, dim=encoder.dim)
    model.drawn = 24
    return DiffusionRetriever(model, ["hat"], encoder.encode_text(["hat"]), index)


def found(retriever: DiffusionRetriever, vectors: np.ndarray, by: float) -> float:
    """The mean Vendi score of what ten directions find, thinned ``by`` a relevance."""
    retriever.relevance = by
    items = retriever.index.vectors(np.arange(len(retriever.index)))
    fans = retriever.fan_out(QUERIES, vectors, 10)
    return float(np.mean([rewards.vendi(items[(fan.vectors @ items.T).argmax(1)]) for fan in fans]))


def sets_of(vectors: np.ndarray, rows: list[int], targets: np.ndarray) -> TrainingSets:
    return TrainingSets(vectors, np.arange(len(QUERIES)), np.array([rows] * len(QUERIES)), targets)


def test_the_greatest_that_is_as_diverse_as_the_sets_is_chosen(
    retriever: DiffusionRetriever, encoder: HashEncoder, index: FaissIndex
) -> None:
    vectors, items = encoder.encode_text(QUERIES), index.vectors(np.arange(len(index)))
    reached = {by: found(retriever, vectors, by) for by in relevance.GRID}
    assert len({round(value, 3) for value in reached.values()}) > 2, "or this proves nothing"
    for many in (1, 3, 5, 6, 7, 10):
        rows = [row % many for row in range(10)]
        enough = [by for by in relevance.GRID if reached[by] >= rewards.vendi(items[rows])]
        chosen = relevance.like_sets(retriever, QUERIES, sets_of(vectors, [*rows, 0, 1], items))
        assert chosen == max(enough, default=min(relevance.GRID))


def test_sets_that_no_retriever_reaches_take_the_least(retriever: DiffusionRetriever, encoder: HashEncoder) -> None:
    sets = sets_of(encoder.encode_text(QUERIES), [*range(10), 0, 1], np.eye(48, dtype=np.float32))
    assert relevance.like_sets(retriever, QUERIES, sets) == min(relevance.GRID)
