"""MO-DiT: one diffusion transformer for all attribute domains, from a sequence of item embeddings to the next query embedding.

Reconstruction: the abstract of arXiv 2606.26899 states a diffusion transformer that reads a sequence of item embeddings and
generates query embeddings for nearest-neighbour search, one model for all domains. Sizes, conditioning and sampler are ours: the
blocks and the EDM preconditioning are those of the fan-out retriever (``fanout.denoiser``); the items are clean tokens before
the noisy one, the attribute is a token of its domain and value, and it joins the noise level in the adaLN vector.

What is denoised is the query's offset from a guess: a mean of the seeds and of what lies near them (``context``), weighted by
predicted density, nearness and being a seed, and moved by a multiple of the attribute's direction. Weights and multiple are
learned for each attribute. Without a guess the network learns the training patterns by heart and finds nothing in a new one; with
it an untrained network already answers by vector arithmetic, and learns what that gets wrong.
"""

from collections.abc import Sequence
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from huggingface_hub import PyTorchModelHubMixin
from torch import nn

from r4t_demo.fanout.denoiser import Block
from r4t_demo.fanout.diffusion import own_noise
from r4t_demo.fanout.samplers import heun, karras_sigmas
from r4t_demo.pattern.context import MAX_SEEDS, Context
from r4t_demo.pattern.task import unit

TRUST = (1.0, 8.0, 2.0)  # in the log of density, the cosine with the seeds and being a seed, to start from
PACE = 50.0  # how much faster than a weight of the network these few numbers learn
GAIN = 0.5  # multiple of a direction to start from


