"""The tab for a visitor's own catalogue without a browser: what each phase shows, and to whom."""

import json
import re
import shutil
from dataclasses import replace
from html import escape

import gradio as gr
import pytest

from r4t_demo.errors import UserError
from r4t_demo.jobs import Status
from r4t_demo.jobs.folder import EVENTS
from r4t_demo.sources.understood import ROLES, Column, Understood
from r4t_demo.train.core import events
from r4t_demo.ui.own.run_view import History, render_stages
from r4t_demo.ui.own.tab import SHOWN, Seen
from tests.sources.makers import picture, write_files, write_zip
from tests.ui.made_jobs import EVIL, QUERY, make_job, visible


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


@pytest.mark.parametrize(("bfloat16", "offered"), [(True, ["small", "medium", "large"]), (False, ["small", "medium"])])
def test_a_budget_that_could_not_end_in_time_is_not_offered(tab, shop, monkeypatch, bfloat16, offered):
    monkeypatch.setattr("r4t_demo.ui.own.tab.cpu_multiplies_bfloat16", lambda: bfloat16)
    drawn = tab.open_link(make_job(tab.jobs, shop, "ready", None))
    assert [name for _, name in drawn["budget"].choices] == offered
    tab.jobs.settings = replace(tab.jobs.settings, job_minutes=1)
    assert [name for _, name in tab.show(replace(drawn["seen"], phase="none"))["budget"].choices] == ["small"]


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


@pytest.mark.parametrize(("seconds", "words"), [(0.6, "1 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (151.2, "2 min 31 s")])
def test_the_time_that_a_run_has_taken_is_seen_to_move(seconds, words):
    status = Status(
        "job", "running", "shop", "small", 0.0, stage="soft-grpo", step=3, total=24, seconds=seconds, seconds_left=240.0
    )
    assert f"{words} so far, about 4 min left" in render_stages(status, History(stage="soft-grpo", steps={"soft-grpo": (3, 24)}))


def test_before_its_first_stage_a_run_says_that_it_loads():
    status = Status("job", "running", "shop", "small", 0.0, seconds=4.0)
    assert "Loading its models: 4 s so far." in render_stages(status, History())
