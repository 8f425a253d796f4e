"""Kill ``index`` with -9 at random moments and see that nothing is lost: ``python -m tests.kill_runs --moments 20``.

A run over a tiny shop is killed, what it left is loaded (only a whole index may load), it is started again to its end, and the
folder is compared with an uninterrupted run's, byte for byte. Children are forked, so that each costs no imports.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from r4t_demo.catalog import Catalog
from r4t_demo.errors import UserError
from r4t_demo.index.build import FOLDER, build_index
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.sources import ingest, open_source
from tests.doubles import HashEncoder
from tests.sources.makers import picture, write_files

ITEMS = 200


def make_shop(folder: Path) -> Path:
    """A table of 200 rows; every seventh is a copy, every ninth has no picture, one picture is broken."""
    pictures = {f"{i}.png": picture((i, 255 - i, 60), (40 + i % 9, 40)) for i in range(ITEMS)} | {"13.png": b"broken"}
    rows = [f"{i},{'' if i % 9 == 8 else f'{i - i % 7 % 2}.png'},item {i - i % 7 % 2},{i % 5}\n" for i in range(ITEMS)]
    return write_files(folder, {**pictures, "shop.csv": "id,image,title,category\n" + "".join(rows)})


def index(shop: Path, out: Path) -> None:
    """All of ``python -m r4t_demo index``, in small shards and with a stand-in for the encoder."""
    ingest.SHARD = 16
    for _ in ingest.ingest(open_source(str(shop)), out):
        pass
    for _ in build_index(Catalog.load(out), HashEncoder(), batch=4):
        pass


def load(out: Path) -> None:
    """Load what is there; a sentence that it cannot be loaded is as good as a whole index."""
    try:
        catalog = Catalog.load(out)
        loaded = FaissIndex.load(out / FOLDER, HashEncoder.id, catalog.fingerprint)
    except UserError:
        return
    assert len(loaded) == len(catalog)


def in_child(work: Callable[[], None], seconds: float | None = None) -> bool:
    """Run ``work`` in a fork and return whether it came to its end; after ``seconds`` the fork is killed with -9."""
    child = os.fork()
    if not child:
        try:
            work()
            os._exit(0)
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            os._exit(1)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)  # a child that has ended is not reaped yet: the signal finds nobody else
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and os.waitstatus_to_exitcode(status):
        raise SystemExit("a run ended with an error")
    return not os.WIFSIGNALED(status)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file under ``folder`` with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def main() -> None:
    """Try ``--moments`` moments, say how many fell inside a run, and end with status 1 at the first difference."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moments", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng, killed = random.Random(options.seed), 0
    with tempfile.TemporaryDirectory() as folder:
        shop, whole = make_shop(Path(folder) / "shop"), Path(folder) / "whole"
        start = time.perf_counter()
        in_child(lambda: index(shop, whole))
        seconds = time.perf_counter() - start
        for moment in range(options.moments):
            out = Path(folder) / f"{moment}"
            killed += not in_child(lambda out=out: index(shop, out), rng.uniform(0, seconds))
            in_child(lambda out=out: load(out))
            in_child(lambda out=out: index(shop, out))
            if tree(out) != tree(whole):
                raise SystemExit(f"moment {moment}: the result differs from an uninterrupted run's")
    print(f"{options.moments} runs, {killed} of them killed before their end: every result is that of an uninterrupted run")


if __name__ == "__main__":
    main()
