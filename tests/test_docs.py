"""What the README, docs/ and the cards tell a reader to type works.

Every command parses, the cheap ones run, every link leads somewhere.
"""

import argparse
import contextlib
import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

import artwork.__main__
import experiments.__main__
import r4t_demo.__main__
from experiments.rivals import cli as rivals_cli
from r4t_demo.__main__ import main
from r4t_demo.errors import UserError
from r4t_demo.fanout.registry import METHODS, lookup
from r4t_demo.pattern.recipe import Plan
from r4t_demo.settings import ROOT
from r4t_demo.train.cli import STEPS
from r4t_demo.train.tune.presets import PRESETS, plan
from r4t_demo.train.tune.tuning import REQUESTS

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
CARDS = [ROOT / "assets" / "samples" / "README.md", *sorted((ROOT / "checkpoints").glob("*/README.md"))]
OTHERS = ("milvus-lite server ", "ray ", "accelerate launch", "hf auth login", "apt-get install ", "export R4T_")
BLOCK = r"^```(\w*)\n(.*?)^```$"
PLACEHOLDER = r"[A-Z_]+(/[A-Z_]+)?"


def typed(text: str) -> Iterator[str]:
    """Each line of a block without a language, and each inline command."""
    for language, block in re.findall(BLOCK, text, re.M | re.S):
        yield from (line for line in block.splitlines() if not language and line.strip() and not re.search("[─►→]", line))
    prose = re.sub(BLOCK, "", text, flags=re.M | re.S)
    yield from re.findall(r"`((?:[A-Z0-9_]+=\S+ )*(?:\S*python|make|pip|r4t-demo|accelerate|hf|ray) [^`]+)`", prose)


def single(line: str) -> Iterator[list[str]]:
    """The words of each command of a line: a loop's for each of its values, without what stands before and behind them."""
    line = re.sub(r"\s#.*$", "", line)
    if loop := re.fullmatch(r"for (\w+) in (.*?); do (.*?); done\s*", line):
        for value in loop[2].split():
            yield from single(loop[3].replace(f"${loop[1]}", value))
        return
    words = shlex.split(line.partition(" > ")[0])
    while words and re.fullmatch(r"[A-Z0-9_]+=.*", words[0]):
        words.pop(0)
    if words:
        yield words


def named(words: list[str]) -> Iterator[list[str]]:
    """A command that a table explains, once for each name in the table's first column."""
    table = (ROOT / "docs" / "results.md").read_text().partition("| WHAT |")[2].partition("\n\n")[0]
    names = re.findall(r"`([\w-]+)`", "".join(line.split("|")[1] for line in table.splitlines()[2:]))
    yield from ([name if word == "WHAT" else word for word in words] for name in (names if "WHAT" in words else [""]))


COMMANDS = [(page, words) for page in (*PAGES, *CARDS) for line in typed(page.read_text()) for words in single(line)]
MAINS = (r4t_demo.__main__, experiments.__main__, artwork.__main__)
PARSERS = {main.__name__.partition(".")[0]: main._parser for main in MAINS}


def package_of(words: list[str]) -> str | None:
    """Whose command it is."""
    return "r4t_demo" if words[0] == "r4t-demo" else next((word for word in words if word in PARSERS), None)


OURS = [(page.name, one) for page, words in COMMANDS if package_of(words) for one in named(words)]


def arguments(words: list[str]) -> list[str]:
    """What the package gets of a command."""
    return words[1:] if words[0] == "r4t-demo" else words[words.index(package_of(words)) + 1 :]


def parsed(given: list[str], package: str | None = "r4t_demo") -> argparse.Namespace | str:
    """The options as the package's own parser reads them, or what it complains about."""
    complaint = io.StringIO()
    with contextlib.redirect_stderr(complaint):
        try:
            return PARSERS[package]().parse_args(given)
        except SystemExit:
            return complaint.getvalue()


def test_there_are_commands_of_each_kind() -> None:
    named = {arguments(words)[0] for _, words in OURS}
    assert {
        "app",
        "fanout",
        "steer",
        "index",
        "train",
        "evaluate",
        "ablate",
        "publish",
        "deploy-space",
        "build-polyvore",
    } <= named
    assert len(OURS) > 60


