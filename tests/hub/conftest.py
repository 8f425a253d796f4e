"""The real client against a Hub on this machine, an empty cache, and no pauses between its attempts."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from huggingface_hub import constants, file_download
from huggingface_hub.utils import _cache_assets, _http

from tests.hub.stub_hub import StubHub, serving

TOKEN = "hf_" + "s3cret" * 6


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StubHub]:
    """A running stub, and the client's address, cache and token turned to it."""
    with serving() as server:
        template = server.url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "ENDPOINT", server.url)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache" / "hub"))
        monkeypatch.setattr(_cache_assets, "HF_ASSETS_CACHE", str(tmp_path / "cache" / "assets"))
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        at_once = SimpleNamespace(**{**vars(time), "sleep": lambda seconds: None})
        for module in (file_download, _http):
            monkeypatch.setattr(module, "time", at_once)
        yield server


@pytest.fixture
def unplug(hub: StubHub, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Takes the Hub off the net: from then on nobody listens at its address."""

    def unplug() -> None:
        monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
        monkeypatch.setattr(
            constants, "HUGGINGFACE_CO_URL_TEMPLATE", "http://127.0.0.1:9/{repo_id}/resolve/{revision}/{filename}"
        )

    return unplug
