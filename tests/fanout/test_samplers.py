"""Noise levels by their formulas; the solvers against closed forms and a mixture whose ideal denoiser is known."""

from collections.abc import Iterator
from itertools import count
from math import tan

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from r4t_demo.fanout.denoiser import PAPER
from r4t_demo.fanout.samplers import euler_maruyama, guide, heun, karras_sigmas, tangent_steps

LOWEST, HIGHEST, RHO = PAPER["sigma_min"], PAPER["sigma_max"], PAPER["rho"]


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def fresh(*shape: int) -> Iterator[torch.Tensor]:
    return (normal(*shape, seed=seed) for seed in count(1))


@given(st.integers(2, 64))
def test_karras_levels_fall_evenly_in_their_rho_root(steps: int) -> None:
    sigmas = karras_sigmas(steps, 0.02, 0.5, 5.0).double()
    assert len(sigmas) == steps + 1 and sigmas[-1] == 0
    assert sigmas[0].item() == pytest.approx(0.5, rel=1e-4) and sigmas[-2].item() == pytest.approx(0.02, rel=1e-3)
    assert (sigmas.diff() < 0).all()
    gaps = (sigmas[:-1] ** (1 / 5)).diff()
    torch.testing.assert_close(gaps, gaps.mean().expand(len(gaps)), rtol=0, atol=2e-5)


def tangent(t: float) -> float:
    return HIGHEST * tan(1.5 * t) / tan(1.5)


def time_of(sigma: float) -> float:
    """The inverse of ``tangent`` by bisection."""
    low, high = 0.0, 1.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if tangent(middle) < sigma else (low, middle)
    return low


@pytest.mark.parametrize("steps", [1, 7, 256])
def test_the_tangent_schedule_is_euler_in_its_own_time(steps: int) -> None:
    found = tangent_steps(steps, LOWEST, HIGHEST)
    levels = [HIGHEST * (LOWEST / HIGHEST) ** (i / steps) for i in range(steps + 1)]
    times = [time_of(level) for level in levels]
    assert [sigma for sigma, _ in found] == pytest.approx(levels[:-1])
    slopes = [(tangent(t + 1e-7) - tangent(t - 1e-7)) / 2e-7 for t in times]
    drops = [slope * (now - then) for slope, now, then in zip(slopes, times[:-1], times[1:], strict=False)]
    assert [drop for _, drop in found] == pytest.approx(drops, rel=1e-4, abs=1e-9)


MEAN, SPREAD = torch.tensor([0.6, -0.3], dtype=torch.float64), 0.1
WIDE = (0.002, 4.0, 5.0)  # noise levels that swallow data of unit size


