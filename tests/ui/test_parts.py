"""The pieces that the page is drawn from: columns, summary, map, table, link."""

import csv
import io
from dataclasses import replace
from urllib.parse import parse_qsl, unquote
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from r4t_demo.catalog import Item
from r4t_demo.engine import Hit
from r4t_demo.errors import UserError
from r4t_demo.pattern.steer import Spread
from r4t_demo.ui.markup import card, display_name, milliseconds, picture
from r4t_demo.ui.search.answer import item_ids, render_column, render_summary
from r4t_demo.ui.search.ask import Ask
from r4t_demo.ui.search.details import render_details
from r4t_demo.ui.search.export import COLUMNS, csv_link, guard, to_csv
from r4t_demo.ui.search.plot import plane, render_plot, to_canvas
from r4t_demo.ui.steer.parts import render_grid, render_seeds
from tests.ui.fake_engine import FakeEngine

EVIL = '<script>alert("x")</script>'


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    return FakeEngine(tmp_path_factory.mktemp("fake"))


@pytest.fixture
def pair(engine):
    return engine.run(["rainy Sunday"], k=5, n=3)


def test_column_is_well_formed_and_escapes_every_text(engine):
    folm, diffusion = engine.run([EVIL], k=5, n=3)
    folm.sub_queries[0] = EVIL
    for html in (render_column(folm, diffusion, EVIL, "left"), render_summary(folm, diffusion, "?q=<", "data:,x", EVIL)):
        assert "<script" not in html
        ElementTree.fromstring(f"<div>{html}</div>")


def test_column_marks_exactly_the_shared_items_in_words(pair):
    left, right = pair
    root = ElementTree.fromstring(render_column(left, right, "", "left"))
    cards = root.findall(".//button")
    assert len(cards) == 15
    for button in cards:
        shared = button.get("data-item") in item_ids(right)
        assert ("in both" in "".join(button.itertext())) == shared
        assert ("found by both columns" in button.get("aria-label")) == shared
        assert button.find(".//img").get("alt")


def test_directions_that_find_nothing_that_fits_are_folded_and_counted(pair):
    left, right = pair
    some = ElementTree.fromstring(render_column(replace(left, fits=[True, False, True, False, True]), right, "…", "left"))
    folded = some.find("details")
    assert "".join(folded.find("summary").itertext()) == "For 2 directions, nothing here seems to fit."
    assert [len(rows.findall("li")) for rows in (some.find("ol"), folded.find("ol"))] == [3, 2]
    none = ElementTree.fromstring(render_column(replace(left, fits=[False] * 5), right, "…", "left"))
    assert none.find("ol") is None and "Nothing in this catalogue seems to fit" in "".join(none.find("details").itertext())
    assert ElementTree.fromstring(render_column(left, right, "…", "left")).find("details") is None


def test_a_reading_is_called_one_and_a_text_is_not(pair):
    left, right = pair
    assert "reads as" not in render_column(left, right, "", "left")
    assert "reads as" in render_column(right, left, "", "right")
    assert "similarity 0.80" in render_column(right, left, "", "right")


def test_a_direction_that_is_an_item_is_called_one(engine):
    left, right = engine.run(["x"], ("none", "folm"), k=2, n=2)
    left.label_scores[0] = 1.0
    html = render_column(left, right, "", "left")
    assert html.count('<span class="reads">the item</span>') == html.count("reads as</span>") == 1


def test_undefined_scores_are_dashes_with_a_reason(pair):
    left, right = pair
    root = ElementTree.fromstring(render_column(right, left, "", "right"))
    undefined = root.find(".//*[@data-score='groundedness']")
    assert undefined.find("dd/b").text == "–"
    assert "undefined" in undefined.find("dd/span").text
    assert root.find(".//*[@data-score='diversity']/dd/b").text == "0.84"


def test_latency_bars_share_one_scale(pair):
    left, right = pair
    widths = []
    for one, other in ((left, right), (right, left)):
        bar = ElementTree.fromstring(render_column(one, other, "", "left")).find(".//*[@class='bar']")
        widths.append(sum(float(part.get("style")[6:-1]) for part in bar))
    assert widths[0] == pytest.approx(100, abs=0.1)
    assert widths[1] == pytest.approx(100 * 38 / 421, abs=0.1)


def test_summary_compares(pair):
    left, right = pair
    told = render_summary(left, right, "?", "data:,", "{}")
    assert "Diffusion answered in 38 ms: by the time FOLM had answered, after 421 ms, it could have done so" in told
    assert "<strong>11 times</strong>" in told
    assert "Both columns show FOLM" in render_summary(left, left, "?", "data:,", "{}")
    right.ms["total"] = 300.0
    told = render_summary(left, right, "?", "data:,", "{}")
    assert "Diffusion answered <strong>1.4× faster</strong> (300 ms against 421 ms)" in told
    right.ms["total"] = 420.0
    assert "about the same time" in render_summary(left, right, "?", "data:,", "{}")


def test_details_name_the_item_and_list_its_attributes(engine):
    item = engine.catalog.items[0]
    root = ElementTree.fromstring(f"<div>{render_details(item, engine.similar(item.item_id, 12))}</div>")
    assert root.find(".//h2").text == item.title
    assert [chip.text for chip in root.findall(".//*[@class='chip']")] == ["rust", "felt", "bohemian festival", "western"]
    assert len(root.findall(".//button")) == 12
    asking = ElementTree.fromstring(f"<div>{render_details(item, [], asks=True)}</div>")
    assert [one.get("data-ask") for one in asking.iter("button")] == ["item", "plus", "minus"]
    assert asking.find(".//p[@data-id]").get("data-id") == item.item_id


