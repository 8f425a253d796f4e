"""Whatever is typed behind ``python -m r4t_demo``: an answer, or one sentence and status 2."""

import contextlib
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from r4t_demo.__main__ import _parser, main
from r4t_demo.engine import Engine
from r4t_demo.pattern.steer import Steering
from r4t_demo.settings import Settings
from tests.doubles import stand_in
from tests.ui.fake_steering import SeasonSteering

COMMANDS = ["fanout", "steer", "index", "build-polyvore", "evaluate", "train", "publish", "x", ""]
ASKED = {"fanout": ["fanout"], "steer": ["steer", "--seeds", "gothic-red-hat", "--attribute", "season=winter", "--k", "2"]}
NUMBERS = st.one_of(
    st.integers().map(str), st.floats().map(str), st.sampled_from(["0", "1", "3", "1e400", "٣", "nan", "-1", "9" * 5000])
)
TEXTS = st.one_of(
    st.text(max_size=10), st.sampled_from(["gothic red", "", " ", "\0", "\udcff", "x" * 600, "%s", "{0}", "--", "@file"])
)
METHODS = st.one_of(
    st.sampled_from(["none", "mmr", "folm", "sft", "diffusion", "instruct:", "mmr:0.5", "mmr:x", "seed-mean", "hppo"]), TEXTS
)
OPTIONS = st.one_of(
    st.tuples(st.sampled_from(["--k", "--n", "--seed", "--steps", "--variety", "--strength"]), NUMBERS),
    st.tuples(st.just("--method"), METHODS),
    st.tuples(st.just("--seeds"), st.one_of(TEXTS, st.just("gothic-red-hat"), st.just("gothic-red-hat,, bohemian-red-hat"))),
    st.tuples(st.just("--attribute"), st.one_of(TEXTS, st.just("season=winter"), TEXTS.map(lambda text: f"season={text}"))),
    st.sampled_from([("--json",), ("--distinct",)]),
)  # fmt: skip
TYPED = st.tuples(
    st.lists(TEXTS, max_size=2), st.lists(OPTIONS, max_size=4).map(lambda pairs: [one for pair in pairs for one in pair])
)


@pytest.fixture(scope="module", autouse=True)
def over_stand_ins(catalog_folder, catalog, index, encoder, tmp_path_factory):
    engine = Engine(Settings(catalog=str(catalog_folder), checkpoints=tmp_path_factory.mktemp("cli")), catalog, index, encoder)
    stand_in(engine)
    steering = SeasonSteering(engine)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "load", classmethod(lambda cls, settings: engine))
        patch.setattr(Steering, "load", classmethod(lambda cls, engine: steering))
        yield


def typed(arguments: list[str]) -> tuple[int, str, str]:
    """Status, and what a terminal gets: UTF-8 in strict mode on standard output, as Python opens it."""
    out, told = (io.TextIOWrapper(io.BytesIO(), "utf-8", errors) for errors in ("strict", "backslashreplace"))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(told):
        try:
            status = main(arguments)
        except SystemExit as end:  # argparse's own
            status = end.code
    for stream in (out, told):
        stream.flush()
    return status, out.buffer.getvalue().decode(), told.buffer.getvalue().decode()


@pytest.mark.parametrize("command", ASKED)
@settings(max_examples=80)
@given(TYPED)
def test_queries_and_options(command: str, rest: tuple[list[str], list[str]]) -> None:
    texts, options = rest
    status, out, told = typed([*ASKED[command], *options, *(texts if command == "fanout" else [])])
    assert status in (0, 2) and "Traceback" not in told
    assert out or told.strip()
    if status == 0 and "--json" in options and "--" not in texts + options:
        json.loads(out)


@settings(max_examples=80)
@given(st.sampled_from(COMMANDS), TYPED)
def test_every_command_reads_its_arguments_or_tells_what_is_wrong(command: str, rest: tuple[list[str], list[str]]) -> None:
    with contextlib.redirect_stderr(io.StringIO()) as told, contextlib.suppress(SystemExit):
        assert _parser().parse_args([command, *rest[0], *rest[1]]).command == command
    assert "Traceback" not in told.getvalue()
