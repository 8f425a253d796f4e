"""Direct regression of the set: the diffusion retriever's network without diffusion, z_q to k search directions in one call.

What a practitioner would train before trying diffusion. One query has one answer here: no seed changes it, and where the
training sets of a query disagree it lies between them.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from huggingface_hub import PyTorchModelHubMixin
from torch import nn

from r4t_demo.encoder import Encoder
from r4t_demo.fanout.denoiser import DenoiserConfig, SetDenoiser
from r4t_demo.fanout.retriever import SetRetriever, load_bank, load_network
from r4t_demo.index.base import VectorIndex


class SetRegressor(nn.Module, PyTorchModelHubMixin):
    """``SetDenoiser``'s transformer asked once, at a constant noise level, with learned slots in the place of a noisy set.

    The slots, the object queries of DETR (Carion et al. 2020), are all that tells one row of the answer from another.
    """

    def __init__(
        self, dim: int = 256, slots: int = 12, width: int = 256, layers: int = 4, heads: int = 4, encoder_id: str = ""
    ) -> None:
        super().__init__()
        self.dim, self.encoder_id = dim, encoder_id
        self.backbone = SetDenoiser(DenoiserConfig(dim, slots, width, layers, heads))
        self.slots = nn.Parameter(torch.randn(slots, dim))  # of unit variance, as the denoiser's inputs are

    def forward(self, query: torch.Tensor) -> torch.Tensor:
        """Return the set (B, slots, dim), not yet of unit length, for ``query`` (B, dim)."""
        slots, level = self.slots.expand(len(query), -1, -1), query.new_zeros(len(query))
        return self.backbone.sigma_data * self.backbone.network(slots, level, query / self.backbone.sigma_data)


class RegressionRetriever(SetRetriever):
    """Fan-out by a ``SetRegressor``."""

    model: SetRegressor

    @classmethod
    def load(cls, folder: Path, encoder: Encoder, index: VectorIndex, name: str) -> "RegressionRetriever":
        """Load a checkpoint folder; UserError where it is missing or was trained for another encoder."""
        folder = Path(folder)
        return cls(load_network(SetRegressor, folder, encoder), *load_bank(folder), index, name)

    @torch.inference_mode()
    def sample(self, queries: Sequence[str], vectors: np.ndarray, *, seed: int = 0) -> np.ndarray:
        """Return the unit directions (B, slots, d) for query embeddings (B, d); ``seed`` changes nothing."""
        query = torch.from_numpy(np.asarray(vectors, np.float32)).to(self.model.slots.device)
        return F.normalize(self.model(query), dim=-1).cpu().numpy()
