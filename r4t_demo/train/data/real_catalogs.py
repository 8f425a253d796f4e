"""The catalogues of public data that is not part of the project: made when they are first asked for, and kept.

"stylist" and "music" are searched for real reference sets. "photos" has labelled queries, as Atelier has; its items are the
product photos of the train rows, which the encoder has seen with their labels in training. "photos-unseen" is the other rows.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import pandas as pd

from r4t_demo.catalog import Catalog
from r4t_demo.encoder import Encoder
from r4t_demo.errors import UserError
from r4t_demo.files import write_text
from r4t_demo.index.build import ensure_index
from r4t_demo.sources import open_source
from r4t_demo.sources.base import Record, Refusal, Source
from r4t_demo.sources.ingest import ingest
from r4t_demo.sources.understood import Understood
from r4t_demo.train.data.photo_queries import photo_queries
from r4t_demo.train.data.reference_sets import MUSIC, STYLIST_ITEMS, music_tracks, needed

PHOTOS = {"photos": ("train",), "photos-unseen": ("validation", "test")}  # the splits of their rows


class MusicSource:
    """Tracks without pictures, each once: title, artist and genre are what the encoder reads.

    The data has no genre of a track, only of the playlists that hold it. Of these the broad one counts; a subgenre would
    nearly be the title of many a playlist.
    """

    understood: Understood | None = None

    def __init__(self, data: Path):
        tracks = music_tracks(data).groupby("item_ID", sort=True)
        self._rows = tracks.agg(
            title=("track_name", "first"),
            artist=("track_artist", "first"),
            genre=("playlist_genre", lambda all: sorted(set(all))),
        )
        self.name = str(data / MUSIC)
        self.total: int | None = len(self._rows)
        self.notes: list[str] = []

    def identity(self) -> list:
        return ["music", self.total]

    def records(self, start: int = 0) -> Iterator[Record]:
        for row in islice(self._rows.itertuples(), start, None):
            attributes = {"artist": row.artist, "genre": row.genre}
            yield Record(row.Index, row.Index, item_id=row.Index, title=row.title, attributes=attributes)


class PhotoSource:
    """The product photos of some splits of the data. Their category is the article type."""

    understood: Understood | None = None

    def __init__(self, data: Path, splits: tuple[str, ...]):
        folder = data / "fashion-products"
        if not folder.is_dir():
            raise UserError(
                f"The photos are public data that is not part of the project: no {folder}; name its folder with --data."
            )
        self._rows, self._splits = open_source(str(folder)), splits
        self.total: int | None = int(pd.read_parquet(folder, columns=["split"]).split.isin(splits).sum())
        self.name, self.notes = self._rows.name, self._rows.notes

    def identity(self) -> list:
        return [*self._rows.identity(), *self._splits]

    def records(self, start: int = 0) -> Iterator[Record | Refusal]:
        rows = self._rows.records()
        wanted = (row for row in rows if isinstance(row, Refusal) or row.attributes.get("split") in self._splits)
        yield from islice(wanted, start, None)


def source(name: str, data: Path) -> Source:
    """The items of a catalogue; UserError where the data is not there."""
    if name in PHOTOS:
        return PhotoSource(data, PHOTOS[name])
    return MusicSource(data) if name == "music" else open_source(str(needed(data, STYLIST_ITEMS)))


def make(name: str, data: Path, folder: Path, encoder: Encoder, threads: int) -> Iterator[dict]:
    """Read and embed a catalogue into ``folder`` as far as it is not there yet; yields what ``ingest`` and ``build_index`` do."""
    yield from ingest(source(name, data), folder, threads=threads)
    if name in PHOTOS:
        _write_queries(folder)
    yield from ensure_index(Catalog.load(folder), encoder, threads)


def _write_queries(folder: Path) -> None:
    lines = [json.dumps(asdict(query)) + "\n" for query in photo_queries(Catalog.load(folder).items)]
    write_text(folder / "queries.jsonl", "".join(lines))
