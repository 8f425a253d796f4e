"""/health: for who watches the app, also while it cannot take one visitor more."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import gradio as gr
import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from r4t_demo import __version__
from r4t_demo.ui.launch import launch
from tests.malformed import SHOTS, send
from tests.sources.makers import write_files
from tests.ui.fake_engine import FakeEngine
from tests.ui.made_jobs import make_job


def health(address: str) -> httpx.Response:
    return httpx.get(f"{address}health", timeout=30)


def test_it_tells_how_the_app_is_doing(served, tmp_path):
    job = make_job(served.jobs, write_files(tmp_path / "mugs", {"mugs.csv": "title\nmug\n"}), "running")
    told = health(served.address)
    report = told.json()
    served.jobs.delete(job)
    assert told.status_code == 200 and (report["status"], report["reason"], report["version"]) == ("ok", None, __version__)
    assert report["catalog"] == {"name": "tiny", "items": 48} and "diffusion" in report["models"]
    assert set(report["jobs"]) == {"running", "queued"} and report["requests"] == {"running": 0, "waiting": 0}
    assert report["uptime_seconds"] >= 0 and report["disk_free_gib"] >= 0 and "commit" in report


@pytest.mark.parametrize(
    ("place", "name", "broken", "reason"),
    [
        ("index", "search", lambda *_, **__: 1 / 0, "index does not answer (ZeroDivisionError)"),
        ("disk", "disk_usage", lambda _: SimpleNamespace(free=2**20), "nearly full: 1 MiB"),
    ],
)
def test_what_is_broken_is_told_with_503(served, monkeypatch, place, name, broken, reason):
    monkeypatch.setattr(served.engine.index if place == "index" else shutil, name, broken)
    told = health(served.address)
    assert told.status_code == 503 and told.json()["status"] == "broken" and reason in told.json()["reason"]


def test_while_the_line_is_full_it_answers_and_callers_read_one_sentence(tmp_path):
    engine = FakeEngine(tmp_path, seconds=0.0)
    engine.settings = replace(engine.settings, waiting=1)
    demo, address = launch(engine, prevent_thread_lock=True)
    engine.seconds = 1.0
    client = Client(address, verbose=False)

    def ask(seed: int) -> str:
        try:
            return client.predict("one", ["diffusion"], seed=seed, api_name="/fanout")[0]["query"]
        except AppError as error:
            return str(error)

    with ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(ask, seed) for seed in range(8)]
        while (report := health(address).json())["requests"] != {"running": 1, "waiting": 1}:
            assert not all(one.done() for one in asking)
        assert report["status"] == "ok"
        told = [one.result() for one in asking]
    demo.close()
    assert set(told) == {"one", "Too many visitors are asking at once: try again in a few seconds."}


def test_after_malformed_requests_it_lives_and_answers(served):
    told = [send(served.address, shot) for shot in SHOTS[::4]]
    assert all(status is not None and status < 500 for status in told), "each is answered, and none is an error of the app's"
    assert health(served.address).json()["status"] == "ok"
    found = Client(served.address, verbose=False).predict(query="gothic red", n=2, api_name="/search")
    assert len(found["items"]) == 2


def test_an_idle_app_looks_seldom_for_work(served):
    looks = ("sleep_when_free", "progress_update_sleep_when_free")
    assert all(getattr(served.demo._queue, look) >= 10 * getattr(gr.Blocks().queue()._queue, look) for look in looks)
