"""What training needs of a language model, and how the FOLM gives it: its weights stay frozen, a LoRA adapter learns.

The adapter stands on all linear layers of the model's text part. Only its folder is saved, with the base's name: some 10 MB where
the embedded model takes 270 MB, and 0.1 GB where a 4 B model takes 8.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import torch
import torch.nn.functional as F

from r4t_demo.torch_guard import LOADING  # noqa: F401 - must come before transformers

# isort: split
from transformers import DynamicCache

from r4t_demo.encoder import Encoder
from r4t_demo.fanout.folm import SETTINGS, Folm
from r4t_demo.fanout.formats import FORMATS, Compact
from r4t_demo.torch_guard import mixed_precision
from r4t_demo.train.core.progress import move_folder

RANK = 16


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
        """See ``fanout.folm.Folm``."""


def token_log_probs(logits: torch.Tensor, completion: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the log-probability of each token of ``completion`` (B, C) under ``logits`` (B, C, V), and the entropy there."""
    log_probs = logits.float().log_softmax(-1)
    entropy = -(log_probs.detach().exp() * log_probs.detach()).sum(-1)
    return log_probs.gather(-1, completion.unsqueeze(-1)).squeeze(-1), entropy


class LoraPolicy:
    """A FOLM whose LoRA adapter is trained, a fresh one or the one that it was loaded with (``merge=False``)."""

    def __init__(self, folm: Folm, base: str, seed: int = 0) -> None:
        """``base`` is the name of the model below the adapter, as ``language_model.folder_of`` takes it."""
        self.encoder, self.sample_lists, self.folm, self.base = folm.encoder, folm.sample_lists, folm, base
        if not adapter_parameters(folm.model):
            folm.model = _with_lora(folm.model, seed)
        folm.model.requires_grad_(False)
        self.trained = torch.nn.ParameterList(adapter_parameters(folm.model)).requires_grad_(True)

    def rollout(self, queries: Sequence[str], vectors: np.ndarray, group: int, k: int, seed: int) -> Rollout:
        """See ``Policy``. Reasoning and list are one completion; all its tokens count."""
        answers = self.folm.generate(queries, group, k=k, seed=seed, temperature=1.0)
        form = self.folm.form
        lists = [
            [form.spelt(piece, queries[row // group]) if piece else "" for piece in form.pieces(text)]
            for row, text in enumerate(answers.texts)
        ]
        pieces = self._piece_of(answers.completion, answers.counted) if isinstance(form, Compact) else None
        prompt = {"ids": answers.ids, "mask": answers.mask}
        return Rollout(prompt, answers.completion, answers.counted, answers.ended, lists, pieces)

    def _piece_of(self, completion: torch.Tensor, counted: torch.Tensor) -> torch.Tensor:
        """The number of the piece that each token belongs to, (B, C): a sign that closes a piece belongs to it."""
        piece_of = torch.zeros_like(completion)
        for row, (tokens, counts) in enumerate(zip(completion.tolist(), counted.sum(1).int().tolist(), strict=True)):
            written = [cast(str, self.folm.tokenizer.decode(tokens[:end])) for end in range(counts)]
            closed = [len(self.folm.form.finished(text)) for text in written]
            piece_of[row, :counts] = torch.tensor(closed)
            piece_of[row, counts:] = closed[-1] + 1
        return piece_of

    def log_probs(self, scored: Scored) -> tuple[torch.Tensor, torch.Tensor]:
        """See ``Policy``."""
        logits = self.completion_logits(scored.prompt["ids"], scored.prompt["mask"], scored.completion).float()
        behind = torch.cat([scored.prompt["ids"][:, -1:], scored.completion[:, :-1]], dim=1)
        allowed = self.folm.allowed(logits.flatten(0, 1), behind.flatten(), self._stale(scored.completion))
        return token_log_probs(allowed.view_as(logits), scored.completion)

    def _stale(self, completion: torch.Tensor) -> list[list[int]]:
        """What could not be drawn at each place of ``completion`` (B, C), row after row."""
        stale = []
        for tokens in completion.tolist():
            named = self.folm.named()
            for token in tokens:
                stale.append(named.stale)
                named.add(token)
        return stale

    def completion_logits(self, ids: torch.Tensor, mask: torch.Tensor, completion: torch.Tensor) -> torch.Tensor:
        """Return logits (B, C, V) that predict each token of ``completion`` (B, C), which is padded on the right.

        ``ids`` and ``mask`` (B, T) are its left-padded prompts. Each distinct one is read once for all its completions: a group
        shares its prompt, which is longer than a list.
        """
        model: Any = self.folm.model
        prompts, row_of = torch.cat([ids, mask], dim=1).unique(dim=0, return_inverse=True)
        ids, own = prompts.chunk(2, dim=1)
        cache = DynamicCache(config=model.config.get_text_config())
        with mixed_precision():
            positions = (own.cumsum(1) - 1).clamp(min=0)
            read = model(
                input_ids=ids, attention_mask=own, position_ids=positions, past_key_values=cache, use_cache=True, logits_to_keep=1
            )
            first, before = read.logits[row_of], completion[:, :-1]
            if not before.shape[1]:
                return first
            cache.batch_select_indices(row_of)
            positions = mask.sum(1, keepdim=True) + torch.arange(before.shape[1], device=mask.device)
            rest = model(
                input_ids=before, attention_mask=F.pad(mask, (0, before.shape[1]), value=1), position_ids=positions,
                past_key_values=cache, use_cache=True,
            )  # fmt: skip
        return torch.cat([first, rest.logits], dim=1)

    def save(self, folder: Path) -> None:
        """Write the adapter in half precision, as ``Folm.load`` takes it."""
        from peft import get_peft_model_state_dict
        from safetensors.torch import save_file

        staged = folder.with_name(f".{folder.name}.part")
        staged.mkdir(parents=True, exist_ok=True)
        model: Any = self.folm.model
        weights = get_peft_model_state_dict(model, save_embedding_layers=False)  # else it looks for the base on the Hub
        save_file({name: value.half().contiguous() for name, value in weights.items()}, staged / "adapter_model.safetensors")
        config = model.peft_config["default"]
        name, _, revision = self.base.partition("@")
        config.base_model_name_or_path, config.revision, config.inference_mode = name, revision or None, True
        config.save_pretrained(staged)
        form = next((name for name, form in FORMATS.items() if form == self.folm.form), "reasoned")
        (staged / SETTINGS).write_text(json.dumps({"format": form}) + "\n", encoding="utf-8")
        move_folder(staged, folder)


def adapter_parameters(model: torch.nn.Module) -> list[torch.nn.Parameter]:
    """Return the LoRA weights among a model's parameters."""
    return [parameter for name, parameter in model.named_parameters() if ".lora_" in name]


def _with_lora(model: Any, seed: int) -> Any:
    """The model with a LoRA adapter in float32 that changes nothing yet; the same one in every process."""
    from peft import LoraConfig, get_peft_model  # slow to import, and who only asks does without it
    from transformers.pytorch_utils import Conv1D

    text = model.get_decoder()  # of a model that also sees pictures, only the part that writes
    prefix = next(name for name, module in model.named_modules() if module is text)
    linear = [name for name, module in text.named_modules() if isinstance(module, torch.nn.Linear | Conv1D)]
    torch.manual_seed(seed)
    targets = [f"{prefix}.{name}" for name in linear]
    return get_peft_model(model, LoraConfig(r=RANK, lora_alpha=2 * RANK, target_modules=targets, task_type="CAUSAL_LM"))
