"""The diffusion retriever: how its model is sampled, and directions as users get them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from r4t_demo.errors import UserError
from r4t_demo.fanout.denoiser import DenoiserConfig, SetDenoiser
from r4t_demo.fanout.diffusion import DiffusionRetriever, sample
from r4t_demo.fanout.retriever import PULL, PUSH, RELEVANCE
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.train.diffusion import edm as training
from tests.doubles import HashEncoder
from tests.tiny_models import KINDS, TINY, tiny_denoiser

PHRASES = ["red dress", "blue hat", "gothic boots", "ivory scarf", "boho bag", "navy belt"]


@pytest.fixture
def model() -> SetDenoiser:
    return tiny_denoiser()


@pytest.fixture(params=KINDS)
def retriever(request: pytest.FixtureRequest, encoder: HashEncoder, index: FaissIndex) -> DiffusionRetriever:
    model = tiny_denoiser(encoder.id, dim=encoder.dim, kind=request.param)
    return DiffusionRetriever(model, PHRASES, encoder.encode_text(PHRASES), index)


@pytest.mark.parametrize("k", [1, 3, 4])
def test_fan_out_gives_k_unit_rows_and_the_phrases_nearest_to_them_and_to_what_they_find(
    retriever: DiffusionRetriever, encoder: HashEncoder, k: int
) -> None:
    queries = ["boho festival", "gothic", "ivory party"]
    fans = retriever.fan_out(queries, encoder.encode_text(queries), k)
    assert len(fans) == 3
    for fan in fans:
        assert fan.method == "diffusion" and not fan.is_text and fan.vectors.shape == (k, encoder.dim)
        assert fan.vectors.dtype == np.float32 and fan.seconds >= 0
        np.testing.assert_allclose(np.linalg.norm(fan.vectors, axis=1), 1, atol=1e-5)
        for row, label, score in zip(fan.vectors, fan.labels, fan.label_scores, strict=True):
            item = retriever.index.vectors(retriever.index.search(row[None], 1)[1])[0, 0]
            cosines = {phrase: float(encoder.encode_text([phrase])[0] @ row) for phrase in PHRASES}
            both = {phrase: cosines[phrase] + float(encoder.encode_text([phrase])[0] @ item) for phrase in PHRASES}
            assert label == max(both, key=both.get) and score == pytest.approx(cosines[label], abs=1e-5)


def test_the_seed_decides_the_sample(retriever: DiffusionRetriever, encoder: HashEncoder) -> None:
    queries = ["boho", "gothic"]
    vectors = encoder.encode_text(queries)
    first, again, other = (retriever.sample(queries, vectors, seed=seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1
    alone = retriever.sample(queries[1:], vectors[1:], seed=5)
    np.testing.assert_allclose(alone[0], first[1], atol=1e-5, err_msg="a query's neighbours must not change its answer")


WORDS = st.lists(st.sampled_from(["boho", "gothic", "red", "hat"]), min_size=1, max_size=3).map(" ".join)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=8)
@given(st.lists(WORDS, min_size=1, max_size=4), st.integers(0, 2**32 - 1), st.integers(1, 4), st.floats(-1, 1), st.randoms())
def test_a_batch_in_another_order_is_answered_in_that_order(
    encoder: HashEncoder, index: FaissIndex, kind: str, queries: list[str], seed: int, k: int, variety: float, random
) -> None:
    """Finite unit rows, the same for the same seed, whatever stands beside a query and wherever it stands."""
    model = tiny_denoiser(encoder.id, dim=encoder.dim, kind=kind)
    asked = DiffusionRetriever(model, PHRASES, encoder.encode_text(PHRASES), index)
    order = random.sample(range(len(queries)), len(queries))
    batches = [queries, queries, [queries[row] for row in order]]
    first, again, turned = (
        np.stack(
            [fan.vectors for fan in asked.fan_out(batch, encoder.encode_text(batch), k, seed=seed, variety=variety, steps=4)]
        )
        for batch in batches
    )
    assert first.shape == (len(queries), k, encoder.dim) and np.isfinite(first).all()
    np.testing.assert_allclose(np.linalg.norm(first, axis=-1), 1, atol=1e-5)
    np.testing.assert_array_equal(first, again)
    np.testing.assert_allclose(turned, first[order], atol=1e-4)


def test_the_steps_asked_for_are_taken(retriever: DiffusionRetriever, encoder: HashEncoder) -> None:
    vectors = encoder.encode_text(["boho"])
    own = retriever.model.steps
    few, default, many = (retriever.fan_out(["boho"], vectors, 4, steps=steps)[0].vectors for steps in (2, None, own))
    np.testing.assert_array_equal(default, many)
    assert np.abs(few - default).max() > 1e-3


def test_the_dial_at_rest_changes_nothing(retriever: DiffusionRetriever, encoder: HashEncoder) -> None:
    vectors = encoder.encode_text(["boho", "gothic"])
    for plain, rest in zip(*(retriever.fan_out(["a", "b"], vectors, 4, **dial) for dial in ({}, {"variety": 0.0})), strict=True):
        np.testing.assert_array_equal(plain.vectors, rest.vectors)


def test_a_saved_retriever_gives_the_same_directions(
    retriever: DiffusionRetriever, encoder: HashEncoder, index: FaissIndex, tmp_path: Path
) -> None:
    training.save(retriever.model, PHRASES, encoder.encode_text(PHRASES), tmp_path / "d")
    loaded = DiffusionRetriever.load(tmp_path / "d", encoder, index)
    vectors = encoder.encode_text(["boho", "gothic"])
    for a, b in zip(retriever.fan_out(["a", "b"], vectors, 4), loaded.fan_out(["a", "b"], vectors, 4), strict=True):
        np.testing.assert_allclose(a.vectors, b.vectors, atol=1e-6)
        assert a.labels == b.labels


def test_loading_tells_what_is_wrong(encoder: HashEncoder, index: FaissIndex, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no retriever in .*nowhere"):
        DiffusionRetriever.load(tmp_path / "nowhere", encoder, index)
    for name, other in {"id": tiny_denoiser("clip-other", dim=48), "dim": tiny_denoiser(encoder.id, dim=16)}.items():
        training.save(other, PHRASES, encoder.encode_text(PHRASES), tmp_path / name)
        found = rf"{tmp_path / name} was trained for the encoder {other.encoder_id} \({other.dim} dimensions\)"
        with pytest.raises(UserError, match=rf"{found}, not for hash-48 \(48\)\."):
            DiffusionRetriever.load(tmp_path / name, encoder, index)


@pytest.mark.parametrize("strength", [-1.0, 0.0, 0.1, 2.0])
def test_guidance_extrapolates_from_no_query(model: SetDenoiser, strength: float) -> None:
    """(1 + w) cond - w uncond with two separate calls as the oracle; -1 forgets the query, 0 is the plain model."""
    model.guidance = 1 + strength
    generator = torch.Generator().manual_seed(0)
    noise, query = torch.randn(2, model.slots, model.dim, generator=generator), torch.randn(2, model.dim, generator=generator)
    start, sigma = noise * model.sigma_max, torch.full((2,), model.sigma_max)
    with torch.inference_mode():
        asked, unasked = model(start, sigma, query), model(start, sigma, model.no_query.expand(2, -1))
        guided = sample(model, noise, query, steps=1)
    torch.testing.assert_close(guided, (1 + strength) * asked - strength * unasked, atol=1e-4, rtol=1e-4)
    assert not torch.allclose(asked, unasked), "the query must matter, or this proves nothing"


def small_denoiser(encoder: HashEncoder, steps: int, guidance: float) -> SetDenoiser:
    return SetDenoiser(DenoiserConfig(**TINY, dim=encoder.dim, encoder_id=encoder.id, steps=steps, guidance=guidance))


@pytest.mark.parametrize(("steps", "guidance", "calls"), [(1, 1.0, 1), (1, 3.0, 1), (3, 1.0, 5)])
def test_a_checkpoint_says_how_it_is_sampled(
    encoder: HashEncoder, index: FaissIndex, tmp_path: Path, steps: int, guidance: float, calls: int
) -> None:
    training.save(small_denoiser(encoder, steps, guidance), PHRASES, encoder.encode_text(PHRASES), tmp_path / "d")
    retriever, seen = DiffusionRetriever.load(tmp_path / "d", encoder, index), []
    retriever.model.register_forward_hook(lambda module, inputs, output: seen.append(len(inputs[0])))
    retriever.fan_out(["boho"], encoder.encode_text(["boho"]), 4)
    assert seen == [1 if guidance == 1 else 2] * calls, "without guidance the network need not be asked without the query"


@pytest.mark.parametrize(
    ("variety", "pull", "relevance"),
    [
        (0.0, 0, RELEVANCE),
        (-1.0, PULL, RELEVANCE),
        (-0.5, PULL / 2, RELEVANCE),
        (0.5, -PUSH / 2, RELEVANCE / 2),
        (1.0, -PUSH, 0.0),
    ],
)
def test_k_rows_are_kept_by_the_marginal_relevance_of_what_they_find(
    retriever: DiffusionRetriever, encoder: HashEncoder, index: FaissIndex, variety: float, pull: float, relevance: float
) -> None:
    """Carbonell and Goldstein's rule, item by item: rows pulled to the query or pushed from it first, as the dial says."""
    queries = ["boho festival", "gothic"]
    vectors = encoder.encode_text(queries)
    drawn = retriever.sample(queries, vectors, seed=3)
    assert drawn.shape == (2, retriever.model.drawn, encoder.dim)
    items = index.vectors(np.arange(len(index)))
    turned = retriever.fan_out(queries, vectors, 5, seed=3, variety=variety)
    for fan, rows, query in zip(turned, drawn, vectors, strict=True):
        rows = np.array([(row + pull * query) / np.linalg.norm(row + pull * query) for row in rows])
        found = items[(rows @ items.T).argmax(1)]
        kept: list[int] = []
        for _ in range(5):
            gain = [relevance * one @ query - (1 - relevance) * max((one @ found[j] for j in kept), default=0) for one in found]
            kept.append(max(set(range(len(rows))) - set(kept), key=lambda i: gain[i]))  # noqa: B023
        np.testing.assert_allclose(fan.vectors, rows[kept], atol=1e-5)
