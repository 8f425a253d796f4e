"""Plain aligned text."""

from r4t_demo.evaluate.table import figures_table, interval, render


def test_columns_are_aligned() -> None:
    rows = [["method", "ms"], ["folm", "1200.5"], ["mmr", "3.1"]]
    assert render(rows) == "method      ms\nfolm    1200.5\nmmr        3.1"
    assert render(rows, right=()) == "method  ms\nfolm    1200.5\nmmr     3.1"


def test_intervals() -> None:
    assert interval([0.5, 0.25, 0.75]) == "0.500 [0.250, 0.750]"
    assert interval(None) == "–"


def test_a_row_for_each_name() -> None:
    figures = {"folm": {"a": [0.5, 0.25, 0.75], "b": None}, "mmr": {"a": [1.0, 1.0, 1.0], "b": [0.0, 0.0, 0.0], "c": None}}
    rows = [["method", "a", "b"], ["folm", "0.500 [0.250, 0.750]", "–"], ["mmr", "1.000 [1.000, 1.000]", "0.000 [0.000, 0.000]"]]
    assert figures_table("method", figures, ("a", "b")) == render(rows)
