"""The diffusion retriever: p(Z | z_q), all k search directions of a query at once.

The many-step teacher and the student distilled from it are the same network with other weights: a checkpoint's config says
with how many steps and how much guidance it is sampled, and one Heun step is one network call.
"""

import contextlib
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

from r4t_demo.encoder import Encoder
from r4t_demo.errors import UserError
from r4t_demo.fanout.base import FanOut, check_encoder, own_seed
from r4t_demo.fanout.baselines import mmr_order
from r4t_demo.fanout.denoiser import SetDenoiser
from r4t_demo.fanout.samplers import euler_maruyama, guide, heun, karras_sigmas, tangent_steps

# How the paper's L = 12 tokens become its k = 10 directions is not stated. Here the rows drawn (``SetDenoiser.drawn``) are
# thinned to k by maximal marginal relevance. Both numbers were chosen on Atelier's validation queries.
RELEVANCE = 0.55
SIGMA_REFINE = 0.1
# The dial between alignment and diversity is, on each side, the control that cost the least set F1 there on validation queries:
# towards variety the thinning's relevance goes down to 0, towards the request up to PULL times the query is added to every row.
# The refiner's guidance hardly moves what is found, the teacher's loses the request, and the noise's scale loses both ways.
PULL = 2.0


def guided(model: SetDenoiser, x: torch.Tensor, sigma: torch.Tensor, query: torch.Tensor) -> torch.Tensor:
    """The model with its own guidance, asked with and without the query in one batch."""
    if model.guidance == 1:
        return model(x, sigma, query)
    queries = torch.cat([query, model.no_query.expand_as(query)])
    return guide(*model(x.repeat(2, 1, 1), sigma.repeat(2), queries).chunk(2), model.guidance)


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
        return euler_maruyama(denoise, noise, tangent_steps(steps, low, high), fresh)
    return heun(denoise, noise, karras_sigmas(steps, low, high, model.rho))


def refine(model: SetDenoiser, x: torch.Tensor, noise: torch.Tensor, query: torch.Tensor) -> torch.Tensor:
    """Noise the set ``x`` (B, slots, d) a little and denoise it in one call: what one jump leaves between two sets is decided.

    The second step of multistep consistency sampling (Song et al. 2023, Algorithm 1), taken by the many-step teacher.
    """
    return guided(model, x + SIGMA_REFINE * noise, x.new_full((len(x),), SIGMA_REFINE), query)


def towards(rows: np.ndarray, query_vectors: np.ndarray, share: float) -> np.ndarray:
    """Add ``share`` times its query, (B, d), to every row of unit length (B, n, d), and bring the rows back to that length."""
    moved = rows + np.float32(share) * query_vectors[:, None]
    return moved / np.linalg.norm(moved, axis=-1, keepdims=True)


def own_noise(seeds: Sequence[int], shape: tuple[int, ...], device: torch.device) -> Iterator[torch.Tensor]:
    """Yield standard normal noise (len(seeds), *shape) without end, each row from a generator of its own.

    So no row depends on its neighbours in the batch. It is drawn in blocks: an SDE takes it hundreds of times.
    """
    generators = [torch.Generator(device).manual_seed(seed) for seed in seeds]
    for block in chain([2], repeat(32)):  # a jump and its refiner take two
        yield from torch.stack([torch.randn(block, *shape, generator=g, device=device) for g in generators], dim=1)


class DiffusionRetriever:
    """Fan-out by sampling directions from a ``SetDenoiser``, with one more call of a ``refiner`` where given; a ``FanOutMethod``.

    A direction is a vector, not a text. ``phrases`` and ``phrase_vectors`` (n, d) are the bank of garment phrases that the FOLM
    wrote; the nearest one is given as a direction's reading. It runs where the model is; a ``precision`` below float32 is that of
    the network's products alone.
    """

    def __init__(
        self, model: SetDenoiser, phrases: Sequence[str], phrase_vectors: np.ndarray, name: str = "diffusion",
        refiner: SetDenoiser | None = None, precision: torch.dtype = torch.float32,
    ) -> None:  # fmt: skip
        self.model, self.phrases, self.phrase_vectors, self.name = model.eval(), phrases, phrase_vectors, name
        self.refiner, self.precision = refiner.eval() if refiner else None, precision

    @classmethod
    def load(cls, folder: Path, encoder: Encoder, name: str = "diffusion", refiner: Path | None = None) -> "DiffusionRetriever":
        """Load a checkpoint folder, and a refiner's; UserError where one is missing or was trained for another encoder."""
        folder = Path(folder)
        model = _load_denoiser(folder, encoder)
        vectors = F.normalize(load_file(folder / "phrases.safetensors")["vectors"].float(), dim=-1).numpy()
        phrases = (folder / "phrases.txt").read_text(encoding="utf-8").splitlines()
        return cls(model, phrases, vectors, name, _load_denoiser(Path(refiner), encoder) if refiner else None)

    def fan_out(
        self, queries: Sequence[str], vectors: np.ndarray, k: int, *,
        seed: int = 0, steps: int | None = None, variety: float = 0.0,
    ) -> list[FanOut]:  # fmt: skip
        """Draw the model's rows for each query (seeded) and keep k of them by maximal marginal relevance.

        ``variety`` turns the dial: down to -1 the rows are pulled to the query by as much times ``PULL``, up to 1 closeness to
        the query counts less in what is kept, and at last nothing. At 0 nothing is changed.
        """
        start = time.perf_counter()
        sets = self.sample(queries, vectors, seed=seed, steps=steps)
        if variety < 0:
            sets = towards(sets, vectors, -variety * PULL)
        kept = mmr_order(sets, np.einsum("bld,bd->bl", sets, vectors), k, RELEVANCE * (1 - max(variety, 0.0)))
        rows = np.take_along_axis(sets, kept[..., None], axis=1)
        seconds = (time.perf_counter() - start) / len(queries)
        return [self._read(row, seconds) for row in rows]

    @torch.inference_mode()
    def sample(self, queries: Sequence[str], vectors: np.ndarray, *, seed: int = 0, steps: int | None = None) -> np.ndarray:
        """Return unit directions (B, drawn, d) for query embeddings (B, d). A set's noise hangs on ``seed`` and query alone."""
        device = self.model.no_query.device
        seeds = [own_seed(seed, query) for query in queries]
        fresh = own_noise(seeds, (self.model.drawn, self.model.dim), device)
        query = torch.from_numpy(np.asarray(vectors, np.float32)).to(device)
        with torch.autocast(device.type, self.precision, enabled=self.precision != torch.float32):
            rows = sample(self.model, next(fresh), query, steps, fresh)
            if self.refiner:
                rows = refine(self.refiner, rows, next(fresh), query)
        return F.normalize(rows.float(), dim=-1).cpu().numpy()

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
