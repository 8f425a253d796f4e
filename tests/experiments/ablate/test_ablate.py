"""The ablation commands from end to end, on tiny networks and budgets, and what their files hold."""

import json
from pathlib import Path

import numpy as np
import pytest

from experiments.__main__ import main
from experiments.ablate import policies, retrievers, runs, sampling
from experiments.ablate.cli import WHATS
from r4t_demo.encoder import Encoder
from r4t_demo.engine import Engine
from r4t_demo.evaluate import oar
from r4t_demo.fanout.diffusion import DiffusionRetriever
from r4t_demo.fanout.folm import Folm
from r4t_demo.train.core.progress import Progress
from r4t_demo.train.data import corpus
from r4t_demo.train.folm.policy import LoraPolicy
from r4t_demo.ui.results.tab import render
from tests.doubles import CATEGORIES, COLOURS
from tests.tiny_models import list_writer, save_adapter, save_folm, tiny_denoiser


@pytest.fixture
def ablate(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run an ablation over the tiny catalogue; yields the function that does and returns the record."""
    monkeypatch.setattr(Engine, "load", classmethod(lambda cls, settings: engine))
    monkeypatch.setattr(Encoder, "load", classmethod(lambda cls, name: engine.encoder))
    monkeypatch.setattr(
        corpus, "everyday_requests", lambda assets: [f"{style} look {i}" for style in ("boho", "red") for i in range(4)]
    )
    base = save_folm(list_writer(engine.encoder), tmp_path / "base")
    for name in ("folm-sft", "folm-mini"):
        save_adapter(list_writer(engine.encoder), base, engine.settings.checkpoints / name)
    monkeypatch.setattr(policies, "BATCH", 4)
    engine.fanouts._loaded["diffusion-teacher"] = DiffusionRetriever(
        tiny_denoiser(engine.encoder.id, dim=engine.encoder.dim),
        ["boots"],
        engine.encoder.encode_text(["boots"]),
        engine.index,
        "diffusion-teacher",
    )
    engine.fanouts._loaded["diffusion"] = engine.fanouts._loaded["diffusion-teacher"]

    def run(what: str, *options: str) -> dict:
        if WHATS[what][0] != "sampling":
            options = ("--runs", str(tmp_path / "runs"), *options)
        assert main(["ablate", what, "--results", str(tmp_path / "results"), *options]) == 0
        return json.loads((tmp_path / "results" / f"ablate-{what}.json").read_text())

    return run


def test_the_terms_are_trained_measured_and_sampled(ablate, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    record = ablate("reward-terms", "--steps", "1", "--seed", "3")
    result = record["result"]
    names = [policies.BEFORE, *policies.TERMS]
    assert [row["name"] for row in result["rows"]] == names == list(result["samples"])
    assert record["samples"] == {"queries": 2, "terms": 2, "rollouts": 1, "queries_a_rollout": 4} and record["seed"] == 3
    assert list(result["curves"]) == list(policies.CURVES)
    for curve in result["curves"].values():
        assert {name: [step for step, _ in points] for name, points in curve.items()} == {name: [1] for name in policies.TERMS}
    for name, (ground, diverse, aligned) in policies.TERMS.items():
        value = {metric: curve[name][0][1] for metric, curve in result["curves"].items()}
        parts = ground * value["groundedness"] + diverse * value["diversity"] + aligned * value["alignment"]
        assert value["reward"] == pytest.approx(parts, abs=1e-6), "each variant has its own reward"
    told = [f"Without the diversity term ({name})" for name in ("ground", "ground + align")]
    assert [note.split(",")[0] for note in result["notes"]] == told
    assert all(set(lists) == {"bohemian look", "gothic look"} for lists in result["samples"].values())
    assert "ground + align, “gothic look”: " in capsys.readouterr().out

    folders = {path.name for path in (tmp_path / "runs" / "ablate").iterdir()}
    again = ablate("reward-terms", "--steps", "1", "--seed", "3")
    assert again["result"] == result and {path.name for path in (tmp_path / "runs" / "ablate").iterdir()} == folders
    assert "soft-grpo" not in capsys.readouterr().err, "a finished run is not trained again"
    assert render(tmp_path / "results").count('<p class="axis">training step</p>') == len(policies.CURVES)


@pytest.mark.parametrize(
    ("before", "verdict"),
    [
        ([0.4, 0.3, 0.45], "they collapse"),
        ([0.6, 0.4, 0.9], "they narrow, and do not collapse"),
        ([0.9, 0.7, 1.1], "no narrowing is clear"),
        ([1.2, 1.1, 1.3], "no narrowing is clear"),
    ],
)
def test_a_collapse_is_told_by_its_interval(before: list[float], verdict: str) -> None:
    said = policies._told("x", before, [0.7, 0.6, 0.8])
    assert said.endswith(f"and 0.70 [0.60, 0.80] times that of all three: {verdict} in this budget.")


class WholeLists:
    """A policy that always writes k sub-queries, other ones in every sample."""

    def __init__(self, policy: Folm):
        self.encoder, self.model = policy.encoder, policy.model

    def sample_lists(self, queries, vectors, k, n_samples, *, seed=0, temperature=0.9):
        texts = [f"{colour} {category}" for colour in COLOURS for category in CATEGORIES]
        return [[[texts[(i * k + j) % len(texts)] for j in range(k)] for i in range(n_samples)] for _ in queries]


@pytest.mark.parametrize(("what", "variants"), [("filter", retrievers.FILTERS), ("permutation", retrievers.ORDERS)])
def test_the_retrievers_are_trained_on_the_same_lists(
    ablate, engine: Engine, what, variants, tmp_path: Path, monkeypatch
) -> None:
    policy = list_writer(engine.encoder)
    monkeypatch.setattr(Folm, "load", classmethod(lambda cls, folder, encoder, **_: WholeLists(policy)))
    record = ablate(what, "--steps", "1")
    result = record["result"]
    assert [row["name"] for row in result["rows"]] == list(result["curves"]["loss"]) == list(variants)
    assert record["samples"] == {"queries": 2, "terms": 2, "training_queries": 8, "steps": 1}
    kinds = [path.name.partition("-")[0] for path in (tmp_path / "runs" / "ablate").iterdir()]
    assert kinds.count("retriever") == len(variants)
    assert kinds.count("supervision") == (3 if what == "filter" else 1), "permutation changes nothing in the lists"
    assert 'data-part="ablate-' in render(tmp_path / "results")


@pytest.mark.parametrize(
    ("what", "methods", "places"),
    [
        ("k", sampling.BY_K, sampling.KS),
        ("sampler-steps", ["diffusion-teacher"], (1, 2, 256)),
        ("guidance", ["diffusion-teacher"], sampling.WEIGHTS),
    ],
)
def test_what_trains_nothing_is_measured_at_every_place(ablate, engine, what, methods, places, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(sampling, "STEPS", (1, 2, 256))
    retriever = engine.fanouts["diffusion-teacher"]
    own = retriever.model.guidance
    result = ablate(what)["result"]
    assert [(row["name"], row["x"]) for row in result["rows"]] == [(name, place) for name in methods for place in places]
    assert retriever.model.guidance == own
    diversity = {row["figures"]["diversity"][0] for row in result["rows"] if row["name"] == "diffusion-teacher"}
    assert what == "k" or len(diversity) > 1, "another setting, another answer"
    page = render(tmp_path / "results")
    assert page.count('class="whisker up') == 4 * len(result["rows"])


def test_k_is_that_of_the_court(ablate, engine: Engine, catalog_folder: Path) -> None:
    rows = ablate("k")["result"]["rows"]
    [row] = [row for row in rows if (row["name"], row["x"]) == ("mmr", 4)]
    queries = oar.load_queries(catalog_folder, "validation")
    answers = engine.run([query.query for query in queries], ["mmr"], k=4, n=1)
    by_hand = [
        oar.court(query, [hits[0].item for hits in answer.items], 4)["coverage"]
        for query, answer in zip(queries, answers, strict=True)
    ]
    assert row["figures"]["coverage"][0] == pytest.approx(np.mean(by_hand))


def test_a_run_is_resumed_by_its_like_alone(ablate, engine: Engine, tmp_path: Path) -> None:
    facts = {"steps": 2, "seed": 0}
    folder = runs.folder_of(tmp_path, "policy", engine, "folm-sft", **facts)
    assert runs.folder_of(tmp_path, "policy", engine, "folm-sft", **facts) == folder
    assert runs.folder_of(tmp_path, "policy", engine, "folm-sft", **facts | {"seed": 1}) != folder
    other = LoraPolicy(list_writer(engine.encoder), str(tmp_path / "base"), seed=1)
    other.save(engine.settings.checkpoints / "folm-sft")
    assert runs.folder_of(tmp_path, "policy", engine, "folm-sft", **facts) != folder, "another start is another run"


def test_the_curve_of_a_killed_run_goes_on(tmp_path: Path) -> None:
    def records(steps, lift: float = 0.0):
        return [Progress("x", step, 4, {"reward": step + lift, "sample": "a; b"}) for step in steps]

    runs.recorded(records([1, 2, 3], lift=0.5), tmp_path)
    with (tmp_path / runs.EVENTS).open("a") as file:
        file.write('{"stage": "x", "st\n')  # cut off, as a kill may leave it
    assert runs.recorded(records([3, 4]), tmp_path) == {"reward": {1: 1.5, 2: 2.5, 3: 3, 4: 4}}


@pytest.mark.parametrize("arguments", [["reward-terms", "--steps", "0"], ["k", "--limit", "0"]])
def test_an_empty_budget_is_refused(arguments: list[str], capsys: pytest.CaptureFixture) -> None:
    assert main(["ablate", *arguments]) == 2
    assert "is below 1: give a number of at least 1." in capsys.readouterr().err
