"""How a causal LM reads on: token by token for many rows at once, in PyTorch or ``Compiled``."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Protocol

import torch
from torch.nn.utils.rnn import pad_sequence

from r4t_demo.fanout.compiled import FEEDS, Compiled  # must come before transformers
from r4t_demo.fanout.samplers import guide

# isort: split
from transformers import DynamicCache, PreTrainedModel


class Session(Protocol):
    """Rows that a model reads on, each behind all that it has read of it."""

    def read(self, ids: torch.Tensor, mask: torch.Tensor, rows: torch.Tensor | None = None) -> torch.Tensor:
        """Read ``ids`` where ``mask`` is 1, both (B, T), and return the scores (B, V) of what follows.

        ``rows`` (B,) says which of the rows read so far each one continues: some may end there, and one may be continued often.
        """
        ...

    def read_prompts(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Begin with left-padded prompts ``ids`` (B, T), and return the scores (B, V) behind them."""
        ...


class TorchSession:
    """A ``Session`` of a model of ``transformers``."""

    def __init__(self, model: PreTrainedModel) -> None:
        self._model, self._cache = model, DynamicCache(config=model.config.get_text_config())
        self._mask: torch.Tensor | None = None

    def read(self, ids: torch.Tensor, mask: torch.Tensor, rows: torch.Tensor | None = None) -> torch.Tensor:
        """See ``Session``."""
        if rows is not None:
            self._cache.batch_select_indices(rows)
        self._mask = _continued(self._mask, mask, rows)
        model: Any = self._model
        return model(
            input_ids=ids, attention_mask=self._mask, position_ids=_positions(self._mask, ids.shape[1]),
            past_key_values=self._cache, use_cache=True, logits_to_keep=1,
        ).logits[:, -1]  # fmt: skip

    def read_prompts(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """See ``Session``."""
        return self.read(ids, mask)


class CompiledSession:
    """A ``Session`` of a ``Compiled`` model, whose keys and values stay in the engine."""

    def __init__(self, model: Compiled) -> None:
        self._request = model.request()
        self._mask: torch.Tensor | None = None

    def read(self, ids: torch.Tensor, mask: torch.Tensor, rows: torch.Tensor | None = None) -> torch.Tensor:
        """See ``Session``."""
        return self.logits(ids, mask, 1, rows)[:, 0]

    def read_prompts(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """See ``Session``; what all of them begin with is read once."""
        prompts = [row[seen.bool()] for row, seen in zip(ids, mask, strict=True)]
        shortest = min(len(row) for row in prompts)
        alike = torch.stack([row[:shortest] for row in prompts]).eq(prompts[0][:shortest]).all(0)
        shared = min(int(alike.long().cumprod(0).sum()), shortest - 1)  # each has a token of its own to be read last
        if len(ids) == 1 or not shared:
            return self.read(ids, mask)
        self.read(prompts[0][None, :shared], torch.ones(1, shared, dtype=mask.dtype))
        rest, seen = left_padded([row[shared:] for row in prompts])
        return self.read(rest, seen, torch.zeros(len(ids), dtype=torch.long))

    def logits(self, ids: torch.Tensor, mask: torch.Tensor, keep: int, rows: torch.Tensor | None = None) -> torch.Tensor:
        """Like ``read``, with the scores (B, ``keep``, V) behind each of the last tokens."""
        batch, length = ids.shape
        self._mask = _continued(self._mask, mask, rows)
        rows = torch.arange(batch) if rows is None else rows
        wanted = torch.arange(length - keep, length)
        feeds = (ids, self._mask, _positions(self._mask, length), wanted, rows.int())
        self._request.infer({name: each.numpy() for name, each in zip(FEEDS, feeds, strict=True)})
        return torch.from_numpy(self._request.get_output_tensor(0).data.copy())


class Guided:
    """A ``Session`` that reads every row a second time behind ``bare`` (T,), the prompt without its request.

    Classifier-free guidance (``guide``) of a language model (Sanchez et al., "Stay on topic with Classifier-Free Guidance", 2023,
    equation 7): at a ``strength`` of 1 nothing changes, above it what is likely whatever was asked counts less.
    """

    def __init__(self, session: Session, strength: float, bare: torch.Tensor) -> None:
        self._session, self._strength, self._bare = session, strength, bare

    def read(self, ids: torch.Tensor, mask: torch.Tensor, rows: torch.Tensor | None = None) -> torch.Tensor:
        """See ``Session``."""
        pairs = None if rows is None else torch.stack([2 * rows, 2 * rows + 1], dim=1).flatten()
        return self._drawn_from(self._session.read(ids.repeat_interleave(2, 0), mask.repeat_interleave(2, 0), pairs))

    def read_prompts(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """See ``Session``."""
        prompts = (row[seen.bool()] for row, seen in zip(ids, mask, strict=True))
        return self._drawn_from(self._session.read_prompts(*left_padded([each for row in prompts for each in (row, self._bare)])))

    def _drawn_from(self, scores: torch.Tensor) -> torch.Tensor:
        asked, bare = scores.float().unflatten(0, (-1, 2)).unbind(1)
        return guide(asked, bare, self._strength)


def left_padded(rows: Sequence[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows of tokens (T,) as ids and their mask, both (B, longest)."""
    pad = partial(pad_sequence, batch_first=True, padding_side="left")
    return pad([*rows]), pad([torch.ones_like(row) for row in rows])


def session_of(model: PreTrainedModel | Compiled) -> Session:
    """Begin to read with a model."""
    return CompiledSession(model) if isinstance(model, Compiled) else TorchSession(model)


def logits_of(model: PreTrainedModel | Compiled, ids: torch.Tensor, keep: int) -> torch.Tensor:
    """The scores (B, ``keep``, V) behind each of the last tokens of ``ids`` (B, T)."""
    if isinstance(model, Compiled):
        return CompiledSession(model).logits(ids, torch.ones_like(ids), keep)
    called: Any = model
    return called(input_ids=ids, use_cache=False, logits_to_keep=keep).logits


def _continued(before: torch.Tensor | None, mask: torch.Tensor, rows: torch.Tensor | None) -> torch.Tensor:
    if before is None:
        return mask
    return torch.cat([before if rows is None else before[rows], mask], dim=1)


def _positions(mask: torch.Tensor, length: int) -> torch.Tensor:
    return (mask.cumsum(1) - 1).clamp(min=0)[:, -length:]
