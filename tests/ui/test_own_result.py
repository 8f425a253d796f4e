"""What came of a run on a visitor's own catalogue, without a browser: its figures, its search, its steering."""

import json
from html import unescape
from urllib.parse import parse_qsl

import pytest

from r4t_demo.errors import MachineError, UserError
from r4t_demo.ui.own.tab import SHOWN, Seen
from r4t_demo.ui.search.ask import Ask
from r4t_demo.ui.steer.aim import Aim
from tests.ui.made_jobs import EVIL, make_job, visible


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


@pytest.mark.parametrize("text", ["[]", "{", "[" * 100_000, "7"])
def test_a_result_with_a_damaged_file_is_a_sentence(tab, shop, text):
    for name in ("understanding.json", "comparison.json"):
        job = make_job(tab.jobs, shop, "done")
        (tab.jobs.catalog(job) / name).write_text(text)
        assert f"{name} is damaged" in tab.open_link(job)["told"]
