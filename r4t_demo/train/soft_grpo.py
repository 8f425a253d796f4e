"""Soft-GRPO: reinforcement learning of the FOLM on set-level rewards (R4T, section "Soft-GRPO").

For each query a group of G lists is sampled from the current policy. In the paper a list o_i gets one scalar advantage
A_i = (r_i - mean) / (std + eps) over its group. Every token t of it gets the loss, with rho = pi_theta / pi_old,

    L_t = -min(rho A, clip(rho, 1 - c, 1 + c) A) + beta1 * rho * (log pi_theta - log pi_old) + beta2 * (-log pi_theta)

with c = 0.2 and beta1 = beta2 = 0.05: clipped policy gradient plus forward and reverse KL to the *sampling* policy; there is no
frozen reference. Where the paper is silent we chose:

- The loss is averaged over the tokens of a minibatch. A rollout is used once, in four minibatches of whole groups: rho leaves 1
  after the first.
- The learning rate warms up over ten rollouts and falls linearly to zero.
- Rollout temperature 1, so that pi_old is exactly the policy that sampled.
- The reward parts are summed literally. ``list_advantages(..., per_part=True)`` standardises each part within its group before
  the sum, for spaces where one part's range drowns the others (titles embedded by their own text: the policy repeats one title).
  Here, where pictures answer texts, it pushes the policy to garment names that are grounded and diverse but forget the query.
- ``credit="sub-query"`` gives one advantage a sub-query instead of one a list (``credit.py``). It reaches in ten rollouts the
  reward that the list's needs a hundred for, but what the policy gains by that is not better in court, so far.
- Diversity is Vendi / k. A list with fewer than k sub-queries earns nothing for the missing ones.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, Protocol

import numpy as np
import torch

from r4t_demo import rewards
from r4t_demo.encoder import Encoder
from r4t_demo.fanout.folm import END, PAD, SEPARATOR, Folm, pieces_of
from r4t_demo.index.base import VectorIndex
from r4t_demo.train.credit import difference_rewards, list_advantages, piece_of_token, sub_query_advantages
from r4t_demo.train.folm import completion_logits
from r4t_demo.train.precision import mixed_precision
from r4t_demo.train.progress import Progress, load_state, save_state

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

    names: Sequence[str]
    weights: Sequence[float]

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
    names: ClassVar = ("groundedness", "diversity", "alignment")

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
    """Judge each list of pieces (``fanout.folm.pieces_of``) by its first k distinct sub-queries; one query vector a list.

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
    judged: Rewards, completion: torch.Tensor, separator: int, end: int, group: int, weights: Sequence[float],
    credit: Literal["list", "sub-query"], per_part: bool = False,
) -> torch.Tensor:  # fmt: skip
    """Return the advantage of every token of ``completion`` (B, C), (B, C)."""
    if credit == "list":
        advantage = list_advantages(judged.parts, weights, group, per_part=per_part)
        return torch.from_numpy(advantage).float().unsqueeze(1).expand(completion.shape)
    pieces = piece_of_token(completion, separator, end)
    width = 1 + max(len(each) for each in judged.credits)
    earned = [np.pad(each, (0, width - len(each))) for each in judged.credits]  # to end early earns nothing
    pieces = pieces.clamp(max=width - 1)  # what was sampled behind a padding token is not read, and earns nothing
    return torch.from_numpy(np.stack(sub_query_advantages(earned, group))).float().gather(1, pieces)


def soft_grpo_loss(
    new: torch.Tensor, old: torch.Tensor, advantage: torch.Tensor, mask: torch.Tensor, *,
    clip: float = CLIP, beta_forward: float = BETA_FORWARD, beta_reverse: float = BETA_REVERSE,
) -> torch.Tensor:  # fmt: skip
    """Return the scalar loss of the module's docstring.

    ``new`` and ``old`` are log-probabilities of the sampled tokens (B, C), ``advantage`` (B, C), ``mask`` (B, C) is 1 on tokens
    that count.
    """
    ratio = (new - old).exp()
    policy = -torch.minimum(ratio * advantage, ratio.clamp(1 - clip, 1 + clip) * advantage)
    loss = policy + beta_forward * ratio * (new - old) - beta_reverse * new
    return (loss * mask).sum() / mask.sum()


