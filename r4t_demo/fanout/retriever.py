"""What the retrievers share whose network gives a whole set of directions: thinning to k, readings, and checkpoint folders."""

import contextlib
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from huggingface_hub import PyTorchModelHubMixin
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file

from r4t_demo.encoder import Encoder
from r4t_demo.errors import UserError, hub_failure
from r4t_demo.fanout.base import FanOut, check_encoder
from r4t_demo.fanout.baselines import mmr_order
from r4t_demo.index.base import VectorIndex

# How the paper's L = 12 tokens become its k = 10 directions is not stated. Here the rows that a network gives are thinned to k
# by maximal marginal relevance of the items that they find first. This and what follows were chosen on Atelier's validation
# queries (docs/design-notes.md); what is tuned to a visitor's catalogue has its own number (``train.diffusion.relevance``).
RELEVANCE = 0.6
# The dial between alignment and diversity: towards the request up to PULL times the query is added to every row; towards variety
# up to PUSH times it is taken away, and the thinning's relevance goes down to 0.
PULL, PUSH = 3.0, 0.5
PHRASES = "phrases.safetensors"  # the readings' vectors, and the relevance where it is a checkpoint's own


Network = TypeVar("Network", bound=PyTorchModelHubMixin)


class SetRetriever(ABC):
    """Fan-out by a ``model`` that gives whole sets of directions; a ``FanOutMethod``.

    A direction is a vector, not a text. ``phrases`` and ``phrase_vectors`` (n, d) are a bank of phrases, the FOLM's own or those
    of a visitor's catalogue; the one nearest to a direction and the item that it finds first, together, is its reading. It runs
    where the model is. ``index`` tells what a direction finds, and ``relevance``, from 0 to 1, is how much an item's closeness
    to the query counts in thinning.
    """

    def __init__(
        self, model: torch.nn.Module, phrases: Sequence[str], phrase_vectors: np.ndarray, index: VectorIndex, name: str,
        relevance: float = RELEVANCE,
    ) -> None:  # fmt: skip
        self.model, self.phrases, self.phrase_vectors, self.index, self.name = model.eval(), phrases, phrase_vectors, index, name
        self.relevance = relevance

    @abstractmethod
    def sample(self, queries: Sequence[str], vectors: np.ndarray, *, seed: int = 0) -> np.ndarray:
        """Return unit directions (B, drawn, d), at least as many as can be asked for, for query embeddings (B, d)."""

    def fan_out(
        self, queries: Sequence[str], vectors: np.ndarray, k: int, *, seed: int = 0, variety: float = 0.0, **options
    ) -> list[FanOut]:
        """Draw the model's rows for each query (seeded) and keep k of them, by maximal marginal relevance of what they find.

        ``variety`` turns the dial: down to -1 the rows are pulled to the query by as much times ``PULL``; up to 1 they are pushed
        from it by as much times ``PUSH``, and closeness to it counts less in what is kept. At 0 nothing is changed. ``options``
        go to ``sample``.
        """
        start = time.perf_counter()
        sets = self.sample(queries, vectors, seed=seed, **options)
        if variety:
            sets = towards(sets, vectors, -variety * (PULL if variety < 0 else PUSH))
        contents = self._found_first(sets)
        closeness = np.einsum("bld,bd->bl", contents, vectors)
        kept = mmr_order(contents, closeness, k, self.relevance * (1 - max(variety, 0.0)))[..., None]
        rows, items = (np.take_along_axis(of_all, kept, axis=1) for of_all in (sets, contents))
        seconds = (time.perf_counter() - start) / len(queries)
        return [self._read(*of_query, seconds) for of_query in zip(rows, items, strict=True)]

    def _found_first(self, sets: np.ndarray) -> np.ndarray:
        """The item (B, drawn, d) nearest to each row of ``sets`` (B, drawn, d)."""
        found = self.index.search(sets.reshape(-1, sets.shape[-1]), 1)[1]
        return self.index.vectors(found[:, 0]).reshape(sets.shape)

    def _read(self, directions: np.ndarray, items: np.ndarray, seconds: float) -> FanOut:
        """One query's answer. A direction between two things would be read as one and find the other, so its item counts too."""
        similarity = directions @ self.phrase_vectors.T
        best = (similarity + items @ self.phrase_vectors.T).argmax(1)
        return FanOut(
            self.name,
            [self.phrases[i] for i in best],
            directions,
            seconds,
            label_scores=[float(s) for s in similarity[np.arange(len(best)), best]],
        )


def towards(rows: np.ndarray, query_vectors: np.ndarray, share: float) -> np.ndarray:
    """Add ``share`` times its query, (B, d), to every row of unit length (B, n, d), and bring the rows back to that length."""
    moved = rows + np.float32(share) * query_vectors[:, None]
    return moved / np.linalg.norm(moved, axis=-1, keepdims=True)


def load_network(kind: type[Network], folder: Path, encoder: Encoder) -> Network:
    """Load a network of a checkpoint folder; UserError where there is none or it was trained for another encoder."""
    if not (folder / "config.json").is_file():
        raise UserError(f"There is no retriever in {folder}.")
    try:
        with contextlib.redirect_stdout(sys.stderr):  # the hub mixin talks; standard output is for answers
            model: Any = kind.from_pretrained(folder, strict=True)
    except Exception as error:  # a foreign checkpoint can be broken in any way
        raise hub_failure(f"The retriever in {folder} cannot be loaded", error) from error
    check_encoder(f"The retriever in {folder}", model.encoder_id, model.dim, encoder)
    return model


def load_bank(folder: Path) -> tuple[list[str], np.ndarray]:
    """Return the phrases of a checkpoint folder and their unit vectors (n, d)."""
    try:
        vectors = F.normalize(load_file(folder / PHRASES)["vectors"].float(), dim=-1).numpy()
        return (folder / "phrases.txt").read_text(encoding="utf-8").splitlines(), vectors
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise UserError(f"The phrases in {folder} cannot be read: {error}.") from error


def load_relevance(folder: Path) -> float:
    """Return the relevance that a checkpoint folder names, RELEVANCE where it names none."""
    try:
        with safe_open(folder / PHRASES, "numpy") as tensors:
            found = float(tensors.get_tensor("relevance").item()) if "relevance" in tensors.keys() else RELEVANCE  # noqa: SIM118
    except (OSError, ValueError, SafetensorError) as error:
        raise UserError(f"The phrases in {folder} cannot be read: {error}.") from error
    if not 0 <= found <= 1:
        raise UserError(f"The retriever in {folder} is thinned by {found:g}, which is not between 0 and 1.")
    return found
