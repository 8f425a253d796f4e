"""Rewards against hand-computed values and literal, slow references."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from r4t_demo import rewards

EYE = np.eye(6)


def unit_sets(max_rows: int = 8) -> st.SearchStrategy[np.ndarray]:
    """Sets of unit rows, some with more rows than dimensions and some with fewer."""
    shapes = st.tuples(st.integers(1, max_rows), st.integers(1, 12))
    values = st.floats(-1, 1, width=32).filter(lambda x: x == 0 or abs(x) > 1e-3)
    raw = shapes.flatmap(lambda shape: arrays(np.float64, shape, elements=values))
    return raw.filter(lambda x: np.linalg.norm(x, axis=1).min() > 1e-2).map(
        lambda x: x / np.linalg.norm(x, axis=1, keepdims=True)
    )


def slow_vendi(rows: np.ndarray) -> float:
    """The definition, from the full kernel matrix with a general eigenvalue routine."""
    kernel = np.array([[float(a @ b) for b in rows] for a in rows]) / len(rows)
    return float(np.exp(-sum(v * np.log(v) for v in np.linalg.eigvals(kernel).real if v > 1e-12)))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (np.tile(EYE[0], (5, 1)), 1.0),  # all the same
        (EYE[:4], 4.0),  # all orthogonal
        (EYE[[0, 0, 1, 1]], 2.0),  # two pairs
        (EYE[[0, 0, 0, 1]], np.exp(-(0.75 * np.log(0.75) + 0.25 * np.log(0.25)))),  # three and one
        (np.tile(EYE[:2], (5, 1))[:, :2], 2.0),  # more rows than dimensions
        (np.array([[1, 0], [0.6, 0.8]]), np.exp(-(0.8 * np.log(0.8) + 0.2 * np.log(0.2)))),  # cosine 0.6: eigenvalues 0.8, 0.2
    ],
)
def test_vendi_by_hand(rows: np.ndarray, expected: float) -> None:
    assert rewards.vendi(rows) == pytest.approx(expected, abs=1e-9)


@given(unit_sets())
def test_vendi_is_its_definition_and_lies_between_one_and_n(rows: np.ndarray) -> None:
    score = float(rewards.vendi(rows))
    assert score == pytest.approx(slow_vendi(rows), rel=1e-6)
    assert 1 - 1e-9 <= score <= len(rows) + 1e-9


@given(unit_sets(), st.randoms(use_true_random=False))
def test_vendi_knows_no_order_and_no_copies(rows: np.ndarray, random) -> None:
    order = random.sample(range(len(rows)), len(rows))
    assert rewards.vendi(rows[order]) == pytest.approx(float(rewards.vendi(rows)), rel=1e-9)
    assert rewards.vendi(np.concatenate([rows, rows])) == pytest.approx(float(rewards.vendi(rows)), rel=1e-6)


@given(unit_sets(), st.randoms(use_true_random=False))
def test_every_reward_is_bounded_and_knows_no_order(rows: np.ndarray, random) -> None:
    nearest, query, k = np.roll(rows, 1, axis=0), rows[0], len(rows)
    parts = rewards.oar_parts(rows, nearest, query, k)
    ground, diversity, aligned = parts
    assert -1 - 1e-9 <= ground <= 1 + 1e-9 and -1 - 1e-9 <= aligned <= 1 + 1e-9
    assert 1 / k - 1e-9 <= diversity <= 1 + 1e-9
    assert min(parts) - 1e-9 <= rewards.composite(*parts) <= max(parts) + 1e-9
    order = random.sample(range(k), k)
    np.testing.assert_allclose(rewards.oar_parts(rows[order], nearest[order], query, k), parts, atol=1e-9)
    shorter = rewards.oar_parts(rows, nearest, query, k + 3)
    assert (np.abs(shorter) <= np.abs(parts) + 1e-12).all(), "directions that were not written earn nothing"


@given(unit_sets())
def test_a_duplicate_lowers_the_diversity(rows: np.ndarray) -> None:
    """Whichever row takes a direction's place that could have been of its own, and the more the further that one was."""
    k, d = rows.shape
    fresh = np.concatenate([np.pad(rows, ((0, 0), (0, 1))), np.eye(d + 1)[-1:]])
    for row in range(k):
        again = np.concatenate([fresh[:-1], fresh[row : row + 1]])
        assert rewards.diversity(again) < rewards.diversity(fresh) - 1e-6


