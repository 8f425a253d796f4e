"""The metric predictor: how dense each attribute is around a vector, learned from sparse labels.

Reconstruction: the abstract of arXiv 2606.26899 says only "a lightweight predictor" that ranks items by predicted attribute
density. Here it is one hidden layer over a unit vector with an independent logistic output for every attribute, trained on the
labelled items. What cross entropy on single labels estimates, P(attribute | vector), is the density of the attribute among the
items around the vector.
"""

import numpy as np
import torch
import torch.nn.functional as F
from huggingface_hub import PyTorchModelHubMixin
from torch import nn

HIDDEN, DROPOUT, STEPS, RATE, DECAY = 256, 0.5, 300, 2e-3, 0.05


class Predictor(nn.Module, PyTorchModelHubMixin):
    """Unit vectors (B, dim) to the predicted density of each of ``outputs`` attributes."""

    def __init__(self, dim: int, outputs: int, hidden: int = HIDDEN) -> None:
        super().__init__()
        self.scale = dim**0.5
        self.layers = nn.Sequential(
            nn.Dropout(0.2), nn.Linear(dim, hidden), nn.SiLU(), nn.Dropout(DROPOUT), nn.Linear(hidden, outputs)
        )

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        """Logits (B, outputs)."""
        return self.layers(vectors * self.scale)

    @torch.inference_mode()
    def density(self, vectors: np.ndarray) -> np.ndarray:
        """Predicted densities (n, outputs) in [0, 1] around vectors (n, dim)."""
        self.eval()
        return self(torch.from_numpy(np.asarray(vectors, np.float32))).sigmoid().numpy()


def fit(vectors: np.ndarray, carries: np.ndarray, seed: int = 0) -> Predictor:
    """Train on labelled items: ``vectors`` (n, d) and ``carries`` (n, attributes); seconds on a CPU."""
    torch.manual_seed(seed)
    model = Predictor(vectors.shape[1], carries.shape[1])
    x, y = torch.from_numpy(vectors), torch.from_numpy(carries).float()
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
    model.train()
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = RATE * (1 - step / STEPS)
        chosen = torch.randperm(len(x))[:512]
        loss = F.binary_cross_entropy_with_logits(model(x[chosen]), y[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.eval()
