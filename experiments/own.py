"""What training on a visitor's catalogue brings: five catalogues through all of ``train SOURCE``, and more held-out requests.

"photos" are 300 shop photos with a table of their labels and "tracks" 300 songs as a playlist's export has them, both of public
data that is not part of the project; the others are the samples of the page. The labels of a catalogue judge (``set_f1``) by
those requests that ask for one. A run's own comparison has some thirty held-out requests; here are up to REQUESTS, which are
made in the same way and held out by the same hash, so that no run has practised on them.
"""

import csv
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any, cast

import numpy as np
import pandas as pd

from r4t_demo.engine import Engine
from r4t_demo.evaluate import oar
from r4t_demo.evaluate.table import interval, render
from r4t_demo.settings import Settings
from r4t_demo.sources.samples import SAMPLES, sample_file
from r4t_demo.train.data import corpus
from r4t_demo.train.tune import catalog_queries, catalog_run, comparison

DRAWN = ("photos", "tracks")
CATALOGS = (*DRAWN, *SAMPLES)
ITEMS = 300  # of the two that are drawn from public data
REQUESTS = 120
MADE = 4000  # of which those held out are taken
FIGURES = ("set_f1", "diversity", "content_alignment")
PAIRS = (("folm", "folm-before"), ("folm", "mmr"), ("diffusion", "mmr"), ("diffusion", "folm"))
TRACK_COLUMNS = {"Track Name": "track_name", "Artist Name(s)": "track_artist", "Album Name": "track_album_name"}


def evaluate(
    names: Sequence[str], data: Path, out: Path, settings: Settings, budget: str, seed: int = 0
) -> Iterator[tuple[str, dict]]:
    """Train on each catalogue in ``out``/NAME and measure; yields each name with what ``judge`` returns and its "seconds".

    A run goes on where it stopped, and is not made again where it is complete; "seconds" are None but for one that began here.
    """
    for name in names:
        folder = out / name
        source = make_source(name, data, settings.assets, out / "sources" / name)
        begun, start = folder.exists(), perf_counter()
        for record in catalog_run.run(str(source), folder, settings, budget, seed=seed):
            if record.total and record.step == record.total:
                print(f"{name}: {record.stage}, {perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
        seconds = None if begun else perf_counter() - start
        yield name, {**judge(folder, settings), "seconds": seconds}


def make_source(name: str, data: Path, assets: Path, folder: Path, seed: int = 0) -> Path:
    """Return the file or folder that a visitor would upload; what is drawn from public data is drawn by ``seed``."""
    folder.mkdir(parents=True, exist_ok=True)
    if name in SAMPLES:
        return sample_file(name, assets, folder)
    return _photos(data, folder, seed) if name == "photos" else _tracks(data, folder, seed)


def judge(folder: Path, settings: Settings) -> dict[str, Any]:
    """Compare the methods on the held-out requests of a finished run: set_f1 by those that ask for a label, the rest by all."""
    engine = Engine.load(replace(settings, catalog=str(folder.resolve()), index=""))
    requests = held_out(engine)
    methods = [method for method in comparison.METHODS if method in engine.methods()]
    measured = {method: oar.measure(engine, requests, method) for method in methods}
    figures = {method: {metric: cast(np.ndarray, each[metric]) for metric in FIGURES} for method, each in measured.items()}
    labelled = np.array([bool(one.require) for one in requests])
    return {
        "n_queries": len(requests), "n_labelled": int(labelled.sum()), "items": len(engine.catalog),
        **_summary(figures, requests, labelled),
    }  # fmt: skip


def held_out(engine: Engine) -> list[oar.TestQuery]:
    """Up to REQUESTS held-out requests, those that ask for a label first."""
    understood = catalog_queries.understand(engine.catalog, engine.index, engine.encoder)
    made = [one for one in catalog_queries.make_queries(engine.catalog, understood, MADE) if one.split == "test"]
    made.sort(key=lambda one: not one.require)
    return [oar.TestQuery(one.query, one.term, one.require) for one in made[:REQUESTS]]


def table(result: Mapping[str, Mapping]) -> str:
    """The result as aligned text: a row a catalogue and method, and the ratios below."""
    rows = [["catalogue", "method", *FIGURES]]
    ratios = [["catalogue", "ratio", *FIGURES, "minutes"]]
    for name, one in result.items():
        rows += [[name, method, *(interval(figures[figure]) for figure in FIGURES)] for method, figures in one["methods"].items()]
        minutes = "–" if one["seconds"] is None else f"{one['seconds'] / 60:.1f}"
        ratios += [[name, pair, *(interval(figures[f]) for f in FIGURES), minutes] for pair, figures in one["ratios"].items()]
    return f"{render(rows)}\n\n{render(ratios)}"


def _summary(figures: Mapping[str, Mapping[str, np.ndarray]], requests: Sequence[oar.TestQuery], labelled: np.ndarray) -> dict:
    def resampled(rows: np.ndarray, metrics: Sequence[str]) -> tuple[dict, dict]:
        bootstrap = oar.ClusterBootstrap([one.term for one, taken in zip(requests, rows, strict=True) if taken])
        of = {method: {metric: each[metric][rows] for metric in metrics} for method, each in figures.items()}
        means = {method: {metric: bootstrap.mean(values) for metric, values in each.items()} for method, each in of.items()}
        pairs = [(above, below) for above, below in PAIRS if above in of and below in of]
        ratios = {f"{a}/{b}": {m: bootstrap.ratio(of[a][m], of[b][m]) for m in metrics} for a, b in pairs}
        return means, ratios

    means, ratios = resampled(np.ones(len(requests), bool), FIGURES[1:])
    judged_means, judged_ratios = resampled(labelled, FIGURES[:1])
    return {
        "methods": {name: {**judged_means[name], **means[name]} for name in means},
        "ratios": {pair: {**judged_ratios[pair], **ratios[pair]} for pair in ratios},
    }


def _photos(data: Path, folder: Path, seed: int) -> Path:
    rows = corpus.photo_rows(data, "test").sample(ITEMS, random_state=seed)
    path = folder / "photos.zip"
    names = [f"{number:03}.jpg" for number in range(ITEMS)]
    with zipfile.ZipFile(path, "w") as archive:
        labels = rows[["category", "gender", "base_colour", "season", "usage"]]
        archive.writestr("photos.csv", labels.assign(image=names).to_csv(index=False))
        for name, image in zip(names, rows.image, strict=True):
            archive.writestr(name, cast(dict, image)["bytes"])
    return path


def _tracks(data: Path, folder: Path, seed: int) -> Path:
    known = pd.read_parquet(data / corpus.PLAYLISTS).drop_duplicates(["track_name", "track_artist"])
    tracks = known.sample(ITEMS, random_state=seed)
    path = folder / "playlist.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([*TRACK_COLUMNS, "Genres", "Tempo"])
        for track in tracks.to_dict("records"):
            genres = f"{track['playlist_subgenre']},{track['playlist_genre']}"
            rows.writerow([*(track[name] for name in TRACK_COLUMNS.values()), genres, round(track["tempo"])])
    return path
