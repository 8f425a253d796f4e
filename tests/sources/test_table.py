"""CSV tables as people export them."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.errors import UserError
from r4t_demo.sources.base import Record, Refusal
from r4t_demo.sources.files import FolderFiles
from r4t_demo.sources.ingest import ingest
from r4t_demo.sources.table import TableSource
from r4t_demo.sources.tables import encodings
from r4t_demo.sources.tables.cells import NOTHING
from tests.sources.makers import picture, write_files


def source(folder: Path, table: str | bytes, **pictures: bytes) -> TableSource:
    files = {f"images/{name}.png": data for name, data in pictures.items()}
    return TableSource(FolderFiles(write_files(folder, {"shop.csv": table, **files})), ["shop.csv"])


@pytest.mark.parametrize(
    "header",
    [
        "id,image,title,category",
        "SKU,Image Path,Product Name,Type",
        "item-id,file_name,Name,articleType",
        "Item ID,Filename,text,Category",
    ],
)
def test_columns_are_found_under_many_names(tmp_path: Path, header: str) -> None:
    (record,) = source(tmp_path, f"{header}\n7,images/hat.png,Red hat,hats\n", hat=picture()).records()
    assert (record.where, record.item_id, record.title, record.category) == ("row 1", "7", "Red hat", "hats")
    assert record.read_image() == picture()


def test_further_columns_are_attributes_and_the_report_names_them(tmp_path: Path) -> None:
    shop = source(tmp_path, "title,price,text,colour\nhat,9.50,A warm hat,\n")
    (record,) = shop.records()
    assert record.attributes == {"original_text": "A warm hat"}
    assert "kept as attributes: text, colour; left out: price" in shop.notes[0]


def test_music_has_artist_genre_and_tags(tmp_path: Path) -> None:
    (record,) = source(tmp_path, 'title,artist,genre,tags\nBlue,Joni,folk,"sad; acoustic|70s"\n').records()
    assert record.attributes == {"artist": "Joni", "genre": ["folk"], "tags": ["sad", "acoustic", "70s"]}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_delimiters_and_encodings(tmp_path: Path, delimiter: str, encoding: str) -> None:
    table = f"title{delimiter}category\r\nChapeau d'été{delimiter}hüte\r\n\r\n".encode(encoding)
    shop = source(tmp_path, table)
    (record,) = shop.records()
    assert (record.title, record.category, shop.total) == ("Chapeau d'été", "hüte", 1)
    assert any("Windows-1252" in note for note in shop.notes) == (encoding == "cp1252")


@pytest.mark.parametrize("block", [3, 4, 5])
def test_the_encoding_is_told_by_the_whole_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    """Also where it is read in blocks that end within a letter, and where only the last row tells."""
    monkeypatch.setattr(encodings, "_BLOCK", block)
    rows = "title\n" + "hat\n" * 9 + "été été\n"
    for encoding in ("utf-8", "cp1252"):
        *_, last = source(tmp_path, rows.encode(encoding)).records()
        assert last.title == "été été"


def test_missing_columns_are_told_with_those_found(tmp_path: Path) -> None:
    shop = source(tmp_path, "price,size\n1,2\n")
    assert shop.understood is not None and not shop.understood.sure
    with pytest.raises(UserError, match=r"has no column for the title and none for the picture; found: price, size.*--columns"):
        next(ingest(shop, tmp_path / "out"))
    with pytest.raises(UserError, match="'shop.csv' is empty"):
        source(tmp_path, "")


def test_bad_rows_are_refused_one_by_one(tmp_path: Path) -> None:
    long = "x" * 2_000_000
    table = f"id,title,image\n1,hat,\n2,one,two,three\n3\n4,{long},\n5,,../../etc/passwd\n6,,images/no.png\n7,boots\n"
    records = list(source(tmp_path, table).records())
    refused = {one.where: one.why for one in records if isinstance(one, Refusal)}
    assert [record.title for record in records if isinstance(record, Record)] == ["hat", "", "", "boots"]
    assert "has 4 cells for 3 columns" in refused["row 2"]
    assert "neither a title nor a picture" in refused["row 3"]
    assert "field larger than" in refused["line 5"]
    for record, why in ((records[4], "leads outside"), (records[5], r"'images/no.png' is not in the folder")):
        with pytest.raises(UserError, match=why):
            record.read_image()


def test_records_start_where_asked(tmp_path: Path) -> None:
    shop = source(tmp_path, "title\n" + "".join(f"hat {i}\n" for i in range(9)))
    assert [(record.where, record.title) for record in shop.records(7)] == [("row 8", "hat 7"), ("row 9", "hat 8")]


# No tags and entities, which become plain text, and nothing that stands for an empty cell.
CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="<&"), max_size=20).filter(
    lambda text: text.strip().lower() not in NOTHING
)


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8), st.sampled_from(",;\t|"))
def test_every_written_row_is_read_back(tmp_path_factory, rows: list, delimiter: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows([("title", "colour", "size"), *rows])
    records = list(source(tmp_path_factory.getbasetemp() / "written", out.getvalue().encode()).records())
    rows = [row for row in rows if any(map(str.strip, row))]
    assert len(records) == len(rows)
    for record, (title, colour, _) in zip(records, rows, strict=True):
        if title.strip():
            assert record.title == " ".join(title.split())
            assert record.attributes.get("colour", "") == colour.strip()
        else:
            assert "neither a title nor a picture" in record.why


@given(st.binary(max_size=300))
def test_any_bytes_are_records_or_a_sentence(tmp_path_factory, data: bytes) -> None:
    try:
        records = list(source(tmp_path_factory.getbasetemp() / "any", b"title,price\n" + data).records())
    except UserError:
        return
    assert all(isinstance(record, Record | Refusal) for record in records)


def test_a_header_that_csv_cannot_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="shop.csv' has a header that cannot be read"):
        source(tmp_path, f"title,{'x' * 2**21}\nhat,1\n")
