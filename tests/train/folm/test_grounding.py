"""Demonstrations in a catalogue's words: kinds that like requests' lists name, called by what finds them."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.catalog import Item
from r4t_demo.engine import Engine
from r4t_demo.fanout.formats import FORMATS
from r4t_demo.train.data.demonstrations import Demonstration
from r4t_demo.train.folm import grounding
from tests.doubles import CATEGORIES

FORM = FORMATS["compact"]
SHARED = {*CATEGORIES[2:4]}  # what both lists name says nothing of either request
ALL = tuple(f"strange {name}" for name in CATEGORIES)


def kind(engine: Engine, text: str) -> str:
    """The category of the item nearest to a text, by brute force."""
    scores = engine.index.vectors(np.arange(len(engine.index))) @ engine.encoder.encode_text([text])[0]
    return engine.catalog.items[int(np.argmax(scores))].category


def test_every_thing_finds_its_kind_behind_the_request_and_all_kinds_come_before_one_comes_again(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grounding, "LEAST", 2)
    shown = [Demonstration("fashion", "gothic party", ALL[:4]), Demonstration("fashion", "red look", ALL[2:])]
    queries = ["gothic party", "red look", "a red evening"]
    put = grounding.grounded(engine, shown, queries, FORM, "dress, hat")
    assert [(one.domain, one.query, one.card) for one in put] == [("fashion", query, "dress, hat") for query in queries]
    for one in put:
        found = [kind(engine, FORM.spelt(thing, one.query)) for thing in one.items]
        assert [thing.split()[-1] for thing in one.items] == found, "a wording of a kind finds that kind"
        assert len({*found[: len({*found})]}) == len({*found}), "no kind comes twice before all have come"
        assert len({*one.items}) == len(one.items) == 10, "where kinds are few, other words for them follow"
    for one, own in zip(put[:2], shown, strict=True):
        assert {thing.split()[-1] for thing in one.items} >= {item.split()[-1] for item in own.items} - SHARED


def test_what_minilm_denies_is_no_thing_of_the_catalogue(engine: Engine) -> None:
    texts = ["dress", "thunderstorm"]
    named = grounding._agreed(engine, sorted({*CATEGORIES}), texts)
    assert named == {"dress": "dress"}, "the index finds something for any text"


def test_lists_of_few_kinds_are_left_out_and_long_ones_cut(engine: Engine) -> None:
    shown = [
        Demonstration("fashion", "party", ("dress", "boots", "red dress")),
        Demonstration("fashion", "gothic evening", ALL[1:]),
    ]
    [put] = grounding.grounded(engine, shown, ["party", "gothic evening"], FORM, "", k=2)
    assert grounding.grounded(engine, shown, [], FORM, "") == []
    assert put.query == "gothic evening" and len(put.items) == 2 and {*put.items} < {*CATEGORIES[2:]}


def test_kinds_come_from_like_requests_and_not_from_all() -> None:
    beach, office = np.array([1.0, 0.0], np.float32), np.array([0.0, 1.0], np.float32)
    vectors = np.stack([beach, beach, beach, office, office, office])
    # kinds: sandals, sunglasses, blazer, and a scarf that every list has
    named = np.array([[1, 0, 0, 1], [1, 1, 0, 1], [1, 1, 0, 1], [0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 0, 1]], bool)
    ranked = grounding._ranked(grounding.shares(np.stack([beach, office]), vectors, named), named.mean(0))
    assert ranked == [[0, 1], [2]], "no blazer on the beach, and a scarf is nothing of its own"


@given(st.integers(0, 2**32 - 1), st.integers(2, 12), st.integers(1, 5))
def test_shares_and_their_order_are_those_of_the_formula(seed: int, rows: int, columns: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(rows, 6))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    named, asked = rng.random((rows, columns)) < 0.5, vectors[:2]
    likely, usual = grounding.shares(asked, vectors, named), named.mean(0)
    for row, ranked in enumerate(grounding._ranked(likely, usual)):
        weights = [np.exp((asked[row] @ vectors[other] - 1) / grounding.WARMTH) for other in range(rows)]
        share = [sum(w * named[other, at] for other, w in enumerate(weights)) / sum(weights) for at in range(columns)]
        np.testing.assert_allclose(likely[row], share)
        score = [share[at] / (usual[at] + 0.05) ** 0.3 for at in range(columns)]
        assert {*ranked} == {at for at in range(columns) if likely[row, at] > usual[at]}
        assert all(score[a] >= score[b] - 1e-9 for a, b in zip(ranked, ranked[1:], strict=False))


def test_only_the_nearest_requests_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grounding, "NEAR", 1)
    named = np.array([[1], [1], [0], [0]], bool)
    assert grounding.shares(np.eye(1, 4), np.eye(4) + np.eye(4, k=-1) * 0.5, named)[0, 0] == 1


@pytest.fixture
def songs() -> SimpleNamespace:
    """A catalogue of two kinds, folk and house, and their tags."""
    tags = {"folk": ["acoustic guitar", "warm", "folk"], "house": ["piano house", "warm"]}
    items = [
        Item(f"{name}-{number}", f"{end} {name}", name, Path("none.png"), {"tags": tags[name]})
        for name, end in (("folk", "Irish"), ("house", "Deep"))
        for number in range(3)
    ]
    return SimpleNamespace(catalog=SimpleNamespace(items=items))


def test_a_kind_can_be_called_by_its_name_its_titles_ends_and_its_tags(songs: SimpleNamespace) -> None:
    assert grounding._wordings(songs.catalog, ["folk", "house"]) == {
        "folk": ["folk", "irish folk", "acoustic guitar folk", "warm folk"],
        "house": ["house", "deep house", "piano house", "warm house"],
    }


def test_a_kind_is_called_by_what_finds_it_most_often_and_by_its_name_where_that_is_little_worse(
    songs: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries = [f"evening {number}" for number in range(10)]
    misses = {"house": ["evening 3"], "folk": queries[:8], "irish folk": queries[:8], "warm folk": queries[:1]}
    calls = [call for each in grounding._wordings(songs.catalog, ["folk", "house"]).values() for call in each]
    finds = {FORM.spelt(call, query): query not in misses.get(call, []) for query in queries for call in calls}
    monkeypatch.setattr(grounding, "_found", lambda _, texts: [text.split()[-1] if finds[text] else "jazz" for text in texts])
    calls = grounding._calls(songs, FORM, ["folk", "house"], queries)
    assert calls["folk"] == ["acoustic guitar folk", "warm folk", "folk", "irish folk"]
    assert calls["house"][0] == "house"
    found = grounding._finding(songs, FORM, ["evening 0", "evening 9"], [["folk", "house"]] * 2, calls, 2)
    assert found == [{"folk": ["acoustic guitar folk"], "house": ["house"]}] * 2
    calls["folk"] = ["warm folk", "folk", "acoustic guitar folk"]
    [row] = grounding._finding(songs, FORM, ["evening 0"], [["folk"]], calls, 1)
    assert row == {"folk": ["acoustic guitar folk"]}, "the first that finds it behind this request"
    [row] = grounding._finding(songs, FORM, ["evening 9"], [["folk"]], calls, 3)
    assert row == {"folk": ["warm folk", "folk", "acoustic guitar folk"]}, "all that find it, where kinds are few"


def test_calls_are_dealt_in_rounds() -> None:
    assert grounding._list([["a1", "a2", "a3"], [], ["b1"], ["c1", "c2"]], 5) == ("a1", "b1", "c1", "a2", "c2")
    assert grounding._list([], 5) == ()
