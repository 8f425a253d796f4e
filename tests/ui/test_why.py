"""What the details tell when a visitor asks why an item was found."""

import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from r4t_demo.errors import UserError
from r4t_demo.serve.desk import Desk, ServedSteering
from r4t_demo.ui.search.tab import FanOutTab
from r4t_demo.ui.search.why import explain, render_tokens, render_why
from r4t_demo.why import Why
from tests.tiny_models import tiny_folm
from tests.ui.fake_steering import SeasonSteering

ITEM, EVIL = "gothic-red-hat", "<img src=x>"
ASKED = {
    "item": ITEM, "job": "", "link": "?q=bohemian&left=folm&k=4&seed=3", "steered": False, "method": "folm", "place": 2,
    "text": "bohemian red hat", "before": ["bohemian boots"], "tokens": False,
}  # fmt: skip
FOUND = Why(ITEM, "folm", EVIL, True, 0.625, None, 0.25, 41, 2589, [(EVIL, 0.5), ("hat", -0.125)], None)


@pytest.fixture
def shown(engine):
    """What the page shows for what its script tells, a field of it changed."""
    desk = Desk(engine)
    engine.fanouts._loaded["folm"] = tiny_folm(engine.encoder)
    tab, steering = FanOutTab(desk.engine), ServedSteering(SeasonSteering(engine), desk)
    return lambda **change: explain(json.dumps(ASKED | change), lambda job: tab, lambda job: steering)


def test_a_sub_query_is_told_word_by_word(shown):
    root = ElementTree.fromstring(shown())
    assert [row[0][0].text for row in root.iter("li")] == [
        "the direction that found it", "the request itself", "bohemian", "red", "hat",
    ]  # fmt: skip
    assert "of 48" in "".join(root.itertext())
    assert root.find(".//button[@data-tokens]") is not None and root.get("role") == "status"


def test_tokens_come_on_demand_with_their_probability_to_read(shown):
    assert 'class="tokens"' not in shown()
    root = ElementTree.fromstring(f"<div>{shown(tokens=True)}</div>")
    assert "".join(item[0].text for item in root.iter("li")) == "␣red␣hat"
    assert all(item[1].text.endswith(" %") for item in root.iter("li"))


def test_a_vector_is_told_by_its_phrase_and_has_neither_words_nor_tokens(shown):
    html = shown(method="diffusion", text="boots")
    assert "The direction is a vector, no text; “<bdi>boots</bdi>” is the nearest phrase, at 0.50" in html
    assert "counts" not in html and "data-tokens" not in html


def test_steering_is_told_seed_by_seed(shown):
    link = "?seeds=gothic-navy-hat&seeds=bohemian-ivory-scarf&domain=season&value=winter&strength=1.0"
    root = ElementTree.fromstring(shown(link=link, steered=True, method="hppo", place=0, text="", before=[]))
    names = [row[0][0].text for row in root.iter("li")]
    assert names == ["the query of MO-DiT + HPPO", "the mean of the seeds", "gothic navy hat", "bohemian ivory scarf"]


def test_a_search_around_an_item_is_told_against_that_item(shown):
    assert '<span class="name"><bdi>the request itself</bdi></span>' in shown(link="?item=gothic-navy-hat&k=4")
    assert "No. 1</strong> of 48" in shown(link=f"?item={ITEM}&k=4"), "nothing is nearer to it than itself"


def test_what_is_shown_is_escaped_and_what_lowers_the_cosine_points_down():
    html = render_why(FOUND)
    assert EVIL not in html and "&lt;img" in html and "No. 41</strong> of 2,589" in html
    assert '<li class="below"><span class="name"><bdi>hat' in html and "-0.12" in html and "+0.50" in html
    assert "does not have it among its first 10,000 of 20,000" in render_why(replace(FOUND, request_rank=None, items=20_000))
    assert EVIL not in render_tokens([(EVIL, 0.004)]) and "&lt; 1 %" in render_tokens([(EVIL, 0.004)])
    assert "cannot be told apart" in render_tokens(None)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"item": "sofa"}, "no item &#x27;sofa&#x27;"),
        ({"item": 7}, "told something that is no request"),
        ({"place": "x"}, "told something that is no request"),
        ({"tokens": "yes"}, "told something that is no request"),
        ({"before": [{}]}, "told something that is no request"),
        ({"text": "\ud800"}, "told something that is no request"),
        ({"method": "instruct:some/model"}, "no method &#x27;instruct:some/model&#x27; on this page"),
        ({"link": "?q=x&k=many"}, "“k” must be a whole number"),
        ({"method": "diffusion", "place": 9}, "no direction 9"),
        ({"steered": True, "link": "?strength=1"}, "no seed"),
    ],
)
def test_what_cannot_be_told_is_a_sentence(shown, change, sentence):
    assert '<p class="error" role="alert">' in (told := shown(**change)) and sentence in told


def test_what_is_no_json_is_a_sentence():
    def nothing(job: str):
        raise UserError("Nothing here.")

    for told in ("", "[", "[]", "7", "null"):
        assert "told something that is no request" in explain(told, nothing, nothing)
    assert "Nothing here." in explain(json.dumps(ASKED), nothing, nothing)
