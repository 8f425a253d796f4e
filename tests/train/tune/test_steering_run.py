"""Steering as a stage of a whole run: on a labelled catalogue, cut short and gone on with, and in the zip of the result."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from itertools import product, takewhile
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save

from r4t_demo.__main__ import main
from r4t_demo.encoder import Encoder
from r4t_demo.engine import Engine
from r4t_demo.errors import UserError
from r4t_demo.pattern import checkpoint
from r4t_demo.pattern.own import FOLDER, MIN_ITEMS, check
from r4t_demo.pattern.steer import METHODS, Steering
from r4t_demo.settings import Settings
from r4t_demo.train.core.progress import Progress
from r4t_demo.train.tune import archive, catalog_run, comparison
from r4t_demo.train.tune.catalog_run import train
from r4t_demo.train.tune.presets import PRESETS, STAGES
from r4t_demo.train.tune.tuning import Tuning
from tests.doubles import CATEGORIES, COLOURS
from tests.sources.makers import write_files
from tests.tiny_models import moved
from tests.train.tune.test_archive import rewritten

CUTS = ("cropped", "long", "wide", "plain", "fine")
SEEDS = ["row-000002", "row-000003", "row-000004"]  # black dresses


def run(source: Path, out: Path, app: Settings) -> list[Progress]:
    return list(catalog_run.run(str(source), out, app, "small"))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of texts whose column ``tone`` says of every item whether its colour is light."""
    rows = ["title,category,tone"]
    for category, cut, colour in product(CATEGORIES, CUTS, COLOURS):
        rows.append(f"{cut} {colour} {category},{category},{'light' if colour in ('red', 'ivory') else 'dark'}")
    return write_files(tmp_path_factory.mktemp("labelled") / "photos", {"shop.csv": "\n".join(rows) + "\n"})


@pytest.fixture(scope="module")
def whole(shop: Path, tiny_app: Settings, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Progress]]:
    """An uninterrupted run, in a folder with the name of one of the app's own catalogues."""
    out = tmp_path_factory.mktemp("runs") / "photos"
    return out, run(shop, out, tiny_app)


