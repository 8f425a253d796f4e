"""The catalogues that a visitor can try without files of their own."""

from dataclasses import dataclass
from pathlib import Path

HOME = "hearth-and-shelf.zip"  # what ``samples.build`` draws, with packages that the app does without
EVERY = 9  # of Atelier's items


@dataclass(frozen=True)
class Sample:
    """``says``: what it is, for the page. ``file``: what it is made of, below assets/."""

    title: str
    says: str
    file: str


SAMPLES = {
    "atelier": Sample(
        "Atelier, a slice",
        "Every ninth garment of the embedded catalogue, drawn, with titles and labels",
        "atelier/items.parquet",
    ),
    "hearth-and-shelf": Sample(
        "Hearth & shelf", "176 things for the home before photographic grounds, with a table", f"samples/{HOME}"
    ),
    "rainy-sunday": Sample(
        "Rainy Sunday", "150 invented songs as text alone: artists, genres, moods, playlists", "samples/rainy-sunday.csv"
    ),
}


def samples(assets: Path) -> dict[str, Sample]:
    """Those that ``assets`` holds."""
    return {name: sample for name, sample in SAMPLES.items() if (assets / sample.file).is_file()}


def sample_file(name: str, assets: Path, folder: Path) -> Path:
    """Return a sample as the file that a visitor would upload; Atelier's slice is written into ``folder``."""
    file = assets / SAMPLES[name].file
    return _atelier(file, folder) if name == "atelier" else file


def _atelier(items: Path, folder: Path) -> Path:
    """Every ninth row as a parquet file with the pictures inside."""
    import pyarrow
    import pyarrow.parquet as parquet

    rows = parquet.read_table(items).to_pylist()[::EVERY]
    for row in rows:
        row["image"]["bytes"] = (items.parent / row["image"]["path"]).read_bytes()
    path = folder / "atelier-slice.parquet"
    parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    return path
