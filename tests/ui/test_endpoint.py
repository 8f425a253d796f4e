"""The public endpoint over HTTP, as other programs call it."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from r4t_demo.pattern.steer import Steering
from r4t_demo.ui.launch import launch
from tests.ui.fake_engine import FakeEngine
from tests.ui.fake_steering import FakeSteering


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    root = tmp_path_factory.mktemp("fake")
    (root / "checkpoints").mkdir()
    (root / "checkpoints" / "model.safetensors").write_text("secret")
    demo, address = launch(FakeEngine(root, seconds=0.05), prevent_thread_lock=True)
    yield address
    demo.close()


def test_it_answers_several_callers(address):
    client = Client(address, verbose=False)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda number: client.predict(f"query {number}", ["folm"], 3, 2, api_name="/fanout"), range(12)))
    assert [answer[0]["query"] for answer in answers] == [f"query {number}" for number in range(12)]
    assert all(len(answer[0]["items"]) == 3 for answer in answers)


def test_it_refuses_in_a_sentence(address):
    client = Client(address, verbose=False)
    with pytest.raises(AppError, match="query is empty"):
        client.predict(" ", api_name="/fanout")


def test_it_steers(tmp_path, monkeypatch):
    monkeypatch.setattr(Steering, "load", classmethod(lambda cls, engine: FakeSteering(engine)))
    demo, address = launch(FakeEngine(tmp_path), prevent_thread_lock=True)
    client = Client(address, verbose=False)
    answer = client.predict(["hat-plum", "hat-teal"], "tone", "warm", None, 6, 1.0, 0, api_name="/steer")
    assert [(one["method"], len(one["items"])) for one in answer["results"]] == [("seed-mean", 6), ("modit", 6), ("hppo", 6)]
    assert answer["spread"]["patterns"] == 1
    with pytest.raises(AppError, match="no item 'nothing'"):
        client.predict(["nothing"], "tone", "warm", api_name="/steer")
    demo.close()


def test_only_pictures_are_served(address):
    details = httpx.get(address + "config").json()
    assert "checkpoints" not in str(details)
    for path in ("app.py", "pyproject.toml", "/etc/passwd", "checkpoints/model.safetensors"):
        assert httpx.get(f"{address}gradio_api/file={path}").status_code >= 400
