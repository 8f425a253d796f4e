"""What Soft-GRPO needs of a language model, and how the app's own FOLM gives it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
import torch

from r4t_demo.encoder import Encoder
from r4t_demo.fanout.folm import END, PAD, SEPARATOR, Folm, pieces_of
from r4t_demo.train.credit import piece_of_token
from r4t_demo.train.folm import completion_logits
from r4t_demo.train.precision import mixed_precision


@dataclass(frozen=True)
class Rollout:
    """Sampled completions, B = queries x group rows, group after group.

    ``prompt`` holds what the policy reads before a completion, tensors of B rows; ``completion`` (B, C) token ids; ``counted``
    (B, C) is 1 on tokens that count in the loss; ``ended`` (B,) says where the policy ended its list itself; ``lists`` are the
    pieces of each row, ``piece_of`` (B, C) the piece that a token belongs to (None where tokens cannot be told apart so).
    """

    prompt: dict[str, torch.Tensor]
    completion: torch.Tensor
    counted: torch.Tensor
    ended: torch.Tensor
    lists: list[list[str]]
    piece_of: torch.Tensor | None = None


@dataclass(frozen=True)
class Scored:
    """Some rows of a rollout, cut to their longest completion, as the loss reads them.

    ``prompt`` as in ``Rollout``; ``completion``, ``counted`` and ``advantage`` are (b, c).
    """

    prompt: dict[str, torch.Tensor]
    completion: torch.Tensor
    counted: torch.Tensor
    advantage: torch.Tensor

    @classmethod
    def of(cls, rollout: Rollout, advantage: torch.Tensor, rows: torch.Tensor) -> "Scored":
        """Take ``rows`` of a rollout and of the ``advantage`` (B, C) of its tokens."""
        rows = rows.to(rollout.completion.device)
        width = int(rollout.counted[rows].sum(1).max())
        prompt = {name: value[rows] for name, value in rollout.prompt.items()}
        return cls(prompt, *(each[rows, :width] for each in (rollout.completion, rollout.counted, advantage)))


class Policy(Protocol):
    """A language model that Soft-GRPO can train. ``trained`` holds the parameters that move, and nothing else."""

    encoder: Encoder

    @property
    def trained(self) -> torch.nn.Module: ...

    def rollout(self, queries: Sequence[str], vectors: np.ndarray, group: int, k: int, seed: int) -> Rollout:
        """Sample ``group`` lists of up to k sub-queries for each query; ``vectors`` (queries, d) are their embeddings.

        A row hangs on ``seed``, its query and its number in the group alone, so that rollouts can be split over processes.
        """

    def log_probs(self, scored: Scored) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the log-probability of each completion token and the entropy of its distribution, both (b, c)."""

    def sample_lists(self, queries: Sequence[str], vectors: np.ndarray, k: int, n_samples: int, *, seed: int) -> list:
        """See ``fanout.sampling.ListModel``."""


def token_log_probs(logits: torch.Tensor, completion: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the log-probability of each token of ``completion`` (B, C) under ``logits`` (B, C, V), and the entropy there."""
    log_probs = logits.float().log_softmax(-1)
    entropy = -(log_probs.detach().exp() * log_probs.detach()).sum(-1)
    return log_probs.gather(-1, completion.unsqueeze(-1)).squeeze(-1), entropy


class MiniPolicy:
    """The app's own FOLM, all of whose weights are trained; implements ``Policy``."""

    def __init__(self, folm: Folm) -> None:
        self.encoder, self.trained, self.sample_lists, self._folm = folm.encoder, folm.model, folm.sample_lists, folm
        self._pad, self._end, self._separator = (
            cast(int, folm.tokenizer.convert_tokens_to_ids(token)) for token in (PAD, END, SEPARATOR)
        )

    def rollout(self, queries: Sequence[str], vectors: np.ndarray, group: int, k: int, seed: int) -> Rollout:
        """See ``Policy``."""
        sampled = self._folm.generate(queries, vectors, group, seed=seed, temperature=1.0, k=k)
        ids, mask, completion = (each.clone() for each in sampled)  # out of inference mode
        texts = self._folm.tokenizer.batch_decode(completion)
        return Rollout(
            {"ids": ids, "mask": mask, "vectors": torch.from_numpy(np.repeat(vectors, group, axis=0)).to(ids.device)},
            completion,
            (completion != self._pad).float(),
            (completion == self._end).any(1),
            [pieces_of(text, queries[row // group]) for row, text in enumerate(texts)],
            piece_of_token(completion, self._separator, self._end),
        )

    def log_probs(self, scored: Scored) -> tuple[torch.Tensor, torch.Tensor]:
        """See ``Policy``."""
        with mixed_precision():
            logits = completion_logits(self._folm.model, **scored.prompt, completion=scored.completion, pad=self._pad)
        return token_log_probs(logits, scored.completion)
