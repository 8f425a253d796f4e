"""Requests over photos: natural, answerable, and split so that no combination of labels is in two splits."""

from collections import Counter

import pytest

from r4t_demo.catalog import Item
from r4t_demo.evaluate.oar import TestQuery, satisfies
from r4t_demo.train.data import photo_queries as pq
from tests.photo_rows import TYPES, photo_rows

SPLITS = ("train", "validation", "test")


def item(number: int, category: str, **labels: str) -> Item:
    return Item(str(number), "a thing", category, None, labels)


def shop(copies: int = pq.MIN_ITEMS, types=TYPES, colours=("Red", "Navy Blue"), people=("Women", "Boys")) -> list[Item]:
    """Things of every gender, usage, season and colour."""
    labels = [(g, u, s, c) for g in people for u in pq.USAGES for s in pq.SEASONS for c in colours]
    return [
        item(number, category, gender=g, usage=u, season=s, base_colour=c)
        for number, (g, u, s, c) in enumerate(labels)
        for category in types
        for _ in range(copies)
    ]


def terms(items: list[Item], split: str | None = None) -> set[str]:
    return {query.term for query in pq.photo_queries(items) if split in (None, query.split)}


def test_no_combination_and_no_wording_is_in_two_splits() -> None:
    queries = list(pq.photo_queries(shop()))
    for one in SPLITS:
        mine = [query for query in queries if query.split == one]
        others = [query for query in queries if query.split != one]
        assert mine, "the test would be empty"
        for what in (lambda q: q.term, lambda q: q.query, lambda q: str(q.require)):
            assert {what(q) for q in mine}.isdisjoint(what(q) for q in others)
    assert set(pq.SEEN).isdisjoint(pq.UNSEEN)
    asked = {query.query for query in queries if query.split == "train"}
    assert not any("wardrobe" in text or text.startswith("something") for text in asked)


def test_the_split_is_that_of_the_combination_whatever_the_catalogue() -> None:
    few, many = shop(people=("Women",)), shop()
    for split in SPLITS:
        assert terms(few, split) == terms(few) & terms(many, split)
    fixed = {"women + casual": "train", "children + spring": "validation", "sporty + winter": "test"}
    assert {term: pq.split_of(term) for term in fixed} == fixed


def test_only_what_can_be_answered_in_full_is_asked() -> None:
    items = [Item(row["item_ID"], row["text"], row["category"], None, row) for row in photo_rows() if row["split"] == "train"]
    queries = list(pq.photo_queries(items))
    assert len({query.term for query in queries}) == 2 * (6 + 4 + 1), "two, three or four of the four labels, of either set"
    for query in queries:
        answers = Counter(one.category for one in items if satisfies(one, query.require))
        assert sum(count >= pq.MIN_ITEMS for count in answers.values()) >= pq.MIN_TYPES


@pytest.mark.parametrize("short", [{"copies": pq.MIN_ITEMS - 1}, {"types": TYPES[:-1]}])
def test_too_few_items_or_types_are_no_answer(short: dict) -> None:
    one_label = {"colours": ("Red",), "people": ("Women",)}
    assert "women + casual + spring + red" in terms(shop(**one_label))
    assert "women + casual + spring + red" not in terms(shop(**one_label, **short))


def test_a_colour_takes_its_shades_and_a_person_what_is_for_all() -> None:
    labels = {label.name: set(label.wanted) for label in pq._labels(shop(colours=("Blue", "Navy Blue", "Red", "NA", "Multi")))}
    assert labels["blue"] == {"Blue", "Navy Blue"}
    assert labels["navy blue"] == {"Navy Blue"}
    assert labels["women"] == {"Women", "Unisex"}
    assert not {"na", "multi"} & set(labels)


def test_an_item_without_the_label_does_not_carry_it() -> None:
    query = TestQuery("q", "t", {"season": ["Summer"]})
    assert satisfies(item(0, "Socks", season="Summer"), query.require)
    assert not satisfies(item(0, "Socks"), query.require)
    assert not satisfies(item(0, "Socks", season="S"), query.require), "a label is a whole name"


def test_the_wordings_are_those_of_a_shopper() -> None:
    written: dict[str, list[str]] = {}
    for query in pq.photo_queries(shop()):
        written.setdefault(query.term, []).append(query.query)
    assert written["women + casual"] == [
        "women's casual outfit", "casual wear for women", "casual style for women",
        "women's pieces to wear on an easy weekend", "casual look for women",
    ]  # fmt: skip
    assert written["sporty + red"] == ["something red to wear to the gym", "red sporty fashion", "sporty wardrobe in red"]
    assert all("  " not in text and "{" not in text for texts in written.values() for text in texts)
