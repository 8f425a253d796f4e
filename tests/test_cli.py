"""The command line's contract, over a tiny catalogue and stand-ins for the trained parts."""

import json
import shlex
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from r4t_demo.__main__ import main
from r4t_demo.catalog import Catalog
from r4t_demo.engine import Engine
from r4t_demo.index.build import FOLDER
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.index.milvus_index import MilvusIndex
from r4t_demo.settings import ROOT
from tests.doubles import EVERYWHERE, WRITERS, HashEncoder, write_catalog
from tests.sources.makers import picture, write_files

pytestmark = pytest.mark.usefixtures("over_stand_ins")


def test_fanout_json_contract(capsys: pytest.CaptureFixture) -> None:
    options = [option for method in EVERYWHERE for option in ("--method", method)]
    assert main(["fanout", "bohemian festival", "gothic red", *options, "--k", "6", "--n", "3", "--seed", "5", "--json"]) == 0
    answers = json.loads(capsys.readouterr().out)
    assert [(a["query"], a["method"]) for a in answers] == [
        (q, m) for q in ("bohemian festival", "gothic red") for m in EVERYWHERE
    ]
    for answer in answers:
        assert set(answer) == {"query", "method", "sub_queries", "items", "fits", "scores", "ms"}
        assert set(answer["scores"]) == {"groundedness", "diversity", "alignment"}
        assert set(answer["ms"]) == {"encode", "fanout", "search", "total"}
        assert len(answer["sub_queries"]) == len(answer["items"]) <= 6
        assert all(isinstance(text, str) for text in answer["sub_queries"])
        for items in answer["items"]:
            assert len(items) == 3
            for item in items:
                assert set(item) == {"item_id", "title", "category", "score"}
                assert -1.001 <= item["score"] <= 1.001
        has_texts = answer["method"] in ("template", "best-of-5", *WRITERS)
        assert (answer["scores"]["groundedness"] is not None) == (answer["scores"]["alignment"] is not None) == has_texts


def test_fanout_defaults_to_folm_and_diffusion(capsys: pytest.CaptureFixture) -> None:
    assert main(["fanout", "bohemian", "--json"]) == 0
    answers = json.loads(capsys.readouterr().out)
    assert [answer["method"] for answer in answers] == ["folm", "diffusion"]
    assert len(answers[1]["items"]) == 10
    assert len(answers[1]["items"][0]) == 4


