"""Files come from the Hub once, whole, and as the commit that was named; what goes wrong there is a sentence."""

import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from huggingface_hub import constants

from r4t_demo.errors import HubUnreachable, UserError
from r4t_demo.fanout.checkpoint import FILES
from r4t_demo.hub.repo import Repo
from tests.hub.conftest import TOKEN
from tests.hub.stub_hub import StubHub

WEIGHTS = bytes(range(256)) * 2000
MODEL = {"config.json": b'{"a": 1}', "model.safetensors": WEIGHTS}


def fetched(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def fetch(reference: str, kind: str = "model") -> dict[str, bytes]:
    return fetched(Repo.of(reference, kind).fetch(FILES, leave=["*/*"]))


def test_a_pinned_commit_stays_and_is_asked_for_once(hub: StubHub) -> None:
    first = hub.put("model", "ann/folm", MODEL)
    hub.put("model", "ann/folm", MODEL | {"config.json": b"newer"})
    assert fetch(f"hub:ann/folm@{first}") == MODEL
    hub.requests.clear()
    assert fetch(f"hub:ann/folm@{first}") == MODEL
    assert hub.requests == []
    assert fetch("hub:ann/folm")["config.json"] == b"newer"


def test_nothing_that_could_run_is_fetched(hub: StubHub) -> None:
    more = {"pytorch_model.bin": b"\x80", "modeling.py": b"raise", "onnx/model.safetensors": b"x", "README.md": b"card"}
    hub.put("model", "ann/folm", MODEL | more)
    assert fetch("hub:ann/folm") == MODEL | {"README.md": b"card"}


@pytest.mark.parametrize(
    ("status", "reference", "kind", "sentence"),
    [
        (
            0,
            "hub:ann/none",
            UserError,
            "The model hub:ann/none cannot .* shows no model of that name; if it is private",
        ),
        (0, "hub:ann/folm@v9", UserError, "The model hub:ann/folm@v9 cannot be fetched: .* has no such revision"),
        (401, "hub:ann/folm", UserError, "answers 401; check HF_TOKEN"),
        (403, "hub:ann/folm", UserError, "answers 403; check HF_TOKEN"),
        (429, "hub:ann/folm", HubUnreachable, "answers 429; try again later"),
        (503, "hub:ann/folm", HubUnreachable, "answers 503; try again later"),
    ],
)
def test_what_the_hub_refuses_is_a_sentence(
    hub: StubHub, status: int, reference: str, kind: type[UserError], sentence: str
) -> None:
    hub.put("model", "ann/folm", MODEL)
    hub.status = status
    with pytest.raises(UserError, match=sentence) as raised:
        fetch(reference)
    assert type(raised.value) is kind
    assert "\n" not in str(raised.value) and TOKEN not in str(raised.value)


def test_a_connection_that_is_cut_is_taken_up_where_it_broke(hub: StubHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 50_000)  # what the client writes at once
    hub.put("model", "ann/folm", MODEL)
    hub.cut["model.safetensors"] = [100_000, 2]
    assert fetch("hub:ann/folm") == MODEL
    weights = [headers for method, path, headers, _ in hub.requests if method == "GET" and path.endswith("model.safetensors")]
    ranges = [int(headers.get("Range", "bytes=0-")[6:-1]) for headers in weights]
    assert ranges == [0, 100_000, 200_000]


def test_what_had_arrived_whole_stays_when_the_hub_goes_away(hub: StubHub) -> None:
    commit = hub.put("model", "ann/folm", MODEL)
    hub.cut["model.safetensors"] = [0, 99]
    with pytest.raises(HubUnreachable, match="The model hub:ann/folm cannot be fetched: the connection .* broke off"):
        fetch("hub:ann/folm")
    hub.cut.clear()
    hub.requests.clear()
    assert fetch(f"hub:ann/folm@{commit}") == MODEL
    assert [path.rpartition("/")[2] for path in hub.asked("GET") if "/resolve/" in path] == ["model.safetensors"]


def test_without_the_hub_the_cache_answers(hub: StubHub, unplug: Callable, capsys: pytest.CaptureFixture[str]) -> None:
    commit = hub.put("model", "ann/folm", MODEL)
    fetch("hub:ann/folm")
    unplug()
    assert fetch("hub:ann/folm") == MODEL
    assert f"The commit that is in the cache, {commit}, takes its place." in capsys.readouterr().err
    with pytest.raises(HubUnreachable, match="not in this machine's cache, and the Hugging Face Hub cannot be reached"):
        fetch("hub:ann/other")


def test_what_finds_no_room_is_not_begun(hub: StubHub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.put("model", "ann/folm", MODEL)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=500_000))
    with pytest.raises(UserError, match=r"needs 0.5 MB, and the disk of .* has 0.5 MB left: .* set HF_HOME"):
        fetch("hub:ann/folm")
    assert not [path for path in hub.asked("GET") if "/resolve/" in path]


def test_a_repository_of_something_else_is_told(hub: StubHub) -> None:
    hub.put("model", "ann/folm", {"weights.bin": b"x"})
    with pytest.raises(UserError, match="holds none of the files"):
        fetch("hub:ann/folm")
