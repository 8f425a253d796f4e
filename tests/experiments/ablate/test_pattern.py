"""Steering taken apart: variants from end to end on tiny budgets, and the predictor's figures against hand counts."""

import json
from pathlib import Path

import numpy as np
import pytest

from experiments.__main__ import main
from experiments.ablate import pattern
from r4t_demo.engine import Engine
from r4t_demo.pattern import recipe
from tests.pattern.made import made_engine, made_task


def test_variants_are_trained_and_set_beside_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "load", classmethod(lambda cls, settings: made_engine(tmp_path)))
    small = {"label_share": 0.4, "raw": 1, "ordered": 1, "tails": 1, "preference": 1, "requests": 20}
    init = recipe.Plan.__init__
    monkeypatch.setattr(recipe.Plan, "__init__", lambda self, **given: init(self, **(small | given)))
    assert main(["ablate", "pattern", "--sets", "5", "--runs", str(tmp_path / "runs"), "--results", str(tmp_path)]) == 0
    record = json.loads((tmp_path / "ablate-pattern-made.json").read_text())
    rows = {row["name"]: row for row in record["result"]["rows"]}
    assert list(rows) == list(pattern.VARIANTS) and record["samples"] == {"seed_sets": record["result"]["n_sets"]}
    for name, row in rows.items():
        beside = pattern.VARIANTS[name].beside
        assert row["beside"] == beside
        if beside:
            difference = row["figures"]["joint"][0] - rows[beside]["figures"]["joint"][0]
            assert row["change"]["joint"][0] == pytest.approx(difference)
    # What variants have in common is trained once: stage 1, three orders, stage 3 behind each and without stage 2, one pool.
    made = [path.name.split("-")[0] for path in (tmp_path / "runs" / "modit").iterdir()]
    assert [made.count(stage) for stage in ("raw", "ordered", "tails", "pool")] == [1, 3, 4, 1]


def test_calibration_error_is_the_mean_gap_of_bins() -> None:
    predicted = np.array([[0.02, 0.04], [0.91, 0.95]])
    carried = np.array([[False, True], [True, True]])
    low, high = abs(0.06 - 1) / 2, abs(1.86 - 2) / 2
    assert pattern.calibration_error(predicted, carried) == pytest.approx((low + high) / 2)
    assert pattern.calibration_error(np.array([1.0, 0.0]), np.array([True, False])) == 0


def test_a_perfect_predictor_has_rank_correlation_one_and_a_wrong_one_has_less() -> None:
    task = made_task()
    _, near = task.index.search(task.vectors, 25)
    measured = task.labels.carries[near[:, 1:]].mean(1)
    assert [own["spearman"] for own in pattern.quality(task, measured).values()] == pytest.approx([1.0, 1.0])
    assert all(own["spearman"] < 0 for own in pattern.quality(task, 1 - measured).values())
