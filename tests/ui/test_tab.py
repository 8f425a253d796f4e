"""What the tab's events do, without a browser."""

import json
import re
from types import SimpleNamespace

import pytest
from starlette.datastructures import QueryParams

from r4t_demo.errors import UserError
from r4t_demo.language import FOREIGN
from r4t_demo.ui.search.ask import Ask
from r4t_demo.ui.search.tab import FanOutTab
from tests.ui.fake_engine import FakeEngine


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    return FanOutTab(FakeEngine(tmp_path_factory.mktemp("fake")))


def skipped(outputs) -> list[bool]:
    return [isinstance(output, dict) for output in outputs]


def keeps_the_answer(page) -> bool:
    """Whether a page, behind its sentence, leaves the last answer standing but for its verdict."""
    return page[1] == "" and all(skipped(page[2:]))


@pytest.mark.parametrize(("left", "right"), [("none", "mmr"), ("mmr", "diffusion")])
def test_search_says_that_it_runs_and_then_answers(tab, left, right):
    at_once, busy, done = tab.search("rainy Sunday", left, right, 5, 3, 0, 0, 0)
    assert "Searching" in at_once[0] and "Searching" in busy[0]
    assert all(skipped(at_once[1:])) and all(skipped(busy[1:5]))
    assert "rainy Sunday" in done[0]
    assert f'data-method="{left}"' in done[2] and f'data-method="{right}"' in done[3]


@pytest.mark.parametrize(("left", "right", "place"), [("folm", "mmr", 3), ("diffusion", "folm", 2)])
def test_what_needs_no_language_model_is_there_while_one_writes(tab, left, right, place):
    """The other column keeps the last answer; at last both stand beside each other as if they had come at once."""
    _, _, early, *_, done = tab.search("rainy Sunday", left, right, 5, 3, 0, 0, 0)
    quick = right if left == "folm" else left
    assert "FOLM is writing" in early[0] and "busy" in early[0]
    assert skipped(early) == [at not in (0, place) for at in range(6)]
    assert f'data-method="{quick}"' in early[place] and 'class="answer' in early[place] and "in both" not in early[place]
    assert "answered in" in done[0] and "early" not in done[2] + done[3]
    assert f'data-method="{left}"' in done[2] and f'data-method="{right}"' in done[3]
    assert [call[1] for call in tab.engine.calls[-2:]] == [(quick,), ("folm",)]


@pytest.mark.parametrize(("left", "right"), [("folm", "mmr"), ("diffusion", "folm"), ("folm", "folm")])
def test_a_list_is_shown_as_it_is_written(tab, left, right):
    """Each sub-query comes with what it finds, and what was shown stays."""
    *before, done = tab.search("rainy Sunday", left, right, 5, 3, 0, 0, 0)
    written = [page for page in before if "FOLM is writing: " in page[0]]
    place = 2 if left == "folm" else 3
    assert [f"{number} of 5" in page[0] for number, page in enumerate(written, start=1)] == [True] * 5
    for number, page in enumerate(written, start=1):
        assert skipped(page) == [False, True, left != "folm", right != "folm", True, True]
        assert page[place].count('class="direction"') == number and page[place].count('class="card') == 3 * number
    texts = re.findall(r'class="text">(.*?)<', written[-1][place])
    assert texts == re.findall(r'class="text">(.*?)<', done[place]) and len(texts) == 5


def test_a_list_that_cannot_be_finished_leaves_a_sentence(tab, monkeypatch):
    def broken(queries, methods, *, tell, **options):
        tell("folm", 0, ["rust dress"])
        raise UserError("The language model did not finish its list within 120 s: try again later.")

    monkeypatch.setattr(tab.engine, "run", broken)
    *_, written, last = tab.search("x", "folm", "folm", 5, 3, 0, 0, 0)
    assert "1 of 5" in written[0]
    assert "did not finish its list" in last[0] and keeps_the_answer(last)


def test_a_request_in_another_language_is_answered_and_told_so(tab):
    status, *_, column, _, _ = tab.answer(Ask("Kleid für eine Hochzeit im Sommer"))
    assert FOREIGN in status and "directions" in column
    assert FOREIGN not in tab.answer(Ask("boho"))[0]


