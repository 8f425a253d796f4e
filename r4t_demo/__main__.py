"""The command line: python -m r4t_demo COMMAND. Each command imports what it needs, so that help comes at once."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from r4t_demo.errors import UserError
from r4t_demo.settings import Settings
from r4t_demo.train import cli as train_cli


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status is 2 for bad input, which is told in one sentence."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m r4t_demo", description="Set-valued retrieval: fan-out model and diffusion.")
    commands = parser.add_subparsers(dest="command", required=True)
    _add_fanout(commands)
    _add_index(commands)
    _add_atelier(commands)
    _add_evaluate(commands)
    train_cli.add_parser(commands)
    return parser


def _add_fanout(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("fanout", help="answer queries")
    parser.add_argument("queries", nargs="+", metavar="QUERY")
    parser.add_argument(
        "--method",
        action="append",
        help="none, mmr, template, base, best-of-5, folm, diffusion or diffusion-teacher; may be repeated (folm, diffusion)",
    )
    parser.add_argument("--k", type=int, default=10, help="sub-queries (%(default)s)")
    parser.add_argument("--n", type=int, default=4, help="items per sub-query (%(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, help="sampler steps of diffusion-teacher (its own default)")
    parser.add_argument("--distinct", action="store_true", help="list an item once an answer, as the page does")
    _add_common(parser)
    parser.set_defaults(run=_fanout)


def _add_index(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("index", help="make a catalogue that the app can load, or embed one anew")
    parser.add_argument(
        "source",
        nargs="?",
        metavar="SOURCE",
        help="a folder, .zip, .csv, .tsv or .parquet file, or hub:ORG/NAME; without it, --catalog is embedded where it is",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="the folder to make of SOURCE")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first rows or files of SOURCE")
    parser.add_argument("--ray", choices=("auto", "local"), help="embed on this machine's Ray cluster, or on a Ray of its own")
    _add_catalog(parser)
    _add_where(parser)
    parser.set_defaults(run=_index)


def _add_atelier(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("atelier", help="draw the embedded catalogue anew")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.set_defaults(run=_atelier)


def _add_evaluate(commands: argparse._SubParsersAction) -> None:
    parts = commands.add_parser("evaluate", help="measure the methods").add_subparsers(dest="what", required=True)
    oar = parts.add_parser("oar", help="open-ended retrieval against exact labels")
    oar.add_argument("--split", default="test", help="of queries.jsonl: test, or validation for tuning (%(default)s)")
    oar.add_argument("--seeds", type=int, default=1, help="average over that many sampling seeds (%(default)s)")
    oar.add_argument("--limit", type=int, help="only the first queries")
    oar.set_defaults(run=_oar)
    wscr = parts.add_parser("wscr", help="recall of one reference set a query: titled outfits, stylist outfits, playlists")
    wscr.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the real sets (%(default)s)")
    wscr.add_argument("--runs", type=Path, default=Path("runs"), help="folder to keep their embedded catalogues in (%(default)s)")
    wscr.add_argument("--split", default="test", help="train, validation or test (%(default)s)")
    wscr.add_argument("--seeds", type=int, default=5, help="runs: averaged over, and compared for vs (%(default)s)")
    wscr.add_argument("--limit", type=int, help="only the first sets")
    wscr.add_argument("--methods", nargs="+", help="names, also mmr:LAM (every method whose checkpoint is there)")
    wscr.add_argument("--catalog", metavar="NAME_OR_DIR", help="stylist, music, or a catalogue with outfits.jsonl (atelier)")
    wscr.add_argument("--json", action="store_true", help="print JSON and nothing else")
    wscr.set_defaults(run=_wscr)
    latency = parts.add_parser("latency", help="milliseconds a part")
    sizes = [1, 8, 32, 128, 1024]
    latency.add_argument("--batch", type=int, nargs="+", default=sizes, help="batch sizes (1 8 32 128 1024)")
    most = "timed batches of each size at most: three, and more until five minutes are over (%(default)s)"
    latency.add_argument("--repeats", type=int, default=10, help=most)
    untrained = "untrained models of 4 B and 53.9 M parameters instead, as in the paper; needs a GPU"
    latency.add_argument("--paper-size", action="store_true", help=untrained)
    latency.set_defaults(run=_latency)
    encoder = parts.add_parser("encoder", help="real photos and phrases: retrieval, zero-shot, agreement with the text teacher")
    encoder.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the real photos (%(default)s)")
    encoder.add_argument("--json", action="store_true", help="print JSON and nothing else")
    encoder.set_defaults(run=_encoder)
    scale = parts.add_parser("scale", help="a large index beside exact search, on vectors drawn like the catalogue's")
    sizes = [142_000, 1_000_000, 5_000_000]
    scale.add_argument("--items", type=int, nargs="+", default=sizes, help="index sizes (142000 1000000 5000000)")
    scale.add_argument("--memory", type=int, metavar="GIB", help="that a loaded index may take (4)")
    _add_catalog(scale)
    scale.add_argument("--json", action="store_true", help="print JSON and nothing else")
    scale.set_defaults(run=_scale)
    for parser in (oar, latency):
        parser.add_argument("--methods", nargs="+", help="names, also mmr:LAM (every method whose checkpoint is there)")
        _add_common(parser)


def _add_common(parser: argparse.ArgumentParser) -> None:
    _add_catalog(parser)
    _add_where(parser)
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")


def _add_catalog(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--catalog", metavar="NAME_OR_DIR", help="a name under assets/, or a folder (atelier)")


def _add_where(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--index", metavar="milvus:URI", help="a Milvus server, cluster or FILE.db (FAISS beside the catalogue)")


def _fanout(options: argparse.Namespace) -> None:
    engine = _engine(options)
    chosen = {"methods": options.method} if options.method else {}
    chosen |= {"k": options.k, "n": options.n, "seed": options.seed, "steps": options.steps, "distinct": options.distinct}
    results = engine.run(options.queries, **chosen)
    if options.json:
        _print_json([result.to_json() for result in results])
    else:
        print("\n\n".join(map(_table, results)))


def _index(options: argparse.Namespace) -> None:
    from datetime import timedelta

    from accelerate import PartialState

    crew = PartialState(timeout=timedelta(days=2))  # one process, or those of ``accelerate launch``; a slow one is waited for
    is_new = options.source or options.out or options.limit is not None
    try:
        with _builder(options, crew) as build:
            with crew.main_process_first():  # the others find the source read already
                folder = _ingested(options, crew) if is_new else None
            _embed(options, folder, crew, build)
    except OSError as error:
        again = "Mend that and run the same command again: it goes on where it stopped."
        raise UserError(f"A file cannot be read or written ({error}). {again}") from error


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
    from r4t_demo.sources.ingest import REPORT_FILE, ingest, read_report

    if not options.source or not options.out or options.catalog:
        raise UserError("index needs both a SOURCE and --out DIR, or only --catalog: python -m r4t_demo index SOURCE --out DIR")
    _at_least_one(options, "limit")
    _show_progress(ingest(open_source(options.source), options.out, options.limit, _settings(options).threads))
    if crew.is_main_process:
        print(f"{read_report(options.out).summary()}\nThe whole report is in {options.out / REPORT_FILE}")
    return options.out


def _embed(options: argparse.Namespace, folder: Path | None, crew, build: Callable[..., Iterable[dict]]) -> None:
    """Build the index of a catalogue folder, or of the catalogue that the settings name."""
    import torch

    from r4t_demo.catalog import Catalog
    from r4t_demo.encoder import Encoder
    from r4t_demo.index.build import FOLDER
    from r4t_demo.index.kinds import GIB
    from r4t_demo.index.places import fill_milvus

    settings = _settings(options)
    torch.set_num_threads(1)  # whole batches run side by side instead: nothing waits at a barrier inside them
    catalog = Catalog.load(folder or settings.catalog_folder)
    budget = settings.memory * GIB
    encoder = Encoder.load(settings.encoder)
    _show_progress(build(catalog, encoder, threads=settings.threads, budget=budget))
    if not crew.is_main_process:
        return
    print(f"The index is in {catalog.root / FOLDER}", file=sys.stderr)
    if settings.index:
        print(f"{len(fill_milvus(settings.index, catalog, encoder.id))} rows are in Milvus", file=sys.stderr)


def _show_progress(records: Iterable[dict]) -> None:
    """A bar a stage on standard error with items/s and the time left; what an earlier run had finished counts for neither."""
    from tqdm import tqdm

    bars: dict[str, tqdm] = {}
    for record in records:
        stage = record["stage"]
        if stage not in bars:
            bars[stage] = tqdm(desc=stage, total=record["total"], initial=record["step"], unit=" items")
        bars[stage].update(record["step"] - bars[stage].n)
    for bar in bars.values():
        bar.close()


def _atelier(options: argparse.Namespace) -> None:
    from r4t_demo.atelier.build import build

    build(options.out)


def _oar(options: argparse.Namespace) -> None:
    from r4t_demo.evaluate import oar

    _at_least_one(options, "seeds", "limit")
    engine = _engine(options)
    queries = oar.load_queries(engine.catalog.root, options.split, options.limit)
    result = oar.evaluate(engine, queries, options.methods or list(engine.methods()), options.seeds)
    _print_json(result) if options.json else print(oar.tables(result))


def _wscr(options: argparse.Namespace) -> None:
    from r4t_demo.evaluate import wscr
    from r4t_demo.train import reference_sets

    _at_least_one(options, "seeds", "limit")
    real = reference_sets.REAL.get(options.catalog)
    sets = real(options.data) if real else None
    engine = _engine(_with_real_catalog(options) if real else options)
    sets = sets or reference_sets.titled_outfits(engine.catalog.root)
    chosen = reference_sets.select(sets, options.split, options.limit)
    if not options.methods and (missing := {"folm-wscr", "diffusion-wscr"} - set(engine.methods())):
        made = "python -m r4t_demo train STEP --task wscr makes them"
        print(f"Left out for want of a checkpoint: {', '.join(sorted(missing))} ({made}).", file=sys.stderr)
    result = wscr.evaluate(engine, chosen, options.methods or list(engine.methods()), options.seeds)
    _print_json(result) if options.json else print(wscr.tables(result))


def _with_real_catalog(options: argparse.Namespace) -> argparse.Namespace:
    """The options with the catalogue's folder in the place of its name; it is read and embedded unless it is there."""
    import torch

    from r4t_demo.encoder import Encoder
    from r4t_demo.evaluate import real_catalogs

    settings, folder = _settings(options), options.runs / "catalogs" / options.catalog
    torch.set_num_threads(1)  # whole batches run side by side
    encoder = Encoder.load(settings.encoder)
    _show_progress(real_catalogs.make(options.catalog, options.data, folder, encoder, settings.threads))
    return argparse.Namespace(**{**vars(options), "catalog": str(folder)})


