"""Catalogues made of the public data: every item that a set names is there, and a second evaluation embeds nothing."""

from pathlib import Path

import pandas as pd
import pytest

from r4t_demo.catalog import Catalog
from r4t_demo.errors import UserError
from r4t_demo.evaluate import oar
from r4t_demo.index.build import FOLDER
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.train.data import real_catalogs
from r4t_demo.train.data.reference_sets import MUSIC, STYLIST_ITEMS, STYLIST_OUTFITS, stylist_outfits
from tests.doubles import HashEncoder
from tests.photo_rows import photo_rows, write_photos
from tests.sources.makers import picture


class Counting(HashEncoder):
    """Keeps what it was asked; a retrained one answers otherwise under the same id."""

    def __init__(self, retrained: bool = False):
        self.asked, self.retrained, self.digest = 0, retrained, str(retrained)

    def encode_text(self, texts):
        self.asked += len(texts)
        return super().encode_text(texts)[:, :: -1 if self.retrained else 1]


def write_stylists(folder: Path) -> None:
    pictures = {name: picture(colour=name) for name in ("red", "navy", "teal")}
    items = [
        {"item_ID": name, "text": f"a {name} hat", "category": "hat", "image": {"bytes": data}} for name, data in pictures.items()
    ]
    items.insert(1, {**items[0], "item_ID": "twin"})
    pd.DataFrame(items).to_parquet(folder / STYLIST_ITEMS)
    (folder / STYLIST_OUTFITS).write_text('{"outfit_id": "1", "items": ["twin", "navy", "teal"], "split": "test"}\n')


def write_tracks(folder: Path) -> None:
    rows = [("1", "Song", "pop"), ("2", "Song", "rock"), ("3", "Other", "rap"), ("3", "Other", "rap")]
    tracks = pd.DataFrame(rows, columns=["track_id", "track_name", "playlist_genre"])
    tracks.assign(track_artist="Band", playlist_name="secret title", playlist_id="p", playlist_subgenre="secret").to_parquet(
        folder / MUSIC
    )


def make(name: str, data: Path, out: Path, encoder: HashEncoder) -> Catalog:
    list(real_catalogs.make(name, data, out, encoder, threads=1))
    catalog = Catalog.load(out)
    assert len(FaissIndex.load(out / FOLDER, encoder.id, catalog.fingerprint)) == len(catalog)
    return catalog


def test_every_item_of_a_stylists_outfit_is_in_the_catalogue(tmp_path: Path) -> None:
    write_stylists(tmp_path)
    catalog = make("stylist", tmp_path, tmp_path / "out", HashEncoder())
    [one] = stylist_outfits(tmp_path)
    assert {item.item_id for item in catalog.items} == {"red", "navy", "teal"} == {*one.items, one.posed}


def test_a_track_is_its_title_artist_and_genres(tmp_path: Path) -> None:
    write_tracks(tmp_path)
    catalog = make("music", tmp_path, tmp_path / "out", HashEncoder())
    assert [(item.item_id, item.words) for item in catalog.items] == [("1", "Song, Band, pop, rock"), ("3", "Other, Band, rap")]
    assert not any("secret" in str(item) for item in catalog.items), "a playlist's title would give the answer away"


def test_photos_are_the_rows_of_their_splits_with_labels_and_queries(tmp_path: Path) -> None:
    write_photos(tmp_path)
    seen = make("photos", tmp_path, tmp_path / "seen", HashEncoder())
    unseen = make("photos-unseen", tmp_path, tmp_path / "unseen", HashEncoder())
    rows = {row["item_ID"]: row for row in photo_rows()}
    for catalog, splits in ((seen, {"train"}), (unseen, {"validation", "test"})):
        assert {item.item_id for item in catalog.items} == {number for number, row in rows.items() if row["split"] in splits}
        for item in catalog.items:
            row = rows[item.item_id]
            assert (item.title, item.category) == (row["text"], row["category"])
            for name in ("gender", "usage", "season", "base_colour"):
                assert item.labels(name) == [row[name]] * bool(row[name])
    queries = [query for split in ("train", "test") for query in oar.load_queries(tmp_path / "seen", split)]
    assert any(query.require == {"gender": ["Women", "Unisex"], "usage": ["Casual"]} for query in queries)
    with pytest.raises(UserError, match="no queries"):
        oar.load_queries(tmp_path / "unseen")


def test_photos_that_are_not_there_are_asked_for(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no .*fashion-products; name its folder with --data"):
        make("photos", tmp_path, tmp_path / "out", HashEncoder())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["stylist", "music", "photos"])
def test_a_second_evaluation_embeds_nothing_unless_the_encoder_was_retrained(tmp_path: Path, name: str) -> None:
    write_stylists(tmp_path)
    write_tracks(tmp_path)
    write_photos(tmp_path)
    first, second, retrained = Counting(), Counting(), Counting(retrained=True)
    for encoder in (first, second, retrained):
        make(name, tmp_path, tmp_path / "out", encoder)
    assert second.asked == 0 < first.asked == retrained.asked
