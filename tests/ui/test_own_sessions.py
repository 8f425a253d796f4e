"""Two visitors over real HTTP: a session sees and steers its own job, whatever it claims, and files go by a job's id alone."""

import json
import sys

import httpx
import pytest

from r4t_demo.jobs import Jobs
from r4t_demo.jobs.folder import CATALOG, ZIPS
from r4t_demo.ui.launch import launch
from tests.sources.makers import picture, write_files
from tests.ui.fake_engine import FakeEngine
from tests.ui.made_jobs import make_job

SLEEPS = [sys.executable, "-c", "import time; time.sleep(900)"]


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """(demo, address, jobs) of a page whose jobs only sleep."""
    engine = FakeEngine(tmp_path_factory.mktemp("fake"))
    jobs = Jobs(engine.settings, lambda folder, record: SLEEPS)
    demo, address = launch(engine, jobs, prevent_thread_lock=True)
    yield demo, address, jobs
    for session in ("anna", "bert"):
        for status in jobs.of(session):
            jobs.cancel(status.job)
    demo.close()


class Visitor:
    """A session that may send whatever it likes."""

    def __init__(self, app, session: str):
        self.demo, self.address, _ = app
        self.session = session

    def send(self, elem_id: str, event: str, *data: object, query: str = "") -> str:
        """Run what an event of a part of the page runs, and return the whole answer as text."""
        [part] = [key for key, block in self.demo.blocks.items() if (block.elem_id or type(block).__name__) == elem_id]
        [function] = [key for key, one in self.demo.fns.items() if (part, event) in one.targets]
        body = {"fn_index": function, "data": data, "session_hash": self.session}
        answer = httpx.post(f"{self.address}gradio_api/run/predict{query}", json=body, timeout=60)
        return json.dumps(answer.json())

    def details(self, item_id: str, job: str) -> str:
        """What the page's script gets for the dialog with an item."""
        [part] = [key for key, block in self.demo.blocks.items() if block.elem_id == "details-holder"]
        body = {"component_id": part, "fn_name": "details", "data": [item_id, job], "session_hash": self.session}
        return httpx.post(f"{self.address}gradio_api/component_server/", json=body, timeout=60).text

    def get(self, path) -> int:
        return httpx.get(f"{self.address}gradio_api/file={path}").status_code


def test_a_session_neither_sees_nor_steers_the_job_of_another(app):
    anna, bert, jobs = Visitor(app, "anna"), Visitor(app, "bert"), app[2]
    assert "rainy-sunday.csv" in anna.send("sample-rainy-sunday", "click")
    [mine] = jobs.of("anna")
    assert jobs.of("bert") == []
    claim = {"job": mine.job, "phase": "preparing", "told": 0, "log": True}
    for elem_id, event in (("Timer", "tick"), ("own-cancel", "click"), ("own-remove", "click")):
        answer = bert.send(elem_id, event, *([claim, "yes"] if elem_id == "own-remove" else [claim]))
        assert "rainy-sunday.csv" not in answer and mine.job not in answer
    assert jobs.status(mine.job).busy
    assert "Cancelled after" in anna.send("own-cancel", "click", None)
    assert not jobs.status(mine.job).busy


def test_of_a_job_only_pictures_and_the_zip_are_served(app, tmp_path):
    jobs, anna = app[2], Visitor(app, "anna")
    files = {f"p/{i}.png": picture((9 * i, 90, 40)) for i in range(24)}
    table = "\n".join(
        ["image,title,category,tags", *(f"p/{i}.png,thing {i},{'mug' if i % 2 else 'lamp'},cosy" for i in range(24))]
    )
    shop = write_files(tmp_path / "shop", files | {"shop.csv": table})
    job, other = make_job(jobs, shop, "done"), make_job(jobs, shop, "done")
    folder, unseen = jobs.root / job, jobs.root / other
    held = next((folder / CATALOG / "images").rglob("*.webp"))
    assert "row-000003" not in anna.details("row-000003", "x" * 22), "an id that is no job's leads to no item"
    assert "thing 2" in anna.details("row-000003", job)
    assert anna.get(held) >= 400, "nobody has asked for it yet"
    [load] = [one for one in app[0].fns.values() if one.name == "open_link"][-1:]
    body = {"fn_index": load._id, "data": [], "session_hash": "anna"}
    httpx.post(f"{app[1]}gradio_api/run/predict?job={job}", json=body, timeout=60)
    assert anna.get(held) == 200
    assert anna.get(folder / ZIPS / "shop-r4t.zip") == 200
    assert anna.get(next((unseen / CATALOG / "images").rglob("*.webp"))) >= 400
    for name in (
        "status.json",
        "events.jsonl",
        "catalog/items.parquet",
        "catalog/queries.jsonl",
        "catalog/images/../items.parquet",
    ):
        assert anna.get(folder / name) >= 400, name
