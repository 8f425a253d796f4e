"""The catalogues behind the real reference sets: made from the public data when they are first asked for, and kept."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from r4t_demo.catalog import Catalog
from r4t_demo.encoder import Encoder
from r4t_demo.files import write_atomically
from r4t_demo.index.build import build_index, probe
from r4t_demo.sources import open_source
from r4t_demo.sources.base import Record, Source
from r4t_demo.sources.ingest import ingest
from r4t_demo.train.reference_sets import MUSIC, STYLIST_ITEMS, music_tracks, needed

EMBEDDED = "embedded-by"  # the file that says with which weights


class MusicSource:
    """Tracks without pictures, each once: title, artist and genre are what the encoder reads.

    The data has no genre of a track, only of the playlists that hold it. Of these the broad one counts; a subgenre would
    nearly be the title of many a playlist.
    """

    def __init__(self, data: Path):
        tracks = music_tracks(data).groupby("item_ID", sort=True)
        self._rows = tracks.agg(
            title=("track_name", "first"),
            artist=("track_artist", "first"),
            genre=("playlist_genre", lambda all: sorted(set(all))),
        )
        self.name, self.total, self.notes = str(data / MUSIC), len(self._rows), []

    def identity(self) -> list:
        return ["music", self.total]

    def records(self, start: int = 0) -> Iterator[Record]:
        for row in islice(self._rows.itertuples(), start, None):
            attributes = {"artist": row.artist, "genre": row.genre}
            yield Record(row.Index, row.Index, item_id=row.Index, title=row.title, attributes=attributes)


def source(name: str, data: Path) -> Source:
    """The items of "stylist" or "music"; UserError where the data is not there."""
    return MusicSource(data) if name == "music" else open_source(str(needed(data, STYLIST_ITEMS)))


def make(name: str, data: Path, folder: Path, encoder: Encoder, threads: int) -> Iterator[dict]:
    """Read and embed a catalogue into ``folder`` as far as it is not there yet; yields what ``ingest`` and ``build_index`` do."""
    yield from ingest(source(name, data), folder, threads=threads)
    mark, weights = folder / EMBEDDED, probe(encoder)
    if mark.is_file() and mark.read_text() == weights and (folder / "index").is_dir():
        return
    yield from build_index(Catalog.load(folder), encoder, threads=threads)
    write_atomically(mark, lambda temporary: temporary.write_text(weights))
