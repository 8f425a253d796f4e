"""The engine asked for more like an item, for less like it, and for other kinds than that of the item asked with."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from r4t_demo.catalog import NO_CATEGORY, Catalog
from r4t_demo.engine import Engine
from r4t_demo.errors import UserError
from r4t_demo.index.faiss_index import FaissIndex
from tests.doubles import COLOURS


def near(answer, item_id: str, engine: Engine) -> np.ndarray:
    """How near to an item an answer's request is, and its directions on average."""
    item = engine.index.vectors(np.array([engine.catalog.row(item_id)]))[0]
    return np.array([answer.query_vector @ item, (answer.vectors @ item).mean()])


@pytest.mark.parametrize("method", ["folm", "template", "best-of-5", "diffusion"])
@pytest.mark.parametrize("asked", ["words", "item", "picture"])
def test_more_and_less_like_an_item(engine: Engine, method: str, asked: str) -> None:
    item, picture = engine.catalog["gothic-red-hat"], Image.new("RGB", (9, 7), COLOURS["red"])
    query = {"words": "bohemian look", "item": item, "picture": picture}[asked]
    liked, disliked = "gothic-navy-scarf", "bohemian-ivory-boots"
    plain, more, less = (
        engine.run([query], [method], k=4, n=4, **options)[0] for options in ({}, {"plus": (liked,)}, {"minus": (disliked,)})
    )
    assert (near(more, liked, engine) > near(plain, liked, engine)).all()
    assert (near(less, disliked, engine) < near(plain, disliked, engine)).all()
    assert more.query == plain.query and (method == "best-of-5" or more.sub_queries == plain.sub_queries), "words stay"
    for hits, direction in zip(more.items, more.vectors, strict=True):
        assert hits[0].score == pytest.approx(float((engine.index.vectors(np.arange(48)) @ direction).max()), abs=1e-5)


def test_among_all_items_a_kind_comes_nearer_or_goes_further(engine: Engine) -> None:
    boots = tuple(f"gothic-{colour}-boots" for colour in COLOURS)

    def place(**options) -> float:
        """Where boots stand on average."""
        [found] = engine.found_by(["red look"], 48, **options)
        return float(np.mean([place for place, hit in enumerate(found) if hit.item.category == "boots"]))

    assert place(plus=boots) < place() < place(minus=boots)
    [liked_most, *_], [plain_most, *_] = (engine.found_by(["red"], 1, **options)[0] for options in ({"plus": boots[:1]}, {}))
    assert liked_most.item.item_id == boots[0] != plain_most.item.item_id


def test_the_order_and_number_of_likes_do_not_matter(engine: Engine) -> None:
    a, b, c = "gothic-navy-scarf", "gothic-red-hat", "bohemian-ivory-boots"
    runs = [
        engine.run(["look"], ["none", "folm"], plus=plus, minus=minus)
        for plus, minus in (((a, b), (c,)), ((b, a), (c,)), ((b, a, b), (c, c)))
    ]
    for again in runs[1:]:
        for one, other in zip(runs[0], again, strict=True):
            np.testing.assert_array_equal(one.vectors, other.vectors)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"plus": ("sofa",)}, "^The catalogue 'tiny' has no item 'sofa'.$"),
        ({"minus": ("sofa",)}, "^The catalogue 'tiny' has no item 'sofa'.$"),
        ({"plus": ("gothic-red-hat",), "minus": ("gothic-red-hat",)}, "'gothic-red-hat' is both liked and disliked: leave one"),
        ({"plus": tuple(map(str, range(21)))}, "^21 items are liked or disliked: at most 20 are taken.$"),
        ({"other_kinds": True}, "^Words have no kind that could be left out: ask with an item or a picture.$"),
    ],
)
def test_likes_that_cannot_be_are_a_sentence(engine: Engine, options: dict, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        engine.run(["look"], ["none"], **options)


@pytest.mark.parametrize("distinct", [False, True])
def test_a_look_is_completed_by_other_kinds(engine: Engine, distinct: bool) -> None:
    """Each query of a batch leaves out its own kind, and nothing else is missing."""
    hat, belt = engine.catalog["gothic-red-hat"], engine.catalog["gothic-navy-belt"]
    picture = Image.new("RGB", (9, 7), COLOURS["red"])
    asked = {"hat": hat, "belt": belt, engine.search(picture, 1)[0].item.category: picture}
    assert len(asked) == 3
    methods = ["none", "folm", "diffusion"]
    results = iter(engine.run([*asked.values()], methods, k=3, n=4, other_kinds=True, distinct=distinct))
    stored = engine.index.vectors(np.arange(48))
    for kind in asked:
        rows = [row for row, item in enumerate(engine.catalog.items) if item.category != kind]
        for _ in methods:
            answer = next(results)
            assert kind not in {hit.item.category for hits in answer.items for hit in hits}
            assert all(len(hits) == 4 for hits in answer.items)
            if not distinct:
                best = np.sort(answer.vectors @ stored[rows].T, axis=1)[:, ::-1][:, :4]
                np.testing.assert_allclose([[hit.score for hit in hits] for hits in answer.items], best, atol=1e-5)


def over(engine: Engine, items: list) -> Engine:
    """The engine with other facts about the same items."""
    catalog = Catalog("shop", items, engine.catalog.root)
    index = FaissIndex.build(engine.index.vectors(np.arange(48)), engine.encoder.id, "", [item.category for item in items])
    return Engine(engine.settings, catalog, index, engine.encoder)


def test_a_kind_that_is_no_category_is_left_out_too(engine: Engine) -> None:
    """As of songs, whose kind is their genre, or of photos, whose kind is seen."""
    items = [replace(item, category="all", attributes={"genre": [item.category]}) for item in engine.catalog.items]
    [answer] = over(engine, items).run([items[0]], ["none"], k=3, n=40, other_kinds=True)
    genre = items[0].attributes["genre"]
    assert [len(hits) for hits in answer.items] == [40] * 3
    assert all(hit.item.attributes["genre"] != genre for hits in answer.items for hit in hits)


def test_a_kind_that_cannot_be_left_out_is_told(engine: Engine) -> None:
    for category, sentence in (("mug", "All that 'shop' holds is of the kind 'mug'"), (NO_CATEGORY, "Of what kind '.*' is")):
        items = [replace(item, category=category) for item in engine.catalog.items]
        with pytest.raises(UserError, match=sentence):
            over(engine, items).run([items[0]], ["none"], other_kinds=True)


def test_what_a_draft_finds_is_what_its_answer_finds(engine: Engine) -> None:
    options = {"plus": ("gothic-navy-scarf",), "minus": ("gothic-red-boots",)}
    hat = engine.catalog["gothic-red-hat"]
    [answer] = engine.run([hat], ["folm"], k=4, n=3, other_kinds=True, **options)
    found = engine.found_by(answer.sub_queries, 3, **options, left_out=engine.kind(hat))
    assert [[hit.row for hit in hits] for hits in found] == [[hit.row for hit in hits] for hits in answer.items]