def whole_groups(lists: int, group: int, count: int, seed: int) -> list[torch.Tensor]:
    """Split the rows of a rollout into ``count`` minibatches of whole groups, in random order.

    The advantages of a group sum to zero, so those of each minibatch do; rows drawn singly would push all their lists up or down.
    """
    groups = torch.randperm(lists // group, generator=torch.Generator().manual_seed(seed))
    return [(chunk.unsqueeze(1) * group + torch.arange(group)).flatten() for chunk in groups.chunk(count)]


def token_log_probs(model, ids, mask, vectors, completion, pad) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the log-probability of each sampled token and the entropy of its distribution, both (B, C)."""
    with mixed_precision():
        logits = completion_logits(model, ids, mask, vectors, completion, pad)
    log_probs = logits.float().log_softmax(-1)
    entropy = -(log_probs.detach().exp() * log_probs.detach()).sum(-1)
    return log_probs.gather(-1, completion.unsqueeze(-1)).squeeze(-1), entropy


def train(
    folm: Folm, queries: Sequence[str], index: VectorIndex, state: Path, *,
    steps: int, reward: Reward = OarReward(), credit: Literal["list", "sub-query"] = "list",  # noqa: B008 - frozen
    per_part: bool = False, group: int = 8, batch: int = 16, minibatches: int = 4, k: int = 10, rate: float = 5e-4, seed: int = 0,
    watch: str = "bohemian festival style",
) -> Iterator[Progress]:  # fmt: skip
    """Update ``folm`` in place on ``steps`` rollouts of ``batch`` queries x ``group`` lists, which ``reward`` judges.

    Yields every step; resumes from ``state``.
    """
    model, tokenizer, encoder = folm.model, folm.tokenizer, folm.encoder
    pad, end, separator = (tokenizer.convert_tokens_to_ids(token) for token in (PAD, END, SEPARATOR))
    query_vectors = encoder.encode_text(queries)
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, betas=(0.9, 0.95), weight_decay=0.0)
    first = load_state(state, model, optimizer)
    for step in range(first, steps):
        chosen = random.Random(seed * 1_000_003 + step).sample(range(len(queries)), min(batch, len(queries)))
        ids, mask, completion = folm.generate(
            [queries[i] for i in chosen], query_vectors[chosen], group, seed=seed * 1_000_003 + step, temperature=1.0, k=k
        )
        ids, mask, completion = ids.clone(), mask.clone(), completion.clone()  # out of inference mode
        vectors = torch.from_numpy(np.repeat(query_vectors[chosen], group, axis=0))
        texts = tokenizer.batch_decode(completion)
        lists = [pieces_of(text, queries[chosen[row // group]]) for row, text in enumerate(texts)]
        judged = reward(lists, np.repeat(chosen, group), vectors.numpy(), index, encoder, k)
        advantage = token_advantages(judged, completion, separator, end, group, reward.weights, credit, per_part)
        counted = (completion != pad).float()
        batches = [(rows, slice(int(counted[rows].sum(1).max()))) for rows in whole_groups(len(lists), group, minibatches, step)]
        with torch.no_grad():
            old = [token_log_probs(model, ids[r], mask[r], vectors[r], completion[r, c], pad) for r, c in batches]
        entropy = sum((each * counted[r, c]).sum() for (r, c), (_, each) in zip(batches, old, strict=True))
        for optimizer_group in optimizer.param_groups:
            optimizer_group["lr"] = rate * min((step + 1) / 10, 1 - step / steps)
        kl, clipped = [], []
        for (rows, columns), (before, _) in zip(batches, old, strict=True):
            new, _ = token_log_probs(model, ids[rows], mask[rows], vectors[rows], completion[rows, columns], pad)
            present = counted[rows, columns]
            loss = soft_grpo_loss(new, before, advantage[rows, columns], present)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            ratio = (new.detach() - before).exp()
            kl.append((((before - new.detach()) * present).sum() / present.sum()).item())
            clipped.append(((((ratio - 1).abs() > CLIP) * present).sum() / present.sum()).item())
        earned = judged.parts @ np.asarray(reward.weights)
        spread = earned.reshape(-1, group).std(1)
        metrics = {
            "reward": earned.mean(), **{name: part.mean() for name, part in zip(reward.names, judged.parts.T, strict=True)},
            "reward_std": spread.mean(), "frac_reward_zero_std": (spread < 1e-6).mean(),
            "entropy": (entropy / counted.sum()).item(), "kl": np.mean(kl), "clip_ratio": np.mean(clipped),
            "completions/mean_length": counted.sum(1).mean().item(),
            "completions/mean_list": np.mean([len(read_pieces(pieces, k)) for pieces in lists]),
            "completions/ended": (completion == end).any(1).float().mean().item(),
        }  # fmt: skip
        metrics = {name: float(value) for name, value in metrics.items()}
        if (step + 1) % 10 == 0:
            metrics["sample"] = "; ".join(folm.sample_lists([watch], encoder.encode_text([watch]), k, 1, seed=0)[0][0])
        if (step + 1) % 10 == 0 or step + 1 == steps:
            save_state(state, model, optimizer, step + 1)
        yield Progress("soft-grpo", step + 1, steps, metrics)
