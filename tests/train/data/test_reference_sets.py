"""One known answer a query: how each is made, and that no query is learned from and judged by."""

import hashlib
import json
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest

from r4t_demo.catalog import Catalog
from r4t_demo.errors import UserError
from r4t_demo.settings import ROOT, Settings
from r4t_demo.train.data import reference_sets
from r4t_demo.train.data.reference_sets import (
    ReferenceSet,
    music_playlists,
    music_tracks,
    select,
    stylist_outfits,
    titled_outfits,
)

ATELIER = Settings().assets / "atelier"
DATA = ROOT.parent / "shared" / "data"
real_data = pytest.mark.skipif(not DATA.is_dir(), reason="the public data is not beside this checkout")


def by_split(sets: list[ReferenceSet], what) -> list[set]:
    splits = [{what(one) for one in sets if one.split == split} for split in reference_sets.SPLITS]
    assert all(splits) and {one.split for one in sets} == set(reference_sets.SPLITS)
    return splits


def assert_disjoint(splits: list[set]) -> None:
    assert all(a.isdisjoint(b) for a, b in combinations(splits, 2))


def test_ateliers_splits_share_no_title_no_term_and_no_outfit() -> None:
    sets = titled_outfits(ATELIER)
    assert_disjoint(by_split(sets, lambda one: one.query))
    assert_disjoint(by_split(sets, lambda one: one.cluster))
    assert_disjoint(by_split(sets, lambda one: frozenset(one.items)))
    ids = {item.item_id for item in Catalog.load(ATELIER).items}
    assert all(set(one.items) <= ids and not one.posed for one in sets)


@real_data
def test_stylist_splits_share_no_outfit() -> None:
    sets = stylist_outfits(DATA)
    assert_disjoint(by_split(sets, lambda one: frozenset({*one.items, one.posed})))
    captions = pd.read_parquet(DATA / reference_sets.STYLIST_ITEMS, columns=["item_ID", "text"]).set_index("item_ID").text
    for one in sets:
        assert one.posed not in one.items and len(set(one.items)) == len(one.items) >= 1
        assert one.query == f"complete the look: {captions[one.posed]}"


@real_data
def test_music_splits_share_no_title_and_no_playlist() -> None:
    sets = music_playlists(DATA)
    assert_disjoint(by_split(sets, lambda one: one.query.casefold()))
    assert_disjoint(by_split(sets, lambda one: frozenset(one.items)))
    assert min(len(one.items) for one in sets) >= reference_sets.MIN_TRACKS
    assert len(select(sets, "test")) >= 50


def write_stylists(folder: Path) -> None:
    items = [{"item_ID": name, "text": f"a {name}", "image": {"bytes": name.encode(), "path": ""}} for name in "abcd"]
    items.append({**items[0], "item_ID": "twin of a"})
    pd.DataFrame(items).to_parquet(folder / reference_sets.STYLIST_ITEMS)
    outfits = [{"outfit_id": str(n), "items": ["b", "c", "d", "twin of a", "a"], "split": "train"} for n in range(40)]
    (folder / reference_sets.STYLIST_OUTFITS).write_text("".join(json.dumps(outfit) + "\n" for outfit in outfits))


def test_one_item_of_a_stylists_outfit_is_posed(tmp_path: Path) -> None:
    write_stylists(tmp_path)
    sets = stylist_outfits(tmp_path)
    assert {one.posed for one in sets} == set("abcd"), "the outfit's number decides which"
    for one in sets:
        assert one.query == f"complete the look: a {one.posed}" and one.cluster == f"a {one.posed}"
        assert one.items == tuple(name for name in "bcda" if name != one.posed), "twins are one item"


def write_playlists(folder: Path) -> dict[str, str]:
    """Playlists of 21 tracks, one of a few, and a test playlist with a training title; returns the split of each id."""
    split_of = {}
    for name in (f"p{n}" for n in range(120)):
        first, second = hashlib.sha256(name.encode()).digest()[:2]
        split_of[name] = "train" if first % 5 else "test" if second % 4 else "validation"
    train, test = ([name for name, split in split_of.items() if split == wanted] for wanted in ("train", "test"))
    titles = {name: f"title {name}" for name in split_of} | {test[0]: "Summer", train[1]: "summer ", train[2]: "Summer"}
    rows = [
        {"playlist_id": name, "playlist_name": titles[name], "track_id": f"{name}-{n}", "track_name": f"song {name} {n}"}
        for name in split_of
        for n in range(5 if name == train[0] else 21)
    ]
    rows[-1]["track_name"] = rows[-2]["track_name"]  # on two albums
    frame = pd.DataFrame(rows).assign(track_artist="x", playlist_genre="pop", playlist_subgenre="dance pop")
    frame.to_parquet(folder / reference_sets.MUSIC)
    return split_of | {train[0]: "", test[0]: ""}  # too short, and known by its title


def test_playlists_are_split_by_id_and_titles_kept_apart(tmp_path: Path) -> None:
    split_of = write_playlists(tmp_path)
    sets = music_playlists(tmp_path)
    playlist_of = {one: one.items[0].rpartition("-")[0] for one in sets}
    assert {playlist_of[one]: one.split for one in sets} == {name: split for name, split in split_of.items() if split}
    assert [one.split for one in sets if one.cluster == "summer"] == ["train", "train"]
    assert sorted({len(one.items) for one in sets}) == [20, 21], "a track on two albums is one"
    assert music_tracks(tmp_path).item_ID.nunique() == len(music_tracks(tmp_path)) - 1


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    for read, name in ((stylist_outfits, "stylist-outfits-items.parquet"), (music_playlists, "music-playlists.parquet")):
        with pytest.raises(UserError, match=f"not part of the project: no .*{name}; name its folder with --data"):
            read(tmp_path)
    with pytest.raises(UserError, match="no titled outfits"):
        titled_outfits(tmp_path)
    with pytest.raises(UserError, match="split 'exam': choose from train, validation, test"):
        select(titled_outfits(ATELIER), "exam")
