"""What kind of catalogue a request is meant for, and so whether the one that is asked holds anything of it.

A softmax regression from the encoder's text embeddings to the eleven domains of assets/demonstrations (clothes, music, home,
food, …). ``python -m r4t_demo train domains`` fits it on their training split and writes ``domains.json``; ``python -m r4t_demo
evaluate fits`` measures it against a plain threshold on the cosine of a request with the item that it finds first.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from r4t_demo.encoder import Encoder
from r4t_demo.fanout.base import FanOut
from r4t_demo.index.base import VectorIndex

FILE = Path(__file__).with_name("domains.json")
SAMPLE = 500  # items, evenly from the whole index, that tell what a catalogue holds
HALF = 0.5  # of the leading domain's items: a domain with as many is held as well


@dataclass(frozen=True)
class Domains:
    """The regression: ``weights`` (d + 1, domains), the last row the bias; below ``threshold`` a probability is a miss."""

    encoder: str
    names: tuple[str, ...]
    weights: np.ndarray
    threshold: float

    def probabilities(self, vectors: np.ndarray) -> np.ndarray:
        """Softmax over the domains of unit vectors (n, d): shape (n, domains)."""
        logits = vectors @ self.weights[:-1] + self.weights[-1]
        odds = np.exp(logits - logits.max(1, keepdims=True))
        return odds / odds.sum(1, keepdims=True)

    def held(self, index: VectorIndex) -> np.ndarray:
        """Which domains a catalogue holds, shape (domains,), bool: those of the most items, by the most likely one of each."""
        rows = np.unique(np.linspace(0, len(index) - 1, SAMPLE).astype(np.int64))
        counts = np.bincount(self.probabilities(index.vectors(rows)).argmax(1), minlength=len(self.names))
        return counts >= HALF * counts.max()


@dataclass(frozen=True)
class Fit:
    """Whether requests fit one catalogue, which holds the domains ``held``. Without ``domains`` every request does."""

    domains: Domains | None
    held: np.ndarray | None = None

    @classmethod
    def of(cls, index: VectorIndex, encoder: Encoder) -> "Fit":
        """That of an index; without domains for an encoder that they were not fitted for."""
        domains = load()
        return cls(domains, domains.held(index)) if domains.encoder == encoder.id else cls(None)

    def scores(self, vectors: np.ndarray) -> np.ndarray:
        """The probability of each text embedding (n, d) that it is meant for a domain that the catalogue holds: (n,)."""
        return np.ones(len(vectors)) if self.domains is None else self.domains.probabilities(vectors)[:, self.held].sum(1)

    def directions(self, query_vector: np.ndarray, fan: FanOut) -> list[bool]:
        """Whether each direction of an answer finds what was asked for: the request fits, and the sub-query, where there is one.

        A direction that is no text is a point near items, and tells nothing about what was asked.
        """
        least = 0.0 if self.domains is None else self.domains.threshold
        asked = bool(self.scores(query_vector[None])[0] >= least)
        written = self.scores(fan.vectors) >= least if fan.is_text else np.ones(len(fan.vectors), bool)
        return [asked and bool(fits) for fits in written]


@cache
def load() -> Domains:
    """Read ``domains.json``."""
    told = json.loads(FILE.read_text(encoding="utf-8"))
    return Domains(told["encoder"], tuple(told["names"]), np.array(told["weights"], np.float32), told["threshold"])
