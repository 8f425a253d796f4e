"""Train the diffusion retriever on the pairs that the frozen FOLM wrote (R4T, stage 3; EDM, Karras et al. 2022)."""

import copy
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from huggingface_hub import PyTorchModelHubMixin
from safetensors.torch import save_file

from r4t_demo.fanout.denoiser import DenoiserConfig, SetDenoiser
from r4t_demo.fanout.retriever import PHRASES
from r4t_demo.train.core.descent import descend
from r4t_demo.train.core.progress import Progress, move_folder
from r4t_demo.train.diffusion.sets import TrainingSets

SLOTS = 12  # the paper's L, for k = 10 directions
STEPS = 4500
QUERY_DROP = 0.1
LOG_SIGMA_MEAN, LOG_SIGMA_STD = -2.2, 1.4  # around sigma_data = 1/16, wide enough for mini's sigma_min and sigma_max


def edm_loss(model: SetDenoiser, targets: torch.Tensor, queries: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Return the EDM loss: E (sigma² + sigma_d²)/(sigma sigma_d)² ||D(Z + sigma n; sigma, z_q) - Z||², a mean over entries.

    ``targets`` (B, slots, dim), ``queries`` (B, dim); the query is dropped from one row in ten, for classifier-free guidance.
    """
    sigma = (LOG_SIGMA_MEAN + LOG_SIGMA_STD * torch.randn(len(targets), generator=generator)).exp()
    dropped = torch.rand(len(targets), 1, generator=generator) < QUERY_DROP
    noise = torch.randn(targets.shape, generator=generator)
    denoised = model(targets + sigma.view(-1, 1, 1) * noise, sigma, torch.where(dropped, model.no_query, queries))
    weight = (sigma**2 + model.sigma_data**2) / (sigma * model.sigma_data) ** 2
    return (weight.view(-1, 1, 1) * (denoised - targets) ** 2).mean()


def train(
    model: SetDenoiser, ema: SetDenoiser, sets: TrainingSets, state: Path, *,
    steps: int, batch: int = 128, rate: float = 1e-3, decay: float = 0.998, seed: int = 0, permute: bool = True, every: int = 200,
) -> Iterator[Progress]:  # fmt: skip
    """Update ``model`` and its moving average ``ema`` in place; ``descend`` yields and resumes.

    The rows of a set are permuted at random each time where ``permute``.
    """

    def loss_of(generator: torch.Generator) -> torch.Tensor:
        targets, queries = sets.draw(batch, generator)
        if permute:
            order = torch.rand(targets.shape[:2], generator=generator).argsort(1)
            targets = targets.take_along_dim(order[..., None], dim=1)
        return edm_loss(model, targets, queries, generator)

    return descend("diffusion", model, ema, loss_of, state, steps=steps, rate=rate, decay=decay, seed=seed, every=every)


def new_models(dim: int, slots: int, encoder_id: str) -> tuple[SetDenoiser, SetDenoiser]:
    """Return an untrained mini denoiser and its moving average."""
    torch.manual_seed(0)
    model = SetDenoiser(DenoiserConfig(dim=dim, slots=slots, encoder_id=encoder_id))
    return model, copy.deepcopy(model).requires_grad_(False)


def save(
    model: PyTorchModelHubMixin, phrases: Sequence[str], vectors: np.ndarray, folder: Path, relevance: float | None = None
) -> None:
    """Write a checkpoint folder: the network, and the bank of phrases with their unit ``vectors`` (n, d) in half precision.

    ``relevance`` is that of the thinning where it is the checkpoint's own.
    """
    staged = folder.with_name(f".{folder.name}.part")
    model.save_pretrained(staged)
    (staged / "README.md").unlink(missing_ok=True)  # the hub mixin's generic card; the folder's own stays
    own = {} if relevance is None else {"relevance": torch.tensor(relevance, dtype=torch.float64)}
    save_file({"vectors": torch.from_numpy(vectors).half(), **own}, staged / PHRASES)
    (staged / "phrases.txt").write_text("\n".join(phrases) + "\n", encoding="utf-8")
    move_folder(staged, folder)
