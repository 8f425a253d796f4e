"""What is seen in a picture is shown as seen, and never among the owner's words."""

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet as parquet
import pytest
from PIL import Image

from r4t_demo import seen
from r4t_demo.catalog import Catalog, Item
from r4t_demo.encoder import Encoder
from r4t_demo.errors import UserError
from r4t_demo.seen import Seen
from r4t_demo.seen.vocabulary import KINDS, WORN
from r4t_demo.settings import ROOT, Settings
from tests.doubles import HashEncoder


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
    seen.save(folder, {"0": Seen("dress", "blue", 0.9, "clothes")})
    catalog = Catalog.load(folder)
    assert [item.title for item in catalog.items] == ["blue dress (seen)", "Photo 2"]
    assert [item.words for item in catalog.items] == ["", ""] and catalog.fingerprint == before


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '{"0": {"kind": "<b>", "colour": "", "score": 1, "domain": "home"}}',
        '{"0": {"kind": "dress", "colour": "", "score": 1, "domain": "<b>"}}',
        '{"0": 1}',
        "{",
    ],
)
def test_tags_of_anybody_are_words_of_ours_or_refused(folder: Path, text: str) -> None:
    (folder / seen.FILE).write_text(text)
    with pytest.raises(UserError, match="damaged"):
        Catalog.load(folder)


def test_where_no_kind_is_sure_the_sort_of_thing_may_be() -> None:
    worn = np.array([domain in WORN for domain in KINDS.values()])
    told = seen._told(worn / worn.sum(), "red")
    assert (told.kind, told.colour, told.domain) == ("", "", "clothes")
    assert seen._told(np.full(len(KINDS), 1 / len(KINDS)), "red") is None
    item = Item("1", "Photo 1", "uncategorised", None, {}, False, told)
    assert item.kind == "uncategorised"


def test_a_class_is_the_kind_that_has_its_name_else_those_like_it() -> None:
    encoder, kinds = HashEncoder(), list(KINDS)
    found = seen._kinds_of([["Teapots"], ["coffee mug", "cup"], ["red armchair"]], encoder)
    assert kinds[found[0].argmax()] == "teapot" and found[0].max() == pytest.approx(1)
    assert kinds[found[1].argmax()] == "mug"
    assert kinds[found[2].argmax()] == "armchair"


def test_a_catalogue_of_one_sort_carries_those_that_are_in_doubt() -> None:
    share = np.array([0.9] * 20 + [0.3, 0.9])
    assert seen._with_prior(share)[20] > 0.9
    assert seen._with_prior(1 - share)[20] < 0.1


def test_a_picture_is_helped_by_those_that_are_like_it() -> None:
    rng = np.random.default_rng(0)
    place = np.repeat(np.eye(2), 20, axis=0) + 0.01 * rng.normal(size=(40, 2))
    chances = np.repeat(np.eye(2), 20, axis=0) * 0.8 + 0.1
    chances[3] = [0.4, 0.6]  # the odd one
    shared = seen._shared(chances, [place])
    assert shared[3].argmax() == 0 and (shared.argmax(1) == np.repeat([0, 1], 20)).all()
    np.testing.assert_allclose(shared.sum(1), 1)
    np.testing.assert_array_equal(seen._shared(chances[:1], [place[:1]]), chances[:1])


def test_a_colour_is_named_where_one_is_clearly_nearest() -> None:
    encoder = HashEncoder()
    red, blue = encoder.encode_text(["red", "blue"])
    assert seen._colours(np.array([red, blue, (red + blue) / np.sqrt(2)]), encoder) == ["red", "blue", ""]


def test_pictures_without_words_are_described_by_the_embedded_models(tmp_path: Path) -> None:
    """Things for the home, of which the encoder by itself knows nothing."""
    encoder = Encoder.load(Settings().encoder)
    pictures = {}
    with zipfile.ZipFile(ROOT / "assets/samples/hearth-and-shelf.zip") as packed:
        for name in packed.namelist():
            if name.startswith(("photos/mug", "photos/table-lamp", "photos/wall-clock")):
                pictures[Path(packed.extract(name, tmp_path))] = Path(name).stem.rpartition("-")[0].replace("-", " ")
    images = [Image.open(path) for path in pictures]
    found = seen.look(encoder.encode_images(images), list(pictures), encoder)
    right = [one is not None and str(one) == kind for one, kind in zip(found, pictures.values(), strict=True)]
    assert len(right) == 48 and np.mean(right) > 0.9


def test_what_is_seen_is_a_kind_where_the_owner_names_none(folder: Path) -> None:
    seen.save(folder, {"0": Seen("dress", "blue", 0.9, "clothes")})
    items = Catalog.load(folder).items
    assert [item.kind for item in items] == ["dress", "uncategorised"]
    assert [item.category for item in items] == ["uncategorised"] * 2, "it is never the owner's word"
    assert replace(items[0], category="hats").kind == "hats"
