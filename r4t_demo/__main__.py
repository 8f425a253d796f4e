"""The command line: python -m r4t_demo COMMAND. Each command imports what it needs, so that help comes at once."""

import argparse
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import cast

from r4t_demo import __version__
from r4t_demo.errors import UserError
from r4t_demo.evaluate import cli as evaluate_cli
from r4t_demo.files import machine_errors
from r4t_demo.hub import cli as hub_cli
from r4t_demo.options import (
    add_catalog,
    add_columns,
    add_common,
    add_where,
    at_least_one,
    columns_of,
    load_engine,
    load_settings,
    print_json,
    run,
)
from r4t_demo.pattern import cli as steer_cli
from r4t_demo.progress_bar import show_progress
from r4t_demo.settings import Settings
from r4t_demo.train import cli as train_cli

POLYVORE, POLYVORE_ENCODER = "hub:Marqo/polyvore", "hf-hub:Marqo/marqo-fashionCLIP"


def main(arguments: list[str] | None = None) -> int:
    """Run one command of the package; returns the exit status."""
    return run(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m r4t_demo", description="Set-valued retrieval: fan-out model and diffusion.")
    parser.add_argument("--version", action="version", version=f"r4t-demo {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("app", help="start the app and print its address").set_defaults(run=_app)
    _add_fanout(commands)
    steer_cli.add_parser(commands)
    _add_index(commands)
    _add_build_polyvore(commands)
    evaluate_cli.add_parser(commands)
    train_cli.add_parser(commands)
    hub_cli.add_parser(commands)
    return parser


def _add_fanout(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("fanout", help="answer queries")
    parser.add_argument("queries", nargs="*", metavar="QUERY")
    parser.add_argument(
        "--item", action="append", default=[], metavar="ID", help="more of a set around this item; may be repeated"
    )
    parser.add_argument(
        "--picture", action="append", default=[], type=Path, metavar="FILE", help="the same around a picture; may be repeated"
    )
    parser.add_argument(
        "--method",
        action="append",
        help="none, mmr, kmeans, template, zero-shot, sft, best-of-5, folm, diffusion, diffusion-teacher or "
        "instruct:FOLDER_OR_HUB_ID; may be repeated (folm, diffusion)",
    )
    parser.add_argument("--k", type=int, default=10, help="sub-queries (%(default)s)")
    parser.add_argument("--n", type=int, default=4, help="items per sub-query (%(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, help="sampler steps of diffusion-teacher (its own default)")
    parser.add_argument(
        "--variety",
        type=float,
        default=0.0,
        help="of the diffusion methods: from -1, closer to the request, to 1, more variety (0)",
    )
    parser.add_argument("--distinct", action="store_true", help="list an item once an answer, as the page does")
    add_common(parser)
    parser.set_defaults(run=_fanout)


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


def _app(options: argparse.Namespace) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):  # also while it still loads, it ends without a word when it is told to
        signal.signal(number, lambda *_: sys.exit(0))
    from r4t_demo import log, start

    log.configure(Settings.from_env())
    start.main()


def _fanout(options: argparse.Namespace) -> None:
    engine = load_engine(options)
    chosen = {"methods": options.method} if options.method else {}
    chosen |= {name: getattr(options, name) for name in ("k", "n", "seed", "steps", "variety", "distinct")}
    asked = [*options.queries, *(engine.catalog[item_id] for item_id in options.item), *map(_picture, options.picture)]
    results = engine.run(asked, **chosen)
    if options.json:
        print_json([result.to_json() for result in results])
    else:
        print("\n\n".join(map(_table, results)))


def _picture(path: Path):
    """A picture as the catalogues' own are kept; UserError where the file is none."""
    from io import BytesIO

    from PIL import Image

    from r4t_demo.sources.decode import thumbnail

    try:
        return Image.open(BytesIO(thumbnail(path.read_bytes())[0]))
    except OSError as error:
        raise UserError(f"The picture '{path}' cannot be read: {error.strerror}.") from error
    except UserError as error:
        raise UserError(f"The picture '{path}' {error}.") from error


def _build_polyvore(options: argparse.Namespace) -> None:
    from r4t_demo.settings import Settings

    given = Settings.from_env()
    if given.encoder == given.embedded().encoder:
        options.encoder = POLYVORE_ENCODER
    _index(options)


def _index(options: argparse.Namespace) -> None:
    from datetime import timedelta

    from r4t_demo.train import processes

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
    from r4t_demo.index.build import FOLDER
    from r4t_demo.index.kinds import GIB
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


def _table(result) -> str:
    """One answer for reading: a line an item, the sub-query beside its first one."""
    from r4t_demo.evaluate.table import render

    rows = [["sub-query" if result.is_text else "reads as", "score", "category", "item"]]
    for label, hits, fits in zip(result.sub_queries, result.items, result.fits, strict=True):
        told = label if fits else f"{label} (nothing fits)"
        for rank, hit in enumerate(hits):
            rows.append(["" if rank else told, f"{hit.score:.3f}", hit.item.category, hit.item.title])
    scores = ", ".join(f"{name} {value:.3f}" for name, value in result.scores.items() if value is not None)
    times = ", ".join(f"{name} {value:.1f}" for name, value in result.ms.items())
    return f"{result.query} · {result.method}\n{render(rows, right=(1,))}\n{scores}\nms: {times}"


if __name__ == "__main__":
    sys.exit(main())
