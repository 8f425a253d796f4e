"""MO-DiT: one diffusion transformer for all attribute domains, from a sequence of item embeddings to the next query embedding.

Reconstruction: the abstract of arXiv 2606.26899 states a diffusion transformer that reads a sequence of item embeddings and
generates query embeddings for nearest-neighbour search, one model for all domains. Sizes, conditioning and sampler are ours: the
blocks and the EDM preconditioning are those of the fan-out retriever (``fanout.denoiser``); the items are clean tokens before
the noisy one, the attribute is a token of its domain and value, and it joins the noise level in the adaLN vector.

What is denoised is the query's offset from a linear guess, the mean of the items moved by a learned multiple of the attribute's
direction. Without that the network learns the training patterns by heart and finds nothing in a new one; with it an untrained
network already answers by vector arithmetic, and learns what that gets wrong.
"""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from huggingface_hub import PyTorchModelHubMixin
from torch import nn

from r4t_demo.fanout.denoiser import Block
from r4t_demo.fanout.diffusion import own_noise
from r4t_demo.fanout.samplers import heun, karras_sigmas
from r4t_demo.pattern.task import unit

CONTEXT = 8  # items that are read; of more seeds so many, evenly over their order
GAIN = 0.5  # multiple of a direction to start from


class Modit(nn.Module, PyTorchModelHubMixin):
    """EDM denoiser D(x; sigma, items, attribute) of one query embedding of ``dim`` dimensions.

    ``attributes`` lists the (domain, value) pairs; number len(attributes) is none of them. Items are read in their order, from
    low to high density of the attribute (position embeddings). ``sigma_data`` is the root mean square of an offset's entries.
    A request's query is the mean of ``draws`` samples, each of ``steps`` of Heun's method from ``sigma_max`` to ``sigma_min``.
    """

    def __init__(
        self, attributes: list[list[str]], dim: int = 256, width: int = 128, layers: int = 2, heads: int = 4,
        dropout: float = 0.1, encoder_id: str = "", steps: int = 3, draws: int = 4, sigma_data: float = 0.04,
        sigma_min: float = 0.01, sigma_max: float = 0.25, rho: float = 5.0,
    ) -> None:  # fmt: skip
        super().__init__()
        self.attributes = [(domain, value) for domain, value in attributes]
        self.dim, self.encoder_id, self.steps, self.draws = dim, encoder_id, steps, draws
        self.sigma_data, self.sigma_min, self.sigma_max, self.rho = sigma_data, sigma_min, sigma_max, rho
        domains = list(dict.fromkeys(domain for domain, _ in self.attributes))
        of = [domains.index(domain) for domain, _ in self.attributes] + [len(domains)]
        self.register_buffer("directions", torch.zeros(len(of), dim))  # of each attribute; none for none of them
        self.gain = nn.Parameter(torch.full((len(of),), GAIN))
        self.register_buffer("domain_of", torch.tensor(of), persistent=False)
        self.domain, self.value = nn.Embedding(len(domains) + 1, width), nn.Embedding(len(of), width)
        self.item_in, self.query_in = nn.Linear(dim, width), nn.Linear(dim, width)
        self.position = nn.Parameter(torch.randn(CONTEXT, width) * 0.02)
        self.noise_in = nn.Sequential(nn.Linear(64, width), nn.SiLU(), nn.Linear(width, width))
        self.shared = nn.Sequential(nn.SiLU(), nn.Linear(width, 6 * width))
        self.blocks = nn.ModuleList(Block(width, heads, dropout=dropout) for _ in range(layers))
        self.out, self.drop = nn.Linear(width, dim), nn.Dropout(dropout)
        for start_at_zero in (self.shared[1], self.out):
            nn.init.zeros_(start_at_zero.weight)
            nn.init.zeros_(start_at_zero.bias)

    @property
    def none(self) -> int:
        """The number that stands for no attribute."""
        return len(self.attributes)

    def forward(self, noisy: torch.Tensor, sigma: torch.Tensor, items: torch.Tensor, attribute: torch.Tensor) -> torch.Tensor:
        """The denoised query (B, dim) from ``noisy`` (B, dim), ``sigma`` (B,), ``items`` (B, n, dim) and ``attribute`` (B,).

        Karras preconditioning around the guess g: D = g + c_skip (x - g) + c_out F(c_in (x - g); c_noise).
        """
        s, sd, guess = sigma.view(-1, 1), self.sigma_data, self.guess(items, attribute)
        total = (s**2 + sd**2).sqrt()
        raw = self.network((noisy - guess) / total, sigma.log() / 4, items * self.dim**0.5, attribute)
        return guess + sd**2 / total**2 * (noisy - guess) + s * sd / total * raw

    def guess(self, items: torch.Tensor, attribute: torch.Tensor) -> torch.Tensor:
        """Where the query would be by vector arithmetic (B, dim)."""
        return items.mean(1) + self.gain[attribute].unsqueeze(1) * self.directions[attribute]

    def network(self, x: torch.Tensor, c_noise: torch.Tensor, items: torch.Tensor, attribute: torch.Tensor) -> torch.Tensor:
        """The raw transformer F; inputs have unit variance."""
        angles = c_noise.unsqueeze(1) * torch.exp(torch.linspace(0, 5, 32, device=x.device))
        wanted = self.domain(self.domain_of[attribute]) + self.value(attribute)
        context = self.item_in(self.drop(items)) + self.position[: items.shape[1]]
        tokens = torch.cat([wanted.unsqueeze(1), context, self.query_in(x).unsqueeze(1)], dim=1)
        shared = self.shared(self.noise_in(torch.cat([angles.sin(), angles.cos()], dim=1)) + wanted).unflatten(-1, (6, -1))
        for block in self.blocks:
            tokens = block(tokens, shared, None)
        return self.out(F.layer_norm(tokens[:, -1], tokens.shape[-1:]))

    @torch.inference_mode()
    def sample(self, items: np.ndarray, attribute: np.ndarray, seeds: Sequence[int], draws: int) -> np.ndarray:
        """Unit query embeddings (B, draws, dim) after ``items`` (B, n, dim); a row's noise comes from its own seed alone."""
        self.eval()
        noise = next(own_noise(seeds, (draws, self.dim), torch.device("cpu"))).flatten(0, 1)
        places = np.linspace(0, items.shape[1] - 1, min(CONTEXT, items.shape[1])).round().astype(int)
        read = torch.from_numpy(np.asarray(items, np.float32)[:, places]).repeat_interleave(draws, 0)
        wanted = torch.from_numpy(np.asarray(attribute)).repeat_interleave(draws, 0)
        sigmas = karras_sigmas(self.steps, self.sigma_min, self.sigma_max, self.rho)
        guess = self.guess(read, wanted)
        offsets = heun(lambda x, sigma: self(x + guess, sigma, read, wanted) - guess, noise, sigmas)
        return F.normalize(offsets + guess, dim=-1).unflatten(0, (len(items), draws)).numpy()

    def generate(self, items: np.ndarray, attribute: np.ndarray, seeds: Sequence[int]) -> np.ndarray:
        """One unit query embedding (B, dim) a request: the mean of its samples."""
        return unit(self.sample(items, attribute, seeds, self.draws).mean(1))


def error(
    model: Modit, target: torch.Tensor, sigma: torch.Tensor, noise: torch.Tensor, items: torch.Tensor, attribute: torch.Tensor
) -> torch.Tensor:
    """EDM's weighted error of each row (B,): (sigma² + sigma_d²)/(sigma sigma_d)² ||D(x + sigma n) - x||² / dim.

    ``target`` and ``noise`` (B, dim).
    """
    denoised = model(target + sigma.unsqueeze(1) * noise, sigma, items, attribute)
    weight = (sigma**2 + model.sigma_data**2) / (sigma * model.sigma_data) ** 2
    return weight * ((denoised - target) ** 2).mean(1)
