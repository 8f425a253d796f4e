"""Run the suite on the newest versions that the ranges allow, and say which of them breaks what: python -m tests.latest [TEST …].

Where tests fail, each package that is newer than in requirements-dev.lock is put back alone, and what failed is run again: what
passes then was broken by that package. Installs into .venv-latest. The exit status is 1 where something is broken.
"""

import os
import re
import subprocess
import sys
import venv
from collections.abc import Callable, Iterable, Mapping

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from r4t_demo.settings import ROOT

WANTED, LOCK = ROOT / "requirements-dev.txt", ROOT / "requirements-dev.lock"
FOLDER = ROOT / ".venv-latest"
LEFT_TO_TORCH = re.compile("nvidia-|cuda-|triton$")

Versions = dict[str, str]


def main(tests: list[str]) -> int:
    """Print what is newer and what it breaks."""
    locked, newest = versions(LOCK.read_text(encoding="utf-8")), versions(resolved())
    changed = newer(locked, newest)
    print(
        "\n".join(f"{name} {locked.get(name, '(new)')} -> {newest[name]}" for name in changed)
        or "Nothing is newer than the lock."
    )
    install(newest)
    failed = failures(tests)
    if not failed:
        print("The suite passes.")
        return 0
    print(f"{len(failed)} tests fail. Which package does it?", flush=True)

    def fails_with_old(package: str) -> set[str]:
        pip(f"{package}=={locked[package]}")
        try:
            return failures(sorted(failed))
        finally:
            pip(f"{package}=={newest[package]}")

    for package, broken in blamed(failed, [name for name in changed if name in locked], fails_with_old).items():
        print(f"\n{package or 'None of them alone'} breaks {len(broken)}:", *sorted(broken), sep="\n  ")
    return 1


def versions(text: str) -> Versions:
    """package -> version of a resolved list, as far as it is for this Python and this machine."""
    found = map(Requirement, (line for line in text.splitlines() if line.strip() and not line.startswith("#")))
    return {
        canonicalize_name(one.name): next(iter(one.specifier)).version
        for one in found
        if (one.marker is None or one.marker.evaluate()) and not LEFT_TO_TORCH.match(one.name)
    }


def resolved() -> str:
    """The newest versions within the ranges."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--upgrade", "--no-annotate", "--no-header", str(WANTED)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def newer(locked: Mapping[str, str], newest: Mapping[str, str]) -> list[str]:
    """The packages whose version is another one than the locked one."""
    return sorted(name for name, version in newest.items() if locked.get(name) != version)


def blamed(failed: set[str], packages: Iterable[str], fails_with_old: Callable[[str], set[str]]) -> dict[str, set[str]]:
    """package -> the tests that pass once it alone is put back; under "" those that no package alone brings back."""
    found = {package: failed - fails_with_old(package) for package in packages}
    found[""] = failed - set().union(*found.values())
    return {package: broken for package, broken in found.items() if broken}


def install(wanted: Mapping[str, str]) -> None:
    """Make .venv-latest hold these versions."""
    if not FOLDER.is_dir():
        venv.create(FOLDER, with_pip=True)
    pip(*(f"{name}=={version}" for name, version in wanted.items()))


def pip(*requirements: str) -> None:
    """Install what is named, whatever other packages say about it: only the tests are asked."""
    command = [FOLDER / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*command, *(["--no-deps"] if len(requirements) == 1 else []), *requirements], check=True)


def failures(tests: list[str]) -> set[str]:
    """The tests that fail there, of all or of those named."""
    environment = {name: value for name, value in os.environ.items() if name != "CI"}  # where the locked versions are asked for
    command = [FOLDER / "bin/python", "-m", "pytest", "--tb=no", "-rfE", "-n", "2", "--dist", "loadfile", *tests]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    print(*done.stdout.splitlines()[-1:], flush=True)
    found = set(re.findall(r"(?m)^(?:FAILED|ERROR) (.+?)(?: - .*)?$", done.stdout))  # a parameter may hold spaces
    if done.returncode not in (0, 1) and not found:
        sys.exit(f"pytest did not run: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
