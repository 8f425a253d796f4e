"""``python -m experiments regression``, and ``evaluate`` with what it makes among the methods."""

import argparse
from pathlib import Path

from r4t_demo.evaluate import cli as evaluate_cli

RIVALS = {
    "regression": "Direct regression of the FOLM's sets, slot by slot, in one network call: the diffusion retriever's rival.",
    "regression-matched": "Direct regression whose slots learn the targets of Hungarian matching, in one network call.",
}


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add the ``regression`` and ``evaluate`` commands."""
    parser = commands.add_parser("regression", help="train the retriever's rival: the set in one call without diffusion")
    parser.add_argument("--matched", action="store_true", help="each slot with the target that Hungarian matching gives it")
    parser.add_argument("--steps", type=int, help="shorten or lengthen the run (as many as the retriever's)")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder of the training pairs and states (%(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.set_defaults(run=_regression)
    for part in evaluate_cli.add_parser(commands).choices.values():
        part.set_defaults(run=_evaluate)


def register() -> None:
    """Offer the rivals under their names wherever methods are chosen by name."""
    from r4t_demo.fanout import registry

    for name, description in RIVALS.items():
        flag = " --matched" if name == "regression-matched" else ""
        made_by = f"python -m experiments regression{flag}"
        registry.register(name, registry.Method(description, _loader(name), name, made_by, takes=("variety",)))


def _loader(name: str):
    def load(parts):
        from experiments.rivals.regression import RegressionRetriever

        return RegressionRetriever.load(parts.checkpoints / name, parts.encoder, parts.index, name)

    return load


def _regression(options: argparse.Namespace) -> None:
    import torch

    from experiments.rivals import training
    from r4t_demo.engine import Engine
    from r4t_demo.settings import Settings
    from r4t_demo.train.cli import follow

    settings = Settings.from_env()
    torch.set_num_threads(settings.threads)
    name = "regression-matched" if options.matched else "regression"
    follow(training.make(Engine.load(settings), name, options.runs, options.steps, options.seed), None)


def _evaluate(options: argparse.Namespace) -> None:
    register()
    evaluate_cli.run(options)
