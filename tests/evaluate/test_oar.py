"""The court by hand, and the whole evaluation over stand-ins."""

import json
from pathlib import Path

import pytest

from r4t_demo.catalog import Item
from r4t_demo.engine import Engine
from r4t_demo.errors import UserError
from r4t_demo.evaluate import oar
from r4t_demo.evaluate.oar import METRICS, TEXT_ONLY, TestQuery, court, load_queries, satisfies
from tests.doubles import EVERYWHERE

BOOTS = Item("1", "boots", "boots", None, {"aesthetics": ["gothic", "punk"], "colour_families": ["black"], "seasons": ["winter"]})
DRESS = Item("2", "dress", "dress", None, {"aesthetics": ["bohemian"], "colour_families": ["red"], "seasons": ["summer"]})


def test_every_key_must_hold_by_any_of_its_values() -> None:
    assert satisfies(BOOTS, {"aesthetics": ["punk"]})
    assert satisfies(BOOTS, {"aesthetics": ["punk", "bohemian"], "colour_families": ["black", "grey"]})
    assert not satisfies(BOOTS, {"aesthetics": ["punk"], "colour_families": ["red"]})
    assert not satisfies(DRESS, {"seasons": ["winter"], "aesthetics": ["bohemian"]})


def test_the_court_by_hand() -> None:
    query = TestQuery("q", "t", {"aesthetics": ["gothic"]})
    assert court(query, [BOOTS, BOOTS, DRESS, DRESS], k=4) == {"on_style": 0.5, "coverage": 0.5, "set_f1": 0.5}
    assert court(query, [DRESS] * 10) == {"on_style": 0.0, "coverage": 0.1, "set_f1": 0.0}
    short = court(query, [BOOTS], k=10)  # one perfect answer of ten is no set
    assert short["on_style"] == 1.0
    assert short["coverage"] == pytest.approx(0.1)
    assert short["set_f1"] == pytest.approx(0.2 / 1.1)


def test_the_whole_evaluation(engine: Engine, catalog_folder: Path) -> None:
    queries = load_queries(catalog_folder)
    result = oar.evaluate(engine, queries, list(engine.methods()), seeds=2)
    assert (result["catalog"], result["n_queries"], result["n_terms"], result["seeds"]) == ("tiny", 6, 6, 2)
    assert set(result["methods"]) == set(EVERYWHERE)
    for name, figures in result["methods"].items():
        assert set(figures) == set(METRICS)
        for metric, figure in figures.items():
            if metric in TEXT_ONLY and name.startswith(("none", "mmr", "kmeans", "diffusion")):
                assert figure is None
            else:
                mean, low, high = figure
                assert low <= mean <= high
    assert result["ratios"]["folm/sft"]["set_f1"] == pytest.approx([1.0, 1.0, 1.0])  # the same stand-in under two names
    assert set(result["ratios"]) == {
        "folm/zero-shot",
        "folm/sft",
        "folm/mmr",
        "folm/best-of-5",
        "folm/template",
        "folm/kmeans",
        "diffusion/folm",
        "diffusion/mmr",
        "diffusion/diffusion-teacher",
        "diffusion/diffusion-base",
        "folm-photos/sft",
        "diffusion-photos/folm-photos",
    }
    json.dumps(result, allow_nan=False)
    assert "folm/best-of-5" in oar.tables(result)


def test_figures_are_those_of_the_engine(engine: Engine, catalog_folder: Path) -> None:
    queries = load_queries(catalog_folder)
    values = []
    for query in queries:
        [result] = engine.run([query.query], ["none"], k=10, n=1)
        values.append(court(query, [hits[0].item for hits in result.items]))
    figures = oar.evaluate(engine, queries, ["none"])["methods"]["none"]
    for metric in ("on_style", "coverage", "set_f1"):
        assert figures[metric][0] == pytest.approx(sum(value[metric] for value in values) / len(values))


def test_splits_and_limits(catalog_folder: Path, tmp_path: Path) -> None:
    assert [query.query for query in load_queries(catalog_folder, "validation")] == ["bohemian look", "gothic look"]
    assert len(load_queries(catalog_folder, limit=4)) == 4
    with pytest.raises(UserError, match="no queries in the split 'exam': choose from test, validation"):
        load_queries(catalog_folder, "exam")
    with pytest.raises(UserError, match="no labelled queries"):
        load_queries(tmp_path)
