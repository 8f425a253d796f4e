"""The desk: two lines, one log line a request, and nothing in it that a visitor wrote."""

import json
import logging
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from time import sleep

import gradio as gr
import pytest
from PIL import Image

from r4t_demo import log
from r4t_demo.errors import UserError
from r4t_demo.serve.desk import Broken, Desk, ServedSteering
from r4t_demo.settings import Settings
from r4t_demo.ui.endpoints import Endpoints
from r4t_demo.ui.search.tab import FanOutTab
from tests.ui.fake_engine import FakeEngine
from tests.ui.fake_steering import FakeSteering


@pytest.fixture
def logged(tmp_path: Path):
    """What the log holds: a list of objects."""
    logger = logging.getLogger("r4t_demo")
    before = logger.handlers, logger.level, logger.propagate
    log.configure(Settings(log=str(tmp_path / "app.log")))
    yield lambda: list(map(json.loads, (tmp_path / "app.log").read_text().splitlines()))
    logger.handlers, logger.level, logger.propagate = before


@pytest.fixture
def engine(tmp_path: Path) -> FakeEngine:
    return FakeEngine(tmp_path / "fake")


def test_every_request_leaves_one_line_with_its_stages(engine, logged):
    desk = Desk(engine)
    desk.engine.run(["secret wish"], ["folm", "diffusion"], k=3)
    desk.engine.similar("hat-rust", 2)
    ServedSteering(FakeSteering(engine), desk).run(["dress-rust"], "tone", "warm", k=5)
    fanout, similar, steer = logged()
    assert (fanout["event"], fanout["methods"], fanout["k"], fanout["error"]) == ("fanout", ["folm", "diffusion"], 3, None)
    assert fanout["stages"]["folm"] == {"encode": 8.1, "fanout": 412.0, "search": 0.9, "total": 421.0}
    assert {"wait", "total"} == set(fanout["ms"]) and len({fanout["id"], similar["id"], steer["id"]}) == 3
    assert similar["event"] == "similar" and set(steer["stages"]) == {"seed-mean", "direction", "modit", "hppo"}
    for word in ("secret", "hat-rust", "dress-rust"):
        assert word not in json.dumps(logged())


def test_a_search_on_the_page_is_one_request_though_its_list_is_shown_as_it_grows(engine, logged):
    *_, done = FanOutTab(Desk(engine).engine).search("x", "folm", "folm", 5, 3, 0, 0, 0)
    assert "answered in" in done[0]
    assert [(line["event"], line["methods"]) for line in logged()] == [("fanout", ["folm"])]


def test_each_of_those_answered_at_once_hears_of_its_own_lists(engine, monkeypatch):
    """The second and the third come while the first is at work, and are then answered together."""
    desk, begun, go, together = Desk(engine), Event(), Event(), []
    run = engine.run

    def slow(queries, methods, **options):
        together.append(len(queries))
        begun.set()
        assert go.wait(60)
        return run(queries, methods, **options)

    monkeypatch.setattr(engine, "run", slow)
    told: dict[str, list] = {name: [] for name in ("first", "second", "third")}
    asking = []
    for name in told:
        tell = (lambda *grown, name=name: told[name].append(grown)) if name != "second" else None
        asking.append(Thread(target=desk.engine.run, args=([name, f"{name} too"], ["folm"]), kwargs={"k": 3, "tell": tell}))
        asking[-1].start()
        assert begun.wait(60)
        while sum(desk.load.values()) < len(asking):
            sleep(0.01)
    go.set()
    for thread in asking:
        thread.join()
    assert together == [2, 4] and not told["second"]
    for name in ("first", "third"):
        results = engine.run([name, f"{name} too"], ["folm"], k=3)
        assert [grown for grown in told[name] if len(grown[2]) == 3] == [
            ("folm", row, result.sub_queries) for row, result in enumerate(results)
        ]
        assert len(told[name]) == 6


def test_what_was_written_is_logged_where_that_is_wanted(engine, logged):
    engine.settings = replace(engine.settings, log_queries=1)
    with pytest.raises(UserError, match="characters"):
        Desk(engine).engine.run(["x" * 501])
    [line] = logged()
    assert line["asked"] == ["x" * 501] and line["error"] == "UserError" and "501 characters" in line["message"]


def test_of_items_and_pictures_the_log_has_no_more_than_that(engine, logged):
    engine.settings = replace(engine.settings, log_queries=1)
    desk = Desk(engine)
    desk.engine.run([engine.catalog["hat-rust"], Image.new("RGB", (2, 2), "red")], ["none"], k=2, plus=("hat-teal",))
    assert desk.engine.kind(engine.catalog["hat-rust"]) == "hat"
    assert [line["asked"] for line in logged()] == [["hat-rust", "(a picture)"]]


def test_an_endpoint_that_refuses_what_it_is_asked_leaves_one_line_too(engine, logged):
    endpoints = Endpoints(Desk(engine), UserError("There is no steering model here."))
    for query, k in (("one", "secret"), ("x" * 501, 3)):  # refused by the endpoint, and by the engine
        with pytest.raises(gr.Error):
            endpoints.fanout(query, ["folm"], k)
    assert [(line["event"], line["error"]) for line in logged()] == [("fanout", "UserError")] * 2
    assert "secret" not in json.dumps(logged())


def test_an_error_of_ours_is_a_sentence_with_the_id_that_the_log_has(engine, logged, monkeypatch):
    monkeypatch.setattr(engine, "_result", lambda *_: {}["secret wish"])
    with pytest.raises(Broken, match="Something went wrong here") as told:
        Desk(engine).engine.run(["secret wish"])
    [line] = logged()
    assert line["id"] in str(told.value) and (line["level"], line["error"]) == ("ERROR", "KeyError")
    assert "fake_engine.py" in line["places"][-2] and "secret" not in json.dumps(line)


def test_who_asks_for_diffusion_does_not_wait_for_a_language_model(engine):
    desk = Desk(engine)
    desk.slow.close()  # as good as one that is busy for ever
    with pytest.raises(UserError, match="stopped"):
        desk.engine.run(["one"], ["folm", "diffusion"])
    assert desk.engine.run(["one"], ["diffusion"])


def test_the_page_reads_the_sentence_of_a_full_line(engine):
    engine.settings, engine.seconds = replace(engine.settings, waiting=1), 0.4
    tab = FanOutTab(Desk(engine).engine)
    shown: dict[int, str] = {}

    def search(seed: int) -> None:
        *_, last = tab.search("one", "folm", "diffusion", 3, 2, seed, 0, 0)
        shown[seed] = last[0]

    visitors = [Thread(target=search, args=(seed,)) for seed in range(4)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert sum("answered in" in text for text in shown.values()) == 2
    assert sum('role="alert">Too many visitors are asking at once' in text for text in shown.values()) == 2


def test_a_log_that_cannot_be_written_is_a_sentence(tmp_path):
    with pytest.raises(UserError, match="R4T_LOG is '.*missing/app.log', which cannot be written"):
        log.configure(Settings(log=str(tmp_path / "missing" / "app.log")))
