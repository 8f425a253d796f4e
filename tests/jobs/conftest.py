"""Jobs whose process is the stand-in."""

from pathlib import Path

import pytest

from r4t_demo.jobs import Jobs, queue, store
from r4t_demo.settings import Settings
from tests.jobs.stand_in import Ends


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    path = tmp_path / "shop.zip"
    path.write_bytes(b"zip")
    return path


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(store, "SPARE", 0)  # the machine that tests may be nearly full
    monkeypatch.setattr(queue, "WEIGH", -1.0)
    return Settings(jobs=tmp_path / "jobs")


@pytest.fixture
def ends() -> Ends:
    return Ends()


@pytest.fixture
def jobs(settings: Settings, ends: Ends):
    jobs = Jobs(settings, ends)
    yield jobs
    for path in settings.jobs.glob("*/status.json"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(queue.Queue, "advance", lambda self: None)
            jobs.cancel(path.parent.name)
