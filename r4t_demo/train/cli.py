"""``python -m r4t_demo train STEP``: the steps that make checkpoints/, in the order of ``make checkpoints``, and their rivals.

``train SOURCE --out DIR`` instead takes a catalogue of one's own through all of R4T (``catalog_run.py``).

Each step resumes from its state under ``--runs`` when it was cut short, and moves a finished checkpoint into place at once.
The encoder is made here, the language model and what R4T makes of it in ``recipes.py``.
"""

import argparse
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from r4t_demo.cli.options import add_columns, add_data, at_least_one, columns_of
from r4t_demo.errors import Fault, UserError
from r4t_demo.files import machine_errors
from r4t_demo.settings import EMBEDDED, Settings
from r4t_demo.train import recipes
from r4t_demo.train.core import events
from r4t_demo.train.tune.presets import PRESETS, STAGES


def add_parser(subparsers) -> None:
    """Add the ``train`` command."""
    parser = subparsers.add_parser("train", help="retrain a checkpoint, or tune the models to a catalogue of your own")
    parser.add_argument(
        "step",
        metavar="STEP_OR_SOURCE",
        help=f"a step, in this order: {', '.join(STEPS)}; or a folder, .zip, table or .parquet file, or hub:ORG/NAME",
    )
    parser.add_argument("--budget", choices=list(PRESETS), default="small", help="of a SOURCE's run (%(default)s)")
    parser.add_argument("--queries", type=Path, metavar="FILE", help="for a SOURCE: one broad query a line, instead of made ones")
    add_columns(parser, "for a SOURCE: ")
    parser.add_argument(
        "--ask",
        type=Path,
        metavar="DIR",
        help="for a SOURCE: where its columns are in doubt, write them to columns.json there, and stop",
    )
    parser.add_argument("--until", choices=["queries"], help="for a SOURCE: read, embed, make queries, and stop there")
    add_data(parser)
    parser.add_argument(
        "--task",
        choices=list(recipes.TASKS),
        default="oar",
        help="of soft-grpo and the steps behind it; photos of modit, too (%(default)s)",
    )
    parser.add_argument(
        "--from",
        dest="source",
        choices=recipes.POLICY_STEPS,
        default="soft-grpo",
        help="step that trained the writer of the retriever's training lists; sft: no reinforcement learning (%(default)s)",
    )
    parser.add_argument("--out", type=Path, help="folder to write to (default: the app's checkpoints; a SOURCE needs one)")
    parser.add_argument("--steps", type=int, help="shorten or lengthen the run")
    parser.add_argument(
        "--samples",
        type=int,
        help="lists a query that supervision samples (oar 2, stylist 8, wscr and photos 16)",
    )
    parser.add_argument("--keep", type=int, help="of which supervision keeps those with the highest reward (all)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--policy",
        metavar="FOLDER_OR_HUB_ID",
        help="soft-grpo: of this instruct model as it is (folm-NAME), not of the embedded one; works with accelerate launch",
    )
    parser.add_argument("--batch", type=int, default=16, help="soft-grpo: queries a rollout, eight lists each (%(default)s)")
    parser.add_argument("--micro-batch", type=int, help="soft-grpo: lists that pass through the network at once (16)")
    parser.add_argument("--events", type=Path, help="append every progress record to this file, one JSON object a line")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Run one step, or a whole run on a catalogue, and show its progress on standard error."""
    import torch

    from r4t_demo.train.core.processes import crew

    if args.step not in STEPS:
        _run_on_catalog(args)
        return
    at_least_one(args, "batch", "micro_batch")
    settings = recipes.with_catalog(args, Settings.from_env())
    torch.set_num_threads(settings.threads)
    args.out = args.out or settings.checkpoints
    if args.out.is_relative_to(EMBEDDED):
        raise UserError("The models of an installed package stay as they are: name another folder with --out or R4T_CHECKPOINTS.")
    if not follow(STEPS[args.step](args, settings), args.events) and crew().is_main_process:  # the others tell nothing
        done = f"Nothing was left to train: the state in {args.runs} is that of a finished run. Remove it there to begin anew."
        print(done, file=sys.stderr)


def _run_on_catalog(args: argparse.Namespace) -> None:
    """``train SOURCE --out DIR``."""
    if not args.out:
        raise UserError(f"There is no step '{args.step}'. If it is a catalogue, name the folder to make of it with --out DIR.")
    settings = Settings.from_env()
    again = "Mend that and run it again: it goes on where it stopped."
    place = Place()
    with events.beating(args.events) if args.events else nullcontext(), place.explained(), machine_errors(again):
        from r4t_demo.train.tune import catalog_run, comparison  # seconds of imports, in which there are events already

        queries = _lines(args.queries) if args.queries else None
        if args.until:
            records = catalog_run.prepare(args.step, args.out, settings, queries, columns_of(args), args.ask)
        else:
            given = queries, args.seed, columns_of(args), args.ask
            records = catalog_run.run(args.step, args.out, settings, args.budget, *given)
        follow(place.of(records), args.events)
    result = comparison.read(args.out)
    told = f"{comparison.table(result)}\n\n{comparison.verdict(result)[1]}\nAll of it is in" if result else "Ready to train on:"
    print(f"{told} {args.out}")


@dataclass
class Place:
    """Where a run is; once it has stopped, where that was."""

    stage: str = next(iter(STAGES))

    def of(self, records: Iterable) -> Iterator:
        """Pass the records on and remember the stage of the last one."""
        for record in records:
            self.stage = record.stage
            yield record

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Print an error that nobody foresaw, and raise it as a Fault that says where the run stopped and what to do."""
        try:
            yield
        except UserError:
            raise
        except Exception as error:
            traceback.print_exc()
            first = next(iter(str(error).splitlines()), "")
            what = f"{type(error).__name__}: {first}" if first else type(error).__name__
            raise Fault(
                f"The run stopped in '{STAGES[self.stage]}' because of an error in the app: {what.rstrip('.')}. Run it again, or "
                "resume it: it goes on where it stopped. If it stops there again, report it with the end of its log."
            ) from error


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise UserError(f"The queries in '{path}' cannot be read ({error}): give a text file with one a line.") from error


