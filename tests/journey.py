"""All that a user does with the app's requirements alone: python -m tests.journey [SOURCE …].

Every method that the app offers answers, sets are steered, and each source (the samples and photos without a word, or those that
are named) goes from the upload to a zip that is loaded again: read, embed, train in small, compare, pack, ask. The suite's
environment has more packages than a user's, so ``make journey`` runs this in one of requirements.lock. It ends with an error at
the first thing that fails.
"""

import json
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from gradio_client import Client

from r4t_demo.settings import ROOT
from r4t_demo.sources.samples import sample_file, samples
from r4t_demo.train.tune import archive
from tests.app_process import AppProcess

PYTHON = sys.executable
WORDLESS = ROOT / "tests/sources/cases/25-uuid-names.zip"
METHOD_OF_RESULT = ("folm-before", "folm", "diffusion")
WRITTEN = {"zero-shot", "sft", "best-of-5", "folm"}  # by the language model, which the app prepares as it starts


def main() -> None:
    """Run everything, a line each."""
    print(f"torch {version('torch')}, transformers {version('transformers')}, gradio {version('gradio')}", flush=True)
    with TemporaryDirectory(prefix="r4t-journey-") as temporary:
        folder = Path(temporary)
        told("the app", lambda: the_app(folder / "jobs"))
        sources = list(map(Path, sys.argv[1:])) or [
            sample_file(name, ROOT / "assets", folder) for name in samples(ROOT / "assets")
        ]
        for source in sources:
            told(source.name, lambda source=source: own_catalog(source, folder / "runs" / source.stem))


def told(what: str, act) -> None:
    """Do it and print how long it took and what it says."""
    began = time.monotonic()
    print(f"{what}: {act()} ({time.monotonic() - began:.0f} s)", flush=True)


def the_app(jobs: Path) -> str:
    """Start the app; ask it by every method that it offers, steer with it, and look at its health."""
    with AppProcess(jobs=jobs) as app:
        client = Client(app.address, verbose=False)
        [about] = client.predict(api_name="/catalogs")
        methods = list(about["methods"])
        assert set(methods) >= WRITTEN, methods
        answers = client.predict("rainy sunday", methods, api_name="/fanout")
        assert {answer["method"] for answer in answers if sum(map(len, answer["items"]))} == set(methods), methods
        items = client.predict("red boots", n=2, api_name="/search")["items"]
        seeds = [item["item_id"] for item in items]
        steered = client.predict(seeds, "season", "winter", api_name="/steer")["results"]
        health = json.load(urlopen(f"{app.address}health", timeout=30))
        assert health["status"] == "ok", health
    return f"{len(methods)} methods answered ({', '.join(methods)}); {len(steered)} steered; healthy"


def own_catalog(source: Path, out: Path) -> str:
    """Train in small on ``source`` by the command line, pack the result, and ask the zip."""
    run("tests.browser.tiny_run", "train", str(source), "--out", str(out), "--budget", "tiny")
    packed = out.with_name("result.zip")
    archive.export(out, packed)
    methods = [word for method in METHOD_OF_RESULT for word in ("--method", method)]
    answers = json.loads(run("r4t_demo", "fanout", "a calm evening", *methods, "--catalog", str(packed), "--json"))
    assert {answer["method"] for answer in answers if sum(map(len, answer["items"]))} == set(METHOD_OF_RESULT)
    return f"trained, packed ({packed.stat().st_size / 1e6:.0f} MB) and asked"


def run(module: str, *arguments: str) -> str:
    """What a command prints; its errors end this process."""
    done = subprocess.run([PYTHON, "-m", module, *arguments], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"python -m {module} {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return done.stdout


if __name__ == "__main__":
    main()
