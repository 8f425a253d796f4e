"""The language model below an adapter, from the Hub: the revision that is pinned, its weights and texts alone, and once."""

from collections.abc import Callable

import pytest

from r4t_demo.errors import HubUnreachable, UserError
from r4t_demo.fanout import language_model
from r4t_demo.fanout.language_model import SMOLLM2, available, folder_of
from tests.hub.conftest import TOKEN
from tests.hub.stub_hub import StubHub

MODEL = {"config.json": b'{"a": 1}', "model.safetensors": b"weights", "tokenizer.json": b"{}", "merges.txt": b"a b"}


@pytest.fixture(autouse=True)
def without_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language_model, "packed_file", lambda: None)


def held(base: str) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder_of(base).iterdir()}


def test_the_embedded_model_comes_as_it_is_pinned(hub: StubHub, unplug: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    more = {"pytorch_model.bin": b"\x80", "modeling.py": b"raise", "onnx/model.onnx": b"x"}
    monkeypatch.setattr(language_model, "REVISION", hub.put("model", SMOLLM2, MODEL | more))
    hub.put("model", SMOLLM2, MODEL | {"config.json": b"newer"})
    assert not available(SMOLLM2)
    assert held(SMOLLM2) == MODEL
    assert available(SMOLLM2) and available(f"{SMOLLM2}@{language_model.REVISION}")
    unplug()
    assert held(SMOLLM2) == MODEL


def test_any_other_model_comes_in_the_revision_that_is_named(hub: StubHub) -> None:
    first = hub.put("model", "ann/base", MODEL)
    newest = hub.put("model", "ann/base", MODEL | {"config.json": b"newer"})
    assert held(f"ann/base@{first}") == MODEL
    assert available(f"ann/base@{first}") and not available(f"ann/base@{newest}") and not available("ann/base")
    assert held("ann/base")["config.json"] == b"newer" and available("ann/base")


@pytest.mark.parametrize(
    ("status", "base", "kind", "sentence"),
    [
        (0, "ann/none", UserError, "shows no model of that name; if it is private or gated, set HF_TOKEN.$"),
        (0, "ann/base@v9", UserError, "has no such revision of it.$"),
        (403, "ann/base", UserError, "answers 403; check HF_TOKEN and what it is allowed to do.$"),
        (503, "ann/base", HubUnreachable, "answers 503; try again later.$"),
        (403, SMOLLM2, UserError, "answers 403; .* Without a Hub, `make demo` installs it from a package.$"),
    ],
)
def test_what_the_hub_refuses_is_a_sentence(hub: StubHub, status: int, base: str, kind: type[UserError], sentence: str) -> None:
    hub.put("model", "ann/base", MODEL)
    hub.status = status
    with pytest.raises(
        UserError, match=f"^The language model {base} is not on this machine and cannot be fetched: .*{sentence}"
    ) as raised:
        folder_of(base)
    assert type(raised.value) is kind and not available(base)
    assert "\n" not in str(raised.value) and TOKEN not in str(raised.value)
