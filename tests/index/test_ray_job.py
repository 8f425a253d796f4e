"""A local Ray of two cores beside what one process makes."""

import json
import secrets
import warnings
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from r4t_demo.__main__ import main
from r4t_demo.catalog import Catalog
from r4t_demo.errors import UserError
from r4t_demo.files import WORK
from r4t_demo.index import build
from r4t_demo.index.build import FOLDER, build_index, embed_items
from r4t_demo.index.faiss_index import MANIFEST_FILE, VECTORS_FILE, FaissIndex
from r4t_demo.settings import ROOT
from tests.doubles import HashEncoder, write_catalog
from tests.kill_runs import tree
from tests.sources.makers import picture, write_files

try:
    import ray

    from r4t_demo.index.ray_job import build_on_ray, connected
except ImportError as error:
    warnings.warn(f"RAY HAS NOT BEEN TESTED: {error}", stacklevel=1)
    pytest.skip(str(error), allow_module_level=True)


@pytest.fixture(scope="module")
def local_ray() -> Iterator[None]:
    """A Ray with room for two actors, which find this program as they do when it is started from its folder."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.chdir(ROOT)
        patch.setenv("RAY_AUTH_TOKEN", secrets.token_hex())  # else Ray writes one into the home folder
        patch.setenv("RAY_gcs_server_port_wait_time_s", "300")  # the machine that tests may be busy
        patch.setattr(ray, "init", partial(ray.init, num_cpus=2, object_store_memory=100 * 2**20))
        try:
            stack.enter_context(connected("local"))
        except UserError as error:
            warnings.warn(f"RAY HAS NOT BEEN TESTED: {error}", stacklevel=1)
            pytest.skip(str(error))
        yield
    assert not ray.is_initialized()


@pytest.mark.usefixtures("local_ray")
def test_the_command_makes_the_same_folder_with_ray(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    monkeypatch.setattr(ray, "init", lambda address, **_: calls.append(address))
    monkeypatch.setattr(ray, "shutdown", lambda: calls.append("shutdown"))
    monkeypatch.setenv("R4T_THREADS", "1")
    shop = {f"{kind}/{n}.png": picture((9 * n, 200, 40), (30 + n, 40)) for n in range(10) for kind in ("hats", "scarves")}
    write_files(tmp_path / "shop", shop | {"hats/copy.png": shop["hats/1.png"], "hats/broken.png": b"x"})
    alone, shared = tmp_path / "alone", tmp_path / "shared"
    assert main(["index", str(tmp_path / "shop"), "--out", str(alone)]) == 0
    monkeypatch.setattr(build, "embed_items", None)  # from here on, only an actor can embed
    assert main(["index", str(tmp_path / "shop"), "--out", str(shared), "--ray", "local"]) == 0
    assert calls == ["local", "shutdown"]
    indexes = [FaissIndex.load(folder / FOLDER) for folder in (alone, shared)]
    vectors = [index.vectors(np.arange(len(index))) for index in indexes]
    np.testing.assert_allclose(vectors[1], vectors[0], atol=1e-5)
    manifests = [json.loads((folder / FOLDER / MANIFEST_FILE).read_text()) for folder in (alone, shared)]
    assert manifests[0] | {"sha256": ""} == manifests[1] | {"sha256": ""}
    files = [tree(folder) for folder in (alone, shared)]
    assert files[0].keys() == files[1].keys() and len(files[0]) == len(vectors[0]) + 4 == 14
    assert {name for name in files[0] if files[0][name] != files[1][name]} <= {
        f"{FOLDER}/{VECTORS_FILE}",
        f"{FOLDER}/{MANIFEST_FILE}",
    }


@pytest.mark.usefixtures("local_ray")
def test_ray_goes_on_with_what_any_run_has_left(tmp_path: Path) -> None:
    catalog, encoder = Catalog.load(write_catalog(tmp_path / "shop")), HashEncoder()
    alone = build_index(catalog, encoder, batch=2)
    deque((next(alone) for _ in range(10)), maxlen=0)  # into the second of three shards, of 16 items each
    alone.close()
    first = catalog.root / WORK / "000000000.f32"
    np.fromfile(first, np.float32).reshape(16, -1)[::-1].tofile(first)  # to be known again
    on_ray = partial(build_on_ray, catalog, encoder, batch=2)
    lost = catalog.items[20].image
    kept = lost.read_bytes()
    lost.unlink()
    with pytest.raises(OSError, match=f"No such file or directory.*{lost.name}"):
        deque(on_ray(threads=2), maxlen=0)
    lost.write_bytes(kept)
    steps = [record["step"] for record in on_ray(threads=1)]
    assert steps in ([16, 32, 48], [32, 48])
    expected = embed_items(catalog.items, encoder)
    expected[:16] = expected[:16][::-1]
    index = FaissIndex.load(catalog.root / FOLDER, encoder.id, catalog.fingerprint)
    np.testing.assert_allclose(index.vectors(np.arange(48)), expected, atol=1e-6)
    assert not (catalog.root / WORK).exists()


def test_a_ray_that_cannot_be_reached_is_one_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    def init(address: str, **_) -> None:
        raise ConnectionError(f"Nothing runs at {address}.\nFurther advice.")

    monkeypatch.setattr(ray, "init", init)
    assert main(["index", "nowhere", "--out", "nowhere", "--ray", "auto"]) == 2
    assert capsys.readouterr().err == (
        "There is no Ray to work with (Nothing runs at auto): start it with 'ray start', or give --ray local.\n"
    )
