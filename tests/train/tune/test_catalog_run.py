"""A whole run on as small a catalogue as one may be, its result, and what is left of it when it is cut short."""

import json
import re
import shutil
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from safetensors import SafetensorError
from safetensors.torch import load_file

from r4t_demo.__main__ import main
from r4t_demo.engine import Engine
from r4t_demo.errors import UserError
from r4t_demo.fanout.language_model import below
from r4t_demo.fanout.registry import OWN
from r4t_demo.fanout.retriever import RELEVANCE
from r4t_demo.pattern.own import FOLDER as STEERING
from r4t_demo.settings import Settings
from r4t_demo.sources.understood import Understood
from r4t_demo.train.core.events import read_events
from r4t_demo.train.core.progress import Progress
from r4t_demo.train.diffusion import relevance, supervision
from r4t_demo.train.folm import soft_grpo
from r4t_demo.train.tune import catalog_queries, catalog_run, comparison, tuning
from r4t_demo.train.tune.archive import WEIGHTS
from r4t_demo.train.tune.presets import MIN_ITEMS, PRESETS, STAGES
from r4t_demo.train.tune.tuning import Tuning
from tests.sources.makers import picture, write_files
from tests.tiny_models import moved


@pytest.fixture(scope="module")
def whole(small_shop: Path, tiny_app: Settings, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Progress]]:
    """An uninterrupted run."""
    out = tmp_path_factory.mktemp("runs") / "whole"
    return out, list(catalog_run.run(str(small_shop), out, tiny_app, "small"))


def test_every_stage_is_told_with_what_is_left(whole) -> None:
    records = whole[1]
    wanted = [stage for stage in STAGES if stage != "steering"]  # too few items of each style to steer by it
    assert list(dict.fromkeys(record.stage for record in records)) == wanted and not (whole[0] / STEERING).exists()
    assert all(record.metrics["seconds_left"] >= 0 for record in records) and records[-1].metrics["seconds_left"] == 0
    for record in records:
        assert 0 <= record.step <= record.total
    trained = [record for record in records if record.stage == "soft-grpo"]
    assert {"reward", *soft_grpo.OarReward.names, "entropy", "kl", "frac_reward_zero_std"} <= trained[-1].metrics.keys()


def test_one_fixed_query_is_answered_and_never_practised_on(whole) -> None:
    out, records = whole
    [answer] = [record.answer for record in records if record.answer]
    split = {query.query: query.split for query in catalog_queries.load(out)}
    assert split[answer["query"]] == "validation"
    assert len(answer["items"]) == len(answer["sub_queries"]) > 1
    assert set(answer["items"]) <= {item.item_id for item in Engine.load(Settings(catalog=str(out))).catalog.items}


def test_the_result_is_a_catalogue_that_answers_with_its_own_models(whole, tiny_app: Settings) -> None:
    out, _ = whole
    engine = Engine.load(replace(tiny_app, catalog=str(out)))
    results = engine.run(["gothic summer"], ["none", "folm-before", "folm", "diffusion", "diffusion-teacher"], n=1)
    assert len(engine.catalog) == MIN_ITEMS and all(result.items for result in results)
    for app, own in OWN.items():
        tuned, before = (load_file(folder / WEIGHTS[own]) for folder in (out / own, tiny_app.checkpoints / app))
        assert moved(tuned, before), f"{own} has learned nothing"
        assert all((tuned[name] - before[name]).abs().max() < 0.02 for name in tuned), f"{own} did not start as the app's own"
    assert below(out / "folm") == below(tiny_app.checkpoints / "folm-mini"), "an adapter of the same model"
    own = {item.category for item in engine.catalog.items}
    for name in ("diffusion", "diffusion-teacher"):
        read = set((out / name / "phrases.txt").read_text().splitlines())
        assert own < read and any(f"gothic {category}" in read for category in own), "directions are read by its own words"
    assert engine.fanouts["diffusion"].relevance in relevance.GRID, "it is thinned by a relevance of its own"
    assert not (out / tuning.STATES).exists()
    plain = Engine.load(replace(tiny_app, catalog=str(out))).on(out)
    shutil.copytree(out, out.with_name("untuned"), ignore=shutil.ignore_patterns("folm", "diffusion*"))
    assert "folm-before" in plain.methods() and "folm-before" not in plain.on(out.with_name("untuned")).methods()
    assert plain.on(out.with_name("untuned")).fanouts["diffusion"].relevance == RELEVANCE
    with pytest.raises(UserError, match="folm-before.*missing"):
        plain.on(out.with_name("untuned")).run(["gothic"], ["folm-before"])


