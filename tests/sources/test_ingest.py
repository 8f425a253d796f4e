"""From a source to a catalogue: what is accepted, what is told, and what a cut run leaves."""

import json
import random
import socket
from collections import Counter
from pathlib import Path

import pyarrow
import pyarrow.parquet as parquet
import pytest

from r4t_demo.catalog import Catalog
from r4t_demo.errors import UserError
from r4t_demo.files import WORK
from r4t_demo.sources import ingest as module
from r4t_demo.sources import open_source
from r4t_demo.sources.ingest import REPORT_FILE, ingest, read_report
from r4t_demo.sources.validate import Report
from tests.doubles import write_catalog
from tests.sources.makers import BLUE, RED, encoded, half_and_half, picture, pixel, png_header, taken_in, write_files, write_zip

PICTURES = {
    "hats/red-hat.png": picture(RED),
    "hats/blue_hat.jpg": picture(BLUE, kind="JPEG"),
    "scarf.webp": picture((9, 9, 9), kind="WEBP"),
}


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("packed", [False, True])
def test_a_folder_and_a_zip_of_pictures(tmp_path: Path, packed: bool) -> None:
    source = write_zip(tmp_path / "shop.zip", PICTURES) if packed else write_files(tmp_path / "shop", PICTURES)
    report = taken_in(source, tmp_path / "out")
    items = Catalog.load(tmp_path / "out").items
    assert [(item.item_id, item.title, item.category) for item in items] == [
        ("hats/blue_hat.jpg", "blue hat", "hats"),
        ("hats/red-hat.png", "red hat", "hats"),
        ("scarf.webp", "scarf", "uncategorised"),
    ]
    assert abs(pixel(items[1].image.read_bytes(), 5, 5).astype(int) - RED).max() < 12
    assert (report.accepted, report.skipped, report.duplicates) == (3, [], [])


@pytest.mark.parametrize("packed", [False, True])
def test_a_table_with_pictures_beside_it(tmp_path: Path, packed: bool) -> None:
    files = {**PICTURES, "shop.csv": "image,title,colour\nhats/red-hat.png,Red,5\nhats/green.png,Green,6\n,Gift card,7\n"}
    source = write_zip(tmp_path / "shop.zip", files) if packed else write_files(tmp_path / "shop", files)
    report = taken_in(source, tmp_path / "out")
    red, green, card = Catalog.load(tmp_path / "out").items
    assert (red.title, red.attributes, red.image is not None) == ("Red", {"colour": "5"}, True)
    assert [(one.title, one.image) for one in (green, card)] == [("Green", None), ("Gift card", None)]
    ((where, note),) = report.notes
    assert where == "row 2"
    assert "'hats/green.png' is not in the" in note


@pytest.mark.parametrize("kind", ["csv", "parquet", "shards"])
def test_what_is_told_names_no_folder_of_the_machine(tmp_path: Path, kind: str) -> None:
    shop, rows = write_files(tmp_path / "shop", PICTURES), [{"image": "scarf.webp"}, {"image": "green.png"}]
    if kind == "csv":
        write_files(shop, {"shop.csv": "image\nscarf.webp\ngreen.png\n"})
    for name in {"csv": [], "parquet": ["a"], "shards": ["a", "b"]}[kind]:
        parquet.write_table(pyarrow.Table.from_pylist(rows), shop / f"{name}.parquet")
    report = taken_in(shop, tmp_path / "out")
    assert report.accepted == 1
    assert "'green.png' is not in the folder" in report.summary()
    assert str(tmp_path) not in report.summary()


def test_a_text_that_is_no_file_name_costs_its_row_alone(tmp_path: Path) -> None:
    table = f"image,title\nscarf.webp,Scarf\n{'é' * 200}.png,Hat\n{'a/' * 600}b.png,Hut\ndata:{'A' * 100_000},Cap\n"
    report = taken_in(write_files(tmp_path / "shop", {**PICTURES, "shop.csv": table}), tmp_path / "out")
    assert [where for where, _ in report.notes] == ["row 2", "row 3", "row 4"]
    assert all("are no file name" in note and len(note) < 200 for _, note in report.notes)


