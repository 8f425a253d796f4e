"""Supervised fine-tuning of the FOLM's LoRA adapter on lists (demonstrations as they are, or in a catalogue's own words)."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from r4t_demo.train.core.progress import Progress, load_state, one_cycle, save_state
from r4t_demo.train.data.demonstrations import Cards, Demonstration
from r4t_demo.train.folm.policy import LoraPolicy

IGNORE = -100
K = 10  # that a prompt of the reasoned format asks for


def train(
    policy: LoraPolicy, lists: Sequence[Demonstration], held_out: Sequence[Demonstration], state: Path, *,
    steps: int, stage: str = "sft", batch: int = 16, rate: float = 4e-4, warm_up: int = 30, seed: int = 0, every: int = 50,
) -> Iterator[Progress]:  # fmt: skip
    """Teach ``policy`` in place to continue prompts with ``lists``, by cross-entropy on the lists' tokens alone.

    Every pass over the lists is in a new order and with new cards. Yields every 10 steps the mean loss, each ``every``-th with
    the loss on ``held_out`` (fixed cards); resumes from ``state``, written as often.
    """
    cards = Cards(lists)
    optimizer = torch.optim.AdamW(policy.trained.parameters(), lr=rate, betas=(0.9, 0.99), weight_decay=0.0)
    first, recent = load_state(state, policy.trained, optimizer), []
    for step in range(first, steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * one_cycle(step, steps, warmup=min(warm_up, max(1, steps // 4)))
        loss = _loss(policy, _batch(lists, cards, batch, step, seed))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(policy.trained.parameters(), 1.0)
        optimizer.step()
        recent.append(loss.item())
        last = step + 1 == steps
        if (step + 1) % every == 0 or last:
            save_state(state, policy.trained, optimizer, step + 1)
        if (step + 1) % 10 == 0 or last:
            metrics: dict[str, float | str] = {"loss": float(np.mean(recent))}
            if ((step + 1) % every == 0 or last) and held_out:
                metrics["held_out_loss"] = held_out_loss(policy, held_out)
            recent = []
            yield Progress(stage, step + 1, steps, metrics)


@torch.no_grad()
def held_out_loss(policy: LoraPolicy, held_out: Sequence[Demonstration], most: int = 96, batch: int = 32) -> float:
    """The mean loss a token on some of the held-out lists, with cards that stay the same from call to call."""
    rng, cards = random.Random(0), Cards(held_out)
    shown = [(one.query, cards.card(one, rng), one.items) for one in rng.sample(list(held_out), min(most, len(held_out)))]
    return float(np.mean([_loss(policy, shown[start : start + batch]).item() for start in range(0, len(shown), batch)]))


def _batch(
    lists: Sequence[Demonstration], cards: Cards, batch: int, step: int, seed: int
) -> list[tuple[str, str, Sequence[str]]]:
    """Step ``step`` of passes over all lists, each in an order of its own: (query, card, items), of like length."""
    turn, place = divmod(step, -(-len(lists) // batch))
    rng = random.Random(seed * 1_000_003 + turn)
    order = rng.sample(range(len(lists)), len(lists))
    window = 8 * batch  # sorted by length, so that little of a batch is padding
    batches = []
    for start in range(0, len(order), window):
        alike = sorted(order[start : start + window], key=lambda row: len("".join(lists[row].items)))
        batches += [alike[at : at + batch] for at in range(0, len(alike), batch)]
    rng.shuffle(batches)
    rng = random.Random(seed * 1_000_003 + step)
    return [(one.query, cards.card(one, rng), one.items) for one in (lists[row] for row in batches[place])]


def _loss(policy: LoraPolicy, shown: Sequence[tuple[str, str, Sequence[str]]]) -> torch.Tensor:
    """Cross-entropy a token of the lists behind their prompts."""
    folm = policy.folm
    prompts = [folm.form.prompt(folm.tokenizer, query, card, K) for query, card, _ in shown]
    lists = [folm.form.written(items) + str(folm.tokenizer.eos_token) for *_, items in shown]
    sides = [
        folm.tokenizer(texts, padding=True, padding_side=side, return_tensors="pt", add_special_tokens=False).to(
            folm.model.device
        )
        for texts, side in ((prompts, "left"), (lists, "right"))
    ]
    asked, written = sides
    target = written["input_ids"].masked_fill(written["attention_mask"] == 0, IGNORE)
    logits = policy.completion_logits(asked["input_ids"], asked["attention_mask"], written["input_ids"])
    return F.cross_entropy(logits.float().flatten(0, 1), target.flatten(), ignore_index=IGNORE)
