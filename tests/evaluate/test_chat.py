"""Talking to a judge over HTTP: what is sent, what is tried again, and how each failure is told."""

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace

import pytest

from r4t_demo.errors import UserError
from r4t_demo.evaluate import chat
from r4t_demo.evaluate.chat import Chat
from tests.evaluate.stub_server import CUT, completion, serving

KEY = "sk-very-secret"
HELLO = [{"role": "user", "content": "hello"}]


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What was waited, without waiting. No key of this machine is seen."""
    slept: list[float] = []
    monkeypatch.setattr(chat, "time", SimpleNamespace(sleep=slept.append))
    monkeypatch.setenv("JUDGE_KEY", KEY)
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("huggingface_hub.constants.is_offline_mode", lambda: False)
    return slept


def in_turn(*replies: object) -> Callable[[dict], object]:
    """Replies one after the other, the last one for ever."""
    left = list(replies)
    return lambda body: left.pop(0) if len(left) > 1 else left[0]


def test_a_request_holds_model_messages_and_key() -> None:
    with serving(in_turn("hi")) as server:
        assert Chat("some/model", server.url, "JUDGE_KEY").ask(HELLO) == "hi"
        [(headers, _)], [body] = server.requests, server.bodies()
    assert headers["authorization"] == f"Bearer {KEY}"
    assert (body["model"], body["messages"], body["temperature"]) == ("some/model", HELLO, 0.0)


def test_the_hubs_key_goes_to_no_other_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", KEY)
    monkeypatch.setattr("huggingface_hub.inference._providers.hf_inference.get_token", lambda: KEY)
    with serving(in_turn("hi")) as server:
        Chat("m", server.url).ask(HELLO)
        assert KEY not in str(server.requests)


@pytest.mark.parametrize(
    ("reply", "waited"),
    [
        ((500, {}, {"error": "oops"}), [1.0]),
        ((503, {}, "busy"), [1.0]),
        ((429, {}, {"error": "slow down"}), [1.0]),
        ((429, {"Retry-After": "7"}, {}), [7.0]),
        ((429, {"Retry-After": "0"}, {}), [0.0]),
        ((429, {"Retry-After": "soon"}, {}), [1.0]),
        (CUT, [1.0]),
    ],
)
def test_a_passing_failure_is_tried_again(reply: object, waited: list[float], waits: list[float]) -> None:
    with serving(in_turn(reply, "hi")) as server:
        assert Chat("m", server.url, "JUDGE_KEY").ask(HELLO) == "hi"
        assert len(server.requests) == 2
    assert waits == waited


def test_retry_after_may_be_a_date(waits: list[float]) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    with serving(in_turn((503, {"Retry-After": soon}, {}), "hi")) as server:
        Chat("m", server.url).ask(HELLO)
    assert 25 < waits[0] <= 30


@pytest.mark.parametrize(
    ("reply", "tries", "sentence"),
    [
        (
            (401, {}, {"error": {"message": f"Incorrect API key provided: {KEY}"}}),
            1,
            "status 401: it refuses the key: set HF_TOKEN",
        ),
        ((403, {}, {}), 1, "status 403: the key may not use this model"),
        ((404, {}, {"error": "no such model"}), 1, "it does not know the model"),
        ((400, {}, {"error": {"message": f"no pictures,\nplease, {KEY}"}}), 1, "status 400: no pictures, please, ….$"),
        ((422, {}, "too\nlong"), 1, "status 422: too long.$"),
        ((429, {"Retry-After": "3600"}, {}), 1, "asks to be left alone for 3600 seconds"),
        ((429, {}, {}), 4, "status 429: it takes no more requests"),
        ((500, {}, {"error": {"message": "broken"}}), 4, "status 500: broken.$"),
        ((302, {}, ""), 1, "no chat completion"),
        ((200, {}, "<html>"), 1, "no chat completion"),
        ((200, {}, {"choices": []}), 1, "no chat completion"),
        ((200, {}, ["x"]), 1, "no chat completion"),
        (CUT, 4, "cannot be reached, or cuts the connection"),
    ],
)
def test_a_failure_ends_in_one_sentence_without_the_key(reply: object, tries: int, sentence: str) -> None:
    with serving(in_turn(reply)) as server:
        with pytest.raises(UserError) as caught:
            Chat("m", server.url, "JUDGE_KEY").ask(HELLO)
        assert len(server.requests) == tries
    text = str(caught.value)
    assert re.search(sentence, text)
    assert text.startswith(f"The judge m at {server.url} ")
    assert KEY not in text and "\n" not in text


def test_a_slow_server_is_not_waited_for() -> None:
    done = threading.Event()
    with serving(lambda body: done.wait(10) and "late") as server:
        with pytest.raises(UserError, match="does not answer in time: give it more time with --timeout"):
            Chat("m", server.url, timeout=0.1).ask(HELLO)
        done.set()


def test_nobody_listens() -> None:
    with serving(in_turn("hi")) as server:
        url = server.url
    with pytest.raises(UserError, match="cannot be reached"):
        Chat("m", url).ask(HELLO)


def test_a_model_that_only_reasoned_has_no_text() -> None:
    with serving(in_turn((200, {}, completion(None)))) as server:
        assert Chat("m", server.url).ask(HELLO) == ""


@pytest.mark.parametrize(
    ("url", "variable", "sentence"),
    [
        (None, None, "want a key: set HF_TOKEN"),
        (None, "NOT_THERE", "--api-key-env names is not set"),
        ("localhost:80", None, "--base-url is no address"),
        ("file:///etc/passwd", None, "--base-url is no address"),
        (f"http://me:{KEY}@here/v1", None, "--base-url holds more than an address"),
        (f"http://here/v1?key={KEY}", None, "--base-url holds more than an address"),
    ],
)
def test_what_is_wrong_before_the_first_request(url: str | None, variable: str | None, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence) as caught:
        Chat("m", url, variable)
    assert KEY not in str(caught.value)


def test_offline_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.is_offline_mode", lambda: True)
    with pytest.raises(UserError, match="HF_HUB_OFFLINE is set"):
        Chat("m", "http://127.0.0.1:9/v1").ask(HELLO)
