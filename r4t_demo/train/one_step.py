"""Distil the many-step diffusion retriever into one network call: from the noise straight to where the sampler ends.

The sampler of the probability-flow ODE is a function of its noise. The student learns that function by regression on pairs
(noise, end), the knowledge distillation of Luhman and Luhman 2021 ("Knowledge Distillation in Iterative Generative Models"),
with the teacher's guidance inside. Noise and end belong together slot by slot, so no matching is needed.
"""

import copy
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from r4t_demo.errors import UserError
from r4t_demo.fanout.denoiser import SetDenoiser
from r4t_demo.fanout.diffusion import sample
from r4t_demo.files import write_atomically
from r4t_demo.train.descent import descend
from r4t_demo.train.precision import mixed_precision
from r4t_demo.train.progress import Progress


def write_pairs(
    teacher: SetDenoiser, query_vectors: np.ndarray, out: Path, *, passes: int = 5, batch: int = 512, seed: int = 0
) -> Iterator[Progress]:
    """Sample ``passes`` sets of every query (q, d) from the teacher, in random order.

    Writes one shard a batch, ``shard-00000.safetensors`` with ``query`` (n,) int64, ``noise`` and ``ends`` (n, slots, d) in half
    precision; a finished shard is not written again, so the work resumes.
    """
    order = np.concatenate([np.random.default_rng([seed, turn]).permutation(len(query_vectors)) for turn in range(passes)])
    total = -(-len(order) // batch)
    for shard in range(total):
        path = out / f"shard-{shard:05d}.safetensors"
        if path.exists():
            continue
        chosen = order[shard * batch : (shard + 1) * batch]
        generator = torch.Generator().manual_seed(seed * 1_000_003 + shard)
        noise = torch.randn(len(chosen), teacher.slots, teacher.dim, generator=generator).half()
        with torch.inference_mode(), mixed_precision():
            ends = sample(teacher, noise.float(), torch.from_numpy(query_vectors[chosen]))
        tensors = {"query": torch.from_numpy(chosen), "noise": noise, "ends": ends.half()}
        write_atomically(path, lambda temporary, tensors=tensors: save_file(tensors, temporary))
        yield Progress("one-step pairs", shard + 1, total, {"end_length": float(ends.norm(dim=-1).mean())})


def read_pairs(folder: Path) -> dict[str, torch.Tensor]:
    """Return what ``write_pairs`` wrote, all shards joined."""
    shards = [load_file(path) for path in sorted(folder.glob("shard-*.safetensors"))]
    if not shards:
        raise UserError(f"There are no noise-and-end pairs in {folder}. Write them: python -m r4t_demo train one-step")
    return {name: torch.cat([shard[name] for shard in shards]) for name in shards[0]}


def train(
    student: SetDenoiser, ema: SetDenoiser, query_vectors: np.ndarray, pairs: dict[str, torch.Tensor], state: Path, *,
    steps: int, batch: int = 128, rate: float = 1e-3, decay: float = 0.995, seed: int = 0,
) -> Iterator[Progress]:  # fmt: skip
    """Minimise E ||student(noise, z_q) - end||², summed over a slot's entries, a mean over slots; ``descend`` yields and resumes.

    ``student``, which starts as the teacher's network, and its moving average ``ema`` are updated in place.
    """
    queries = torch.from_numpy(query_vectors)

    def loss_of(generator: torch.Generator) -> torch.Tensor:
        chosen = torch.randint(len(pairs["query"]), (batch,), generator=generator)
        noise, ends = pairs["noise"][chosen].float(), pairs["ends"][chosen].float()
        return ((sample(student, noise, queries[pairs["query"][chosen]]) - ends) ** 2).sum(-1).mean()

    return descend("one-step", student, ema, loss_of, state, steps=steps, rate=rate, decay=decay, seed=seed)


def new_student(teacher: SetDenoiser) -> tuple[SetDenoiser, SetDenoiser]:
    """Return a network that starts as the teacher's and is sampled in one call, and its moving average."""
    student = SetDenoiser(**{**teacher._hub_mixin_config, "steps": 1, "guidance": 1.0})
    student.load_state_dict(teacher.state_dict())
    return student, copy.deepcopy(student).requires_grad_(False)
