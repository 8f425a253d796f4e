"""Plain tables of words, one TOML file each."""

import tomllib
from functools import cache
from pathlib import Path


@cache
def table(file: Path | str) -> dict:
    """Read a TOML file; a bare name such as ``"cloth"`` is looked up in this folder."""
    path = file if isinstance(file, Path) else Path(__file__).with_name(f"{file}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
