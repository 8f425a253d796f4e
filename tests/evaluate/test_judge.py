"""The judge over a stub server: what it is asked, how its answers are counted, and what the command leaves behind."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from r4t_demo.__main__ import main
from r4t_demo.engine import Engine
from r4t_demo.errors import UserError
from r4t_demo.evaluate import judge
from r4t_demo.evaluate.chat import Chat
from r4t_demo.evaluate.oar import TestQuery, court
from tests.evaluate.stub_server import serving

METHODS = ["none", "folm", "diffusion"]
FINE = '{"groundedness": 5, "diversity": 3, "alignment": 4}'


@pytest.fixture
def queries(catalog_folder: Path) -> list[TestQuery]:
    return judge.choose_queries(catalog_folder, None, 6, seed=0)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("r4t_demo.evaluate.chat.time.sleep", lambda seconds: None)
    monkeypatch.setenv("JUDGE_KEY", "sk-very-secret")
    monkeypatch.setattr("huggingface_hub.constants.is_offline_mode", lambda: False)


def evaluate(engine: Engine, queries: list[TestQuery], reply, methods=METHODS, pictures: bool = False) -> tuple[dict, list[dict]]:
    with serving(reply) as server:
        result = judge.evaluate(engine, queries, methods, Chat("stub", server.url), 0, pictures, parallel=3)
        return result, server.bodies()


def test_scores_are_times_twenty_and_groundedness_needs_texts(engine: Engine, queries: list[TestQuery]) -> None:
    result, bodies = evaluate(engine, queries, lambda body: FINE)
    assert result["methods"]["folm"]["groundedness"] == pytest.approx([100, 100, 100])
    assert result["methods"]["folm"]["average"] == pytest.approx([80, 80, 80])
    for name in ("none", "diffusion"):
        figures = result["methods"][name]
        assert (figures["groundedness"], figures["average"]) == (None, None)
        assert figures["diversity"] == pytest.approx([60, 60, 60]) and figures["alignment"] == pytest.approx([80, 80, 80])
    assert result["requests"] == len(bodies) == 6 * (1 + 2 + 1)
    assert (result["n_queries"], result["n_terms"]) == (6, 6)
    assert [result["methods"][name]["answered"] for name in METHODS] == [6, 12, 6]
    assert "folm" in judge.tables(result)


def test_no_request_names_a_method(engine: Engine, queries: list[TestQuery]) -> None:
    _, bodies = evaluate(engine, queries, lambda body: FINE, [*METHODS, "mmr", "template", "zero-shot", "sft", "best-of-5"])
    sent = json.dumps(bodies).lower()
    for word in (*METHODS, "mmr", "template", "zero-shot", "sft", "best-of", "fan-out", "language model", "retriever"):
        assert word not in sent


def test_the_seed_decides_every_request(engine: Engine, queries: list[TestQuery]) -> None:
    once, again = (evaluate(engine, queries, lambda body: FINE)[1] for _ in range(2))
    assert sorted(map(json.dumps, once)) == sorted(map(json.dumps, again))


def test_what_cannot_be_read_is_asked_once_more_and_then_counted(engine: Engine, queries: list[TestQuery]) -> None:
    def reply(body: dict) -> str:
        wish = body["messages"][1]["content"].splitlines()[0]
        if "gothic" not in wish:
            return FINE
        second = len(body["messages"]) > 2
        return '{"diversity": 1, "alignment": 1}' if second and "party" in wish else "hm"

    result, bodies = evaluate(engine, queries, reply, ["none"])
    figures = result["methods"]["none"]
    assert (figures["answered"], figures["unanswered"], len(bodies)) == (4, 2, 9)
    assert figures["diversity"][0] == pytest.approx((3 * 60 + 20) / 4)
    assert "2 of 6" in judge.tables(result)


def test_a_judge_that_never_answers_has_no_figures(engine: Engine, queries: list[TestQuery]) -> None:
    result, _ = evaluate(engine, queries, lambda body: "no")
    assert all(figures["diversity"] is None for figures in result["methods"].values())
    assert all(figure is None for figures in result["agreement"].values() for figure in figures.values())
    json.dumps(result, allow_nan=False)
    judge.tables(result)


def test_agreement_is_the_rank_correlation_with_the_labels(engine: Engine) -> None:
    """A judge that sees as the labels do agrees entirely; one that says the contrary disagrees as much."""
    wanted = {
        "bohemian festival": {"aesthetics": ["bohemian"]},
        "bohemian party": {"aesthetics": ["bohemian"], "colour_families": ["red", "navy"]},
        "gothic festival": {"aesthetics": ["bohemian"]},
    }
    queries = [TestQuery(text, f"{text} {i}", require) for i in range(8) for text, require in wanted.items()]
    answers = engine.run(list(wanted), ["diffusion"], k=10, n=1, seed=0)
    facts = [court(q, [hits[0].item for hits in a.items])["on_style"] for q, a in zip(queries[:3], answers, strict=True)]
    grades = dict(zip(wanted, np.argsort(np.argsort(facts)).tolist(), strict=True))
    assert len(set(facts)) == 3

    def saying(sign: int):
        def reply(body: dict) -> str:
            query = re.search("wish: (.*)", body["messages"][1]["content"])[1]
            return json.dumps({"diversity": 3, "alignment": 3 + sign * grades[query]})

        return reply

    for sign in (1, -1):
        agreement = evaluate(engine, queries, saying(sign), ["diffusion"])[0]["agreement"]
        for name in ("diffusion", "all"):
            assert agreement[name]["alignment/on_style"] == pytest.approx([sign] * 3)
            assert agreement[name]["diversity/coverage"] is None  # it always said the same


def test_queries_are_drawn_by_seed(catalog_folder: Path, tmp_path: Path) -> None:
    names = [[q.query for q in judge.choose_queries(catalog_folder, None, 3, seed)] for seed in (1, 1, 2)]
    assert names[0] == names[1] != names[2]
    file = tmp_path / "wishes.txt"
    file.write_text("rainy day\n\nski weekend\nrainy day\n")
    assert {q.query for q in judge.choose_queries(tmp_path, file, 9, 0)} == {"rainy day", "ski weekend"}
    file.write_text("\n")
    with pytest.raises(UserError, match="holds no queries"):
        judge.choose_queries(tmp_path, file, 9, 0)
    with pytest.raises(UserError, match="cannot be read"):
        judge.choose_queries(tmp_path, tmp_path / "missing", 9, 0)


def test_without_labels_there_is_no_agreement(engine: Engine) -> None:
    result, _ = evaluate(engine, [TestQuery("red", "red", {}), TestQuery("black", "black", {})], lambda body: FINE, ["none"])
    assert result["agreement"] is None
    assert result["methods"]["none"]["alignment"][0] == pytest.approx(80)


@pytest.fixture
def command(engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    monkeypatch.setattr(Engine, "load", classmethod(lambda cls, settings: engine))
    options = ["--model", "stub", "--queries", "4", "--methods", "none", "folm", "--results", str(tmp_path), "--json"]
    return ["evaluate", "judge", *options]


def test_the_command_prints_and_writes(command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    with serving(lambda body: FINE) as server:
        assert main([*command, "--base-url", server.url, "--api-key-env", "JUDGE_KEY"]) == 0
        assert server.requests[0][0]["authorization"] == "Bearer sk-very-secret"
    captured = capsys.readouterr()
    record = json.loads((tmp_path / "judge.json").read_text())
    assert record["result"] == json.loads(captured.out)
    assert record["samples"] == {"queries": 4, "terms": 4, "requests": 12}
    assert "sk-very-secret" not in captured.out + captured.err + json.dumps(record)


def test_a_failure_is_one_sentence_and_writes_nothing(command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    with serving(lambda body: (401, {}, {"error": "sk-very-secret is wrong"})) as server:
        assert main([*command, "--base-url", server.url, "--api-key-env", "JUDGE_KEY"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "refuses the key" in captured.err and "sk-very-secret" not in captured.err
    assert not (tmp_path / "judge.json").exists()
