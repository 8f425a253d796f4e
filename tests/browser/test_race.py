"""The race in a real browser: chosen, run and drawn, from the keyboard too, at every width, while a search is answered."""

import pytest

from tests.browser.actions import answered, ask, fits
from tests.browser.chromium import DESKTOP, PHONE, watched_page


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_race_is_run_and_stands_beside_the_papers_times(browser, slow, device):
    with watched_page(browser, slow[0], **device) as page:
        page.get_by_role("tab", name="Results").click()
        page.locator("#race-figure table").wait_for()
        assert "Nothing has been raced here yet" in page.locator("#race").inner_text()
        page.get_by_role("radio", name="32", exact=True).focus()
        page.keyboard.press("Space")
        page.wait_for_selector("#race-count label.selected:has-text('32')")
        page.get_by_role("button", name="Race them").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(".lanes li.left:has-text('of 32 after')")
        assert page.locator("#race-go").is_disabled(), "one race at a time"
        page.get_by_role("tab", name="Search").click()
        ask(page, "ski weekend")
        answered(page, "ski weekend")
        page.get_by_role("tab", name="Results").click()
        page.wait_for_selector("#race-lanes .verdict")
        assert "all 32 requests" in page.locator("#race-lanes .verdict").inner_text()
        page.wait_for_selector("#race-go:enabled")
        shown = page.locator("#race-figure tr", has_text="FOLM, here").inner_text().split("\t")
        assert shown[3] != "–" and shown[2] == "–"
        assert page.locator("#race-figure .point.left").count() == 1
        assert fits(page)