def gaussian(x: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
    """E[clean | noisy] of data N(MEAN, SPREAD² I)."""
    variance = sigma.view(-1, 1) ** 2
    return (SPREAD**2 * x + variance * MEAN) / (SPREAD**2 + variance)


def gaussian_error(steps: int) -> float:
    """The sampler's largest distance from the flow's closed form: x - mean shrinks with (spread² + sigma²)^½."""
    noise = normal(500, 2)
    exact = MEAN + (WIDE[1] * noise - MEAN) * SPREAD / (SPREAD**2 + WIDE[1] ** 2) ** 0.5
    return (heun(gaussian, noise, karras_sigmas(steps, *WIDE).double()) - exact).abs().max().item()


def test_heun_solves_a_gaussian_to_second_order() -> None:
    coarse, fine = gaussian_error(16), gaussian_error(32)
    assert fine < 5e-3 and 3 < coarse / fine < 6


SHARES = torch.tensor([0.3, 0.7], dtype=torch.float64)
MODES = torch.tensor([[0.5, 0.2], [-0.3, 0.1]], dtype=torch.float64)
SPREADS = torch.tensor([0.05, 0.12], dtype=torch.float64)


def mixture(x: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
    """E[clean | noisy] of the mixture of N(mode, spread² I), each with its share; x (B, 2)."""
    noise = sigma.view(-1, 1, 1) ** 2
    variance = SPREADS.view(1, -1, 1) ** 2
    total = variance + noise
    distance = (x.unsqueeze(1) - MODES).square().sum(-1)
    posterior = (SHARES.log() - distance / (2 * total[..., 0]) - total[..., 0].log()).softmax(-1)  # two dimensions
    return (posterior.unsqueeze(-1) * (variance * x.unsqueeze(1) + noise * MODES) / total).sum(1)


def sde_256(noise: torch.Tensor) -> torch.Tensor:
    return euler_maruyama(mixture, noise, tangent_steps(256, LOWEST, HIGHEST), fresh(*noise.shape))


def heun_18(noise: torch.Tensor) -> torch.Tensor:
    return heun(mixture, noise, karras_sigmas(18, LOWEST, HIGHEST, RHO).double())


def heun_4(noise: torch.Tensor) -> torch.Tensor:
    """So few steps want a narrow range, as the demo's five have: from 80, four do not arrive."""
    return heun(mixture, noise, karras_sigmas(4, 0.02, 2.0, 5.0).double())


@pytest.mark.parametrize(
    ("sampler", "off_mean", "off_covariance"), [(sde_256, 0.02, 0.06), (heun_18, 0.02, 0.12), (heun_4, 0.05, 0.5)]
)
def test_samples_have_a_mixtures_moments(sampler, off_mean: float, off_covariance: float) -> None:
    mean = SHARES @ MODES
    within = (SHARES * SPREADS**2).sum() * torch.eye(2, dtype=torch.float64)
    covariance = within + (MODES - mean).T @ torch.diag(SHARES) @ (MODES - mean)
    samples = sampler(normal(4000, 2))
    assert (samples.mean(0) - mean).abs().max() < off_mean
    assert (samples.T.cov() - covariance).norm() / covariance.norm() < off_covariance
    nearest = torch.cdist(samples, MODES).argmin(1)
    assert (nearest == 0).double().mean().item() == pytest.approx(SHARES[0].item(), abs=0.03)


@pytest.mark.parametrize("mode", [0, 1])
def test_the_sde_gives_each_mode_its_own_spread(mode: int) -> None:
    samples = sde_256(normal(3000, 2))
    own = samples[torch.cdist(samples, MODES).argmin(1) == mode]
    torch.testing.assert_close(own.std(0), SPREADS[mode].expand(2), rtol=0.08, atol=0)


def to_the_nearest(x: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
    """A denoiser whose rows do not see each other, of any shape (B, …)."""
    return x.tanh() / (1 + sigma.view(-1, *[1] * (x.dim() - 1)))


SOLVERS = {
    "heun": lambda noise, fresh, steps: heun(to_the_nearest, noise, karras_sigmas(steps, *WIDE).double()),
    "sde": lambda noise, fresh, steps: euler_maruyama(to_the_nearest, noise, tangent_steps(steps, LOWEST, HIGHEST), iter(fresh)),
}


@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
@settings(max_examples=25)
@given(st.lists(st.integers(1, 4), min_size=2, max_size=3), st.integers(1, 12), st.integers(0, 2**32 - 1), st.randoms())
def test_a_sample_is_finite_and_each_row_its_own(solver, shape: list[int], steps: int, seed: int, random) -> None:
    noise, *fresh = (normal(*shape, seed=seed + i) for i in range(steps + 1))
    samples = solver(noise, fresh, steps)
    assert samples.shape == noise.shape and samples.isfinite().all()
    assert torch.equal(samples, solver(noise, fresh, steps)), "the same noise gives the same sample"
    order = random.sample(range(shape[0]), shape[0])
    torch.testing.assert_close(solver(noise[order], [one[order] for one in fresh], steps), samples[order])


@pytest.mark.parametrize("steps", [1, 2, 6])
def test_network_calls_a_step(steps: int) -> None:
    """Heun's method makes two, but one in the last; Euler-Maruyama one. Every call gets a noise level for every row."""
    calls = []

    def denoise(x: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        calls.append(sigma)
        return x * 0

    heun(denoise, torch.ones(3, 2), karras_sigmas(steps, *WIDE))
    assert len(calls) == 2 * steps - 1
    euler_maruyama(denoise, torch.ones(3, 2), tangent_steps(steps, LOWEST, HIGHEST), fresh(3, 2))
    assert len(calls) == 3 * steps - 1
    assert all(sigma.shape == (3,) and (sigma > 0).all() for sigma in calls)


@pytest.mark.parametrize("strength", [-1.0, 0.0, 0.1, 2.0])
def test_guidance_extrapolates_by_its_strength(strength: float) -> None:
    """(1 + w) cond - w uncond: w = 0 is the plain answer, w = -1 the one without the query."""
    conditional, unconditional = normal(5, 3, 2), normal(5, 3, 2, seed=1)
    guided = guide(conditional, unconditional, 1 + strength)
    torch.testing.assert_close(guided, (1 + strength) * conditional - strength * unconditional)
    if strength == 0:
        torch.testing.assert_close(guided, conditional)
