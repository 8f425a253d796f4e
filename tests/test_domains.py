"""Whether a catalogue is told to hold nothing of what was asked for."""

from dataclasses import replace

import numpy as np
import pytest

from r4t_demo import domains
from r4t_demo.domains import Domains, Fit
from r4t_demo.fanout.base import FanOut

NAMES = ("clothes", "food")


class Rows:
    """An index of stored vectors."""

    def __init__(self, rows):
        self.rows = np.array(rows, np.float32)

    def __len__(self):
        return len(self.rows)

    def vectors(self, rows):
        return self.rows[rows]


@pytest.fixture
def two() -> Domains:
    """A regression over two axes, one a domain."""
    return Domains("two", NAMES, np.array([[9, 0], [0, 9], [0, 0]], np.float32), threshold=0.1)


def fan(rows, is_text: bool) -> FanOut:
    return FanOut("a method", ["…"] * len(rows), np.array(rows, np.float32), 0.0, is_text=is_text)


CLOTHES, FOOD = np.eye(2, dtype=np.float32)


def test_a_catalogue_holds_what_most_of_its_items_are(two):
    assert two.held(Rows([CLOTHES] * 9 + [FOOD])).tolist() == [True, False]
    assert two.held(Rows([CLOTHES] * 9 + [FOOD] * 5)).tolist() == [True, True], "a second domain with half as many counts"


def test_a_request_for_another_domain_fits_nothing(two):
    fit = Fit(two, two.held(Rows([CLOTHES] * 9)))
    assert fit.directions(CLOTHES, fan([CLOTHES, FOOD], is_text=False)) == [True, True], "points say nothing about what is meant"
    assert fit.directions(FOOD, fan([CLOTHES, FOOD], is_text=False)) == [False, False]


def test_a_sub_query_that_names_what_is_not_there_does_not_fit_by_itself(two):
    fit = Fit(two, two.held(Rows([CLOTHES] * 9)))
    assert fit.directions(CLOTHES, fan([CLOTHES, FOOD], is_text=True)) == [True, False]
    assert fit.directions(FOOD, fan([CLOTHES, FOOD], is_text=True)) == [False, False]


def test_with_an_encoder_that_nothing_was_fitted_for_everything_fits(index, encoder):
    fit = Fit.of(index, encoder)
    assert fit.directions(encoder.encode_text(["pizza toppings"])[0], fan(index.vectors(np.arange(3)), True)) == [True] * 3


def test_the_committed_regression_is_one():
    known = domains.load()
    rows = np.random.default_rng(0).normal(size=(5, len(known.weights) - 1))
    assert np.allclose(known.probabilities(rows).sum(1), 1, atol=1e-5)
    assert np.allclose(replace(known, weights=0 * known.weights).probabilities(rows), 1 / len(known.names))
