"""What ``python -m r4t_demo train`` shows, records and writes."""

import json
import shutil
import time
from argparse import Namespace
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from safetensors.torch import load_file

from r4t_demo.__main__ import main
from r4t_demo.encoder import Encoder
from r4t_demo.engine import Engine
from r4t_demo.errors import UserError
from r4t_demo.evaluate import oar, suits
from r4t_demo.fanout import language_model
from r4t_demo.fanout.denoiser import DenoiserConfig, SetDenoiser
from r4t_demo.fanout.folm import Folm
from r4t_demo.fanout.language_model import REVISION, SMOLLM2, below
from r4t_demo.settings import Settings
from r4t_demo.train import cli, recipes
from r4t_demo.train.core import processes
from r4t_demo.train.core.progress import Progress
from r4t_demo.train.data import corpus, reference_sets
from r4t_demo.train.data.reference_sets import ReferenceSet
from r4t_demo.train.diffusion import edm
from r4t_demo.train.folm import grounding
from r4t_demo.train.folm.policy import adapter_parameters
from tests.doubles import CATEGORIES, COLOURS, HashEncoder, WholeLists
from tests.photo_rows import write_photos
from tests.tiny_instruct import tiny_instruct
from tests.tiny_models import TINY, list_writer, save_adapter, save_folm

pytestmark = pytest.mark.usefixtures("warm")


def test_records_are_shown_and_appended_as_json_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records = [Progress("stage", step, 2, {"loss": 0.5 / step, "sample": "a; b"}) for step in (1, 2)]
    events = tmp_path / "new" / "events.jsonl"
    for record in records:
        cli.follow([record], events)
    written = [json.loads(line) for line in events.read_text().splitlines()]
    assert written[0].pop("time") <= written[1].pop("time") <= time.time()
    assert written[0].pop("clock") <= written[1].pop("clock")
    assert written == [
        {"stage": "stage", "step": step, "total": 2, "metrics": {"loss": 0.5 / step, "sample": "a; b"}} for step in (1, 2)
    ]
    assert capsys.readouterr().err.splitlines()[0] == "stage 1/2  loss 0.500  sample: a; b"


