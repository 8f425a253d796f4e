"""Zero-shot lists: what the FOLM learns the format from."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.train.lists import core_of, nearest, phrase_bank, zero_shot_list

CORES = {
    "a boho wanderer look": "boho wanderer",
    "What to wear to a garden party": "garden party",
    "something regal": "regal",
    "gothic": "gothic",
    "outfit": "outfit",
    "looks for the beach": "beach",
}


@pytest.mark.parametrize(("query", "core"), CORES.items())
def test_cores(query: str, core: str) -> None:
    assert core_of(query) == core


@given(st.lists(st.sampled_from(["a", "boho", "look", "style", "something", "party"]), min_size=1, max_size=6).map(" ".join))
def test_a_core_is_never_empty_and_has_no_core_of_its_own(query: str) -> None:
    core = core_of(query)
    assert core and core in query and core_of(core) == core


@given(st.integers(0, 1000), st.integers(1, 15))
def test_nearest_is_the_sorted_list(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    queries, phrases = rng.standard_normal((4, 5)), rng.standard_normal((10, 5))
    expected = np.argsort(-(queries @ phrases.T), axis=1)[:, :count]
    np.testing.assert_array_equal(nearest(queries, phrases, count), expected)


@given(st.integers(0, 1000), st.integers(1, 10))
def test_a_list_has_k_distinct_filled_texts(seed: int, k: int) -> None:
    related = ["red dress", "blue hat", "ivory scarf"]
    texts = zero_shot_list("a boho look", related, k, random.Random(seed))
    assert len(texts) == len(set(texts)) == k
    assert all("boho" in text or text in related for text in texts) and not any("{" in text for text in texts)
    assert texts == zero_shot_list("a boho look", related, k, random.Random(seed))


def test_the_phrase_bank_is_distinct_and_repeats() -> None:
    bank = phrase_bank(500)
    assert len(bank) == len(set(bank)) > 400 and bank == phrase_bank(500) != phrase_bank(500, seed=1)
