"""Broad queries for any catalogue, and the split that nobody can talk his way around."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.catalog import Catalog, Item
from r4t_demo.errors import UserError
from r4t_demo.seen import Seen
from r4t_demo.train.tune import catalog_queries
from r4t_demo.train.tune.catalog_queries import (
    FRAME,
    make_queries,
    posed,
    readings,
    split_of,
    term_of,
)
from r4t_demo.train.tune.themes import FAMILIES
from tests.doubles import catalogue

HOME = {"domain": [("home", 60)]}
NOTHING: dict[str, list] = {"domain": []}


@pytest.fixture(scope="module")
def photos() -> Catalog:
    """Without a word; on two in three of them a dress is seen, on some of these a blue one."""
    seen = [None if n % 3 == 0 else Seen("dress", "blue" if n % 2 else "", 0.9, "clothes") for n in range(60)]
    return catalogue(*(Item(f"{n}.jpg", f"Photo {n}", "uncategorised", None, {}, False, one) for n, one in enumerate(seen)))


def test_queries_are_broad_distinct_and_of_all_families(shop: Catalog) -> None:
    made = make_queries(shop, HOME, 240)
    assert len(made) == 240 == len({query.term for query in made})
    assert all(2 <= len(query.query.split()) <= 6 for query in made)
    counts = Counter(query.family for query in made)
    assert set(counts) == set(FAMILIES) and min(counts.values()) >= 15
    assert make_queries(shop, HOME, 100) == made[:100], "what is made hangs on the catalogue alone"
    asking = [query for query in made if query.require]
    assert asking and all(query.require == {"material": [name]} for query in asking for name in query.require["material"])
    assert all(query.require["material"][0] in query.query for query in asking)
    texts = {query.query for query in make_queries(shop, HOME, 2000)}
    assert {"oak homeware as a gift", "something oak for a picnic", "everyday oak homeware"} & texts
    assert not [text for text in texts if re.search(r"for (as|for) |for everyday|workout", text)]


def test_pictures_without_words_are_asked_for_by_what_is_seen(photos: Catalog) -> None:
    made = make_queries(photos, {"domain": [("clothes", 40)]}, 400)
    texts = " ".join(query.query for query in made)
    assert "blue dresses" in texts and "dresses for a wedding" in texts and "img" not in texts.lower() and "seen" not in texts
    assert all("dress" in query.query for query in made)
    assert all(not query.require for query in made), "what is seen is no label"
    unseen = catalogue(*(replace(item, seen=None) for item in photos.items))
    texts = [query.query for query in make_queries(unseen, NOTHING, 400)]
    assert len(texts) > 100 and "calm things" in texts, "themes alone are left"


def test_nobody_asks_songs_for_a_gift(shop: Catalog) -> None:
    texts = " ".join(query.query for query in make_queries(shop, {"domain": [("music", 60)]}, 2000))
    assert "songs for a rainy day" in texts and "gift" not in texts and "homeware" not in texts


def test_a_direction_is_read_by_the_catalogues_own_words_where_there_are_enough(shop: Catalog, photos: Catalog) -> None:
    vectors = np.eye(60, dtype=np.float32)
    phrases, read = readings(shop, vectors)
    assert set(phrases) == {f"category {n}" for n in range(5)} | {
        f"{what} category {n}" for n in range(5) for what in ("wool", "oak", "glass")
    }, "neither ids nor numbers"
    named = read[phrases.index("oak category 1")]
    assert np.flatnonzero(named).tolist() == [1, 16, 31, 46] and np.linalg.norm(named) == pytest.approx(1)
    assert readings(photos, vectors) is None, "one kind is too few"


def test_the_split_is_eight_to_one_to_one(shop: Catalog) -> None:
    terms = [f"term {n}" for n in range(4000)]
    counts = Counter(map(split_of, terms))
    assert counts["test"] == pytest.approx(400, rel=0.15) and counts["validation"] == pytest.approx(400, rel=0.15)


@given(
    st.permutations(["red", "winter", "bold", "velvet"]),
    st.lists(st.sampled_from(sorted(FRAME)), max_size=3),
    st.booleans(),
)
def test_another_wording_of_a_request_has_its_split(words: list[str], frame: list[str], upper: bool) -> None:
    text = " ".join([*words[:2], *frame, *words[2:]])
    assert term_of(text.upper() if upper else f"  {text}, ") == "bold red velvet winter"


def test_edited_queries_keep_what_is_known_and_split_by_their_words(shop: Catalog) -> None:
    made = make_queries(shop, HOME, 200)
    held_out = next(query for query in made if query.split == "test")
    reworded = f"something {' and '.join(held_out.term.split()[::-1])}"
    left = posed([*(query.query for query in made[50:]), "", "  my own   wish ", reworded], made)
    assert left[:-2] == made[50:]
    assert (left[-2].query, left[-2].family) == ("my own wish", "own")
    assert left[-1].split == "test", "a held-out request does not come back into training in other words"
    with pytest.raises(UserError, match="Of 2 different queries .* at least 16 and 3 are needed"):
        posed(["a b", "c d"], made)


def test_what_is_saved_is_read_and_judged_by_the_evaluation(shop: Catalog, tmp_path: Path) -> None:
    from r4t_demo.evaluate.oar import load_queries

    made = make_queries(shop, HOME, 120)
    catalog_queries.save(tmp_path, made, HOME)
    assert catalog_queries.load(tmp_path) == made
    test = [query for query in made if query.split == "test"]
    assert [(one.query, one.require) for one in load_queries(tmp_path)] == [(one.query, one.require) for one in test]
