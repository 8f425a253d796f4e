"""What judges a run on a visitor's catalogue was never practised on, and the catalogues are files as a visitor has them."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from experiments import own
from experiments.__main__ import main
from r4t_demo.evaluate.oar import TestQuery
from r4t_demo.settings import Settings
from r4t_demo.sources import open_source
from r4t_demo.sources.ingest import ingest
from r4t_demo.train.tune import catalog_queries
from r4t_demo.train.tune.presets import QUERIES

SONGS = 3 * own.ITEMS


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    from r4t_demo.catalog import Catalog

    folder = tmp_path_factory.mktemp("own")
    source = own.make_source("rainy-sunday", folder, Settings().assets, folder / "source")
    for _ in ingest(open_source(str(source)), folder / "out"):
        pass
    return Catalog.load(folder / "out")


def test_no_held_out_request_is_one_that_a_run_practises_on(catalog, monkeypatch) -> None:
    understood = {"labels": [], "words": [], "seen": [], "domain": [("music", len(catalog))]}
    monkeypatch.setattr(catalog_queries, "understand", lambda *_: understood)
    judged = own.held_out(SimpleNamespace(catalog=catalog, index=None, encoder=None))
    practised = {one.term for one in catalog_queries.make_queries(catalog, understood, QUERIES) if one.split == "train"}
    assert len(judged) == own.REQUESTS and not practised & {one.term for one in judged}
    asked = [bool(one.require) for one in judged]
    assert any(asked) and asked == sorted(asked, reverse=True), "those that a label can judge come first"


def test_a_label_judges_only_the_requests_that_ask_for_one() -> None:
    requests = [TestQuery("folk", "folk", {"genre": ["folk"]}), TestQuery("calm", "calm", {})]
    one = {"set_f1": np.array([0.5, 1.0]), "diversity": np.array([0.2, 0.4]), "content_alignment": np.array([0.3, 0.3])}
    other = {**one, "set_f1": np.array([0.25, 0.0])}
    summary = own._summary({"folm": one, "folm-before": other}, requests, np.array([True, False]))
    assert summary["methods"]["folm"]["set_f1"][0] == 0.5 and summary["methods"]["folm"]["diversity"][0] == pytest.approx(0.3)
    assert summary["ratios"]["folm/folm-before"]["set_f1"][0] == 2.0 and list(summary["ratios"]) == ["folm/folm-before"]


def test_the_songs_are_an_export_that_names_artists_and_genres(tmp_path: Path) -> None:
    columns = ["track_name", "track_artist", "track_album_name", "playlist_subgenre", "playlist_genre"]
    songs = pd.DataFrame({name: [f"{name} {number}" for number in range(SONGS)] for name in columns}).assign(tempo=90.4)
    songs.to_parquet(tmp_path / "music-playlists.parquet")
    records = list(open_source(str(own.make_source("tracks", tmp_path, tmp_path, tmp_path / "source"))).records())
    assert len(records) == own.ITEMS
    title, number = records[0].title.rsplit(" ", 1)
    assert title == "track_name" and records[0].attributes["artist"] == f"track_artist {number}"
    assert list(records[0].attributes["genre"]) == [f"playlist_subgenre {number}", f"playlist_genre {number}"]


def test_an_unknown_catalogue_and_missing_photos_are_a_sentence(tmp_path: Path, capsys) -> None:
    assert main(["own", "shoes"]) == 2
    assert "choose from photos, tracks, atelier" in capsys.readouterr().err
    assert main(["own", "photos", "--data", str(tmp_path)]) == 2
    assert "not part of the project" in capsys.readouterr().err
