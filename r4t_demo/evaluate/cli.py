"""``python -m r4t_demo evaluate PART``: print the figures and leave them in results/NAME.json, for the page."""

import argparse
import re
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from r4t_demo.cli.options import (
    add_catalog,
    add_common,
    add_data,
    at_least_one,
    load_engine,
    load_settings,
    print_json,
    with_sample_catalog,
)
from r4t_demo.errors import UserError

METHODS = "names, also mmr:LAM and instruct:FOLDER_OR_HUB_ID (every method whose checkpoint is there)"
LABELLED = "photos, photos-unseen, or a catalogue with queries.jsonl (atelier)"


@dataclass(frozen=True)
class Measured:
    """``result``: a JSON value; ``text``: the same for reading; ``samples``: what was counted; ``seed``: the first one."""

    name: str
    result: object
    text: str
    samples: Mapping[str, int]
    seed: int = 0


def add_parser(commands: argparse._SubParsersAction) -> argparse._SubParsersAction:
    """Add the ``evaluate`` command; returns its parts."""
    parts = commands.add_parser("evaluate", help="measure the methods").add_subparsers(dest="what", required=True)
    _add_suits(parts)
    _add_fits(parts)
    _add_oar(parts)
    _add_pareto(parts)
    _add_wscr(parts)
    _add_judge(parts)
    _add_pattern(parts)
    _add_latency(parts)
    _add_encoder(parts)
    return parts


def run(options: argparse.Namespace) -> None:
    """Measure, print, write."""
    from r4t_demo.evaluate import record

    commit = record.current_commit()  # before the work: the files may change while it runs
    measured: Measured = options.measure(options)
    print_json(measured.result) if options.json else print(measured.text)
    settings = load_settings(options)
    path = record.save(
        settings.results,
        measured.name,
        measured.result,
        command=_command(options.typed),
        commit=commit,
        seed=measured.seed,
        samples=measured.samples,
        threads=settings.threads,
    )
    print(f"The figures are in {path}", file=sys.stderr)


def _command(typed: Sequence[str]) -> str:
    """What was typed, without the password that an address may hold."""
    return re.sub(r"://[^/@\s]*@", "://…@", shlex.join(typed))


def add_part(parts: argparse._SubParsersAction, name: str, measure: Callable, purpose: str) -> argparse.ArgumentParser:
    """Add one measurement."""
    parser = parts.add_parser(name, help=purpose)
    parser.add_argument("--results", type=Path, metavar="DIR", help="folder that the figures are written to (results)")
    parser.set_defaults(run=run, measure=measure)
    return parser


def _add_methods(parser: argparse.ArgumentParser, *catalogs: str) -> None:
    parser.add_argument("--methods", nargs="+", help=METHODS)
    add_common(parser, *catalogs)


def _add_oar(parts: argparse._SubParsersAction) -> None:
    parser = add_part(parts, "oar", _oar, "open-ended retrieval against exact labels")
    _add_queries(parser)
    _add_methods(parser, LABELLED)


