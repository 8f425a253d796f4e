"""Queries with one valid answer set each, of the many that there are: what WSCR trains on and is judged by.

Atelier's titled outfits: the title is the query, the outfit's items are the set. Outfits share titles: each is a set of its
own. The split is that of the file, made over the terms in the titles, so no title and no outfit is in two splits.

Stylist outfits have no titles, so a query is posed: "complete the look: red woven dress" names one item, drawn by hash, by its
caption. The item is not part of the set, and nobody may find it. The split is the file's, over outfits: no outfit is in two
splits, but items are, and with them posed queries.

Music playlists are posed by their titles. Splits go by hash of the playlist's id: the fifth of the playlists that no text tower
reads (``corpus``) is for validation and test. Users give the same title to several playlists; those whose title an earlier
split holds are left out, so no title is in two splits. A track is its name and artist, whichever albums it is on.

Items are the catalogue's: they are searched in all splits.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from r4t_demo.errors import UserError
from r4t_demo.files import json_lines
from r4t_demo.train.data.corpus import kept_apart

SPLITS = ("train", "validation", "test")
POSED = "complete the look: {caption}"
MIN_TRACKS = 20  # of a playlist: a shorter one is rather a sample of it
STYLIST_OUTFITS, STYLIST_ITEMS, MUSIC = "stylist-outfits.jsonl", "stylist-outfits-items.parquet", "music-playlists.parquet"


@dataclass(frozen=True)
class ReferenceSet:
    """``items``: the ids of one valid answer to ``query``. ``posed``: the id of the item that the query names, "" for none.

    ``cluster``: sets of one are not independent (a bootstrap draws them together).
    """

    query: str
    items: tuple[str, ...]
    split: str
    cluster: str
    posed: str = ""


def titled_outfits(folder: Path) -> list[ReferenceSet]:
    """Read ``folder``/outfits.jsonl, as Atelier has it."""
    path = folder / "outfits.jsonl"
    if not path.is_file():
        raise UserError(f"The catalogue in '{folder}' has no titled outfits (outfits.jsonl), so it has no reference sets.")
    return [ReferenceSet(row["title"], tuple(row["items"]), row["split"], row["term"]) for row in json_lines(path)]


def stylist_outfits(data: Path) -> list[ReferenceSet]:
    """Read the stylists' outfits, each posed by one of its items.

    Of items alike in picture and caption the first stands for all, as in the catalogue, which takes in nothing twice.
    """
    items = pd.read_parquet(needed(data, STYLIST_ITEMS), columns=["item_ID", "text", "image"])
    picture = items.image.map(lambda cell: hashlib.sha256(cell["bytes"]).digest())
    first_alike = dict(zip(items.item_ID, items.groupby([items.text, picture]).item_ID.transform("first"), strict=True))
    caption = dict(zip(items.item_ID, items.text, strict=True))
    sets = []
    for row in json_lines(needed(data, STYLIST_OUTFITS)):
        outfit = list(dict.fromkeys(first_alike[item] for item in row["items"]))
        posed = min((hashlib.sha256(f"{row['outfit_id']}/{item}".encode()).digest(), item) for item in outfit)[1]
        rest = tuple(item for item in outfit if item != posed)
        query = POSED.format(caption=caption[posed])
        sets.append(ReferenceSet(query, rest, row["split"], caption[posed], posed))
    return sets


def music_playlists(data: Path) -> list[ReferenceSet]:
    """Read the playlists of at least MIN_TRACKS tracks, each posed by its title."""
    sets: list[ReferenceSet] = []
    taken_by: dict[str, str] = {}
    playlists = music_tracks(data).groupby("playlist_id", sort=True)
    for split in SPLITS:
        for playlist, tracks in playlists:
            items, title = tuple(tracks.item_ID.unique()), tracks.playlist_name.iloc[0].strip()
            if _split_of(playlist) != split or not title:
                continue
            if taken_by.setdefault(title.casefold(), split) == split and len(items) >= MIN_TRACKS:
                sets.append(ReferenceSet(title, items, split, title.casefold()))
    return sets


def music_tracks(data: Path) -> pd.DataFrame:
    """Return the rows of all playlists; ``item_ID`` is the first id of a track with that name and artist."""
    rows = pd.read_parquet(needed(data, MUSIC)).dropna(subset=["track_name", "track_artist", "playlist_name"])
    return rows.assign(item_ID=rows.groupby(["track_name", "track_artist"]).track_id.transform("first"))


REAL: dict[str, Callable[[Path], list[ReferenceSet]]] = {"stylist": stylist_outfits, "music": music_playlists}


def select(sets: Sequence[ReferenceSet], split: str, limit: int | None = None) -> list[ReferenceSet]:
    """Return the first ``limit`` sets of a split; UserError for a split that there is not."""
    chosen = [one for one in sets if one.split == split]
    if not chosen:
        raise UserError(f"There are no reference sets in the split '{split}': choose from {', '.join(SPLITS)}.")
    return chosen[:limit]


def needed(data: Path, name: str) -> Path:
    """Return the path of a file of the public data; UserError where it is not there."""
    if not (data / name).is_file():
        raise UserError(
            f"The real sets are public data that is not part of the project: no {data / name}; name its folder with --data."
        )
    return data / name


def _split_of(playlist: str) -> str:
    """One kept-apart playlist in four is for validation. The hash's second byte decides: the first one kept it apart."""
    if not kept_apart(playlist):
        return "train"
    return "validation" if hashlib.sha256(playlist.encode()).digest()[1] % 4 == 0 else "test"
