"""What holds for the whole code and is easily lost: nothing that runs a stranger's bytes, one reader of the environment; and that
each point of docs/security.md has a test."""

import ast
import re
from pathlib import Path

import pytest

from r4t_demo.settings import ROOT

MODULES = [ROOT / "app.py", *sorted((ROOT / "r4t_demo").rglob("*.py"))]
RUNS_WHAT_IT_READS = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "yaml", "jsonpickle"}
LOADERS = {"read_pickle", "to_pickle", "unpack_archive", "extractall"}
BUILTINS = {"eval", "exec", "compile", "__import__"}


WATCHED = {"allow_pickle", "trust_remote_code", "shell", "weights_only"}
SUSPECT = re.compile("|".join(rf"\b{name}\b" for name in (*RUNS_WHAT_IT_READS, *LOADERS, *BUILTINS, *WATCHED, r"torch\.load")))


def dangers(source: str) -> list[str]:
    """What in a module could run what it reads."""
    if not SUSPECT.search(source):  # to parse everything takes seconds
        return []
    tree, found = ast.parse(source), []
    for node in ast.walk(tree):
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        found += [name for name in names if name.partition(".")[0] in RUNS_WHAT_IT_READS]
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        options = {one.arg: ast.unparse(one.value) for one in call.keywords if one.arg in WATCHED}
        is_builtin = isinstance(call.func, ast.Name)
        if name in LOADERS or is_builtin and name in BUILTINS:
            found.append(name)
        if name == "load" and ast.unparse(call.func) == "torch.load" and options.pop("weights_only", "") != "True":
            found.append("torch.load")
        found += [option for option, value in options.items() if value != "False"]
    return found


@pytest.mark.parametrize(
    "source",
    [
        "import pickle", "from joblib import load", "import yaml.loader", "torch.load(path)", "torch.load(p, weights_only=False)",
        "np.load(path, allow_pickle=True)", "eval(text)", "pandas.read_pickle(p)", "archive.extractall(p)", "run(x, shell=True)",
        "AutoModel.from_pretrained(x, trust_remote_code=True)",
    ],
)  # fmt: skip
def test_what_is_looked_for_is_found(source: str) -> None:
    assert dangers(source)


def test_nothing_runs_what_it_reads() -> None:
    assert {str(path): found for path in MODULES if (found := dangers(path.read_text(encoding="utf-8")))} == {}


def test_only_the_settings_read_the_environment() -> None:
    """So that no visitor reaches one: the page has no settings, and nothing else asks for a variable by a name."""
    readers = set()
    for path in MODULES:
        source = path.read_text(encoding="utf-8").replace("os.environ.setdefault(", "")  # for a library that reads it on import
        if re.search(r"\b(environ|getenv)\b(?! of)", source):
            readers.add(path.name)
    assert readers == {"settings.py"}


def test_every_point_of_the_checklist_names_a_test_that_is_there() -> None:
    rows = [line for line in (ROOT / "docs" / "security.md").read_text(encoding="utf-8").splitlines() if "`tests/" in line]
    assert len(rows) >= 20
    for row in rows:
        for path, name in re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", row) or [("none", row)]:
            source = Path(ROOT / path).read_text(encoding="utf-8") if path != "none" else ""
            assert re.search(rf"^def {name}\(", source, re.MULTILINE), f"there is no {path}::{name}"
