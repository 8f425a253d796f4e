"""What a measurement leaves behind: whole files, the commit as it is, and sentences for what is no record."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from r4t_demo.errors import UserError
from r4t_demo.evaluate import record
from r4t_demo.evaluate.record import FIELDS, current_commit, load, save

FACTS = {"command": "python -m r4t_demo evaluate oar", "commit": None, "seed": 3, "samples": {"queries": 7}, "threads": 2}


def test_a_record_comes_back_whole(tmp_path: Path) -> None:
    path = save(tmp_path / "new", "oar", {"é": [1.5, None]}, **FACTS)
    found = load(tmp_path / "new", "oar")
    assert path == tmp_path / "new" / "oar.json"
    assert set(found) == set(FIELDS)
    assert (found["result"], found["samples"], found["seed"]) == ({"é": [1.5, None]}, {"queries": 7}, 3)
    assert set(found["machine"]) == {"cores", "threads", "torch", "gpu"}
    assert (found["machine"]["threads"], found["machine"]["cores"]) == (2, os.cpu_count())
    assert load(tmp_path, "oar") is None


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path, "oar", {"old": 1}, **FACTS)

    def full(self: Path, text: str, **more) -> None:
        with self.open("w") as file:
            file.write(text[:20])
        raise OSError("No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(UserError, match=r"cannot be written \(No space left"):
        save(tmp_path, "oar", {"new": 1}, **FACTS)
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == ["oar.json"]
    assert load(tmp_path, "oar")["result"] == {"old": 1}
    with pytest.raises(ValueError, match="JSON"):
        save(tmp_path, "oar", {"new": float("nan")}, **FACTS)
    assert load(tmp_path, "oar")["result"] == {"old": 1}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", '{"result": {}}', "[" * 100_000, '{"a": NaN}', "\udcff", '{"command": 1}'], ids=range(9)
)
def test_what_is_no_record_is_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "oar.json").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(UserError, match="'oar.json' (cannot be read|is no record)"):
        load(tmp_path, "oar")


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=x", "-c", "user.email=x@x", "-c", "init.defaultBranch=main"]
    return subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def test_the_commit_tells_changed_code_and_not_changed_results(tmp_path: Path) -> None:
    assert current_commit(tmp_path) is None
    git(tmp_path, "init")
    assert current_commit(tmp_path) is None  # nothing is committed yet
    (tmp_path / "results").mkdir()
    for name in ("code.py", "results/oar.json"):
        (tmp_path / name).write_text("1")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "x")
    head = git(tmp_path, "rev-parse", "HEAD")
    (tmp_path / "results" / "oar.json").write_text("2")
    assert current_commit(tmp_path) == head
    (tmp_path / "code.py").write_text("2")
    assert current_commit(tmp_path) == f"{head}-dirty"
    (tmp_path / "inside").mkdir()
    assert current_commit(tmp_path / "inside") is None  # the checkout is another project's


def test_without_git_there_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record.subprocess, "run", lambda *_, **__: (_ for _ in ()).throw(FileNotFoundError("git")))
    assert current_commit(tmp_path) is None


def test_records_are_json_for_everyone(tmp_path: Path) -> None:
    path = save(tmp_path, "scale", [{"items": 5}], **FACTS)
    assert json.loads(path.read_text(encoding="utf-8"))["result"] == [{"items": 5}]
