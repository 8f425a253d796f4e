"""What a catalogue can be asked for, and how that is said."""

import pytest

from r4t_demo.catalog import Catalog, Item
from r4t_demo.seen import Seen
from r4t_demo.train.tune.facets import categories, domain, facets, labels, seen_things, title_words
from tests.doubles import HashEncoder, catalogue


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


def test_a_word_with_a_hyphen_is_one() -> None:
    rows = [(f"mid-century {'oak' if n % 2 else 'red'} thing", "stool" if n % 2 else "lamp") for n in range(20)] + [
        ("x", "y")
    ] * 20
    found = title_words(catalogue(*(Item(str(n), title, category, None) for n, (title, category) in enumerate(rows))))
    assert "mid-century" in {facet.text for facet in found} and "mid" not in {facet.text for facet in found}


@pytest.mark.parametrize(
    ("attributes", "noun", "asked"),
    [
        ({"colour": "Mustard"}, "homeware", "mustard homeware"),
        ({"details": "gold buttons"}, "clothes", "clothes with gold buttons"),
        ({"gender": "Women"}, "clothes", "women's clothes"),
        ({"genre": ["indie pop"]}, "songs", "indie pop"),
        ({"mood": "calm"}, "songs", "calm songs"),
        ({"tags": ["gift idea"]}, "things", "gift idea things"),
    ],
)
def test_a_facet_is_said_in_the_way_of_its_sort(attributes: dict, noun: str, asked: str) -> None:
    items = [Item(str(n), f"thing {n}", "x", None, attributes if n < 6 else {}) for n in range(20)]
    assert [facet.asked for facet in labels(catalogue(*items), noun)] == [asked]


@pytest.mark.parametrize("value", ["xkcd", "IMG_4321", "5bc8fbbc-bde5-c099-4164-d8399f767c45", "12", "n/a", "XL-2000"])
def test_codes_are_no_facets(value: str) -> None:
    items = [Item(str(n), f"{value} lamp", f"kind {n % 2}", None, {"code": value} if n < 6 else {}) for n in range(20)]
    assert not labels(catalogue(*items)) and {facet.text for facet in title_words(catalogue(*items))} <= {"lamp"}


def test_what_is_seen_is_asked_for_in_the_plural() -> None:
    tags = (
        [Seen("dress", "blue", 0.9, "clothes")] * 4
        + [Seen("scarf", "", 0.9, "accessories")] * 3
        + [Seen("hat", "red", 0.9, "accessories")] * 2
    )
    items = [Item(str(n), "Photo", "uncategorised", None, {}, False, tag) for n, tag in enumerate(tags)]
    assert {(facet.asked, facet.count) for facet in seen_things(catalogue(*items))} == {
        ("dresses", 4), ("blue dresses", 4), ("scarves", 3),
    }, "two are too few"  # fmt: skip


def test_categories_are_asked_for_where_labels_are_few() -> None:
    items = [Item(str(n), f"thing {n}", ("Lamp", "Vase", "All")[n % 3 if n % 3 < 2 else 0], None) for n in range(30)]
    assert {facet.asked for facet in categories(catalogue(*items))} == {"vases"}, "'lamp' is on two in three"
    assert {facet.asked for facet in facets(catalogue(*items))} == {"vases"}


def test_a_catalogue_is_what_most_of_its_things_are() -> None:
    encoder = HashEncoder()
    songs = [Item(str(n), f"song {n}", "pop", None, {"artist": "x"}) for n in range(10)]
    assert domain(catalogue(*songs), encoder) == [("music", 10)]
    worn = [Seen("dress", "", 1.0, "clothes")] * 5 + [Seen("sandals", "", 1.0, "shoes")] * 4 + [Seen("mug", "", 1.0, "home")]
    photos = [Item(str(n), "Photo", "uncategorised", None, {}, False, tag) for n, tag in enumerate(worn)]
    assert domain(catalogue(*photos), encoder) == [("clothes", 9)], "shoes and dresses are clothes"
    assert domain(catalogue(*photos[5:]), encoder) == [("shoes", 4)]
    assert domain(catalogue(photos[0], photos[9]), encoder) == []
    titled = [Item(str(n), word, "x", None) for n, word in enumerate(["teapot", "vase", "armchair", "cake"])]
    assert domain(catalogue(*titled), encoder) == [("home", 3)]
