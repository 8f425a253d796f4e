"""A visitor's own catalogue from the upload to the zip and back, with the real models, in a real browser."""

from contextlib import contextmanager

import pytest

from tests.browser.actions import fits, loaded_pictures
from tests.browser.chromium import DESKTOP, watched_page
from tests.sources.makers import picture, write_zip

WAIT = 600_000  # milliseconds: a run has the lowest priority, and the machine may be busy
KINDS = ("mug", "lamp", "vase", "clock", "stool", "radio")
MOODS = ("cosy", "bright", "rustic", "modern")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A zip with 24 pictures, one of them broken, and their table."""
    files = {f"p/{i}.png": picture((10 * i, 200 - 7 * i, 40 + 8 * i), (60, 60)) for i in range(24)}
    rows = [f"p/{i}.png,{MOODS[i // 6]} {KINDS[i % 6]},{KINDS[i % 6]},{MOODS[i % 4]}" for i in range(24)]
    table = "\n".join(["image,title,category,tags", *rows, "p/broken.png,,mug,cosy"])
    return write_zip(tmp_path_factory.mktemp("shop") / "corner shop.zip", {**files, "p/broken.png": b"x", "shop.csv": table})


@contextmanager
def own_page(browser, address, **context):
    with watched_page(browser, address, **context) as page:
        page.set_default_timeout(WAIT)
        page.get_by_role("tab", name="Your catalogue").click()
        yield page


def start(page, budget: str) -> None:
    page.locator("#own-budget label").filter(has_text=f"{budget}:").click()
    page.locator("#own-start").click()
    page.wait_for_selector(".run[data-state='queued'], .run[data-state='running']", timeout=WAIT)


def sees_it_move(page, panel: str) -> None:
    """Wait until the first line of a chart is another one than it was."""
    line = f"[data-panel='{panel}'] polyline"
    points = page.locator(line).first.get_attribute("points", timeout=WAIT)
    moved = "([line, points]) => document.querySelector(line).getAttribute('points') !== points"
    page.wait_for_function(moved, arg=[line, points], timeout=WAIT)


def test_the_whole_journey(browser, app_address, shop, tmp_path):
    with own_page(browser, app_address, **DESKTOP) as page:
        page.locator("#own-files input[type='file']").set_input_files(shop)
        page.wait_for_selector("#own-start", timeout=WAIT)
        assert "24 items accepted, 1 skipped" in page.locator("#own-report summary").first.inner_text()
        assert loaded_pictures(page, ".sheet") == 24
        assert "mug" in page.locator(".understood").inner_text()
        page.locator("#own-queries").get_by_text("train", exact=True).first.wait_for()
        assert fits(page)

        start(page, "watched")
        sees_it_move(page, "Reward")
        sees_it_move(page, "Entropy of the policy")
        assert page.locator(".watched li").count() >= 1
        assert fits(page)

        page.locator("#own-cancel").click()
        page.wait_for_selector(".run[data-state='cancelled']", timeout=WAIT)
        job = page.locator(".about[data-job]").get_attribute("data-job")
        assert f"job={job}" in page.url

        start(page, "tiny")
        page.wait_for_selector("#own-right-column .card", timeout=WAIT)
        assert page.locator(".comparison .points").count() >= 3
        assert page.locator("#own-left-column [data-method='folm-before']").count() == 1
        assert loaded_pictures(page, "#own-right-column") >= 5
        page.locator("#own-right-column .card").first.click()
        page.wait_for_selector("#details[open] h2", timeout=WAIT)
        assert page.locator("#details .found-by li").count() >= 1
        page.keyboard.press("Escape")
        page.locator("#own-query input, #own-query textarea").fill("rainy Sunday")
        page.locator("#own-search").click()
        page.wait_for_function(
            "document.querySelector('#own-status').textContent.includes('“rainy Sunday” answered')", timeout=WAIT
        )
        assert fits(page)

        with page.expect_download(timeout=WAIT) as download:
            page.get_by_text("Download everything as a zip").click()
        archive = tmp_path / download.value.suggested_filename
        download.value.save_as(archive)
        assert archive.name == "corner-shop-r4t.zip"

        page.locator("#own-leave").click()
        page.wait_for_selector("#own-files", timeout=WAIT)
        assert "job=" not in page.url
        page.locator("#own-files input[type='file']").set_input_files(archive)
        page.wait_for_selector("#own-right-column .card", timeout=WAIT)
        assert page.locator(".about[data-job]").get_attribute("data-job") != job
        assert page.locator(".comparison .points").count() >= 3
