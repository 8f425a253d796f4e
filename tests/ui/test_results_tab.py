"""The results tab over records that are there, missing, broken or strange."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from r4t_demo.engine import Engine
from r4t_demo.errors import UserError
from r4t_demo.evaluate import latency, oar, pareto
from r4t_demo.evaluate.record import save
from r4t_demo.settings import ROOT
from r4t_demo.ui.charts import ticks_of
from r4t_demo.ui.lines import LABEL_GAP, _apart
from r4t_demo.ui.own.run_view import GAP
from r4t_demo.ui.results import paper, pattern
from r4t_demo.ui.results.pareto import verdict
from r4t_demo.ui.results.tab import SECTIONS, _drawn, render

EVIL = "<img src=x onerror=alert(1)>"
ENCODER_PARTS = {
    "fashion_products": {"title_r1": 0.25}, "stylist_outfits": {"family_top1": 0.5}, "text": {"spearman": 0.875},
    "phone_clothes": {"top1": 0.75}, "home": {"top1": 0.625},
}  # fmt: skip
ENCODER = {
    **ENCODER_PARTS, "matryoshka_128": ENCODER_PARTS, "linear_probe": {"top1": 0.7, "top3": 0.9, "macro": 0.5},
    "speed": {"images_per_s": 80.0},
    "samples": {"photos": 4},
}  # fmt: skip
SCALE = [
    {"items": 1_000_000, "kind": "faiss-hnsw", "recall": 0.972, "speedup": 75.1, "p50_ms": 1.2, "p99_ms": 2.0, "build_s": 9.0}
]
JUDGED = {"groundedness": None, "diversity": [60.0, 50.0, 70.0], "alignment": [40.0, 30.0, 50.0], "average": None}
JUDGE = {
    "model": EVIL,
    "methods": {"none": {**JUDGED, "answered": 9, "unanswered": 3}},
    "agreement": {"none": {"overall/set_f1": [0.5, 0.25, 0.75]}, "all": {"overall/set_f1": None}},
}
HIT = [0.5, 0.25, 0.75]
WSCR = {
    "catalog": EVIL,
    "chance": 0.0625,
    "methods": {"folm": {"recall": [0.125, 0.0625, 0.25], "hit": HIT, "vs": None}, EVIL: {"recall": None, "hit": HIT, "vs": HIT}},
}
CELL = {"domain": "season", "protocol": "pattern-holdout", "purity_change": [-0.5, -0.75, -0.25], "p_hppo_over_modit": 0.012}
JOINT = {name: {"joint": [0.5, 0.25, 0.75]} for name in pattern.SHOWN} | {"hppo": {"joint": [0.625, 0.5, 0.75]}}
PATTERN = {"k": 24, "seeds": 3, "cells": [{**CELL, "methods": JOINT}, {**CELL, "domain": EVIL, "methods": JOINT}]}
FOUND = {"figures": {"joint": HIT, "purity": HIT}, "change": {"joint": [-0.5, -0.75, -0.25], "purity": HIT}}
STEERED = {
    "k": 24,
    "n_sets": 800,
    "predictor": {"season": {"spearman": 0.65625, "calibration_error": 0.0625}},
    "rows": [
        {"name": "MO-DiT", "beside": None, "figures": FOUND["figures"], "change": None},
        {"name": EVIL, "beside": "MO-DiT", **FOUND},
    ],
}
ABLATION = {
    "axis": None,
    "doubling": False,
    "notes": [EVIL],
    "rows": [{"name": EVIL, "x": None, "figures": dict.fromkeys(("on_style", "coverage", "set_f1", "diversity"), HIT)}],
    "curves": {"reward": {EVIL: [[1, 0.25], [2, 0.75], [3, 0.5]]}},
    "samples": {EVIL: {"gothic look": ["black boots", EVIL]}},
}


def write(folder: Path, name: str, result: object, command: str = "") -> None:
    command = command or f"python -m r4t_demo evaluate {name} --json"
    commit = "0123456789abcdef-dirty"
    save(folder, name, result, command=command, commit=commit, seed=4, samples={"queries": 1234}, threads=2)


@pytest.fixture
def folder(engine: Engine, catalog_folder: Path, tmp_path: Path) -> Path:
    """Every record, those of retrieval and latency from tiny runs."""
    folder, methods = tmp_path / "results", ["none", "zero-shot", "folm", "diffusion"]
    write(folder, "oar", oar.evaluate(engine, oar.load_queries(catalog_folder), methods))
    write(folder, "pareto", pareto.evaluate(engine, oar.load_queries(catalog_folder)))
    write(folder, "latency", json.loads(json.dumps(latency.evaluate(engine, ["a"], methods, [1, 2], repeats=1))))
    for name, result in (
        ("encoder", ENCODER),
        ("judge", JUDGE),
        ("oar-photos", {"methods": {"folm-photos": dict.fromkeys(("set_f1", "on_style", "coverage", "diversity"), HIT)}}),
        *((name, PATTERN) for name in ("pattern", "pattern-photos")),
        *((name, WSCR) for name in ("wscr", "wscr-stylist", "wscr-music")),
        ("ablate-weights", ABLATION),
        ("ablate-pattern", STEERED),
    ):
        write(folder, name, result)
    write(folder, "scale", [{**row, "memory_mib": 5.0, "disk_mib": 6.0} for row in SCALE], command=EVIL)
    return folder


def parts(folder: Path) -> dict[str, ElementTree.Element]:
    html = render(folder)
    assert "<img" not in html
    return {part.get("data-part"): part for part in ElementTree.fromstring(f"<div>{html}</div>").iter("section")}


def cells(part: ElementTree.Element) -> list[list[str]]:
    return [["".join(cell.itertext()) for cell in row] for row in part.iter("tr")]


def missing(part: ElementTree.Element) -> str | None:
    found = part.find(".//p[@class='missing']")
    return None if found is None else "".join(found.itertext())


def test_every_record_is_shown_with_its_command(folder: Path) -> None:
    shown = parts(folder)
    names = ["oar", "oar-photos", "pareto", "judge", "wscr", "wscr-stylist", "wscr-music", "pattern", "pattern-photos"]
    names += ["latency", "encoder", "scale", "ablate-pattern", "ablate-weights"]
    assert [name for name in shown if not missing(shown[name])] == names
    for name in names:
        made = shown[name].find(".//p[@class='made']")
        assert made.findtext("code") == (EVIL if name == "scale" else f"python -m r4t_demo evaluate {name} --json")
        said = "".join(made.itertext())
        assert "queries 1,234 · seed 4 · commit 012345678 with changes" in said and "threads 2 · torch 2." in said


def test_figures_are_those_of_the_records(folder: Path) -> None:
    shown = parts(folder)
    figures = json.loads((folder / "oar.json").read_text())["result"]
    mean, low, high = figures["methods"]["folm"]["set_f1"]
    head, *rows = cells(shown["oar"].find("div"))
    folm = dict(zip(head, rows[2], strict=True))
    assert folm[""] == "FOLM" and folm["set F1"] == f"{mean:.3f}{low:.3f}–{high:.3f}"
    assert dict(zip(head, rows[0], strict=True))["groundedness"] == "–"
    assert ["Diffusion", "1.0", "2.0"] in cells(shown["latency"])  # the stand-in takes a millisecond a query
    assert ["title recall@1photos of products", "0.250", "0.250"] in cells(shown["encoder"])
    assert ["kind, zero-shotphones’ photos of clothes", "0.750", "0.750"] in cells(shown["encoder"])
    assert "in 0.700, among the first three 0.900, mean over the kinds 0.500" in "".join(shown["encoder"].itertext())
    assert ["faiss-hnsw", "1,000,000", "0.972", "75", "1.20", "2.00", "9", "5", "6"] in cells(shown["scale"])
    assert ["No fan-out", "–", "60.050.0–70.0", "40.030.0–50.0", "–"] in cells(shown["judge"])
    assert ["No fan-out", "0.500.25–0.75"] in cells(shown["judge"]) and ["all methods", "–"] in cells(shown["judge"])
    assert "3 requests had no answer" in "".join(shown["judge"].itertext())
    assert ["FOLM", "0.1250.062–0.250", "0.5000.250–0.750", "–"] in cells(shown["wscr"])
    assert "drawn at random have a recall of 0.062" in "".join(shown["wscr"].itertext())


def test_steering_is_shown_cell_by_cell(folder: Path) -> None:
    part = parts(folder)["pattern"]
    names = ["Seed mean", "Interpolation", "Vector arithmetic", "Sparse filter", "Stage 1", "MO-DiT", "MO-DiT + HPPO"]
    head, season, evil = cells(part)
    assert head[1:8] == names and head[8:] == ["purity, HPPO less MO-DiT", "p of HPPO over MO-DiT"]
    assert season == ["seasonunseen patterns", *["0.5000.250–0.750"] * 6, "0.6250.500–0.750", "-0.500-0.750 to -0.250", "0.012"]
    assert evil[0] == f"{EVIL}unseen patterns"
    assert [chart.find("h3").text for chart in part.iter("div") if chart.get("class") == "points"][0] == "season, unseen patterns"
    assert cells(parts(folder)["oar-photos"])[1][0] == "FOLM photos"


def test_the_ablation_of_steering_tells_what_each_change_does(folder: Path) -> None:
    first, changed = cells(parts(folder)["ablate-pattern"])[1:3]
    hit = "0.5000.250–0.750"
    assert first == ["MO-DiT", hit, hit, "–", "–"]
    assert changed == [f"{EVIL}beside MO-DiT", hit, hit, "-0.500-0.750 to -0.250", hit]
    assert ["season", "0.656", "0.062"] in cells(parts(folder)["ablate-pattern"])


def test_every_record_of_the_repository_has_its_section() -> None:
    """The docs say that the page shows what lies in results/."""
    shown = parts(ROOT / "results")
    records = {path.stem for path in (ROOT / "results").glob("*.json")}
    assert records and records <= {name for name in shown if not missing(shown[name])}


def test_charts_place_their_marks_by_value(folder: Path) -> None:
    chart = parts(folder)["judge"].find(".//div[@class='points']")
    assert "diversity of No fan-out" in chart.get("aria-label")
    [track] = [span for span in chart.iter("span") if span.find("i") is not None]
    whisker, point = (dict(pair.split(":") for pair in mark.get("style").split(";")) for mark in track.iter("i"))
    assert (whisker["left"], whisker["width"], point["left"]) == ("0.00%", "100.00%", "50.00%")  # 50 to 70 on a scale of 50 to 70
    lines = parts(folder)["latency"].find(".//div[@class='lines']")
    ways = [[tuple(map(float, place.split(","))) for place in line.get("points").split()] for line in lines.iter("polyline")]
    assert len(ways) == 4
    for way in ways:
        assert [x for x, _ in way] == [0, 100] and all(0 <= y <= 100 for _, y in way)
    folm, diffusion = ways[2], ways[3]
    assert folm[0][1] == pytest.approx(diffusion[1][1])  # 2 ms for one query, and for two
    assert folm[0][1] < diffusion[0][1]  # slower lies higher


def test_the_plane_places_curves_and_points_with_their_whiskers(folder: Path) -> None:
    part = parts(folder)["pareto"]
    points = json.loads((folder / "pareto.json").read_text())["result"]["points"]
    chart = part.find(".//div[@class='lines']")
    ways = [line.get("points").split() for line in chart.iter("polyline")]
    assert [len(way) for way in ways] == [8, 5, 1, 1, 1, 1]  # MMR, the dial, four language models
    marks = [mark.get("class").split() for mark in chart.iter("i")]
    assert sum("whisker" in kind for kind in marks) == 2 * len(points) == 2 * sum("point" in kind for kind in marks)
    across, up = (float(number) for number in ways[0][-1].split(","))
    assert across == max(float(place.split(",")[0]) for way in ways for place in way), "plain search is the most aligned"
    assert all(0 <= float(number) <= 100 for way in ways for place in way for number in place.split(","))
    assert [row[0] for row in cells(part)[1:3]] == ["No fan-outλ 1", "MMRλ 0.9"] and "Diffusionvariety -0.5" in str(cells(part))


GAPS = {"folm": {"diversity": [-0.05, -0.07, -0.03], "set_f1": [0.1, 0.08, 0.12]}}


@pytest.mark.parametrize(
    ("above", "said"),
    [
        (GAPS, "FOLM lies below (-0.050, -0.070 to -0.030) in diversity and above (+0.100, +0.080 to +0.120) in set F1."),
        ({"diffusion": {"diversity": [0.0, -0.1, 0.1], "set_f1": [0.0, -0.1, 0.1]}}, "Diffusion lies on the curve within its"),
        ({**GAPS, "diffusion": {"diversity": None, "set_f1": None}}, "; Diffusion is closer to the request than any point"),
    ],
)
def test_where_a_method_lies_against_the_curve_is_told_from_the_figures(above: dict, said: str) -> None:
    assert said in verdict(above)


def test_an_ablation_shows_its_curve_its_figures_and_what_is_written(folder: Path) -> None:
    part = parts(folder)["ablate-weights"]
    [way] = [line.get("points") for line in part.iter("polyline")]
    assert way == "0.00,91.67 50.00,8.33 100.00,50.00"  # 0.25, 0.75 and 0.5 on a scale from 0.2 to 0.8
    assert [EVIL, *["0.5000.250–0.750"] * 4] in cells(part)
    assert [f"gothic look{EVIL}", f"black boots; {EVIL}"] in cells(part)
    assert [note.text for note in part.iter("p") if note.get("class") == "note"] == [EVIL]


def test_the_papers_ratios_stand_beside_ours(folder: Path) -> None:
    rows = cells(parts(folder)["oar"].find("aside"))
    assert ["FOLM / Zero-shot LMquality", "1.001.00–1.00", "1.28", "1.21"] in rows  # 49.1 / 38.5, 58.1 / 48.1
    assert [row[2:] for row in rows if row[0] == "Diffusion / FOLMdiversity"] == [["0.97", "0.95"]]
    assert ["R4T-Diffusion (Gemma)", "–", "74.3", "37.6", "–"] in rows
    assert ["batch 8", "1.46 s", "0.07 s", "21 ×"] in cells(parts(folder)["latency"])
    assert "compare ratios, not values" in "".join(parts(folder)["wscr"].itertext())


def test_a_record_of_methods_that_are_gone_is_shown_by_their_names(folder: Path) -> None:
    """Figures stay until they are measured anew."""
    figures = dict.fromkeys(("set_f1", "on_style", "coverage", "diversity"), HIT)
    write(folder, "oar", {"methods": {"base": figures, "folm": figures}, "ratios": {"folm/base": {"diversity": HIT}}})
    part = parts(folder)["oar"]
    assert [row[0] for row in cells(part.find("div"))[1:]] == ["Base", "FOLM"]
    assert ["FOLM / Zero-shot LMdiversity", "–", "1.37", "1.15"] in cells(part.find("aside"))  # 76.8 / 56.0, 49.2 / 42.6


def test_the_papers_averages_are_those_of_its_columns() -> None:
    """A slip of the pen in a table would show."""
    for row in paper.OAR.values():
        for *values, average in row:
            assert average is None or abs(sum(values) / 3 - average) < 0.11


def test_what_is_missing_names_its_command(tmp_path: Path) -> None:
    shown = parts(tmp_path / "nowhere")
    for section in SECTIONS:
        assert missing(shown[section.name]) == f"Not measured yet: run {section.command}."
    assert "R4T-FOLM (Gemma)" in "".join(shown["oar"].itertext())


@pytest.mark.parametrize("text", ["", "{", '{"result": {}}', "[]", EVIL])
def test_a_broken_file_is_told_and_the_others_are_shown(folder: Path, text: str) -> None:
    (folder / "oar.json").write_text(text)
    shown = parts(folder)
    assert "'oar.json' " in missing(shown["oar"]) and "Run python -m r4t_demo evaluate oar again." in missing(shown["oar"])
    assert missing(shown["latency"]) is None


strange = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["methods", "batch", "ratios", "8", "folm"]), inner)
    ),
)


@settings(max_examples=40)
@given(strange.filter(lambda value: isinstance(value, dict | list)))
def test_strange_figures_are_shown_or_told(result: object) -> None:
    record = {"result": result, "command": "x", "commit": None, "date": "", "seed": 0, "samples": {}, "machine": {}}
    for section in SECTIONS:
        said = None
        try:
            shown = ElementTree.fromstring(f"<div>{''.join(_drawn(section, record))}</div>")
        except UserError as error:  # the only one that the tab expects
            said = str(error)
        if said is None:
            assert shown.find("p[@class='made']") is not None, "no figures without their command"
        else:
            assert said == f"'{section.name}.json' holds other figures than this page knows."


@given(st.floats(-1e3, 1e3), st.floats(0, 1e3))
def test_ticks_enclose_what_they_scale(low: float, span: float) -> None:
    ticks = ticks_of(low, low + span)
    assert 2 <= len(ticks) <= 7
    assert ticks[0] <= low + 1e-6 and low + span <= ticks[-1] + 1e-6
    assert len({round(b - a, 6) for a, b in zip(ticks, ticks[1:], strict=False)}) == 1


@given(st.dictionaries(st.text(max_size=3), st.floats(0, 100), min_size=1, max_size=9), st.sampled_from([LABEL_GAP, GAP]))
def test_labels_do_not_cover_each_other(places: dict[str, float], gap: float) -> None:
    moved = _apart(places, gap)
    order = sorted(moved.values())
    assert all(b - a >= gap - 1e-9 for a, b in zip(order, order[1:], strict=False))
    assert order[-1] <= 100