class Modit(nn.Module, PyTorchModelHubMixin):
    """EDM denoiser D(x; sigma, items, attribute) of one query embedding of ``dim`` dimensions.

    ``attributes`` lists the (domain, value) pairs; number len(attributes) is none of them. The transformer reads the attribute,
    the seeds in their order, from low to high density of the attribute (position embeddings), the guess and the noisy query.
    ``sigma_data`` is the root mean square of an offset's entries.
    A request's query is the mean of ``draws`` samples, each of ``steps`` of Heun's method from ``sigma_max`` to ``sigma_min``.
    """

    def __init__(
        self, attributes: list[list[str]], dim: int = 256, width: int = 128, layers: int = 2, heads: int = 4,
        dropout: float = 0.1, encoder_id: str = "", steps: int = 3, draws: int = 8, sigma_data: float = 0.04,
        sigma_min: float = 0.01, sigma_max: float = 0.25, rho: float = 5.0,
    ) -> None:  # fmt: skip
        super().__init__()
        self.directions: torch.Tensor
        self.domain_of: torch.Tensor
        self.attributes = [(domain, value) for domain, value in attributes]
        self.dim, self.encoder_id, self.steps, self.draws = dim, encoder_id, steps, draws
        self.sigma_data, self.sigma_min, self.sigma_max, self.rho = sigma_data, sigma_min, sigma_max, rho
        domains = list(dict.fromkeys(domain for domain, _ in self.attributes))
        of = [domains.index(domain) for domain, _ in self.attributes] + [len(domains)]
        self.register_buffer("directions", torch.zeros(len(of), dim))  # of each attribute; none for none of them
        self.gain = nn.Parameter(torch.zeros(len(of)))  # of both these, how far they moved from where they start
        self.trust = nn.Parameter(torch.zeros(len(of), len(TRUST)))
        self.register_buffer("domain_of", torch.tensor(of), persistent=False)
        self.domain, self.value = nn.Embedding(len(domains) + 1, width), nn.Embedding(len(of), width)
        self.item_in, self.query_in = nn.Linear(dim, width), nn.Linear(dim, width)
        self.position = nn.Parameter(torch.randn(MAX_SEEDS, width) * 0.02)
        self.last = nn.Parameter(torch.randn(1, width) * 0.02)  # marks the guess among the items
        self.noise_in = nn.Sequential(nn.Linear(64, width), nn.SiLU(), nn.Linear(width, width))
        self.shared = nn.Sequential(nn.SiLU(), nn.Linear(width, 6 * width))
        self.blocks = nn.ModuleList(Block(width, heads, dropout=dropout) for _ in range(layers))
        self.out, self.drop = nn.Linear(width, dim), nn.Dropout(dropout)
        for start_at_zero in (cast(nn.Linear, self.shared[1]), self.out):
            nn.init.zeros_(start_at_zero.weight)
            nn.init.zeros_(start_at_zero.bias)

    @property
    def none(self) -> int:
        """The number that stands for no attribute."""
        return len(self.attributes)

    def forward(
        self, noisy: torch.Tensor, sigma: torch.Tensor, items: torch.Tensor, marks: torch.Tensor, attribute: torch.Tensor
    ) -> torch.Tensor:
        """The denoised query (B, dim) from ``noisy`` (B, dim), ``sigma`` (B,) and a context: ``items`` (B, n, dim), ``marks``
        (B, n, MARKS) and ``attribute`` (B,).

        Karras preconditioning around the guess g: D = g + c_skip (x - g) + c_out F(c_in (x - g); c_noise).
        """
        s, sd, guess = sigma.view(-1, 1), self.sigma_data, self.guess(items, marks, attribute)
        seeds = items[:, : int(marks[0, :, 2].sum())]
        read = torch.cat([seeds, F.normalize(guess, dim=1).unsqueeze(1)], dim=1)
        total = (s**2 + sd**2).sqrt()
        raw = self.network((noisy - guess) / total, sigma.log() / 4, read * self.dim**0.5, attribute)
        return guess + sd**2 / total**2 * (noisy - guess) + s * sd / total * raw

    def guess(self, items: torch.Tensor, marks: torch.Tensor, attribute: torch.Tensor) -> torch.Tensor:
        """Where the query would be by vector arithmetic on a weighted mean of what is read (B, dim)."""
        trust = torch.tensor(TRUST) * (1 + PACE * self.trust[attribute])
        logits = torch.cat([marks[..., :1].clamp(min=0.002).log(), marks[..., 1:]], dim=-1)
        weights = torch.einsum("bnm,bm->bn", logits, trust).softmax(1)
        gain = GAIN * (1 + PACE * self.gain[attribute]).unsqueeze(1)
        return torch.einsum("bn,bnd->bd", weights, items) + gain * self.directions[attribute]

    def network(self, x: torch.Tensor, c_noise: torch.Tensor, items: torch.Tensor, attribute: torch.Tensor) -> torch.Tensor:
        """The raw transformer F; inputs have unit variance."""
        angles = c_noise.unsqueeze(1) * torch.exp(torch.linspace(0, 5, 32, device=x.device))
        wanted = self.domain(self.domain_of[attribute]) + self.value(attribute)
        context = self.item_in(self.drop(items)) + torch.cat([self.position[: items.shape[1] - 1], self.last])
        tokens = torch.cat([wanted.unsqueeze(1), context, self.query_in(x).unsqueeze(1)], dim=1)
        shared = self.shared(self.noise_in(torch.cat([angles.sin(), angles.cos()], dim=1)) + wanted).unflatten(-1, (6, -1))
        for block in self.blocks:
            tokens = block(tokens, shared, None)
        return self.out(F.layer_norm(tokens[:, -1], tokens.shape[-1:]))

    @torch.inference_mode()
    def sample(self, vectors: np.ndarray, context: Context, seeds: Sequence[int], draws: int) -> np.ndarray:
        """Unit query embeddings (B, draws, dim) for B requests over ``vectors`` (n items, dim); the noise of each comes from
        its own seed alone."""
        self.eval()
        noise = next(own_noise(seeds, (draws, self.dim), torch.device("cpu"))).flatten(0, 1)
        told = [part.repeat_interleave(draws, 0) for part in context.tensors(vectors)]
        sigmas = karras_sigmas(self.steps, self.sigma_min, self.sigma_max, self.rho)
        guess = self.guess(*told)
        offsets = heun(lambda x, sigma: self(x + guess, sigma, *told) - guess, noise, sigmas)
        return F.normalize(offsets + guess, dim=-1).unflatten(0, (len(context.rows), draws)).numpy()

    def generate(self, vectors: np.ndarray, context: Context, seeds: Sequence[int]) -> np.ndarray:
        """One unit query embedding (B, dim) a request: the mean of its samples."""
        return unit(self.sample(vectors, context, seeds, self.draws).mean(1))


def error(model: Modit, target: torch.Tensor, sigma: torch.Tensor, noise: torch.Tensor, *context: torch.Tensor) -> torch.Tensor:
    """EDM's weighted error of each row (B,): (sigma² + sigma_d²)/(sigma sigma_d)² ||D(x + sigma n) - x||² / dim.

    ``target`` and ``noise`` (B, dim); ``context`` holds items, marks and attribute.
    """
    denoised = model(target + sigma.unsqueeze(1) * noise, sigma, *context)
    weight = (sigma**2 + model.sigma_data**2) / (sigma * model.sigma_data) ** 2
    return weight * ((denoised - target) ** 2).mean(1)
