"""Options that several commands share, what they are read into, and how progress is shown."""

import argparse
import atexit
import json
import shutil
import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

from r4t_demo.errors import Fault, UserError
from r4t_demo.settings import Settings

CATALOGS = "a name under assets/, a folder, hub:OWNER/NAME@REVISION or the zip of a tuned catalogue (atelier)"


def run(parser: argparse.ArgumentParser, arguments: Sequence[str] | None = None) -> int:
    """Run the command that ``parser`` reads, whose function is its default ``run``.

    The exit status is 2 for bad input and 1 for an error of the app, each told in one sentence.
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    typed = ["python", "-m", *parser.prog.split()[-1:], *arguments]
    options = parser.parse_args(arguments, argparse.Namespace(typed=typed))
    try:
        options.run(options)
    except UserError as error:
        print(error, file=sys.stderr)
        return 1 if isinstance(error, Fault) else 2
    return 0


def add_common(parser: argparse.ArgumentParser, catalogs: str = CATALOGS) -> None:
    """--catalog, --index and --json."""
    add_catalog(parser, catalogs)
    add_where(parser)
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")


def add_catalog(parser: argparse.ArgumentParser, catalogs: str = CATALOGS) -> None:
    """--catalog."""
    parser.add_argument("--catalog", metavar="NAME_OR_DIR", help=catalogs)


def add_where(parser: argparse.ArgumentParser) -> None:
    """--index."""
    parser.add_argument("--index", metavar="milvus:URI", help="a Milvus server, cluster or FILE.db (FAISS beside the catalogue)")


def add_columns(parser: argparse.ArgumentParser, of: str = "") -> None:
    """--columns."""
    parser.add_argument(
        "--columns", metavar="ROLE=COLUMN,…", help=f"{of}what its table's columns are, such as title=Bezeichnung,image=Bild"
    )


def columns_of(options: argparse.Namespace) -> dict[str, str] | None:
    """--columns as column -> role; UserError for what is none."""
    from r4t_demo.sources.understood import chosen_columns

    return None if options.columns is None else chosen_columns(options.columns)


def add_data(parser: argparse.ArgumentParser) -> None:
    """--data and --runs."""
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the public data (%(default)s)")
    parser.add_argument(
        "--runs", type=Path, default=Path("runs"), help="folder for states, and for catalogues of that data (%(default)s)"
    )


def load_settings(options: argparse.Namespace) -> Settings:
    """The environment's settings, overridden by the options that are given."""
    names = ("catalog", "index", "memory", "results", "encoder")
    return Settings.from_env(**{name: getattr(options, name, None) for name in names})


def load_engine(options: argparse.Namespace, public: Collection[str] = ()):
    """The engine of those settings; a catalogue that ``public`` names is one of the public data (``add_data``)."""
    from r4t_demo.engine import Engine

    settings = load_settings(options)
    if settings.catalog.lower().endswith(".zip"):
        settings = replace(settings, catalog=str(unpacked(Path(settings.catalog), settings)), index="")
    if public and options.catalog in public:
        settings = with_public_catalog(settings, options.catalog, options.data, options.runs)
    return Engine.load(settings)


def unpacked(path: Path, settings: Settings) -> Path:
    """The folder, which this process removes at its end, of the exported zip ``path``."""
    from r4t_demo.encoder import Encoder
    from r4t_demo.train.tune import archive

    if not path.is_file():
        raise UserError(f"There is no file '{path}'.")
    root = Path(mkdtemp(prefix="r4t-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    archive.load(path, root / path.stem, Encoder.load(settings.encoder), settings.checkpoints)
    return root / path.stem


def with_public_catalog(settings: Settings, name: str, data: Path, runs: Path) -> Settings:
    """The settings with a catalogue of the public ``data``; it is read and embedded into ``runs`` unless it is there.

    Of several processes at once none may have to make it.
    """
    import torch

    from r4t_demo.encoder import Encoder
    from r4t_demo.train.data import real_catalogs

    folder = runs / "catalogs" / name
    torch.set_num_threads(settings.threads)
    show_progress(real_catalogs.make(name, data, folder, Encoder.load(settings.encoder), settings.threads))
    return replace(settings, catalog=str(folder))


def with_sample_catalog(settings: Settings, name: str, runs: Path) -> Settings:
    """The settings with one of the app's sample catalogues, which is read and embedded into ``runs`` unless it is there."""
    from r4t_demo.catalog import Catalog
    from r4t_demo.encoder import Encoder
    from r4t_demo.index.build import ensure_index
    from r4t_demo.sources import open_source
    from r4t_demo.sources.ingest import ingest
    from r4t_demo.sources.samples import sample_file

    folder = runs / "catalogs" / name
    show_progress(ingest(open_source(str(sample_file(name, settings.assets, runs))), folder, threads=settings.threads))
    show_progress(ensure_index(Catalog.load(folder), Encoder.load(settings.encoder), settings.threads))
    return replace(settings, catalog=str(folder))


def at_least_one(options: argparse.Namespace, *names: str) -> None:
    """UserError where a number, or one of a list of numbers, is below 1."""
    for name in names:
        value = getattr(options, name)
        if value is not None and min(value if isinstance(value, list) else [value]) < 1:
            raise UserError(f"--{name.replace('_', '-')} is below 1: give a number of at least 1.")


def print_json(value: object) -> None:
    """Print a JSON value for reading; NaN is refused."""
    print(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def show_progress(records: Iterable[dict]) -> None:
    """A bar a stage with items/s and the time left; what an earlier run had finished counts for neither.

    A record has "stage", "step" and "total", in items.
    """
    from tqdm import tqdm

    bars: dict[str, tqdm] = {}
    for record in records:
        stage = record["stage"]
        if stage not in bars:
            bars[stage] = tqdm(desc=stage, total=record["total"], initial=record["step"], unit=" items")
        bars[stage].update(record["step"] - bars[stage].n)
    for bar in bars.values():
        bar.close()
