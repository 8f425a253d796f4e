"""Soft-GRPO: reinforcement learning of a fan-out language model on set-level rewards (R4T, section "Soft-GRPO").

For each query a group of G lists is sampled from the current policy. In the paper a list o_i gets one scalar advantage
A_i = (r_i - mean) / (std + eps) over its group. Every token t of it gets the loss, with rho = pi_theta / pi_old,

    L_t = -min(rho A, clip(rho, 1 - c, 1 + c) A) + beta1 * rho * (log pi_theta - log pi_old) + beta2 * (-log pi_theta)

with c = 0.2 and beta1 = beta2 = 0.05: clipped policy gradient plus forward and reverse KL to the *sampling* policy; there is no
frozen reference. Where the paper is silent we chose:

- The loss is averaged over the tokens of a minibatch. A rollout is used once, in four minibatches of whole groups: rho leaves 1
  after the first.
- The learning rate warms up over ten rollouts and falls linearly to zero.
- Rollout temperature 1 and no top-k or top-p, so that pi_old is exactly the policy that sampled.
- The reward parts are summed as they are (docs/design-notes.md has what standardising each of them does).
- ``credit="sub-query"`` gives one advantage a sub-query instead of one a list (``credit.py``).
- Diversity is Vendi / k. A list with fewer than k sub-queries earns nothing for the missing ones, an unreadable one nothing.
- An instruct model's reasoning is part of its completion and shares the list's advantage. The paper trains all weights of a 4B
  model at rate 1e-7; we train a LoRA adapter (``policy.py``), which wants a higher rate.

Memory: ``micro`` rows pass through the network at once, and their gradients add up to that of the whole minibatch. Under
``accelerate launch`` the processes share the groups of every minibatch and sum their gradients: the same update again.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, Protocol

import numpy as np
import torch

from r4t_demo import rewards
from r4t_demo.encoder import Encoder
from r4t_demo.errors import UserError
from r4t_demo.index.base import VectorIndex
from r4t_demo.train.core.processes import crew, gathered, sum_gradients
from r4t_demo.train.core.progress import Progress, load_state, save_state
from r4t_demo.train.folm.credit import difference_rewards, list_advantages, sub_query_advantages
from r4t_demo.train.folm.policy import Policy, Rollout, Scored

CLIP, BETA_FORWARD, BETA_REVERSE = 0.2, 0.05, 0.05


@dataclass(frozen=True)
class Rewards:
    """What a rollout's lists earned.

    ``parts`` (lists, p): the reward's parts, as it names them. ``credits``: for each list, each of its pieces' share (pieces,),
    0 for what is empty, repeated, or behind the k-th sub-query.
    """

    parts: np.ndarray
    credits: list[np.ndarray]


class Reward(Protocol):
    """What lists are worth: p parts by name, the weight of each in the sum, and who judges."""

    @property
    def names(self) -> Sequence[str]: ...

    @property
    def weights(self) -> Sequence[float]: ...

    def __call__(
        self, lists: Sequence[Sequence[str]], asked: Sequence[int], query_vectors: np.ndarray, index: VectorIndex,
        encoder: Encoder, k: int,
    ) -> Rewards:  # fmt: skip
        """Judge each list of pieces, written for query number ``asked[i]`` with the embedding ``query_vectors[i]``."""
        ...


@dataclass(frozen=True)
class OarReward:
    """Open-ended retrieval: groundedness, diversity (Vendi / k) and alignment, by no ground truth."""

    weights: Sequence[float] = rewards.WEIGHTS
    names: ClassVar[Sequence[str]] = ("groundedness", "diversity", "alignment")

    def __call__(self, lists, asked, query_vectors, index, encoder, k) -> Rewards:
        """See Reward; which query it was does not matter beyond its embedding."""
        return judge(lists, query_vectors, index, encoder, k, self.weights)


def read_pieces(pieces: Sequence[str], k: int) -> dict[str, int]:
    """Return the first k distinct sub-queries among a list's pieces, each with its place."""
    place_of: dict[str, int] = {}
    for place, piece in enumerate(pieces):
        if piece and len(place_of) < k:
            place_of.setdefault(piece, place)
    return place_of


def judge(
    lists: Sequence[Sequence[str]], query_vectors: np.ndarray, index: VectorIndex, encoder: Encoder, k: int,
    weights: Sequence[float],
) -> Rewards:  # fmt: skip
    """Judge each list of pieces (``Format.pieces``, spelt out) by its first k distinct sub-queries; one query vector a list.

    A missing sub-query counts as 0 in each mean over k, and as nothing in the Vendi score.
    """
    texts = list(dict.fromkeys(piece for pieces in lists for piece in pieces if piece))
    row_of = {text: row for row, text in enumerate(texts)}
    vectors = encoder.encode_text(texts)
    nearest = index.vectors(index.search(vectors, 1)[1][:, 0])
    parts, credits = [], []
    for pieces, query in zip(lists, query_vectors, strict=True):
        place_of = read_pieces(pieces, k)
        rows = [row_of[text] for text in place_of]
        parts.append(rewards.oar_parts(vectors[rows], nearest[rows], query, k))
        credit = np.zeros(len(pieces))
        credit[list(place_of.values())] = difference_rewards(vectors[rows], nearest[rows], query, k, weights)
        credits.append(credit)
    return Rewards(np.array(parts), credits)


