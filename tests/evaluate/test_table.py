"""Plain aligned text."""

from r4t_demo.evaluate.table import interval, render


def test_columns_are_aligned() -> None:
    rows = [["method", "ms"], ["folm", "1200.5"], ["mmr", "3.1"]]
    assert render(rows) == "method      ms\nfolm    1200.5\nmmr        3.1"
    assert render(rows, right=()) == "method  ms\nfolm    1200.5\nmmr     3.1"


def test_intervals() -> None:
    assert interval([0.5, 0.25, 0.75]) == "0.500 [0.250, 0.750]"
    assert interval(None) == "–"
