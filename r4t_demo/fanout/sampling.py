"""What language models that write lists of sub-queries share: a sampler with a seed a row, and fan-out by writing."""

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
import torch

import r4t_demo.torch_guard  # noqa: F401  (must come before transformers)

# isort: split
from transformers import LogitsProcessor

from r4t_demo.encoder import Encoder
from r4t_demo.fanout.base import FanOut, own_seed

TEMPERATURE = 0.9  # the paper's, for supervision; used for serving as well


def row_seeds(seed: int, queries: Sequence[str], n_samples: int) -> list[int]:
    """Return a seed for each of queries x ``n_samples`` rows, made of ``seed``, its query and its number alone."""
    return [own_seed(seed, query, sample) for query in queries for sample in range(n_samples)]


class OwnNoise(LogitsProcessor):
    """Makes the largest score a sample at a temperature (the Gumbel-max trick), every row with noise of its own seed."""

    def __init__(self, seeds: Sequence[int], temperature: float, device: torch.device) -> None:
        self.generators, self.temperature = [torch.Generator(device).manual_seed(seed) for seed in seeds], temperature

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        waits = torch.stack([scores.new_empty(scores.shape[1]).exponential_(generator=each) for each in self.generators])
        return scores / self.temperature - waits.log()


class ListModel(ABC):
    """A language model that writes lists of sub-queries; implements ``FanOutMethod``."""

    name: str
    model: torch.nn.Module
    encoder: Encoder

    @abstractmethod
    def write(
        self, queries: Sequence[str], vectors: np.ndarray, k: int, n_samples: int, *, seed: int, temperature: float
    ) -> list[list[str]]:
        """Return queries x ``n_samples`` lists of up to k distinct sub-queries, query after query; a list may be empty."""

    def sample_lists(
        self, queries: Sequence[str], vectors: np.ndarray, k: int, n_samples: int, *,
        seed: int = 0, temperature: float = TEMPERATURE,
    ) -> list[list[list[str]]]:  # fmt: skip
        """Return ``n_samples`` lists of up to k sub-queries for each query.

        A list that came out empty falls back to the query itself, so that every list can be searched.
        """
        written = self.write(queries, vectors, k, n_samples, seed=seed, temperature=temperature)
        lists = [texts or [queries[i // n_samples]] for i, texts in enumerate(written)]
        return [lists[i : i + n_samples] for i in range(0, len(lists), n_samples)]

    def fan_out(self, queries: Sequence[str], vectors: np.ndarray, k: int, *, seed: int = 0) -> list[FanOut]:
        """Sample one list a query (seeded) and embed its sub-queries."""
        start = time.perf_counter()
        lists = [samples[0] for samples in self.sample_lists(queries, vectors, k, n_samples=1, seed=seed)]
        seconds = (time.perf_counter() - start) / len(queries)
        start = time.perf_counter()
        embedded = self.encoder.encode_text([text for texts in lists for text in texts])
        encode_seconds = (time.perf_counter() - start) / len(queries)
        rows = np.split(embedded, np.cumsum([len(texts) for texts in lists])[:-1])
        return [
            FanOut(self.name, texts, part, seconds, encode_seconds, is_text=True) for texts, part in zip(lists, rows, strict=True)
        ]