def _latency(options: argparse.Namespace) -> None:
    import torch

    from r4t_demo.evaluate import latency, oar, paper_size

    _at_least_one(options, "batch", "repeats")
    if options.paper_size and options.methods:
        raise UserError("--paper-size measures methods of its own: leave --methods out.")
    if options.paper_size and not torch.cuda.is_available():
        raise UserError("--paper-size needs a GPU, and torch finds none here: 4 B parameters on a CPU would tell nothing.")
    engine = _engine(options)
    queries = [query.query for query in oar.load_queries(engine.catalog.root)]
    sizes = (options.batch, options.repeats)
    if options.paper_size:
        result = paper_size.evaluate(engine, engine.fanouts["folm"].tokenizer, queries, *sizes, torch.device("cuda"))
    else:
        methods = options.methods or list(engine.methods())
        if best := latency.tune(engine, queries, methods):
            print(f"The language models are fastest in {best[0]} on {best[1]} of the threads allowed.", file=sys.stderr)
        result = latency.evaluate(engine, queries, methods, *sizes)
    _print_json(result) if options.json else print(latency.tables(result))


def _encoder(options: argparse.Namespace) -> None:
    import torch

    from r4t_demo.encoder import Encoder
    from r4t_demo.evaluate import encoder
    from r4t_demo.train.corpus import everyday_words
    from r4t_demo.train.teacher import Teacher, teacher_folder

    if not (options.data / "fashion-products").is_dir():
        raise UserError(f"The encoder is judged on real photos that are not part of the project: no {options.data}; give --data.")
    settings = _settings(options)
    torch.set_num_threads(1)  # batches run side by side, as they do in ``index``
    words = everyday_words(teacher_folder() / "vocab.txt")
    result = encoder.evaluate(Encoder.load(settings.encoder), Teacher().embed, options.data, words, settings.threads)
    _print_json(result) if options.json else print(encoder.table(result))