def _add_queries(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--split", default="test", help="of queries.jsonl: test, or validation for tuning (%(default)s)")
    parser.add_argument("--seeds", type=int, default=1, help="average over that many sampling seeds (%(default)s)")
    parser.add_argument("--limit", type=int, help="only the first queries")
    add_data(parser)


def _oar(options: argparse.Namespace) -> Measured:
    from r4t_demo.evaluate import oar

    engine, queries = _labelled(options)
    result = oar.evaluate(engine, queries, options.methods or list(engine.methods()), options.seeds)
    return _of_queries("oar", options, result, oar.tables(result))


def _labelled(options: argparse.Namespace) -> tuple:
    """The engine, and the labelled queries of its catalogue that the options choose."""
    from r4t_demo.evaluate.oar import load_queries
    from r4t_demo.train.data.real_catalogs import PHOTOS

    at_least_one(options, "seeds", "limit")
    engine = load_engine(options, PHOTOS)
    return engine, load_queries(engine.catalog.root, options.split, options.limit)


def _of_queries(name: str, options: argparse.Namespace, result: dict, text: str) -> Measured:
    from r4t_demo.train.data.real_catalogs import PHOTOS

    samples = {"queries": result["n_queries"], "terms": result["n_terms"], "seeds": options.seeds}
    parts = [name]
    if options.catalog in PHOTOS:
        parts.append(options.catalog)
    if options.split != "test":  # what was tuned on is no result
        parts.append(options.split)
    return Measured("-".join(parts), result, text, samples)


def _add_pareto(parts: argparse._SubParsersAction) -> None:
    parser = add_part(
        parts, "pareto", _pareto, "diversity against alignment: MMR's curve, the retriever's dial, the language models"
    )
    _add_queries(parser)
    add_common(parser, LABELLED)


def _pareto(options: argparse.Namespace) -> Measured:
    from r4t_demo.evaluate import pareto

    engine, queries = _labelled(options)
    result = pareto.evaluate(engine, queries, options.seeds)
    return _of_queries("pareto", options, result, pareto.tables(result))


def _add_suits(parts: argparse._SubParsersAction) -> None:
    parser = add_part(parts, "suits", _suits, "common sense: hand labels of which kinds of thing suit a request")
    parser.add_argument("--seeds", type=int, default=1, help="average over that many sampling seeds (%(default)s)")
    parser.add_argument("--labels", type=Path, metavar="FILE", help="labelled requests (those of assets/suits for the catalogue)")
    add_data(parser)
    _add_methods(parser, "rainy-sunday, hearth-and-shelf, or with --labels any other (atelier)")


def _suits(options: argparse.Namespace) -> Measured:
    from r4t_demo.engine import Engine
    from r4t_demo.evaluate import suits

    at_least_one(options, "seeds")
    named, settings = options.catalog or "atelier", load_settings(options)
    requests = suits.load(options.labels or settings.assets / "suits" / f"{named}.jsonl")
    if named in suits.SAMPLES:
        settings = with_sample_catalog(settings, named, options.runs)
    engine = Engine.load(settings)
    methods = options.methods or [name for name in suits.METHODS if name in engine.methods()]
    result = suits.evaluate(engine, requests, methods, options.seeds)
    name = "suits" if named == "atelier" else f"suits-{engine.catalog.name}"
    return Measured(name, result, suits.tables(result), {"queries": result["n_queries"], "seeds": options.seeds})


def _add_fits(parts: argparse._SubParsersAction) -> None:
    parser = add_part(parts, "fits", _fits, "whether it is told that a catalogue holds nothing of what was asked for")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder for the sample catalogues (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")


def _fits(options: argparse.Namespace) -> Measured:
    from r4t_demo.engine import Engine
    from r4t_demo.evaluate import fits

    settings = load_settings(options)
    result, samples = {}, {}
    for name, domain in fits.HOLDS.items():
        written = fits.load(settings.assets / "fits" / f"{name}.jsonl")
        chosen = settings if name == "atelier" else with_sample_catalog(settings, name, options.runs)
        result[name] = fits.evaluate(Engine.load(chosen), written, domain)
        samples[name] = len(written)
    return Measured("fits", result, fits.tables(result), samples)


def _add_wscr(parts: argparse._SubParsersAction) -> None:
    purpose = "recall of one reference set a query: titled outfits, stylist outfits, playlists"
    parser = add_part(parts, "wscr", _wscr, purpose)
    add_data(parser)
    parser.add_argument("--split", default="test", help="train, validation or test (%(default)s)")
    parser.add_argument("--seeds", type=int, default=5, help="runs: averaged over, and compared for vs (%(default)s)")
    parser.add_argument("--limit", type=int, help="only the first sets")
    parser.add_argument("--methods", nargs="+", help=METHODS)
    add_catalog(parser, "stylist, music, or a catalogue with outfits.jsonl (atelier)")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")


def _wscr(options: argparse.Namespace) -> Measured:
    from r4t_demo.evaluate import wscr
    from r4t_demo.train.data import reference_sets

    at_least_one(options, "seeds", "limit")
    real = reference_sets.REAL.get(options.catalog)
    sets = real(options.data) if real else None
    engine = load_engine(options, reference_sets.REAL)
    sets = sets or reference_sets.titled_outfits(engine.catalog.root)
    chosen = reference_sets.select(sets, options.split, options.limit)
    task = "stylist" if options.catalog == "stylist" else "wscr"
    if not options.methods and (missing := {f"folm-{task}", f"diffusion-{task}"} - set(engine.methods())):
        made = f"python -m r4t_demo train STEP --task {task} makes them"
        print(f"Left out for want of a checkpoint: {', '.join(sorted(missing))} ({made}).", file=sys.stderr)
    result = wscr.evaluate(engine, chosen, options.methods or list(engine.methods()), options.seeds)
    result["popular"] = wscr.popular(chosen, reference_sets.select(sets, "train"))
    samples = {"queries": result["n_queries"], "clusters": result["n_clusters"], "seeds": options.seeds}
    return Measured(f"wscr-{options.catalog}" if real else "wscr", result, wscr.tables(result), samples)


def _add_pattern(parts: argparse._SubParsersAction) -> None:
    parser = add_part(parts, "pattern", _pattern, "steering: an attribute asked for inside the seeds' pattern")
    parser.add_argument("--split", default="test", choices=("validation", "test"), help="(%(default)s)")
    parser.add_argument("--sets", type=int, default=300, help="seed sets a cell (%(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    add_data(parser)
    add_common(parser, "photos, or a catalogue that `train modit` was run on (atelier)")


def _pattern(options: argparse.Namespace) -> Measured:
    from r4t_demo.evaluate import pattern
    from r4t_demo.pattern.steer import Steering

    at_least_one(options, "sets")
    engine = load_engine(options, ("photos",))
    result = pattern.evaluate(Steering.load(engine).trained, engine.catalog.name, options.split, options.sets, options.seed)
    parts = ["pattern", *([engine.catalog.name] if engine.catalog.name != "atelier" else [])]
    parts += [options.split] if options.split != "test" else []  # what was tuned on is no result
    samples = {"cells": len(result["cells"]), "seed_sets": sum(cell["n"] for cell in result["cells"])}
    return Measured("-".join(parts), result, pattern.tables(result), samples, options.seed)


def _add_judge(parts: argparse._SubParsersAction) -> None:
    parser = add_part(parts, "judge", _judge, "open-ended retrieval by the paper's questions to a large language model")
    parser.add_argument("--model", required=True, help="its name at the address, such as Qwen/Qwen3-32B")
    parser.add_argument("--base-url", metavar="URL", help="of an OpenAI-compatible server (the Hub's inference providers)")
    parser.add_argument("--api-key-env", metavar="NAME", help="variable that holds the key (HF_TOKEN; with --base-url: none)")
    parser.add_argument("--queries", type=int, default=50, metavar="N", help="drawn from the test queries (%(default)s)")
    parser.add_argument("--queries-from", type=Path, metavar="FILE", help="one query a line, instead of the catalogue's own")
    parser.add_argument("--pictures", action="store_true", help="show the items' pictures, to a model that can see")
    parser.add_argument("--seed", type=int, default=0, help="of the drawn queries, the order of items and the methods' sampling")
    parser.add_argument("--timeout", type=int, default=120, metavar="S", help="seconds to wait for an answer (%(default)s)")
    parser.add_argument("--parallel", type=int, default=4, help="requests at a time (%(default)s)")
    _add_methods(parser)


def _judge(options: argparse.Namespace) -> Measured:
    from r4t_demo.evaluate import judge
    from r4t_demo.evaluate.chat import Chat

    at_least_one(options, "queries", "parallel", "timeout")
    chat = Chat(options.model, options.base_url, options.api_key_env, options.timeout)
    engine = load_engine(options)
    queries = judge.choose_queries(engine.catalog.root, options.queries_from, options.queries, options.seed)
    methods = options.methods or list(engine.methods())
    result = judge.evaluate(engine, queries, methods, chat, options.seed, options.pictures, options.parallel)
    samples = {"queries": result["n_queries"], "terms": result["n_terms"], "requests": result["requests"]}
    return Measured("judge", result, judge.tables(result), samples, options.seed)


def _add_latency(parts: argparse._SubParsersAction) -> None:
    parser = add_part(parts, "latency", _latency, "milliseconds a part")
    add_batches(parser)
    _add_methods(parser)


def add_batches(parser: argparse.ArgumentParser) -> None:
    """--batch and --repeats, of what is timed."""
    sizes = [1, 8, 32, 128, 1024]
    parser.add_argument("--batch", type=int, nargs="+", default=sizes, help="batch sizes (1 8 32 128 1024)")
    most = "timed batches of each size at most: three, and more until five minutes are over (%(default)s)"
    parser.add_argument("--repeats", type=int, default=10, help=most)


def _latency(options: argparse.Namespace) -> Measured:
    from r4t_demo.evaluate import latency, oar

    at_least_one(options, "batch", "repeats")
    engine = load_engine(options)
    queries = [query.query for query in oar.load_queries(engine.catalog.root)]
    methods = options.methods or list(engine.methods())
    result = latency.evaluate(engine, queries, methods, options.batch, options.repeats)
    return Measured("latency", result, latency.tables(result), {"repeats": options.repeats})


def _add_encoder(parts: argparse._SubParsersAction) -> None:
    parser = add_part(parts, "encoder", _encoder, "real photos and phrases: retrieval, zero-shot, agreement with MiniLM")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the real photos (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")


def _encoder(options: argparse.Namespace) -> Measured:
    import torch

    from r4t_demo import minilm
    from r4t_demo.encoder import Encoder
    from r4t_demo.evaluate import encoder
    from r4t_demo.train.data.corpus import everyday_words

    if not (options.data / "fashion-products").is_dir():
        raise UserError(f"The encoder is judged on real photos that are not part of the project: no {options.data}; give --data.")
    settings = load_settings(options)
    torch.set_num_threads(1)  # batches run side by side, as they do in ``index``
    words = everyday_words(minilm.folder() / "vocab.txt")
    measured = Encoder.load(settings.encoder)
    result = encoder.evaluate(measured, minilm.MiniLM().embed, options.data, settings.assets, words, settings.threads)
    return Measured("encoder", result, encoder.table(result), result["samples"])