@pytest.mark.parametrize("first", [True, False])
def test_of_several_processes_the_first_alone_tells(
    first: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(processes, "crew", lambda: SimpleNamespace(is_main_process=first))
    monkeypatch.setitem(cli.STEPS, "soft-grpo", lambda args, settings: iter(()))
    assert main(["train", "soft-grpo", "--out", str(tmp_path)]) == 0
    assert ("Nothing was left to train" in capsys.readouterr().err) == first


def test_a_step_without_its_data_says_so(tmp_path: Path) -> None:
    class Arguments:
        data, runs, out, steps, seed = tmp_path / "nothing", tmp_path / "runs", tmp_path / "out", None, 0

    with pytest.raises(UserError, match="real photos.*nothing.*--data"):
        next(iter(cli.STEPS["encoder"](Arguments, Settings())))
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def base(encoder: HashEncoder, tmp_path: Path) -> Path:
    """A tiny language model that writes lists; its adapters lie where sft and ground leave theirs."""
    folder = save_folm(list_writer(encoder), tmp_path / "base")
    for adapter in (tmp_path / "out" / "folm-sft", tmp_path / "runs" / "folm-ground"):
        save_adapter(list_writer(encoder), folder, adapter)
    return folder


@pytest.fixture
def step(over_stand_ins: None, base: Path, catalog_folder: Path, tmp_path: Path):
    """Run a step over the tiny catalogue; yields the function that does."""
    assets, out = tmp_path / "assets", tmp_path / "out"
    assets.mkdir()
    (assets / "atelier").symlink_to(catalog_folder)

    def step(name: str, **options) -> list[Progress]:
        args = {
            "task": "oar",
            "source": "soft-grpo",
            "runs": tmp_path / "runs",
            "out": out,
            "steps": 1,
            "samples": 3,
            "keep": None,
            "seed": 0,
        }
        args |= {"policy": None, "batch": 4, "micro_batch": None}
        return list(cli.STEPS[name](Namespace(**args | options), Settings(assets=assets, checkpoints=out)))

    return step


@pytest.fixture
def wscr(step):
    return partial(step, task="wscr")


def test_the_wscr_steps_write_their_own_checkpoints_and_states(wscr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [record.metrics["reward"] == record.metrics["set_recall"] for record in wscr("soft-grpo")] == [True]
    monkeypatch.setattr(Folm, "load", classmethod(lambda cls, folder, encoder, **_: WholeLists()))
    [record] = wscr("supervision", keep=2)
    assert record.metrics["whole_lists"] == 2 * 3 and record.metrics["pairs"] == 2 * 2
    assert record.metrics["reward_kept"] >= record.metrics["reward"]
    assert wscr("diffusion")[-1].step == wscr("one-step")[-1].step == 1
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"folm-sft", "folm-wscr", "diffusion-wscr"}
    assert all(name.startswith("wscr-") for name in states(tmp_path / "runs")), "those of OAR stay as they are"


def states(runs: Path) -> set[str]:
    """What the steps behind ground have left in a folder of runs."""
    return {path.name for path in runs.iterdir()} - {"folm-ground", "catalogs"}


def test_a_stylists_outfit_is_practised_on_unless_another_split_asks_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    sets = [ReferenceSet(query, ("a",), split, query) for query, split in (("x", "train"), ("y", "train"), ("y", "test"))]
    monkeypatch.setattr(reference_sets, "stylist_outfits", lambda data: sets)
    assert recipes._outfits(Namespace(task="stylist", data=Path("nowhere")), None) == sets[:1]


def test_a_retriever_of_the_lists_before_reinforcement_learning_leaves_the_policys_alone(
    step, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = []
    monkeypatch.setattr(Folm, "load", classmethod(lambda cls, folder, encoder, **_: loaded.append(folder.name) or WholeLists()))
    monkeypatch.setattr(recipes, "_distilled", lambda args, settings: ["bohemian in red", "gothic"])
    before = partial(step, source="sft")
    for name in ("supervision", "diffusion", "one-step"):
        assert before(name)[-1].step == 1
    assert loaded == ["folm-sft"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"folm-sft", "diffusion-base", "diffusion-base-teacher"}
    assert all(name.startswith("base-") for name in states(tmp_path / "runs"))
    for run, sentence in (
        (partial(before, "supervision", task="wscr"), "--from sft makes a retriever for open-ended"),
        (partial(before, "soft-grpo"), "--from says whose lists a retriever learns from: leave it out"),
        (partial(step, "diffusion"), r"There are no training pairs in .*runs.supervision\."),
    ):
        with pytest.raises(UserError, match=sentence):
            run()


def small_denoiser(dim: int, slots: int, encoder_id: str) -> SetDenoiser:
    return SetDenoiser(DenoiserConfig(**TINY | {"dim": dim, "slots": slots, "encoder_id": encoder_id}))


def test_the_photo_steps_go_from_the_public_data_to_an_evaluation(
    encoder: HashEncoder, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_photos(tmp_path / "data")
    out, runs, results = tmp_path / "out", tmp_path / "runs", tmp_path / "results"
    monkeypatch.setenv("R4T_CHECKPOINTS", str(out))
    monkeypatch.setattr(Encoder, "load", classmethod(lambda cls, name: encoder))
    monkeypatch.setattr(edm, "new_models", lambda *shape: 2 * (small_denoiser(*shape),))
    where = ["--data", str(tmp_path / "data"), "--runs", str(runs)]

    def train(step: str) -> int:
        return main(["train", step, "--task", "photos", "--steps", "1", "--samples", "2", "--batch", "4", *where])

    assert train("soft-grpo") == 0
    with monkeypatch.context() as patch:
        patch.setattr(Folm, "load", classmethod(lambda cls, folder, encoder, **_: WholeLists()))
        assert train("supervision") == 0
    assert train("diffusion") == train("one-step") == 0
    assert "Nothing was left" not in capsys.readouterr().err
    assert train("diffusion") == 0 and f"Nothing was left to train: the state in {runs}" in capsys.readouterr().err
    made = {"folm-photos", "diffusion-photos", "diffusion-photos-teacher"}
    assert {path.name for path in out.iterdir()} == {"folm-sft", *made}
    assert all(name.startswith("photos-") for name in states(runs))
    asked = json.loads((runs / "photos-supervision" / "manifest.json").read_text())["settings"]
    training = corpus.training_queries(runs / "catalogs" / "photos")
    assert (asked["items"], asked["queries"]) == (62, len(training))

    methods = ["--methods", "none", "sft", "folm-photos", "diffusion-photos"]
    assert main(["evaluate", "oar", "--catalog", "photos", *where, "--results", str(results), *methods]) == 0
    assert [path.name for path in results.iterdir()] == ["oar-photos.json"]
    measured = json.loads((results / "oar-photos.json").read_text())["result"]
    held_out = oar.load_queries(runs / "catalogs" / "photos", "test")
    assert measured["n_queries"] == len(held_out) > 0
    assert {query.query for query in held_out}.isdisjoint(training)
    assert {"folm-photos/sft", "diffusion-photos/folm-photos"} <= set(measured["ratios"])


def test_an_instruct_model_is_trained_on_the_task(wscr, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folm, load, tiny = tiny_instruct("qwen3", engine.encoder), Folm.load, tmp_path / "tiny"
    folm.model.save_pretrained(tiny)
    folm.tokenizer.save_pretrained(tiny)

    def short_of_breath(cls, *args, **options) -> Folm:
        loaded = load(*args, **options)
        loaded.form = replace(loaded.form, room=8)
        return loaded

    monkeypatch.setattr(Folm, "load", classmethod(short_of_breath))
    [record] = wscr("soft-grpo", policy=str(tiny))
    assert record.metrics["reward"] == record.metrics["set_recall"]
    out = tmp_path / "out"
    assert {path.name for path in out.iterdir()} == {"folm-sft", "folm-wscr-tiny"}
    assert states(tmp_path / "runs") == {"wscr-folm-tiny.safetensors"}
    assert adapter_parameters(load(out / "folm-wscr-tiny", engine.encoder, merge=False).model)
    [_] = wscr("soft-grpo", policy=str(out / "folm-wscr-tiny"))
    further = out / "folm-wscr-folm-wscr-tiny"
    assert below(further) == str(tiny), "an adapter is trained further on the model below it"
    assert {path.name for path in further.iterdir()} == {path.name for path in (out / "folm-wscr-tiny").iterdir()}


def test_soft_grpo_without_a_start_says_what_makes_it(step, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "runs" / "folm-ground")
    with pytest.raises(UserError, match=r"starts from '.*folm-ground', which is missing: run python -m r4t_demo train ground"):
        step("soft-grpo")


REQUESTS = {
    "fashion": [
        "lazy sunday",
        "opera gala",
        "red",
        "first day at school",
        "hiking trip",
        "garden shade",
        "job interview",
        "ski lodge",
    ],
    "music": ["slow train", "rain on the roof", "long drive", "kitchen dancing"],
    "home": ["reading corner", "tea for two"],
}


@pytest.fixture
def shown(tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Assets with a few demonstrations and labels, and the tiny model in the place of the embedded one; returns the assets."""
    assets, things = tmp_path / "assets", [f"{colour} {category}" for colour in COLOURS for category in CATEGORIES[:3]]
    for folder in ("demonstrations", "suits"):
        (assets / folder).mkdir()
    rows = [{"domain": domain, "query": query, "items": things} for domain, own in REQUESTS.items() for query in own]
    (assets / "demonstrations" / "made.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    (assets / "suits" / "atelier.jsonl").write_text(json.dumps({"query": "a wedding", "suits": ["dress"], "wrong": ["belt"]}))
    monkeypatch.setattr(language_model, "packed_file", lambda: tmp_path / "packed.gguf")
    monkeypatch.setattr(language_model, "prepared", lambda packed: base)
    return assets


def test_the_language_model_goes_from_demonstrations_to_soft_grpo(
    step, shown: Path, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs, out, asked = tmp_path / "runs", tmp_path / "out", []
    shutil.rmtree(runs / "folm-ground")
    shutil.rmtree(out / "folm-sft")
    monkeypatch.setattr(recipes, "GROUNDED", {"atelier": ("fashion", 3), "rainy-sunday": ("music", 2)})
    monkeypatch.setattr(recipes, "AS_THEY_ARE", 2)
    monkeypatch.setattr(grounding, "LEAST", 1)
    monkeypatch.setattr(recipes, "with_sample_catalog", lambda settings, name, runs: asked.append(name) or settings)
    [split] = step("split")
    splits = json.loads((shown / "demonstrations" / "splits.json").read_text())
    assert split.metrics == {name: len(queries) for name, queries in splits.items()} and sum(split.metrics.values()) == 14
    [record] = step("sft", seed=1)  # whose fresh adapter is another than that of the steps behind it
    assert record.stage == "sft" and ("held_out_loss" in record.metrics) == bool(splits["held-out"])
    assert below(out / "folm-sft") == f"{SMOLLM2}@{REVISION}", "the base is named as anybody finds it"

    [record] = step("ground")
    assert (record.stage, record.total) == ("ground", 1) and asked == ["rainy-sunday"]
    assert below(runs / "folm-ground") == f"{SMOLLM2}@{REVISION}"

    records = step("soft-grpo", steps=10)
    assert records[-1].metrics.keys() >= {f"suits/{name}" for name in suits.METRICS} and "suits/suits" not in records[0].metrics
    assert {path.name for path in out.iterdir()} == {"folm-sft", "folm-mini"}
    made = (out / "folm-sft", runs / "folm-ground", out / "folm-mini")
    sft, learnt, best = (load_file(folder / "adapter_model.safetensors") for folder in made)
    for one, other in ((sft, learnt), (learnt, best)):
        apart = [(one[name].float() - other[name].float()).abs().max() for name in one]
        assert 0 < max(apart) < 0.05, "each step goes on from the one before it"
    for folder in ("folm-sft", "folm-mini"):
        assert len(Folm.load(out / folder, engine.encoder, catalog=engine.catalog).fan_out(["gothic"], None, 3)[0].labels) == 3
    assert step("sft", seed=1) == step("soft-grpo", steps=10) == [], "nothing is left to do"


def test_a_filter_that_keeps_one_list_leaves_the_retriever_nothing(wscr) -> None:
    wscr("soft-grpo")
    with pytest.raises(UserError, match="--keep is below 2"):
        wscr("supervision", keep=1)
    with pytest.raises(UserError, match="--samples is below 1"):
        wscr("supervision", samples=0)


def test_training_outfits_hold_no_held_out_term() -> None:
    settings = Settings()
    outfits = recipes._outfits(Namespace(task="wscr"), settings)
    assert len(outfits) > 2_500 and {one.split for one in outfits} == {"train"}
    titles = [one.query for one in outfits]
    assert set(corpus.without_terms(titles, corpus.held_out_terms(settings.assets))) == set(titles)


@pytest.mark.parametrize("option", ["--batch", "--micro-batch"])
def test_a_batch_holds_something(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "soft-grpo", option, "0"]) == 2
    assert capsys.readouterr().err == f"{option} is below 1: give a number of at least 1.\n"
