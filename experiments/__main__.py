"""The command line: python -m experiments COMMAND."""

import argparse
import sys
from pathlib import Path

from experiments.ablate import cli as ablate_cli
from experiments.rivals import cli as rivals_cli
from r4t_demo.cli import options as common
from r4t_demo.errors import UserError
from r4t_demo.evaluate import cli as evaluate_cli
from r4t_demo.evaluate.cli import Measured


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    return common.run(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m experiments", description="Measure what no user of the app needs to.")
    commands = parser.add_subparsers(dest="command", required=True)
    ablate_cli.add_parser(commands)
    rivals_cli.add_parser(commands)
    _add_paper_size(commands)
    _add_scale(commands)
    _add_seen(commands)
    _add_own(commands)
    _add_sheet(commands)
    return parser


def _add_paper_size(commands: argparse._SubParsersAction) -> None:
    purpose = "milliseconds of untrained models of 4 B and 53.9 M parameters, as in the paper; needs a GPU"
    parser = evaluate_cli.add_part(commands, "paper-size", _paper_size, purpose)
    evaluate_cli.add_batches(parser)
    common.add_common(parser)


def _paper_size(options: argparse.Namespace) -> Measured:
    import torch

    from experiments import paper_size
    from r4t_demo.evaluate import latency, oar

    common.at_least_one(options, "batch", "repeats")
    if not torch.cuda.is_available():
        raise UserError("paper-size needs a GPU, and torch finds none here: 4 B parameters on a CPU would tell nothing.")
    engine = common.load_engine(options)
    queries = [query.query for query in oar.load_queries(engine.catalog.root)]
    tokenizer, device = engine.fanouts["folm"].tokenizer, torch.device("cuda")
    result = paper_size.evaluate(engine, tokenizer, queries, options.batch, options.repeats, device)
    return Measured("latency-paper-size", result, latency.tables(result), {"repeats": options.repeats})


def _add_scale(commands: argparse._SubParsersAction) -> None:
    purpose = "a large index beside exact search, on vectors drawn like the catalogue's"
    parser = evaluate_cli.add_part(commands, "scale", _scale, purpose)
    sizes = [142_000, 1_000_000, 5_000_000]
    parser.add_argument("--items", type=int, nargs="+", default=sizes, help="index sizes (142000 1000000 5000000)")
    parser.add_argument("--memory", type=int, metavar="GIB", help="that a loaded index may take (4)")
    common.add_catalog(parser)
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")


def _scale(options: argparse.Namespace) -> Measured:
    import faiss
    import numpy as np

    from experiments import scale
    from r4t_demo.files import GIB
    from r4t_demo.index.build import FOLDER
    from r4t_demo.index.faiss_index import FaissIndex

    common.at_least_one(options, "items", "memory")
    settings = common.load_settings(options)
    faiss.omp_set_num_threads(settings.threads)
    real = FaissIndex.load(settings.catalog_folder / FOLDER)
    records = scale.evaluate(real.vectors(np.arange(len(real))), options.items, settings.memory * GIB)
    return Measured("scale", records, scale.table(records), {"fanouts": scale.FANOUTS * scale.ROUNDS})


def _add_seen(commands: argparse._SubParsersAction) -> None:
    purpose = "what is seen in pictures that come without a word, and the queries made of it"
    parser = evaluate_cli.add_part(commands, "seen", _seen, purpose)
    _add_photos(parser)
    parser.add_argument("--split", choices=("train", "test"), default="test", help="of their rows (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")


def _seen(options: argparse.Namespace) -> Measured:
    from experiments import seen
    from r4t_demo.encoder import Encoder

    _need_photos(options.data)
    settings = common.load_settings(options)
    encoder = Encoder.load(settings.encoder)
    result = seen.evaluate(encoder, options.data, settings.assets, options.split, settings.threads)
    name = "seen" if options.split == "test" else f"seen-{options.split}"
    return Measured(name, result, seen.table(result), {part: int(one["pictures"]) for part, one in result.items()})


def _add_own(commands: argparse._SubParsersAction) -> None:
    from experiments.own import CATALOGS
    from r4t_demo.train.tune.presets import PRESETS

    parser = evaluate_cli.add_part(commands, "own", _own, "what training on a visitor's catalogue brings, on five catalogues")
    parser.add_argument("catalogs", nargs="*", metavar="CATALOG", help=f"some of {', '.join(CATALOGS)} (all)")
    parser.add_argument("--budget", choices=list(PRESETS), default="small", help="of each run (%(default)s)")
    parser.add_argument("--out", type=Path, default=Path("runs/own"), help="folder of the runs, which go on (%(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    _add_photos(parser)
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")


def _own(options: argparse.Namespace) -> Measured:
    from experiments import own

    names = options.catalogs or own.CATALOGS
    if unknown := [name for name in names if name not in own.CATALOGS]:
        raise UserError(f"There is no catalogue '{unknown[0]}' here: choose from {', '.join(own.CATALOGS)}.")
    if set(names) & set(own.DRAWN):
        _need_photos(options.data)
    settings = common.load_settings(options)
    result = dict(own.evaluate(names, options.data, options.out, settings, options.budget, options.seed))
    return Measured("own", result, own.table(result), {name: one["n_queries"] for name, one in result.items()})


def _add_photos(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the real photos (%(default)s)")


def _need_photos(data: Path) -> None:
    from r4t_demo.train.encoder.training_data import PHONES

    if not (data / PHONES).is_file():
        raise UserError(f"This reads real photos that are not part of the project: no {data}; give --data.")


def _add_sheet(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("sheet", help="draw forty phone photos, each with its nearest ones and what it is taken for")
    parser.add_argument("file", type=Path, metavar="FILE")
    _add_photos(parser)
    parser.set_defaults(run=_sheet)


def _sheet(options: argparse.Namespace) -> None:
    from experiments.sheet import phone_sheet
    from r4t_demo.encoder import Encoder

    _need_photos(options.data)
    phone_sheet(Encoder.load(common.load_settings(options).encoder), options.data, options.file)


if __name__ == "__main__":
    sys.exit(main())
