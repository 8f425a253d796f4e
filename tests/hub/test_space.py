"""The folder of a Space: exactly what the app needs, in pinned versions, small enough, and put there as a whole."""

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from huggingface_hub import RepoCard

from r4t_demo.__main__ import main
from r4t_demo.hub import space
from r4t_demo.settings import ROOT
from tests.hub.stub_hub import StubHub


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("space") / "app"
    assert main(["deploy-space", "ann/app", "--dry-run", "--out", str(out)]) == 0
    return out


def test_it_holds_what_the_app_needs_and_nothing_else(folder: Path) -> None:
    files = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    assert {name.partition("/")[0] for name in files} == {
        "CITATION.cff", "CONTRIBUTING.md", "LICENSE",
        "README.md", "app.py", "assets", "checkpoints", "docs", "r4t_demo", "requirements.txt", "results",
    }  # fmt: skip
    assert not [name for name in files if re.search(r"(^|/)(tests?|runs|\.[^/]*|__pycache__)(/|$)", name)]
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    needed = {name for name in tracked if re.match(r"app\.py|r4t_demo/|assets/|checkpoints/|results/", name)}
    assert needed <= files
    size = sum((folder / name).stat().st_size for name in files)
    stated = re.search(r"(\d+) MB in all", (ROOT / "docs" / "hub.md").read_text())
    assert abs(size / 1e6 - int(stated[1])) < 2


def test_its_front_matter_is_a_spaces(folder: Path) -> None:
    front = RepoCard.load(folder / "README.md").data.to_dict()
    assert (front["sdk"], front["sdk_version"], front["app_file"]) == ("gradio", version("gradio"), "app.py")
    assert front["python_version"] == "3.12"


def test_it_installs_the_locked_versions(folder: Path) -> None:
    assert (folder / "requirements.txt").read_text() == (ROOT / "requirements.lock").read_text()


def test_the_app_in_it_finds_its_parts(folder: Path) -> None:
    code = "from r4t_demo.settings import Settings as S; s = S.from_env(); print(s.catalog_folder, s.checkpoints, s.host)"
    environment = {"SPACE_ID": "ann/app", "PATH": "/usr/bin"}
    told = subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.split() == [str(folder / "assets" / "atelier"), str(folder / "checkpoints"), "0.0.0.0"]


def test_it_takes_the_place_of_what_the_space_held(hub: StubHub, tmp_path: Path) -> None:
    hub.put("space", "ann/app", {".gitattributes": b"", "app.py": b"old", "gone.py": b"old"})
    (tmp_path / "app.py").write_text("new")
    (tmp_path / "README.md").write_text("---\nsdk: gradio\n---\n")
    assert space.deploy(tmp_path, "ann/app", public=False).startswith(hub.url)
    assert hub.files("space", "ann/app") == {".gitattributes": b"", "app.py": b"new", "README.md": b"---\nsdk: gradio\n---\n"}


def test_what_cannot_be_assembled_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    (tmp_path / "mine.txt").touch()
    assert main(["deploy-space", "ann/app", "--dry-run", "--out", str(tmp_path)]) == 2
    assert "is not empty: name another one" in capsys.readouterr().err
    monkeypatch.setattr(space, "MOST", 1_000_000)
    assert main(["deploy-space", "ann/app", "--dry-run", "--out", str(tmp_path / "new")]) == 2
    assert re.search(r"has \d+ MB, and it may have 1", capsys.readouterr().err)
