"""Common sense: figures by hand on a tiny engine, over the labels that the project carries."""

import json
from collections import deque
from pathlib import Path

import numpy as np
import pytest

from r4t_demo.catalog import Catalog, Item
from r4t_demo.engine import Engine
from r4t_demo.errors import UserError
from r4t_demo.evaluate import suits
from r4t_demo.evaluate.suits import METRICS, Labelled
from r4t_demo.fanout.base import FanOut
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.settings import ROOT
from r4t_demo.sources import open_source
from r4t_demo.sources.ingest import ingest
from r4t_demo.sources.samples import sample_file

FESTIVAL = Labelled("a festival", frozenset(["boots", "hat"]), frozenset(["handbag"]))
GALA = Labelled("a gala", frozenset(["dress"]), frozenset(["boots", "belt"]))
# What each direction finds first, by request and seed.
FOUND = {
    "a festival": (["boots", "boots", "hat", "handbag", "dress"], ["handbag", "handbag"]),
    "a gala": (["dress", "scarf"], ["dress", "boots", "belt", "scarf"]),
}


class ByHand:
    """Points at one item of each kind that ``FOUND`` names for a request and a seed."""

    def __init__(self, index: FaissIndex, catalog: Catalog):
        self.index = index
        self.rows = {kind: row for row, item in enumerate(catalog.items) for kind in [item.category]}

    def fan_out(self, queries, vectors, k, *, seed=0):
        kinds = [FOUND[query][seed] for query in queries]
        return [FanOut("folm", own, self.index.vectors(np.array([self.rows[kind] for kind in own])), 0.0) for own in kinds]


@pytest.fixture
def by_hand(engine: Engine) -> Engine:
    engine.fanouts._loaded["folm"] = ByHand(engine.index, engine.catalog)
    return engine


def thing(kind: str, **attributes: object) -> Item:
    return Item("1", "a thing", kind, None, attributes)


def test_an_answer_by_hand() -> None:
    found = [thing(kind) for kind in FOUND["a festival"][0]]
    assert suits.judged(FESTIVAL, found) == (0.6, 0.2, 0.2), "three of five, one of five, and two kinds of ten"
    assert suits.judged(FESTIVAL, found[:1], k=1) == (1.0, 0.0, 1.0)
    assert suits.judged(FESTIVAL, [thing("scarf")]) == (0.0, 0.0, 0.0), "what no label names is neither"


def test_songs_are_told_apart_by_their_first_genre() -> None:
    one = Labelled("late evening", frozenset(["jazz"]), frozenset(["metal", "song"]))
    songs = [thing("song", genre=["jazz", "metal"]), thing("song", genre="metal"), thing("song", genre=["folk", "jazz"])]
    assert suits.judged(one, songs) == (pytest.approx(1 / 3), pytest.approx(1 / 3), 0.1)
    assert suits.judged(one, [thing("song")]) == (0.0, 1.0, 0.0), "without a genre its category counts"


def test_figures_are_means_over_requests_and_seeds(by_hand: Engine) -> None:
    once, twice = (suits.evaluate(by_hand, [FESTIVAL, GALA], ["folm"], seeds)["methods"]["folm"] for seeds in (1, 2))
    assert [once[name][0] for name in METRICS] == pytest.approx([(0.6 + 0.5) / 2, (0.2 + 0) / 2, (0.2 + 0.1) / 2])
    expected = [(0.6 + 0 + 0.5 + 0.25) / 4, (0.2 + 1 + 0 + 0.5) / 4, (0.2 + 0 + 0.1 + 0.1) / 4]
    assert [twice[name][0] for name in METRICS] == pytest.approx(expected)
    assert once["suits"][1:] == pytest.approx([0.5, 0.6]), "of two requests, both ends come up in resamples"


def test_every_method_has_every_figure(engine: Engine) -> None:
    methods = ["none", "mmr", "sft", "best-of-5", "folm", "diffusion"]
    result = suits.evaluate(engine, [FESTIVAL, GALA], methods)
    assert set(result) == {"catalog", "n_queries", "seeds", "methods", "ratios", "answers"}
    assert (result["catalog"], result["n_queries"], result["seeds"]) == ("tiny", 2, 1)
    assert list(result["methods"]) == methods
    for figures in result["methods"].values():
        assert tuple(figures) == METRICS
        assert all(0 <= low <= mean <= high <= 1 for mean, low, high in figures.values())
    assert set(result["ratios"]) == {"folm/sft", "folm/best-of-5", "folm/mmr", "diffusion/folm", "diffusion/mmr"}
    assert result["ratios"]["folm/sft"] == pytest.approx([1.0, 1.0, 1.0])  # the same stand-in under two names
    json.dumps(result, allow_nan=False)
    told = suits.tables(result)
    assert told.startswith("tiny: 2 labelled requests, 1 seed(s)") and "suiting_categories" in told and "folm/sft" in told