def follow(records: Iterable, path: Path | None) -> int:
    """Print each record and, where asked, append it to a file of JSON lines; return how many there were."""
    told = 0
    for record in records:
        told += 1
        metrics = dict(record.metrics)
        left = f"  {metrics.pop('seconds_left'):.0f} s left" if "seconds_left" in metrics else ""
        figures = "  ".join(
            f"{name} {value:.3f}" if isinstance(value, float) else f"{name}: {value}" for name, value in metrics.items()
        )
        print(f"{record.stage} {record.step}/{record.total}{left}  {figures}", file=sys.stderr, flush=True)
        if path:
            event = {"stage": record.stage, "step": record.step, "total": record.total, "metrics": record.metrics}
            events.append(path, event | ({"answer": record.answer} if record.answer else {}))
    return told


def _need_data(data: Path) -> None:
    if not (data / "fashion-products").is_dir():
        raise UserError(
            "This step trains on real photos that are not part of the project: "
            f"no folder {data / 'fashion-products'}; name it with --data."
        )


def _words() -> list[str]:
    from r4t_demo import minilm
    from r4t_demo.train.data import corpus

    return corpus.everyday_words(minilm.folder() / "vocab.txt")


def _encoder(args, settings: Settings):
    from r4t_demo.train.encoder import recipe

    _need_data(args.data)
    yield from recipe.train(args.data, settings.assets, args.runs / "encoder", args.out / "clip-mini", _words(), args.steps)


def _domains(args, settings: Settings):
    from r4t_demo.train.data import domains

    yield from domains.fit(args, settings)


STEPS: dict[str, Callable] = {
    "encoder": _encoder,
    **recipes.STEPS,
    "domains": _domains,
}
