"""A language model compiled for the CPU: rounded as told, made once, kept whole or not at all."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from r4t_demo.fanout import compiled as module
from r4t_demo.fanout.compiled import Compiled, compilable, digest_of, ends_of, graph_of, served
from r4t_demo.fanout.decoding import left_padded, session_of
from r4t_demo.fanout.folm import Folm
from tests.doubles import HashEncoder
from tests.tiny_instruct import tiny_instruct
from tests.tiny_models import compiled, list_writer, save_folm

ROOT = Path(__file__).resolve().parents[2]
ROW = left_padded([torch.tensor([5, 6, 7, 8])])


@pytest.fixture
def writer(encoder: HashEncoder) -> Folm:
    return list_writer(encoder)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setattr(module, "cache", lambda: tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def folder(writer: Folm, tmp_path: Path) -> Path:
    return save_folm(writer, tmp_path / "base")


def scores(model: Compiled) -> torch.Tensor:
    return session_of(model).read(*ROW)


def loader(writer: Folm) -> tuple[Callable, list]:
    """Loads the model, and notes that it has."""
    loads: list[None] = []
    return lambda: loads.append(None) or writer.model, loads


def test_a_model_is_compiled_once(writer: Folm, folder: Path, place: Path) -> None:
    load, loads = loader(writer)
    first, second = (served([folder], load) for _ in range(2))
    assert len(loads) == 1
    assert torch.equal(scores(first), scores(second))
    assert first.digest == second.digest == digest_of(writer.model)
    assert first.ends == second.ends == ends_of(writer.model) != []
    assert [path.name for path in place.iterdir()] == [next(place.iterdir()).name], "and nothing lies beside it"


@pytest.mark.parametrize("change", ["a file of it", "another file", "the engine"])
def test_what_it_is_made_of_has_changed(
    change: str, writer: Folm, folder: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load, loads = loader(writer)
    served([folder], load)
    if change == "the engine":
        monkeypatch.setattr(module.ov, "__version__", "another")
    else:
        file = folder / ("config.json" if change == "a file of it" else "adapter_config.json")
        file.write_text((file.read_text() if file.is_file() else "{}") + " ")
    served([folder], load)
    assert len(loads) == len([*place.iterdir()]) == 2


@pytest.mark.parametrize("damage", ["cut short", "another byte", "no graph", "no sum", "no weights", "empty graph"])
def test_a_damaged_one_is_made_again(damage: str, writer: Folm, folder: Path, place: Path) -> None:
    load, loads = loader(writer)
    whole = scores(served([folder], load))
    [kept] = place.iterdir()
    weights = kept / module.WEIGHTS
    content = bytearray(weights.read_bytes())
    if damage == "another byte":
        content[len(content) // 2] ^= 1
    if damage in ("cut short", "another byte"):
        weights.write_bytes(content[: len(content) // 2] if damage == "cut short" else content)
    elif damage == "empty graph":
        (kept / module.GRAPH).write_text("")
    else:
        (kept / {"no graph": module.GRAPH, "no sum": module.SUM, "no weights": module.WEIGHTS}[damage]).unlink()
    assert torch.equal(scores(served([folder], load)), whole) and len(loads) == 2
    assert torch.equal(scores(served([folder], load)), whole) and len(loads) == 2, "and is whole then"


def test_where_it_cannot_be_kept_it_is_compiled_all_the_same(
    writer: Folm, folder: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load, loads = loader(writer)
    place.write_text("no folder")
    assert scores(served([folder], load)).shape == (1, len(writer.tokenizer))
    place.unlink()

    def full(graph: object, path: Path, **options: object) -> None:
        path.with_suffix(".bin").write_bytes(b"half")
        raise RuntimeError("no space left on device")

    monkeypatch.setattr(module.ov, "save_model", full)
    assert scores(served([folder], load)).shape == (1, len(writer.tokenizer))
    assert len(loads) == 2 and not [*place.iterdir()], "nothing half-written stays behind"


def test_the_last_used_are_kept(writer: Folm, folder: Path, place: Path) -> None:
    load, loads = loader(writer)

    def made(version: int) -> bool:
        (folder / "README.md").write_text(str(version))
        before = len(loads)
        served([folder], load)
        return len(loads) > before

    assert all(made(version) for version in range(module.KEPT))
    assert not made(0), "whose use makes it the newest"
    assert made(module.KEPT) and len([*place.iterdir()]) == module.KEPT
    assert not made(0) and made(1)


def test_what_the_engine_does_not_take_stays_as_it_is(encoder: HashEncoder, folder: Path, place: Path) -> None:
    windowed = tiny_instruct("gemma3", encoder).model
    assert served([folder], lambda: windowed) is windowed
    assert not place.exists()


@torch.no_grad()
def test_other_weights_are_rounded_to_a_255th_of_their_group(encoder: HashEncoder) -> None:
    folm = list_writer(encoder)
    session = session_of(Compiled(graph_of(folm.model)))
    exact = folm.model(input_ids=ROW[0]).logits[0, -1].softmax(-1)
    assert 0 < (session.read(*ROW)[0].softmax(-1) - exact).abs().sum() < 0.05


def test_the_digest_is_the_weights_own(writer: Folm) -> None:
    digest = digest_of(writer.model)
    assert digest_of(compiled(writer).model) == digest
    with torch.no_grad():
        next(writer.model.parameters())[0, 0] += 1
    assert digest_of(compiled(writer).model) == digest_of(writer.model) != digest


def test_nobody_is_told_that_the_engine_is_used(tmp_path: Path) -> None:
    """A package in the place of the engine's telemetry leaves a trace when it is imported."""
    (tmp_path / "openvino_telemetry.py").write_text(f"open({str(tmp_path / 'told')!r}, 'w').close()\nraise ImportError\n")
    parts = "from tests.doubles import HashEncoder; from tests.tiny_models import compiled, list_writer"
    code = f"{parts}; compiled(list_writer(HashEncoder()))"
    for begin in ("import openvino; ", ""):
        told = subprocess.run([sys.executable, "-c", begin + code], env={**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"})
        assert told.returncode == 0 and (tmp_path / "told").exists() == bool(begin), "by itself the engine would tell"
        (tmp_path / "told").unlink(missing_ok=True)


def test_a_model_that_sees_through_a_window_is_not_compiled(writer: Folm, encoder: HashEncoder) -> None:
    assert compilable(writer.model) and compilable(tiny_instruct("qwen3", encoder).model)
    assert not compilable(tiny_instruct("gemma3", encoder).model)
