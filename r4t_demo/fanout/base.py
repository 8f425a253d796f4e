"""The value in which every method meets, and the protocol that all of them implement."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from r4t_demo.encoder import Encoder
from r4t_demo.errors import UserError

TEMPLATE_WORDS = re.compile(
    r"^(a|an|the|my|for|something|what to wear to|what to wear for|clothes for|outfit for|looks for)\s+"
    r"|\s+(style|outfit|outfits|look|looks|fashion|clothes|wear|wardrobe|ideas|pieces|essentials|inspiration|aesthetic)$"
)

# One like brings its item among the first that plain search finds, one dislike leaves next to nothing of its kind. With half as
# much again, every direction of a language model finds the same: texts lie closer to each other than to any item.
TOWARDS, AWAY = 0.35, 0.35


@dataclass(frozen=True)
class FanOut:
    """k search directions for one query.

    ``vectors`` has shape (k, d), float32, rows of unit length, in the encoder's space. ``labels`` has k texts. Where
    ``is_text`` is true, a label *is* the sub-query whose embedding the row is; otherwise it is a reading, a
    near known phrase (or item title), and ``label_scores`` holds its cosine similarity to the row.
    ``seconds`` and ``encode_seconds`` (embedding the sub-queries) are this query's share of its batch.
    """

    method: str
    labels: list[str]
    vectors: np.ndarray
    seconds: float
    encode_seconds: float = 0.0
    is_text: bool = False
    label_scores: list[float] | None = None


def own_seed(seed: int, query: str, sample: int = 0) -> int:
    """The seed of one sample: made of ``seed``, query and the sample's number, so that neighbours in a batch do not matter."""
    return int.from_bytes(hashlib.sha256(f"{seed}\n{sample}\n{query}".encode()).digest()[:7])


def core_of(query: str) -> str:
    """Return the words of a query that carry its meaning: "a boho wanderer look" -> "boho wanderer"."""
    core = " ".join(query.lower().split())
    while (shorter := TEMPLATE_WORDS.sub("", core).strip()) != core and shorter:
        core = shorter
    return core


def embedded(lists: Sequence[Sequence[str]], encoder: Encoder) -> list[np.ndarray]:
    """Return the embeddings (…, d) of each list's texts, all of them encoded in one call."""
    rows = encoder.encode_text([text for texts in lists for text in texts])
    return np.split(rows, np.cumsum([len(texts) for texts in lists])[:-1])


def moved(vectors: np.ndarray, plus: np.ndarray, minus: np.ndarray) -> np.ndarray:
    """Requests moved towards items that somebody likes and away from those that he does not (relevance feedback).

    Returns unit(v + TOWARDS mean(plus) - AWAY mean(minus)) for unit rows ``vectors`` (…, d), float32;
    ``plus`` (p, d) and ``minus`` (m, d) are the vectors of the items; either may have no rows. Source: Rocchio, "Relevance
    Feedback in Information Retrieval", in The SMART Retrieval System, 1971.
    """
    shifts = (weight * items.mean(0) for weight, items in ((TOWARDS, plus), (-AWAY, minus)) if len(items))
    shifted = vectors + sum(shifts, np.zeros(vectors.shape[-1], np.float32))
    return (shifted / np.linalg.norm(shifted, axis=-1, keepdims=True)).astype(np.float32)


def check_encoder(what: str, encoder_id: str, dim: int, encoder: Encoder) -> None:
    """UserError unless ``what``, a checkpoint trained for ``encoder_id`` and its vectors of ``dim`` numbers, fits ``encoder``."""
    if (encoder_id, dim) != (encoder.id, encoder.dim):
        trained = f"was trained for the encoder {encoder_id} ({dim} dimensions)"
        raise UserError(f"{what} {trained}, not for {encoder.id} ({encoder.dim}).")


class FanOutMethod(Protocol):
    """A way to turn queries into directions."""

    name: str

    def fan_out(self, queries: Sequence[str], vectors: np.ndarray, k: int, *, seed: int = 0) -> list[FanOut]:
        """Return one FanOut a query. ``vectors``: the queries' unit embeddings, shape (len(queries), d)."""
        ...
