"""``python -m r4t_demo index`` and ``build-polyvore``: read a source, embed a catalogue."""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import cast

from r4t_demo.cli.options import (
    add_catalog,
    add_columns,
    add_where,
    at_least_one,
    columns_of,
    load_settings,
    show_progress,
)
from r4t_demo.errors import UserError
from r4t_demo.files import machine_errors
from r4t_demo.settings import Settings

POLYVORE, POLYVORE_ENCODER = "hub:Marqo/polyvore", "hf-hub:Marqo/marqo-fashionCLIP"


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add the two commands."""
    _add_index(commands)
    _add_build_polyvore(commands)


def _add_index(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("index", help="make a catalogue that the app can load, or embed one anew")
    parser.add_argument(
        "source",
        nargs="?",
        metavar="SOURCE",
        help="a folder, .zip, table or .parquet file, or hub:ORG/NAME; without it, --catalog is embedded where it is",
    )
    add_columns(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help="the folder to make of SOURCE")
    _add_embedding(parser)
    add_catalog(parser)
    parser.set_defaults(run=_index)


def _add_build_polyvore(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "build-polyvore", help=f"make the catalogue of {POLYVORE}, embedded by R4T_ENCODER ({POLYVORE_ENCODER})"
    )
    parser.add_argument("--out", type=Path, default=Path("runs/catalogs/polyvore"), metavar="DIR", help="(%(default)s)")
    _add_embedding(parser)
    parser.set_defaults(run=_build_polyvore, source=POLYVORE, columns=None, catalog=None)


def _add_embedding(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", type=int, metavar="N", help="only the first rows or files of the source")
    parser.add_argument("--ray", choices=("auto", "local"), help="embed on this machine's Ray cluster, or on a Ray of its own")
    add_where(parser)


def _build_polyvore(options: argparse.Namespace) -> None:
    given = Settings.from_env()
    if given.encoder == given.embedded().encoder:
        options.encoder = POLYVORE_ENCODER
    _index(options)


def _index(options: argparse.Namespace) -> None:
    from datetime import timedelta

    from r4t_demo.train.core import processes

    crew = processes.crew(timeout=timedelta(days=2))  # one process, or those of ``accelerate launch``; a slow one is waited for
    if crew.num_processes > 1 and crew.is_main_process:
        print(f"{crew.num_processes} processes share the work", file=sys.stderr)
    is_new = options.source or options.out or options.limit is not None or options.columns
    again = "Mend that and run the same command again: it goes on where it stopped."
    with machine_errors(again), _builder(options, crew) as build:
        with crew.main_process_first():  # the others find the source read already
            folder = _ingested(options, crew) if is_new else None
        _embed(options, folder, crew, build)


@contextmanager
def _builder(options: argparse.Namespace, crew) -> Iterator[Callable[..., Iterable[dict]]]:
    """What will embed the catalogue: the processes of ``crew``, or Ray, which is reached before anything is read."""
    if not options.ray:
        from r4t_demo.index.build import build_index

        yield partial(build_index, crew=crew)
        return
    if crew.num_processes > 1:
        raise UserError("--ray and accelerate launch are two ways to share the work: use one of them.")
    try:
        from r4t_demo.index.ray_job import build_on_ray, connected
    except ImportError:
        raise UserError("--ray needs further packages: pip install -r requirements-scale.txt") from None
    with connected(options.ray):
        yield build_on_ray


def _ingested(options: argparse.Namespace, crew) -> Path:
    """Read SOURCE into --out, print the report, and return the folder."""
    from r4t_demo.sources import open_source
    from r4t_demo.sources.ingest import REPORT_FILE, Report, ingest, read_report

    if not options.source or not options.out or options.catalog:
        raise UserError("index needs both a SOURCE and --out DIR, or only --catalog: python -m r4t_demo index SOURCE --out DIR")
    at_least_one(options, "limit")
    show_progress(
        ingest(open_source(options.source, columns_of(options)), options.out, options.limit, load_settings(options).threads)
    )
    if crew.is_main_process:
        report = cast(Report, read_report(options.out))  # which ``ingest`` has just written
        print(f"{report.summary()}\nThe whole report is in {options.out / REPORT_FILE}")
    return options.out


def _embed(options: argparse.Namespace, folder: Path | None, crew, build: Callable[..., Iterable[dict]]) -> None:
    """Build the index of a catalogue folder, or of the catalogue that the settings name."""
    import torch

    from r4t_demo.catalog import Catalog
    from r4t_demo.encoder import Encoder
    from r4t_demo.files import GIB
    from r4t_demo.index.build import FOLDER
    from r4t_demo.index.places import fill_milvus

    settings = load_settings(options)
    torch.set_num_threads(1)  # whole batches run side by side instead: nothing waits at a barrier inside them
    catalog = Catalog.load(folder or settings.catalog_folder)
    budget = settings.memory * GIB
    encoder = Encoder.load(settings.encoder)
    show_progress(build(catalog, encoder, threads=settings.threads, budget=budget))
    if not crew.is_main_process:
        return
    print(f"The index is in {catalog.root / FOLDER}", file=sys.stderr)
    if settings.index:
        print(f"{len(fill_milvus(settings.index, catalog, encoder.id))} rows are in Milvus", file=sys.stderr)
