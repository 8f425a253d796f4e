"""A visitor who prints the page, from either theme."""

import re

import pytest

from tests.browser.actions import fits, loaded_pictures
from tests.browser.chromium import DESKTOP, watched_page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_prints_as_the_answer_alone(browser, slow, scheme):
    with watched_page(browser, slow[0], color_scheme=scheme, **DESKTOP) as page:
        loaded_pictures(page, ".columns")
        page.set_viewport_size({"width": 703, "height": 1032})  # A4 within its margins: a narrow screen
        page.emulate_media(media="print", color_scheme=scheme)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        left, right = (page.locator(f"#{side}-column").bounding_box() for side in ("left", "right"))
        assert left["y"] == right["y"] and left["x"] + left["width"] < right["x"] and left["width"] == right["width"]
        assert "bohemian festival style" in page.locator("#status").inner_text() and fits(page)
        controls = page.locator("button:not(.card), input, [role='tab'], .actions a, footer")
        assert [one.inner_text() for one in controls.all() if one.is_visible()] == []
        whole = "getComputedStyle(document.querySelector('.direction')).breakInside"
        assert page.evaluate(whole) == "avoid" and page.locator(".direction .card").filter(visible=True).count() == 80
        around = "getComputedStyle(document.querySelector('.gradio-container')).overflow"
        assert page.evaluate(around) == "visible", "it would cut off what page breaks push down"
        pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True, print_background=True)))
        assert 2 <= pages <= 3
