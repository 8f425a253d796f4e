"""Zero-shot lists: what the FOLM learns the format from."""

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.fanout.folm import SAME
from r4t_demo.train.lists import nearest, phrase_bank, zero_shot_list


@given(st.integers(0, 1000), st.integers(1, 15))
def test_nearest_is_the_sorted_list(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    queries, phrases = rng.standard_normal((4, 5)), rng.standard_normal((10, 5))
    expected = np.argsort(-(queries @ phrases.T), axis=1)[:, :count]
    np.testing.assert_array_equal(nearest(queries, phrases, count), expected)


@given(st.integers(0, 1000), st.integers(1, 10))
def test_a_list_has_k_distinct_filled_texts(seed: int, k: int) -> None:
    related = ["red dress", "blue hat", "ivory scarf"]
    texts = zero_shot_list(related, k, random.Random(seed))
    assert len(texts) == len(set(texts)) == k
    assert all(SAME in text or text in related for text in texts) and not any("{" in text for text in texts)
    assert texts == zero_shot_list(related, k, random.Random(seed))


def test_the_phrase_bank_is_distinct_and_repeats() -> None:
    bank = phrase_bank(500)
    assert len(bank) == len(set(bank)) > 400 and bank == phrase_bank(500) != phrase_bank(500, seed=1)
