"""What is seen in a picture is shown as seen, and never among the owner's words."""

from pathlib import Path

import pyarrow
import pyarrow.parquet as parquet
import pytest
from PIL import Image

from r4t_demo import seen
from r4t_demo.catalog import Catalog
from r4t_demo.errors import UserError
from r4t_demo.seen import Seen


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = []
    for number in range(2):
        Image.new("RGB", (8, 8), "red").save(tmp_path / f"{number}.webp")
        rows.append({"image": {"path": f"{number}.webp"}, "item_ID": str(number), "text": "", "category": "uncategorised"})
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "items.parquet")
    return tmp_path


def test_items_without_words_are_shown_as_seen_or_by_number(folder: Path) -> None:
    before = Catalog.load(folder).fingerprint
    seen.save(folder, [Seen("dress", "blue", 0.9)], [0])
    catalog = Catalog.load(folder)
    assert [item.title for item in catalog.items] == ["blue dress (seen)", "Photo 2"]
    assert [item.words for item in catalog.items] == ["", ""] and catalog.fingerprint == before


@pytest.mark.parametrize("text", ["[]", '{"0": {"kind": "<b>", "colour": "", "score": 1}}', '{"0": 1}', "{"])
def test_tags_of_anybody_are_words_of_ours_or_refused(folder: Path, text: str) -> None:
    (folder / seen.FILE).write_text(text)
    with pytest.raises(UserError, match="damaged"):
        Catalog.load(folder)


def test_the_colour_is_the_things_and_not_the_grounds(tmp_path: Path) -> None:
    image = Image.new("RGB", (60, 60), "white")
    image.paste((60, 105, 170), (15, 15, 45, 45))
    image.save(tmp_path / "a.png")
    assert seen.colour(tmp_path / "a.png") == "blue"
