"""Parquet of any type: values are kept as what a table can hold, and nothing raises but a sentence."""

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
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

KINDS = {
    pyarrow.int8(): st.integers(-128, 127),
    pyarrow.int64(): st.integers(-(2**63), 2**63 - 1),
    pyarrow.uint64(): st.integers(0, 2**64 - 1),
    pyarrow.float16(): st.just(1.5),
    pyarrow.float64(): st.floats(),
    pyarrow.bool_(): st.booleans(),
    pyarrow.string(): st.text(max_size=8),
    pyarrow.large_string(): st.text(max_size=8),
    pyarrow.binary(): st.binary(max_size=8),
    pyarrow.large_binary(): st.binary(max_size=8),
    pyarrow.binary(4): st.binary(min_size=4, max_size=4),
    pyarrow.date32(): st.dates(),
    pyarrow.timestamp("ns"): st.integers(-(2**62), 2**62),
    pyarrow.timestamp("s"): st.integers(-(2**62), 2**62),
    pyarrow.timestamp("us", tz="Europe/Berlin"): st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    pyarrow.duration("ns"): st.integers(-(2**62), 2**62),
    pyarrow.duration("ms"): st.integers(-(2**62), 2**62),
    pyarrow.time64("ns"): st.integers(0, 86_399_999_999_999),
    pyarrow.decimal128(20, 3): st.decimals(-1000, 1000, places=3),
    pyarrow.decimal256(60, 3): st.decimals(-1000, 1000, places=3),
    pyarrow.null(): st.none(),
    pyarrow.list_(pyarrow.int64()): st.lists(st.integers(0, 9), max_size=3),
    pyarrow.list_(pyarrow.binary()): st.lists(st.binary(max_size=4), max_size=3),
    pyarrow.list_(pyarrow.list_(pyarrow.string())): st.lists(st.lists(st.text(max_size=3), max_size=2), max_size=2),
    pyarrow.struct([("a", pyarrow.int8())]): st.fixed_dictionaries({"a": st.integers(0, 9)}),
    pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())]): st.fixed_dictionaries(
        {"bytes": st.one_of(st.none(), st.binary(max_size=8)), "path": st.one_of(st.none(), st.text(max_size=4))}
    ),
    pyarrow.map_(pyarrow.string(), pyarrow.int8()): st.lists(st.tuples(st.text(max_size=3), st.integers(0, 9)), max_size=2),
    pyarrow.dictionary(pyarrow.int8(), pyarrow.string()): st.sampled_from(["red", "blue"]),
}


@settings(max_examples=100)
@given(st.sampled_from(list(KINDS)), st.sampled_from(["x", "image", "title", "category", "id", "tags", "artist"]), st.data())
def test_a_column_of_any_type(tmp_path_factory, kind: pyarrow.DataType, name: str, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("any")
    cells = data.draw(st.lists(st.one_of(st.none(), KINDS[kind]), min_size=1, max_size=24))
    columns = {"name": pyarrow.array([f"hat {number}" for number in range(len(cells))]), name: pyarrow.array(cells, kind)}
    parquet.write_table(pyarrow.table(columns), folder / "shop.parquet")
    try:
        report = taken_in(folder / "shop.parquet", folder / "out")
    except UserError as error:
        told = str(error)
    else:
        told = report.summary()
        assert report.accepted == len(Catalog.load(folder / "out"))
        assert report.accepted + len(report.duplicates) + len(report.skipped) == len(cells)
        assert not report.skipped or name == "title"
    assert "b'" not in told and "\\x" not in told


@pytest.mark.parametrize(
    ("cell", "kind", "kept"),
    [
        (2**64 - 1, pyarrow.uint64(), str(2**64 - 1)),
        (Decimal("1.50"), pyarrow.decimal128(9, 2), "1.50"),
        (date(2024, 5, 1), pyarrow.date32(), "2024-05-01"),
        (datetime(2024, 5, 1, 12, 30), pyarrow.timestamp("us"), "2024-05-01 12:30:00.000000"),
        (timedelta(seconds=90), pyarrow.duration("s"), "90"),
        (time(12, 30), pyarrow.time32("s"), "12:30:00.000"),
        (b"red", pyarrow.binary(), "red"),  # older writers do not say that it is text
        (b"\xff\x00", pyarrow.binary(), None),
        ({"a": 1}, pyarrow.struct([("a", pyarrow.int8())]), None),
        ("red", pyarrow.dictionary(pyarrow.int8(), pyarrow.string()), "red"),
        (["s", None, " m "], pyarrow.list_(pyarrow.string()), ["s", "m"]),
        (7, pyarrow.int8(), 7),
    ],
)
def test_what_is_a_value_is_kept(tmp_path: Path, cell: object, kind: pyarrow.DataType, kept: object) -> None:
    table = pyarrow.table({"title": ["hat"], "extra": pyarrow.array([cell], kind)})
    parquet.write_table(table, tmp_path / "shop.parquet")
    (record,) = open_source(str(tmp_path / "shop.parquet"), {"extra": "attribute"}).records()
    assert record.attributes.get("extra") == kept


def test_text_that_is_no_utf8_costs_one_letter(tmp_path: Path) -> None:
    broken = pyarrow.Array.from_buffers(pyarrow.binary(), 2, pyarrow.array([b"caf\xe9", b"hat"]).buffers()).view(pyarrow.string())
    parquet.write_table(pyarrow.table({"title": broken}), tmp_path / "shop.parquet")
    assert [record.title for record in open_source(str(tmp_path / "shop.parquet")).records()] == ["caf\ufffd", "hat"]


@pytest.mark.parametrize("kind", [pyarrow.binary(), pyarrow.list_(pyarrow.binary())])
def test_bytes_that_are_pictures_are_the_picture(tmp_path: Path, kind: pyarrow.DataType) -> None:
    cell = picture() if kind == pyarrow.binary() else [picture(), picture()]
    table = pyarrow.table({"name": ["hat"], "data": pyarrow.array([cell], kind)})
    parquet.write_table(table, tmp_path / "shop.parquet")
    (record,) = open_source(str(tmp_path / "shop.parquet")).records()
    assert record.read_image() == picture()


@pytest.mark.parametrize("names", [["hat", "scarf"], {"0": "hat", "1": "scarf"}])
def test_classes_have_their_names(tmp_path: Path, names: object) -> None:
    features = {"info": {"features": {"kind": {"_type": "ClassLabel", "names": names}}}}
    schema = pyarrow.schema([("name", pyarrow.string()), ("kind", pyarrow.int64())], {"huggingface": json.dumps(features)})
    table = pyarrow.Table.from_pydict({"name": ["a", "b", "c", "d"], "kind": [1, 0, -1, None]}, schema)
    parquet.write_table(table, tmp_path / "shop.parquet")
    assert [record.category for record in open_source(str(tmp_path / "shop.parquet")).records()] == ["scarf", "hat", "", ""]


@settings(max_examples=40)
@given(st.one_of(st.binary(max_size=40), st.sampled_from([b"[]", b'{"info": 5}', b'{"info": {"features": {"kind": 3}}}'])))
def test_any_metadata_is_read_or_left(tmp_path_factory, metadata: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "meta.parquet"
    table = pyarrow.table({"title": ["hat"], "kind": [1]}).replace_schema_metadata({"huggingface": metadata})
    parquet.write_table(table, path)
    assert [record.title for record in open_source(str(path)).records()] == ["hat"]
