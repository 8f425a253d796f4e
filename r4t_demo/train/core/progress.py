"""What every training loop yields, and how every loop survives a kill."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from r4t_demo.files import write_atomically


@dataclass(frozen=True)
class Progress:
    """One record: ``step`` of ``total`` in ``stage``, with the figures worth watching.

    ``answer``: now and then, what is answered to one fixed query: {"query", "sub_queries", "items"}, an item's id each.
    """

    stage: str
    step: int
    total: int
    metrics: dict[str, float | str] = field(default_factory=dict)
    answer: dict[str, str | list[str]] | None = None


def move_folder(staged: Path, folder: Path) -> None:
    """Put the files of a finished ``staged`` folder into ``folder``, each in one step; other files there (a model card) stay."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted(staged.iterdir()):
        os.replace(file, folder / file.name)
    staged.rmdir()


def save_state(
    path: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer, step: int, ema: torch.nn.Module | None = None
) -> None:
    """Write everything a loop needs to go on from ``step``: weights, Adam's moments and, where given, the EMA."""
    tensors = {"step": torch.tensor(step)}
    for prefix, module in (("model", model), ("ema", ema)):
        if module is not None:
            tensors |= {f"{prefix}.{name}": value.detach().clone() for name, value in module.state_dict().items()}
    for index, moments in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": value.detach().clone() for name, value in moments.items()}
    tensors = {name: value.contiguous() for name, value in tensors.items()}
    write_atomically(path, lambda temporary: save_file(tensors, temporary))


def load_state(path: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer, ema: torch.nn.Module | None = None) -> int:
    """Restore what ``save_state`` wrote and return the step to go on from; 0 where there is no file."""
    if not path.exists():
        return 0
    tensors = load_file(path)
    for prefix, module in (("model.", model), ("ema.", ema)):
        if module is not None:
            module.load_state_dict(
                {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
            )
    moments: dict[int, dict[str, torch.Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith("optimizer."):
            _, index, key = name.split(".")
            moments.setdefault(int(index), {})[key] = value
    optimizer.load_state_dict({"state": moments, "param_groups": optimizer.state_dict()["param_groups"]})
    return int(tensors["step"])


def one_cycle(step: int, total: int, warmup: int) -> float:
    """Return the learning rate's factor: a linear warm-up, then a half cosine down to 0."""
    if step < warmup:
        return (step + 1) / warmup
    return 0.5 * (1 + float(torch.cos(torch.tensor(torch.pi * (step - warmup) / max(1, total - warmup)))))