def test_an_address_in_a_table_is_followed_by_nobody(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        here = f"127.0.0.1:{server.getsockname()[1]}"
        cells = [f"http://{here}/a.png", f"//{here}/a.png", f"file://{here}/a.png", "hub:ann/shop", "hf://datasets/a/b.png"]
        table = "image,title\nscarf.webp,Scarf\n" + "".join(f"{cell},Hat {cell}\n" for cell in cells)
        report = taken_in(write_files(tmp_path / "shop", {**PICTURES, "shop.csv": table}), tmp_path / "out")
        with pytest.raises(BlockingIOError):
            server.accept()
    assert report.accepted == 1 + len(cells)
    assert Counter(note.partition("'")[0] for _, note in report.notes) == {"has the address ": len(cells)}


def test_a_catalogue_of_texts(tmp_path: Path) -> None:
    table = "track_name,track_artist,playlist_genre,playlist_subgenre,energy\nRain,Ann,pop,dance pop,0.5\nRain,Bob,,,0.1\n"
    taken_in(write_files(tmp_path, {"songs.csv": table}) / "songs.csv", tmp_path / "out")
    ann, bob = Catalog.load(tmp_path / "out").items
    assert (ann.words, ann.category) == ("Rain, Ann, pop, dance pop", "pop")
    assert (bob.words, bob.category, bob.attributes["energy"]) == ("Rain, Bob", "uncategorised", "0.1")


def test_bad_pictures_are_told_and_the_rest_is_kept(tmp_path: Path) -> None:
    deep_and_odd = {
        "cmyk.jpg": encoded(half_and_half().convert("CMYK"), "JPEG"),
        "moving.gif": encoded(half_and_half(), "GIF", save_all=True, append_images=[half_and_half().rotate(90)]),
    }
    bad = {
        "broken.jpg": (picture(kind="JPEG")[:200], "is damaged or cut short"),
        "empty.png": (b"", "is an empty file"),
        "huge.png": (png_header(15_000, 10_000), "pixels"),
        "notes.txt": (b"hello", "is no picture that can be read"),
        "text.png": (b"hello", "is no picture that can be read"),
    }
    files = {**PICTURES, **deep_and_odd, **{name: data for name, (data, _) in bad.items()}}
    report = taken_in(write_files(tmp_path / "shop", files), tmp_path / "out")
    assert {item.item_id for item in Catalog.load(tmp_path / "out").items} == {*PICTURES, *deep_and_odd}
    assert [where for where, _ in report.skipped] == list(bad)
    for (_, why), (_, sentence) in zip(report.skipped, bad.values(), strict=True):
        assert sentence in why
    assert report.notes == [("moving.gif", "has several frames: the first is used")]


def test_a_zip_with_a_bomb_and_a_climbing_name(tmp_path: Path) -> None:
    source = write_zip(tmp_path / "shop.zip", {**PICTURES, "../evil.png": picture(), "bomb.png": bytes(20 * 2**20)})
    before = set(tmp_path.parent.iterdir())
    report = taken_in(source, tmp_path / "out")
    assert report.accepted == 3
    assert dict(report.skipped).keys() == {"../evil.png", "bomb.png"}
    assert set(tmp_path.parent.iterdir()) == before


def test_a_name_as_long_as_a_system_opens_is_read(tmp_path: Path) -> None:
    name = f"{'a' * 251}.png"
    table = f"image,title\n{name},Hat\na{name},Hut\n"
    report = taken_in(write_files(tmp_path / "shop", {name: picture(), "shop.csv": table}), tmp_path / "out")
    assert [item.image is not None for item in Catalog.load(tmp_path / "out").items] == [True, False]
    ((where, why),) = report.notes
    assert where == "row 2" and "has 256 characters in its picture column" in why


@pytest.mark.parametrize(
    ("count", "more"), [(4, ""), (5, ""), (6, "\nskipped: … and 1 more"), (1200, "\nskipped: … and 1,195 more")]
)
def test_a_summary_lists_the_first_five_of_a_kind(count: int, more: str) -> None:
    report = Report("shop", 3, skipped=[(f"row {i}", "is empty") for i in range(count)])
    lines = "\n".join(f"skipped: row {i}: is empty" for i in range(min(count, 5)))
    assert report.summary() == f"3 items accepted, {count:,} skipped, 0 duplicates left out.\n{lines}{more}"


def test_copies_are_found_by_content(tmp_path: Path) -> None:
    report = taken_in(write_files(tmp_path / "shop", {**PICTURES, "z/copy of red.png": picture(RED)}), tmp_path / "out")
    assert report.duplicates == [("z/copy of red.png", "hats/red-hat.png")]
    assert report.accepted == 3


def test_ten_thousand_equal_rows_are_one_item(tmp_path: Path) -> None:
    files = {**PICTURES, "shop.csv": "image,title\n" + "scarf.webp,A scarf\n" * 10_001}
    report = taken_in(write_files(tmp_path / "shop", files), tmp_path / "out")
    assert (report.accepted, len(report.duplicates)) == (1, 10_000)
    assert report.duplicates[-1] == ("row 10001", "row 1")
    assert report.summary().count("\n") < 10


def test_one_photo_with_two_titles_is_two_items_and_an_id_is_given_once(tmp_path: Path) -> None:
    table = "id,image,title\n1,scarf.webp,Red mug\n2,scarf.webp,Blue mug\n1,hats/red-hat.png,Hat\n"
    report = taken_in(write_files(tmp_path / "shop", {**PICTURES, "shop.csv": table}), tmp_path / "out")
    assert [item.item_id for item in Catalog.load(tmp_path / "out").items] == ["1", "2", "row-000003"]
    assert report.notes == [("row 3", "has the id '1' of row 1: it gets one of its own")]


def test_one_picture_is_a_catalogue_and_none_is_a_sentence(tmp_path: Path) -> None:
    assert taken_in(write_files(tmp_path / "one", {"a.png": picture()}), tmp_path / "out").accepted == 1
    (tmp_path / "none").mkdir()
    with pytest.raises(UserError, match="gave no item"):
        taken_in(tmp_path / "none", tmp_path / "nothing")
    with pytest.raises(UserError, match=r"skipped: a\.txt: is no picture"):
        taken_in(write_files(tmp_path / "notes", {"a.txt": b"x"}), tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nowhere", "There is no file or folder '.*nowhere'"),
        ("shop.doc", "is no catalogue: give a folder, or a .zip, .csv, .tsv, .jsonl, .ndjson or .parquet file"),
        ("shop.xlsx", "is a workbook: save the sheet as CSV UTF-8"),
        ("workbook", "'a.xlsx' is a workbook: save the sheet as CSV UTF-8"),
        ("bad.zip", "is not a readable zip"),
    ],
)
def test_what_is_no_source(tmp_path: Path, name: str, sentence: str) -> None:
    write_files(tmp_path, {"shop.doc": b"x", "bad.zip": b"x", "shop.xlsx": b"x", "workbook/a.xlsx": b"x"})
    with pytest.raises(UserError, match=sentence):
        open_source(str(tmp_path / name))


