"""From noise to data with a denoiser: noise levels, solvers and guidance as pure functions that know no network.

``denoise(x, sigma)`` returns E[clean | noisy] for x (B, ...) and noise levels sigma (B,); the start is standard normal noise.
"""

from collections.abc import Callable, Iterator
from math import atan, tan

import torch

Denoise = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
TANGENT_END = 1.5  # in radians, how much of the tangent's branch the schedule covers


def karras_sigmas(steps: int, lowest: float, highest: float, rho: float) -> torch.Tensor:
    """Return steps + 1 noise levels from ``highest`` down to ``lowest`` and 0 (Karras et al. 2022, Eq. 5)."""
    ramp = torch.linspace(0, 1, steps)
    sigmas = (highest ** (1 / rho) + ramp * (lowest ** (1 / rho) - highest ** (1 / rho))) ** rho
    return torch.cat([sigmas, torch.zeros(1)])


def tangent_steps(steps: int, lowest: float, highest: float) -> list[tuple[float, float]]:
    """Return (sigma, drop) for each step of the tangent noise schedule, from ``highest`` until ``lowest`` is reached.

    sigma(t) = highest tan(1.5 t) / tan(1.5), t in [0, 1]. The R4T paper names the schedule but not where it is cut into steps:
    here each step divides sigma by the same factor, since even steps in t would jump over the data's own scale. ``drop`` is the
    step as Euler's method sees it, sigma'(t_i) (t_i - t_{i+1}).
    """
    scale = highest / tan(TANGENT_END)
    sigmas = [highest * (lowest / highest) ** (i / steps) for i in range(steps + 1)]
    angles = [atan(sigma / scale) for sigma in sigmas]
    return [
        (sigma, (scale + sigma**2 / scale) * (now - then))
        for sigma, now, then in zip(sigmas[:-1], angles[:-1], angles[1:], strict=True)
    ]


def heun(denoise: Denoise, noise: torch.Tensor, sigmas: torch.Tensor) -> torch.Tensor:
    """Solve the probability-flow ODE with Heun's method (Karras et al. 2022, Algorithm 1); 2 * steps - 1 network calls."""
    x = noise * sigmas[0]
    for now, then in zip(sigmas[:-1], sigmas[1:], strict=True):
        slope = (x - denoise(x, _of_rows(x, now))) / now
        ahead = x + (then - now) * slope
        if then > 0:
            slope = (slope + (ahead - denoise(ahead, _of_rows(x, then))) / then) / 2
            ahead = x + (then - now) * slope
        x = ahead
    return x


def euler_maruyama(
    denoise: Denoise, noise: torch.Tensor, steps: list[tuple[float, float]], fresh: Iterator[torch.Tensor]
) -> torch.Tensor:
    """Solve the reverse SDE of a variance-exploding diffusion; one network call and one tensor of ``fresh`` noise a step.

    dx = 2 sigma'/sigma (x - D(x; sigma)) dt + (2 sigma' sigma)^½ dw, backwards in time (Song et al. 2021, Eq. 6, with the score
    (D - x) / sigma²). ``steps`` as ``tangent_steps`` gives them; ``fresh`` yields standard normal noise of noise's shape.
    """
    x = noise * steps[0][0]
    for sigma, drop in steps:
        drift = 2 * drop / sigma * (denoise(x, _of_rows(x, sigma)) - x)
        x = x + drift + (2 * sigma * drop) ** 0.5 * next(fresh)
    return x


def guide(conditional: torch.Tensor, unconditional: torch.Tensor, weight: float) -> torch.Tensor:
    """Classifier-free guidance (Ho and Salimans 2022, Eq. 6) of strength w = ``weight`` - 1: (1 + w) cond - w uncond."""
    return unconditional + weight * (conditional - unconditional)


def _of_rows(x: torch.Tensor, sigma: float | torch.Tensor) -> torch.Tensor:
    """The same noise level for every row of x, beside it; the levels themselves stay on the CPU, where a loop can ask them."""
    return x.new_full((len(x),), float(sigma))
