"""A visitor who asks for what is not there, or in a language that the models do not read."""

import pytest

from tests.browser.actions import answered, ask, fits
from tests.browser.chromium import DESKTOP, PHONE, watched_page


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(request, browser, slow):
    with watched_page(browser, slow[0], **request.param) as page:
        yield page


def test_an_answer_that_does_not_fit_lies_folded_and_opens_from_the_keyboard(page):
    ask(page, "pizza toppings")
    answered(page, "pizza toppings")
    summary = page.locator("#left-column details.unfit > summary")
    assert "Nothing in this catalogue seems to fit" in summary.inner_text() and "10 directions" in summary.inner_text()
    assert page.locator("#left-column .card").count() == 40 and not page.locator("#left-column .card").first.is_visible()
    summary.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#left-column .unfit[open] .card")
    assert page.locator("#left-column .card").first.is_visible() and not page.locator("#right-column .card").first.is_visible()
    assert fits(page)


def test_single_directions_that_do_not_fit_lie_folded_behind_the_others(page):
    ask(page, "half and half")
    answered(page, "half and half")
    assert page.locator("#left-column .direction").filter(visible=True).count() == 8
    assert page.locator("#left-column .unfit > summary").inner_text() == "For 2 directions, nothing here seems to fit."
    ask(page, "boho")
    answered(page, "boho")
    assert page.locator(".unfit").count() == 0 and page.locator("#left-column .direction").filter(visible=True).count() == 10


def test_another_language_is_told_in_a_sentence_beside_the_answer(page):
    text = "Kleid für eine Hochzeit im Sommer"
    ask(page, text)
    answered(page, text)
    assert "does not seem to be English" in page.locator("#status .foreign").inner_text()
    assert page.locator("#left-column .card").first.is_visible() and fits(page)
    ask(page, "boho")
    answered(page, "boho")
    assert page.locator("#status .foreign").count() == 0
