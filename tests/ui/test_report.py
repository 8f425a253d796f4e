"""What the page tells of an own catalogue: the line, the table behind it, and nothing where there is nothing to tell."""

from pathlib import Path
from xml.etree import ElementTree

from r4t_demo.jobs import Jobs
from r4t_demo.serve.desk import Desk
from r4t_demo.sources.validate import Report
from r4t_demo.ui.own.report import render_report
from r4t_demo.ui.page import create_demo
from tests.sources.makers import BLUE, RED, picture, taken_in, write_files
from tests.ui.fake_engine import FakeEngine

EVIL = "<img src=x onerror=alert(1)>"


def rows(html: str) -> list[list[str]]:
    return [["".join(cell.itertext()) for cell in row] for row in ElementTree.fromstring(html).iter("tr")]


def test_the_line_counts_and_the_table_gives_reasons() -> None:
    missing = [(f"row {i}", f"'{i}.png' is not in the folder") for i in range(1, 6)]
    copies = [("row 8", "row 7"), ("row 9", "row 6")]
    html = render_report(Report("shop", 2871, [*missing, ("row 6", "is an empty file")], copies, [("row 7", "has frames")]))
    line = ElementTree.fromstring(html).findtext("summary")
    assert line == "Your catalogue: 2,871 items accepted, 6 skipped, 2 duplicates left out"
    assert rows(html) == [
        ["Skipped", "5", "… is not in the folder", "row 1 (1.png), row 2 (2.png), row 3 (3.png) and 2 more"],
        ["1", "is an empty file", "row 6"],
        ["Duplicates", "2", "has the same picture and words as …", "row 8 (row 7), row 9 (row 6)"],
        ["Notes", "1", "has frames", "row 7"],
    ]


def test_without_anything_to_tell_the_line_does_not_open() -> None:
    html = render_report(Report("shop", 1))
    assert ElementTree.fromstring(html).tag == "p"
    assert "1 item accepted, 0 skipped, 0 duplicates left out" in html
    assert ElementTree.fromstring(render_report(Report("shop", 1, source_notes=["Latin-1."]))).findtext("p") == "Latin-1."


def test_every_text_is_escaped() -> None:
    pairs = [(f"{EVIL}{letter}", f"'{EVIL}{letter}' is bad") for letter in "ab"]
    for found in (pairs, pairs[:1]):
        html = render_report(Report(EVIL, 1, found, found, found, [EVIL]))
        assert "<img" not in html
        assert EVIL in "".join(ElementTree.fromstring(html).itertext())


def test_many_reasons_and_long_names_stay_short() -> None:
    skipped = [(f"row {i}", f"is {'x' * (i + 1)}") for i in range(1000)]
    html = render_report(Report("shop", 1, [*skipped, ("y" * 10**6, "'" + "z" * 10**6), ("a", "is rare"), ("b", "is rare")]))
    assert rows(html)[0][2] == "is rare"
    assert rows(html)[-1] == ["994", "994 other reasons"]
    assert len(render_report(Report("shop", 1, [("start" + "y" * 10**6 + "end.png", "'" + "z" * 10**6)]))) < 2000
    assert len(html) < 4000


def test_the_page_shows_the_report_of_an_own_catalogue_alone(tmp_path: Path) -> None:
    copy, files = picture(RED), {"a.png": picture(RED), "b.png": picture(BLUE), "note.txt": b"x"}
    taken_in(write_files(tmp_path / "shop", files | {"c.png": copy}), tmp_path / "own")
    assert "2 items accepted, 1 skipped, 1 duplicate left out" in page_over(tmp_path / "own")
    assert "Your catalogue: " not in page_over(tmp_path / "embedded")


def page_over(root) -> str:
    engine = FakeEngine(root)
    return str(create_demo(Desk(engine), Jobs(engine.settings)).config)
