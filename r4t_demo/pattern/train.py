"""MO-DiT's first three stages, each from the weights of the one before.

Reconstructed from the abstract of arXiv 2606.26899, which names the stages and not their losses; every one is the EDM loss of one
target embedding after a sequence of items of the same pattern:

1. *Raw sequences*: items of a pattern in any order, no attribute, the target another item of it. A general prior of patterns.
2. *Metric-ordered continuation pretraining*: the items ordered from low to high predicted density of an attribute, the target
   the one that comes next, densest of all: the model learns to go on upwards inside the pattern.
3. *Tail-centroid fine-tuning*: from seeds of the lower part to the centroid of the trajectory's high tail, which one wrong item
   hardly moves.

A catalogue has few patterns to learn from, and a network learns them by heart. So three things make more of them:

- half of the sequences come from an item's nearest neighbours (of the items that training may look at): patterns of their own, by
  the same likeness;
- every sequence is *moved*, items and target together, by a part of the way from one item to another: the same offsets inside
  the pattern, at a place where no item lies;
- in half of the batches the attribute is *made up*, a logistic function of a random direction, and the model is told its density
  alone; these batches, and those of stage 1, are *turned* as well, by a random rotation of the whole space, so that all they can
  teach is to read what stands in the sequence.

Most patterns know nothing of most attributes, so that an attribute is drawn by how far the predicted density of its high tail
lies above the mean there.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import faiss
import numpy as np
import torch

from r4t_demo.errors import UserError
from r4t_demo.pattern.context import MAX_SEEDS, Context, read
from r4t_demo.pattern.model import Modit, error
from r4t_demo.pattern.task import Task, unit
from r4t_demo.train.core.descent import descend
from r4t_demo.train.core.progress import Progress

LOG_SIGMA_MEAN, LOG_SIGMA_STD = -1.5, 1.0  # above the model's sigma_data: there the items and the attribute have to tell
GROUP = 24  # items that a trajectory has at most
TAIL = 0.25  # share of a trajectory that is its high tail
LOW = 0.6  # share of a trajectory that seeds are drawn from
MIN_ITEMS = 8  # of a pattern that training looks at, to learn from it
LEAST_PATTERNS = 4  # to learn from
NEIGHBOURHOODS = 0.5  # share of the sequences that come from neighbourhoods
MADE_UP, MADE_UP_AT_ONCE = 0.5, 32  # share of the batches with attributes that are made up, and how many in one
WARMUP = 20  # steps: the stages are short

Batch = tuple[Context, np.ndarray]  # and the target (B, d)


class Trajectories:
    """Draws in-pattern trajectories: items of a pattern in the order of the predicted density of an attribute.

    ``density`` (n, attributes) is the predictor's. ``order``: "sorted" from low to high, "shuffled" or "reversed".
    """

    def __init__(self, task: Task, density: np.ndarray, order: str = "sorted"):
        self.task, self.vectors, self.density, self.order = task, task.vectors, density, order
        self.attributes = [np.flatnonzero([d == domain for d, _ in task.labels.names]) for domain in task.labels.domains]
        rows = np.flatnonzero(task.trained)
        self.patterns = learnable(task)
        sizes = np.array([len(members) for members in self.patterns])
        self.share = sizes / sizes.sum()
        self.neighbours = rows[_nearest(self.vectors[rows], GROUP)]

    def ordered(self, order: str) -> "Trajectories":
        """The same ones in another order."""
        other = copy.copy(self)
        other.order = order
        return other

    def draw(self, batch: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rows (B, length) in their order, the attribute of each (B,), and its density (B, n items).

        Domains in equal shares, one length a batch; an attribute that is made up is number len(attributes), none.
        """
        length = int(rng.integers(MIN_ITEMS, GROUP + 1))
        rows = np.stack([self._group(length, rng) for _ in range(batch)])
        if rng.random() < MADE_UP:
            density = self._made_up(rng)[rng.integers(MADE_UP_AT_ONCE, size=batch)]
            attribute = np.full(batch, self.density.shape[1])
        else:
            attribute = choose_attributes(self.density[rows], self.attributes, rng)
            density = self.density.T[attribute]
        places = np.argsort(np.take_along_axis(density, rows, 1), axis=1, kind="stable")
        if self.order == "reversed":
            places = places[:, ::-1]
        if self.order == "shuffled":
            places = rng.permuted(places, axis=1)
        return np.take_along_axis(rows, places, 1), attribute, density

    def _made_up(self, rng: np.random.Generator) -> np.ndarray:
        """The densities (MADE_UP_AT_ONCE, n items) of attributes along the way between two items, rare ones and common ones."""
        ends = rng.choice(np.flatnonzero(self.task.trained), (MADE_UP_AT_ONCE, 2))
        along = (self.vectors[ends[:, 0]] - self.vectors[ends[:, 1]]) @ self.vectors.T
        seen = along[:, self.task.trained]
        along = (along - seen.mean(1, keepdims=True)) / (seen.std(1, keepdims=True) + 1e-6)
        steep, rare = rng.uniform(1.5, 3.5, (MADE_UP_AT_ONCE, 1)), rng.uniform(-4, 0, (MADE_UP_AT_ONCE, 1))
        return 1 / (1 + np.exp(-(steep * along + rare)))

    def _group(self, length: int, rng: np.random.Generator) -> np.ndarray:
        if rng.random() < NEIGHBOURHOODS:
            return self.neighbours[rng.integers(len(self.neighbours)), :length]
        members = self.patterns[rng.choice(len(self.patterns), p=self.share)]
        return rng.choice(members, length, replace=len(members) < length)


