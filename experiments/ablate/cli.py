"""``python -m experiments ablate WHAT``: one part of the method changed, the rest kept; figures on validation queries alone."""

import argparse
from importlib import import_module
from pathlib import Path

from r4t_demo.cli.options import add_common, add_data, at_least_one, load_engine
from r4t_demo.evaluate import cli as evaluate_cli

WHATS = {  # name: the module whose function of that name does it, what it compares
    "reward-terms": ("policies", "the policy rewarded by groundedness, with alignment, with diversity too"),
    "weights": ("policies", "the policy rewarded by groundedness : diversity : alignment as 6:2:2, 4:3:3 and 2:4:4"),
    "filter": ("retrievers", "the retriever on all lists, and on the best of them"),
    "permutation": ("retrievers", "the retriever on sets with permuted rows, and as they were written"),
    "k": ("sampling", "the number of directions"),
    "sampler-steps": ("sampling", "the many-step retriever's steps, 1 to 256"),
    "guidance": ("sampling", "the strength of the retriever's guidance"),
}


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add the ``ablate`` command."""
    parts = commands.add_parser("ablate", help="change one part of the method and measure").add_subparsers(
        dest="what", required=True
    )
    for what, (module, purpose) in WHATS.items():
        parser = parts.add_parser(what, help=purpose)
        parser.add_argument("--limit", type=int, default=192, help="validation queries, evenly spread over all (%(default)s)")
        parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
        parser.add_argument("--results", type=Path, metavar="DIR", help="folder that the figures are written to (results)")
        if module != "sampling":
            parser.add_argument(
                "--steps", type=int, help="training budget of each variant (policy 60 rollouts, retriever 900 steps)"
            )
            parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder for resumable states (%(default)s)")
            parser.add_argument("--seed", type=int, default=0)
        parser.set_defaults(run=evaluate_cli.run, measure=_ablate, steps=None, runs=Path("runs"), seed=0)
    _add_pattern(parts)


def _add_pattern(parts: argparse._SubParsersAction) -> None:
    purpose = "steering: the predictor, the order and the stages of MO-DiT, the candidates and the filter of HPPO"
    parser = parts.add_parser("pattern", help=purpose)
    parser.add_argument("--sets", type=int, default=100, help="validation seed sets a cell (%(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--results", type=Path, metavar="DIR", help="folder that the figures are written to (results)")
    add_data(parser)
    add_common(parser, "photos, or a catalogue with attributes (atelier)")
    parser.set_defaults(run=evaluate_cli.run, measure=_pattern)


def _pattern(options: argparse.Namespace) -> evaluate_cli.Measured:
    from experiments.ablate import pattern
    from r4t_demo.pattern.recipe import Plan

    at_least_one(options, "sets")
    engine = load_engine(options, ("photos",))
    result = pattern.compare(engine, Plan(seed=options.seed), options.runs, options.sets)
    name = "ablate-pattern" if engine.catalog.name == "atelier" else f"ablate-pattern-{engine.catalog.name}"
    return evaluate_cli.Measured(name, result, pattern.text_of(result), {"seed_sets": result["n_sets"]}, options.seed)


def _ablate(options: argparse.Namespace) -> evaluate_cli.Measured:
    from experiments.ablate.report import result_of, text_of
    from experiments.ablate.runs import Budget
    from r4t_demo.evaluate import oar

    at_least_one(options, "limit", "steps")
    engine = load_engine(options)
    every = oar.load_queries(engine.catalog.root, "validation")
    count = min(options.limit, len(every))
    queries = [every[i * len(every) // count] for i in range(count)]
    module, _ = WHATS[options.what]
    ablate = getattr(import_module(f"experiments.ablate.{module}"), options.what.replace("-", "_"))
    ablation = ablate(engine, queries, Budget(options.runs, options.steps, options.seed))
    result = result_of(options.what, ablation, queries)
    samples = {"queries": result["n_queries"], "terms": result["n_terms"], **ablation.budget}
    return evaluate_cli.Measured(f"ablate-{options.what}", result, text_of(result), samples, options.seed)