@pytest.mark.parametrize(("page", "words"), OURS, ids=lambda value: shlex.join(value) if isinstance(value, list) else value)
def test_a_command_of_ours_parses(page: str, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    given, package = arguments(words), package_of(words)
    if package == "experiments":
        for name in rivals_cli.RIVALS:
            monkeypatch.setitem(METHODS, name, None)  # so that what is registered is gone after the test
        rivals_cli.register()
    options = parsed(given, package)
    if isinstance(options, str):  # in a sentence a command may stand for itself, without what it must be given
        assert "arguments are required" in options, options
        helped = io.StringIO()
        with contextlib.redirect_stdout(helped), pytest.raises(SystemExit):
            PARSERS[package]().parse_args([word for word in given if not word.startswith("-")] + ["--help"])
        assert all(word in helped.getvalue() for word in given if word.startswith("-"))
        return
    if options.command == "train":
        assert options.step in STEPS or re.fullmatch(PLACEHOLDER, options.step), "no such step"
    for name in getattr(options, "method", None) or ():
        if options.command == "fanout" and not re.fullmatch(PLACEHOLDER, name):
            lookup(name)
    for name in getattr(options, "methods", None) or ():
        lookup(name)


def test_an_unknown_option_step_or_method_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ("fanout x --widely", "steer --seed-items", "train x --tasks oar"):
        with pytest.raises(AssertionError):
            test_a_command_of_ours_parses("", ["python", "-m", "r4t_demo", *wrong.split()], monkeypatch)
    with pytest.raises(AssertionError, match="no such step"):
        test_a_command_of_ours_parses("", ["python", "-m", "r4t_demo", "train", "soft-grop"], monkeypatch)
    with pytest.raises(UserError, match="magic"):
        test_a_command_of_ours_parses("", ["python", "-m", "r4t_demo", "fanout", "x", "--method", "magic"], monkeypatch)


def test_every_other_command_names_what_there_is() -> None:
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M)
    for page, words in COMMANDS:
        line = shlex.join(words)
        if package_of(words):
            continue
        if words[0] == "make":
            assert {word for word in words[1:] if "=" not in word} <= set(targets), (page, line)
        elif line.startswith("pip install"):
            assert words[2] in (".", "jsonschema") or (ROOT / words[3]).is_file(), (page, line)
        elif "-m" in words[:2] and words[2].startswith("tests."):
            assert (ROOT / (words[2].replace(".", "/") + ".py")).is_file(), (page, line)
        elif "-m" in words[:2]:
            assert words[2] in ("pytest", "playwright", "coverage"), (page, line)
            assert all((ROOT / word).exists() for word in words if word.startswith("tests")), (page, line)
        elif words[0].endswith("python"):
            assert (ROOT / words[1]).is_file(), (page, line)
        else:
            assert line.startswith(OTHERS), (page, line)


def test_what_accelerate_launches_parses() -> None:
    from accelerate.commands.launch import launch_command_parser

    launched = [words for _, words in OURS if words[:2] == ["accelerate", "launch"]]
    assert launched
    for words in launched:
        options = launch_command_parser().parse_args(words[2:])
        assert (options.module, options.training_script) == (True, "r4t_demo")
        assert not isinstance(parsed(options.training_script_args), str)


def test_the_cheap_ones_run(over_stand_ins: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys) -> None:
    """Over a tiny catalogue: the fan-outs of the app's own models, open-ended retrieval, and the Space's folder."""
    monkeypatch.chdir(tmp_path)
    cheap = {("fanout",), ("evaluate", "oar"), ("evaluate", "pareto"), ("deploy-space", "USER/NAME", "--dry-run")}
    ran = 0
    for _, words in OURS:
        given = arguments(words) if package_of(words) == "r4t_demo" else []
        elsewhere = {"--catalog", "--data", "--out", "--split"} & set(given) or any("instruct:" in word for word in given)
        elsewhere = elsewhere or given[:1] == ["fanout"] and given[1].startswith("-")  # which asks nothing
        if any(tuple(given[: len(start)]) == start for start in cheap) and not elsewhere and not isinstance(parsed(given), str):
            assert "NAME" in given or main(given) == 0, (given, capsys.readouterr().err)
            ran += 1
    assert ran >= 7


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    prose = re.sub(BLOCK, "", page.read_text(), flags=re.M | re.S)
    for link in re.findall(r"\]\((?!https?:)([^)]+)\)", prose):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.*)$", target.read_text(), re.M)
            slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in slugs, link


def test_every_file_that_is_named_is_there() -> None:
    for page in PAGES:
        for name in re.findall(r"`(r4t_demo/[\w/.-]+|docs/[\w/.-]+|tests/[\w/.-]+)`", page.read_text()):
            assert (ROOT / name).exists(), (page.name, name)


def test_the_budgets_are_what_a_run_is_planned_by() -> None:
    rows = [line.strip("| ").split(" | ") for line in (ROOT / "docs" / "training.md").read_text().splitlines()]
    for name, preset in PRESETS.items():
        minutes = [f"{sum(plan(preset, 500, bfloat16=able).values()) / 60:.0f}" for able in (True, False)]
        steered = sum(Plan(requests=REQUESTS).scaled(preset.steering).lengths.values())
        size = f"{preset.rollouts} x {preset.batch} x {preset.group}", f"{preset.samples}"
        steps = f"{preset.diffusion_steps:,}, {preset.student_steps:,}"
        assert [f"`{name}`", preset.purpose, *size, steps, f"{steered}", *minutes] in rows
