"""What a visitor is told of an upload: also what was not understood of it."""

from dataclasses import replace

import pytest

from r4t_demo.catalog import Item
from r4t_demo.jobs import Status
from r4t_demo.seen import Seen
from r4t_demo.ui.own.run_view import History, render_stages
from r4t_demo.ui.own.upload_view import render_upload
from tests.doubles import catalogue

PHOTO = Item("1", "Photo 1", "uncategorised", None, {}, said=False)


def test_it_says_how_many_pictures_were_recognised() -> None:
    items = [PHOTO, replace(PHOTO, item_id="2"), replace(PHOTO, item_id="3", seen=Seen("dress", "", 0.9, "clothes"))]
    html = render_upload(None, None, catalogue(*items), {"seen": [["dresses", 3]]}, True)
    assert "1 of 3 pictures without words are named by what the app sees in them, which may be wrong" in html
    told = replace(PHOTO, title="Hat", said=True)
    assert "without words" not in render_upload(None, None, catalogue(told), {"labels": [["red", 3]]}, True)


def test_it_says_where_requests_are_general_ones() -> None:
    told = replace(PHOTO, title="Hat", said=True)
    assert "the requests are general ones" in render_upload(None, None, catalogue(told), {"labels": []}, True)
    assert "general ones" not in render_upload(None, None, catalogue(told), {"words": [["wool", 4]]}, True)


@pytest.mark.parametrize("state", ["failed", "refused"])
def test_a_refusal_does_not_show_where_the_jobs_lie(state: str) -> None:
    status = Status("secret", state, "sheet.xlsx", None, 0.0, message="'/srv/jobs/secret/upload/sheet.xlsx' is a workbook.")
    html = render_stages(status, History())
    assert "sheet.xlsx" in html and "secret" not in html and "/srv" not in html
