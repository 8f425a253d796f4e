"""The JSON contract: real output fits its schema, and nothing can be changed in it unseen."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from r4t_demo.__main__ import main
from r4t_demo.engine import Engine
from r4t_demo.errors import UserError
from r4t_demo.pattern.steer import Steering
from r4t_demo.serve.desk import Desk
from r4t_demo.settings import ROOT
from r4t_demo.ui.endpoints import Endpoints
from tests.doubles import EVERYWHERE
from tests.ui.fake_steering import SeasonSteering

FILES = sorted((ROOT / "r4t_demo" / "schema").glob("*.json"))
SEEDS = ["gothic-red-hat", "gothic-navy-hat"]
OPEN = {"categories", "methods", "steering"}  # objects whose keys are data


def schema(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((ROOT / "r4t_demo" / "schema" / f"{name}.v1.json").read_text()))


@pytest.fixture
def answers(engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> dict[str, list]:
    """Real output by schema: what the commands print and the endpoints return."""
    steering = SeasonSteering(engine)
    monkeypatch.setattr(Engine, "load", classmethod(lambda cls, settings: engine))
    monkeypatch.setattr(Steering, "load", classmethod(lambda cls, engine: steering))

    def printed(*arguments: str) -> object:
        assert main([*arguments, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    endpoints, unsteered = (Endpoints(Desk(engine), how) for how in (steering, UserError("There is none.")))
    methods = [option for name in EVERYWHERE for option in ("--method", name)]
    return {
        "fanout": [
            printed("fanout", "gothic red", "navy", *methods, "--k", "2", "--n", "2"),
            endpoints.fanout("gothic", ["folm", "mmr"], k=2, n=1, distinct=True),
        ],
        "steer": [
            printed("steer", "--seeds", ",".join(SEEDS), "--attribute", "season=winter", "--k", "3"),
            endpoints.steer(SEEDS, "season", "summer", ["hppo"], k=2),
        ],
        "search": [
            endpoints.search("gothic red", n=2),
            endpoints.search(item_id=SEEDS[0], n=2),
            endpoints.search("gothic", category="hat", n=1),
        ],
        "why": [
            endpoints.why(SEEDS[0], "gothic", "folm", "gothic red hat"),
            endpoints.why(SEEDS[0], "gothic", "diffusion", direction=1),
        ],
        "catalogs": [endpoints.catalogs(), unsteered.catalogs()],
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_schema_is_one_and_says_its_version(file: Path) -> None:
    written = json.loads(file.read_text())
    Draft202012Validator.check_schema(written)
    name, version, _ = file.name.split(".")
    assert written["$id"] == f"urn:r4t-demo:schema:{name}:{version}"


def test_real_output_fits_its_schema(answers: dict[str, list]) -> None:
    assert {f"{name}.v1.json" for name in answers} == {file.name for file in FILES}
    for name, outputs in answers.items():
        for output in outputs:
            schema(name).validate(json.loads(json.dumps(output, allow_nan=False)))


@pytest.mark.parametrize("name", ["fanout", "steer", "search", "why", "catalogs"])
def test_no_field_can_go_come_or_change_unseen(answers: dict[str, list], name: str) -> None:
    output, valid = answers[name][-1 if name in ("fanout", "steer") else 0], schema(name).is_valid
    assert valid(output)
    changed = list(changes(output, name))
    assert len(changed) > 10
    for what, other in changed:
        assert not valid(other), what


def changes(output: object, name: str) -> Iterator[tuple[str, object]]:
    """What was changed, and the output with that one change: a field gone, one more, a value of another type."""
    for path in _paths(output):
        *parents, last = path
        told = f"{name}: {'/'.join(map(str, path))}"
        for kind, value in (("as an object", {"x": []}), ("as nothing in a list", [None])):
            other = deepcopy(output)
            _at(other, parents)[last] = value
            yield f"{told} {kind}", other
        if isinstance(last, str) and not OPEN & set(parents):
            more, fewer = deepcopy(output), deepcopy(output)
            _at(more, parents)[f"{last}_too"] = _at(fewer, parents).pop(last)
            yield f"{told} twice", more
            yield f"{told} gone", fewer


def _paths(value: object, path: tuple = ()) -> Iterator[tuple]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*path, key)
        yield from _paths(inner, (*path, key))


def _at(value: object, path: list) -> object:
    for key in path:
        value = value[key]
    return value
