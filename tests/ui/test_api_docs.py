"""Every example of docs/api.md, and the README's, runs against the tiny app and its engine.

All but the JavaScript: its client is a package of npm, which the tests do not install. Here only its calls are compared with what
the endpoints take.
"""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest
from jsonschema import ValidationError

from r4t_demo.__main__ import main
from r4t_demo.engine import Engine
from r4t_demo.pattern.steer import Steering
from r4t_demo.settings import ROOT
from tests.sources.makers import picture
from tests.ui.agent import ask_as_agent

TEXT = (ROOT / "docs" / "api.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.M | re.S)
ITEMS = {"at-00000": "gothic-red-hat", "at-00002": "gothic-navy-hat"}  # of Atelier, and of the tiny catalogue


def example(language: str, word: str = "") -> str:
    """The one block in a language that has the word in it, about items of the tiny catalogue."""
    [code] = [code for kind, code in BLOCKS if kind == language and word in code]
    for of_atelier, tiny in ITEMS.items():
        code = code.replace(of_atelier, tiny)
    return code


@pytest.fixture
def here(served):
    """Turns an example into one about the tiny app."""

    def turn(code: str) -> str:
        assert "http://127.0.0.1:7860" in code
        return code.replace("http://127.0.0.1:7860", served.address.rstrip("/"))

    return turn


@pytest.fixture
def over_stand_ins(served, monkeypatch):
    monkeypatch.setattr(Engine, "load", classmethod(lambda cls, settings: served.engine))
    monkeypatch.setattr(Steering, "load", classmethod(lambda cls, engine: served.steering))


def test_no_example_is_left_out():
    assert sorted(language for language, _ in BLOCKS) == [
        "",
        "bash",
        "javascript",
        "json",
        "python",
        "python",
        "python",
        "python",
    ]


def test_the_engine_in_python(over_stand_ins, capsys):
    names = {}
    exec(example("python", "Engine"), names)
    assert len(names["diffusion"].items) == 10 and len(names["boots"]) == 3 and len(names["around"]) == 2
    assert len(names["look"].items) == len(names["less"].items) == 10
    assert capsys.readouterr().out.count("\n") == 10 + 1 + 4


def test_the_client_in_python(here, capsys):
    names = {}
    exec(here(example("python", "/steer")), names)
    assert len(names["liked"]) == 2 and [answer["method"] for answer in names["answers"]] == ["folm", "diffusion"]
    assert len(names["near"]) == 12 and len(names["steered"]["results"]) == 4
    assert "tiny 48" in capsys.readouterr().out


def test_a_picture_from_python(here, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    Path("photo.jpg").write_bytes(picture(kind="JPEG"))
    names = {}
    exec(here(example("python", "photo.jpg")), names)
    assert len(names["look"]["items"]) == 10 and names["look"]["query"] in capsys.readouterr().out


def test_the_client_in_the_readme(here):
    [code] = re.findall(r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text(), re.M | re.S)
    names = {}
    exec(here(code), names)
    assert len(names["answers"]) == 2 and len(names["items"]) == 5


def test_the_javascript_names_what_there_is(served):
    code = example("javascript")
    named = served.demo.get_api_info()["named_endpoints"]
    calls = re.findall(r'predict\("(/\w+)", \{ (.*?) \}\)', code)
    assert len(calls) == code.count("predict(") == 2
    for name, arguments in calls:
        assert set(re.findall(r"(\w+): ", arguments)) <= {one["parameter_name"] for one in named[name]["parameters"]}


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="no curl or no bash on this machine")
def test_curl(here):
    done = subprocess.run(["bash", "-ec", here(example("bash"))], capture_output=True, text=True, timeout=120, check=True)
    event, data = done.stdout.strip().splitlines()[-2:]
    [answer] = json.loads(data.removeprefix("data: "))
    assert event == "event: complete"
    assert answer["query"] == "boots" and [item["category"] for item in answer["items"]] == ["boots"] * 3


def test_the_address_for_agents(here):
    [server] = json.loads(here(example("json")))["mcpServers"].values()
    address, path, rest = server["url"].partition("gradio_api/mcp/")
    assert path and not rest
    assert len(ask_as_agent(address, lambda session: session.list_tools()).tools) == 5


def test_all_arguments_in_their_order(served):
    for name, first in (("fanout", "folm"), ("catalogs", "tiny")):
        data = json.loads(re.search(rf"for `/{name}` `(\[.*?\])`", TEXT)[1])
        call = f"{served.address}gradio_api/call/{name}"
        event = httpx.post(call, json={"data": data}).json()["event_id"]
        [answer] = json.loads(httpx.get(f"{call}/{event}", timeout=60).text.partition("data: ")[2])
        assert first in answer[0].values()


def test_the_command_line_and_the_check_of_what_it_prints(over_stand_ins, monkeypatch, tmp_path, capsys):
    (tmp_path / "r4t_demo").symlink_to(ROOT / "r4t_demo")
    monkeypatch.chdir(tmp_path)
    for line in example("").splitlines():
        _, _, _, *arguments, _, file = shlex.split(line)
        assert main(arguments) == 0
        Path(file).write_text(capsys.readouterr().out)
    check = example("python", "jsonschema")
    exec(check, {})
    Path("steered.json").write_text(Path("steered.json").read_text().replace('"joint"', '"both"', 1))
    with pytest.raises(ValidationError, match="'joint' is a required property"):
        exec(check, {})
