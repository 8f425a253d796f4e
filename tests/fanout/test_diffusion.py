"""The diffusion retriever: EDM's identities, the sampler against closed forms, and directions as users get them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.errors import UserError
from r4t_demo.fanout.diffusion import (
    DRAWN,
    RELEVANCE,
    RHO,
    SIGMA_MAX,
    SIGMA_MIN,
    SIGMA_REFINE,
    DiffusionRetriever,
    SetDenoiser,
    heun,
    karras_sigmas,
    refine,
    sample,
)  # fmt: skip
from r4t_demo.train import diffusion as training
from tests.doubles import HashEncoder
from tests.tiny_models import tiny_denoiser

PHRASES = ["red dress", "blue hat", "gothic boots", "ivory scarf", "boho bag", "navy belt"]


def unit(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.nn.functional.normalize(torch.randn(shape, generator=torch.Generator().manual_seed(seed)), dim=-1)


@pytest.fixture
def model() -> SetDenoiser:
    return tiny_denoiser()


@pytest.fixture
def retriever(encoder: HashEncoder) -> DiffusionRetriever:
    return DiffusionRetriever(tiny_denoiser(encoder.id, dim=encoder.dim), PHRASES, encoder.encode_text(PHRASES))


def test_without_noise_the_denoiser_is_the_identity(model: SetDenoiser) -> None:
    x = unit(5, 4, 16)
    torch.testing.assert_close(model(x, torch.full((5,), 1e-6), unit(5, 16)), x, atol=1e-4, rtol=0)


@pytest.mark.parametrize("sigma", [0.002, 0.05, 0.25, 1.0, 4.0])
def test_the_network_sees_and_predicts_unit_variance(model: SetDenoiser, monkeypatch, sigma: float) -> None:
    """Karras et al. 2022, B.6: c_in, and c_out with c_skip, keep input and target at variance 1 at every noise level."""
    clean, query = unit(2000, 4, 16), unit(2000, 16, seed=1)
    noisy = clean + sigma * torch.randn(clean.shape, generator=torch.Generator().manual_seed(2))
    seen, outputs = [], []
    for constant in (0.0, 1.0):
        monkeypatch.setattr(model, "network", lambda *inputs, c=constant: seen.append(inputs) or torch.full_like(inputs[0], c))
        outputs.append(model(noisy, torch.full((2000,), sigma), query))
    x, c_noise, query_in = seen[0]
    target = (clean - outputs[0]) / (outputs[1] - outputs[0])  # what the network must say for D to be the clean set
    for values in (x, target, query_in):
        assert values.square().mean().item() == pytest.approx(1, abs=0.03)
    torch.testing.assert_close(c_noise, torch.full((2000,), np.log(sigma) / 4, dtype=torch.float32))


def test_slots_have_no_order(model: SetDenoiser) -> None:
    x, sigma, query = unit(3, 4, 16), torch.tensor([0.1, 0.3, 2.0]), unit(3, 16, seed=1)
    order = [2, 0, 3, 1]
    torch.testing.assert_close(model(x[:, order], sigma, query), model(x, sigma, query)[:, order], atol=1e-5, rtol=1e-4)


def test_slots_look_at_each_other_and_at_the_query(model: SetDenoiser) -> None:
    x, sigma, query = unit(1, 4, 16), torch.tensor([1.0]), unit(1, 16, seed=1)
    changed = x.clone()
    changed[:, 0] = unit(1, 16, seed=2)
    before = model(x, sigma, query)
    assert (model(changed, sigma, query) - before)[:, 1:].abs().max() > 1e-3
    assert (model(x, sigma, unit(1, 16, seed=3)) - before).abs().max() > 1e-3


@given(st.integers(2, 64))
def test_noise_levels_fall_evenly_in_their_rho_root(steps: int) -> None:
    sigmas = karras_sigmas(steps).double()
    assert len(sigmas) == steps + 1 and sigmas[-1] == 0
    assert sigmas[0].item() == pytest.approx(SIGMA_MAX, rel=1e-4) and sigmas[-2].item() == pytest.approx(SIGMA_MIN, rel=1e-3)
    assert (sigmas.diff() < 0).all()
    gaps = (sigmas[:-1] ** (1 / RHO)).diff()
    torch.testing.assert_close(gaps, gaps.mean().expand(len(gaps)), rtol=0, atol=2e-5)


MEAN, SPREAD = torch.tensor([0.6, -0.3], dtype=torch.float64), 0.1
WIDE = (0.002, 4.0)  # noise levels that swallow data of unit size


def gaussian(x: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
    """E[clean | noisy] of data N(MEAN, SPREAD² I)."""
    variance = sigma.view(-1, 1) ** 2
    return (SPREAD**2 * x + variance * MEAN) / (SPREAD**2 + variance)


def gaussian_error(steps: int) -> float:
    """The sampler's largest distance from the flow's closed form: x - mean shrinks with (spread² + sigma²)^½."""
    noise = torch.randn(500, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    exact = MEAN + (WIDE[1] * noise - MEAN) * SPREAD / (SPREAD**2 + WIDE[1] ** 2) ** 0.5
    return (heun(gaussian, noise, karras_sigmas(steps, *WIDE).double()) - exact).abs().max().item()


def test_heun_solves_a_gaussian_to_second_order() -> None:
    coarse, fine = gaussian_error(16), gaussian_error(32)
    assert fine < 5e-3 and 3 < coarse / fine < 6


def test_heun_samples_have_the_datas_mean_and_spread() -> None:
    noise = torch.randn(4000, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    samples = heun(gaussian, noise, karras_sigmas(20, *WIDE).double())
    assert (samples.mean(0) - MEAN).abs().max() < 0.03  # from a finite start, 2.5 % of the mean is missing
    torch.testing.assert_close(samples.std(0), torch.full((2,), SPREAD, dtype=torch.float64), rtol=0.05, atol=0)


def test_heun_finds_both_modes_of_a_mixture() -> None:
    modes, spread = torch.tensor([[0.7, 0.7], [-0.7, -0.7]]), 0.05

    def denoise(x: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        variance = sigma.view(-1, 1, 1) ** 2
        distance = (x.unsqueeze(1) - modes).square().sum(-1)
        share = (-distance / (2 * (spread**2 + variance.squeeze(-1)))).softmax(-1).unsqueeze(-1)
        return (share * (spread**2 * x.unsqueeze(1) + variance * modes) / (spread**2 + variance)).sum(1)

    samples = heun(denoise, torch.randn(1000, 2, generator=torch.Generator().manual_seed(0)), karras_sigmas(30, *WIDE))
    distance = torch.cdist(samples, modes)
    assert distance.min(1).values.max() < 5 * spread
    assert 0.4 < (distance.argmin(1) == 0).float().mean() < 0.6


@pytest.mark.parametrize("steps", [1, 2, 6])
def test_heun_calls_the_network_twice_a_step_but_once_in_the_last(steps: int) -> None:
    calls = []
    heun(lambda x, sigma: calls.append(sigma) or x * 0, torch.ones(3, 2), karras_sigmas(steps))
    assert len(calls) == 2 * steps - 1 and all(sigma.shape == (3,) and (sigma > 0).all() for sigma in calls)


@pytest.mark.parametrize("k", [1, 3, 4])
def test_fan_out_gives_k_unit_rows_and_their_nearest_phrases(retriever: DiffusionRetriever, encoder: HashEncoder, k: int) -> None:
    queries = ["boho festival", "gothic", "ivory party"]
    fans = retriever.fan_out(queries, encoder.encode_text(queries), k)
    assert len(fans) == 3
    for fan in fans:
        assert fan.method == "diffusion" and not fan.is_text and fan.vectors.shape == (k, encoder.dim)
        assert fan.vectors.dtype == np.float32 and fan.seconds >= 0
        np.testing.assert_allclose(np.linalg.norm(fan.vectors, axis=1), 1, atol=1e-5)
        for row, label, score in zip(fan.vectors, fan.labels, fan.label_scores, strict=True):
            cosines = {phrase: float(encoder.encode_text([phrase])[0] @ row) for phrase in PHRASES}
            assert label == max(cosines, key=cosines.get) and score == pytest.approx(cosines[label], abs=1e-5)


def test_the_seed_decides_the_sample(retriever: DiffusionRetriever, encoder: HashEncoder) -> None:
    queries = ["boho", "gothic"]
    vectors = encoder.encode_text(queries)
    first, again, other = (retriever.sample(queries, vectors, seed=seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1
    alone = retriever.sample(queries[1:], vectors[1:], seed=5)
    np.testing.assert_allclose(alone[0], first[1], atol=1e-5, err_msg="a query's neighbours must not change its answer")


def test_the_steps_asked_for_are_taken(retriever: DiffusionRetriever, encoder: HashEncoder) -> None:
    vectors = encoder.encode_text(["boho"])
    own = retriever.model.steps
    few, default, many = (retriever.fan_out(["boho"], vectors, 4, steps=steps)[0].vectors for steps in (2, None, own))
    np.testing.assert_array_equal(default, many)
    assert np.abs(few - default).max() > 1e-3


def test_a_saved_retriever_gives_the_same_directions(retriever: DiffusionRetriever, encoder: HashEncoder, tmp_path: Path) -> None:
    training.save(retriever.model, PHRASES, encoder, tmp_path / "d")
    loaded = DiffusionRetriever.load(tmp_path / "d", encoder)
    vectors = encoder.encode_text(["boho", "gothic"])
    for a, b in zip(retriever.fan_out(["a", "b"], vectors, 4), loaded.fan_out(["a", "b"], vectors, 4), strict=True):
        np.testing.assert_allclose(a.vectors, b.vectors, atol=1e-6)
        assert a.labels == b.labels


def test_loading_tells_what_is_wrong(retriever: DiffusionRetriever, encoder: HashEncoder, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no diffusion retriever in .*nowhere"):
        DiffusionRetriever.load(tmp_path / "nowhere", encoder)
    training.save(retriever.model, PHRASES, encoder, tmp_path / "fits")
    for name, other in {"id": tiny_denoiser("clip-other", dim=48), "dim": tiny_denoiser(encoder.id, dim=16)}.items():
        training.save(other, PHRASES, encoder, tmp_path / name)
        found = rf"{tmp_path / name} was trained for the encoder {other.encoder_id} \({other.dim} dimensions\)"
        with pytest.raises(UserError, match=rf"{found}, not for hash-48 \(48\)\."):
            DiffusionRetriever.load(tmp_path / name, encoder)
        with pytest.raises(UserError, match=found):
            DiffusionRetriever.load(tmp_path / "fits", encoder, refiner=tmp_path / name)


@pytest.mark.parametrize("weight", [0.0, 1.0, 3.0])
def test_guidance_extrapolates_from_no_query(model: SetDenoiser, weight: float) -> None:
    """The formula of Ho and Salimans with two separate calls as the oracle; 0 forgets the query, 1 is the plain model."""
    model.guidance = weight
    generator = torch.Generator().manual_seed(0)
    noise, query = torch.randn(2, model.slots, model.dim, generator=generator), torch.randn(2, model.dim, generator=generator)
    sigma = torch.full((2,), SIGMA_MAX)
    with torch.inference_mode():
        asked, unasked = model(noise * SIGMA_MAX, sigma, query), model(noise * SIGMA_MAX, sigma, model.no_query.expand(2, -1))
        guided = sample(model, noise, query, steps=1)
    torch.testing.assert_close(guided, (1 - weight) * unasked + weight * asked, atol=1e-4, rtol=1e-4)
    assert not torch.allclose(asked, unasked), "the query must matter, or this proves nothing"


def small_denoiser(encoder: HashEncoder, steps: int, guidance: float) -> SetDenoiser:
    shape = {"dim": encoder.dim, "slots": 4, "width": 32, "layers": 1, "heads": 2}
    return SetDenoiser(**shape, encoder_id=encoder.id, steps=steps, guidance=guidance)


@pytest.mark.parametrize(("steps", "guidance", "calls"), [(1, 1.0, 1), (1, 3.0, 1), (3, 1.0, 5)])
def test_a_checkpoint_says_how_it_is_sampled(
    encoder: HashEncoder, tmp_path: Path, steps: int, guidance: float, calls: int
) -> None:
    training.save(small_denoiser(encoder, steps, guidance), PHRASES, encoder, tmp_path / "d")
    retriever, seen = DiffusionRetriever.load(tmp_path / "d", encoder), []
    retriever.model.register_forward_hook(lambda module, inputs, output: seen.append(len(inputs[0])))
    retriever.fan_out(["boho"], encoder.encode_text(["boho"]), 4)
    assert seen == [1 if guidance == 1 else 2] * calls, "without guidance the network need not be asked without the query"


def test_k_rows_are_kept_by_marginal_relevance(retriever: DiffusionRetriever, encoder: HashEncoder) -> None:
    queries = ["boho festival", "gothic"]
    vectors = encoder.encode_text(queries)
    drawn = retriever.sample(queries, vectors, seed=3)
    assert drawn.shape == (2, DRAWN, encoder.dim)
    for fan, rows, query in zip(retriever.fan_out(queries, vectors, 5, seed=3), drawn, vectors, strict=True):
        kept: list[int] = []
        for _ in range(5):
            gain = [RELEVANCE * row @ query - (1 - RELEVANCE) * max((row @ rows[j] for j in kept), default=0) for row in rows]
            kept.append(max(set(range(DRAWN)) - set(kept), key=lambda i: gain[i]))  # noqa: B023
        np.testing.assert_allclose(fan.vectors, rows[kept], atol=1e-5)


def test_a_refiner_takes_one_more_guided_call(model: SetDenoiser, encoder: HashEncoder, tmp_path: Path) -> None:
    teacher, student = small_denoiser(encoder, 5, 2.0), small_denoiser(encoder, 1, 1.0)
    training.save(teacher, PHRASES, encoder, tmp_path / "teacher")
    training.save(student, PHRASES, encoder, tmp_path / "student")
    retriever, seen = DiffusionRetriever.load(tmp_path / "student", encoder, refiner=tmp_path / "teacher"), []
    for network in (retriever.model, retriever.refiner):
        network.register_forward_hook(lambda module, inputs, output: seen.append((module, len(inputs[0]), inputs[1][0].item())))
    retriever.fan_out(["boho"], encoder.encode_text(["boho"]), 4)
    (jump, jumped, high), (second, refined, low) = seen
    assert (jump, jumped) == (retriever.model, 1) and high == pytest.approx(SIGMA_MAX)
    assert (second, refined) == (retriever.refiner, 2) and low == pytest.approx(SIGMA_REFINE)
    with pytest.raises(UserError, match="no diffusion retriever in .*nowhere"):
        DiffusionRetriever.load(tmp_path / "student", encoder, refiner=tmp_path / "nowhere")


def test_refining_is_the_denoiser_at_a_low_noise(model: SetDenoiser) -> None:
    model.guidance, query = 1.5, unit(3, 16)
    x, noise = unit(3, 6, 16, seed=1), torch.randn(3, 6, 16, generator=torch.Generator().manual_seed(2))
    noisy, sigma = x + SIGMA_REFINE * noise, torch.full((3,), SIGMA_REFINE)
    asked, unasked = model(noisy, sigma, query), model(noisy, sigma, model.no_query.expand(3, -1))
    torch.testing.assert_close(refine(model, x, noise, query), 1.5 * asked - 0.5 * unasked, atol=1e-4, rtol=1e-4)
