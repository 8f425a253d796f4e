"""The folder of a Space: the app with what is embedded in it, its locked requirements, and nothing else."""

import re
import shutil
from pathlib import Path

from r4t_demo.errors import UserError
from r4t_demo.hub.publish import upload
from r4t_demo.settings import ROOT

CHECKPOINTS = ("clip-mini", "folm-sft", "folm-mini", "diffusion-mini", "diffusion-teacher", "modit-mini")
FILES = ("app.py", "LICENSE", "CITATION.cff", "CONTRIBUTING.md")
FOLDERS = (
    "r4t_demo",
    "assets/atelier",
    "assets/samples",
    "assets/demonstrations",
    "assets/suits",
    "assets/fits",
    "results",
    "docs",
    *(f"checkpoints/{name}" for name in CHECKPOINTS),
)
LEAVE = shutil.ignore_patterns("__pycache__", "*.pyc", ".*", "screenshots")
MOST = 250_000_000  # bytes


def assemble(target: Path, root: Path = ROOT) -> int:
    """Make of the repository at ``root`` the new folder ``target``; return its size in bytes. UserError where that is too big."""
    if target.exists() and any(target.iterdir()):
        raise UserError(f"The folder '{target}' is not empty: name another one.")
    for name in FOLDERS:
        if not (root / name).is_dir():
            where = "run this in a checkout of the repository"
            raise UserError(f"There is no folder '{root / name}', which belongs to the Space: {where}.")
        shutil.copytree(root / name, target / name, ignore=LEAVE)
    for name in FILES:
        shutil.copyfile(root / name, target / name)
    locked = (root / "requirements.lock").read_text(encoding="utf-8")
    (target / "requirements.txt").write_text(locked, encoding="utf-8")
    (target / "README.md").write_text(_readme((root / "README.md").read_text(encoding="utf-8"), locked), encoding="utf-8")
    size = sum(file.stat().st_size for file in target.rglob("*") if file.is_file())
    if size > MOST:
        raise UserError(f"The Space's folder has {size / 1e6:.0f} MB, and it may have {MOST / 1e6:.0f}: it is in '{target}'.")
    return size


def deploy(folder: Path, name: str, *, public: bool) -> str:
    """Make the Space ``name``, USER/NAME, or put ``folder`` in the place of what it holds; returns the commit's address."""
    return upload(folder, name, "space", public=public, delete_patterns="*")


def _readme(text: str, locked: str) -> str:
    """The README; its front matter, which a Space is made by, names the Gradio of the lock."""
    [gradio] = re.findall(r"(?m)^gradio==(\S+)", locked)
    text, found = re.subn(r"(?m)^sdk_version: .*$", f"sdk_version: {gradio}", text, count=1)
    if not text.startswith("---\n") or not found:
        raise UserError("README.md has no front matter with a line sdk_version: the Space cannot be made without it.")
    return text
