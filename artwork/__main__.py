"""The command line: python -m artwork COMMAND."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from r4t_demo.cli import options
from r4t_demo.errors import UserError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    return options.run(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m artwork", description="Draw what assets/ holds.")
    commands = parser.add_subparsers(dest="command", required=True)
    atelier = commands.add_parser("atelier", help="draw the embedded catalogue anew")
    atelier.add_argument("--out", type=Path, required=True, metavar="DIR")
    atelier.set_defaults(run=lambda chosen: _builder("atelier")(chosen.out))
    samples = commands.add_parser("samples", help="draw the sample catalogue of things for the home anew")
    samples.add_argument("--out", type=Path, default=Path("assets/samples"), metavar="DIR", help="(%(default)s)")
    samples.set_defaults(run=lambda chosen: print(_builder("samples")(chosen.out)))
    return parser


def _builder(name: str) -> Callable:
    try:
        if name == "atelier":
            from artwork.atelier.build import build
        else:
            from artwork.home.build import build  # type: ignore[assignment]
    except ImportError:
        raise UserError("Drawing needs a further package: pip install -r requirements-train.txt") from None
    return build


if __name__ == "__main__":
    sys.exit(main())
