"""From training to the command line, over the made catalogue: marks, seeds left out, bad input in a sentence."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from r4t_demo.__main__ import main
from r4t_demo.engine import Engine
from r4t_demo.errors import UserError
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.pattern import checkpoint, recipe
from r4t_demo.pattern.steer import METHODS, STEP, Steering
from r4t_demo.pattern.task import PROTOCOLS, make_task, unit
from tests.pattern.made import made_engine

PLAN = {"raw": 2, "ordered": 2, "tails": 2, "preference": 2, "requests": 40}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """An engine beside whose catalogue a checkpoint lies, made by the command."""
    root = tmp_path_factory.mktemp("steering")
    engine = made_engine(root / "checkpoints")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "load", classmethod(lambda cls, settings: engine))
        patch.setattr(recipe.Plan, "__init__", _smaller(recipe.Plan.__init__))
        assert main(["train", "modit", "--runs", str(root / "runs"), "--out", str(root / "checkpoints")]) == 0
    return engine


def _smaller(init):
    return lambda self, **given: init(self, **({"label_share": 0.4} | PLAN | given))


@pytest.fixture
def steering(trained: SimpleNamespace) -> Steering:
    return Steering.load(trained)


SEEDS = ["i0001", "i0002", "i0005"]


def test_every_method_finds_k_items_without_the_seeds_and_marks_them(steering: Steering) -> None:
    spread, answers = steering.run(SEEDS, "tone", "pale", k=15)
    task, rows = steering.trained.task, [steering.catalog.row(one) for one in SEEDS]
    assert [answer.method for answer in answers] == list(METHODS)
    assert spread.patterns == len({int(task.pattern[row]) for row in rows}) and 0 < spread.cosine <= 1
    for answer in answers:
        assert len({one.row for one in answer.found}) == 15
        assert not {one.item.item_id for one in answer.found} & set(SEEDS)
        vectors = task.vectors[[one.row for one in answer.found]]
        np.testing.assert_allclose([one.score for one in answer.found], vectors @ answer.query, atol=1e-5)
        for one in answer.found:
            assert one.has_attribute == (one.item.labels("tone") == ["pale"])
            assert one.in_pattern == (task.pattern[one.row] in task.pattern[rows])
        both = [one.has_attribute and one.in_pattern for one in answer.found]
        assert answer.scores["joint"] == pytest.approx(np.mean(both))
        assert answer.scores["purity"] == pytest.approx(np.mean([one.in_pattern for one in answer.found]))
        assert answer.ms["total"] == pytest.approx(answer.ms["generate"] + answer.ms["search"])


def test_strength_goes_from_the_seed_mean_to_the_generated_query_and_beyond(steering: Steering) -> None:
    mean, *_ = steering.run(SEEDS, "tone", "pale", ["seed-mean"])[1]
    at = {s: steering.run(SEEDS, "tone", "pale", ["modit"], strength=s)[1][0].query for s in (0.0, 0.5, 1.0, 2.0)}
    np.testing.assert_allclose(at[0.0], mean.query, atol=1e-6)
    away = [float(at[s] @ mean.query) for s in (0.0, 0.5, 1.0, 2.0)]
    assert away == sorted(away, reverse=True) and away[0] > away[-1]
    rows = np.array([[steering.catalog.row(one) for one in SEEDS]])
    wanted = np.array([steering.trained.task.labels.number("tone", "pale")])
    np.testing.assert_allclose(at[1.0], steering.trained.queries("modit", rows, wanted)[0], atol=1e-6)


def test_the_order_of_the_seeds_does_not_matter(steering: Steering) -> None:
    """They are read from low to high density, however they were chosen; one chosen twice counts once."""
    one, other = (steering.run(seeds, "tone", "dark", ["hppo"])[1][0] for seeds in (SEEDS, [*SEEDS[::-1], SEEDS[0], " "]))
    np.testing.assert_allclose(one.query, other.query, atol=1e-6)


def test_seeds_of_different_patterns_work(steering: Steering) -> None:
    near, far = (steering.run(seeds, "tone", "dark", k=5)[0] for seeds in (SEEDS, ["i0001", "i0401", "i0901", "i1201"]))
    assert far.patterns > 1 and far.cosine < near.cosine


def test_vector_arithmetic_is_offered_beside_the_models(steering: Steering) -> None:
    task = steering.trained.task
    mean = unit(task.vectors[[steering.catalog.row(one) for one in SEEDS]].mean(0))
    known = task.labelled
    pale = unit(task.vectors[known & task.labels.carries[:, task.labels.number("tone", "pale")]].sum(0))
    wanted = unit(mean + STEP * (pale - unit(task.vectors[task.trained].mean(0))))
    np.testing.assert_allclose(steering.run(SEEDS, "tone", "pale", ["direction"])[1][0].query, wanted, atol=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_what_is_unwanted_is_not_found_and_what_is_like_it_less(steering: Steering, method: str) -> None:
    plain = steering.run(SEEDS, "tone", "pale", [method])[1][0]
    less = [one.item.item_id for one in plain.found[:2]]
    turned = steering.run(SEEDS, "tone", "pale", [method], less=less)[1][0]
    unwanted = unit(steering.trained.task.vectors[[one.row for one in plain.found[:2]]].mean(0))
    assert turned.query @ unwanted < plain.query @ unwanted
    assert not {one.item.item_id for one in turned.found} & {*SEEDS, *less} and len(turned.found) == len(plain.found)
    with pytest.raises(UserError, match=f"'{SEEDS[1]}' is a seed and unwanted"):
        steering.run(SEEDS, "tone", "pale", [method], less=[SEEDS[1]])


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"seed_ids": []}, "There is no seed"),
        ({"seed_ids": ["nobody"]}, "has no item 'nobody'"),
        ({"domain": "taste"}, "no attribute domain 'taste': choose from size, tone"),
        ({"value": "loud"}, "No item has the tone 'loud'"),
        ({"k": 558}, "between 1 and 557"),
        ({"k": 0}, "between 1 and 557"),
        ({"strength": 3.0}, "strength is 3"),
        ({"methods": ["magic"]}, "no steering method 'magic'"),
    ],
)
def test_bad_input_gets_a_sentence(steering: Steering, asked: dict, says: str) -> None:
    good = {"seed_ids": SEEDS, "domain": "tone", "value": "pale"}
    with pytest.raises(UserError, match=says):
        steering.run(**(good | asked))
    assert len(steering.run(**good, k=557, methods=["hppo"])[1][0].found) == 557


def test_a_checkpoint_is_refused_beside_what_it_was_not_trained_for(trained: SimpleNamespace, tmp_path: Path) -> None:
    folder = trained.settings.checkpoints / "modit-made"
    with pytest.raises(UserError, match="no steering model .* for the catalogue .made.: run .* train modit"):
        checkpoint.load(tmp_path, trained.catalog, trained.index, trained.encoder)
    with pytest.raises(UserError, match="was trained for the encoder made-24"):
        checkpoint.load(folder, trained.catalog, trained.index, SimpleNamespace(id="other", dim=24))
    items = [
        replace(item, attributes=item.attributes | {"tone": item.attributes["tone"] + "er"}) for item in trained.catalog.items
    ]
    with pytest.raises(UserError, match="trained on another catalogue than 'made'"):
        checkpoint.load(folder, replace(trained.catalog, items=items), trained.index, trained.encoder)


@pytest.mark.parametrize("name", ["steering.json", "patterns.safetensors", "hppo/model.safetensors", "predictor/config.json"])
def test_a_damaged_checkpoint_is_a_sentence(trained: SimpleNamespace, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "modit-made"
    shutil.copytree(trained.settings.checkpoints / "modit-made", folder)
    (folder / name).write_bytes((folder / name).read_bytes()[:20])
    with pytest.raises(UserError, match="'modit-made' is damaged .*: get its folder anew") as told:
        checkpoint.load(folder, trained.catalog, trained.index, trained.encoder)
    assert str(tmp_path) not in str(told.value)


def test_a_run_is_the_same_again_and_goes_on_from_its_states(trained: SimpleNamespace, tmp_path: Path) -> None:
    task = checkpoint.load(trained.settings.checkpoints / "modit-made", trained.catalog, trained.index, trained.encoder).task
    plan = recipe.Plan(label_share=0.4, **PLAN)
    first, second = (recipe.Run(task, plan, tmp_path / name) for name in ("a", "a"))
    assert {record.stage for record in first.train()} == {"raw", "ordered", "tails", "pool", "hppo"}
    again = list(second.train())
    assert not again  # every stage was finished
    for name in checkpoint.MODELS:
        for a, b in zip(first.models[name].parameters(), second.models[name].parameters(), strict=True):
            assert (a == b).all()
    shorter = recipe.Run(task, replace(plan, preference=1), tmp_path / "a")
    assert {record.stage for record in shorter.train()} == {"hppo"}  # the rest is shared


@pytest.fixture
def command(trained: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Engine, "load", classmethod(lambda cls, settings: trained))
    monkeypatch.setenv("R4T_RESULTS", str(tmp_path / "results"))


def test_steer_prints_one_json_object(command: None, capsys: pytest.CaptureFixture) -> None:
    assert main(["steer", "--seeds", ",".join(SEEDS), "--attribute", "size=large", "--k", "6", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {"spread", "results"} and set(answer["spread"]) == {"patterns", "cosine"}
    assert [one["method"] for one in answer["results"]] == list(METHODS)
    for one in answer["results"]:
        assert set(one) == {"method", "items", "scores", "ms"} and len(one["items"]) == 6
        assert set(one["scores"]) == {"joint", "attribute", "purity"} and set(one["ms"]) == {"generate", "search", "total"}
        for item in one["items"]:
            assert set(item) == {"item_id", "title", "category", "score", "has_attribute", "in_pattern"}


def test_steer_prints_tables_and_refuses_what_is_no_attribute(command: None, capsys: pytest.CaptureFixture) -> None:
    assert main(["steer", "--seeds", "i0001,i0401,i0901,i1201", "--attribute", "size=large", "--method", "hppo"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("The seeds belong to ") and "hppo: joint" in shown
    assert main(["steer", "--seeds", "i0001", "--attribute", "large"]) == 2
    assert "write DOMAIN=VALUE" in capsys.readouterr().err


def test_evaluate_measures_every_method_in_every_cell(command: None, capsys: pytest.CaptureFixture, tmp_path: Path) -> None:
    assert main(["evaluate", "pattern", "--sets", "40", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["catalog"], result["k"]) == ("made", 24)
    cells = [(cell["domain"], cell["protocol"]) for cell in result["cells"]]
    assert cells == [(domain, protocol) for domain in ("size", "tone") for protocol in PROTOCOLS]
    for cell in result["cells"]:
        assert cell["n"] == 40 and 0 <= cell["p_hppo_over_modit"] <= 1
        methods = cell["methods"]
        for figures in methods.values():
            for mean, low, high in figures.values():
                assert -1e-9 <= low <= mean + 1e-9 and mean <= high + 1e-9 <= 1 + 2e-9
            assert figures["joint"][0] <= min(figures["attribute"][0], figures["purity"][0]) + 1e-9
        assert methods["random"]["purity"][0] < methods["seed-mean"]["purity"][0]
        # With every label known, nothing without the attribute is found; with few of them, less is.
        assert methods["filter-full"]["joint"][0] == pytest.approx(methods["filter-full"]["purity"][0])
        assert methods["filter-sparse"]["attribute"][0] <= methods["filter-full"]["attribute"][0]
        difference = methods["hppo"]["joint"][0] - methods["modit"]["joint"][0]
        assert cell["hppo_over"]["modit"][0] == pytest.approx(difference)
    written = json.loads((tmp_path / "results" / "pattern-made.json").read_text())
    assert written["result"] == result and written["samples"] == {"cells": 4, "seed_sets": 160}


def test_modit_learns_from_no_outfits(command: None, capsys: pytest.CaptureFixture, tmp_path: Path) -> None:
    assert main(["train", "modit", "--task", "wscr", "--runs", str(tmp_path)]) == 2
    assert "leave --task wscr out" in capsys.readouterr().err


def test_a_catalogue_of_few_items_is_too_small_to_learn_from(trained: SimpleNamespace) -> None:
    items = trained.catalog.items[:80]
    index = FaissIndex.build(trained.index.vectors(np.arange(80)), "made-24")
    task = make_task(replace(trained.catalog, items=items), index, 0.4)
    with pytest.raises(UserError, match="too small to learn steering"):
        recipe.Run(task, recipe.Plan(), Path("unused"))


def test_examples_are_unseen_and_of_different_patterns(steering: Steering) -> None:
    task, examples = steering.trained.task, steering.examples(2)
    assert {one.domain for one in examples} == {"tone", "size"}
    assert len({(one.domain, one.value) for one in examples}) == len(examples) <= 4
    rows = [[steering.catalog.row(seed) for seed in one.seeds] for one in examples]
    assert not task.trained[np.concatenate(rows)].any()
    assert len({int(task.pattern[own[0]]) for own in rows}) == len(examples)
    for own, one in zip(rows, examples, strict=True):
        assert len(set(task.pattern[own])) == 1
        assert not task.labels.carries[own, task.labels.number(one.domain, one.value)].any()


def test_what_is_near_is_nearest_to_the_seeds_and_none_of_them(steering: Steering) -> None:
    near = [item.item_id for item in steering.near(SEEDS, 10)]
    vectors = steering.trained.task.vectors
    nearness = vectors @ vectors[[steering.catalog.row(one) for one in SEEDS]].mean(0)
    wanted = [steering.catalog.items[row].item_id for row in np.argsort(-nearness)]
    assert near == [one for one in wanted if one not in SEEDS][:10]
