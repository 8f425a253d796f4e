"""The fan-out language model (FOLM): a causal LM that reads a query and samples a list of sub-queries."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch

import r4t_demo.torch_guard  # noqa: F401  (must come before transformers)

# isort: split
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    StoppingCriteria,
)

from r4t_demo.encoder import Encoder
from r4t_demo.errors import UserError, hub_failure
from r4t_demo.fanout.base import check_encoder
from r4t_demo.fanout.sampling import TEMPERATURE, ListModel, OwnNoise, row_seeds
from r4t_demo.fanout.words import core_of

QUERY, LIST, SEPARATOR, END, PAD = "<query>", "<list>", "<sep>", "<end>", "<pad>"
SAME = "<same>"  # in a sub-query: the words of the query that carry its meaning
MAX_NEW_TOKENS = 100  # two and a half times the length of a usual list
SPARE = 10  # repetitions that a list may hold
ROWS = 1024  # sampled at once: more would not be faster, and their keys and values fill the memory


class FolmConfig(LlamaConfig):
    """A Llama configuration with the width of the query embedding and the number of soft tokens that carry it."""

    model_type = "r4t-folm"

    def __init__(self, query_dim: int = 256, query_tokens: int = 4, encoder_id: str = "", **kwargs) -> None:
        super().__init__(**kwargs)
        self.query_dim = query_dim
        self.query_tokens = query_tokens
        self.encoder_id = encoder_id


class FolmForCausalLM(LlamaForCausalLM):
    """A Llama that also reads the query's embedding, as soft tokens before the text.

    The text says which words to build on; the embedding says what they mean to the retriever, words never met in training
    included.
    """

    config_class = FolmConfig

    def __init__(self, config: FolmConfig) -> None:
        super().__init__(config)
        self.query_projection = torch.nn.Linear(config.query_dim, config.query_tokens * config.hidden_size)
        self.post_init()

    def embed_inputs(self, input_ids: torch.Tensor, vectors: torch.Tensor) -> torch.Tensor:
        """Return embeddings (B, query_tokens + T, hidden): ``input_ids`` (B, T) behind the queries' ``vectors`` (B, dim)."""
        # Unit vectors have entries of about 1/sqrt(d); the square root brings them to unit variance.
        soft = self.query_projection(vectors.to(self.dtype) * self.config.query_dim**0.5)
        soft = soft.view(len(vectors), self.config.query_tokens, self.config.hidden_size)
        return torch.cat([soft * self.config.initializer_range, self.get_input_embeddings()(input_ids)], dim=1)


AutoConfig.register(FolmConfig.model_type, FolmConfig)
AutoModelForCausalLM.register(FolmConfig, FolmForCausalLM)


