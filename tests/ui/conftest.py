"""An app as other programs meet it: the tiny catalogue with its real search, and stand-ins for the trained parts."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from r4t_demo.engine import Engine
from r4t_demo.jobs import Jobs
from r4t_demo.pattern.steer import Steering
from r4t_demo.serve.desk import Desk
from r4t_demo.settings import Settings
from r4t_demo.ui.endpoints import Endpoints
from r4t_demo.ui.launch import launch
from r4t_demo.ui.own.catalogues import OwnCatalogues
from r4t_demo.ui.own.tab import OwnTab
from tests.doubles import stand_in
from tests.sources.makers import picture, write_zip
from tests.ui.fake_engine import FakeEngine
from tests.ui.fake_steering import SeasonSteering
from tests.ui.made_jobs import EVIL


@pytest.fixture(scope="session")
def served(catalog_folder, catalog, index, encoder, tmp_path_factory):
    """``address`` of the app, its ``engine``, ``steering`` and ``jobs``, and its ``endpoints`` as Python sees them."""
    root = tmp_path_factory.mktemp("served")
    folders = {name: root / name for name in ("checkpoints", "results", "jobs")}
    folders["checkpoints"].mkdir()
    engine = Engine(Settings(catalog=str(catalog_folder), port=0, **folders), catalog, index, encoder)
    stand_in(engine)
    steering, jobs = SeasonSteering(engine), Jobs(engine.settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Steering, "load", classmethod(lambda cls, engine: steering))
        demo, address = launch(engine, jobs, prevent_thread_lock=True)
    endpoints = Endpoints(Desk(engine), steering)
    yield SimpleNamespace(demo=demo, address=address, engine=engine, steering=steering, jobs=jobs, endpoints=endpoints)
    demo.close()


SLEEPS = [sys.executable, "-c", "import time; time.sleep(900)"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Path:
    """A zip of 24 pictures and a table in which one title is markup."""
    files = {f"p/{i}.png": picture((10 * i, 200 - 5 * i, 90)) for i in range(24)}
    rows = [f"p/{i}.png,{EVIL if i == 0 else f'thing {i}'},{'mug' if i % 2 else 'lamp'},cosy" for i in range(24)]
    table = "\n".join(["image,title,category,tags", *rows])
    return write_zip(tmp_path_factory.mktemp("shop") / "shop.zip", {**files, "shop.csv": table})


@pytest.fixture
def tab(tmp_path):
    """A visitor's tab over a page without models, whose jobs sleep."""
    engine = FakeEngine(tmp_path)
    jobs = Jobs(engine.settings, lambda folder, record: SLEEPS)
    yield OwnTab(OwnCatalogues(engine, jobs, SeasonSteering))
    for status in jobs.of("mine") + jobs.of("another"):
        jobs.cancel(status.job)
