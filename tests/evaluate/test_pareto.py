"""Alignment against diversity over stand-ins, and where a method lies against MMR's curve."""

import json
from pathlib import Path

import numpy as np
import pytest

from r4t_demo.engine import Engine
from r4t_demo.evaluate import oar, pareto
from r4t_demo.evaluate.stats import ClusterBootstrap


def test_every_point_is_measured_on_the_same_queries(engine: Engine, catalog_folder: Path) -> None:
    queries = oar.load_queries(catalog_folder)
    result = pareto.evaluate(engine, queries)
    curves = [(point["method"], point["curve"], point["setting"]) for point in result["points"]]
    assert curves[0] == ("none", "mmr", 1.0) and ("mmr:0.5", "mmr", 0.5) in curves
    assert [setting for _, curve, setting in curves if curve == "diffusion"] == list(pareto.VARIETIES)
    assert [name for name, curve, _ in curves if curve is None] == ["zero-shot", "sft", "best-of-5", "folm"]
    figures = oar.evaluate(engine, queries, ["none", "mmr:0.5", "folm"])["methods"]
    for point in result["points"]:
        if point["method"] in figures:
            assert {axis: point[axis] for axis in pareto.AXES} == {axis: figures[point["method"]][axis] for axis in pareto.AXES}
    assert set(result["above_mmr"]) == {"folm", "diffusion"}
    json.dumps(result, allow_nan=False)
    assert "above MMR's curve" in pareto.tables(result)


def test_a_missing_checkpoint_leaves_its_points_out(engine: Engine, catalog_folder: Path, tmp_path: Path) -> None:
    for folder in ("folm-mini", "diffusion-mini"):
        (tmp_path / folder).rmdir()
    result = pareto.evaluate(engine, oar.load_queries(catalog_folder, limit=2))
    assert {point["method"] for point in result["points"]} == {*pareto.MMR.values(), "zero-shot", "sft", "best-of-5"}
    assert result["above_mmr"] == {}
    assert "above MMR's curve" not in pareto.tables(result)


def constant(value: float) -> np.ndarray:
    return np.full(6, value)


@pytest.mark.parametrize(
    ("x", "y", "above"),
    [
        (0.25, 0.7, 0.2),  # half way between the first two: 0.5
        (0.45, 0.2, -0.05),
        (0.1, 0.5, -0.1),  # left of the curve its leftmost point counts
        (0.5, 0.1, -0.1),
        (0.51, 0.9, None),  # right of it there is nothing to compare with
    ],
)
def test_the_curve_is_joined_by_straight_lines(x: float, y: float, above: float | None) -> None:
    curve = [(constant(a), constant(b)) for a, b in ((0.5, 0.2), (0.2, 0.6), (0.3, 0.4), (0.4, 0.3))]
    gap = ClusterBootstrap(list("aabbcc")).above(curve, constant(x), constant(y))
    assert gap is None if above is None else gap == pytest.approx([above] * 3)


def test_the_gaps_interval_is_over_pairs() -> None:
    """A method that lies above the curve by as much on every query has no interval, however much the queries differ."""
    rng = np.random.default_rng(0)
    own, lift = rng.normal(size=(2, 60)), rng.normal(size=60)
    curve = [(own[0] - 1, own[1] + lift), (own[0] + 1, own[1] + lift)]
    bootstrap = ClusterBootstrap(np.arange(60))
    np.testing.assert_allclose(bootstrap.above(curve, own[0], own[1] + lift + 0.5), [0.5] * 3, atol=1e-9)
    wide = bootstrap.above(curve, own[0], own[1])
    assert wide[0] == pytest.approx(-lift.mean()) and wide[1] < wide[0] < wide[2]
