"""The diffusion retriever: p(Z | z_q), all k search directions of a query at once.

The many-step teacher and the student distilled from it are the same network with other weights: a checkpoint's config says
with how many steps and how much guidance it is sampled, and one Heun step is one network call.
"""

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

from r4t_demo.encoder import Encoder
from r4t_demo.errors import UserError
from r4t_demo.fanout.base import FanOut, check_encoder, own_seed
from r4t_demo.fanout.baselines import mmr_order

# A narrow range around the data's spread of 1/16: five steps are too few for EDM's wide one.
SIGMA_MIN, SIGMA_MAX, RHO = 0.02, 0.5, 5.0
# More rows are drawn than are asked for, and the k that serve best together are kept: how the paper's L = 12 tokens become its
# k = 10 directions is not stated. All three numbers were chosen on Atelier's validation queries.
DRAWN, RELEVANCE = 16, 0.55
SIGMA_REFINE = 0.1


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
    """EDM denoiser D(Z; sigma, z_q) over a set of unit vectors of ``dim`` dimensions, one token a slot.

    There are no position embeddings: the set has no order, the network is equivariant to permutations of the slots and takes any
    number of them; ``slots`` is the number it is trained with. The query enters twice, as a token that attention can pick from
    and, with the noise level, through adaLN. ``steps`` (of Heun's method) and ``guidance`` (classifier-free; 1 is none) say how
    it is sampled.
    """

    def __init__(
        self, dim: int = 256, slots: int = 12, width: int = 256, layers: int = 4, heads: int = 4, encoder_id: str = "",
        steps: int = 5, guidance: float = 3.0,
    ) -> None:  # fmt: skip
        super().__init__()
        self.dim, self.slots, self.encoder_id, self.steps, self.guidance = dim, slots, encoder_id, steps, guidance
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


def guided(model: SetDenoiser, x: torch.Tensor, sigma: torch.Tensor, query: torch.Tensor) -> torch.Tensor:
    """Classifier-free guidance (Ho and Salimans 2022): D = D(no query) + w (D(query) - D(no query)), both in one batch."""
    if model.guidance == 1:
        return model(x, sigma, query)
    queries = torch.cat([query, model.no_query.expand_as(query)])
    asked, unasked = model(x.repeat(2, 1, 1), sigma.repeat(2), queries).chunk(2)
    return unasked + model.guidance * (asked - unasked)


def sample(model: SetDenoiser, noise: torch.Tensor, query: torch.Tensor, steps: int | None = None) -> torch.Tensor:
    """Return where the sampler ends (B, slots, d), from standard normal ``noise`` and ``query`` (B, d)."""
    return heun(lambda x, sigma: guided(model, x, sigma, query), noise, karras_sigmas(steps or model.steps))


def refine(model: SetDenoiser, x: torch.Tensor, noise: torch.Tensor, query: torch.Tensor) -> torch.Tensor:
    """Noise the set ``x`` (B, slots, d) a little and denoise it in one call: what one jump leaves between two sets is decided.

    The second step of multistep consistency sampling (Song et al. 2023, Algorithm 1), taken by the many-step teacher.
    """
    return guided(model, x + SIGMA_REFINE * noise, torch.full((len(x),), SIGMA_REFINE), query)


class DiffusionRetriever:
    """Fan-out by sampling directions from a ``SetDenoiser``, with one more call of a ``refiner`` where given; a ``FanOutMethod``.

    A direction is a vector, not a text. ``phrases`` and ``phrase_vectors`` (n, d) are the bank of garment phrases that the FOLM
    wrote; the nearest one is given as a direction's reading.
    """

    def __init__(
        self, model: SetDenoiser, phrases: Sequence[str], phrase_vectors: np.ndarray, name: str = "diffusion",
        refiner: SetDenoiser | None = None,
    ) -> None:  # fmt: skip
        self.model, self.phrases, self.phrase_vectors, self.name = model.eval(), phrases, phrase_vectors, name
        self.refiner = refiner.eval() if refiner else None

    @classmethod
    def load(cls, folder: Path, encoder: Encoder, name: str = "diffusion", refiner: Path | None = None) -> "DiffusionRetriever":
        """Load a checkpoint folder, and a refiner's; UserError where one is missing or was trained for another encoder."""
        folder = Path(folder)
        model = _load_denoiser(folder, encoder)
        vectors = F.normalize(load_file(folder / "phrases.safetensors")["vectors"].float(), dim=-1).numpy()
        phrases = (folder / "phrases.txt").read_text(encoding="utf-8").splitlines()
        return cls(model, phrases, vectors, name, _load_denoiser(Path(refiner), encoder) if refiner else None)

    def fan_out(
        self, queries: Sequence[str], vectors: np.ndarray, k: int, *, seed: int = 0, steps: int | None = None
    ) -> list[FanOut]:
        """Sample ``DRAWN`` rows a query (seeded) and keep k of them by maximal marginal relevance."""
        start = time.perf_counter()
        sets = self.sample(queries, vectors, seed=seed, steps=steps)
        kept = mmr_order(sets, np.einsum("bld,bd->bl", sets, vectors), k, RELEVANCE)
        rows = np.take_along_axis(sets, kept[..., None], axis=1)
        seconds = (time.perf_counter() - start) / len(queries)
        return [self._read(row, seconds) for row in rows]

    @torch.inference_mode()
    def sample(self, queries: Sequence[str], vectors: np.ndarray, *, seed: int = 0, steps: int | None = None) -> np.ndarray:
        """Return unit directions (B, DRAWN, d) for query embeddings (B, d). A set's noise hangs on ``seed`` and query alone."""
        generators = [torch.Generator().manual_seed(own_seed(seed, query)) for query in queries]
        noise, second = (torch.stack([torch.randn(DRAWN, self.model.dim, generator=g) for g in generators]) for _ in range(2))
        query = torch.from_numpy(np.asarray(vectors, np.float32))
        rows = sample(self.model, noise, query, steps)
        return F.normalize(refine(self.refiner, rows, second, query) if self.refiner else rows, dim=-1).numpy()

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


def _load_denoiser(folder: Path, encoder: Encoder) -> SetDenoiser:
    if not (folder / "config.json").is_file():
        raise UserError(f"There is no diffusion retriever in {folder}.")
    with contextlib.redirect_stdout(sys.stderr):  # the hub mixin talks; standard output is for answers
        model = SetDenoiser.from_pretrained(folder, strict=True)
    check_encoder(f"The diffusion retriever in {folder}", model.encoder_id, model.dim, encoder)
    return model
