"""HPPO, hybrid-policy preference optimisation: MO-DiT learns from what its queries really find.

Reconstructed from the abstract of arXiv 2606.26899:

- A *request* comes from a pattern of the task in OWN_PATTERNS of the cases, else from one of OTHERS further partitions of the
  same items: what pleases in forty patterns alone is learned by heart, and costs purity in new ones.
- The *candidate pool* of a request is hybrid. Deterministic constructions: the seed mean, steps from it along the attribute's
  direction, the tail centroid, steps from the seeds past it and from it along the direction, the centroid of the densest items
  read and steps from it. Own samples: draws of MO-DiT, and its answer.
- The *online metric* labels every candidate: a real top-K search with the seeds left out. Purity is exact, since patterns need no
  labels. Whether a found item has the attribute is its label where training may read it, else its predicted density, for with
  sparse labels most items found have none. (Joint@K in the evaluation never sees the predictor.)
- A *pair* is a winner whose online Joint@K is higher by MARGIN at least. The *Pareto filter* keeps a pair only where the winner's
  purity is below neither the loser's nor that of MO-DiT's own answer. OWN_LOSERS of the pairs have a loser of MO-DiT's own: one
  like the seed mean drives the query away from the seeds past the winner, which costs purity.
- The *loss* is Diffusion-DPO's (Wallace et al. 2024, Eq. 14) over EDM's weighted errors, the reference being the frozen MO-DiT,
  noise and level the same for winner and loser. BETA is for errors that are means over dimensions.
"""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import torch
import torch.nn.functional as F

from r4t_demo.files import write_atomically
from r4t_demo.pattern.baselines import Centroids
from r4t_demo.pattern.context import Context, read
from r4t_demo.pattern.model import Modit, error
from r4t_demo.pattern.task import SEEDS, Task, search, unit
from r4t_demo.pattern.train import LOW, WARMUP, choose_attributes, noise_of, tail_centroids
from r4t_demo.train.core.descent import descend
from r4t_demo.train.core.progress import Progress

BETA, MARGIN = 40.0, 0.02
OTHERS, OWN_PATTERNS = 20, 0.35  # further partitions into patterns, and the share of requests that come from the task's own
OWN_LOSERS = 0.75
DIRECTION_STEPS = (0.5, 1.0, 2.0)
PAST_TAIL = (1.25, 1.5)
TAIL_STEPS = (0.5, 1.0)
DRAWS = 6  # samples of the model for each request
OWN = DRAWS + 1  # those and its answer, their mean
POLICIES = {"hybrid": slice(None), "deterministic": slice(None, -OWN), "on-policy": slice(-OWN, None)}
BLOCK = 100  # requests that are labelled at a time
ARRAYS = ("rows", "marks", "attribute", "queries", "joint", "purity")


@dataclass(frozen=True)
class Pool:
    """Candidates of m requests, C each: the ``context`` read, unit ``queries`` (m, C, d), and of each candidate its online
    ``joint`` and ``purity`` (m, C). ``own`` (C,) marks MO-DiT's samples and, last of all, its answer; ``answered`` (m,) is the
    answer's purity.
    """

    context: Context
    queries: np.ndarray
    joint: np.ndarray
    purity: np.ndarray
    own: np.ndarray
    answered: np.ndarray

    def of(self, policy: str) -> "Pool":
        """The same requests with a part of their candidates."""
        kept = POLICIES[policy]
        candidates = self.queries[:, kept], self.joint[:, kept], self.purity[:, kept], self.own[kept]
        return Pool(self.context, *candidates, self.answered)


def constructions(seeds: np.ndarray, tail: np.ndarray, towards: np.ndarray, near: np.ndarray) -> np.ndarray:
    """The deterministic candidates (m, C, d) from seeds (m, n, d), tail centroids (m, d), attribute directions (m, d) and the
    centroids (m, d) of the densest items read."""
    mean = unit(seeds.mean(1))
    made = [mean, tail, near]
    made += [near + step * towards for step in TAIL_STEPS]
    made += [mean + step * towards for step in DIRECTION_STEPS]
    made += [mean + step * (tail - mean) for step in PAST_TAIL]
    made += [tail + step * towards for step in TAIL_STEPS]
    return unit(np.stack(made, axis=1))


