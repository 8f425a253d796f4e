"""Why an item was found, asked for in the details dialog, from the keyboard too and at every width."""

import pytest

from r4t_demo.pattern.steer import Steering
from r4t_demo.ui.launch import launch
from tests.browser.actions import fits
from tests.browser.chromium import DESKTOP, PHONE, watched_page
from tests.tiny_models import tiny_folm
from tests.ui.fake_steering import SeasonSteering


@pytest.fixture
def tiny(engine, monkeypatch):
    """The address of an app over the tiny catalogue, whose columns hold other texts than its tiny language model writes."""
    monkeypatch.setattr(Steering, "load", classmethod(lambda cls, engine: SeasonSteering(engine)))
    demo, address = launch(engine, prevent_thread_lock=True)
    engine.fanouts._loaded["folm"] = tiny_folm(engine.encoder)
    yield address
    demo.close()


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_dialog_tells_why_on_demand(browser, tiny, device):
    with watched_page(browser, tiny, **device) as page:
        page.locator("#left-column .card").first.click()
        why = page.locator("#details .ask-why").first
        why.focus()
        assert page.locator("#details .why").count() == 0
        page.keyboard.press("Enter")
        page.wait_for_selector("#details .why .bars")
        assert why.get_attribute("aria-expanded") == "true"
        assert "Plain search with the request has it at No." in page.locator("#details .why").first.inner_text()
        page.locator("#details [data-tokens]").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("#details .tokens li small")
        assert page.locator("#details").evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth") and fits(page)
        why.click()
        assert not page.locator("#details .why").first.is_visible()
        page.keyboard.press("Escape")
        page.locator("#right-column .card").first.click()
        page.locator("#details .ask-why").last.click()
        page.wait_for_selector("#details .why p:has-text('is the nearest phrase')")


def test_a_steered_item_is_told_by_its_seeds(browser, tiny):
    with watched_page(browser, tiny, **DESKTOP) as page:
        page.get_by_role("tab", name="Steer").click()
        page.locator("#steer-hppo .card").first.click()
        page.locator("#details .ask-why").first.click()
        page.wait_for_selector("#details .why h4:has-text('To each seed')")
        assert page.locator("#details .why .bars").last.locator("li").count() == 2
