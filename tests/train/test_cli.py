"""What ``python -m r4t_demo train`` shows and records."""

import json
from pathlib import Path

import pytest

from r4t_demo.errors import UserError
from r4t_demo.settings import Settings
from r4t_demo.train import cli
from r4t_demo.train.progress import Progress


def test_records_are_shown_and_appended_as_json_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records = [Progress("stage", step, 2, {"loss": 0.5 / step, "sample": "a; b"}) for step in (1, 2)]
    events = tmp_path / "new" / "events.jsonl"
    for record in records:
        cli.follow([record], events)
    assert [json.loads(line) for line in events.read_text().splitlines()] == [
        {"stage": "stage", "step": step, "total": 2, "metrics": {"loss": 0.5 / step, "sample": "a; b"}} for step in (1, 2)
    ]
    assert capsys.readouterr().err.splitlines()[0] == "stage 1/2  loss 0.500  sample: a; b"


@pytest.mark.parametrize("step", ["text-tower", "image-tower", "folm-base"])
def test_a_step_without_its_data_says_so(tmp_path: Path, step: str) -> None:
    class Arguments:
        data, runs, out, steps, seed = tmp_path / "nothing", tmp_path / "runs", tmp_path / "out", None, 0

    with pytest.raises(UserError, match="real photos.*nothing.*--data"):
        next(iter(cli.STEPS[step](Arguments, Settings())))
    assert list(tmp_path.iterdir()) == []
