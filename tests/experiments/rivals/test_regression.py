"""The regression retriever: one call, one answer, and the directions that users get."""

from pathlib import Path

import numpy as np
import pytest
import torch

from experiments.rivals.regression import RegressionRetriever, SetRegressor
from r4t_demo.errors import UserError
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.train.diffusion import edm as training
from tests.doubles import HashEncoder
from tests.tiny_models import TINY, randomised

PHRASES = ["red dress", "blue hat", "gothic boots", "ivory scarf", "boho bag", "navy belt"]
QUERIES = ["boho festival", "gothic", "ivory party"]


@pytest.fixture
def retriever(encoder: HashEncoder, index: FaissIndex) -> RegressionRetriever:
    model = randomised(SetRegressor(**TINY | {"slots": 6}, dim=encoder.dim, encoder_id=encoder.id))
    return RegressionRetriever(model, PHRASES, encoder.encode_text(PHRASES), index, "regression")


@pytest.mark.parametrize("k", [1, 4, 6])
def test_one_call_gives_k_unit_rows_and_their_readings(retriever: RegressionRetriever, encoder: HashEncoder, k: int) -> None:
    calls = []
    retriever.model.backbone.slot_out.register_forward_hook(lambda module, inputs, output: calls.append(tuple(output.shape)))
    fans = retriever.fan_out(QUERIES, encoder.encode_text(QUERIES), k)
    assert calls == [(3, 6, encoder.dim)]
    for fan in fans:
        assert fan.method == "regression" and not fan.is_text
        assert fan.vectors.shape == (k, encoder.dim) and len({row.tobytes() for row in fan.vectors}) == k
        np.testing.assert_allclose(np.linalg.norm(fan.vectors, axis=1), 1, atol=1e-5)
        items = retriever.index.vectors(retriever.index.search(fan.vectors, 1)[1][:, 0])
        cosines = (fan.vectors + items) @ encoder.encode_text(PHRASES).T
        assert fan.labels == [PHRASES[row] for row in cosines.argmax(axis=1)]


def test_the_query_alone_decides(retriever: RegressionRetriever, encoder: HashEncoder) -> None:
    vectors = encoder.encode_text(QUERIES)
    sets = retriever.sample(QUERIES, vectors, seed=1)
    np.testing.assert_array_equal(sets, retriever.sample(QUERIES, vectors, seed=2))
    np.testing.assert_allclose(sets[1:2], retriever.sample(QUERIES[1:2], vectors[1:2]), atol=1e-5)
    assert np.abs(sets[0] - sets[1]).max() > 0.1


def test_a_slot_is_told_from_another_by_its_input_alone(retriever: RegressionRetriever) -> None:
    query = torch.randn(2, retriever.model.dim, generator=torch.Generator().manual_seed(0))
    order = [2, 0, 5, 1, 4, 3]
    with torch.inference_mode():
        before = retriever.model(query)
        retriever.model.slots.copy_(retriever.model.slots[order].clone())
        torch.testing.assert_close(retriever.model(query), before[:, order], atol=1e-5, rtol=1e-4)


def test_a_checkpoint_answers_alike_and_knows_its_encoder(
    retriever: RegressionRetriever, encoder: HashEncoder, index: FaissIndex, tmp_path: Path
) -> None:
    training.save(retriever.model, PHRASES, encoder.encode_text(PHRASES), tmp_path / "regression")
    loaded = RegressionRetriever.load(tmp_path / "regression", encoder, index, "regression")
    vectors = encoder.encode_text(QUERIES)
    for a, b in zip(retriever.fan_out(QUERIES, vectors, 4), loaded.fan_out(QUERIES, vectors, 4), strict=True):
        np.testing.assert_allclose(a.vectors, b.vectors, atol=1e-6)
        assert a.labels == b.labels
    other = randomised(SetRegressor(**TINY, dim=encoder.dim, encoder_id="clip-other"))
    training.save(other, PHRASES, encoder.encode_text(PHRASES), tmp_path / "other")
    with pytest.raises(UserError, match=r"other was trained for the encoder clip-other \(48 dimensions\), not for hash-48"):
        RegressionRetriever.load(tmp_path / "other", encoder, index, "regression")
    with pytest.raises(UserError, match="no retriever in .*nowhere"):
        RegressionRetriever.load(tmp_path / "nowhere", encoder, index, "regression")
