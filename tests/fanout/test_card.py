"""The card names what a catalogue holds, in its own words, most frequent first, and is no longer than allowed."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.catalog import NO_CATEGORY, Catalog, Item
from r4t_demo.fanout.card import TOKENS, catalog_card, kind_of, kinds
from r4t_demo.seen import Seen
from tests.doubles import catalogue


def item(title: str = "", category: str = NO_CATEGORY, said: bool = True, seen: Seen | None = None, **attributes: object) -> Item:
    return Item(title, title, category, None, attributes, said, seen)


def words(text: str) -> int:
    return len(text.split())


SHOP = catalogue(
    item("Brass Lamp", "Lighting"),
    item("tall lamp", " lighting "),
    item("Oak  Table", "Furniture", tags=["wood", "sale"]),
    item("side table, oak", "Lighting", tags="Wood"),
    item("A box with", "Boxes"),
    item("Another box with", "Boxes"),
    item("Sofa 3", "Furniture"),
    item("Sofa 4", "Furniture"),
)


def test_a_card_lists_categories_then_tags_then_the_last_words_of_titles() -> None:
    """Equally frequent ones come by name; "table" and "oak" end one title each, and "with" is no thing."""
    assert catalog_card(SHOP, words) == "furniture, lighting, boxes, wood, sale, lamp, sofa"
    assert kinds(SHOP) == ["furniture", "lighting", "boxes"]


def test_songs_are_told_apart_by_their_first_genre() -> None:
    genres = [["rock"], ["Jazz", "folk"], [" jazz "], "pop", []]
    songs = catalogue(*(item(f"song {n}", "Records", genre=genre) for n, genre in enumerate(genres)))
    assert [kind_of(song) for song in songs.items] == ["rock", "Jazz", " jazz ", "pop", "Records"]
    assert kinds(songs) == ["jazz", "pop", "records", "rock"]
    assert catalog_card(songs, words) == "jazz, pop, records, rock, song"


def test_what_is_seen_stands_in_for_what_nobody_said() -> None:
    hat = Seen("hat", "", 0.9, "clothes")
    pictures = catalogue(item("a hat", said=False, seen=hat), item("a hat", said=False, seen=hat), item("7", said=False))
    assert kinds(pictures) == ["hat"]
    assert catalog_card(pictures, words) == "hat", "a made title says nothing, and neither does a missing category"


def test_a_catalogue_without_words_has_no_card() -> None:
    assert catalog_card(catalogue(item("7"), item("8")), words) == ""


LABELS = st.sampled_from(["red", "wool hat", "Red", "oak", "table lamp"])
ITEMS = st.builds(
    item, LABELS, st.sampled_from(["hats", "Shoes", "bags of wool", NO_CATEGORY]), tags=st.lists(LABELS, max_size=2)
)
SHOPS = st.lists(ITEMS, max_size=12).map(lambda items: catalogue(*items))


def ranking(catalog: Catalog) -> list[str]:
    """The same, said otherwise: by part, then by how many, then by name."""
    told: Counter[tuple[int, str]] = Counter()
    for one in catalog.items:
        told.update([(0, one.category.lower())] if one.category != NO_CATEGORY else [])
        told.update((1, tag.lower()) for tag in one.attributes["tags"])
        told.update([(2, one.title.lower().split()[-1])])
    kept = [(part, -count, word) for (part, word), count in told.items() if part < 2 or count > 1]
    return list(dict.fromkeys(word for *_, word in sorted(kept)))


@given(SHOPS, st.integers(0, 12), st.sampled_from([words, len]))
def test_it_is_as_long_as_the_limit_allows(catalog: Catalog, limit: int, count) -> None:
    card, ranked = catalog_card(catalog, count, limit), ranking(catalog)
    shown = card.split(", ") if card else []
    assert count(card) <= limit and shown == ranked[: len(shown)]
    assert len(shown) == len(ranked) or count(", ".join(ranked[: len(shown) + 1])) > limit


@pytest.mark.parametrize("kinds_of_thing", [5, 500])
def test_it_is_forty_tokens_at_most(kinds_of_thing: int) -> None:
    shop = catalogue(*(item(str(n), f"kind{n}") for n in range(kinds_of_thing)))
    assert words(catalog_card(shop, words)) == min(kinds_of_thing, TOKENS)