@pytest.fixture(scope="module")
def packed(whole: tuple[Path, list[Progress]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("zips") / "shop.zip"
    archive.export(whole[0], path)
    return path


def answers(steering: Steering) -> list[list[str]]:
    return [[one.item.item_id for one in answer.found] for answer in steering.run(SEEDS, "tone", "light", k=12)[1]]


def test_a_run_on_labels_leaves_what_steers_by_them(whole, tiny_app: Settings) -> None:
    out, records = whole
    assert list(dict.fromkeys(record.stage for record in records)) == list(STAGES)
    told = [record for record in records if record.stage == "steering"]
    assert [told[0].step, told[-1].step] == [0, told[-1].total]
    assert [record.step for record in told] == sorted(record.step for record in told)
    assert {"loss", "own_joint", "preference_loss"} <= {name for record in told for name in record.metrics}
    steering = Steering.load(Engine.load(replace(tiny_app, catalog=str(out))))
    assert steering.domains == {"tone": ["dark", "light"]}, "whatever its folder is called"
    _, found = steering.run(SEEDS, "tone", "light", k=12)
    assert [answer.method for answer in found] == list(METHODS)
    assert all({one.item.labels("tone")[0] == "light" for one in answer.found} for answer in found)
    task = steering.trained.task
    assert task.trained.mean() > 0.6 and (task.labelled == task.trained).all(), "a shop's labels are all read"
    assert steering.examples(2) and not task.trained[[steering.catalog.row(one) for one in steering.examples(1)[0].seeds]].any()
    assert "`steering/`" in (out / comparison.CARD).read_text() and "tone" in (out / comparison.CARD).read_text()


def test_a_run_that_is_cut_while_it_learns_to_steer_goes_on_to_the_same(shop: Path, whole, tiny_app: Settings, tmp_path) -> None:
    out = tmp_path / "photos"
    going = catalog_run.run(str(shop), out, tiny_app, "small")
    seen = list(takewhile(lambda record: "own_joint" not in record.metrics, going))
    going.close()
    assert seen[-1].stage == "steering" and not (out / FOLDER).exists() and comparison.read(out) is None
    again = run(shop, out, tiny_app)
    stages = [record for record in again if record.stage == "steering"]
    assert "loss" not in {name for record in stages for name in record.metrics}, "what comes before was finished"
    assert "soft-grpo" not in {record.stage for record in again if record.step}, "and so was this"
    for name in checkpoint.MODELS:
        one, other = (load_file(folder / FOLDER / name / checkpoint.WEIGHTS) for folder in (whole[0], out))
        assert moved(one, other) == set(), f"{name} differs"


def test_other_labels_are_another_job(whole, tiny_app: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    job = Tuning.on(whole[0], tiny_app, PRESETS["small"]).job
    assert job == comparison.job_of(whole[0])
    changed = Tuning.on(whole[0], tiny_app, PRESETS["small"])
    items = [
        replace(item, attributes={"tone": "light" if i % 3 else "dark"}) for i, item in enumerate(changed.engine.catalog.items)
    ]
    monkeypatch.setattr(changed.engine, "catalog", replace(changed.engine.catalog, items=items))
    assert changed.job != job


@pytest.mark.parametrize(
    ("attributes", "items", "sentence"),
    [
        ({}, 120, "an attribute .* with at least two values that 20 items or more carry"),
        ({"tone": "dark"}, 120, "an attribute .* with at least two values"),
        (None, MIN_ITEMS - 1, f"has {MIN_ITEMS - 1} items: .* takes at least {MIN_ITEMS}"),
    ],
)
def test_without_labels_a_run_steers_nothing_and_the_reason_is_a_sentence(
    whole, tiny_app: Settings, attributes, items, sentence, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:  # fmt: skip
    tuning = Tuning.on(shutil.copytree(whole[0], tmp_path / "out"), tiny_app, PRESETS["small"])
    kept = [one if attributes is None else replace(one, attributes=attributes) for one in tuning.engine.catalog.items[:items]]
    monkeypatch.setattr(tuning.engine, "catalog", replace(tuning.engine.catalog, items=kept))
    with pytest.raises(UserError, match=sentence):
        check(tuning.engine.catalog)
    assert tuning.task is None
    run = train(tuning)
    next(run)
    run.close()
    assert not (tuning.out / FOLDER).exists(), "what an earlier table taught is no longer true"


def test_a_zip_brings_steering_back(whole, packed: Path, tiny_app: Settings, tmp_path: Path, monkeypatch, capsys) -> None:
    archive.load(packed, tmp_path / "atelier", Encoder.load(""), tiny_app.checkpoints)
    here = Engine.load(replace(tiny_app, catalog=str(whole[0])))
    assert answers(Steering.load(here)) == answers(Steering.load(here.on(tmp_path / "atelier")))
    monkeypatch.setenv("R4T_CHECKPOINTS", str(tiny_app.checkpoints))
    asked = ["steer", "--seeds", ",".join(SEEDS), "--attribute", "tone=light", "--k", "12", "--json", "--catalog", str(packed)]
    assert main(asked) == 0
    told = json.loads(capsys.readouterr().out)["results"]
    assert [[item["item_id"] for item in one["items"]] for one in told] == answers(Steering.load(here))


def test_an_older_zip_without_steering_is_loaded(packed: Path, tiny_app: Settings, tmp_path: Path) -> None:
    old = rewritten(packed, tmp_path / "old.zip", lambda name, data: None if name.startswith(FOLDER) else data)
    archive.load(old, tmp_path / "old", Encoder.load(""), tiny_app.checkpoints)
    assert (tmp_path / "old" / "folm").is_dir() and not (tmp_path / "old" / FOLDER).exists()


def test_a_zip_whose_steering_is_of_a_network_of_before_is_loaded_without_it(
    packed: Path, tiny_app: Settings, tmp_path: Path
) -> None:
    older = save({"trust": torch.zeros(3, 3), "gain": torch.zeros(3)})
    path = rewritten(packed, tmp_path / "old.zip", lambda name, data: older if "/hppo/model" in name else data)
    archive.load(path, tmp_path / "old", Encoder.load(""), tiny_app.checkpoints)
    assert (tmp_path / "old" / "folm").is_dir() and not (tmp_path / "old" / FOLDER).exists()


def _with(name: str, value) -> Callable[[bytes], bytes]:
    """The tensors of a file with one of them as ``value`` makes it."""

    def change(data: bytes) -> bytes:
        from safetensors.torch import load

        tensors = load(data)
        return save(tensors | {name: value(tensors[name]).contiguous()})

    return change


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("hppo/model.safetensors", lambda data: None, "it has no steering/hppo/model.safetensors"),
        ("hppo/model.safetensors", lambda data: b"\x80\x04pickle", "damaged"),
        ("modit/model.safetensors", _with("out.bias", lambda t: t[:5]), "other shapes in modit/model.safetensors"),
        ("modit/model.safetensors", _with("out.bias", lambda t: t / 0), "no number in modit/model.safetensors"),
        ("predictor/model.safetensors", _with("layers.1.bias", lambda t: t.double()), "no number in predictor/model.safetensors"),
        ("patterns.safetensors", _with("centres", lambda t: t.repeat(50, 1)), "patterns for 120 items"),
        ("patterns.safetensors", _with("centres", lambda t: t[:, :5]), "other shapes"),
        ("patterns.safetensors", lambda data: save({}), "0 patterns"),
    ],
)
def test_what_is_wrong_with_the_steering_of_a_zip_is_told_and_nothing_stays(
    packed: Path, tiny_app: Settings, tmp_path: Path, name: str, change: Callable, sentence: str
) -> None:
    path = rewritten(packed, tmp_path / "x.zip", lambda one, data: change(data) if one == f"{FOLDER}/{name}" else data)
    with pytest.raises(UserError, match=f"'x.zip' is no export.*{sentence}"):
        archive.load(path, tmp_path / "out" / "x", Encoder.load(""), tiny_app.checkpoints)
    assert list((tmp_path / "out").iterdir()) == []


def test_of_the_steering_of_a_zip_nothing_but_its_numbers_is_taken(packed: Path, tiny_app: Settings, tmp_path: Path) -> None:
    evil = json.dumps({"width": 10**9, "draws": 10**9, "attributes": [["x", "y"]]}).encode()
    configs = (f"{FOLDER}/modit/config.json", f"{FOLDER}/{checkpoint.CONFIG}")
    path = rewritten(
        packed,
        tmp_path / "x.zip",
        lambda name, data: evil if name in configs else data,
        {f"{FOLDER}/evil.py": b"raise SystemExit"},
    )
    archive.load(path, tmp_path / "x", Encoder.load(""), tiny_app.checkpoints)
    assert not (tmp_path / "x" / FOLDER / "evil.py").exists()
    steering = Steering.load(Engine.load(replace(tiny_app, catalog=str(tmp_path / "x"))))
    assert (
        np.isfinite(steering.run(SEEDS, "tone", "light", ["modit"])[1][0].query).all()
        and steering.trained.models["modit"].draws < 100
    )


def test_finite_weights_that_answer_no_number_are_a_sentence(whole, tiny_app: Settings) -> None:
    steering = Steering.load(Engine.load(replace(tiny_app, catalog=str(whole[0]))))
    steering.trained.models["modit"].out.bias.data.fill_(3e38)
    with pytest.raises(UserError, match="no number"):
        steering.run(SEEDS, "tone", "light", ["modit"])
