"""Commands that talk to the Hub: publish and deploy-space."""

import argparse
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from r4t_demo.errors import UserError

TOKEN = "The token is HF_TOKEN's or that of `hf auth login`; one that may write to this one repository is enough."


def add_parser(commands: argparse._SubParsersAction) -> None:
    """publish and deploy-space."""
    parser = commands.add_parser("publish", help="put a checkpoint or a catalogue onto the Hugging Face Hub", epilog=TOKEN)
    parser.add_argument(
        "kind", metavar="KIND", choices=("checkpoint", "catalog"), help="checkpoint, or catalog with the models tuned to it"
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="its folder, or the zip of a tuned catalogue")
    _add_repository(parser)
    parser.set_defaults(run=_publish)
    parser = commands.add_parser("deploy-space", help="put the app onto the Hub as a Space", epilog=TOKEN)
    _add_repository(parser)
    parser.add_argument("--dry-run", action="store_true", help="assemble its folder and upload nothing")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to assemble it, and leave it (a temporary folder)")
    parser.set_defaults(run=_deploy_space)


def _add_repository(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="OWNER/NAME", help="the repository, which is made if it is missing")
    parser.add_argument("--public", action="store_true", help="for everybody, where the repository is new (its owner alone)")


def _publish(options: argparse.Namespace) -> None:
    from r4t_demo.cli.options import unpacked
    from r4t_demo.hub.publish import publish
    from r4t_demo.settings import Settings

    _check_name(options.name)
    folder = options.folder
    if options.kind == "catalog" and folder.suffix.lower() == ".zip":
        folder = unpacked(folder, Settings.from_env())
    print(publish(options.kind, folder, options.name, public=options.public))


def _deploy_space(options: argparse.Namespace) -> None:
    from r4t_demo.hub import space

    _check_name(options.name)
    with TemporaryDirectory(prefix="r4t-") as temporary:
        folder = options.out or Path(temporary) / "space"
        size = space.assemble(folder)
        files = sum(file.is_file() for file in folder.rglob("*"))
        print(f"The Space's folder has {size / 1e6:.0f} MB in {files:,} files" + (f": {folder}" if options.out else "."))
        if not options.dry_run:
            print(space.deploy(folder, options.name, public=options.public))


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", name):
        raise UserError(f"'{name}' is no repository: write OWNER/NAME.")