def token_advantages(
    judged: Rewards, completion: torch.Tensor, piece_of: torch.Tensor | None, group: int, weights: Sequence[float],
    credit: Literal["list", "sub-query"],
) -> torch.Tensor:  # fmt: skip
    """Return the advantage of every token of ``completion`` (B, C), (B, C). ``piece_of`` as in ``policy.Rollout``."""
    if credit == "list":
        advantage = list_advantages(judged.parts, weights, group)
        return torch.from_numpy(advantage).float().to(completion.device).unsqueeze(1).expand(completion.shape)
    if piece_of is None:
        raise ValueError("the tokens of this policy do not belong to single sub-queries: its credit is the list's")
    width = 1 + max(len(each) for each in judged.credits)
    earned = [np.pad(each, (0, width - len(each))) for each in judged.credits]  # to end early earns nothing
    pieces = piece_of.clamp(max=width - 1)  # what was sampled behind a padding token is not read, and earns nothing
    return torch.from_numpy(np.stack(sub_query_advantages(earned, group))).float().to(pieces.device).gather(1, pieces)


def soft_grpo_loss(
    new: torch.Tensor, old: torch.Tensor, advantage: torch.Tensor, mask: torch.Tensor, *, tokens: float | None = None,
    clip: float = CLIP, beta_forward: float = BETA_FORWARD, beta_reverse: float = BETA_REVERSE,
) -> torch.Tensor:  # fmt: skip
    """Return the scalar loss of the module's docstring.

    ``new`` and ``old`` are log-probabilities of the sampled tokens (B, C), ``advantage`` (B, C), ``mask`` (B, C) is 1 on tokens
    that count. The sum over them is divided by ``tokens``: those of the whole minibatch, where this is a part of it.
    """
    ratio = (new - old).exp()
    policy = -torch.minimum(ratio * advantage, ratio.clamp(1 - clip, 1 + clip) * advantage)
    loss = policy + beta_forward * ratio * (new - old) - beta_reverse * new
    return (loss * mask).sum() / (mask.sum() if tokens is None else tokens)


