"""An instruct model as a Soft-GRPO policy: its weights stay frozen, a LoRA adapter on all linear layers of its text part learns.

What is saved is the adapter's folder, with tokenizer and chat template. It takes some 0.1 GB where the model takes 8, and it is
exact: merged into bfloat16, an update below half a step of a weight (1/512 to 1/256 of it) would be rounded away, and
reinforcement learning moves most weights by less.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

from r4t_demo.fanout.instruct import InstructFolm, adapter_parameters, entries_of
from r4t_demo.train.policy import Rollout, Scored, token_log_probs
from r4t_demo.train.progress import move_folder

RANK = 16


class InstructPolicy:
    """An instruct model with a LoRA adapter, a fresh one or the one that it was loaded with; implements ``Policy``."""

    def __init__(self, folm: InstructFolm, seed: int = 0) -> None:
        self.encoder, self.sample_lists, self.folm = folm.encoder, folm.sample_lists, folm
        if not adapter_parameters(folm.model):
            _add_lora(folm.model, seed)
        folm.model.requires_grad_(False)
        self.trained = torch.nn.ParameterList(adapter_parameters(folm.model)).requires_grad_(True)

    def rollout(self, queries: Sequence[str], vectors: np.ndarray, group: int, k: int, seed: int) -> Rollout:
        """See ``Policy``. Reasoning and list are one completion; all its tokens count."""
        answers = self.folm.generate(queries, group, k=k, seed=seed, temperature=1.0)
        lists = [entries_of(text) for text in answers.texts]
        prompt = {"ids": answers.ids, "mask": answers.mask}
        return Rollout(prompt, answers.completion, answers.counted, answers.ended, lists)

    def log_probs(self, scored: Scored) -> tuple[torch.Tensor, torch.Tensor]:
        """See ``Policy``."""
        ids = torch.cat([scored.prompt["ids"], scored.completion], dim=1)
        mask = torch.cat([scored.prompt["mask"], scored.counted.long()], dim=1)
        output = self.folm.model(
            input_ids=ids, attention_mask=mask, position_ids=(mask.cumsum(1) - 1).clamp(min=0), use_cache=False,
            logits_to_keep=scored.completion.shape[1] + 1,
        )  # fmt: skip
        return token_log_probs(output.logits[:, :-1], scored.completion)

    def save(self, folder: Path) -> None:
        """Write the adapter, as ``InstructFolm.load`` takes it; the weights below it stay where they came from."""
        staged = folder.with_name(f".{folder.name}.part")
        self.folm.model.save_pretrained(staged)
        self.folm.tokenizer.save_pretrained(staged)
        move_folder(staged, folder)


def _add_lora(model: PreTrainedModel, seed: int) -> None:
    """Give the model a LoRA adapter that changes nothing yet; the same one in every process."""
    from peft import LoraConfig  # slow to import, and no other step needs it

    text = model.get_decoder()  # of a model that also sees pictures, only the part that writes
    prefix = next(name for name, module in model.named_modules() if module is text)
    linear = [name for name, module in text.named_modules() if isinstance(module, torch.nn.Linear | Conv1D)]
    torch.manual_seed(seed)
    targets = [f"{prefix}.{name}" for name in linear]
    model.add_adapter(LoraConfig(r=RANK, lora_alpha=2 * RANK, target_modules=targets, task_type="CAUSAL_LM"))
    for parameter in adapter_parameters(model):
        parameter.data = parameter.data.float()  # bfloat16 would round small steps away
