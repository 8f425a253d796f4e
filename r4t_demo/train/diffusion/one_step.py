"""Distil the many-step diffusion retriever into one network call: from the noise straight to a set.

The student starts as the teacher's network and learns twice, by regression, what a slower sampler makes of its noise:

1. *Whole*: where the teacher's sampler ends. The probability-flow ODE makes that a function of the noise, which the student
   learns from stored pairs (Luhman and Luhman 2021, "Knowledge Distillation in Iterative Generative Models"), guidance inside.
2. *Refined*: where that student and the teacher come to in two steps, on noise that is new at every step. The student jumps,
   its set is noised again to SIGMA_REFINE, and the guided teacher denoises it (multistep consistency sampling, Song et al.
   2023, Algorithm 1); two steps become one as in progressive distillation (Salimans and Ho 2022). The teacher's call moves
   a jump's blurred rows to where items are, and the student learns the middle of where they may be moved to.

Noise and goal belong together slot by slot, so no matching is needed. The second stage measures by the pseudo-Huber distance of
Song and Dhariwal 2024 ("Improved Techniques for Training Consistency Models"), which pulls less at rows that are far off.

``tune`` takes a finished student to another catalogue in minutes, in which a teacher does not become worth distilling: it learns
that catalogue's sets themselves. What each of this was chosen by, and what consistency distillation and MeanFlow did at the same
cost, is in docs/design-notes.md. ``python -m r4t_demo evaluate oar --split validation`` judges a student.
"""

import copy
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from r4t_demo.fanout.denoiser import SetDenoiser
from r4t_demo.fanout.diffusion import guided, sample
from r4t_demo.files import write_atomically
from r4t_demo.torch_guard import mixed_precision
from r4t_demo.train.core.descent import descend
from r4t_demo.train.core.progress import Progress
from r4t_demo.train.diffusion.sets import TrainingSets, match, set_loss

PASSES, WHOLE_STEPS, REFINED_STEPS = 3, 5000, 400
SIGMA_REFINE = 0.1  # chosen on Atelier's validation queries
HUBER = 0.1  # of a unit row's length, a small error
DRAWN = 24  # rows of the finished student; in one call more of them cost little, and thinning chooses better among more

# A batch: noise (B, rows, d), query embeddings (B, d), and the sets (B, rows, d) that the student shall give for them.
Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


def distil(
    teacher: SetDenoiser, query_vectors: np.ndarray, folder: Path, *,
    whole_steps: int = WHOLE_STEPS, refined_steps: int = REFINED_STEPS, batch: int = 64, seed: int = 0,
) -> Generator[Progress, None, SetDenoiser]:  # fmt: skip
    """Make a one-call student of ``teacher`` on the queries (q, d); the generator returns it.

    What ``folder`` holds of an earlier run, that goes on.
    """
    student, ema = new_student(teacher)
    yield from write_pairs(teacher, query_vectors, folder / "pairs", seed=seed)
    whole = stored(read_pairs(folder / "pairs"), query_vectors, batch)
    yield from train(
        student, ema, whole, squared, folder / "whole.safetensors",
        stage="one-step whole", steps=whole_steps, rate=8e-4, seed=seed,
    )  # fmt: skip
    first = copy.deepcopy(ema)
    student.load_state_dict(first.state_dict())
    yield from train(
        student, ema, refined(first, teacher, query_vectors, batch), pseudo_huber, folder / "refined.safetensors",
        stage="one-step refined", steps=refined_steps, rate=4e-4, seed=seed,
    )  # fmt: skip
    return ema


def tune(
    start: SetDenoiser, sets: TrainingSets, state: Path, *, steps: int, seed: int = 0, every: int = 200
) -> Generator[Progress, None, SetDenoiser]:
    """Go on from the student ``start`` on the FOLM's ``sets``, without a teacher; the generator returns the student.

    A row that noise leads to learns the target that the best assignment of its set gives it (``sets.match``): the noise
    decides which rows are near to which targets, and no two learn the same one.
    """
    student, ema = new_student(start)

    def loss_of(generator: torch.Generator) -> torch.Tensor:
        targets, query = sets.draw(64, generator)
        rows = sample(student, torch.randn(targets.shape, generator=generator), query)
        return set_loss(rows, match(rows, targets))

    yield from descend("one-step", student, ema, loss_of, state, steps=steps, rate=8e-4, decay=0.99, seed=seed, every=every)
    return ema


