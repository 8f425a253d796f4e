"""The Steer tab without a browser: what a choice draws and asks for, what an answer shows, and bad input in a sentence."""

import csv
import io
import json
from urllib.parse import parse_qsl, unquote
from xml.etree import ElementTree

import pytest

from r4t_demo.jobs import Jobs
from r4t_demo.pattern.steer import METHODS, Steering
from r4t_demo.serve.desk import Desk
from r4t_demo.ui.page import create_demo
from r4t_demo.ui.steer.aim import Aim
from r4t_demo.ui.steer.tab import ANSWER, GRID, SteerTab
from tests.ui.fake_engine import FakeEngine
from tests.ui.fake_steering import FakeSteering

AIM = Aim(("dress-rust", "dress-teal"), "tone", "warm")


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    engine = FakeEngine(tmp_path_factory.mktemp("fake"))
    return SteerTab(engine, FakeSteering(engine))


@pytest.fixture
def page(tmp_path, monkeypatch):
    engine = FakeEngine(tmp_path)
    monkeypatch.setattr(Steering, "load", classmethod(lambda cls, engine: FakeSteering(engine)))
    return create_demo(Desk(engine), Jobs(engine.settings))


def parsed(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<div>{html}</div>")


def test_each_item_is_marked_by_what_it_is_in_words_and_not_by_colour_alone(tab):
    drawn = tab.answer(AIM)
    task = tab.steering.trained.task
    for method in METHODS:
        column = parsed(drawn[method])
        cards = column.findall(".//li/button")
        assert len(cards) == 24
        both = 0
        for card in cards:
            row = tab.engine.catalog.row(card.get("data-item"))
            has, inside = task.labels.carries[row, 1], task.pattern[row] == 0
            badges = [part.text for part in card.iter("span") if part.get("class", "").startswith("badge")]
            word = {(1, 1): "both", (1, 0): "attribute", (0, 1): "pattern"}.get((int(has), int(inside)))
            assert badges == ([word] if word else [])
            assert ("has “warm”" in card.get("aria-label")) == has == ("has “warm”" in card.get("data-found"))
            assert ("in the pattern" in card.get("aria-label")) == inside
            both += has and inside
        scores = {entry.get("data-score"): entry for entry in column.iter("div") if entry.get("data-score")}
        assert scores["joint"].find("dd/b").text == f"{both / 24:.2f}"
        assert set(scores) == {"joint", "attribute", "purity"}
        assert not {card.get("data-item") for card in cards} & set(AIM.seeds)


def test_every_text_is_escaped(tab):
    aim = Aim(AIM.seeds, "cut", "<b>")
    drawn = tab.answer(aim) | tab.show(aim) | tab.browse(0)
    for part in (*ANSWER, "seeds", "grid", "asked"):
        assert not list(parsed(drawn[part]).iter("b")) or part in METHODS  # where a figure is set in it
        assert "<b>&</b>" not in drawn[part] and "“<b>”" not in drawn[part]
    assert "“<b>”" in "".join(parsed(drawn["summary"]).itertext())


def test_a_choice_is_drawn_and_asks_for_its_answer_once(tab):
    drawn = tab.choose(AIM, ["hat-plum", "hat-teal", "hat-plum"])
    assert drawn["aim"].seeds == ("hat-plum", "hat-teal")
    chosen = parsed(drawn["seeds"])
    assert [one.get("data-seed") for one in chosen.iter("li")] == ["hat-plum", "hat-teal"]
    assert [one.get("data-unseed") for one in chosen.iter("button") if one.get("class") == "drop"] == ["hat-plum", "hat-teal"]
    assert "2 seeds of one pattern, mean cosine" in drawn["seeds"]
    assert parsed(drawn["asked"]).find("i").get("data-result") == drawn["aim"].to_link()
    assert "2 patterns" in tab.choose(AIM, ["hat-plum", "dress-rust"])["seeds"]


def test_without_a_seed_nothing_is_asked_and_the_answer_stands(tab):
    drawn = tab.choose(AIM, [])
    assert (drawn["aim"].seeds, drawn["asked"]) == ((), "")
    assert "There is no seed" in drawn["status"] and 'role="alert"' in drawn["status"]
    assert not set(METHODS) & set(drawn)
    assert "no seed" in tab.like(drawn["aim"])["grid"]


@pytest.mark.parametrize("seeds", [["nothing"], "hat-plum", [1], None, {"a": 1}])
def test_strange_seeds_are_a_sentence(tab, seeds):
    (told,) = tab.told(AIM, json.dumps({"seeds": seeds})).values()
    assert 'class="error"' in told
    for broken in ("", "[1]", "{", None):
        assert "list of item ids" in tab.told(AIM, broken)["status"]


def test_what_is_unwanted_is_shown_with_its_way_out_and_leaves_the_answer(tab):
    before = tab.answer(AIM)["hppo"]
    unwanted = parsed(before).find(".//li/button").get("data-item")
    drawn = tab.told(AIM, json.dumps({"less": [unwanted]}))
    aim = drawn["aim"]
    assert (aim.seeds, aim.less) == (AIM.seeds, (unwanted,))
    chosen = parsed(drawn["seeds"])
    assert [one.get("data-unlike") for one in chosen.iter("li") if one.get("data-unlike")] == [unwanted]
    assert [one.get("data-relike") for one in chosen.iter("button") if one.get("data-relike")] == [unwanted]
    after = tab.answer(aim)
    assert unwanted not in after["hppo"] and "less like 1 item" in after["status"]
    assert Aim().with_link(parse_qsl(aim.to_link()[1:])) == aim
    back = tab.told(aim, '{"less": []}')["aim"]
    assert back.less == () and unwanted in tab.answer(back)["hppo"]


def test_an_item_is_a_seed_or_unwanted_but_never_both(tab):
    less = tab.unlike(AIM, ["dress-teal"])
    assert (less["aim"].seeds, less["aim"].less) == (("dress-rust",), ("dress-teal",))
    assert (again := tab.choose(less["aim"], ["dress-rust", "dress-teal"])["aim"]).less == () and len(again.seeds) == 2
    both = [("seeds", "dress-rust"), ("less", "dress-rust"), ("less", "hat-plum")]
    assert Aim().with_link(both).less == ("hat-plum",)
    assert "has no item" in tab.open_link([("seeds", "dress-rust"), ("less", "nothing")])["status"]
    assert "list of item ids" in tab.told(AIM, '{"less": 3}')["status"]


def test_what_is_sent_over_takes_an_examples_place_and_joins_the_visitors_own(tab):
    opening = tab.opening()
    assert not opening.own
    first = tab.send(opening, ["hat-plum"])
    assert first["aim"].seeds == ("hat-plum",)
    assert first["tabs"].selected == "steer"
    assert tab.told(first["aim"], '{"send": ["hat-teal"]}')["aim"].seeds == ("hat-plum", "hat-teal")
    assert tab.send(first["aim"], ["boots-rust", "boots-plum"])["aim"].seeds == ("boots-rust", "boots-plum")


def test_values_follow_the_domain(tab):
    drawn = tab.form(AIM, "cut", 1.5)
    assert (drawn["aim"].domain, drawn["aim"].value, drawn["aim"].strength) == ("cut", "<b>", 1.5)
    assert drawn["value"]["choices"] == ["<b>", "plain"] and drawn["value"]["value"] == "<b>"
    assert tab.form(AIM, "tone", 1, "cold")["aim"].value == "cold"
    assert tab.form(AIM, "tone", 1)["aim"].value == "warm", "the same domain keeps its value"
    assert "no attribute domain &#x27;mood&#x27;" in tab.form(AIM, "mood", 1)["status"]
    assert "must be a number" in tab.form(AIM, "tone", None)["status"]


def test_a_change_of_domain_brings_no_value_which_gradio_would_refuse(page):
    ids = {block.elem_id: number for number, block in page.blocks.items()}
    [asked] = [fn.inputs for fn in page.fns.values() if (ids["steer-domain"], "input") in fn.targets]
    assert ids["steer-value"] not in [block._id for block in asked]


def test_steering_says_that_it_runs_and_wrong_input_keeps_the_last_answer(tab):
    busy, done = tab.steer(AIM)
    assert "Searching" in busy["status"] and set(done) == set(ANSWER)
    assert "2 seeds steered to tone “warm”" in done["status"]
    *_, refused = tab.steer(Aim(AIM.seeds, "tone", "warm", 3.0))
    assert list(refused) == ["status"] and "must be between 0" in refused["status"]


def test_a_link_brings_the_same_steering_back(tab):
    aim = Aim(("hat-plum", "a,b & c"), "cut", "<b>", 0.4, own=True)
    assert Aim().with_link(parse_qsl(aim.to_link()[1:])) == aim
    drawn = tab.open_link(parse_qsl(AIM.to_link()[1:]))
    assert drawn["aim"].seeds == AIM.seeds and drawn["tabs"].selected == "steer"
    assert tab.open_link([("q", "rainy Sunday")]) == {}
    for pairs, sentence in (
        ([("seeds", "x<")], "has no item 'x&lt;'"),
        ([("seeds", "hat-plum"), ("value", "hot")], "No item has the tone 'hot'"),
        ([("seeds", "hat-plum"), ("strength", "9")], "must be between 0"),
        ([("seeds", "hat-plum"), ("strength", "much")], "“strength” must be a number"),
    ):
        wrong = {name: part for name, part in tab.open_link(pairs).items() if name != "tabs"}
        assert list(wrong) == ["status"] and sentence in wrong["status"].replace("&#x27;", "'")


def test_the_items_to_choose_from_turn_over_are_found_and_lie_near(tab):
    def ids(drawn):
        return [one.get("data-pick") for one in parsed(drawn["grid"]).iter("button")]

    first, second = tab.browse(0), tab.browse(1)
    assert len(ids(first)) == GRID and first["page"] == 1
    assert {*ids(first), *ids(second)} == {item.item_id for item in tab.engine.catalog.items}
    assert len(ids(tab.find("boots"))) == GRID and tab.engine.calls[-1][:2] == ("boots", ("none",))
    assert ids(tab.find(" ")) == ids(first)
    assert "characters" in tab.find("x" * 1000)["grid"]
    assert not set(ids(tab.like(AIM))) & set(AIM.seeds)


def test_the_map_shows_every_item_every_seed_and_every_query(tab):
    drawn = tab.answer(AIM)
    shown = {card.get("data-item") for name in METHODS for card in parsed(drawn[name]).findall(".//li/button")}
    marks = list(parsed(drawn["plot"]).iter("g"))
    found = [one.get("data-item") for one in marks if one.get("class", "").startswith("found")]
    assert sorted(found) == sorted(shown)
    assert [one.get("data-item") for one in marks if one.get("class", "").startswith("query")] == list(AIM.seeds)
    assert sum(one.get("class", "").startswith("way") for one in marks) == len(METHODS)


def test_the_table_holds_all_columns(tab):
    link = next(one for one in parsed(tab.answer(AIM)["summary"]).iter("a") if one.get("download"))
    rows = list(csv.DictReader(io.StringIO(unquote(link.get("href").partition(",")[2]).removeprefix("\ufeff"))))
    assert len(rows) == 24 * len(METHODS) and {row["method"] for row in rows} == set(METHODS)
    assert {row["has_attribute"] for row in rows} == {"True", "False"}


def test_where_there_is_something_to_steer_it_can_be_sent_to(page):
    shown = str(page.config)
    assert "data-steers" in shown and "Steer from these" in shown and "steer-hppo" in shown


def test_without_a_model_the_tab_says_what_is_missing(tmp_path):
    engine = FakeEngine(tmp_path)
    shown = str(create_demo(Desk(engine), Jobs(engine.settings)).config)
    assert "There is no steering model" in shown and "train modit" in shown and str(tmp_path / "checkpoints") not in shown
    assert "Steer from these" not in shown and "data-steers" not in shown


def test_a_small_catalogue_shows_a_half_of_itself_and_without_an_example_a_sentence(tmp_path, monkeypatch):
    engine = FakeEngine(tmp_path)
    engine.catalog.items = engine.catalog.items[:12]
    engine.index.rows = engine.index.rows[:12]
    monkeypatch.setattr(FakeSteering, "examples", lambda self, each: [])
    tab = SteerTab(engine, FakeSteering(engine))
    *_, told = tab.steer(tab.opening())
    assert "There is no seed" in told["status"] and "No seed is chosen" in tab.show(tab.opening())["seeds"]
    *_, told = tab.steer(tab.send(tab.opening(), ["dress-rust"])["aim"])
    assert all(len(parsed(told[name]).findall(".//li/button")) == 6 for name in METHODS) and "Joint@6" in told["hppo"]
    *_, told = tab.steer(tab.choose(tab.opening(), [item.item_id for item in engine.catalog.items[:7]])["aim"])
    assert "between 1 and 5" in told["status"]
