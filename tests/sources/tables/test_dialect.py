"""Tables as spreadsheets, shops and people write them: delimiters, title lines, quotes that never close."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.sources import open_source
from r4t_demo.sources.base import Record, Source
from r4t_demo.sources.tables.dialect import BadRow, Dialect, csv_rows, sniff
from tests.sources.makers import write_files


def titles(source: Source) -> list[str]:
    return [record.title for record in source.records() if isinstance(record, Record)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "before",
    ["", "sep={}\r\n", "\r\n\r\n", "Our catalogue, spring 2024\r\n", "Our catalogue{}{}\r\n\r\nas of May{}{}\r\n", "{}{}\r\n"],
)
def test_the_header_is_the_first_line_that_names_a_known_column(tmp_path: Path, before: str, delimiter: str) -> None:
    before = before.replace("{}", delimiter)
    rows = [["Name", "Preis", "Farbe"], ["hat, straw; new", "1,99", "red"], ["lamp", "2,50", "blue"]]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    source = open_source(str(write_files(tmp_path, {"shop.csv": before + out.getvalue()}) / "shop.csv"))
    assert titles(source) == ["hat, straw; new", "lamp"]
    assert [record.attributes for record in source.records()] == [{"Farbe": "red"}, {"Farbe": "blue"}]


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("A|B\n1|2\n3|4\n", Dialect("|", 0)),  # no column is known
        ("title\nhat, red\n", Dialect(";", 0)),  # one column, whatever stands in it
        ("My shop\nA;B;C\n1;2;3\n", Dialect(";", 1)),
        ("title;description\nhat;a, b, c, d\n", Dialect(";", 0)),
        ("name,price\nhat;1,2\n", Dialect(",", 0)),
    ],
)
def test_the_dialect_is_told(text: str, dialect: Dialect) -> None:
    assert sniff(text.splitlines(keepends=True)) == dialect


def read(text: str) -> list:
    return list(csv_rows(text.splitlines(keepends=True), ",", 3))


GOOD = [["2", "straw hat", "home"], ["3", 'a "red"\nscarf, long', "home"], ["4", "lamp", "home"]]
GOOD_LINES = '2,straw hat,home\n3,"a ""red""\nscarf, long",home\n4,lamp,home\n'


@pytest.mark.parametrize("line", ['1,"Big mug,home\n', '"1,Big mug,home\n', '1,Big mug,"home\n', '1,"6"" mug,home\n'])
def test_a_quote_that_never_closes_costs_its_line_alone(line: str) -> None:
    assert read(line + GOOD_LINES) == [BadRow(1, "opens a quote that never closes: close it, or take it away"), *GOOD]
    assert read(GOOD_LINES + line) == [*GOOD, BadRow(5, "opens a quote that never closes: close it, or take it away")]
    assert [row.line for row in read(line + GOOD_LINES + line + line) if isinstance(row, BadRow)] == [1, 6, 7]


def test_quotes_inside_a_cell_are_signs() -> None:
    assert read('1,12" vinyl,music\n2,7" single,music\n') == [["1", '12" vinyl', "music"], ["2", '7" single', "music"]]


@given(st.lists(st.sampled_from(GOOD), max_size=8), st.integers(0, 8), st.sampled_from(['1,"Mug,home\n', '1,Mug,"home\n']))
def test_good_rows_are_kept_around_an_open_quote(rows: list[list[str]], place: int, line: str) -> None:
    written = []
    for row in rows:
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerow(row)
        written.append(out.getvalue())
    written.insert(place, line)
    found = read("".join(written))
    assert [row for row in found if isinstance(row, list)] == rows
    assert len(found) == len(rows) + 1


@given(st.text(max_size=200), st.sampled_from(",;\t|"))
def test_any_text_is_rows(text: str, delimiter: str) -> None:
    lines = io.StringIO(text, newline="").readlines()
    sniff(lines)
    assert all(isinstance(row, list | BadRow) for row in csv_rows(lines, delimiter, 3))
