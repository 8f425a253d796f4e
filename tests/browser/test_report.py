"""The report of an own catalogue in a real browser: closed until it is asked for, readable at every width."""

import pytest

from r4t_demo.ui.launch import launch
from tests.browser.actions import fits
from tests.browser.chromium import DESKTOP, PHONE, watched_page
from tests.sources.makers import picture, taken_in, write_files
from tests.ui.fake_engine import FakeEngine

EVIL = "<img src=x onerror=alert(1)>${1+1}{{1+1}}"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A page over a catalogue made from a table with copies and broken rows."""
    root = tmp_path_factory.mktemp("own")
    names = [EVIL, "n" * 200, *(f"photo {i}.jpg" for i in range(30))]
    table = "".join(f'"{name}",{"Hat" if name == "a.png" else ""}\n' for name in ("a.png", "a.png", "broken.png", *names))
    taken_in(write_files(root / "shop", {"a.png": picture(), "broken.png": b"x", "s.csv": "image,title\n" + table}), root / "out")
    demo, address = launch(FakeEngine(root / "out"), prevent_thread_lock=True)
    yield address
    demo.close()


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_report_opens_from_the_keyboard_and_fits(browser, address, device):
    with watched_page(browser, address, **device) as page:
        line, table = page.locator("#report summary"), page.locator("#report table")
        assert line.inner_text() == "Your catalogue: 1 item accepted, 33 skipped, 1 duplicate left out"
        assert not table.is_visible()
        line.focus()
        page.keyboard.press("Enter")
        assert table.is_visible()
        reason = page.locator("#report tr").first
        assert "32" in reason.inner_text() and f"row 4 ({EVIL})" in reason.inner_text()
        assert page.locator("#report img").count() == 0
        assert fits(page)
        page.keyboard.press("Enter")
        assert not table.is_visible()


def test_the_embedded_catalogue_has_none(browser, slow):
    address, _ = slow
    with watched_page(browser, address, **DESKTOP) as page:
        assert page.locator("#report").count() == 0
