"""Whatever a link, a browser or a program sends: an answer, or a sentence."""

import json
from base64 import b64encode
from urllib.parse import parse_qsl

import gradio as gr
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from r4t_demo.errors import UserError
from r4t_demo.serve.desk import Desk
from r4t_demo.ui.search.ask import Ask
from r4t_demo.ui.search.tab import FanOutTab
from r4t_demo.ui.steer.aim import Aim
from r4t_demo.ui.steer.tab import SteerTab

WORDS = [
    "gothic red",
    "gothic-red-hat",
    "none",
    "mmr",
    "season",
    "winter",
    "hat",
    "hub:a/b",
    "instruct:a/b",
    "../x",
    "\0",
    "\ud800",
    " ",
]
NUMBERS = st.one_of(st.integers(), st.floats(), st.sampled_from([0, 1, 2, 10, 50, 10**400]))
TEXTS = st.one_of(st.text(max_size=8), st.sampled_from(WORDS), st.just("x" * 600))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda one: st.one_of(st.lists(one, max_size=3), st.dictionaries(TEXTS, one, max_size=2)),
    max_leaves=4,
)
LIKELY = {  # what an argument should be, so that the others are reached
    "query": TEXTS, "item_id": TEXTS, "category": TEXTS, "domain": TEXTS, "value": TEXTS, "seeds": st.lists(TEXTS, max_size=3),
    "methods": st.lists(TEXTS, max_size=2), "k": NUMBERS, "n": NUMBERS, "seed": NUMBERS, "variety": NUMBERS, "strength": NUMBERS,
    "distinct": st.booleans(), "picture": st.one_of(TEXTS, st.binary(max_size=20).map(lambda data: b64encode(data).decode())),
    "other_kinds": st.booleans(), "plus": st.lists(TEXTS, max_size=2), "minus": st.lists(TEXTS, max_size=2),
}  # fmt: skip
NAMES = {
    "fanout": ("query", "methods", "k", "n", "seed", "distinct", "variety", "item_id", "picture", "other_kinds", "plus", "minus"),
    "steer": ("seeds", "domain", "value", "methods", "k", "strength", "seed"),
    "search": ("query", "item_id", "n", "category"),
}
GOOD = {
    "fanout": {"query": "gothic red", "methods": ["none"], "k": 2, "n": 1},
    "steer": {"seeds": ["gothic-red-hat"], "domain": "season", "value": "winter", "k": 2},
    "search": {"query": "gothic red"},
}


@pytest.fixture(scope="module")
def endpoints(served):
    return served.endpoints


@pytest.fixture(scope="module")
def search_tab(served) -> FanOutTab:
    return FanOutTab(Desk(served.engine).engine)


@pytest.fixture(scope="module")
def jobs(served):
    return served.jobs


@pytest.mark.parametrize("endpoint", NAMES)
@settings(max_examples=60)
@given(st.data())
def test_an_endpoint_answers_any_json(endpoints, endpoint: str, data: st.DataObject) -> None:
    odd = data.draw(st.fixed_dictionaries({}, optional={name: st.one_of(LIKELY[name], JSON) for name in NAMES[endpoint]}))
    try:
        answer = getattr(endpoints, endpoint)(**GOOD[endpoint] | odd)
    except gr.Error as error:
        answer = error.message
    json.dumps(answer, allow_nan=False, ensure_ascii=False).encode()
    assert not isinstance(answer, str) or answer.endswith((".", "…"))


LINKED = TEXTS.map(lambda text: text.encode("utf-8", "replace").decode())  # as an address is read
LINKS = (
    *("q", "left", "k", "n", "seed", "steps", "variety", "item", "others", "plus", "minus"),
    *("seeds", "domain", "value", "strength"),
)
NAMED = st.one_of(st.sampled_from(LINKS), LINKED)
PAIRS = st.lists(st.tuples(NAMED, st.one_of(LINKED, NUMBERS.map(repr))), max_size=6)


@given(PAIRS)
def test_a_search_link_is_a_search_or_a_sentence(pairs: list[tuple[str, str]]) -> None:
    try:
        ask = Ask().with_link(pairs)
    except UserError:
        return
    assert Ask().with_link(parse_qsl(ask.to_link()[1:], keep_blank_values=True)) == ask


@settings(max_examples=60)
@given(
    st.sampled_from(["", "gothic red"]),
    st.one_of(
        TEXTS,
        JSON.map(json.dumps),
        st.dictionaries(st.sampled_from(["item", "picture", "others", "plus", "minus"]), JSON).map(json.dumps),
        st.just("[" * 100_000),
    ),
)
def test_whatever_the_browser_tells_besides_words(search_tab, query: str, told: str) -> None:
    *_, last = search_tab.search(query, "none", "none", 2, 1, 0, 0, 0, told)
    assert "answered in" in last[0] or 'class="error"' in last[0]
    json.dumps(last[0], ensure_ascii=False).encode()


@given(PAIRS)
def test_a_steer_link_is_a_steering_or_a_sentence(pairs: list[tuple[str, str]]) -> None:
    try:
        aim = Aim().with_link(pairs)
    except UserError:
        return
    assert Aim().with_link(parse_qsl(aim.to_link()[1:], keep_blank_values=True)) == aim


@settings(max_examples=60)
@given(TEXTS)
def test_a_job_link_leads_to_nothing_or_to_a_sentence(jobs, job: str) -> None:
    with pytest.raises(UserError, match="no such run"):
        jobs.status(job)


@pytest.fixture(scope="module")
def steer_tab(served) -> SteerTab:
    return SteerTab(served.engine, served.steering)


@settings(max_examples=60)
@given(
    st.one_of(
        TEXTS,
        JSON.map(json.dumps),
        JSON.map(lambda one: json.dumps({"seeds": one})),
        JSON.map(lambda one: json.dumps({"send": one})),
        st.just("[" * 100_000),
    )
)
def test_whatever_the_browser_tells_the_steer_tab(steer_tab, told: str) -> None:
    drawn = steer_tab.told(steer_tab.opening(), told)
    assert "aim" in drawn or "error" in drawn["status"]


@settings(max_examples=40)
@given(PAIRS, TEXTS, TEXTS, st.one_of(NUMBERS, JSON))
def test_whatever_a_link_or_a_form_brings_to_the_steer_tab(steer_tab, pairs, domain, value, strength) -> None:
    for drawn in (steer_tab.open_link(pairs), steer_tab.form(steer_tab.opening(), domain, strength, value)):
        assert not drawn or "aim" in drawn or "error" in drawn["status"]
