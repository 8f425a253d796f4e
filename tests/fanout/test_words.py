"""The core of a query: the words that say what is wanted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.fanout.base import core_of

CORES = {
    "a boho wanderer look": "boho wanderer",
    "What to wear to a garden party": "garden party",
    "something regal": "regal",
    "something for a safari": "safari",
    "gothic": "gothic",
    "outfit": "outfit",
    "  Summer   Glow ": "summer glow",
    "looks for the beach": "beach",
}


@pytest.mark.parametrize(("query", "core"), CORES.items())
def test_cores(query: str, core: str) -> None:
    assert core_of(query) == core


@given(st.lists(st.sampled_from(["a", "boho", "look", "style", "something", "party"]), min_size=1, max_size=6).map(" ".join))
def test_a_core_is_never_empty_and_has_no_core_of_its_own(query: str) -> None:
    core = core_of(query)
    assert core and core in query and core_of(core) == core
