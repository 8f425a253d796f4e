"""Credit for a list's reward: standardised by hand, difference rewards by taking sub-queries away."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from r4t_demo import rewards
from r4t_demo.train.folm.credit import LIMIT, difference_rewards, list_advantages, sub_query_advantages


def test_advantages_by_hand() -> None:
    """One group of two. The rewards are 2.5 and 0.75: the second part, with ten times the range, decides."""
    np.testing.assert_allclose(list_advantages(np.array([[0.0, 10.0], [1.0, 0.0]]), (0.75, 0.25), 2), [1, -1], atol=1e-3)


def test_one_good_list_in_four() -> None:
    parts = np.array([[0.0], [0.0], [0.0], [4.0]])  # mean 1, standard deviation sqrt(3)
    expected = [-1 / 3**0.5] * 3 + [3 / 3**0.5]
    np.testing.assert_allclose(list_advantages(parts, (1.0,), 4), expected, atol=1e-3)


def test_a_group_of_equals_learns_nothing() -> None:
    parts = np.array([[0.5, 0.2, 0.1]] * 4 + [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=float)
    values = list_advantages(parts, (0.6, 0.2, 0.2), 4)
    np.testing.assert_allclose(values[:4], 0, atol=1e-9)
    assert np.isfinite(values).all() and np.abs(values[4:]).max() > 0.5


@given(st.integers(0, 10_000))
def test_each_group_is_its_own_scale(seed: int) -> None:
    rng = np.random.default_rng(seed)
    parts = rng.uniform(size=(12, 3))
    # Of lists that are all but alike the small number below the fraction would show.
    assume((parts @ np.array([0.6, 0.2, 0.2])).reshape(3, 4).std(1).min() > 0.02)
    values = list_advantages(parts, (0.6, 0.2, 0.2), 4).reshape(3, 4)
    np.testing.assert_allclose(values.mean(1), 0, atol=1e-9)
    np.testing.assert_allclose(values.std(1), 1, atol=0.02)
    louder = parts.copy()
    louder[4:8] = louder[4:8] * 50 + 3  # another group's scale must not matter, and hardly its own
    np.testing.assert_allclose(list_advantages(louder, (0.6, 0.2, 0.2), 4).reshape(3, 4), values, atol=0.03)


def unit(rng: np.random.Generator, *shape: int) -> np.ndarray:
    rows = rng.standard_normal(shape)
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


@given(seed=st.integers(0, 10_000), n=st.integers(1, 6))
def test_a_credit_is_what_the_reward_loses(seed: int, n: int) -> None:
    rng, k, weights = np.random.default_rng(seed), 6, (0.5, 0.2, 0.3)
    subs, found, query = unit(rng, n, 5), unit(rng, n, 5), unit(rng, 5)

    def reward(rows: list[int]) -> float:
        return float(rewards.oar_parts(subs[rows], found[rows], query, k) @ weights)

    whole = list(range(n))
    lost = [reward(whole) - reward([other for other in whole if other != i]) for i in whole]
    np.testing.assert_allclose(difference_rewards(subs, found, query, k, weights), lost, atol=1e-12)


def test_no_sub_query_no_credit() -> None:
    assert difference_rewards(np.empty((0, 4)), np.empty((0, 4)), np.eye(4)[0], 3, (1, 1, 1)).shape == (0,)


def test_a_second_direction_to_the_same_item_earns_less_than_the_only_one() -> None:
    found = np.eye(4)[[0, 0, 1]]
    credit = difference_rewards(np.eye(4)[[0, 1, 2]], found, np.eye(4)[3], 3, (0, 1, 0))
    assert credit[0] == pytest.approx(credit[1]) and credit[2] > credit[0] + 0.1


@given(st.integers(0, 10_000))
def test_sub_query_advantages_are_standardised_over_what_earned(seed: int) -> None:
    rng = np.random.default_rng(seed)
    credits = [rng.uniform(0.02, 0.03, size=size) for size in (5, 3, 4, 4)]
    credits[1][2] = 0  # a repetition
    scaled = sub_query_advantages(credits, 2)
    assert [each.shape for each in scaled] == [each.shape for each in credits]
    assert scaled[1][2] == -LIMIT
    for group in (0, 2):
        earned = np.concatenate(credits[group : group + 2])
        values = np.concatenate(scaled[group : group + 2])[earned != 0]
        assert abs(values.mean()) < 1e-9 and 0.8 < values.std() < 1.0  # eps shrinks it a little
    louder = [credits[0] * 3, credits[1] * 3, credits[2], credits[3]]
    np.testing.assert_array_equal(sub_query_advantages(louder, 2)[2], scaled[2])


def test_equals_learn_nothing() -> None:
    assert [each.tolist() for each in sub_query_advantages([np.full(3, 0.5), np.full(3, 0.5)], 2)] == [[0.0] * 3] * 2
    assert [each.tolist() for each in sub_query_advantages([np.zeros(2), np.zeros(0)], 2)] == [[0.0] * 2, []]