def online_metric(
    task: Task, carried: np.ndarray, queries: np.ndarray, seeds: np.ndarray, patterns: np.ndarray, attribute: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Joint and purity, both (m, C), of what each candidate finds by itself.

    ``queries`` (m, C, d), ``seeds`` (m, n) rows; ``patterns`` (m, items) is the pattern of every item as the request parts them,
    ``attribute`` (m,); ``carried`` (items, attributes) is what training believes of each item, from 0 to 1.
    """
    m, count, dim = queries.shape
    _, found = search(task.index, queries.reshape(m * count, 1, dim), np.repeat(seeds, count, axis=0))
    found = found.reshape(m, count, -1)
    own = np.take_along_axis(patterns, seeds[:, :1], 1)[:, None]
    inside = (patterns[np.arange(m)[:, None, None], found] == own) & (found >= 0)
    return (carried[found, attribute[:, None, None]] * inside).mean(-1), inside.mean(-1)


def partitions(task: Task, seed: int = 0) -> Iterator[np.ndarray]:
    """The task's patterns and OTHERS further ones, each the pattern of every item (n,): k-means of what training may look at."""
    yield task.pattern
    own = task.vectors[task.trained]
    per_pattern = max(1, round(len(own) / len(task.centres)))  # as many as the task's patterns have
    for turn in range(OTHERS):
        count = max(1, len(own) // per_pattern)
        kmeans = faiss.Kmeans(own.shape[1], count, niter=10, seed=seed + turn, spherical=True, min_points_per_centroid=1)
        kmeans.train(own)
        yield (task.vectors @ kmeans.centroids.T).argmax(1)


def believed(task: Task, density: np.ndarray) -> np.ndarray:
    """What training believes of each item (n, attributes): its label where it may read that, else the predicted density."""
    readable = task.labelled
    return np.where(readable[:, None], task.labels.carries, density).astype(np.float32)


def write_pool(
    task: Task, model: Modit, density: np.ndarray, centroids: Centroids, path: Path, *, requests: int, seed: int = 0
) -> Iterator[Progress]:  # fmt: skip
    """Draw ``requests`` seed sets of items that training may look at, make and label their candidates, and write the pool."""
    rng = np.random.default_rng(seed)
    carried, directions = believed(task, density), centroids.directions
    parted, chances = groups(task, seed)
    domains = [np.flatnonzero([d == domain for d, _ in task.labels.names]) for domain in task.labels.domains]
    parts = []
    for start in range(0, requests, BLOCK):
        chosen = rng.choice(len(parted), size=min(BLOCK, requests - start), p=chances)
        drawn = [_request(*parted[int(group)], domains, density, rng) for group in chosen]
        seeds, attribute = np.stack([one[0] for one in drawn]), np.array([one[1] for one in drawn])
        tail = np.concatenate([tail_centroids(task.vectors, one[2][None]) for one in drawn])
        context = read(task, seeds, attribute, density.T[attribute])
        samples = model.sample(task.vectors, context, range(seed + start, seed + start + len(seeds)), DRAWS)
        answer = unit(samples.mean(1))
        dense = np.argsort(context.marks[:, :, 0], axis=1)
        near = tail_centroids(task.vectors, np.take_along_axis(context.rows, dense, 1))
        made = constructions(task.vectors[seeds], tail, directions[attribute], near)
        queries = np.concatenate([made, samples, answer[:, None]], axis=1)
        joint, purity = online_metric(task, carried, queries, seeds, np.stack([one[3] for one in drawn]), attribute)
        parts.append((context.rows, context.marks, attribute, queries, joint, purity))
        figures: dict[str, float | str] = {"best_joint": float(joint.max(1).mean()), "own_joint": float(joint[:, -1].mean())}
        yield Progress("pool", start + len(drawn), requests, figures)
    arrays = [np.concatenate(part) for part in zip(*parts, strict=True)]
    write_atomically(path, lambda temporary: _save(temporary, arrays))


def read_pool(path: Path) -> Pool:
    """The pool that ``write_pool`` wrote."""
    with np.load(path) as arrays:
        rows, marks, attribute, queries, joint, purity = (arrays[name] for name in ARRAYS)
    own = np.arange(queries.shape[1]) >= queries.shape[1] - OWN
    return Pool(Context(rows, marks, attribute), queries, joint, purity, own, purity[:, -1])


def pairs(pool: Pool, pareto: bool = True) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every (request, winner, loser): the winner's online joint is higher by MARGIN, and with ``pareto`` its purity not lower
    than the loser's or the answer's.
    """
    better = pool.joint[:, :, None] - pool.joint[:, None, :] >= MARGIN
    if pareto:
        better &= (pool.purity >= pool.answered[:, None])[:, :, None]
        better &= pool.purity[:, :, None] >= pool.purity[:, None, :]
    request, won, lost = np.nonzero(better)
    return request, won, lost


def draw(request: np.ndarray, own_loser: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw ``count`` of the pairs (p,), each of a request drawn evenly, whose rows follow each other in ``request`` (p,).

    In OWN_LOSERS of the cases it is one whose loser is MO-DiT's own, where the request has any.
    """
    firsts = np.flatnonzero(np.diff(request, prepend=-1))
    lasts = np.append(firsts[1:], len(request))
    at, mine = rng.integers(len(firsts), size=count), rng.random(count) < OWN_LOSERS
    chosen = []
    for first, last, only_own in zip(firsts[at], lasts[at], mine, strict=True):
        own = first + np.flatnonzero(own_loser[first:last])
        chosen.append(rng.choice(own if only_own and len(own) else np.arange(first, last)))
    return np.array(chosen)


def preference_loss(
    winner: torch.Tensor, loser: torch.Tensor, winner_ref: torch.Tensor, loser_ref: torch.Tensor, beta: float
) -> torch.Tensor:
    """-log sigmoid(-beta/2 [(err_w - err_l) - (err_w - err_l)_ref]), the mean over pairs; errors (B,).

    Diffusion-DPO (Wallace et al. 2024, Eq. 14).
    """
    return -F.logsigmoid(-beta / 2 * ((winner - loser) - (winner_ref - loser_ref))).mean()


def optimise(
    model: Modit, vectors: np.ndarray, pool: Pool, state: Path, *,
    steps: int, rate: float = 1e-4, batch: int = 48, beta: float = BETA, pareto: bool = True, seed: int = 0,
) -> Iterator[Progress]:  # fmt: skip
    """Train ``model`` on the pool's pairs against its own start and leave the moving average in it; resumes from ``state``.

    A pool without a pair teaches nothing.
    """
    request, won, lost = pairs(pool, pareto)
    if not len(request):
        return
    reference, ema = (copy.deepcopy(model).requires_grad_(False).eval() for _ in range(2))

    def loss_of(generator: torch.Generator) -> torch.Tensor:
        rng = np.random.default_rng(generator.initial_seed())
        chosen = draw(request, pool.own[lost], batch, rng)
        at = request[chosen]
        context = pool.context.of(at).tensors(vectors)
        winner, loser = (torch.from_numpy(pool.queries[at, side[chosen]]) for side in (won, lost))
        sigma, noise = noise_of(winner, generator)
        both = torch.stack([winner, loser], dim=1).flatten(0, 1), sigma.repeat_interleave(2), noise.repeat_interleave(2, 0)
        with torch.no_grad():
            won_anchor, lost_anchor = error(reference, *both, *context).view(-1, 2).unbind(1)
        won_error, lost_error = error(model, *both, *context).view(-1, 2).unbind(1)
        return preference_loss(won_error, lost_error, won_anchor, lost_anchor, beta)

    model.eval()
    yield from descend("hppo", model, ema, loss_of, state, steps=steps, rate=rate, decay=0.99, seed=seed, warmup=WARMUP)
    model.load_state_dict(ema.state_dict())


def groups(task: Task, seed: int) -> tuple[list[tuple[np.ndarray, np.ndarray]], np.ndarray]:
    """Every pattern that training may look at: its members, and the pattern of every item as its partition has them; and how
    often a request comes from each, by its size and by OWN_PATTERNS."""
    groups, chances = [], []
    for turn, pattern in enumerate(partitions(task, seed)):
        members = [np.flatnonzero(task.trained & (pattern == number)) for number in np.unique(pattern[task.trained])]
        members = [each for each in members if len(each) >= 2 * SEEDS]
        share = (1 - OWN_PATTERNS) / OTHERS if turn else OWN_PATTERNS
        groups += [(each, pattern) for each in members]
        chances += [share * len(each) / sum(map(len, members)) for each in members]
    return groups, np.array(chances) / sum(chances)


def _request(
    members: np.ndarray, pattern: np.ndarray, domains: Sequence[np.ndarray], density: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, int, np.ndarray, np.ndarray]:
    """Seed rows in their order, an attribute, the pattern's rows from low to high density, and the pattern of every item."""
    attribute = int(choose_attributes(density[members][None], domains, rng)[0])
    ordered = members[np.argsort(density[members, attribute], kind="stable")]
    low = rng.choice(max(SEEDS, round(LOW * len(ordered))), SEEDS, replace=False)
    return ordered[np.sort(low)], attribute, ordered, pattern


def _save(path: Path, arrays: Sequence[np.ndarray]) -> None:
    with open(path, "wb") as file:
        named: dict[str, Any] = dict(zip(ARRAYS, arrays, strict=True))
        np.savez(file, **named)
