"""Zero-shot lists: what the FOLM learns the format from."""

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.atelier.spec import CATEGORIES
from r4t_demo.fanout.folm import SAME
from r4t_demo.train.lists import nearest, phrase_bank, suited_categories, zero_shot_list

EVEN = [1.0] * len(CATEGORIES)


@given(st.integers(0, 1000), st.integers(1, 15))
def test_nearest_is_the_sorted_list(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    queries, phrases = rng.standard_normal((4, 5)), rng.standard_normal((10, 5))
    expected = np.argsort(-(queries @ phrases.T), axis=1)[:, :count]
    np.testing.assert_array_equal(nearest(queries, phrases, count), expected)


@given(st.integers(0, 1000), st.integers(1, 10))
def test_a_list_has_k_distinct_filled_texts(seed: int, k: int) -> None:
    related = ["red dress", "blue hat", "ivory scarf"]
    texts = zero_shot_list(related, EVEN, k, random.Random(seed))
    assert len(texts) == len(set(texts)) == k
    assert all(SAME in text or text in related for text in texts) and not any("{" in text for text in texts)
    assert texts == zero_shot_list(related, EVEN, k, random.Random(seed))


def test_a_list_names_what_suits_first_and_nothing_twice() -> None:
    names = [category.lower() for category in CATEGORIES]
    weights = [1.0 if name == "boots" else 1e-9 for name in names]
    for seed in range(40):
        texts = zero_shot_list(["something red"], weights, 6, random.Random(seed))
        named = [name for text in texts for name in names if text.endswith(f" {name}")]
        assert named[:1] in ([], ["boots"]) and len(named) == len(set(named))


def test_the_nearer_category_suits_more_often() -> None:
    queries, categories = np.eye(3)[:2], np.array([[0.9, 0.1, 0], [0.1, 0.9, 0], [0.5, 0.5, 0]])
    weights = suited_categories(queries, categories)
    np.testing.assert_allclose(weights.sum(1), 1)
    assert weights[0].argmax() == 0 and weights[1].argmax() == 1 and (weights > 0).all()


def test_the_phrase_bank_is_distinct_and_repeats() -> None:
    bank = phrase_bank(500)
    assert len(bank) == len(set(bank)) > 400 and bank == phrase_bank(500) != phrase_bank(500, seed=1)
