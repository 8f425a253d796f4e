"""The command line: python -m experiments COMMAND."""

import argparse
import sys

from experiments.ablate import cli as ablate_cli
from r4t_demo import options


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    return options.run(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m experiments", description="Change one part of a method and measure.")
    commands = parser.add_subparsers(dest="command", required=True)
    ablate_cli.add_parser(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
