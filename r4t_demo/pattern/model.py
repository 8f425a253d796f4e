"""MO-DiT: one diffusion transformer for all attribute domains, from a sequence of item embeddings to the next query embedding.

Reconstruction: the abstract of arXiv 2606.26899 states a diffusion transformer that reads a sequence of item embeddings and
generates query embeddings for nearest-neighbour search, one model for all domains. Sizes, conditioning and sampler are ours.
The noisy query is the one token that is denoised; in every block it attends to the clean items of the request (``context``),
each with its marks, then passes an MLP, both gated by adaLN-Zero (Peebles and Xie 2023) on noise level, domain and value. The
preconditioning is EDM's.

No arithmetic is built in, and an untrained network answers with noise: all gates start at zero. But the token is as wide as an
item, and what attention copies starts as the identity (mimetic initialisation, Trockman and Kolter 2023): a network that has to
learn first how to copy an item learns its few training patterns by heart instead, and finds nothing in a new one.
"""

from collections.abc import Sequence
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from huggingface_hub import PyTorchModelHubMixin
from torch import nn

from r4t_demo.fanout.diffusion import own_noise
from r4t_demo.fanout.samplers import heun, karras_sigmas
from r4t_demo.pattern.context import MARKS, Context
from r4t_demo.pattern.task import unit

MARK_WIDTH = 64
LEAST_DENSITY = 1e-3  # an item's density is read by its logarithm