@given(st.lists(st.integers(0, 9)), st.sets(st.integers(0, 9), min_size=1), st.randoms(use_true_random=False))
def test_set_recall_is_a_share_and_knows_neither_order_nor_copies(found: list[int], reference: set[int], random) -> None:
    recall = rewards.set_recall(found, reference)
    assert 0 <= recall <= 1
    assert recall == rewards.set_recall(random.sample(found * 2, 2 * len(found)), reference)
    assert recall <= rewards.set_recall([*found, min(reference)], reference)


def test_diversity_is_vendi_over_the_directions_asked_for() -> None:
    assert rewards.diversity(EYE[:5]) == pytest.approx(1.0)
    assert rewards.diversity(np.tile(EYE[0], (10, 1))) == pytest.approx(0.1)
    assert rewards.diversity(EYE[:1], k=10) == pytest.approx(0.1)  # a lone sub-query is not diverse


def test_groundedness_by_hand() -> None:
    assert rewards.groundedness(EYE[:3], EYE[:3]) == pytest.approx(1.0)
    assert rewards.groundedness(EYE[:2], -EYE[:2]) == pytest.approx(-1.0)
    assert rewards.groundedness(EYE[[0, 1]], EYE[[0, 2]]) == pytest.approx(1 - np.sqrt(2) / 2)


def test_alignment_by_hand() -> None:
    assert rewards.alignment(EYE[:4], EYE[0]) == pytest.approx(0.25)
    assert rewards.alignment(np.tile(EYE[0], (3, 1)), EYE[0]) == pytest.approx(1.0)


def test_a_short_list_is_short_of_every_part() -> None:
    assert rewards.oar_parts(EYE[:4], EYE[:4], EYE[0], k=4) == pytest.approx([1.0, 1.0, 0.25])
    assert rewards.oar_parts(EYE[:1], EYE[:1], EYE[0], k=4) == pytest.approx([0.25, 0.25, 0.25])


def test_composite_weights() -> None:
    assert rewards.composite(1.0, 0.0, 0.0) == pytest.approx(0.6)
    assert rewards.composite(0.5, 0.5, 0.5) == pytest.approx(0.5)
    assert rewards.composite(np.array([1.0, 0.0]), 0.5, 0.25, weights=(0.2, 0.5, 0.3)) == pytest.approx([0.525, 0.325])


def test_set_recall() -> None:
    assert rewards.set_recall({"a", "b", "c"}, {"b", "c", "d", "e"}) == 0.5
    assert rewards.set_recall(["a", "a"], {"a"}) == 1.0
    assert rewards.set_recall([], {"a"}) == 0.0
    with pytest.raises(ValueError, match="at least one"):
        rewards.set_recall({"a"}, set())


def test_batches_equal_one_by_one() -> None:
    rng = np.random.default_rng(0)
    sets, nearest = (x / np.linalg.norm(x, axis=-1, keepdims=True) for x in rng.standard_normal((2, 3, 4, 10, 16)))
    queries = sets[..., 0, :]
    for a in range(3):
        for b in range(4):
            assert rewards.diversity(sets)[a, b] == pytest.approx(float(rewards.diversity(sets[a, b])))
            assert rewards.groundedness(sets, nearest)[a, b] == pytest.approx(
                float(rewards.groundedness(sets[a, b], nearest[a, b]))
            )
            assert rewards.alignment(sets, queries)[a, b] == pytest.approx(float(rewards.alignment(sets[a, b], queries[a, b])))
