"""The tab for a visitor's own catalogue without a browser: what each phase shows, and to whom."""

import json
import re
import shutil
import sys
from dataclasses import replace
from html import escape, unescape
from pathlib import Path
from urllib.parse import parse_qsl

import gradio as gr
import pytest

from r4t_demo.errors import MachineError, UserError
from r4t_demo.jobs import Jobs, Status
from r4t_demo.jobs.folder import EVENTS
from r4t_demo.sources.understood import ROLES, Column, Understood
from r4t_demo.train.core import events
from r4t_demo.ui.own.catalogues import OwnCatalogues
from r4t_demo.ui.own.run_view import History, render_stages
from r4t_demo.ui.own.tab import PARTS, SHOWN, OwnTab, Seen
from r4t_demo.ui.search.ask import Ask
from r4t_demo.ui.steer.aim import Aim
from tests.sources.makers import picture, write_files, write_zip
from tests.ui.fake_engine import FakeEngine
from tests.ui.fake_steering import SeasonSteering
from tests.ui.made_jobs import QUERY, make_job

EVIL = "<img src=x onerror=alert(1)>"
SLEEPS = [sys.executable, "-c", "import time; time.sleep(900)"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Path:
    """A zip of 24 pictures and a table in which one title is markup."""
    files = {f"p/{i}.png": picture((10 * i, 200 - 5 * i, 90)) for i in range(24)}
    rows = [f"p/{i}.png,{EVIL if i == 0 else f'thing {i}'},{'mug' if i % 2 else 'lamp'},cosy" for i in range(24)]
    table = "\n".join(["image,title,category,tags", *rows])
    return write_zip(tmp_path_factory.mktemp("shop") / "shop.zip", {**files, "shop.csv": table})


@pytest.fixture
def tab(tmp_path):
    engine = FakeEngine(tmp_path)
    jobs = Jobs(engine.settings, lambda folder, record: SLEEPS)
    yield OwnTab(OwnCatalogues(engine, jobs, SeasonSteering))
    for status in jobs.of("mine") + jobs.of("another"):
        jobs.cancel(status.job)


def visible(drawn) -> set[str]:
    return {part for part in PARTS if drawn.get(f"{part}_part", {}).get("visible")}


@pytest.mark.parametrize(
    ("state", "budget", "phase", "sentence"),
    [
        ("ready", None, "ready", "Ready to train"),
        ("cancelled", "small", "stopped", "Cancelled after"),
        ("failed", "small", "stopped", "120 minutes"),
        ("refused", "small", "refused", "at least 20 are needed"),
        ("done", "small", "done", "Trained on the small budget"),
    ],
)
def test_a_link_leads_to_the_jobs_phase(tab, shop, state, budget, phase, sentence):
    drawn = tab.open_link(make_job(tab.jobs, shop, state, budget))
    assert drawn["seen"].phase == phase
    assert visible(drawn) == SHOWN[phase]
    assert sentence in drawn["stages"]
    assert "24 items accepted" in drawn["report"]
    assert EVIL not in "".join(value for value in drawn.values() if isinstance(value, str))


def test_what_was_refused_for_too_few_items_offers_neither_resume_nor_start(tab, shop):
    job = make_job(tab.jobs, shop, "refused", None)
    (tab.jobs.catalog(job) / "queries.jsonl").unlink()  # it did not come to making any
    drawn = tab.open_link(job)
    assert "at least 20 are needed" in drawn["stages"] and 'class="state error"' in drawn["stages"]
    assert visible(drawn) == {"about", "columns", "run", "watch"}, "its columns may have been read otherwise than they are meant"


def test_a_wrong_link_is_a_sentence_and_leads_to_the_upload(tab):
    for job in ("nothing", "../jobs", "x" * 5000):
        drawn = tab.open_link(job)
        assert "no such run" in drawn["told"]
        assert visible(drawn) <= {"upload"}
    assert tab.open_link("") == {}


def test_an_upload_begins_a_job_and_is_removed_from_where_it_lay(tab, tmp_path, shop):
    (tmp_path / "upload.zip").write_bytes(shop.read_bytes())
    drawn = tab.upload([str(tmp_path / "upload.zip")], "mine")
    assert drawn["seen"].phase == "preparing"
    assert visible(drawn) == SHOWN["preparing"]
    assert [status.job for status in tab.jobs.of("mine")] == [drawn["seen"].job]
    assert not (tmp_path / "upload.zip").exists()
    again = tab.sample("rainy-sunday", "mine")
    assert "You have a run at work already" in again["told"]
    assert "seen" not in again


def test_where_a_table_names_files_two_of_one_name_are_refused(tab, tmp_path):
    paths = [tmp_path / folder / "a.png" for folder in ("x", "y")] + [tmp_path / "shop.csv"]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(picture())
    assert "named 'a.png'" in tab.upload([str(path) for path in paths], "mine")["told"].replace("&#x27;", "'")
    assert not any(path.exists() for path in paths)
    assert tab.jobs.of("mine") == []


def test_pictures_of_one_name_are_all_kept(tab, tmp_path):
    """Some phones call every picture 'image.jpg'."""
    paths = [tmp_path / str(number) / "image.jpg" for number in range(3)] + [tmp_path / "image (2).jpg"]
    for number, path in enumerate(paths):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(picture((number, 0, 0)))
    contents = {path.read_bytes() for path in paths}
    job = tab.upload([str(path) for path in [*paths, paths[0]]], "mine")["seen"].job
    folder = tab.jobs.root / job / "upload"
    assert {path.read_bytes() for path in folder.iterdir()} == contents
    assert {path.suffix for path in folder.iterdir()} == {".jpg"}


def test_a_broken_export_is_refused_and_not_taken_for_a_catalogue(tab, tmp_path):
    broken = write_zip(tmp_path / "tuned.zip", {"index/vectors.safetensors": b"", "comparison.json": "{}", "a.png": picture()})
    assert "no export of a tuned catalogue" in tab.upload([str(broken)], "mine")["told"]
    assert tab.jobs.of("mine") == []


def test_the_edited_queries_are_what_the_run_gets(tab, shop):
    job = make_job(tab.jobs, shop, "ready", None, session="mine")
    drawn = tab.open_link(job)
    assert drawn["budget"].value == "small"
    rows = [["my own words", ""], ["", ""], *drawn["queries"][1:]]
    few = tab.train(drawn["seen"], rows[:5], "small")
    assert "at least 16 and 3 are needed" in few["told"]
    assert few["seen"].phase == "ready" and "queries" not in few, "what was written stays in the table"
    started = tab.train(drawn["seen"], rows, "small")
    assert started["seen"].phase == "training"
    kept = (tab.jobs.root / job / "queries.txt").read_text().splitlines()
    assert kept == [row[0] for row in rows if row[0]]

    stopped = tab.cancel(started["seen"])
    assert stopped["seen"].phase == "stopped"
    assert not tab.jobs.status(job).busy
    resumed = tab.resume(stopped["seen"])
    assert visible(resumed) == SHOWN["training"]


def test_the_curves_and_the_answers_grow_with_the_events(tab, shop):
    job = make_job(tab.jobs, shop, "cancelled", rollouts=1)
    first = tab.open_link(job)
    assert first["curves"].count("not yet") == 2  # the retriever and its student
    assert "Before training" in first["answers"] and "After" not in first["answers"]
    path = tab.jobs.root / job / EVENTS
    metrics = {"reward": 0.5, "entropy": 1.0}
    new = {"query": QUERY, "sub_queries": [f"quiet {EVIL}"], "items": ["row-000003"]}
    events.append(path, {"stage": "soft-grpo", "step": 2, "total": 24, "metrics": metrics, "answer": new})
    grown = tab.show(first["seen"])
    assert "After 2 rollouts" in grown["answers"]
    assert 'class="new"' in grown["answers"] and EVIL not in grown["answers"]
    assert grown["curves"].count("<polyline") == first["curves"].count("<polyline")
    events.append(path, {"stage": "soft-grpo", "step": 2, "total": 24, "metrics": {"seconds_left": 99.0}})
    assert "curves" not in tab.show(grown["seen"]), "what has not changed is not sent again"

    path.unlink()
    events.append(path, {"stage": "read", "step": 1, "total": 24, "metrics": {}})
    assert tab.show(grown["seen"])["curves"] == "", "another run begins with empty charts"


def test_the_timer_stops_itself_once_the_job_is_over(tab, shop):
    job = make_job(tab.jobs, shop, "ready", None, session="mine")
    seen = tab.train(tab.open_link(job)["seen"], [[f"query {i}", ""] for i in range(60)], "small")["seen"]
    assert "timer" not in tab.tick(seen)
    tab.jobs.cancel(job)  # from another window
    over = tab.tick(seen)
    assert over["seen"].phase == "stopped" and "timer" not in over
    assert tab.tick(over["seen"])["timer"].active is False


def test_the_log_is_read_only_while_it_is_wanted(tab, shop):
    job = make_job(tab.jobs, shop, "cancelled")
    (tab.jobs.root / job / "log.txt").write_text(f"{EVIL}\n")
    drawn = tab.open_link(job)
    assert "log_text" not in drawn
    with_log = tab.log(drawn["seen"], True)
    assert "&lt;img" in with_log["log_text"]
    assert "log_text" not in tab.log(with_log["seen"], False)


def test_a_failed_run_shows_where_why_and_the_end_of_its_log_and_nothing_of_a_result(tab, shop):
    job = make_job(tab.jobs, shop, "failed")
    (tab.jobs.catalog(job) / "comparison.json").write_text('{"n_queries": 40}')  # of a run before
    lines = [f"line {number}" for number in range(40)] + [
        f'  File "/srv/app/.venv/lib/x/one_step.py", line 7 {EVIL}',
        "Error: no x",
    ]
    (tab.jobs.root / job / "log.txt").write_text("\n".join(lines))
    drawn = tab.open_link(job)
    kinds = re.findall(r'<li class="(\w+)" data-stage="([\w-]+)"', drawn["stages"])
    assert [kind for kind, _ in kinds] == ["past"] * 5 + ["stopped"] + ["ahead"] * 2
    assert kinds[5][1] == "diffusion" and "<b>failed</b> at 160 of 160" in drawn["stages"]
    assert drawn["stages"].count(">not begun<") == 2
    assert "aria-current" not in drawn["stages"], "nothing goes on"
    end = drawn["stages"].split("<pre>")[1]
    assert "line 39" in end and "line 20" not in end and "Error: no x" in end
    assert "&quot;…/one_step.py&quot;, line 7 &lt;img" in end and "/srv" not in end
    assert drawn["result_part"] == gr.update(visible=False) and not {"comparison", "download", "opened"} & drawn.keys()
    with pytest.raises(UserError, match="no result yet"):
        tab.jobs.export(job)
    assert "line 39" not in tab.open_link(make_job(tab.jobs, shop, "cancelled"))["stages"]


def test_the_result_answers_a_held_out_query_before_and_after(tab, shop):
    drawn = tab.open_link(make_job(tab.jobs, shop, "done"))
    assert drawn["comparison"].count('class="row') > 3
    busy, answer = tab.opening(drawn["seen"], Aim())
    held_out = {text for text, split in tab.own.queries(drawn["seen"].job) if split == "test"}
    assert answer["query"] in held_out
    assert 'data-method="folm-before"' in answer["left-column"]
    for told in (drawn["comparison"], answer["left-column"], answer["summary"], str(answer["left"].choices)):
        assert "FOLM before" in told and "Folm" not in told
    assert 'data-method="folm"' in answer["right-column"]
    assert 0 < answer["right-column"].count("data-item=") <= 12, "of 24 items it shows no more than a half"
    assert "fanout &quot;rainy sunday&quot; --catalog shop-r4t.zip" in drawn["download"], "can be pasted into a shell"
    *_, refused = tab.search(drawn["seen"], "", "folm", "diffusion")
    assert "query is empty" in refused["status"]
    *_, refused = tab.search(drawn["seen"], "x", "instruct:some/model", "folm")
    assert "no method" in refused["status"]
    assert list(tab.opening(Seen(), Aim())) == [{}]


def test_a_result_that_steers_opens_with_an_example_and_goes_by_its_link(tab, shop):
    job = make_job(tab.jobs, shop, "done", steers=True)
    drawn = tab.open_link(job)
    assert drawn["steer_part"]["visible"] and drawn["steer_missing"] == ""
    *_, steered = tab.opening(drawn["seen"], drawn["steer_aim"])
    opening = steered["steer_aim"]
    assert opening.seeds and not opening.own and EVIL not in steered["steer_grid"]
    answered = dict(pair for one in tab.own.steer_tab(job).steer(opening) for pair in one.items())
    assert f'href="?job={job}"' in answered["summary"], "until something is chosen, the address is that of the result"
    assert answered["hppo"].count("data-item=") == 12, "of 24 items it shows no more than a half"
    assert "Steer from these" in tab.own.tab(job).answer(Ask("cosy", "none", "mmr"))[2]

    chosen = tab.own.steer_tab(job).told(opening, json.dumps({"send": ["row-000005"]}))
    assert chosen["tabs"].selected == "own" and chosen["aim"].seeds == ("row-000005",)
    link = chosen["aim"].to_link(job)
    assert f"job={job}" in link and link in unescape(chosen["asked"])
    again = tab.open_link(job, parse_qsl(link[1:]))
    *_, steered = tab.opening(again["seen"], again["steer_aim"])
    assert steered["steer_aim"] == chosen["aim"]
    *_, refused = tab.opening(again["seen"], Aim(("nothing",)))
    assert "no item" in refused["steer_status"] and refused["steer_aim"] == opening
    assert tab.own.steer_tab(job).example(99) == {}
    tab.jobs.delete(job)
    with pytest.raises(UserError, match="no such run"):
        tab.own.steer_tab(job)


def test_where_nothing_steers_a_result_it_says_what_that_takes(tab, shop):
    drawn = tab.open_link(make_job(tab.jobs, shop, "done"))
    assert drawn["steer_part"]["visible"] is False
    assert (
        "no labels to steer by" in drawn["steer_missing"] and "two values that 20 items or more carry" in drawn["steer_missing"]
    )
    *_, last = tab.opening(drawn["seen"], Aim())
    assert not [name for name in last if name.startswith("steer_")]
    assert "Train steering" not in drawn["stages"] and "preferences (HPPO)" not in drawn["curves"]
    ready = tab.open_link(make_job(tab.jobs, shop, "ready", None))
    assert "no labels to steer by" in ready["steer_note"]


def test_where_the_columns_are_in_doubt_they_are_asked_for_with_the_first_rows(tab, shop):
    job = make_job(tab.jobs, shop, "asks", None)
    shutil.rmtree(tab.jobs.catalog(job))
    samples = [EVIL, "a jug"]
    columns = [Column("Sache", "title", samples), Column(EVIL, "attribute", samples), Column("Nr", "ignored", ["7", ""])]
    Understood(columns, False, f"Nobody calls a column {EVIL} a title.").save(tab.jobs.root / job)
    drawn = tab.open_link(job)
    assert drawn["seen"].phase == "asks" and visible(drawn) == SHOWN["asks"]
    asked = drawn["columns"]
    assert "Nobody calls a column" in asked and EVIL not in asked and "Go on with these columns" in asked
    for number, (name, role) in enumerate([("Sache", "title"), (EVIL, "attribute"), ("Nr", "ignored")]):
        assert f'<label for="column-{number}"><bdi>{escape(name)}</bdi></label>' in asked
        select = asked.split(f'<select id="column-{number}"')[1].split("</select>")[0]
        assert re.findall('value="([a-z_]+)" selected', select) == [role]
        assert re.findall('value="([a-z_]+)"', select) == list(ROLES)
    assert asked.count("<tr>") == 3, "the heads and both rows"

    for told, sentence in [
        ("nonsense", "Choose what the columns mean"), ("[]", "Choose what the columns mean"),
        ('{"Sache": "ignored"}', "Choose a column for the title"), ('{"Nr": "king"}', "There is no role"),
        (json.dumps({EVIL: "title"}), "cannot both be the title"), ('{"Other": "title"}', "has no column"),
    ]:  # fmt: skip
        refused = tab.choose(drawn["seen"], told)
        assert sentence in refused["told"] and refused["seen"].phase == "asks", told
        assert "columns" not in refused, "what was chosen stays"
    going = tab.choose(drawn["seen"], json.dumps({"Sache": "category", EVIL: "title"}))
    assert going["seen"].phase == "preparing" and "columns" not in visible(going)
    [status] = [json.loads((tab.jobs.root / job / "status.json").read_text())]
    assert status["columns"] == {"Sache": "category", EVIL: "title", "Nr": "ignored"}


def test_the_columns_of_a_catalogue_that_is_ready_are_told_and_can_be_changed(tab, shop):
    job = make_job(tab.jobs, shop, "ready", None, session="mine")
    drawn = tab.open_link(job)
    assert "title from “<bdi>title</bdi>”" in drawn["report"] and "picture from “<bdi>image</bdi>”" in drawn["report"]
    assert "Read the table anew" in drawn["columns"] and drawn["columns"].startswith("<details")
    assert drawn["some_queries"].count("<li>") == 20 and EVIL not in drawn["some_queries"]
    assert len(tab.own.catalog(job)) == 24
    anew = tab.choose(drawn["seen"], '{"tags": "ignored"}')
    assert anew["seen"].phase == "preparing"
    assert not tab.own.prepared(job), "what was read of other columns is gone"
    tab.cancel(anew["seen"])
    stopped = tab.open_link(job)
    assert re.search('data-column="tags">.*?value="ignored" selected', stopped["columns"]), (
        "what was chosen is there to be changed"
    )
    done = tab.open_link(make_job(tab.jobs, shop, "done"))
    assert "title from" in done["report"] and "columns" not in visible(done)
    with pytest.raises(UserError, match="cannot be changed any more"):
        tab.jobs.choose(done["seen"].job, {"title": "title"})


def test_labels_are_told_before_the_run_that_learns_to_steer_by_them(tab, tmp_path):
    rows = [f"thing {i},mug,{'light' if i % 2 else 'dark'}" for i in range(120)]
    shop = write_files(tmp_path / "labelled", {"shop.csv": "\n".join(["title,category,tone", *rows])})
    ready = tab.open_link(make_job(tab.jobs, shop, "ready", None))
    assert "learns to steer sets by its labels" in ready["steer_note"] and "tone" in ready["steer_note"]
    drawn = tab.open_link(make_job(tab.jobs, shop, "done"))
    assert "older version" in drawn["steer_missing"], "it has labels, and nothing that was trained on them"
    assert "Train steering" in drawn["stages"] and "preferences (HPPO)" in drawn["curves"]


def test_a_result_is_shown_where_the_disk_is_too_full_for_its_zip(tab, shop, monkeypatch):
    def full(job):
        raise MachineError("The disk is full: pack it again later.")

    monkeypatch.setattr(tab.jobs, "export", full)
    drawn = tab.open_link(make_job(tab.jobs, shop, "done"))
    assert visible(drawn) == SHOWN["done"] and "points" in drawn["comparison"]
    assert "pack it again later" in drawn["download"]


@pytest.mark.parametrize("name", ["comparison.json", "understanding.json"])
def test_a_result_with_strange_figures_is_a_sentence(tab, shop, name):
    job = make_job(tab.jobs, shop, "done")
    strange = {"n_queries": 4, "methods": {"folm": {"diversity": EVIL}}, "ratios": {}, "labels": [["cosy", EVIL]]}
    (tab.jobs.catalog(job) / name).write_text(json.dumps(strange))
    drawn = tab.open_link(job)
    assert "cannot be shown" in drawn["told"]
    assert visible(drawn) == {"upload"}


def test_a_result_is_asked_with_what_its_own_catalogue_holds(tab, shop):
    job = make_job(tab.jobs, shop, "done")
    first, second, *_ = [item.item_id for item in tab.own.catalog(job).items]
    told = json.dumps({"item": first, "plus": [second]})
    _, around, *_, answered = tab.search(Seen(job, "done"), "", "none", "folm", told)
    assert "A set around" in around["around"] and f'data-id="{second}"' in around["around"]
    assert "A set around" in answered["status"]
    _, around, *_, answered = tab.search(Seen(job, "done"), "cosy", "none", "folm", told)
    assert "A set around" not in around["around"] and "cosy" in answered["status"], "words are the request"
    *_, refused = tab.search(Seen(job, "done"), "cosy", "none", "folm", json.dumps({"plus": ["at-00000"]}))
    assert "no item" in refused["status"], "an item of the page's catalogue is none of this one"


@pytest.mark.parametrize(("bfloat16", "offered"), [(True, ["small", "medium", "large"]), (False, ["small", "medium"])])
def test_a_budget_that_could_not_end_in_time_is_not_offered(tab, shop, monkeypatch, bfloat16, offered):
    monkeypatch.setattr("r4t_demo.ui.own.tab.cpu_multiplies_bfloat16", lambda: bfloat16)
    drawn = tab.open_link(make_job(tab.jobs, shop, "ready", None))
    assert [name for _, name in drawn["budget"].choices] == offered
    tab.jobs.settings = replace(tab.jobs.settings, job_minutes=1)
    assert [name for _, name in tab.show(replace(drawn["seen"], phase="none"))["budget"].choices] == ["small"]


def test_where_training_has_not_helped_the_model_as_it_was_answers_first(tab, shop):
    job = make_job(tab.jobs, shop, "done")
    seen = Seen(job, "done")
    assert [drawn["right"].value for drawn in tab.opening(seen, Aim()) if "right" in drawn] == ["folm"]
    path = tab.jobs.catalog(job) / "comparison.json"
    result = json.loads(path.read_text())
    for name, reward in (("folm-before", 0.3), ("folm", 0.2)):
        result["methods"][name]["composite"] = [reward, reward, reward]
    path.write_text(json.dumps(result))
    [drawn] = [drawn for drawn in tab.opening(seen, Aim()) if "right" in drawn]
    assert (drawn["left"].value, drawn["right"].value) == ("folm-before", "mmr")
    assert "Training has not helped" in tab.show(Seen(job))["comparison"]


def test_a_removed_job_is_gone(tab, shop):
    seen = tab.open_link(make_job(tab.jobs, shop, "done"))["seen"]
    assert tab.remove(seen, "") == {}
    gone = tab.remove(seen, "yes")
    assert visible(gone) == {"upload"}
    assert not (tab.jobs.root / seen.job).exists()
    assert "no such run" in tab.show(seen)["told"]
    assert isinstance(gone["seen"], Seen) and not isinstance(gone["upload_part"], gr.Column)


def test_of_a_removed_job_nothing_is_shown_whatever_is_kept(tab, shop):
    job = make_job(tab.jobs, shop, "done")
    [*_, answered] = tab.search(Seen(job, "done"), "cosy", "none", "folm")
    assert "thing" in answered["left-column"] and len(tab.own.catalog(job)) == 24
    tab.jobs.delete(job)
    [*_, answered] = tab.search(Seen(job, "done"), "cosy", "none", "folm")
    assert "no such run" in answered["status"] and "left-column" not in answered
    with pytest.raises(UserError, match="no such run"):
        tab.own.catalog(job)


@pytest.mark.parametrize("text", ["[]", "{", "[" * 100_000, "7"])
def test_a_result_with_a_damaged_file_is_a_sentence(tab, shop, text):
    for name in ("understanding.json", "comparison.json"):
        job = make_job(tab.jobs, shop, "done")
        (tab.jobs.catalog(job) / name).write_text(text)
        assert f"{name} is damaged" in tab.open_link(job)["told"]


@pytest.mark.parametrize(("seconds", "words"), [(0.6, "1 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (151.2, "2 min 31 s")])
def test_the_time_that_a_run_has_taken_is_seen_to_move(seconds, words):
    status = Status(
        "job", "running", "shop", "small", 0.0, stage="soft-grpo", step=3, total=24, seconds=seconds, seconds_left=240.0
    )
    assert f"{words} so far, about 4 min left" in render_stages(status, History(stage="soft-grpo", steps={"soft-grpo": (3, 24)}))


def test_before_its_first_stage_a_run_says_that_it_loads():
    status = Status("job", "running", "shop", "small", 0.0, seconds=4.0)
    assert "Loading its models: 4 s so far." in render_stages(status, History())