def prompt_batch(
    tokenizer: PreTrainedTokenizerFast, queries: Sequence[str], soft_tokens: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return left-padded prompt ids (B, T) and an attention mask (B, soft_tokens + T)."""
    batch = tokenizer(
        [f"{QUERY}{query.replace('<', ' ')}{LIST}" for query in queries],  # no visitor writes a special token
        return_tensors="pt",
        padding=True,
        padding_side="left",
        add_special_tokens=False,
    )
    # The padding lies between the soft tokens and the text, so that every row begins with its query's embedding.
    mask = torch.cat([torch.ones(len(queries), soft_tokens, dtype=torch.long), batch["attention_mask"]], dim=1)
    return batch["input_ids"], mask


def pieces_of(text: str, query: str) -> list[str]:
    """Return what stands between the separators of a completion, ``SAME`` spelt out by the query's core; pieces may be empty.

    The completion ends at its end token or its padding. The copy token spares a small model from learning to spell: it builds on
    words that it never met, exactly as a visitor typed them.
    """
    core = core_of(query)
    pieces = text.split(END)[0].split(PAD)[0].split(SEPARATOR)
    return [" ".join(piece.replace(SAME, f" {core} ").split()) for piece in pieces]


def parse_list(text: str, k: int, query: str) -> list[str]:
    """Return the first k distinct, non-empty sub-queries of a completion."""
    return list(dict.fromkeys(piece for piece in pieces_of(text, query) if piece))[:k]


class _ListComplete(StoppingCriteria):
    """Stops a row behind its k-th distinct sub-query: what follows would not be read.

    A list may repeat itself ``SPARE`` times before that costs it a sub-query.
    """

    def __init__(self, separator: int, k: int) -> None:
        self.separator, self.k = separator, k

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor, **kwargs) -> torch.Tensor:
        count = (input_ids == self.separator).sum(1)
        full = (input_ids[:, -1] == self.separator) & (count >= self.k)
        done = [row and self._distinct(ids) >= self.k for row, ids in zip(full.tolist(), input_ids, strict=True)]
        return torch.tensor(done, device=input_ids.device) | (count >= self.k + SPARE)

    def _distinct(self, ids: torch.Tensor) -> int:
        bounds = torch.nonzero(ids == self.separator).flatten()
        pieces = torch.tensor_split(ids, (bounds + 1).cpu())
        return len({tuple(piece.tolist()) for piece in pieces if len(piece) > 1})


class Folm(ListModel):
    """Fan-out by sampling from a causal LM that reads the query's embedding as well."""

    model: FolmForCausalLM

    def __init__(self, model: FolmForCausalLM, tokenizer: PreTrainedTokenizerFast, encoder: Encoder, name: str = "folm") -> None:
        check_encoder(f"The language model '{name}'", model.config.encoder_id, model.config.query_dim, encoder)
        self.model, self.tokenizer, self.encoder, self.name = model.eval(), tokenizer, encoder, name

    @classmethod
    def load(cls, folder: Path, encoder: Encoder, name: str = "folm") -> "Folm":
        """Load a transformers folder; UserError where it is missing or was trained for another encoder."""
        if not (Path(folder) / "config.json").is_file():
            raise UserError(f"There is no language model in {folder}.")
        try:
            model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
            tokenizer: Any = AutoTokenizer.from_pretrained(folder)
        except Exception as error:  # a foreign model can be broken in any way
            raise hub_failure(f"The language model in {folder} cannot be loaded", error) from error
        return cls(model, tokenizer, encoder, name)

    def write(
        self, queries: Sequence[str], vectors: np.ndarray, k: int, n_samples: int, *, seed: int, temperature: float
    ) -> list[list[str]]:
        """See ``ListModel``."""
        texts, step = [], max(1, ROWS // n_samples)
        for start in range(0, len(queries), step):
            part = slice(start, start + step)
            sampled = self.generate(queries[part], vectors[part], n_samples, seed=seed, temperature=temperature, k=k)
            texts += self.tokenizer.batch_decode(sampled[2])
        return [parse_list(text, k, queries[i // n_samples]) for i, text in enumerate(texts)]

    @torch.inference_mode()
    def generate(
        self,
        queries: Sequence[str],
        vectors: np.ndarray,
        n_samples: int,
        *,
        seed: int,
        temperature: float = TEMPERATURE,
        k: int = 10,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Sample completions of at most k sub-queries; a row's sample hangs on ``seed``, its query and its number alone.

        Return prompt ids (B, T), attention mask (B, soft + T) and completion ids (B, C), B = queries x samples.
        """
        repeated = [query for query in queries for _ in range(n_samples)]
        device = self.model.device
        ids, mask = (part.to(device) for part in prompt_batch(self.tokenizer, repeated, self.model.config.query_tokens))
        embedded = self.model.embed_inputs(ids, torch.from_numpy(np.repeat(vectors, n_samples, axis=0)).to(device))
        model: Any = self.model  # what transformers says of ``generate`` does not fit its own models
        completion = model.generate(
            inputs_embeds=embedded, attention_mask=mask, do_sample=False, max_new_tokens=MAX_NEW_TOKENS, use_cache=True,
            eos_token_id=self.tokenizer.convert_tokens_to_ids(END), pad_token_id=self.tokenizer.convert_tokens_to_ids(PAD),
            logits_processor=[OwnNoise(row_seeds(seed, queries, n_samples), temperature, device)],
            stopping_criteria=[_ListComplete(cast(int, self.tokenizer.convert_tokens_to_ids(SEPARATOR)), k)],
        )  # fmt: skip
        return ids, mask, completion