def learnable(task: Task) -> list[np.ndarray]:
    """The rows of each pattern of which training may look at MIN_ITEMS items or more; UserError where such patterns are few."""
    rows = np.flatnonzero(task.trained)
    own = [rows[task.pattern[rows] == pattern] for pattern in np.unique(task.pattern[rows])]
    patterns = [members for members in own if len(members) >= MIN_ITEMS]
    if len(patterns) < LEAST_PATTERNS:
        raise UserError("The catalogue is too small to learn steering from: it needs about a hundred items at least.")
    return patterns


def choose_attributes(density: np.ndarray, domains: Sequence[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """An attribute (B,) for each group of items, ``density`` (B, length, attributes): of a domain, all alike likely, and in
    that by the square of how far the mean of the high tail lies above the mean of the group.
    """
    length = density.shape[1]
    tail = np.partition(density, length - _tail(length), axis=1)[:, -_tail(length) :]
    gap = (tail.mean(1) - density.mean(1)) ** 2 + 1e-12
    chosen = rng.integers(len(domains), size=len(density))
    allowed = np.zeros((len(domains), density.shape[2]))
    for number, members in enumerate(domains):
        allowed[number, members] = 1
    weight = np.cumsum(gap * allowed[chosen], axis=1)
    return (weight > rng.random((len(weight), 1)) * weight[:, -1:]).argmax(1)


def raw(made: Trajectories, batch: int, rng: np.random.Generator) -> Batch:
    """Stage 1: items in any order, and another one; no attribute."""
    rows, attribute, _ = made.draw(batch, rng)
    rows = rng.permuted(rows, axis=1)[:, : _length(rng) + 1]
    return read(made.task, rows[:, :-1], np.full_like(attribute, made.density.shape[1])), made.vectors[rows[:, -1]]


def ordered(made: Trajectories, batch: int, rng: np.random.Generator) -> Batch:
    """Stage 2: some items of a trajectory, and the last of them as what comes next."""
    rows, attribute, density = made.draw(batch, rng)
    rows = rows[:, np.sort(rng.choice(rows.shape[1], _length(rng) + 1, replace=False))]
    return read(made.task, rows[:, :-1], attribute, density), made.vectors[rows[:, -1]]


def tails(made: Trajectories, batch: int, rng: np.random.Generator) -> Batch:
    """Stage 3: seeds from the low part of a trajectory, and the centroid of its high tail."""
    rows, attribute, density = made.draw(batch, rng)
    low = round(LOW * rows.shape[1])
    seeds = rows[:, np.sort(rng.choice(low, min(_length(rng), low), replace=False))]
    return read(made.task, seeds, attribute, density), tail_centroids(made.vectors, rows)


def moved(items: np.ndarray, target: np.ndarray, pool: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """``items`` (B, n, d) and ``target`` (B, d), each sequence shifted by a part of the way between two rows of ``pool``."""
    ends = pool[rng.integers(len(pool), size=(len(target), 2))]
    shift = (ends[:, 0] - ends[:, 1]) * rng.random((len(target), 1))
    return unit(items + shift[:, None]), unit(target + shift)


def turned(items: np.ndarray, target: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Both after the same rotation, drawn evenly from all (or one with a reflection)."""
    rotation, corner = np.linalg.qr(rng.standard_normal((target.shape[1], target.shape[1])))
    rotation = (rotation * np.sign(np.diag(corner))).astype(np.float32)
    return items @ rotation, target @ rotation


def tail_centroids(vectors: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Unit centroids (B, d) of the last TAIL of ordered ``rows`` (B, length)."""
    return unit(vectors[rows[:, -_tail(rows.shape[1]) :]].mean(1))


def run_stage(
    stage: str, model: Modit, made: Trajectories, draw: Callable[[Trajectories, int, np.random.Generator], Batch], state: Path, *,
    steps: int, rate: float, batch: int = 96, seed: int = 0,
) -> Iterator[Progress]:  # fmt: skip
    """Train ``model`` on what ``draw`` makes of the trajectories and leave its moving average in it; resumes from ``state``."""
    ema, pool = copy.deepcopy(model).requires_grad_(False), made.vectors[made.task.trained]
    model.train()

    def loss_of(generator: torch.Generator) -> torch.Tensor:
        rng = np.random.default_rng(generator.initial_seed())
        context, centre = draw(made, batch, rng)
        items, centre = moved(made.vectors[context.rows], centre, pool, rng)
        if (context.attribute == model.none).all():
            items, centre = turned(items, centre, rng)
        target = torch.from_numpy(centre)
        sigma, noise = noise_of(target, generator)
        told = torch.from_numpy(context.marks), torch.from_numpy(context.attribute)
        return error(model, target, sigma, noise, torch.from_numpy(items), *told).mean()

    yield from descend(stage, model, ema, loss_of, state, steps=steps, rate=rate, decay=0.99, seed=seed, warmup=WARMUP)
    model.load_state_dict(ema.state_dict())


def noise_of(target: torch.Tensor, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Noise levels (B,) and standard normal noise like ``target`` (B, d)."""
    sigma = (LOG_SIGMA_MEAN + LOG_SIGMA_STD * torch.randn(len(target), generator=generator)).exp()
    return sigma, torch.randn(target.shape, generator=generator)


def _tail(length: int) -> int:
    """How many of a trajectory's items are its high tail."""
    return max(2, round(TAIL * length))


def _length(rng: np.random.Generator) -> int:
    return int(rng.integers(1, MAX_SEEDS))


def _nearest(vectors: np.ndarray, count: int) -> np.ndarray:
    """Of each row of ``vectors`` (n, d) the numbers of the ``count`` nearest, itself first: (n, count)."""
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    return flat.search(vectors, count)[1]
