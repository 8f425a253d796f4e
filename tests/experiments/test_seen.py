"""Descriptions are judged strictly, and queries by what is there in truth."""

import pytest

from experiments import seen
from experiments.__main__ import main
from r4t_demo.seen import Seen
from r4t_demo.seen.vocabulary import KINDS


@pytest.mark.parametrize(
    ("kind", "name", "right"),
    [
        ("t-shirt", "Tshirts", True),
        ("shirt", "Tshirts", False),
        ("dress", "Dresses", True),
        ("sports shoes", "Sports Shoes", True),
        ("watch", "Watches", True),
        ("jeans", "pants", True),
        ("teapot", "mug", False),
    ],
)
def test_another_spelling_is_the_same_kind_and_another_kind_is_not(kind: str, name: str, right: bool) -> None:
    assert seen.is_right(Seen(kind, "", 1.0, KINDS[kind]), name) is right
    assert not seen.is_right(None, name)


def test_all_that_counts_as_right_is_in_the_vocabulary() -> None:
    assert {name.strip() for names in seen.SAME.values() for name in names.split(",")} <= KINDS.keys()


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("blue dresses for a wedding", True),
        ("a teapot for a picnic", False),
        ("calm things", False),
        ("5bc8fbbc dresses", False),
        ("dresses of IMG 4321", False),
    ],
)
def test_a_query_fits_where_it_names_what_is_there_and_no_file(query: str, fits: bool) -> None:
    assert seen._fits(query, {"Dresses", "Shirts"}) is fits


@pytest.mark.parametrize("command", [["seen"], ["sheet", "sheet.webp"]])
def test_without_the_photos_it_says_so(command: list[str], tmp_path, capsys) -> None:
    assert main([*command, "--data", str(tmp_path)]) == 2
    assert "not part of the project" in capsys.readouterr().err