def _scale(options: argparse.Namespace) -> None:
    import faiss
    import numpy as np

    from r4t_demo.evaluate import scale
    from r4t_demo.index.build import FOLDER
    from r4t_demo.index.faiss_index import FaissIndex
    from r4t_demo.index.kinds import GIB

    _at_least_one(options, "items", "memory")
    settings = _settings(options)
    faiss.omp_set_num_threads(settings.threads)
    real = FaissIndex.load(settings.catalog_folder / FOLDER)
    records = scale.evaluate(real.vectors(np.arange(len(real))), options.items, settings.memory * GIB)
    _print_json(records) if options.json else print(scale.table(records))


def _engine(options: argparse.Namespace):
    from r4t_demo.engine import Engine

    return Engine.load(_settings(options))


def _settings(options: argparse.Namespace) -> Settings:
    names = ("catalog", "index", "memory")
    return Settings.from_env(**{name: getattr(options, name, None) for name in names})


def _at_least_one(options: argparse.Namespace, *names: str) -> None:
    for name in names:
        value = getattr(options, name)
        if value is not None and min(value if isinstance(value, list) else [value]) < 1:
            raise UserError(f"--{name} is below 1: give a number of at least 1.")


def _print_json(value: object) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def _table(result) -> str:
    """One answer for reading: a line an item, the sub-query beside its first one."""
    from r4t_demo.evaluate.table import render

    rows = [["sub-query" if result.is_text else "nearest phrase", "score", "category", "item"]]
    for label, hits in zip(result.sub_queries, result.items, strict=True):
        for rank, hit in enumerate(hits):
            rows.append(["" if rank else label, f"{hit.score:.3f}", hit.item.category, hit.item.title])
    scores = ", ".join(f"{name} {value:.3f}" for name, value in result.scores.items() if value is not None)
    times = ", ".join(f"{name} {value:.1f}" for name, value in result.ms.items())
    return f"{result.query} · {result.method}\n{render(rows, right=(1,))}\n{scores}\nms: {times}"


if __name__ == "__main__":
    sys.exit(main())
