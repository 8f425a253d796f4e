"""Small inputs in the shape of those that people have, each with what is right of it: see cases/ and docs/catalogues.md."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow
import pyarrow.parquet as parquet
import pytest

from r4t_demo.catalog import ITEMS_FILE, NO_CATEGORY, Catalog
from r4t_demo.sources import open_source
from r4t_demo.sources.reasons import gather
from r4t_demo.sources.understood import Understood
from r4t_demo.sources.validate import Report
from tests.sources.makers import taken_in

CASES = Path(__file__).parent / "cases"
_THINGS = """
    straw sun hat, red wool scarf, brass table lamp, oak side table, blue glazed mug, linen cushion, leather tote bag,
    silver hoop earrings, suede ankle boots, cotton sun dress, ceramic vase, wicker basket, silk neckerchief, denim
    jacket, canvas sneakers, velvet armchair, paper lantern, copper kettle, striped beach towel, rain umbrella, felt
    slippers, bamboo tray, knitted beanie, glass carafe
"""
THINGS = [" ".join(thing.split()) for thing in _THINGS.split(",")]
ADDRESSES = "addresses are not fetched, put the pictures into the zip"
KINDS = [thing.split()[-1].title() for thing in THINGS]


@dataclass(frozen=True)
class Right:
    """What is right of a case; what is left out here need not hold."""

    titles: list[str] = field(default_factory=lambda: THINGS)
    pictures: int = 0
    categories: list[str] = field(default_factory=lambda: [NO_CATEGORY] * 24)
    attributes: dict[str, object] = field(default_factory=dict)  # of the first item
    roles: dict[str, str] | None = None  # of the columns
    notes: dict[str, int] = field(default_factory=dict)  # a part of each gathered note -> its number of items
    source_notes: list[str] = field(default_factory=list)  # a part of each sentence about the source but for its columns
    skipped: list[tuple[str, str]] = field(default_factory=list)
    ids: Callable[[int], str] = lambda number: f"row-{number + 1:06d}"


def rows_of(*numbers: int) -> Callable[[int], str]:
    return lambda number: f"row-{numbers[number]:06d}"


SHOPIFY = {
    **{"Handle": "item_id", "Title": "title", "Body (HTML)": "description", "Type": "category", "Tags": "tags"},
    **{"Image Src": "image"},
    **dict.fromkeys(["Published", "Option1 Name", "Option1 Value", "Variant SKU", "Variant Inventory Policy"], "ignored"),
    **dict.fromkeys(["Variant Price", "Image Position", "Status"], "ignored"),
}
CASE = {
    "01-picture-addresses.csv": Right(notes={ADDRESSES: 24}),
    "02-shopify-products.csv": Right(
        titles=[thing.title() for thing in THINGS],
        categories=KINDS,
        attributes={"description": 'A straw sun hat.\nsoft\n"made to last"', "tags": ["home", "gift"]},
        roles=SHOPIFY,
        notes={ADDRESSES: 24},
        source_notes=["48 rows are variants or further pictures"],
        ids=lambda number: THINGS[number].replace(" ", "-"),
    ),
    "04-names-that-nearly-match.zip": Right(
        titles=THINGS[:-1], pictures=23, categories=[NO_CATEGORY] * 23,
        notes={"has several pictures: the first is used": 1},
    ),
    "05-id-is-the-file-name.zip": Right(
        titles=[thing.title() for thing in THINGS],
        pictures=24,
        categories=KINDS,
        roles={"id": "item_id", "articleType": "category", "productDisplayName": "title"}
        | dict.fromkeys(["gender", "masterCategory", "baseColour", "season"], "ignored"),  # they are the same of all
        ids=lambda number: str(15970 + number),
    ),
    "06-woocommerce.csv": Right(
        titles=[thing.title() for thing in THINGS],
        categories=[f"{kind}s" for kind in KINDS],
        attributes={"description": "straw sun hat & care card", "tags": ["gift", "new"]},
        roles={"ID": "item_id", "Name": "title", "Short description": "description", "Categories": "category", "Tags": "tags"}
        | {"Images": "image"} | dict.fromkeys(["Type", "SKU", "Published", "Parent"], "ignored"),
        notes={ADDRESSES: 24},
        source_notes=["48 rows are variants or further pictures"],
        ids=lambda number: str(10 * number),
    ),
    "07-windows-1252.csv": Right(
        titles=["Women’s tee – summer", *THINGS[1:]], roles={"title": "title", "price": "ignored"}, source_notes=["Windows-1252"]
    ),
    "07-one-stray-byte.csv": Right(
        titles=[*(f"café {thing}" for thing in THINGS), "odd \ufffd one"],
        categories=["décor"] * 24 + ["decor"],
        source_notes=["holds 1 byte that is no UTF-8"],
    ),
    "09-exportify.csv": Right(
        titles=["Intro"] * 3 + [f"Song {thing}" for thing in THINGS[3:]],
        categories=["indie folk", NO_CATEGORY] * 12,
        attributes={"artist": "Artist 0", "genre": ["indie folk", "ambient"]},
        roles={"Track URI": "item_id", "Track Name": "title", "Artist Name(s)": "artist", "Genres": "genre"}
        | dict.fromkeys(["Album Name", "Release Date", "Duration (ms)", "Tempo"], "ignored"),
        ids=lambda number: f"spotify:track:{number:022d}",
    ),
    "09-same-title-other-colour.csv": Right(
        titles=["Tee"] * 22, categories=[NO_CATEGORY] * 22, attributes={"colour": "red"}
    ),
    "10-sep-line.csv": Right(roles={"name": "title", "price": "ignored"}),
    "11-imagefolder-metadata.zip": Right(pictures=24),
    "15-several-pictures-a-row.parquet": Right(pictures=24, notes={"has several pictures: the first is used": 24}),
    "16-backslash-zip.zip": Right(pictures=24),
    "17-class-labels.parquet": Right(titles=["hat", "scarf", "lamp"] * 8, pictures=24, categories=["hat", "scarf", "lamp"] * 8),
    "19-mangled-ids.csv": Right(notes={"has an id that a spreadsheet has shortened ('8.90123E+12')": 24}),
    "20-german-headers.csv": Right(
        categories=["Haus"] * 24,
        roles={"Artikelnummer": "item_id", "Bezeichnung": "title", "Kategorie": "category", "Preis": "ignored"},
        ids=str,
    ),
    "22-unclosed-quote.csv": Right(
        categories=["home"] * 24, skipped=[("line 2", "opens a quote that never closes")], ids=lambda number: str(number + 2)
    ),
    "23-uint64-column.parquet": Right(roles={"title": "title", "phash": "ignored"}),
}  # fmt: skip
WITHOUT_TABLE = {"03-jpeg-by-other-names.zip": 24, "25-uuid-names.zip": 40}


def test_every_case_has_what_is_right_of_it() -> None:
    assert {path.name for path in CASES.iterdir()} == CASE.keys() | WITHOUT_TABLE.keys()


@pytest.mark.parametrize("name", CASE)
def test_a_table_as_people_have_it(tmp_path: Path, name: str) -> None:
    right, report = CASE[name], taken_in(CASES / name, tmp_path / "out")
    items, understood = Catalog.load(tmp_path / "out").items, Understood.load(tmp_path / "out")
    assert [item.title for item in items] == right.titles
    assert [item.item_id for item in items] == [right.ids(number) for number in range(len(items))]
    assert [item.category for item in items] == right.categories
    assert sum(item.image is not None for item in items) == right.pictures
    assert items[0].attributes == right.attributes
    assert understood is not None and understood.sure
    if right.roles is not None:
        assert {column.name: column.role for column in understood.columns} == right.roles
    assert_told(report, right)


def assert_told(report: Report, right: Right) -> None:
    """The report says what it should, each thing once, and nothing else."""
    assert report.duplicates == []
    notes = gather(report.notes)
    assert [note.count for note in notes] == list(right.notes.values())
    assert all(part in note.text for part, note in zip(right.notes, notes, strict=True))
    assert len(report.source_notes) == 1 + len(right.source_notes)
    assert all(part in note for part, note in zip(right.source_notes, report.source_notes[1:], strict=True))
    assert [where for where, _ in report.skipped] == [where for where, _ in right.skipped]
    assert all(part in why for (_, part), (_, why) in zip(right.skipped, report.skipped, strict=True))


@pytest.mark.parametrize("name", WITHOUT_TABLE)
def test_pictures_as_people_have_them(tmp_path: Path, name: str) -> None:
    report = taken_in(CASES / name, tmp_path / "out")
    items = Catalog.load(tmp_path / "out").items
    assert sum(item.image is not None for item in items) == len(items) == WITHOUT_TABLE[name]
    assert (report.skipped, report.duplicates) == ([], [])


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("23-uint64-column.parquet", {"phash": [str(2**63 + number) for number in range(24)]}),
        ("02-shopify-products.csv", {"Status": ["active"] * 24}),
        ("20-german-headers.csv", {"Preis": None}),
    ],
)
def test_what_is_left_out_is_kept_in_the_table_and_is_no_attribute(tmp_path: Path, name: str, kept: dict) -> None:
    taken_in(CASES / name, tmp_path / "out")
    table = parquet.read_table(tmp_path / "out" / ITEMS_FILE)
    for column, cells in kept.items():
        assert table.schema.field(column).type == pyarrow.string()
        assert cells is None or table[column].to_pylist() == cells
        assert not any(column in item.attributes for item in Catalog.load(tmp_path / "out").items)


def test_a_hash_is_kept_as_text_where_it_is_wanted(tmp_path: Path) -> None:
    source = open_source(str(CASES / "23-uint64-column.parquet"), {"phash": "attribute"})
    assert [record.attributes["phash"] for record in source.records()] == [str(2**63 + number) for number in range(24)]