def whole_groups(lists: int, group: int, count: int, seed: int, share: tuple[int, int] = (0, 1)) -> list[torch.Tensor]:
    """Split the rows of a rollout into ``count`` minibatches of whole groups, in random order; ``share`` (i, n) of each.

    The advantages of a group sum to zero, so those of each minibatch do; rows drawn singly would push all their lists up or down.
    """
    groups = torch.randperm(lists // group, generator=torch.Generator().manual_seed(seed))
    chunks = [chunk[share[0] :: share[1]] for chunk in groups.chunk(count)]
    return [(chunk.unsqueeze(1) * group + torch.arange(group)).flatten() for chunk in chunks]


def accumulate(policy: Policy, parts: Sequence[Scored], old: Sequence[torch.Tensor], tokens: float) -> np.ndarray:
    """Add the gradients of a minibatch's ``parts`` up; ``old`` their sampling log-probabilities, ``tokens`` the whole's count.

    Returns the sums of the loss, of log pi_old - log pi_theta, and of clipped tokens, over the tokens of these parts, shape (3,).
    """
    sums = np.zeros(3)
    for part, before in zip(parts, old, strict=True):
        new, _ = policy.log_probs(part)
        loss = soft_grpo_loss(new, before, part.advantage, part.counted, tokens=tokens)
        loss.backward()
        drift = before - new.detach()
        clipped = ((-drift).exp() - 1).abs() > CLIP
        sums += [loss.item() * tokens, (drift * part.counted).sum().item(), (clipped * part.counted).sum().item()]
    return sums


def update(policy: Policy, optimizer: torch.optim.Optimizer, minibatches: Sequence[Sequence[Scored]]) -> tuple[np.ndarray, float]:
    """Take one step of ``optimizer`` on each minibatch of a rollout, given in parts that pass through the network at once.

    Returns this process's share of each minibatch's mean loss, KL and clipped tokens, shape (minibatches, 3), and the sum of the
    sampling policy's entropy over this process's tokens.
    """
    with torch.no_grad():
        sampled = [[policy.log_probs(part) for part in parts] for parts in minibatches]
    pairs = [pair for parts, scores in zip(minibatches, sampled, strict=True) for pair in zip(parts, scores, strict=True)]
    entropy = sum((entropies * part.counted).sum().item() for part, (_, entropies) in pairs)
    tokens = gathered(np.array([[sum(part.counted.sum().item() for part in parts) for parts in minibatches]])).sum(0)
    drift = []
    for parts, scores, count in zip(minibatches, sampled, tokens, strict=True):
        optimizer.zero_grad()
        drift.append(accumulate(policy, parts, [old for old, _ in scores], count) / count)
        sum_gradients(policy.trained)
        torch.nn.utils.clip_grad_norm_(policy.trained.parameters(), 1.0)
        optimizer.step()
    return np.stack(drift), entropy


def train(
    policy: Policy, queries: Sequence[str], index: VectorIndex, state: Path, *,
    steps: int, reward: Reward = OarReward(), credit: Literal["list", "sub-query"] = "list",  # noqa: B008 - frozen
    group: int = 8, batch: int = 16, minibatches: int = 4, micro: int | None = None, k: int = 10,
    rate: float = 5e-4, warm_up: int = 10, seed: int = 0, watch: str = "bohemian festival style", every: int = 10,
    check: Callable[[], Mapping[str, float]] | None = None,
) -> Iterator[Progress]:  # fmt: skip
    """Update ``policy`` in place on ``steps`` rollouts of ``batch`` queries x ``group`` lists, which ``reward`` judges.

    The learning ``rate`` rises over ``warm_up`` rollouts and falls linearly to zero. ``micro`` lists pass through the network at
    once. Yields every step, in the main process alone, each ``every``-th with what the policy writes for ``watch`` and with the
    figures that ``check`` returns; resumes from ``state``, written as often, which all processes must be able to read.
    """
    processes, encoder = crew(), policy.encoder
    query_vectors = encoder.encode_text(queries)
    optimizer = torch.optim.AdamW(policy.trained.parameters(), lr=rate, betas=(0.9, 0.95), weight_decay=0.0)
    first = load_state(state, policy.trained, optimizer)
    for step in range(first, steps):
        chosen = random.Random(seed * 1_000_003 + step).sample(range(len(queries)), min(batch, len(queries)))
        shares = whole_groups(len(chosen) * group, group, minibatches, step, (processes.process_index, processes.num_processes))
        if not all(map(len, shares)):
            few = f"{len(chosen)} queries a rollout are too few for {processes.num_processes} processes"
            raise UserError(f"{few}, {minibatches} minibatches each: raise --batch.")
        mine = torch.cat([rows[::group] // group for rows in shares]).sort().values  # this process's groups
        own = [chosen[i] for i in mine]
        rollout = policy.rollout([queries[i] for i in own], query_vectors[own], group, k, seed * 1_000_003 + step)
        judged = reward(
            rollout.lists, np.repeat(own, group).tolist(), np.repeat(query_vectors[own], group, axis=0), index, encoder, k
        )
        advantage = token_advantages(judged, rollout.completion, rollout.piece_of, group, reward.weights, credit)
        places = [torch.searchsorted(mine, rows // group) * group + rows % group for rows in shares]
        parts = [[Scored.of(rollout, advantage, rows) for rows in each.split(micro or len(each))] for each in places]
        for optimizer_group in optimizer.param_groups:
            optimizer_group["lr"] = rate * min((step + 1) / warm_up, 1 - step / steps)
        drift, entropy = update(policy, optimizer, parts)
        metrics: dict[str, float | str] = {**figures(judged, rollout, entropy, drift, reward, group, k)}
        if not processes.is_main_process:
            continue
        if (step + 1) % every == 0:
            metrics["sample"] = "; ".join(policy.sample_lists([watch], encoder.encode_text([watch]), k, 1, seed=0)[0][0])
            metrics |= check() if check else {}
        if (step + 1) % every == 0 or step + 1 == steps:
            save_state(state, policy.trained, optimizer, step + 1)
        yield Progress("soft-grpo", step + 1, steps, metrics)


def figures(
    judged: Rewards, rollout: Rollout, entropy: float, drift: np.ndarray, reward: Reward, group: int, k: int
) -> dict[str, float]:
    """Return the figures of a step over all processes.

    Of this process: what its lists earned, its rollout, and the ``entropy`` and ``drift`` that ``update`` returns.
    """
    counted, ended = rollout.counted.sum(1).cpu().numpy(), rollout.ended.cpu().numpy()
    named = [len(read_pieces(pieces, k)) for pieces in rollout.lists]
    parts = gathered(judged.parts)
    length, listed, ends = gathered(np.column_stack([counted, named, ended])).T
    earned = parts @ np.asarray(reward.weights)
    spread = earned.reshape(-1, group).std(1)
    loss, kl, clipped = gathered(drift[None]).sum(0).mean(0)
    metrics = {
        "reward": earned.mean(), **{name: part.mean() for name, part in zip(reward.names, parts.T, strict=True)},
        "reward_std": spread.mean(), "frac_reward_zero_std": (spread < 1e-6).mean(),
        "entropy": gathered(np.array([entropy])).sum() / length.sum(), "loss": loss, "kl": kl, "clip_ratio": clipped,
        "completions/mean_length": length.mean(), "completions/mean_list": listed.mean(), "completions/ended": ends.mean(),
    }  # fmt: skip
    return {name: float(value) for name, value in metrics.items()}
