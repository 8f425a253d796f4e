"""The diffusion retriever's network: an EDM denoiser over sets of vectors, in the sizes of the demo and of the paper."""

from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import torch
import torch.nn.functional as F
from huggingface_hub import PyTorchModelHubMixin
from torch import nn

NOISE_WIDTH = 256  # of the vector that tells the noise level alone


@dataclass(frozen=True)
class DenoiserConfig:
    """What a ``SetDenoiser`` is, and how it is sampled; the defaults are the ``mini`` that the demo serves.

    ``sampler`` is "heun" or "sde" (Euler-Maruyama), with ``steps`` and noise levels from ``sigma_max`` to ``sigma_min`` (``rho``
    spaces Heun's); ``guidance`` is classifier-free (1 is none, the paper's strength w is ``guidance`` - 1), and ``drawn`` rows
    are drawn. They were chosen for ``mini`` on Atelier's validation queries. Its narrow range lies around the data's spread of
    1/16: five steps are too few for EDM's wide one. The paper states no ``rho``; EDM's is taken.
    """

    dim: int = 256
    slots: int = 12
    width: int = 256
    layers: int = 4
    heads: int = 4
    encoder_id: str = ""
    steps: int = 5
    guidance: float = 6.0
    mlp_ratio: int = 4
    dropout: float = 0.0
    cross_attention: bool = False
    sampler: str = "heun"
    sigma_min: float = 0.02
    sigma_max: float = 0.5
    rho: float = 5.0
    drawn: int = 16


# R4T's retriever as far as its paper states it, 53.9 M parameters.
PAPER: dict[str, Any] = {
    "dim": 128, "slots": 12, "width": 1024, "layers": 6, "heads": 16, "mlp_ratio": 1, "dropout": 0.1, "cross_attention": True,
    "sampler": "sde", "steps": 256, "guidance": 1.1, "sigma_min": 1e-4, "sigma_max": 80.0, "rho": 7.0, "drawn": 12,
}  # fmt: skip


class CrossAttention(nn.Module):
    """Tokens (B, T, width) ask a context (B, C, dim); its output starts at zero."""

    def __init__(self, width: int, heads: int, dim: int) -> None:
        super().__init__()
        self.heads = heads
        self.q, self.kv, self.out = nn.Linear(width, width), nn.Linear(dim, 2 * width), nn.Linear(width, width)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        q = self.q(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        k, v = self.kv(context).unflatten(-1, (2, self.heads, -1)).permute(2, 0, 3, 1, 4)
        return self.out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))


class Block(nn.Module):
    """Transformer block whose shift, scale and gate come from one shared vector (adaLN-single; PixArt-α, Chen et al. 2024).

    With a ``context`` width it also attends to a context, between self-attention and MLP, unmodulated as in PixArt-α.
    """

    def __init__(self, width: int, heads: int, mlp_ratio: int = 4, dropout: float = 0.0, context: int = 0) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, mlp_ratio * width), nn.SiLU(), nn.Linear(mlp_ratio * width, width))
        # Added to the shared modulation; gates start at zero, so that a block starts as the identity.
        self.modulation = nn.Parameter(torch.zeros(6, width))
        self.cross = CrossAttention(width, heads, context) if context else None
        self.drop = nn.Dropout(dropout)

    def forward(self, x: torch.Tensor, shared: torch.Tensor, context: torch.Tensor | None) -> torch.Tensor:
        """x: (B, T, width); shared: (B, 6, width); context: (B, C, context)."""
        shift1, scale1, gate1, shift2, scale2, gate2 = (shared + self.modulation).unsqueeze(2).unbind(1)
        width = x.shape[-1]
        h = F.layer_norm(x, (width,)) * (1 + scale1) + shift1
        q, k, v = self.qkv(h).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        x = x + gate1 * self.drop(self.out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)))
        if self.cross:
            x = x + self.drop(self.cross(F.layer_norm(x, (width,)), context))
        h = F.layer_norm(x, (width,)) * (1 + scale2) + shift2
        return x + gate2 * self.drop(self.mlp(h))