def test_an_item_without_a_picture_is_a_cover(engine):
    attributes = {"artist": "Tones & I", "genre": ["pop"], "tags": ["sad", "pop", "piano", "90s"]}
    song = Item("s1", f"Rain {EVIL}", "songs", None, attributes)
    root = ElementTree.fromstring(card(Hit(song, 0, 0.5), 1))
    shown = {part.get("class"): list(part.itertext()) for part in root.iter("span")}
    assert shown["name"] == [song.title]
    assert shown["by"] == ["Tones & I"]
    assert shown["tags"] == ["pop", "sad", "piano"]
    assert "caption" not in shown  # the title stands on the cover
    assert root.find(".//img") is None
    large = ElementTree.fromstring(f"<div>{render_details(song, [Hit(song, 0, 0.5)])}</div>")
    assert len([part for part in large.iter("span") if part.get("class") == "cover"]) == 2


@pytest.mark.parametrize("pictured", [True, False])
def test_every_text_of_a_catalogue_is_escaped(engine, pictured):
    evil = EVIL + '"><img src=x onerror=alert(1)>'
    attributes = {evil: [evil, f"{evil} {evil}"], "artist": evil, "genre": [evil], "tags": [evil], "price": evil}
    item = Item(evil, evil, evil, engine.catalog.items[0].image if pictured else None, attributes)
    hit = Hit(item, 0, 0.5)
    left, right = engine.run([evil], k=2, n=2)
    left.items[0] = right.items[1] = [hit]
    drawn = [
        render_details(item, [hit], asks=True),
        card(hit, 1, found=evil),
        render_column(left, right, evil, "left", steers=True),
    ]
    drawn += [render_plot(left, right, engine.index), render_seeds([item], Spread(1, 0.5)), render_grid([item])]
    for html in drawn:
        root = ElementTree.fromstring(f"<div>{html}</div>")
        assert not [one for one in root.iter() if one.tag == "script" or "onerror" in one.attrib or one.get("src") == "x"]


def test_covers_of_one_category_share_their_ground_and_bare_ones_show_it():
    red, other = (picture(Item(i, "Rain", "songs", None)) for i in "ab")
    assert red == other
    assert "<span>songs</span>" in red
    assert picture(Item("c", "Rain", "talks", None)) != red


def test_map_is_one_well_formed_figure_with_every_item_once(engine, pair):
    left, right = pair
    root = ElementTree.fromstring(render_plot(left, right, engine.index))
    found = [mark.get("data-item") for mark in root.iter("g") if mark.get("class") == "found"]
    assert sorted(found) == sorted(item_ids(left) | item_ids(right))
    assert sum(mark.get("class", "").startswith("way") for mark in root.iter("g")) == 10


@given(st.integers(1, 12), st.integers(1, 6), st.booleans())
def test_plane_keeps_distances_it_can_and_never_fails(n, dim, same):
    points = np.zeros((n, dim)) if same else np.random.default_rng(n * 7 + dim).normal(size=(n, dim))
    flat, kept = plane(points)
    assert flat.shape == (n, 2)
    assert 0 <= kept <= 1 + 1e-9
    assert np.isfinite(to_canvas(flat)).all()
    if dim <= 2:  # nothing is lost
        wanted = np.linalg.norm(points[:, None] - points[None], axis=-1)
        assert np.allclose(np.linalg.norm(flat[:, None] - flat[None], axis=-1), wanted, atol=1e-9)


@given(st.text())
def test_guarded_cells_are_no_formula(text):
    assert not guard(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert guard(text) in (text, "'" + text)


def test_table_holds_both_columns_and_opens_from_its_link(pair):
    pair[0].sub_queries[0] = "=HYPERLINK(1)"
    rows = list(csv.DictReader(io.StringIO(to_csv(pair))))
    assert len(rows) == 30
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["sub_query"] == "'=HYPERLINK(1)"
    assert {row["method"] for row in rows} == {"folm", "diffusion"}
    link = csv_link(to_csv(pair))
    assert unquote(link.partition(",")[2]) == "\ufeff" + to_csv(pair)
    assert not set(link) & set("\"'<> \n")


def test_link_brings_the_same_search_back():
    asked = Ask("wet & wild? ünïcode", "mmr", "diffusion", 7, 3, 11, 8, -0.3, plus=("a&b", "c,d"), minus=("e f",))
    for ask in (asked, replace(asked, q="", item="<i>&1", others=True)):
        assert Ask().with_link(parse_qsl(ask.to_link()[1:])) == ask
    assert Ask().with_link([("q", "x"), ("other", "y")]) == replace(Ask(), q="x")
    assert Ask().with_link([("q", "x"), ("item", "y"), ("others", "1")]) == replace(Ask(), q="x"), "words are the request"


def test_no_link_carries_a_picture(pair):
    link = Ask("", picture=Image.new("RGB", (2, 2))).to_link()
    shown = render_summary(*pair, link, "data:,", "{}")
    assert link == "?" and "No link carries a picture" in shown and "Copy link" not in shown


@pytest.mark.parametrize("value", ["many", "", "1.5", "nan", "inf", None])
def test_link_with_a_wrong_number_is_a_sentence(value):
    with pytest.raises(UserError, match="“k” must be a whole number"):
        Ask().with_link([("k", value)])


def test_durations_have_the_digits_they_deserve():
    assert [milliseconds(value) for value in (0.421, 7.26, 128.4, 1240)] == ["0.42 ms", "7.3 ms", "128 ms", "1.24 s"]


@pytest.mark.parametrize(
    ("name", "shown"), [("best-of-7", "Best of 7"), ("folm-wscr", "FOLM wscr"), ("HPPO, on-policy only", "HPPO, on-policy only")]
)
def test_a_method_is_named_in_words_and_words_stay(name: str, shown: str) -> None:
    assert display_name(name) == shown