def test_a_finished_catalogue_is_itself_a_source(tmp_path: Path) -> None:
    folder = write_catalog(tmp_path / "shop")
    taken_in(folder, tmp_path / "out")
    before, after = Catalog.load(folder).items, Catalog.load(tmp_path / "out").items
    assert [(i.item_id, i.title, i.category, i.attributes) for i in before] == [
        (i.item_id, i.title, i.category, i.attributes) for i in after
    ]


def test_the_limit_takes_the_first(tmp_path: Path) -> None:
    taken_in(write_catalog(tmp_path / "shop"), tmp_path / "out", limit=5)
    assert [item.item_id for item in Catalog.load(tmp_path / "out").items] == [
        i.item_id for i in Catalog.load(tmp_path / "shop").items[:5]
    ]


@pytest.mark.parametrize("files", [PICTURES, {"images/mine.png": picture()}, {"report.json": b"{}"}, {"report.json": b"mine"}])
def test_a_folder_with_files_of_others_is_left_alone(tmp_path: Path, files: dict) -> None:
    out = write_files(tmp_path / "out", files)
    for source in (out, write_files(tmp_path / "shop", PICTURES)):
        with pytest.raises(UserError, match="holds files that would be in the way"):
            taken_in(source, out)
    assert tree(out) == files


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """48 items with a copy and a broken picture among them, in seven shards."""
    monkeypatch.setattr(module, "SHARD", 7)
    folder = write_catalog(tmp_path / "shop")
    images = sorted((folder / "images").iterdir())
    images[30].write_bytes(b"broken")
    (folder / "items.parquet").unlink()
    write_files(folder, {"images/zz-copy.png": images[2].read_bytes() + b"\0" * 0})
    for number, path in enumerate(images[:30]):  # else all pictures of one colour are copies of each other
        path.write_bytes(picture((number, 7 * number, 200)))
    return folder


