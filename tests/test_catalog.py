"""Reading catalogues, good and bad."""

from pathlib import Path

import pyarrow
import pyarrow.parquet as parquet
import pytest

from r4t_demo.catalog import Catalog
from r4t_demo.errors import UserError
from tests.doubles import write_catalog

GOOD = {"image": {"bytes": None, "path": None}, "item_ID": "a", "text": "red hat", "category": "hat"}


def write(folder: Path, rows: list[dict]) -> Path:
    parquet.write_table(pyarrow.Table.from_pylist(rows), folder / "items.parquet")
    return folder


def test_items_in_order_with_attributes_and_pictures(catalog: Catalog, catalog_folder: Path) -> None:
    item = catalog["gothic-black-boots"]
    assert catalog.items[catalog.row(item.item_id)] is item
    assert (item.title, item.category) == ("gothic black boots", "boots")
    assert item.attributes == {"aesthetics": ["gothic"], "colour_families": ["black"]}
    assert item.image == catalog_folder / "images" / "gothic-black-boots.png"
    assert (catalog.name, len(catalog)) == ("tiny", 48)


def test_an_unknown_item(catalog: Catalog) -> None:
    assert "sofa" not in catalog and "gothic-red-hat" in catalog
    with pytest.raises(UserError, match="The catalogue 'tiny' has no item 'sofa'"):
        catalog["sofa"]


def test_an_item_without_a_picture(tmp_path: Path) -> None:
    assert Catalog.load(write(tmp_path, [GOOD])).items[0].image is None


def test_words_are_title_artist_and_tags_each_once(tmp_path: Path) -> None:
    row = {**GOOD, "artist": "Ann", "genre": ["pop"], "tags": ["sad", "pop"], "price": 5}
    item, bare = Catalog.load(write(tmp_path, [row, {**GOOD, "item_ID": "b"}])).items
    assert (item.subtitle, item.tags, item.words) == ("Ann", ["pop", "sad"], "red hat, Ann, pop, sad")
    assert bare.words == "red hat"


def test_the_fingerprint_follows_titles_and_pictures(tmp_path: Path) -> None:
    first = Catalog.load(write_catalog(tmp_path / "one")).fingerprint
    assert Catalog.load(write_catalog(tmp_path / "two")).fingerprint == first
    (tmp_path / "two" / "images" / "gothic-black-boots.png").write_bytes(b"another picture")
    assert Catalog.load(tmp_path / "two").fingerprint != first


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([GOOD, GOOD], "row 2: the item_ID 'a' already stands in row 1"),
        ([{**GOOD, "text": " "}], "row 1: the column 'text' is empty"),
        ([{**GOOD, "item_ID": None}, GOOD], "row 1: the column 'item_ID' is empty"),
        ([{**GOOD, "image": {"bytes": None, "path": "boots.jpg"}}], "row 1: image 'boots.jpg' is not in"),
        ([{**GOOD, "image": {"bytes": None, "path": "../../etc/passwd"}}], "row 1: image .* lies outside the catalogue's folder"),
        ([{"item_ID": "a", "text": "hat"}], r"lacks the column\(s\) image, category"),
    ],
)
def test_bad_tables_are_told_by_row(tmp_path: Path, rows: list[dict], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        Catalog.load(write(tmp_path, rows))


def test_no_table_a_broken_one_and_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"holds no items\.parquet"):
        Catalog.load(tmp_path)
    (tmp_path / "items.parquet").write_bytes(b"not parquet")
    with pytest.raises(UserError, match="not a readable parquet file"):
        Catalog.load(tmp_path)
    parquet.write_table(pyarrow.Table.from_pylist([GOOD]).slice(0, 0), tmp_path / "items.parquet")
    with pytest.raises(UserError, match="holds no items"):
        Catalog.load(tmp_path)
