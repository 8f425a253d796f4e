"""Fan-out by any instruct model: a chat prompt asks for reasoning and a JSON list of sub-queries (R4T, section on the FOLM)."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch

import r4t_demo.torch_guard  # noqa: F401  (must come before transformers)

# isort: split
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig, PreTrainedModel, PreTrainedTokenizerBase

from r4t_demo.encoder import Encoder
from r4t_demo.errors import UserError, hub_failure
from r4t_demo.fanout.sampling import ListModel, OwnNoise, row_seeds
from r4t_demo.precision import native_dtype

ROOM = 768  # tokens of an answer: with the prompt some 1000, the paper's sequence length
ROWS = 64  # answers written at once
THINK = ("<think>", "</think>")
QUERIES = ("<queries>", "</queries>")
# Sense and tags are the paper's, the wording is ours.
PROMPT = """\
A search engine finds items for short queries. Someone gives it the request below, which many different items could answer. \
Write up to {k} search queries that together find a varied set of such items. The queries should be diverse and on the same \
topic, each changing or adding one to three words of the request.

First reason briefly inside <think></think>. Then write the queries as a JSON list inside <queries></queries>, such as \
<queries>["first query", "second query"]</queries>

Request: {query}"""


def entries_of(text: str) -> list[str]:
    """Return the strings of an answer's list, in order, repetitions and empty ones included.

    What a malformed answer is worth:

    - Reasoning does not count: everything up to the last ``</think>``, and everything from a ``<think>`` that is left open.
    - The list is the first behind ``<queries>``; an answer without that tag, or without "[" before ``</queries>``, holds none.
    - The list ends at its "]", or before the first thing that is no JSON string: what stands before it counts, so that an answer
      that was cut short keeps its finished entries.

    Entries are lower-cased (encoders read them so, and "Red hat" repeats "red hat"), their white space is collapsed and what is
    no Unicode text is left out.
    """
    answer = text.rpartition(THINK[1])[2].partition(THINK[0])[0]
    inside = answer.partition(QUERIES[0])[2].partition(QUERIES[1])[0]
    return [" ".join(entry.encode("utf-8", "ignore").decode().lower().split()) for entry in _strings(inside.partition("[")[2])]


def _strings(text: str) -> Iterator[str]:
    decoder = json.JSONDecoder(strict=False)  # a line break inside a string is no reason to drop it
    text = text.lstrip()
    while text.startswith('"'):
        try:
            entry, end = decoder.raw_decode(text)
        except ValueError:
            return
        yield entry
        text = text[end:].lstrip()
        if not text.startswith(","):
            return
        text = text[1:].lstrip()


def parse_answer(text: str, k: int) -> list[str]:
    """Return the first k distinct, non-empty sub-queries of an answer; none where nothing of it can be read."""
    return list(dict.fromkeys(entry for entry in entries_of(text) if entry))[:k]


@dataclass(frozen=True)
class Answers:
    """Sampled answers, B = queries x samples: left-padded prompt ``ids`` and their ``mask`` (B, T), ``completion`` ids (B, C).

    ``counted`` (B, C) is 1 up to and including the end token, 0 on the padding behind it; ``ended`` (B,) says where there is an
    end token; ``texts`` has B entries.
    """

    ids: torch.Tensor
    mask: torch.Tensor
    completion: torch.Tensor
    counted: torch.Tensor
    ended: torch.Tensor
    texts: list[str]


class InstructFolm(ListModel):
    """An instruct model of ``transformers`` with its own chat template.

    ``model`` samples from its bare softmax: its own generation settings (temperature, top-k, penalties) would make the sampler
    another policy than the one that training scores.
    """

    model: PreTrainedModel

    def __init__(
        self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, encoder: Encoder, name: str = "instruct",
        room: int = ROOM,
    ) -> None:  # fmt: skip
        if not tokenizer.chat_template:
            raise UserError(f"The language model '{name}' has no chat template: choose an instruct model.")
        ends = model.generation_config.eos_token_id
        ends = {tokenizer.eos_token_id, *(ends if isinstance(ends, list) else [ends])} - {None}
        if not ends:
            raise UserError(f"The language model '{name}' names no end token in its generation_config.json or tokenizer.")
        self.ends = sorted(ends)
        tokenizer.pad_token = tokenizer.pad_token or tokenizer.convert_ids_to_tokens(self.ends[0])
        model.generation_config = GenerationConfig(eos_token_id=self.ends, pad_token_id=tokenizer.pad_token_id)
        self.model, self.tokenizer, self.encoder, self.name, self.room = model.eval(), tokenizer, encoder, name, room
        self._special = tokenizer.get_added_vocab()

    @classmethod
    def load(cls, source: str | Path, encoder: Encoder, name: str = "instruct") -> "InstructFolm":
        """Load a folder or a Hub id, a model or a LoRA adapter; on the GPU where there is one, in bfloat16 where that pays.

        UserError where it is missing, broken, out of reach, or no instruct model.
        """
        device = torch.device("cuda", torch.cuda.current_device()) if torch.cuda.is_available() else torch.device("cpu")
        try:
            tokenizer = AutoTokenizer.from_pretrained(source)
            model: Any = AutoModelForCausalLM.from_pretrained(source, dtype=native_dtype(device))
            model.to(device)
            if adapter_parameters(model):
                _unround_adapter(model, source)
        except Exception as error:  # a foreign model can be broken in any way
            raise hub_failure(f"The language model {source} cannot be loaded", error) from error
        return cls(model, tokenizer, encoder, name)

    def write(
        self, queries: Sequence[str], vectors: np.ndarray, k: int, n_samples: int, *, seed: int, temperature: float
    ) -> list[list[str]]:
        """See ``ListModel``; ``vectors`` are not read."""
        answers = self.generate(queries, n_samples, k=k, seed=seed, temperature=temperature)
        return [parse_answer(text, k) for text in answers.texts]

    def prompts(self, queries: Sequence[str], k: int) -> list[str]:
        """Return the text that the model continues for each query: ``PROMPT`` in its chat template, ready for the answer."""
        chats = [[{"role": "user", "content": PROMPT.format(k=k, query=self._plain(query))}] for query in queries]
        template = self.tokenizer.apply_chat_template
        return [cast(str, template(chat, tokenize=False, add_generation_prompt=True)) for chat in chats]

    def _plain(self, query: str) -> str:
        """The query without the special tokens that a visitor may have typed."""
        for token in self._special:
            query = query.replace(token, " ")
        return " ".join(query.split())

    @torch.no_grad()
    def generate(self, queries: Sequence[str], n_samples: int, *, k: int, seed: int, temperature: float) -> Answers:
        """Sample ``n_samples`` answers a query; a row's sample hangs on ``seed``, its query and its number alone."""
        prompts = self.prompts(queries, k)
        batch = self.tokenizer(prompts, return_tensors="pt", padding=True, padding_side="left", add_special_tokens=False)
        ids, mask = (
            batch[name].repeat_interleave(n_samples, 0).to(self.model.device) for name in ("input_ids", "attention_mask")
        )
        seeds, parts = row_seeds(seed, queries, n_samples), []
        for start in range(0, len(ids), ROWS):
            rows = slice(start, start + ROWS)
            written = cast(Any, self.model).generate(
                input_ids=ids[rows], attention_mask=mask[rows], do_sample=False, max_new_tokens=self.room, use_cache=True,
                logits_processor=[OwnNoise(seeds[rows], temperature, self.model.device)],
            )  # fmt: skip
            parts.append(written[:, ids.shape[1] :])
        width, pad = max(part.shape[1] for part in parts), self.tokenizer.pad_token_id
        completion = torch.cat([torch.nn.functional.pad(part, (0, width - part.shape[1]), value=pad) for part in parts])
        return Answers(ids, mask, completion, *self._read(completion, prompts, n_samples))

    def _read(self, completion: torch.Tensor, prompts: list[str], n_samples: int) -> tuple[torch.Tensor, torch.Tensor, list[str]]:
        """What of ``completion`` (B, C) counts, (B, C), whether it ended, (B,), and the answers' texts."""
        end = torch.isin(completion, torch.tensor(self.ends, device=completion.device)).long()
        counted = end.cumsum(1) - end == 0  # up to the first end token
        kept = [row[flags].tolist() for row, flags in zip(completion, counted & (end == 0), strict=True)]
        texts = self.tokenizer.batch_decode(kept)
        opened = [prompt.rstrip().endswith(THINK[0]) for prompt in prompts]  # some templates open the reasoning themselves
        texts = [THINK[0] + text if opened[i // n_samples] else text for i, text in enumerate(texts)]
        return counted.float(), end.any(1), texts


def adapter_parameters(model: PreTrainedModel) -> list[torch.nn.Parameter]:
    """Return the LoRA weights among a model's parameters."""
    return [parameter for name, parameter in model.named_parameters() if ".lora_" in name]


def _unround_adapter(model: PreTrainedModel, source: str | Path) -> None:
    """Give a loaded adapter its own weights back, which ``transformers`` rounded to the format of the model's."""
    from peft import set_peft_model_state_dict
    from peft.utils import load_peft_weights

    for parameter in adapter_parameters(model):
        parameter.data = parameter.data.float()
    weights = load_peft_weights(str(source), device="cpu")
    set_peft_model_state_dict(model, {name.removeprefix("base_model.model."): value for name, value in weights.items()})
