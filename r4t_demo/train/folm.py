"""The supervised start of the FOLM: tokenizer, network, and one pass over text-only lists (``lists.py``)."""

import copy
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from r4t_demo.fanout.folm import (
    END,
    LIST,
    PAD,
    QUERY,
    SAME,
    SEPARATOR,
    FolmConfig,
    FolmForCausalLM,
    PreTrainedTokenizerFast,
    prompt_batch,
)
from r4t_demo.train.lists import nearest, zero_shot_list
from r4t_demo.train.precision import mixed_precision
from r4t_demo.train.progress import Progress, load_state, move_folder, one_cycle, save_state

VOCABULARY = 8192
IGNORE = -100


def train_tokenizer(texts: Sequence[str]) -> PreTrainedTokenizerFast:
    """Return a lower-casing byte-level BPE tokenizer trained on the texts; it can spell any word."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    specials = [PAD, QUERY, LIST, SEPARATOR, END, SAME]
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=specials, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=PAD, eos_token=END, additional_special_tokens=[QUERY, LIST, SEPARATOR, SAME]
    )


def new_model(tokenizer: PreTrainedTokenizerFast, query_dim: int, encoder_id: str) -> FolmForCausalLM:
    """Return an untrained 10 M-parameter FOLM."""
    torch.manual_seed(0)
    return FolmForCausalLM(
        FolmConfig(
            vocab_size=len(tokenizer), hidden_size=320, intermediate_size=864, num_hidden_layers=6, num_attention_heads=5,
            num_key_value_heads=5, max_position_embeddings=256, tie_word_embeddings=True, query_dim=query_dim,
            encoder_id=encoder_id, bos_token_id=None, eos_token_id=tokenizer.convert_tokens_to_ids(END),
            pad_token_id=tokenizer.convert_tokens_to_ids(PAD),
        )
    )  # fmt: skip


def completion_batch(tokenizer: PreTrainedTokenizerFast, lists: Sequence[Sequence[str]]) -> torch.Tensor:
    """Return right-padded completion ids (B, C): sub-queries joined by separators, closed by the end token."""
    texts = [SEPARATOR.join(texts) + END for texts in lists]
    return tokenizer(texts, return_tensors="pt", padding=True, padding_side="right", add_special_tokens=False)["input_ids"]


def completion_logits(
    model: FolmForCausalLM, ids: torch.Tensor, mask: torch.Tensor, vectors: torch.Tensor, completion: torch.Tensor, pad: int
) -> torch.Tensor:
    """Return logits (B, C, V) that predict ``completion`` (B, C) after prompt ``ids`` (B, T) with ``mask`` (B, soft + T)."""
    embedded = torch.cat([model.embed_inputs(ids, vectors), model.get_input_embeddings()(completion)], dim=1)
    full_mask = torch.cat([mask, (completion != pad).long()], dim=1)
    positions = (full_mask.cumsum(1) - 1).clamp(min=0)
    count = completion.shape[1]
    hidden = model.model(inputs_embeds=embedded, attention_mask=full_mask, position_ids=positions).last_hidden_state
    return model.lm_head(hidden[:, -count - 1 : -1])


def supervise(
    model: FolmForCausalLM, tokenizer: PreTrainedTokenizerFast, queries: Sequence[str], vectors: np.ndarray,
    phrases: Sequence[str], phrase_vectors: np.ndarray, state: Path, *,
    steps: int, batch: int = 48, k: int = 10, rate: float = 1.5e-3, seed: int = 0,
) -> Iterator[Progress]:  # fmt: skip
    """Teach the list format and general paraphrasing by cross-entropy on fresh lists every step.

    ``vectors`` (len(queries), d) and ``phrase_vectors`` (len(phrases), d) are text embeddings. Yields every 10 steps; resumes
    from ``state``.
    """
    related = nearest(vectors, phrase_vectors, 150)
    pad = cast(int, tokenizer.convert_tokens_to_ids(PAD))
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, betas=(0.9, 0.95), weight_decay=0.05)
    first = load_state(state, model, optimizer)
    for step in range(first, steps):
        rng = random.Random(seed * 1_000_003 + step)
        rows = [rng.randrange(len(queries)) for _ in range(batch)]
        lists = [zero_shot_list([phrases[i] for i in related[row]], k, rng) for row in rows]
        ids, mask = prompt_batch(tokenizer, [queries[row] for row in rows], model.config.query_tokens)
        completion = completion_batch(tokenizer, lists)
        for group in optimizer.param_groups:
            group["lr"] = rate * one_cycle(step, steps, warmup=50)
        with mixed_precision():
            logits = completion_logits(model, ids, mask, torch.from_numpy(vectors[rows]), completion, pad)
        target = completion.masked_fill(completion == pad, IGNORE)
        loss = torch.nn.functional.cross_entropy(logits.float().flatten(0, 1), target.flatten(), ignore_index=IGNORE)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if (step + 1) % 100 == 0 or step + 1 == steps:
            save_state(state, model, optimizer, step + 1)
        if (step + 1) % 10 == 0 or step + 1 == steps:
            yield Progress("folm-base", step + 1, steps, {"loss": loss.item()})


def save(model: FolmForCausalLM, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write a transformers folder in half precision: safetensors, configuration and tokenizer."""
    staged = folder.with_name(f".{folder.name}.part")
    copy.deepcopy(model).half().save_pretrained(staged)
    tokenizer.save_pretrained(staged)
    move_folder(staged, folder)