def new_student(start: SetDenoiser) -> tuple[SetDenoiser, SetDenoiser]:
    """Return a network that starts as another one and is sampled in one call, and its moving average."""
    student = SetDenoiser(replace(start.config, steps=1, guidance=1.0, drawn=DRAWN))
    student.load_state_dict(start.state_dict())
    return student, copy.deepcopy(student).requires_grad_(False)


def write_pairs(
    teacher: SetDenoiser, query_vectors: np.ndarray, out: Path, *, passes: int = PASSES, batch: int = 512, seed: int = 0
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
        write_atomically(path, partial(save_file, tensors))
        yield Progress("one-step pairs", shard + 1, total, {"end_length": float(ends.norm(dim=-1).mean())})


def read_pairs(folder: Path) -> dict[str, torch.Tensor]:
    """Return what ``write_pairs`` wrote, all shards joined."""
    shards = [load_file(path) for path in sorted(folder.glob("shard-*.safetensors"))]
    return {name: torch.cat([shard[name] for shard in shards]) for name in shards[0]}


def stored(pairs: dict[str, torch.Tensor], query_vectors: np.ndarray, batch: int) -> Callable[[torch.Generator], Batch]:
    """Draw batches of stored ``pairs``, whose goals are where the teacher's sampler ended."""
    queries = torch.from_numpy(query_vectors)

    def draw(generator: torch.Generator) -> Batch:
        chosen = torch.randint(len(pairs["query"]), (batch,), generator=generator)
        return pairs["noise"][chosen].float(), queries[pairs["query"][chosen]], pairs["ends"][chosen].float()

    return draw


def refined(
    first: SetDenoiser, teacher: SetDenoiser, query_vectors: np.ndarray, batch: int
) -> Callable[[torch.Generator], Batch]:
    """Draw batches of new noise, of the teacher's size, whose goals are a call of ``first`` and then one of ``teacher``."""
    queries = torch.from_numpy(query_vectors)

    @torch.no_grad()
    def draw(generator: torch.Generator) -> Batch:
        noise, again = torch.randn(2, batch, teacher.drawn, teacher.dim, generator=generator)
        query = queries[torch.randint(len(queries), (batch,), generator=generator)]
        return noise, query, refine(teacher, sample(first, noise, query), again, query)

    return draw


def refine(model: SetDenoiser, x: torch.Tensor, noise: torch.Tensor, query: torch.Tensor) -> torch.Tensor:
    """Noise the sets ``x`` (B, rows, d) a little and denoise them in one call: what a jump leaves between two sets is decided."""
    return guided(model, x + SIGMA_REFINE * noise, x.new_full((len(x),), SIGMA_REFINE), query)


def squared(error: torch.Tensor) -> torch.Tensor:
    """Return ||e||² of rows e (..., d)."""
    return (error**2).sum(-1)


def pseudo_huber(error: torch.Tensor) -> torch.Tensor:
    """Return (||e||² + c²)^½ - c of rows e (..., d): like a square below c, like a length above."""
    return (squared(error) + HUBER**2).sqrt() - HUBER


def train(
    student: SetDenoiser, ema: SetDenoiser, draw: Callable[[torch.Generator], Batch],
    distance: Callable[[torch.Tensor], torch.Tensor], state: Path, *,
    stage: str, steps: int, rate: float, decay: float = 0.99, seed: int = 0,
) -> Iterator[Progress]:  # fmt: skip
    """Minimise E distance(student(noise, z_q) - goal), a mean over rows; ``student`` and its average ``ema`` change in place."""

    def loss_of(generator: torch.Generator) -> torch.Tensor:
        noise, query, goal = draw(generator)
        return distance(sample(student, noise, query) - goal).mean()

    return descend(stage, student, ema, loss_of, state, steps=steps, rate=rate, decay=decay, seed=seed)
