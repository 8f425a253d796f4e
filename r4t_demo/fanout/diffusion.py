"""The diffusion retriever: p(Z | z_q), all k search directions of a query at once.

The many-step teacher and the student distilled from it are the same network with other weights: a checkpoint's config says
with how many steps and how much guidance it is sampled, and one Heun step is one network call.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from r4t_demo.encoder import Encoder
from r4t_demo.fanout.base import own_seed
from r4t_demo.fanout.denoiser import SetDenoiser
from r4t_demo.fanout.retriever import RELEVANCE, SetRetriever, load_bank, load_network, load_relevance
from r4t_demo.fanout.samplers import euler_maruyama, guide, heun, karras_sigmas, tangent_steps
from r4t_demo.index.base import VectorIndex


def guided(model: SetDenoiser, x: torch.Tensor, sigma: torch.Tensor, query: torch.Tensor) -> torch.Tensor:
    """The model with its own guidance, asked with and without the query in one batch."""
    if model.guidance == 1:
        return model(x, sigma, query)
    queries = torch.cat([query, model.no_query.expand_as(query)])
    conditional, unconditional = model(x.repeat(2, 1, 1), sigma.repeat(2), queries).chunk(2)
    return guide(conditional, unconditional, model.guidance)


def sample(
    model: SetDenoiser, noise: torch.Tensor, query: torch.Tensor, steps: int | None = None,
    fresh: Iterator[torch.Tensor] | None = None,
) -> torch.Tensor:  # fmt: skip
    """Return where the model's sampler ends (B, slots, d), from standard normal ``noise`` and ``query`` (B, d).

    Heun's method needs no more noise than that; the SDE takes ``fresh`` noise of the same shape at every step.
    """
    steps, low, high = steps or model.steps, model.sigma_min, model.sigma_max

    def denoise(x: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        return guided(model, x, sigma, query)

    if model.sampler == "sde":
        if fresh is None:
            raise ValueError("the SDE needs fresh noise at every step")
        return euler_maruyama(denoise, noise, tangent_steps(steps, low, high), fresh)
    return heun(denoise, noise, karras_sigmas(steps, low, high, model.rho))


def own_noise(seeds: Sequence[int], shape: tuple[int, ...], device: torch.device) -> Iterator[torch.Tensor]:
    """Yield standard normal noise (len(seeds), *shape) without end, each row from a generator of its own.

    So no row depends on its neighbours in the batch. It is drawn in blocks: an SDE takes it hundreds of times.
    """
    generators = [torch.Generator(device).manual_seed(seed) for seed in seeds]
    for block in chain([1], repeat(32)):  # a jump takes one
        yield from torch.stack([torch.randn(block, *shape, generator=g, device=device) for g in generators], dim=1)


class DiffusionRetriever(SetRetriever):
    """Fan-out by sampling directions from a ``SetDenoiser``. A ``precision`` below float32 is that of its products alone."""

    model: SetDenoiser

    def __init__(
        self, model: SetDenoiser, phrases: Sequence[str], phrase_vectors: np.ndarray, index: VectorIndex,
        name: str = "diffusion", relevance: float = RELEVANCE, precision: torch.dtype = torch.float32,
    ) -> None:  # fmt: skip
        super().__init__(model, phrases, phrase_vectors, index, name, relevance)
        self.precision = precision

    @classmethod
    def load(cls, folder: Path, encoder: Encoder, index: VectorIndex, name: str = "diffusion") -> "DiffusionRetriever":
        """Load a checkpoint folder; UserError where it is missing or was trained for another encoder."""
        folder = Path(folder)
        return cls(load_network(SetDenoiser, folder, encoder), *load_bank(folder), index, name, load_relevance(folder))

    @torch.inference_mode()
    def sample(self, queries: Sequence[str], vectors: np.ndarray, *, seed: int = 0, steps: int | None = None) -> np.ndarray:
        """Return unit directions (B, drawn, d) for query embeddings (B, d). A set's noise hangs on ``seed`` and query alone."""
        device = self.model.no_query.device
        seeds = [own_seed(seed, query) for query in queries]
        fresh = own_noise(seeds, (self.model.drawn, self.model.dim), device)
        query = torch.from_numpy(np.asarray(vectors, np.float32)).to(device)
        with torch.autocast(device.type, self.precision, enabled=self.precision != torch.float32):
            rows = sample(self.model, next(fresh), query, steps, fresh)
        return F.normalize(rows.float(), dim=-1).cpu().numpy()
