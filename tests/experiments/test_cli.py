"""The commands of experiments/, over a tiny catalogue and stand-ins for the trained parts."""

import json
import shlex
from pathlib import Path

import pytest

from experiments.__main__ import main
from experiments.rivals import cli as rivals_cli
from r4t_demo import minilm
from r4t_demo.engine import Engine
from r4t_demo.errors import UserError
from r4t_demo.fanout.registry import METHODS
from r4t_demo.train.data import corpus
from r4t_demo.train.diffusion import supervision
from tests.doubles import WholeLists


@pytest.fixture(autouse=True)
def no_rival_stays(over_stand_ins: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in rivals_cli.RIVALS:
        monkeypatch.setitem(METHODS, name, None)  # so that what a test registers is gone after it


def test_paper_size_wants_a_gpu(capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert main(["paper-size"]) == 2
    assert capsys.readouterr().err.startswith("paper-size needs a GPU, and torch finds none here")


def test_scale_prints_what_it_writes(catalog_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    options = ["scale", "--catalog", str(catalog_folder), "--items", "500", "900"]
    assert main([*options, "--json"]) == 0
    records = json.loads(capsys.readouterr().out)
    assert [(record["items"], record["kind"], record["recall"]) for record in records] == [
        (500, "faiss-flat-ip", 1.0),
        (900, "faiss-flat-ip", 1.0),
    ]
    written = json.loads((tmp_path / "results" / "scale.json").read_text())
    assert written["result"] == records and written["samples"] == {"fanouts": 300}
    assert written["command"] == shlex.join(["python", "-m", "experiments", *options, "--json"])
    assert main(options) == 0
    text = capsys.readouterr().out
    assert all(name in text for name in records[0])
    assert main(["scale", "--items", "0"]) == 2
    assert "--items is below 1" in capsys.readouterr().err


def test_the_regressions_learn_from_the_retrievers_pairs_and_are_measured(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    queries, runs = ["bohemian in red", "gothic"], tmp_path / "runs"
    monkeypatch.setattr(minilm, "folder", lambda: tmp_path)
    monkeypatch.setattr(corpus, "everyday_words", lambda path: [])
    monkeypatch.setattr(corpus, "distillation_queries", lambda assets, words: queries)
    assert main(["regression", "--steps", "1", "--runs", str(runs)]) == 2
    assert "There are no training pairs in" in capsys.readouterr().err
    list(supervision.write(WholeLists(), queries, engine.index, runs / "supervision", samples=3))
    for options in ([], ["--matched"]):
        assert main(["regression", "--steps", "1", "--runs", str(runs), *options]) == 0
    names = ["regression", "regression-matched"]
    assert all((runs / f"{name}.safetensors").is_file() for name in names)
    assert main(["evaluate", "oar", "--methods", "diffusion", *names]) == 0
    measured = json.loads((tmp_path / "results" / "oar.json").read_text())
    assert measured["result"]["methods"].keys() == {"diffusion", *names}
    assert measured["command"].startswith("python -m experiments evaluate oar")
    assert engine.run(["gothic"], ["regression"], k=10)[0].vectors.shape == (10, engine.encoder.dim)


def test_without_registration_no_rival_is_a_method(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(METHODS, "regression")
    with pytest.raises(UserError, match="There is no method 'regression'"):
        engine.run(["x"], ["regression"])