def test_a_cut_run_goes_on_where_it_was_cut(tmp_path: Path, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken_in(shop, tmp_path / "whole")
    prepared = []
    prepare = module.prepare
    monkeypatch.setattr(module, "prepare", lambda record, known: prepared.append(record.where) or prepare(record, known))
    for cut in range(1, 8):
        out = tmp_path / f"cut-{cut}"
        prepared.clear()
        run = ingest(open_source(str(shop)), out)
        for _ in range(cut):
            next(run)
        run.close()
        with pytest.raises(UserError):
            Catalog.load(out)
        taken_in(shop, out)
        assert len(prepared) == len(set(prepared)) == 49
        assert tree(out) == tree(tmp_path / "whole")


def test_a_finished_run_is_not_done_again_and_a_changed_source_is(
    tmp_path: Path, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    taken_in(shop, out)
    stamp = (out / "items.parquet").stat().st_mtime_ns
    taken_in(shop, out)
    assert (out / "items.parquet").stat().st_mtime_ns == stamp
    write_files(out, {"index/manifest.json": b"of the older pictures"})
    write_files(shop, {"images/new.png": picture((1, 2, 3))})
    taken_in(shop, out)
    assert not (out / "index").exists()
    assert "images/new.png" in {item.item_id for item in Catalog.load(out).items}
    assert not (out / WORK).exists()


def test_a_changed_source_is_not_mixed_with_what_a_cut_run_left(tmp_path: Path, shop: Path) -> None:
    run = ingest(open_source(str(shop)), tmp_path / "out")
    for _ in range(4):
        next(run)
    run.close()
    write_files(shop, {"images/aaa.png": picture((1, 2, 3))})
    taken_in(shop, tmp_path / "out")
    taken_in(shop, tmp_path / "whole")
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


def test_the_whole_report_is_beside_the_catalogue(tmp_path: Path, shop: Path) -> None:
    report = taken_in(shop, tmp_path / "out")
    stored = json.loads((tmp_path / "out" / REPORT_FILE).read_text())
    assert stored["accepted"] == report.accepted == len(Catalog.load(tmp_path / "out"))
    assert stored["accepted"] + len(stored["skipped"]) + len(stored["duplicates"]) == 49


@pytest.mark.parametrize("content", ["mine", "[]", '{"accepted": 5}'])
def test_a_file_of_others_is_no_report(tmp_path: Path, content: str) -> None:
    (tmp_path / REPORT_FILE).write_text(content)
    assert read_report(tmp_path) is None


@pytest.mark.parametrize("change", [{"skipped": None}, {"skipped": [["row 1"]]}, {"further": 1}])
def test_a_damaged_report_is_a_sentence(tmp_path: Path, change: dict) -> None:
    taken_in(write_files(tmp_path / "shop", {"a.png": picture()}), tmp_path / "out")
    path = tmp_path / "out" / REPORT_FILE
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(UserError, match="report.json' is damaged"):
        read_report(tmp_path / "out")


def test_the_order_of_files_on_disk_does_not_matter(tmp_path: Path) -> None:
    names = list(PICTURES)
    random.Random(3).shuffle(names)
    for folder, order in (("a", PICTURES), ("b", names)):
        write_files(tmp_path / folder, {name: PICTURES[name] for name in order})
        taken_in(tmp_path / folder, tmp_path / f"out-{folder}")
    one, two = (tree(tmp_path / f"out-{folder}") for folder in "ab")
    assert {name for name in one if one[name] != two[name]} <= {REPORT_FILE}
