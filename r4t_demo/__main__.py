"""The command line: python -m r4t_demo COMMAND. Each command imports what it needs, so that help comes at once."""

import argparse
import signal
import sys

from r4t_demo import __version__
from r4t_demo.cli import fanout as fanout_cli
from r4t_demo.cli import index as index_cli
from r4t_demo.cli.options import run
from r4t_demo.evaluate import cli as evaluate_cli
from r4t_demo.hub import cli as hub_cli
from r4t_demo.pattern import cli as steer_cli
from r4t_demo.settings import Settings
from r4t_demo.train import cli as train_cli


def main(arguments: list[str] | None = None) -> int:
    """Run one command of the package; returns the exit status."""
    return run(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m r4t_demo", description="Set-valued retrieval: fan-out model and diffusion.")
    parser.add_argument("--version", action="version", version=f"r4t-demo {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("app", help="start the app and print its address").set_defaults(run=_app)
    for command in (fanout_cli, steer_cli, index_cli, evaluate_cli, train_cli, hub_cli):
        command.add_parser(commands)
    return parser


def _app(options: argparse.Namespace) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):  # also while it still loads, it ends without a word when it is told to
        signal.signal(number, lambda *_: sys.exit(0))
    from r4t_demo import log, start

    log.configure(Settings.from_env())
    start.main()


if __name__ == "__main__":
    sys.exit(main())
