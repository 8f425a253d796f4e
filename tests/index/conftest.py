"""Places where a Milvus collection can be: milvus-lite in this process, and a milvus-lite server of its own."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from r4t_demo.errors import UserError
from r4t_demo.index.milvus_index import MilvusIndex


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URI of a milvus-lite in this process."""
    return str(tmp_path_factory.mktemp("milvus") / "lite.db")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URI of a milvus-lite server that listens on this machine only."""
    folder = tmp_path_factory.mktemp("milvus-server")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "milvus_lite", "server", "--data-dir", str(folder / "data")]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([*command, "--host", "127.0.0.1", "--port", str(port)], stdout=log, stderr=log)
    try:
        yield _answering(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.wait(30)


def _answering(uri: str, process: subprocess.Popen) -> str:
    until = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < until:
        try:
            MilvusIndex.exists(uri, "any")
            return uri
        except UserError:
            time.sleep(0.2)
    raise RuntimeError(f"the milvus-lite server at {uri} did not come up (status {process.poll()})")
