"""An app as other programs meet it: the tiny catalogue with its real search, and stand-ins for the trained parts."""

from types import SimpleNamespace

import pytest

from r4t_demo.engine import Engine
from r4t_demo.jobs import Jobs
from r4t_demo.pattern.steer import Steering
from r4t_demo.serve.desk import Desk
from r4t_demo.settings import Settings
from r4t_demo.ui.endpoints import Endpoints
from r4t_demo.ui.launch import launch
from tests.doubles import stand_in
from tests.ui.fake_steering import SeasonSteering


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