def test_the_comparison_is_of_held_out_queries_before_and_after(whole) -> None:
    out, _ = whole
    result = comparison.read(out)
    queries = catalog_queries.load(out)
    assert result["n_queries"] == sum(query.split == "test" for query in queries) > 0
    assert list(result["methods"]) == list(comparison.METHODS)
    for figures in result["methods"].values():
        mean, low, high = figures["diversity"]
        assert low <= mean <= high and "set_f1" not in figures, "no label can judge a query that asks for none"
    assert "folm/folm-before" in result["ratios"]
    if sum(query.split == "test" and bool(query.require) for query in queries) >= comparison.MIN_LABELLED:
        assert result["labelled"]["methods"]["folm"]["set_f1"]
    card = (out / "README.md").read_text()
    assert f"{MIN_ITEMS} items" in card and "| folm-before |" in card and "{" not in card.split("---", 2)[2]


def test_held_out_queries_are_never_trained_on(
    small_shop: Path, tiny_app: Settings, whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def spy(module, name):
        own = getattr(module, name)
        monkeypatch.setattr(module, name, lambda model, queries, *args, **options: seen.extend(queries) or own(
            model, queries, *args, **options))  # fmt: skip

    spy(soft_grpo, "train")
    spy(supervision, "write")
    out = shutil.copytree(whole[0], tmp_path / "out")
    (out / comparison.FILE).unlink()
    list(catalog_run.train(Tuning.on(out, tiny_app, PRESETS["small"])))
    queries = catalog_queries.load(out)
    assert set(seen) == {query.query for query in queries if query.split == "train"}
    held_out = {query.term for query in queries if query.split != "train"}
    assert held_out.isdisjoint(catalog_queries.term_of(query) for query in seen)


def test_a_run_that_is_cut_short_anywhere_goes_on_to_the_same_result(
    small_shop: Path, tiny_app: Settings, whole, tmp_path: Path
) -> None:
    records = 0
    for taken in range(2, 60, 4):
        run = catalog_run.run(str(small_shop), tmp_path / "cut", tiny_app, "small")
        told = list(islice(run, taken))
        records = len(told)
        run.close()
        if records < taken:
            break
        if told[-1].stage != "evaluate":
            assert not models_in(tmp_path / "cut"), "nobody is answered with a part of a run"
    assert records < taken, "it never came to its end"
    for name in OWN.values():
        one, other = (load_file(folder / name / WEIGHTS[name]) for folder in (whole[0], tmp_path / "cut"))
        assert moved(one, other) == set(), f"{name} differs"
    figures = [{**comparison.read(folder), "catalog": ""} for folder in (whole[0], tmp_path / "cut")]
    assert figures[0] == figures[1]
    again = list(catalog_run.run(str(small_shop), tmp_path / "cut", tiny_app, "small"))
    assert {record.stage for record in again if record.total} <= {"read", "embed", "queries"}, (
        "what is complete is not done again"
    )


def models_in(out: Path) -> list[str]:
    return [name for name in tuning.TUNED if (out / name).exists()]


def test_an_error_that_nobody_foresaw_is_told_with_its_stage_and_leaves_no_result(
    small_shop: Path,
    whole,
    tiny_app: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken(self):
        raise ModuleNotFoundError("No module named 'x'\nand more")
        yield

    monkeypatch.setenv("R4T_CHECKPOINTS", str(tiny_app.checkpoints))
    monkeypatch.setattr(Tuning, "student", broken)
    monkeypatch.setitem(PRESETS, "small", replace(PRESETS["small"], rollouts=1, diffusion_steps=1))
    events, out = tmp_path / "events.jsonl", shutil.copytree(whole[0], tmp_path / "out")  # it has the result of another budget
    assert main(["train", str(small_shop), "--out", str(out), "--events", str(events)]) == 1
    told = [json.loads(line) for line in events.read_text().splitlines()]
    assert [told[-1]["stage"], told[-2]["stage"]] == ["failed", "one-step"]
    message = told[-1]["metrics"]["message"]
    assert message.startswith(
        f"The run stopped in '{STAGES['one-step']}' because of an error in the app: ModuleNotFoundError: No module named 'x'. R"
    )
    printed = capsys.readouterr()
    assert printed.err.strip().endswith(message) and "Traceback" in printed.err and "folm-before" not in printed.out
    assert comparison.read(out) is None and not models_in(out)
    assert "folm-before" not in Engine.load(replace(tiny_app, catalog=str(out))).methods()


def test_things_that_are_all_alike_are_trained_on_to_the_end(tiny_app: Settings, tmp_path: Path) -> None:
    pictures = {f"{number}.png": picture((200, 30, 40), (20, 20 + number)) for number in range(MIN_ITEMS)}
    table = "\n".join(["image,title,category", *(f"{name},red hat,hat" for name in pictures)])
    source = write_files(tmp_path / "alike", {**pictures, "shop.csv": table})
    *_, last = catalog_run.run(str(source), tmp_path / "out", tiny_app, "small")
    assert (last.stage, last.step) == ("evaluate", last.total), "no two lists find different items, and yet it learns"


def test_another_reading_of_the_columns_makes_catalogue_and_queries_anew(
    small_shop: Path, whole, tiny_app: Settings, tmp_path: Path
) -> None:
    out, ask = shutil.copytree(whole[0], tmp_path / "out"), tmp_path / "ask"
    before = catalog_queries.load(out)
    list(catalog_run.prepare(str(small_shop), out, tiny_app))
    assert models_in(out) and comparison.read(out), "the same reading leaves everything as it is"
    list(catalog_run.prepare(str(small_shop), out, tiny_app, columns={"title": "category", "category": "title"}, ask=ask))
    assert catalog_queries.load(out) != before and not ask.exists()
    assert not models_in(out) and comparison.read(out) is None, "they are of other items"


def test_columns_in_doubt_are_asked_for_and_nothing_is_read(
    small_shop: Path, tiny_app: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("R4T_CHECKPOINTS", str(tiny_app.checkpoints))
    rows = [f"{'red' if i % 2 else 'blue'} jug {i},{'garden' if i % 3 else 'house'}" for i in range(MIN_ITEMS)]
    source = write_files(tmp_path / "strange", {"shop.csv": "\n".join(["Sache,Ort", *rows])})
    job = tmp_path / "job"
    events, out = job / "events.jsonl", job / "catalog"
    command = ["train", str(source), "--out", str(out), "--events", str(events), "--until", "queries", "--ask", str(job)]
    assert main(command) == 2
    last, asked = read_events(events)[0][-1], Understood.load(job)
    assert (last["stage"], last["metrics"]["message"]) == ("asks", asked.why) and not asked.sure and not out.exists()
    assert [column.name for column in asked.columns] == ["Sache", "Ort"] and asked.why in capsys.readouterr().err
    assert main([*command, "--columns", "title=Sache,attribute=Ort"]) == 0
    assert read_events(events)[0][-1]["stage"] == "finished"
    assert {column.name: column.role for column in Understood.load(out).columns} == {"Sache": "title", "Ort": "attribute"}


def test_what_another_budget_left_is_not_gone_on_with(whole, tiny_app: Settings, tmp_path: Path) -> None:
    out = shutil.copytree(whole[0], tmp_path / "out")
    run = catalog_run.train(Tuning.on(out, tiny_app, replace(PRESETS["small"], rollouts=3)))
    assert [record.total for record in islice(run, 3)] == [0, 3, 3]
    run.close()
    assert not models_in(out), "nor are the models of an older run"
    assert comparison.read(out) is None, "an older comparison is not told for a new run"


def test_the_command_line_tells_its_events_and_its_end(
    small_shop: Path, tiny_app: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("R4T_CHECKPOINTS", str(tiny_app.checkpoints))
    monkeypatch.setenv("R4T_THREADS", "1")
    events, out = tmp_path / "events.jsonl", tmp_path / "out"
    command = ["train", str(small_shop), "--out", str(out), "--events", str(events)]
    assert main([*command, "--until", "queries"]) == 0
    found, after = read_events(events)
    assert [found[0]["stage"], found[-1]["stage"]] == ["read", "finished"]
    queries = [query.query for query in catalog_queries.load(out)]
    edited = tmp_path / "queries.txt"
    edited.write_text("\n".join([*queries, "something of my own"]))
    assert main([*command, "--queries", str(edited)]) == 0
    assert "| folm-before |" in capsys.readouterr().out
    assert [one.query for one in catalog_queries.load(out)][-1] == "something of my own"
    events_of_run, _ = read_events(events, after)
    assert events_of_run[-1]["stage"] == "finished" and any("answer" in event for event in events_of_run)


@pytest.mark.parametrize(
    ("rows", "options", "sentence"),
    [
        (5, [], "The catalogue has 5 items, and at least 20 are needed"),
        (MIN_ITEMS - 1, [], "The catalogue has 19 items, and at least 20 are needed"),
        (MIN_ITEMS, ["--queries", "{tmp}/few.txt"], "at least 16 and 3 are needed"),
        (MIN_ITEMS, ["--queries", "{tmp}/none.txt"], "cannot be read"),
        (0, [], "no item|neither a title|no column"),
    ],
)
def test_what_cannot_be_trained_on_is_refused_with_a_sentence(
    small_shop: Path, tiny_app: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows, options, sentence,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("R4T_CHECKPOINTS", str(tiny_app.checkpoints))
    shop = shutil.copytree(small_shop, tmp_path / "shop")
    lines = (shop / "shop.csv").read_text().splitlines()
    (shop / "shop.csv").write_text("\n".join(lines[: rows + 1]) + "\n")
    (tmp_path / "few.txt").write_text("a\nb\n")
    events = tmp_path / "events.jsonl"
    given = [option.format(tmp=tmp_path) for option in options]
    assert main(["train", str(shop), "--out", str(tmp_path / "out"), "--events", str(events), *given]) == 2
    last = json.loads(events.read_text().splitlines()[-1])
    assert last["stage"] == "refused" and re.search(sentence, last["metrics"]["message"])
    assert capsys.readouterr().err.strip().endswith(last["metrics"]["message"]), "who asked is told the same"


@pytest.mark.parametrize(
    "error",
    [
        OSError(28, "No space left on device"),
        SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)"),
        RuntimeError("Error in void faiss::write_index(...): 'ret == (size * 4)' failed: (No space left on device)"),
    ],
)
def test_a_full_disk_is_told_to_who_asked_and_who_watches(
    small_shop: Path, tiny_app: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    error: Exception,
) -> None:  # fmt: skip
    def full(*args):
        raise error

    monkeypatch.setattr(catalog_run, "ensure_index", full)
    monkeypatch.setenv("R4T_CHECKPOINTS", str(tiny_app.checkpoints))
    events = tmp_path / "events.jsonl"
    assert main(["train", str(small_shop), "--out", str(tmp_path / "out"), "--events", str(events)]) == 2
    last = json.loads(events.read_text().splitlines()[-1])
    message = last["metrics"]["message"]
    assert last["stage"] == "failed", "once there is room, the same input will do"
    assert message.startswith("The disk is full (No space left on device). Mend that")
    assert message.endswith("it goes on where it stopped.")
    assert message in capsys.readouterr().err


def test_a_word_that_is_no_step_wants_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "soft-grop"]) == 2
    assert "no step 'soft-grop'" in capsys.readouterr().err
