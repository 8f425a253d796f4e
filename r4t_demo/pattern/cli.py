"""``python -m r4t_demo steer``: from a few items to more of their pattern that carry an attribute."""

import argparse

from r4t_demo.cli.options import add_common, load_engine, print_json
from r4t_demo.errors import UserError


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add the ``steer`` command."""
    parser = commands.add_parser("steer", help="find more items in the pattern of a few, with a wanted attribute")
    parser.add_argument("--seeds", required=True, metavar="ID,ID,…", help="items to start from")
    parser.add_argument("--attribute", required=True, metavar="DOMAIN=VALUE", help="what the items found shall have")
    parser.add_argument("--method", action="append", help="seed-mean, direction, modit or hppo; may be repeated (all)")
    parser.add_argument("--less", default="", metavar="ID,ID,…", help="items that what is found shall be unlike")
    parser.add_argument("--k", type=int, default=24, help="items to find (%(default)s)")
    parser.add_argument("--strength", type=float, default=1.0, help="0 is the seed mean, 1 the generated query (%(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    add_common(parser)
    parser.set_defaults(run=_steer)


def _steer(options: argparse.Namespace) -> None:
    from r4t_demo.pattern.steer import METHODS, Steering, to_json

    domain, equals, value = options.attribute.partition("=")
    if not equals:
        raise UserError(f"--attribute is '{options.attribute}': write DOMAIN=VALUE, such as season=winter.")
    steering = Steering.load(load_engine(options))
    spread, answers = steering.run(
        options.seeds.split(","), domain.strip(), value.strip(), options.method or list(METHODS),
        k=options.k, strength=options.strength, seed=options.seed, less=options.less.split(","),
    )  # fmt: skip
    if options.json:
        print_json(to_json(spread, answers))
        return
    if spread.patterns > 1:
        print(f"The seeds belong to {spread.patterns} patterns (mean cosine with their mean {spread.cosine:.2f}).\n")
    print("\n\n".join(map(_table, answers)))


def _table(answer) -> str:
    from r4t_demo.evaluate.table import render

    rows = [["score", "attribute", "pattern", "category", "item"]]
    for one in answer.found:
        marks = ["yes" if mark else "–" for mark in (one.has_attribute, one.in_pattern)]
        rows.append([f"{one.score:.3f}", *marks, one.item.category, one.item.title])
    scores = ", ".join(f"{name} {value:.3f}" for name, value in answer.scores.items())
    return f"{answer.method}: {scores}; {answer.ms['total']:.1f} ms\n{render(rows, right=(0,))}"
