"""Do the tests notice broken code? ``python -m tests.mutate rewards.py fanout/samplers.py --sample 60``

Cosmic Ray makes mutants of a file of r4t_demo: another operator or number, an exception that nobody raises, a condition turned
round, a loop that never runs. Each is put into a copy of the project and tried by the tests of that file alone; it is killed
where one of them fails or takes too long. What survives is printed: behaviour that no test checks, or a change without effect.
"""

import argparse
import multiprocessing
import os
import random
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import faiss  # noqa: F401  (what takes long to import is imported once, before the processes fork)
import hypothesis.extra.numpy  # noqa: F401
import pyarrow.parquet  # noqa: F401
import pytest
import torch  # noqa: F401
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).parent.parent
FORMATS = ["sources/test_table", "sources/test_parquet", "sources/test_ingest"]
TESTS = {  # which tests concern a file
    **{
        "rewards.py": ["test_rewards"],
        "fanout/samplers.py": ["fanout/test_samplers"],
        "train/tune/archive.py": ["train/tune/test_archive"],
    },
    **{"catalog.py": ["test_catalog", "sources/test_ingest"], "sources/files.py": ["sources/test_files", "sources/test_ingest"]},
    **{f"sources/{name}.py": [f"sources/test_{name}"] for name in ("decode", "ingest", "parquet", "reasons")},
    **{f"sources/{name}.py": FORMATS for name in ("__init__", "columns", "hub", "pictures", "table", "validate")},
}


def mutants(code: str) -> Iterator[str]:
    """The mutants of ``code`` in a random order, without those that break its grammar and those of "|", which stands in types."""
    nodes, places = [*ast_nodes(get_ast(code))], []
    names = [name for name in operator_names() if "BitOr_" not in name and not get_operator(name).arguments()]
    for operator in (get_operator(name)() for name in names):
        places += [(operator, number) for number in range(sum(len([*operator.mutation_positions(node)]) for node in nodes))]
    random.Random(0).shuffle(places)
    for operator, number in places:
        with suppress(SyntaxError, AttributeError):  # the latter is Cosmic Ray's own, of an exception with dots in its name
            mutant = mutate_code(code, operator, number)
            compile(mutant, "mutant", "exec")
            yield mutant


def passes(folder: Path, tests: list[str], seconds: float) -> bool:
    """Whether the tests of the copy in ``folder`` pass within that time."""
    process = multiprocessing.get_context("fork").Process(target=_test, args=(folder, tests))
    process.start()
    process.join(seconds)
    process.kill()
    process.join()
    return process.exitcode == 0


def _test(folder: Path, tests: list[str]) -> None:
    os.chdir(folder)
    sys.dont_write_bytecode, sys.path[0] = True, str(folder)
    for number in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)
    sys.exit(pytest.main(["-x", "-p", "no:cacheprovider", f"--basetemp={folder}/tmp", *(f"tests/{name}.py" for name in tests)]))


def mutate(copy: Path, name: str, sample: int) -> str:
    """Try mutants of one file, print those that survive and return how many were killed."""
    file = copy / "r4t_demo" / name
    code, killed = file.read_text(encoding="utf-8"), 0
    drawn = [*islice(mutants(code), sample)]
    start = time.monotonic()
    if not passes(copy, TESTS[name], 600):
        sys.exit(f"The tests of {name} fail as it stands.")
    seconds = 20 + 4 * (time.monotonic() - start)
    for mutant in drawn:
        file.write_text(mutant, encoding="utf-8")
        if not passes(copy, TESTS[name], seconds):
            killed += 1
            continue
        pairs = zip(code.splitlines(), mutant.splitlines(), strict=False)
        print(*(f"{name}:{line}\n- {old}\n+ {new}" for line, (old, new) in enumerate(pairs, 1) if old != new), flush=True)
    file.write_text(code, encoding="utf-8")
    return f"{name}: {killed} of {len(drawn)} killed"


def main() -> None:
    """Mutate each file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", default=[*TESTS], help=f"of r4t_demo: {', '.join(TESTS)}")
    parser.add_argument("--sample", type=int, default=20, help="mutants of a file, drawn with one seed (%(default)s)")
    options = parser.parse_args()
    with TemporaryDirectory() as temporary:
        copy = Path(temporary)
        for name in ("r4t_demo", "tests"):
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "assets", "checkpoints"):
            (copy / name).symlink_to(ROOT / name)
        for name in options.files:
            print(mutate(copy, name, options.sample), flush=True)


if __name__ == "__main__":
    main()