def test_fanout_around_items_and_pictures(engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    item = engine.catalog.items[0]
    given = ["--item", item.item_id, "--picture", str(item.image), "--method", "none", "--json"]
    assert main(["fanout", "boots", *given]) == 0
    words, by_item, by_picture = json.loads(capsys.readouterr().out)
    assert words["query"] == "boots" and by_item["query"] == item.title
    assert by_item["items"][0][0]["item_id"] == item.item_id
    assert by_picture["query"] == by_picture["items"][0][0]["title"]
    assert main(["fanout", "--item", "nothing"]) == 2
    assert "has no item 'nothing'" in capsys.readouterr().err
    broken = tmp_path / "broken.jpg"
    large = b"x" * (20 * 2**20 + 1)
    for data, told in (
        (b"x", "is no picture that can be read"),
        (b"", "is an empty file"),
        (large, "is larger than 20 MB"),
        (None, "cannot be read: "),
    ):
        broken.write_bytes(data) if data is not None else broken.unlink()
        assert main(["fanout", "--picture", str(broken)]) == 2
        assert f"The picture '{broken}' {told}" in capsys.readouterr().err


def test_fanout_with_likes_and_without_a_kind(engine: Engine, capsys: pytest.CaptureFixture) -> None:
    marked = ["--plus", "gothic-navy-scarf", "--plus", "gothic-navy-hat", "--minus", "gothic-red-boots", "--other-kinds"]
    assert main(["fanout", "--item", "gothic-red-hat", *marked, "--method", "none", "--n", "6", "--json"]) == 0
    [answer] = json.loads(capsys.readouterr().out)
    options = {"plus": ("gothic-navy-scarf", "gothic-navy-hat"), "minus": ("gothic-red-boots",), "other_kinds": True}
    [expected] = engine.run([engine.catalog["gothic-red-hat"]], ["none"], n=6, **options)
    assert answer["items"] == expected.to_json()["items"]
    assert "hat" not in {item["category"] for items in answer["items"] for item in items}
    assert main(["fanout", "boots", "--plus", "sofa"]) == 2
    assert capsys.readouterr().err == "The catalogue 'tiny' has no item 'sofa'.\n"


def test_fanout_table(capsys: pytest.CaptureFixture) -> None:
    assert main(["fanout", "gothic boots", "--method", "none", "--k", "3"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("gothic boots · none\n")
    assert "gothic black boots" in text
    assert "diversity 0." in text
    assert "groundedness" not in text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["fanout", " "], "The query is empty: type a few words, such as 'bohemian festival style'."),
        (["fanout", "x" * 10_000, "--json"], "The query is 10,000 characters long: at most 500 are read."),
        (["fanout", "x", "--method", "magic"], "There is no method 'magic'"),
        (["fanout", "x", "--k", "99"], "The number of directions is 99: it must be between 1 and 10."),
        (["fanout", "x", "--variety", "-2"], "The variety is -2: it must be between -1 (closer to the request) and 1"),
        (["evaluate", "pareto", "--seeds", "0"], "--seeds is below 1"),
        (["evaluate", "suits", "--seeds", "0"], "--seeds is below 1"),
        (["evaluate", "suits", "--labels", "nowhere"], "There are no hand labels in 'nowhere'"),
        (["evaluate", "suits", "--catalog", "nowhere"], "There are no hand labels in"),
        (["evaluate", "oar", "--split", "exam"], "no queries in the split 'exam'"),
        (["evaluate", "oar", "--limit", "0"], "--limit is below 1"),
        (["evaluate", "wscr", "--split", "exam"], "no reference sets in the split 'exam': choose from train, validation, test"),
        (["evaluate", "wscr", "--seeds", "0"], "--seeds is below 1"),
        (
            ["evaluate", "wscr", "--catalog", "stylist", "--data", "nowhere"],
            "not part of the project: no nowhere/stylist-outfits",
        ),
        (["evaluate", "wscr", "--catalog", "music", "--data", "nowhere"], "nowhere/music-playlists.parquet; name its folder"),
        (["index", "nowhere", "--out", "nowhere", "--catalog", "atelier"], "or only --catalog"),
        (["index", "--limit", "5"], "index needs both a SOURCE and --out DIR"),
        (["evaluate", "latency", "--batch", "1", "0"], "--batch is below 1"),
        (["evaluate", "judge", "--model", "m", "--queries", "0"], "--queries is below 1"),
        (["evaluate", "judge", "--model", "m", "--base-url", "here"], "--base-url is no address"),
        (
            ["fanout", "x", "--index", "http://somewhere"],
            "R4T_INDEX is 'http://somewhere': leave it empty for FAISS, or write milvus:",
        ),
        (["index", "--catalog", "nowhere"], "There is no catalogue 'nowhere'"),
        (["index", "nowhere"], "index needs both a SOURCE and --out DIR"),
        (["index", "--out", "nowhere"], "index needs both a SOURCE and --out DIR"),
        (["index", "nowhere", "--out", "nowhere"], "There is no file or folder 'nowhere'"),
        (["index", "nowhere", "--out", "nowhere", "--limit", "0"], "--limit is below 1"),
        (["index", "nowhere", "--out", "nowhere", "--columns", "title"], "'title' does not say what a column is"),
        (["index", "--columns", "title=a"], "index needs both a SOURCE and --out DIR"),
    ],
)
def test_bad_input_is_one_sentence_and_status_2(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert sentence in captured.err
    assert captured.err.count("\n") == 1


def test_evaluate_oar_json_contract(capsys: pytest.CaptureFixture) -> None:
    assert main(["evaluate", "oar", "--methods", "none", "folm", "--limit", "4", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert {"catalog", "n_queries", "methods"} <= set(result)
    assert result["n_queries"] == 4
    metrics = {"on_style", "coverage", "set_f1", "diversity", "content_alignment", "groundedness", "alignment", "composite"}
    assert set(result["methods"]["folm"]) == metrics
    assert all(len(figure) == 3 for figure in result["methods"]["folm"].values())
    assert result["methods"]["none"]["composite"] is None


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    rows = [
        {"query": f"{style} look", "suits": ["boots", "hat"], "wrong": ["belt"], "seasons": []}
        for style in ("gothic", "bohemian")
    ]
    (tmp_path / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path / "labels.jsonl"


def test_evaluate_suits_json_contract(labels: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["evaluate", "suits", "--labels", str(labels), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert {"catalog", "n_queries", "methods"} <= set(result)
    assert (result["catalog"], result["n_queries"]) == ("tiny", 2)
    assert list(result["methods"]) == ["none", "mmr", "kmeans", "template", "zero-shot", "sft", "best-of-5", "folm", "diffusion"]
    for figures in result["methods"].values():
        assert set(figures) == {"suits", "wrong", "suiting_categories"}
        assert all(0 <= low <= mean <= high <= 1 for mean, low, high in figures.values())


def test_what_suits_a_sample_is_asked_of_its_own_catalogue(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It is made once, in the folder of runs, from the file that a visitor would upload."""
    asked = []
    monkeypatch.setattr(Engine, "load", classmethod(lambda cls, settings: asked.append(settings) or engine))
    command = ["evaluate", "suits", "--catalog", "rainy-sunday", "--runs", str(tmp_path / "runs"), "--methods", "none"]
    assert main(command) == 0
    songs = Catalog.load(asked[0].catalog_folder)
    assert songs.root == (tmp_path / "runs" / "catalogs" / "rainy-sunday").resolve()
    assert len(songs) == len((ROOT / "assets" / "samples" / "rainy-sunday.csv").read_text().splitlines()) - 1
    assert len(FaissIndex.load(songs.root / FOLDER, HashEncoder.id, songs.fingerprint)) == len(songs)
    made = {path: path.stat().st_mtime_ns for path in (songs.root / FOLDER).iterdir()}
    assert main(command) == 0
    assert {path: path.stat().st_mtime_ns for path in (songs.root / FOLDER).iterdir()} == made


def test_evaluate_wscr_json_contract(capsys: pytest.CaptureFixture) -> None:
    assert main(["evaluate", "wscr", "--seeds", "2", "--json"]) == 0
    captured = capsys.readouterr()
    result = json.loads(captured.out)
    assert {"catalog", "n_queries", "methods"} <= set(result)
    assert (result["catalog"], result["n_queries"], result["n_clusters"]) == ("tiny", 4, 2)
    assert result["popular"] == 0.0  # the tiny training outfits share no item with the test ones
    assert set(result["methods"]) == set(EVERYWHERE)
    for figures in result["methods"].values():
        assert set(figures) == {"recall", "hit", "vs"}
        assert all(low <= mean <= high for mean, low, high in figures.values())
    assert "Left out" not in captured.err


def test_evaluate_wscr_says_which_checkpoints_it_lacks(capsys: pytest.CaptureFixture, tmp_path: Path) -> None:
    (tmp_path / "folm-wscr").rmdir()  # the engine's checkpoints lie in the same folder
    assert main(["evaluate", "wscr", "--limit", "1", "--seeds", "1"]) == 0
    captured = capsys.readouterr()
    assert "Left out for want of a checkpoint: folm-wscr (python -m r4t_demo train STEP --task wscr" in captured.err
    assert "diffusion-wscr" in captured.out and "folm-wscr" not in captured.out


def test_evaluate_latency_json_contract(capsys: pytest.CaptureFixture) -> None:
    assert main(["evaluate", "latency", "--batch", "1", "2", "--repeats", "1", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert set(result) == {"threads", "roofline_ms", "batch", "stream"}
    assert set(result["batch"]) == {"1", "2"}
    assert set(result["batch"]["2"]) == set(EVERYWHERE)


def test_evaluate_prints_tables(capsys: pytest.CaptureFixture) -> None:
    assert main(["evaluate", "oar", "--methods", "folm", "sft", "--split", "validation"]) == 0
    assert main(["evaluate", "latency", "--methods", "folm", "diffusion", "--batch", "1", "--repeats", "1"]) == 0
    text = capsys.readouterr().out
    assert "folm/sft" in text
    assert "fan-out, folm / diffusion" in text


@pytest.mark.parametrize(
    ("arguments", "name", "samples"),
    [
        (["oar", "--methods", "none", "--limit", "4", "--seeds", "2"], "oar", {"queries": 4, "terms": 4, "seeds": 2}),
        (["oar", "--methods", "none", "--split", "validation"], "oar-validation", {"queries": 2, "terms": 2, "seeds": 1}),
        (["suits", "--labels", "{labels}", "--methods", "none", "--seeds", "2"], "suits", {"queries": 2, "seeds": 2}),
        (["suits", "--labels", "{labels}", "--methods", "none", "--catalog", "tiny"], "suits-tiny", {"queries": 2, "seeds": 1}),
        (["pareto", "--limit", "4"], "pareto", {"queries": 4, "terms": 4, "seeds": 1}),
        (["pareto", "--split", "validation"], "pareto-validation", {"queries": 2, "terms": 2, "seeds": 1}),
        (["latency", "--methods", "none", "--batch", "1", "--repeats", "1"], "latency", {"repeats": 1}),
    ],
)
def test_what_evaluate_prints_it_also_writes(
    arguments: list[str], name: str, samples: dict, catalog_folder: Path, labels: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture,
) -> None:  # fmt: skip
    arguments = ["evaluate", *(text.format(catalog=catalog_folder, labels=labels) for text in arguments), "--json"]
    out = tmp_path / "figures"
    assert main([*arguments, "--results", str(out)]) == 0
    [path] = out.iterdir()
    record = json.loads(path.read_text())
    assert path == out / f"{name}.json"
    assert record["result"] == json.loads(capsys.readouterr().out)
    assert record["samples"] == samples
    assert record["command"] == shlex.join(["python", "-m", "r4t_demo", *arguments, "--results", str(out)])
    assert {"commit", "date", "seed", "machine"} <= set(record)


def test_a_password_in_an_address_is_not_written(tmp_path: Path) -> None:
    index = "milvus:http://me:sesame@127.0.0.1:1"
    assert main(["evaluate", "oar", "--methods", "none", "--limit", "1", "--index", index]) == 0
    text = (tmp_path / "results" / "oar.json").read_text()
    assert "sesame" not in text and "milvus:http://…@127.0.0.1:1" in text


def test_figures_that_cannot_be_written_are_printed_all_the_same(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    (tmp_path / "file").touch()
    assert main(["evaluate", "oar", "--methods", "none", "--limit", "1", "--json", "--results", str(tmp_path / "file")]) == 2
    captured = capsys.readouterr()
    assert json.loads(captured.out)["n_queries"] == 1
    assert "name another folder with --results" in captured.err


def test_index_embeds_and_saves(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    folder = write_catalog(tmp_path / "shop")
    assert main(["index", "--catalog", str(folder)]) == 0
    assert len(FaissIndex.load(folder / FOLDER, HashEncoder.id)) == 48
    captured = capsys.readouterr()
    assert "48/48" in captured.err
    assert "items/s" in captured.err
    assert captured.out == ""


def test_index_makes_a_catalogue_of_a_source(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    write_files(tmp_path / "shop", {"hats/red.png": picture(), "hats/copy.png": picture(), "hats/bad.png": b"", "a/b.png": b"x"})
    out = tmp_path / "out"
    assert main(["index", str(tmp_path / "shop"), "--out", str(out)]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("1 items accepted, 2 skipped, 1 duplicates left out.\n")
    assert "skipped: hats/bad.png: is an empty file\n" in captured.out
    assert "duplicate: hats/red.png: is the same as hats/copy.png\n" in captured.out
    catalog = Catalog.load(out)
    assert len(FaissIndex.load(out / FOLDER, HashEncoder.id, catalog.fingerprint)) == len(catalog) == 1
    assert sorted(path.name for path in out.iterdir()) == ["images", "index", "items.parquet", "report.json"]


def test_index_takes_columns_by_name(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    shop = write_files(tmp_path, {"shop.csv": "Vare,Nr,Farve\nhat,1,red\nscarf,2,blue\n"}) / "shop.csv"
    assert main(["index", str(shop), "--out", str(tmp_path / "out"), "--columns", "title=Vare,ignored=Farve"]) == 0
    items = Catalog.load(tmp_path / "out").items
    assert [(item.title, item.item_id, item.attributes) for item in items] == [("hat", "1", {}), ("scarf", "2", {})]
    assert main(["index", str(shop), "--out", str(tmp_path / "other"), "--columns", "title=Name"]) == 2
    assert "'shop.csv' has no column 'Name'; it has: Vare, Nr, Farve." in capsys.readouterr().err


def test_index_onto_a_file_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    write_files(tmp_path, {"shop/a.png": picture(), "out": b"a file"})
    assert main(["index", str(tmp_path / "shop"), "--out", str(tmp_path / "out")]) == 2
    assert "A file cannot be read or written" in capsys.readouterr().err
    assert (tmp_path / "out").read_bytes() == b"a file"


def test_index_with_ray_says_what_is_in_the_way(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    monkeypatch.setitem(sys.modules, "r4t_demo.index.ray_job", None)
    assert main(["index", "nowhere", "--out", "nowhere", "--ray", "local"]) == 2
    assert "pip install -r requirements-scale.txt" in capsys.readouterr().err
    monkeypatch.setattr(
        "r4t_demo.train.core.processes.PartialState", lambda **_: SimpleNamespace(num_processes=2, is_main_process=False)
    )
    assert main(["index", "nowhere", "--out", "nowhere", "--ray", "local"]) == 2
    assert "use one of them" in capsys.readouterr().err


def test_index_copies_to_milvus(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    folder = write_catalog(tmp_path / "shop")
    assert main(["index", "--catalog", str(folder), "--index", f"milvus:{tmp_path / 'lite.db'}"]) == 0
    assert "48 rows are in Milvus" in capsys.readouterr().err
    assert len(MilvusIndex(str(tmp_path / "lite.db"), "r4t_shop", HashEncoder.id)) == 48


def test_help_needs_no_heavy_import() -> None:
    code = "import sys; sys.argv[1:] = ['--help']; from r4t_demo.__main__ import main\ntry: main()\nexcept SystemExit: pass\n"
    code += "print('heavy:', sorted({'torch', 'faiss', 'transformers', 'gradio', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert "heavy: []" in done.stdout
    assert "fanout" in done.stdout


def test_the_python_api_is_there_when_it_is_asked_for() -> None:
    import r4t_demo

    assert r4t_demo.Engine is Engine
    assert {"Engine", "Settings", "Steering", "UserError"} <= set(dir(r4t_demo))
    with pytest.raises(ImportError, match="Motor"):
        from r4t_demo import Motor  # noqa: F401