def test_a_ratio_is_that_of_the_suiting_kinds(by_hand: Engine) -> None:
    result = suits.evaluate(by_hand, [FESTIVAL, GALA], ["folm", "diffusion"])
    kinds = {name: figures["suiting_categories"][0] for name, figures in result["methods"].items()}
    assert result["ratios"]["diffusion/folm"][0] == pytest.approx(kinds["diffusion"] / kinds["folm"])


def test_answers_show_what_the_first_seed_finds(by_hand: Engine) -> None:
    answers = suits.evaluate(by_hand, [FESTIVAL, GALA], ["folm"], seeds=2)["answers"]
    assert [list(answer) for answer in answers.values()] == [["a festival", "a gala"]]
    assert [line.partition(": ")[0] for line in answers["folm"]["a festival"]] == FOUND["a festival"][0]
    titles = [line.partition(": ")[2] for line in answers["folm"]["a gala"]]
    assert titles[0] in {item.title for item in by_hand.catalog.items if item.category == "dress"}


def test_batches_change_nothing(by_hand: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = suits.evaluate(by_hand, [FESTIVAL, GALA], ["none", "folm", "diffusion"], seeds=2)
    monkeypatch.setattr(suits, "BATCH", 1)
    assert suits.evaluate(by_hand, [FESTIVAL, GALA], ["none", "folm", "diffusion"], seeds=2) == whole


def test_what_training_shows_is_what_the_evaluation_of_its_lists_says(engine: Engine) -> None:
    figures = suits.evaluate(engine, [FESTIVAL, GALA], ["folm"])["methods"]["folm"]
    shown = suits.of_lists(engine, [FESTIVAL, GALA], engine.fanouts["folm"].sample_lists)
    assert shown == pytest.approx([figures[name][0] for name in METRICS])


def test_labels_are_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(
        '{"query": "fête", "suits": ["hat", "hat"], "wrong": []}\n{"query": "x", "suits": [], "wrong": ["a"], "why": 1}\n',
        encoding="utf-8",
    )
    assert suits.load(path) == [
        Labelled("fête", frozenset(["hat"]), frozenset()),
        Labelled("x", frozenset(), frozenset(["a"])),
    ]


@pytest.mark.parametrize(
    "line", ["", "{", "[]", '"x"', "7", '{"query": "x", "suits": []}', '{"query": "x", "suits": 1, "wrong": []}']
)
def test_a_broken_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(f'{{"query": "x", "suits": [], "wrong": []}}\n{line}\n')
    with pytest.raises(UserError, match="'labels.jsonl', line 2, is no labelled request"):
        suits.load(path)


def test_no_labels_are_told(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    for name in ("missing.jsonl", "empty.jsonl"):
        with pytest.raises(UserError, match=f"There are no hand labels in '.*{name}'"):
            suits.load(tmp_path / name)


@pytest.fixture(scope="module")
def catalogues(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Catalog]:
    """Those that have labels, as the command makes them but for their indices."""
    folder = tmp_path_factory.mktemp("labelled")
    for name in suits.SAMPLES:
        deque(ingest(open_source(str(sample_file(name, ROOT / "assets", folder))), folder / name, threads=1), maxlen=0)
    return {"atelier": Catalog.load(ROOT / "assets" / "atelier")} | {name: Catalog.load(folder / name) for name in suits.SAMPLES}


def test_every_file_of_labels_has_its_catalogue(catalogues: dict[str, Catalog]) -> None:
    assert {path.name for path in (ROOT / "assets" / "suits").glob("*.jsonl")} == {f"{name}.jsonl" for name in catalogues}


@pytest.mark.parametrize("name", ["atelier", *suits.SAMPLES])
def test_the_projects_labels_are_whole(catalogues: dict[str, Catalog], name: str) -> None:
    """A label that is misspelt, or in both lists, would be a figure that no method can reach."""
    kinds = {item.labels("genre")[0] if name == "rainy-sunday" else item.kind for item in catalogues[name].items}
    labelled = suits.load(ROOT / "assets" / "suits" / f"{name}.jsonl")
    assert len(labelled) > 10 and len({one.query for one in labelled}) == len(labelled)
    assert f"| `{name}.jsonl` | {len(labelled)} |" in (ROOT / "assets" / "suits" / "README.md").read_text(encoding="utf-8")
    for one in labelled:
        assert one.query == one.query.strip() != ""
        assert one.suits | one.wrong <= kinds, one.query
        assert one.suits and one.wrong and not one.suits & one.wrong, one.query
