"""The results tab in a real browser: filled when it is opened, readable at every width, and the search waits behind it."""

import pytest

from r4t_demo.evaluate.record import save
from r4t_demo.ui.launch import launch
from tests.browser.actions import answered, ask, fits
from tests.browser.chromium import DESKTOP, PHONE, watched_page
from tests.ui.fake_engine import FakeEngine

METRICS = ("on_style", "coverage", "set_f1", "diversity", "content_alignment", "groundedness", "alignment", "composite")
METHODS = ("none", "mmr", "template", "zero-shot", "sft", "best-of-5", "folm", "diffusion", "diffusion-teacher")


@pytest.fixture
def app(tmp_path):
    """(address, folder of results) of a page with figures for retrieval alone."""
    engine = FakeEngine(tmp_path)
    figures = {
        name: {metric: [0.3 + i / 20, 0.25 + i / 20, 0.34 + i / 20] for metric in METRICS} for i, name in enumerate(METHODS)
    }
    facts = {"command": "python -m r4t_demo evaluate oar", "commit": None, "seed": 0, "samples": {"queries": 861}, "threads": 2}
    save(engine.settings.results, "oar", {"methods": figures, "ratios": {}}, **facts)
    demo, address = launch(engine, prevent_thread_lock=True)
    yield address, engine.settings.results
    demo.close()


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_it_fills_when_it_is_opened_and_the_search_stays(browser, app, device):
    address, folder = app
    with watched_page(browser, address, **device) as page:
        ask(page, "ski weekend")
        answered(page, "ski weekend")
        assert page.locator(".figures").count() == 0
        tab = page.get_by_role("tab", name="Results")
        tab.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(".figures[data-part='oar'] .points")
        assert page.locator(".figures[data-part='oar'] .points .point").count() == 4 * len(METHODS)
        assert "evaluate latency" in page.locator("[data-part='latency'] .missing").inner_text()
        assert fits(page)
        page.get_by_role("tab", name="Search").click()
        assert page.locator("#query textarea, #query input").input_value() == "ski weekend"
        assert page.locator("#left-column .card").first.is_visible()

        (folder / "oar.json").write_text("{")  # what is measured meanwhile is seen without a new start
        page.get_by_role("tab", name="Results").click()
        page.wait_for_selector("[data-part='oar'] .missing")
        assert "oar.json" in page.locator("[data-part='oar'] .missing").inner_text()