class Block(nn.Module):
    """The query token attends to items, then an MLP; shift, scale and gate of both come from ``shared`` (adaLN-single)."""

    def __init__(self, dim: int, heads: int, mlp_ratio: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.q, self.k = nn.Linear(dim, dim), nn.Linear(dim + MARK_WIDTH, dim)
        self.v, self.out = nn.Linear(dim, dim), nn.Linear(dim, dim)
        self.mlp = nn.Sequential(nn.Linear(dim, mlp_ratio * dim), nn.SiLU(), nn.Linear(mlp_ratio * dim, dim))
        self.modulation = nn.Parameter(torch.zeros(6, dim))
        for copies in (self.v, self.out):
            nn.init.eye_(copies.weight)
            nn.init.zeros_(copies.bias)

    def forward(self, x: torch.Tensor, shared: torch.Tensor, items: torch.Tensor, marked: torch.Tensor) -> torch.Tensor:
        """x: (B, dim); shared: (B, 6, dim); of m requests, B // m rows each, ``items`` (m, n, dim), and ``marked`` (m, n, dim +
        MARK_WIDTH), the same beside their marks.

        Plain attention, multiplied in the order that is cheap for few queries and many items: not every item by the weights of
        keys and values, but the query by those of the keys, and what it has attended to by those of the values. A key's bias
        adds the same to all items, and so nothing.
        """
        shift1, scale1, gate1, shift2, scale2, gate2 = (shared + self.modulation).unbind(1)
        h = F.layer_norm(x, x.shape[-1:]) * (1 + scale1) + shift1
        q = self.q(h).unflatten(-1, (self.heads, -1)).transpose(0, 1)  # (heads, B, width)
        asked = (q @ self.k.weight.unflatten(0, (self.heads, -1))).transpose(0, 1).reshape(len(items), -1, marked.shape[-1])
        weights = (asked @ marked.transpose(1, 2) / q.shape[-1] ** 0.5).softmax(-1)
        read = (weights @ items).view(len(x), self.heads, -1).transpose(0, 1)  # (heads, B, dim)
        values = (read @ self.v.weight.unflatten(0, (self.heads, -1)).transpose(1, 2)).transpose(0, 1).flatten(1) + self.v.bias
        x = x + gate1 * self.out(values)
        h = F.layer_norm(x, x.shape[-1:]) * (1 + scale2) + shift2
        return x + gate2 * self.mlp(h)


class Modit(nn.Module, PyTorchModelHubMixin):
    """EDM denoiser D(x; sigma, items, attribute) of one query embedding of ``dim`` dimensions.

    ``attributes`` lists the (domain, value) pairs; number len(attributes) is none of them.
    A request's query is the mean of ``draws`` samples, each of ``steps`` of Heun's method from ``sigma_max`` to ``sigma_min``.
    """

    def __init__(
        self, attributes: list[list[str]], dim: int = 256, layers: int = 3, heads: int = 4, encoder_id: str = "",
        steps: int = 4, draws: int = 8, sigma_min: float = 0.02, sigma_max: float = 1.0, rho: float = 5.0,
    ) -> None:  # fmt: skip
        super().__init__()
        self.domain_of: torch.Tensor
        self.attributes = [(domain, value) for domain, value in attributes]
        self.dim, self.encoder_id, self.steps, self.draws = dim, encoder_id, steps, draws
        self.sigma_min, self.sigma_max, self.rho = sigma_min, sigma_max, rho
        self.sigma_data = dim**-0.5  # the entries of a unit vector have this root mean square
        domains = list(dict.fromkeys(domain for domain, _ in self.attributes))
        of = [domains.index(domain) for domain, _ in self.attributes] + [len(domains)]
        self.register_buffer("domain_of", torch.tensor(of), persistent=False)
        self.domain, self.value = nn.Embedding(len(domains) + 1, dim), nn.Embedding(len(of), dim)
        self.mark_in = nn.Sequential(nn.Linear(MARKS, MARK_WIDTH), nn.SiLU(), nn.Linear(MARK_WIDTH, MARK_WIDTH))
        self.noise_in = nn.Sequential(nn.Linear(64, dim), nn.SiLU(), nn.Linear(dim, dim))
        self.query_in, self.shared, self.last = nn.Linear(dim, dim), nn.Linear(dim, 6 * dim), nn.Linear(dim, 2 * dim)
        self.blocks = nn.ModuleList(Block(dim, heads) for _ in range(layers))
        self.out = nn.Linear(dim, dim)
        for table in (self.domain, self.value):
            nn.init.normal_(table.weight, std=0.02)
        for start_at_zero in (self.query_in, self.shared, self.last):
            nn.init.zeros_(start_at_zero.weight)
            nn.init.zeros_(start_at_zero.bias)
        nn.init.eye_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    @property
    def none(self) -> int:
        """The number that stands for no attribute."""
        return len(self.attributes)

    def forward(
        self, noisy: torch.Tensor, sigma: torch.Tensor, items: torch.Tensor, marks: torch.Tensor, attribute: torch.Tensor
    ) -> torch.Tensor:
        """The denoised query (B, dim) from ``noisy`` (B, dim), ``sigma`` (B,) and a context: ``items`` (m, n, dim), ``marks``
        (m, n, MARKS) and ``attribute`` (m,) of m requests, of which each has B // m rows, next to each other.

        Karras preconditioning: D = c_skip x + c_out F(c_in x; c_noise).
        """
        s, sd = sigma.view(-1, 1), self.sigma_data
        total = (s**2 + sd**2).sqrt()
        raw = self.network(noisy / total, sigma.log() / 4, items / sd, marks, attribute)
        return sd**2 / total**2 * noisy + s * sd / total * raw

    def network(
        self, x: torch.Tensor, c_noise: torch.Tensor, items: torch.Tensor, marks: torch.Tensor, attribute: torch.Tensor
    ) -> torch.Tensor:
        """The raw transformer F; ``x`` and ``items`` have unit variance."""
        angles = c_noise.unsqueeze(1) * torch.exp(torch.linspace(0, 5, 32, device=x.device))
        wanted = (self.domain(self.domain_of[attribute]) + self.value(attribute)).repeat_interleave(len(x) // len(items), 0)
        condition = F.silu(self.noise_in(torch.cat([angles.sin(), angles.cos()], dim=1)) + wanted)
        shared = self.shared(condition).unflatten(-1, (6, -1))
        density = marks[..., :1].clamp(min=LEAST_DENSITY).log() / 3  # of about unit size, as the other marks
        marked = torch.cat([items, self.mark_in(torch.cat([density, marks[..., 1:]], dim=-1))], dim=-1)
        token = self.query_in(x) + wanted
        for block in self.blocks:
            token = block(token, shared, items, marked)
        shift, scale = self.last(condition).chunk(2, dim=-1)
        return cast(torch.Tensor, self.out(F.layer_norm(token, token.shape[-1:]) * (1 + scale) + shift))

    @torch.inference_mode()
    def sample(self, vectors: np.ndarray, context: Context, seeds: Sequence[int], draws: int) -> np.ndarray:
        """Unit query embeddings (B, draws, dim) for B requests over ``vectors`` (n items, dim); the noise of each comes from
        its own seed alone."""
        self.eval()
        noise = next(own_noise(seeds, (draws, self.dim), torch.device("cpu"))).flatten(0, 1)
        told = context.tensors(vectors)
        sigmas = karras_sigmas(self.steps, self.sigma_min, self.sigma_max, self.rho)
        drawn = heun(lambda x, sigma: self(x, sigma, *told), noise, sigmas)
        return F.normalize(drawn, dim=-1).unflatten(0, (len(context.rows), draws)).numpy()

    def generate(self, vectors: np.ndarray, context: Context, seeds: Sequence[int]) -> np.ndarray:
        """One unit query embedding (B, dim) a request: the mean of its samples."""
        return unit(self.sample(vectors, context, seeds, self.draws).mean(1))


def error(model: Modit, target: torch.Tensor, sigma: torch.Tensor, noise: torch.Tensor, *context: torch.Tensor) -> torch.Tensor:
    """EDM's weighted error of each row (B,): (sigma² + sigma_d²)/(sigma sigma_d)² ||D(x + sigma n) - x||² / dim.

    ``target`` and ``noise`` (B, dim); ``context`` holds items, marks and attribute, as ``Modit.forward`` takes them.
    """
    denoised = model(target + sigma.unsqueeze(1) * noise, sigma, *context).float()
    weight = (sigma**2 + model.sigma_data**2) / (sigma * model.sigma_data) ** 2
    return weight * ((denoised - target) ** 2).mean(1)
