"""The sample catalogues: what is committed is what the command draws, and a visitor's upload of any of them is accepted whole."""

import io
import zipfile
from itertools import islice

import numpy as np
import pyarrow.parquet as parquet
import pytest
from PIL import Image

from artwork.home.build import COLOURS, rows
from artwork.home.sheet import Look
from artwork.home.things import THINGS, draw
from r4t_demo.catalog import Catalog
from r4t_demo.settings import Settings
from r4t_demo.sources.samples import EVERY, HOME, SAMPLES, sample_file
from tests.sources.makers import taken_in

ASSETS = Settings().assets


def test_the_committed_pictures_are_those_that_the_command_draws():
    with zipfile.ZipFile(ASSETS / "samples" / HOME) as archive:
        for row, picture in islice(rows(), 3):
            drawn, kept = (np.asarray(Image.open(io.BytesIO(one)), float) for one in (picture, archive.read(row["image"])))
            assert np.abs(drawn - kept).mean() < 2  # another version of a library may round otherwise


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_accepted_whole(name, tmp_path):
    report = taken_in(sample_file(name, ASSETS, tmp_path), tmp_path / "out")
    assert not report.skipped and not report.duplicates
    items = Catalog.load(tmp_path / "out").items
    assert len(items) == report.accepted >= 150
    assert len({item.category for item in items}) >= 10
    assert all(item.title for item in items)
    assert all((item.image is None) == (name == "rainy-sunday") for item in items)


def test_ateliers_slice_keeps_its_labels(tmp_path):
    taken_in(sample_file("atelier", ASSETS, tmp_path), tmp_path / "out")
    whole = parquet.read_table(ASSETS / "atelier/items.parquet").to_pylist()[::EVERY]
    items = Catalog.load(tmp_path / "out").items
    assert [item.item_id for item in items] == [row["item_ID"] for row in whole]
    assert items[0].attributes["aesthetics"] == whole[0]["aesthetics"]


def test_a_things_look_is_seen():
    """Every shape of every thing differs from the others and follows its colour and decor."""
    seen = set()
    for category, (_, shapes) in THINGS.items():
        for shape in shapes:
            seen.add(draw(category, shape, Look(COLOURS["teal"], COLOURS["oat"], "glazed", "plain", 0)))
        assert draw(category, shapes[0], Look(COLOURS["rust"], COLOURS["oat"], "glazed", "plain", 0)) not in seen
    assert len(seen) == sum(len(shapes) for _, shapes in THINGS.values())
