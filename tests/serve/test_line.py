"""The line: in order, together where that is possible, and a sentence for who cannot be served."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest

from r4t_demo.errors import UserError
from r4t_demo.serve.line import TOGETHER, Line, LineFull, Stopping


class Work:
    """Answers in capitals once the gate is open; "bad" cannot be answered. Keeps what was asked at once."""

    def __init__(self) -> None:
        self.gate, self.begun, self.batches = Event(), Event(), []

    def __call__(self, asked: Sequence[str]) -> list[str]:
        self.batches.append(list(asked))
        self.begun.set()
        assert self.gate.wait(60)
        if "bad" in asked:
            raise UserError("It is bad.")
        return [text.upper() for text in asked]


@pytest.fixture
def work():
    work = Work()
    yield work
    work.gate.set()


@pytest.fixture
def pool():
    with ThreadPoolExecutor(TOGETHER + 8) as pool:
        yield pool


def line_up(pool: ThreadPoolExecutor, line: Line, work: Work, asked: Sequence[tuple[str, str | None]]) -> list[Future]:
    """Ask one after the other, each once the one before stands in the line; the first is at work already."""
    asking = []
    for place, (text, key) in enumerate(asked):
        asking.append(pool.submit(line.ask, text, work, key))
        while line.length[1] < place and not asking[-1].done():
            pass
        assert work.begun.wait(60)
    return asking


def test_each_is_answered_in_turn(pool, work):
    line = Line(8)
    asking = line_up(pool, line, work, [(text, None) for text in "abcd"])
    assert line.length == (1, 3)
    work.gate.set()
    assert [one.result().value for one in asking] == list("ABCD")
    assert work.batches == [["a"], ["b"], ["c"], ["d"]] and line.length == (0, 0)


def test_those_who_ask_alike_are_answered_together(pool, work):
    asked = [("first", None), *((f"x{number}", "x") for number in range(TOGETHER)), ("y", "y"), ("late", "x")]
    asking = line_up(pool, Line(TOGETHER + 8), work, asked)
    work.gate.set()
    assert [one.result().value for one in asking] == [text.upper() for text, _ in asked]
    assert work.batches == [["first"], [f"x{number}" for number in range(TOGETHER)], ["y"], ["late"]]
    assert [one.result().together for one in asking] == [1, *[TOGETHER] * TOGETHER, 1, 1]


def test_one_that_cannot_be_answered_spoils_no_other(pool, work):
    asking = line_up(pool, Line(8), work, [("first", "x"), ("a", "x"), ("bad", "x"), ("b", "x")])
    work.gate.set()
    assert [asking[place].result().value for place in (0, 1, 3)] == ["FIRST", "A", "B"]
    with pytest.raises(UserError, match=r"^It is bad\.$"):
        asking[2].result()


def test_a_full_line_says_so_at_once_and_has_room_again_later(pool, work):
    line = Line(2)
    asking = line_up(pool, line, work, [("a", None), ("b", None), ("c", None)])
    with pytest.raises(LineFull, match="Too many visitors are asking at once: try again in a few seconds"):
        line.ask("d", work)
    work.gate.set()
    assert [one.result().value for one in asking] == list("ABC")
    assert line.ask("d", work).value == "D"


def test_a_closed_line_finishes_what_is_at_work_and_sends_the_others_away(pool, work):
    line = Line(8)
    asking = line_up(pool, line, work, [("a", None), ("b", None)])
    line.close()
    for refused in (asking[1].result, lambda: line.ask("c", work)):
        with pytest.raises(Stopping, match="stopped or restarted"):
            refused()
    assert not line.drain(0.01)
    work.gate.set()
    assert asking[0].result().value == "A" and line.drain(60)
