"""The wheel: what is in it, and that it answers from any folder once it is installed. Nothing is fetched."""

import json
import os
import re
import subprocess
import sys
from email import message_from_string
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

import r4t_demo
from r4t_demo.hub.space import CHECKPOINTS
from r4t_demo.settings import ROOT

PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run([*PIP, "wheel", str(ROOT), "--no-deps", "--no-build-isolation", "--wheel-dir", str(out)], check=True)
    [built] = out.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("installed")
    subprocess.run([*PIP, "install", str(wheel), "--no-deps", "--no-index", "--no-compile", "--target", str(target)], check=True)
    return target


def run(installed: Path, folder: Path, *command: str) -> subprocess.CompletedProcess:
    """Run a command in ``folder`` with the installed package in front of everything else."""
    settings = {name: value for name, value in os.environ.items() if not name.startswith("R4T_")}
    environment = settings | {"PYTHONPATH": str(installed), "HF_HUB_OFFLINE": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def tracked(*folders: str) -> set[str]:
    done = subprocess.run(["git", "ls-files", *folders], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_it_holds_the_package_with_the_embedded_set_and_nothing_else(wheel: Path) -> None:
    names = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    embedded = {f"r4t_demo/embedded/{name}" for name in tracked("assets", *(f"checkpoints/{name}" for name in CHECKPOINTS))}
    assert embedded and {name for name in names if name.startswith("r4t_demo/embedded/")} == embedded
    code = {path.relative_to(ROOT).as_posix() for path in (ROOT / "r4t_demo").rglob("*") if path.is_file()}
    assert names - embedded == {name for name in code if not name.endswith(".pyc")}
    stated = re.search(r"a wheel of (\d+) MB", (ROOT / "README.md").read_text())
    assert abs(wheel.stat().st_size / 1e6 - int(stated[1])) < 2


def test_its_metadata_has_one_source_each(wheel: Path) -> None:
    archive = ZipFile(wheel)
    [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    metadata = message_from_string(archive.read(name).decode())
    assert metadata["Version"] == r4t_demo.__version__
    assert metadata["License-Expression"] == "Apache-2.0" and metadata["License-File"] == "LICENSE"
    lines = (line.partition("#")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines())
    assert set(map(Requirement, filter(None, lines))) == set(map(Requirement, metadata.get_all("Requires-Dist")))


def test_the_installed_command_answers_in_any_folder(installed: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(installed / "bin" / "r4t-demo"), "fanout", "bohemian festival style"]
    done = run(installed, tmp_path, *command, "--method", "diffusion", "--json")
    assert done.returncode == 0, done.stderr
    [answer] = json.loads(done.stdout)
    assert answer["method"] == "diffusion" and len(answer["items"]) == 10
    assert not list(tmp_path.iterdir())


def test_what_an_installed_package_makes_stays_out_of_it(installed: Path, tmp_path: Path) -> None:
    code = "import r4t_demo.settings as s; d = s.Settings(); print(d.assets, d.checkpoints, d.results, d.jobs, sep='\\n')"
    done = run(installed, tmp_path, sys.executable, "-c", code)
    embedded = installed / "r4t_demo" / "embedded"
    made = [tmp_path / "results", tmp_path / "runs" / "jobs"]
    assert done.stdout.split() == list(map(str, [embedded / "assets", embedded / "checkpoints", *made]))
    for arguments, sentence in (
        (["train", "soft-grpo"], "The models of an installed package stay as they are"),
        (["deploy-space", "ann/app", "--dry-run"], "run this in a checkout of the repository"),
    ):
        done = run(installed, tmp_path, sys.executable, "-m", "r4t_demo", *arguments)
        assert done.returncode == 2 and sentence in done.stderr
