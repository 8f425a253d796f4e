"""Options that several commands share, and what they are read into."""

import argparse
import json

from r4t_demo.errors import UserError
from r4t_demo.settings import Settings


def add_common(parser: argparse.ArgumentParser) -> None:
    """--catalog, --index and --json."""
    add_catalog(parser)
    add_where(parser)
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")


def add_catalog(parser: argparse.ArgumentParser) -> None:
    """--catalog."""
    parser.add_argument("--catalog", metavar="NAME_OR_DIR", help="a name under assets/, or a folder (atelier)")


def add_where(parser: argparse.ArgumentParser) -> None:
    """--index."""
    parser.add_argument("--index", metavar="milvus:URI", help="a Milvus server, cluster or FILE.db (FAISS beside the catalogue)")


def load_settings(options: argparse.Namespace) -> Settings:
    """The environment's settings, overridden by the options that are given."""
    names = ("catalog", "index", "memory", "results")
    return Settings.from_env(**{name: getattr(options, name, None) for name in names})


def load_engine(options: argparse.Namespace):
    """The engine of those settings."""
    from r4t_demo.engine import Engine

    return Engine.load(load_settings(options))


def at_least_one(options: argparse.Namespace, *names: str) -> None:
    """UserError where a number, or one of a list of numbers, is below 1."""
    for name in names:
        value = getattr(options, name)
        if value is not None and min(value if isinstance(value, list) else [value]) < 1:
            raise UserError(f"--{name.replace('_', '-')} is below 1: give a number of at least 1.")


def print_json(value: object) -> None:
    """Print a JSON value for reading; NaN is refused."""
    print(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))
