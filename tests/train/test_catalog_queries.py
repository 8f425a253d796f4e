"""Broad queries for any catalogue, and the split that nobody can talk his way around."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.catalog import Catalog, Item
from r4t_demo.errors import UserError
from r4t_demo.train import catalog_queries
from r4t_demo.train.catalog_queries import (
    FRAME,
    labels,
    make_queries,
    posed,
    readings,
    split_of,
    term_of,
    title_words,
    zero_shot,
)
from r4t_demo.train.themes import COLOURS, FAMILIES
from tests.doubles import HashEncoder

NOTHING: dict[str, list] = {"colours": [], "looks": [], "clusters": []}
SEEN = {"colours": [("red", 9), ("blue", 8)], "looks": [("striped", 7)], "clusters": [("hat", 5)]}


def catalogue(*items: Item) -> Catalog:
    return Catalog("shop", list(items), Path())


@pytest.fixture(scope="module")
def shop() -> Catalog:
    """60 titled things in five categories; a material of three values, a number of its own for each, a split."""
    rows = [("wool", "oak", "glass")[n % 3] for n in range(60)]
    return catalogue(
        *(
            Item(str(n), f"{('small', 'tall')[n % 2]} thing {n}", f"category {n % 5}", None,
                 {"material": what, "code": f"c{n}", "split": "test", "stars": n % 4})
            for n, what in enumerate(rows)
        )
    )  # fmt: skip


@pytest.fixture(scope="module")
def photos() -> Catalog:
    return catalogue(*(Item(f"{n}.jpg", f"IMG {n:04d}", "uncategorised", None) for n in range(60)))


def test_facets_are_what_several_items_share(shop: Catalog) -> None:
    assert {facet.text: (facet.count, facet.require) for facet in labels(shop)} == {
        name: (20, {"material": [name]}) for name in ("wool", "oak", "glass")
    }, "neither numbers nor ids nor a column named split"
    assert {facet.text for facet in title_words(shop)} == {"small", "tall"}, "'thing' is on all of them"


def test_a_word_of_one_category_or_in_its_name_is_too_narrow() -> None:
    rows = [(f"striped shirt {'slim' if n < 9 else ''}", "shirt" if n < 15 else "hat") for n in range(30)]
    rows += [("plain", "hat")] * 30
    found = title_words(catalogue(*(Item(str(n), title, category, None) for n, (title, category) in enumerate(rows))))
    assert [facet.text for facet in found] == ["striped", "plain"][:1]


def test_words_that_name_nothing_are_no_facets() -> None:
    """As the titles of songs have them."""
    titles = [f"don't leave your heart {n}" if n % 2 else f"will you remix all my love feat. her {n}" for n in range(40)]
    found = title_words(catalogue(*(Item(str(n), title, f"genre {n // 10}", None) for n, title in enumerate(titles))))
    assert {facet.text for facet in found} == {"leave", "heart", "remix", "love"}


def test_queries_are_broad_distinct_and_of_all_families(shop: Catalog) -> None:
    made = make_queries(shop, SEEN, 240)
    assert len(made) == 240 == len({query.term for query in made})
    assert all(2 <= len(query.query.split()) <= 6 for query in made)
    counts = Counter(query.family for query in made)
    assert set(counts) == set(FAMILIES) and min(counts.values()) >= 15
    assert make_queries(shop, SEEN, 100) == made[:100], "what is made hangs on the catalogue alone"
    asking = [query for query in made if query.require]
    assert asking and all(query.require == {"material": [name]} for query in asking for name in query.require["material"])
    assert all(query.require["material"][0] in query.query for query in asking)
    texts = " ".join(query.query for query in make_queries(shop, SEEN, 2000))
    assert " an elegant " in texts and " a vintage " in texts and " a elegant " not in texts


def test_pictures_without_words_are_asked_for_by_what_is_seen(photos: Catalog) -> None:
    texts = " ".join(query.query for query in make_queries(photos, SEEN, 200))
    assert "striped" in texts and "blue" in texts and "img" not in texts.lower()
    assert all(not query.require for query in make_queries(photos, SEEN, 200)), "what the encoder sees is no label"
    assert len(make_queries(photos, NOTHING, 400)) > 20, "themes alone are left"


def test_a_direction_is_read_by_the_catalogues_own_words_where_there_are_enough(shop: Catalog, photos: Catalog) -> None:
    vectors = np.eye(60, dtype=np.float32)
    phrases, read = readings(shop, vectors)
    assert set(phrases) == {f"category {n}" for n in range(5)} | {
        f"{what} category {n}" for n in range(5) for what in ("wool", "oak", "glass")
    }, "neither ids nor numbers"
    named = read[phrases.index("oak category 1")]
    assert np.flatnonzero(named).tolist() == [1, 16, 31, 46] and np.linalg.norm(named) == pytest.approx(1)
    assert readings(photos, vectors) is None


def test_a_word_with_a_hyphen_is_one() -> None:
    rows = [(f"mid-century {'oak' if n % 2 else 'red'} thing", "stool" if n % 2 else "lamp") for n in range(20)] + [
        ("x", "y")
    ] * 20
    found = title_words(catalogue(*(Item(str(n), title, category, None) for n, (title, category) in enumerate(rows))))
    assert "mid-century" in {facet.text for facet in found} and "mid" not in {facet.text for facet in found}


def test_zero_shot_names_what_lies_nearest() -> None:
    encoder = HashEncoder()
    vectors = encoder.encode_text(["red"] * 5 + ["green dress"] * 4 + ["gold"] * 2)
    assert zero_shot(vectors, COLOURS, encoder) == [("red", 5), ("green", 4)], "two are too few"


def test_clusters_are_named_by_things() -> None:
    encoder = HashEncoder()
    vectors = encoder.encode_text(["dog red", "dog blue", "dog"] * 6 + ["guitar", "guitar green"] * 8)
    assert dict(catalog_queries.clusters(np.ascontiguousarray(vectors), encoder)) == {"dog": 18, "guitar": 16}


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
    made = make_queries(shop, SEEN, 200)
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

    made = make_queries(shop, SEEN, 120)
    catalog_queries.save(tmp_path, made, SEEN)
    assert catalog_queries.load(tmp_path) == made
    test = [query for query in made if query.split == "test"]
    assert [(one.query, one.require) for one in load_queries(tmp_path)] == [(one.query, one.require) for one in test]
