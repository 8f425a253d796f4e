"""Sources of any content, the whole way: a report or one sentence, nothing half-made, and nothing outside."""

import json
import shutil
import zipfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pyarrow
import pyarrow.parquet as parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from r4t_demo.catalog import Catalog
from r4t_demo.errors import UserError
from r4t_demo.sources import open_source
from tests.sources.makers import picture, taken_in

PICTURE = picture(size=(6, 4))
PARTS = ["..", ".", "hats", "a.png", "C:", "\\", "é" * 90, "shop.csv", "x.parquet", "~", "con", "a\nb.png", ""]
NAMES = st.one_of(st.text(min_size=1, max_size=12), st.lists(st.sampled_from(PARTS), min_size=1, max_size=4).map("/".join))
CONTENT = st.one_of(
    st.sampled_from([PICTURE, PICTURE[:30], b"", b"image,title\na.png,Hat\n../a.png,Hut\n"]), st.binary(max_size=40)
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


def assert_whole_or_refused(source: Path, place: Path) -> None:
    """Take a source in; fails where that raises anything but a UserError, or leaves anything but a whole catalogue."""
    before = sorted(place.rglob("*"))
    out = place / "out"
    names = {"items.parquet", "images", "report.json"}
    try:
        with suppress(UserError):
            report = taken_in(source, out)
            names |= {"columns.json"} if open_source(str(source)).understood else set()
            assert report.accepted == len(Catalog.load(out))
        if out.exists():
            assert {path.name for path in out.iterdir()} == names
    finally:
        shutil.rmtree(out, ignore_errors=True)
    assert sorted(place.rglob("*")) == before


CELLS = st.one_of(
    st.text(max_size=8), st.sampled_from(["", "a.png", "/etc/passwd", "http://127.0.0.1/a.png", "hub:a/b", "\0", '"'])
)
ROWS = st.lists(st.lists(CELLS, max_size=4).map(",".join), max_size=6).map(lambda rows: "\n".join(["title,image,id", *rows]))
TABLES = st.one_of(
    st.binary(max_size=120),
    st.binary(max_size=80).map(lambda data: b"title,image\n" + data),
    ROWS.map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.text(max_size=40).map(lambda text: f"title\n{text}".encode("utf-16", "surrogatepass")),
)


@settings(max_examples=60)
@given(TABLES, st.sampled_from([".csv", ".tsv"]))
def test_any_table(place: Path, data: bytes, suffix: str) -> None:
    source = place / f"shop{suffix}"
    source.write_bytes(data)
    assert_whole_or_refused(source, place)
    source.unlink()


@settings(max_examples=60)
@given(st.lists(st.tuples(NAMES, CONTENT), max_size=4))
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_of_any_names(place: Path, members: list[tuple[str, bytes]]) -> None:
    source = place / "shop.zip"
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members:
            with suppress(UnicodeEncodeError):  # no zip can hold it
                packed.writestr(zipfile.ZipInfo(name), content)
    assert_whole_or_refused(source, place)
    source.unlink()


def _table() -> bytes:
    stream = BytesIO()
    parquet.write_table(pyarrow.table({"title": ["hat", "boots"], "image": [PICTURE, None], "size": [1.5, None]}), stream)
    return stream.getvalue()


TABLE = _table()


@settings(max_examples=80)
@given(st.lists(st.tuples(st.integers(0, len(TABLE) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_broken_parquet_file(place: Path, changes: list[tuple[int, int]]) -> None:
    data = bytearray(TABLE)
    for at, value in changes:
        data[at] = value
    source = place / "shop.parquet"
    source.write_bytes(data)
    assert_whole_or_refused(source, place)
    source.unlink()


FOLDERS = st.lists(st.sampled_from(["images", "My Pictures", "été", "2024"]), max_size=3).map(
    lambda parts: "".join(f"{one}/" for one in parts)
)
CASES = st.sampled_from([str, str.upper, str.lower, str.title, lambda name: name.replace("/", "\\"), lambda name: f"./{name}"])


@settings(max_examples=60)
@given(FOLDERS, FOLDERS, CASES, st.sampled_from(["csv", "TSV", "Jsonl", "parquet"]))
def test_a_table_finds_its_pictures_at_any_depth_and_in_any_case(
    place: Path, table: str, pictures: str, change, kind: str
) -> None:
    names = [f"{pictures}hat {number}.png" for number in range(3)]
    rows = [{"title": f"straw hat {number}", "image": change(name)} for number, name in enumerate(names)]
    stream = BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(rows), stream)
    lines = ["title\timage", *("\t".join(row.values()) for row in rows)]
    written = {
        "csv": "\n".join(lines).replace("\t", ",").encode(),
        "TSV": "\n".join(lines).encode(),
        "Jsonl": "\n".join(map(json.dumps, rows)).encode(),
        "parquet": stream.getvalue(),
    }
    source = place / "shop.zip"
    with zipfile.ZipFile(source, "w") as packed:
        packed.writestr(f"{table}items.{kind}", written[kind])
        for number, name in enumerate(names):
            packed.writestr(name, picture((number, 0, 0)))
    records = list(open_source(str(source)).records())
    assert [record.title for record in records] == [row["title"] for row in rows]
    assert [record.read_image() for record in records] == [picture((number, 0, 0)) for number in range(3)]
    source.unlink()