class SetDenoiser(nn.Module, PyTorchModelHubMixin):
    """EDM denoiser D(Z; sigma, z_q) over a set of unit vectors of ``dim`` dimensions, one token a slot.

    There are no position embeddings: the set has no order, the network is equivariant to permutations of the slots and takes any
    number of them; ``slots`` is the number it is trained with.

    The noise level always enters through adaLN-single. The query enters in one of two ways. In ``mini`` it is a token that
    attention can pick from and a part of the adaLN vector. In ``PAPER`` every block attends to it (``cross_attention``), in its
    own ``dim``, and the adaLN vector, ``NOISE_WIDTH`` wide, tells the noise level alone: the paper leaves both open, and this way
    has its 53.9 M parameters. Attention over one token would have nothing to weigh, so ``no_query`` stands beside the query.
    """

    def __init__(self, config: DenoiserConfig) -> None:
        super().__init__()
        self.config = config
        self.dim, self.slots, self.encoder_id = config.dim, config.slots, config.encoder_id
        self.sampler, self.steps, self.guidance, self.drawn = config.sampler, config.steps, config.guidance, config.drawn
        self.sigma_min, self.sigma_max, self.rho = config.sigma_min, config.sigma_max, config.rho
        dim, width = config.dim, config.width
        self.sigma_data = dim**-0.5  # the entries of a unit vector have this root mean square
        condition = NOISE_WIDTH if config.cross_attention else width
        self.slot_in = nn.Linear(dim, width)
        self.query_in = None if config.cross_attention else nn.Linear(dim, width)
        self.noise_in = nn.Sequential(nn.Linear(64, condition), nn.SiLU(), nn.Linear(condition, condition))
        self.shared = nn.Sequential(nn.SiLU(), nn.Linear(condition, 6 * width))
        context = dim if config.cross_attention else 0
        block = partial(Block, width, config.heads, config.mlp_ratio, config.dropout, context)
        self.blocks = nn.ModuleList(block() for _ in range(config.layers))
        self.slot_out = nn.Linear(width, dim)
        self.no_query = nn.Parameter(torch.zeros(dim))  # stands for the query when it is dropped (classifier-free guidance)
        for start_at_zero in (cast(nn.Linear, self.shared[1]), self.slot_out):
            nn.init.zeros_(start_at_zero.weight)
            nn.init.zeros_(start_at_zero.bias)

    def forward(self, noisy: torch.Tensor, sigma: torch.Tensor, query: torch.Tensor) -> torch.Tensor:
        """Return the denoised set (B, slots, dim) from ``noisy`` (B, slots, dim), ``sigma`` (B,) and ``query`` (B, dim).

        Karras preconditioning: D = c_skip x + c_out F(c_in x; c_noise).
        """
        s, sd = sigma.view(-1, 1, 1), self.sigma_data
        total = (s**2 + sd**2).sqrt()
        raw = self.network(noisy / total, sigma.log() / 4, query / sd)
        return sd**2 / total**2 * noisy + s * sd / total * raw

    def network(self, x: torch.Tensor, c_noise: torch.Tensor, query: torch.Tensor) -> torch.Tensor:
        """The raw transformer F; inputs have unit variance."""
        frequencies = torch.exp(torch.linspace(0, 5, 32, device=x.device))
        angles = c_noise.unsqueeze(1) * frequencies
        condition, tokens = self.noise_in(torch.cat([angles.sin(), angles.cos()], dim=1)), self.slot_in(x)
        context: torch.Tensor | None = None
        if self.query_in is None:
            context = torch.stack([query, (self.no_query / self.sigma_data).expand_as(query)], dim=1)
        else:
            query_token = self.query_in(query)
            condition, tokens = condition + query_token, torch.cat([query_token.unsqueeze(1), tokens], dim=1)
        shared = self.shared(condition).unflatten(-1, (6, -1))
        for block in self.blocks:
            tokens = block(tokens, shared, context)
        tokens = tokens[:, -x.shape[1] :]
        return self.slot_out(F.layer_norm(tokens, tokens.shape[-1:]))
