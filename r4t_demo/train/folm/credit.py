"""Who earned a list's reward: advantages for Soft-GRPO, one a list (the paper) or one a sub-query.

The paper gives every token of a list the list's standardised reward. A small policy hardly learns from that which garment suits
which query: nine other sub-queries speak as loudly as the one in question. ``sub_query_advantages`` gives the tokens of a
sub-query what the list's reward would lose without it, its difference reward (Wolpert and Tumer, "Optimal payoff functions for
members of collectives", 2002), standardised over all sub-queries of the group.
"""

from collections.abc import Sequence

import numpy as np

from r4t_demo import rewards

EPS = 1e-4  # beside a standard deviation, which may be 0
LIMIT = 3.0  # standard deviations: a repetition earns nothing, which is far below what any sub-query earns


def list_advantages(parts: np.ndarray, weights: Sequence[float], group: int) -> np.ndarray:
    """Return one advantage a list, shape (n,), from reward parts (n, p) laid out group after group (R4T, "Soft-GRPO")."""
    reward = parts.reshape(-1, group, parts.shape[1]) @ np.asarray(weights)
    return ((reward - reward.mean(1, keepdims=True)) / (reward.std(1, keepdims=True) + EPS)).reshape(-1)


def difference_rewards(
    sub_vectors: np.ndarray, nearest_vectors: np.ndarray, query_vector: np.ndarray, k: int, weights: Sequence[float]
) -> np.ndarray:
    """Return R(list) - R(list without i) for each sub-query i, shape (n,), n <= k; arrays as in ``rewards.oar_parts``."""
    n = len(sub_vectors)
    if n == 0:
        return np.zeros(0)
    ground = rewards.groundedness(sub_vectors[:, None], nearest_vectors[:, None])
    aligned = rewards.alignment(sub_vectors[:, None], query_vector)
    others = np.array([np.delete(np.arange(n), i) for i in range(n)])
    without = rewards.vendi(nearest_vectors[others]) if n > 1 else np.zeros(1)
    diverse = rewards.vendi(nearest_vectors) - without
    return np.stack([ground, diverse, aligned], axis=1) @ np.asarray(weights) / k


def sub_query_advantages(credits: Sequence[np.ndarray], group: int) -> list[np.ndarray]:
    """Standardise the ``credits`` of each list's pieces (group after group) over the group; same shapes, within ``LIMIT``.

    Mean and deviation are those of the pieces that earned something (a list's repetitions earn exactly 0), else repetitions
    would set the scale.
    """
    scaled = []
    for start in range(0, len(credits), group):
        members = credits[start : start + group]
        earned = np.concatenate(members)
        earned = earned[earned != 0]
        mean, deviation = (earned.mean(), earned.std()) if len(earned) else (0.0, 0.0)
        scaled += [((each - mean) / (deviation + EPS)).clip(-LIMIT, LIMIT) for each in members]
    return scaled
