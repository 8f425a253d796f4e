"""Start the folder that deploy-space makes and ask it a query: python -m tests.start_space [--here] [--keep DIR].

The app runs in a virtual environment that has nothing but the folder's requirements.txt (with --here, in this one). Prints the
folder's size, the seconds until the page is up, and the methods that answered. It installs some gigabytes, so it is no test of
the suite.
"""

import argparse
import os
import subprocess
import sys
import time
import venv
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from r4t_demo.hub import space

ASK = """
import json, sys
from gradio_client import Client
answers = Client(sys.argv[1], verbose=False).predict("rainy sunday", api_name="/fanout")
print(json.dumps([[answer["method"], sum(map(len, answer["items"]))] for answer in answers]))
"""


def main() -> None:
    options = _options()
    with TemporaryDirectory(prefix="r4t-space-") as temporary:
        root = options.keep or Path(temporary)
        size = space.assemble(root / "app")
        print(f"{size / 1e6:.0f} MB", flush=True)
        python = Path(sys.executable) if options.here else _clean(root)
        _start(python, root / "app")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--here", action="store_true", help="this environment in the place of a clean one")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where the folder and the environment stay")
    return parser.parse_args()


def _clean(root: Path) -> Path:
    venv.create(root / "venv", with_pip=True)
    python = root / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", root / "app" / "requirements.txt"], check=True)
    return python


def _start(python: Path, folder: Path) -> None:
    """The app as a Space starts it, on any free port, without the Hub."""
    kept = {name: os.environ[name] for name in ("HOME", "PATH", "R4T_THREADS", "OMP_NUM_THREADS") if name in os.environ}
    environment = kept | {"SPACE_ID": "ann/app", "R4T_HOST": "127.0.0.1", "R4T_PORT": "0", "HF_HUB_OFFLINE": "1"}
    began = time.monotonic()
    app = subprocess.Popen([python, "app.py"], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        line = next((line for line in app.stdout if line.startswith("The page is on ")), None)
        if line is None:
            sys.exit("The app ended before its page was up.")
        print(f"{time.monotonic() - began:.1f} s until the page is up", flush=True)
        address = line.split()[-1]
        page = urlopen(address, timeout=60).read().decode()
        print("page", "opens" if "Fan-out retrieval" in page else "is not ours")
        subprocess.run([python, "-c", ASK, address], check=True, timeout=300)
    finally:
        app.terminate()
        app.wait()


if __name__ == "__main__":
    main()
