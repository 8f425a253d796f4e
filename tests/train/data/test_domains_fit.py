"""Fitting what tells which kind of catalogue a request is meant for."""

import numpy as np

from r4t_demo.train.data.demonstrations import Demonstration
from r4t_demo.train.data.domains import THINGS, examples, regress


def test_every_request_counts_once_and_things_up_to_a_number():
    many = tuple(f"thing {number}" for number in range(THINGS + 50))
    texts, owners, requests = examples([Demonstration("food", "soup", many), Demonstration("food", "soup", many, "a card")])
    assert set(owners) == {"food"} and len(texts) == len(set(texts)) == THINGS + 1
    assert [text for text, is_request in zip(texts, requests, strict=True) if is_request] == ["soup"]


def test_the_regression_finds_the_classes_also_where_one_is_rare():
    rng = np.random.default_rng(0)
    labels = np.array([0] * 300 + [1] * 20)
    vectors = np.eye(2)[labels] + rng.normal(scale=0.2, size=(320, 2))
    weights = regress(vectors, labels, 2)
    found = (vectors @ weights[:-1] + weights[-1]).argmax(1)
    assert weights.shape == (3, 2) and all((found == labels)[labels == label].mean() > 0.9 for label in (0, 1))
