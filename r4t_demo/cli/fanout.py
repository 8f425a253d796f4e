"""``python -m r4t_demo fanout``: answer queries."""

import argparse
from pathlib import Path

from r4t_demo.cli.options import add_common, load_engine, print_json


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add the ``fanout`` command."""
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
    parser.add_argument("--plus", action="append", default=[], metavar="ID", help="more like this item; may be repeated")
    parser.add_argument("--minus", action="append", default=[], metavar="ID", help="less like this item; may be repeated")
    parser.add_argument(
        "--other-kinds", action="store_true", help="leave out what is of the same kind as the item or picture asked with"
    )
    add_common(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Answer, and print the answers."""
    from r4t_demo.sources.decode import read_query_image

    engine = load_engine(options)
    chosen = {"methods": options.method} if options.method else {}
    chosen |= {name: getattr(options, name) for name in ("k", "n", "seed", "steps", "variety", "distinct")}
    chosen |= {name: getattr(options, name) for name in ("plus", "minus", "other_kinds")}
    pictures = [read_query_image(path, str(path)) for path in options.picture]
    asked = [*options.queries, *(engine.catalog[item_id] for item_id in options.item), *pictures]
    results = engine.run(asked, **chosen)
    if options.json:
        print_json([result.to_json() for result in results])
    else:
        print("\n\n".join(map(_table, results)))


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
