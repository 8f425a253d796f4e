"""The loop that the retriever, its one-call student and its rival share: AdamW and a moving average of the weights."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch import nn

from r4t_demo.torch_guard import mixed_precision
from r4t_demo.train.core.progress import Progress, load_state, one_cycle, save_state


def descend(
    stage: str, model: nn.Module, ema: nn.Module, loss_of: Callable[[torch.Generator], torch.Tensor], state: Path, *,
    steps: int, rate: float, decay: float, seed: int, warmup: int = 100, every: int = 200,
) -> Iterator[Progress]:  # fmt: skip
    """Update ``model`` and its moving average ``ema`` in place; ``loss_of(generator)`` draws a batch and returns its loss.

    The generator, and torch's own for dropout, are seeded anew for every step, so that a run resumed from ``state`` draws what
    the whole one would. Yields the mean loss every 20 steps; writes ``state`` ``every`` so many.
    """
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, betas=(0.9, 0.99), weight_decay=0.01)
    first = load_state(state, model, optimizer, ema)
    recent: list[float] = []
    for step in range(first, steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * one_cycle(step, steps, warmup=min(warmup, steps // 4))
        torch.manual_seed(seed * 1_000_003 + step)
        with mixed_precision():
            loss = loss_of(torch.Generator().manual_seed(seed * 1_000_003 + step))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        with torch.no_grad():
            # A short memory at first, so that the untrained start is soon forgotten.
            keep = min(decay, (1 + step) / (10 + step))
            for average, value in zip(ema.parameters(), model.parameters(), strict=True):
                average.lerp_(value, 1 - keep)
        recent.append(loss.item())
        if (step + 1) % every == 0 or step + 1 == steps:
            save_state(state, model, optimizer, step + 1, ema)
        if (step + 1) % 20 == 0 or step + 1 == steps:
            yield Progress(stage, step + 1, steps, {"loss": float(np.mean(recent))})
            recent = []
