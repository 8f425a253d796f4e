"""The app as a process: killed, stopped, and started over what is damaged."""

import io
import json
import os
import re
import runpy
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr
from pathlib import Path

import httpx
import pytest
from gradio_client import Client

from r4t_demo import log
from r4t_demo.fanout import language_model
from r4t_demo.settings import ROOT, Settings
from tests.app_process import AppProcess


def lines(path: Path) -> list[dict]:
    return list(map(json.loads, path.read_text().splitlines()))


def at_work(app: AppProcess) -> None:
    """Wait until a request is at work."""
    while not httpx.get(f"{app.address}health").json()["requests"]["running"]:
        pass


def test_killed_in_a_search_it_starts_again_and_told_to_stop_it_ends_in_good_order(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "tests.small_app", str(tmp_path / "fake"))
    errors, written = tmp_path / "stderr", tmp_path / "app.log"
    with ThreadPoolExecutor() as pool:
        with AppProcess(command, log=written) as first:
            lost = pool.submit(Client(first.address, verbose=False).predict, "one", ["diffusion"], api_name="/fanout")
            at_work(first)
            assert first.stop(signal.SIGKILL) == -signal.SIGKILL
        with AppProcess(command, stderr=errors, log=written) as second:
            client = Client(second.address, verbose=False)
            answer = pool.submit(client.predict, "two", ["diffusion"], api_name="/fanout")
            at_work(second)
            assert second.stop(signal.SIGTERM) == 0
            assert answer.result()[0]["query"] == "two", "what was under way is answered"
        assert lost.exception() is not None
    assert "Traceback" not in errors.read_text()
    told = [(line["event"], line.get("error")) for line in lines(written)]
    assert told.count(("start", None)) == 2 and told[-2:] == [("stop", None), ("fanout", None)]


@pytest.mark.parametrize("of", ["the app", "a run"])
def test_numpy_has_one_thread(of: str) -> None:
    """Its threads spin while they wait: beside another process a small product takes hundreds of times as long with two."""
    first = "r4t_demo.start" if of == "the app" else "numpy"
    code = f"import json, {first}, threadpoolctl as t; print(json.dumps(t.threadpool_info()))"
    plain = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    environment = plain if of == "the app" else Settings().environment()
    told = subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    pools = [pool for pool in json.loads(told.stdout) if pool["internal_api"] == "openblas" and "numpy" in pool["filepath"]]
    assert [pool["num_threads"] for pool in pools] == [1]


def started(**settings: object) -> str:
    """What ``python app.py`` ends with, run in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signal, "signal", lambda *_: None)
        patch.setattr(log, "configure", lambda _: None)
        patch.setattr(language_model, "ready", lambda *_: "")
        for name, value in settings.items():
            patch.setenv(f"R4T_{name.upper()}", str(value))
        with redirect_stderr(io.StringIO()) as told, pytest.raises(SystemExit) as ended:
            runpy.run_path(str(ROOT / "app.py"), run_name="__main__")
    assert ended.value.code == 2
    return told.getvalue()


@pytest.mark.parametrize(
    ("setting", "folder", "name", "sentence"),
    [
        ("checkpoints", "checkpoints", "clip-mini/open_clip_model.safetensors", "The encoder local-dir:.* cannot be loaded"),
        ("checkpoints", "checkpoints", "diffusion-mini/model.safetensors", "The retriever in .* cannot be loaded"),
        ("catalog", "assets/atelier", "index/vectors.faiss", "The index in .* is damaged: vectors.faiss"),
    ],
)
def test_started_over_a_damaged_file_it_ends_with_a_sentence(
    tmp_path: Path, setting: str, folder: str, name: str, sentence: str
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / folder, copy, ignore=shutil.ignore_patterns("folm*"))  # those may want a model that is not here
    (copy / name).write_bytes((copy / name).read_bytes()[:-9])
    assert re.search(sentence, started(**{setting: copy, "jobs": tmp_path / "jobs", "port": 0}))


def test_started_with_a_damaged_setting_it_ends_with_a_sentence() -> None:
    assert started(waiting="many") == "R4T_WAITING is 'many': it must be a whole number.\n"