def test_the_dial_reaches_the_engine(tab):
    *_, done = tab.search("rainy Sunday", "folm", "mmr", 5, 3, 0, 0, -0.5)
    assert "rainy Sunday" in done[0]
    assert tab.engine.calls[-1][2] == -0.5


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        (("", "folm", "mmr", 5, 3, 0, 0, 0), "query is empty"),
        ((None, "folm", "mmr", 5, 3, 0, 0, 0), "query is empty"),
        (("x" * 10_000, "folm", "mmr", 5, 3, 0, 0, 0), "10000 characters"),
        (("x", "folm", "gpt", 5, 3, 0, 0, 0), "no method"),
        (("x", "folm", "mmr", 5, 3, None, 0, 0), "“seed” must be a whole number"),
        (("x", "folm", "mmr", 5, 3, 0, 0, None), "“variety” must be a number"),
    ],
)
def test_wrong_input_is_a_sentence_and_keeps_the_last_answer(tab, form, sentence):
    *_, last = tab.search(*form)
    assert sentence in last[0]
    assert 'role="alert"' in last[0]
    assert keeps_the_answer(last)


def test_the_same_method_twice_is_run_once(tab):
    *_, done = tab.search("x", "folm", "folm", 5, 3, 0, 0, 0)
    assert "Both columns show FOLM" in done[1]
    assert tab.engine.calls[-1][1] == ("folm",)


def link(text: str) -> SimpleNamespace:
    return SimpleNamespace(query_params=QueryParams(text))


def test_a_link_fills_the_form_and_answers(tab):
    busy, outputs = tab.open_link(link("q=ski+weekend&left=mmr&k=3&variety=0.5"))  # neither needs a language model
    assert "Searching" in busy[9]
    assert outputs[:8] == ("ski weekend", "mmr", "diffusion", 3, 4, 0, 0, 0.5)
    assert "ski weekend" in outputs[9]


def test_a_plain_address_changes_nothing_and_a_wrong_link_is_a_sentence(tab):
    (nothing,) = tab.open_link(link(""))
    assert all(skipped(nothing))
    for text, told in (
        ("q=x&k=many", "“k” must be a whole number"),
        ("q=x&variety=much", "“variety” must be a number"),
        ("item=sofa", "no item &#x27;sofa"),
        ("q=x&plus=sofa", "no item &#x27;sofa"),
    ):
        *_, outputs = tab.open_link(link(text))
        assert told in outputs[9] and len(outputs) == len(nothing) == 16


def test_a_link_brings_item_and_likes_back(tab):
    _, outputs = tab.open_link(link("item=hat-rust&others=1&plus=hat-teal&plus=scarf-plum&minus=boots-rust&left=none"))
    assert outputs[0] == "" and "A set around “<bdi>rust felt hat" in outputs[9]
    kept = {"item": "hat-rust", "others": True, "plus": ["hat-teal", "scarf-plum"], "minus": ["boots-rust"]}
    assert json.loads(outputs[8]) == kept
    assert tab.engine.marks[-1] == (("hat-teal", "scarf-plum"), ("boots-rust",), True)
    assert [one in outputs[14] for one in ('data-out="item"', "More like", "Less like", "checked")] == [True] * 4
    assert isinstance(outputs[15], dict), "the options stay folded"
    assert "item=hat-rust&amp;" in outputs[10] and "plus=hat-teal&amp;plus=scarf-plum&amp;minus=boots-rust" in outputs[10]


def test_words_that_are_an_items_id_ask_with_the_item(tab):
    *_, done = tab.search(" hat-rust ", "none", "none", 5, 3, 0, 0, 0)
    assert "A set around" in done[0] and tab.engine.calls[-1][0] is tab.engine.catalog["hat-rust"]
    _, outputs = tab.open_link(link("q=hat-rust&left=none"))
    assert outputs[0] == "" and json.loads(outputs[8])["item"] == "hat-rust"


def test_opening_takes_what_there_is(tmp_path):
    engine = FakeEngine(tmp_path)
    engine.methods = lambda: {"none": "…", "mmr": "…"}
    assert FanOutTab(engine).opening() == Ask(left="none", right="mmr")


def test_details_of_an_unknown_item_are_a_sentence(tab):
    assert "has no item" in tab.details("<b>nothing</b>")
