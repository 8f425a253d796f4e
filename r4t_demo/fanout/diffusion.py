"""The diffusion retriever: p(Z | z_q), all k search directions of a query at once."""

import contextlib
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from huggingface_hub import PyTorchModelHubMixin
from safetensors.torch import load_file
from torch import nn

from r4t_demo.errors import UserError
from r4t_demo.fanout.base import FanOut

STEPS = 5  # Heun steps when serving: 9 network calls
GUIDANCE = 3.0  # classifier-free; with STEPS and the noise levels chosen on Atelier's validation queries
# A narrow range around the data's spread of 1/16: five steps are too few for EDM's wide one.
SIGMA_MIN, SIGMA_MAX, RHO = 0.02, 0.5, 5.0


class Block(nn.Module):
    """Transformer block whose shift, scale and gate come from one shared conditioning vector (adaLN-single)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.SiLU(), nn.Linear(4 * width, width))
        # Added to the shared modulation; gates start at zero, so that a block starts as the identity.
        self.modulation = nn.Parameter(torch.zeros(6, width))

    def forward(self, x: torch.Tensor, shared: torch.Tensor) -> torch.Tensor:
        """x: (B, T, width); shared: (B, 6, width)."""
        shift1, scale1, gate1, shift2, scale2, gate2 = (shared + self.modulation).unsqueeze(2).unbind(1)
        width = x.shape[-1]
        h = F.layer_norm(x, (width,)) * (1 + scale1) + shift1
        q, k, v = self.qkv(h).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        x = x + gate1 * self.out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
        h = F.layer_norm(x, (width,)) * (1 + scale2) + shift2
        return x + gate2 * self.mlp(h)


class SetDenoiser(nn.Module, PyTorchModelHubMixin):
    """EDM denoiser D(Z; sigma, z_q) over a set of ``slots`` unit vectors of ``dim`` dimensions, one token a slot.

    There are no position embeddings: the set has no order, and the network is equivariant to permutations of the slots. The query
    enters twice, as a token of its own (attention picks from it) and, with the noise level, through adaLN.
    """

    def __init__(
        self, dim: int = 256, slots: int = 10, width: int = 256, layers: int = 4, heads: int = 4, encoder_id: str = ""
    ) -> None:
        super().__init__()
        self.dim, self.slots, self.encoder_id = dim, slots, encoder_id
        self.sigma_data = dim**-0.5  # the entries of a unit vector have this root mean square
        self.slot_in, self.query_in = nn.Linear(dim, width), nn.Linear(dim, width)
        self.noise_in = nn.Sequential(nn.Linear(64, width), nn.SiLU(), nn.Linear(width, width))
        self.shared = nn.Sequential(nn.SiLU(), nn.Linear(width, 6 * width))
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.slot_out = nn.Linear(width, dim)
        self.no_query = nn.Parameter(torch.zeros(dim))  # stands for the query when it is dropped (classifier-free guidance)
        (
            nn.init.zeros_(self.shared[1].weight),
            nn.init.zeros_(self.shared[1].bias),
            nn.init.zeros_(self.slot_out.weight),
            nn.init.zeros_(self.slot_out.bias),
        )

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
        query_token = self.query_in(query)
        frequencies = torch.exp(torch.linspace(0, 5, 32, device=x.device))
        angles = c_noise.unsqueeze(1) * frequencies
        condition = self.noise_in(torch.cat([angles.sin(), angles.cos()], dim=1)) + query_token
        shared = self.shared(condition).unflatten(-1, (6, -1))
        tokens = torch.cat([query_token.unsqueeze(1), self.slot_in(x)], dim=1)
        for block in self.blocks:
            tokens = block(tokens, shared)
        return self.slot_out(F.layer_norm(tokens[:, 1:], tokens.shape[-1:]))


def karras_sigmas(steps: int, lowest: float = SIGMA_MIN, highest: float = SIGMA_MAX) -> torch.Tensor:
    """Return steps + 1 noise levels from ``highest`` down to ``lowest`` and 0 (Karras et al. 2022, Eq. 5)."""
    ramp = torch.linspace(0, 1, steps)
    sigmas = (highest ** (1 / RHO) + ramp * (lowest ** (1 / RHO) - highest ** (1 / RHO))) ** RHO
    return torch.cat([sigmas, torch.zeros(1)])


def heun(
    denoise: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], noise: torch.Tensor, sigmas: torch.Tensor
) -> torch.Tensor:
    """Solve the probability-flow ODE with Heun's method (Karras et al. 2022, Algorithm 1); 2 * steps - 1 network calls.

    ``denoise(x, sigma)`` takes x of noise's shape (B, ...) and sigma (B,); ``noise`` is standard normal.
    """
    x = noise * sigmas[0]
    for now, then in zip(sigmas[:-1], sigmas[1:], strict=True):
        slope = (x - denoise(x, now.expand(len(x)))) / now
        ahead = x + (then - now) * slope
        if then > 0:
            slope = (slope + (ahead - denoise(ahead, then.expand(len(x)))) / then) / 2
            ahead = x + (then - now) * slope
        x = ahead
    return x


class DiffusionRetriever:
    """Fan-out by sampling directions from a ``SetDenoiser``; implements ``FanOutMethod``.

    A direction is a vector, not a text. ``phrases`` and ``phrase_vectors`` (n, d) are the bank of garment phrases that the FOLM
    wrote; the nearest one is given as a direction's reading.
    """

    def __init__(self, model: SetDenoiser, phrases: Sequence[str], phrase_vectors: np.ndarray, name: str = "diffusion") -> None:
        self.model, self.phrases, self.phrase_vectors, self.name = model.eval(), phrases, phrase_vectors, name

    @classmethod
    def load(cls, folder: Path, encoder_id: str, name: str = "diffusion") -> "DiffusionRetriever":
        """Load a checkpoint folder; UserError where it is missing or was trained for another encoder."""
        folder = Path(folder)
        if not (folder / "config.json").is_file():
            raise UserError(f"There is no diffusion retriever in {folder}.")
        with contextlib.redirect_stdout(sys.stderr):  # the hub mixin talks; standard output is for answers
            model = SetDenoiser.from_pretrained(folder, strict=True)
        if model.encoder_id != encoder_id:
            raise UserError(
                f"The diffusion retriever in {folder} was trained for the encoder {model.encoder_id}, not for {encoder_id}."
            )
        vectors = load_file(folder / "phrases.safetensors")["vectors"].float()
        return cls(
            model, (folder / "phrases.txt").read_text(encoding="utf-8").splitlines(), F.normalize(vectors, dim=-1).numpy(), name
        )

    def fan_out(
        self, queries: Sequence[str], vectors: np.ndarray, k: int, *, seed: int = 0, steps: int | None = None
    ) -> list[FanOut]:
        """Sample one set a query (seeded). The slots are exchangeable, so the first k of a full set are a fair sample of k."""
        start = time.perf_counter()
        rows = self.sample(vectors, seed=seed, steps=steps or STEPS)[:, :k]
        seconds = (time.perf_counter() - start) / len(queries)
        return [self._read(row, seconds) for row in rows]

    @torch.inference_mode()
    def sample(self, vectors: np.ndarray, *, seed: int = 0, steps: int = STEPS) -> np.ndarray:
        """Return unit directions (B, slots, d) for query embeddings (B, d)."""
        query = torch.from_numpy(np.asarray(vectors, np.float32))
        noise = torch.randn(len(query), self.model.slots, self.model.dim, generator=torch.Generator().manual_seed(seed))
        return F.normalize(heun(lambda x, sigma: self._guided(x, sigma, query), noise, karras_sigmas(steps)), dim=-1).numpy()

    def _guided(self, x: torch.Tensor, sigma: torch.Tensor, query: torch.Tensor) -> torch.Tensor:
        """Classifier-free guidance (Ho and Salimans 2022): D = D(no query) + w (D(query) - D(no query)), both in one batch."""
        queries = torch.cat([query, self.model.no_query.expand_as(query)])
        asked, unasked = self.model(x.repeat(2, 1, 1), sigma.repeat(2), queries).chunk(2)
        return unasked + GUIDANCE * (asked - unasked)

    def _read(self, directions: np.ndarray, seconds: float) -> FanOut:
        similarity = directions @ self.phrase_vectors.T
        best = similarity.argmax(1)
        return FanOut(
            self.name,
            [self.phrases[i] for i in best],
            directions,
            seconds,
            label_scores=[float(s) for s in similarity[np.arange(len(best)), best]],
        )
