"""What a visitor brings, from the upload to the zip and back, over an app in the user's environment (R4T_APP_PYTHON)."""

from pathlib import Path

import pytest

from tests.app_process import PYTHON, AppProcess
from tests.browser.chromium import DESKTOP, watched_page

WAIT = 600_000  # milliseconds: a run has the lowest priority, and the machine may be busy
PHOTOS = Path(__file__).parents[1] / "sources" / "cases" / "25-uuid-names.zip"


@pytest.fixture(scope="module")
def address(browser, tmp_path_factory):
    with AppProcess((PYTHON, "-m", "tests.browser.tiny_app"), jobs=tmp_path_factory.mktemp("jobs")) as app:
        yield app.address


def test_from_the_upload_to_the_result_loaded_again(browser, address, tmp_path):
    with watched_page(browser, address, **DESKTOP) as page:
        page.set_default_timeout(WAIT)
        page.get_by_role("tab", name="Your catalogue").click()
        page.locator("#own-files input[type='file']").set_input_files(PHOTOS)
        page.locator("#own-budget label").filter(has_text="tiny:").click()
        page.locator("#own-start").click()
        page.wait_for_selector("#own-right-column .card")
        assert page.locator(".run[data-state='done']").count() == 1
        assert page.locator(".comparison .points").count() >= 2
        with page.expect_download() as download:
            page.get_by_text("Download everything as a zip").click()
        packed = tmp_path / download.value.suggested_filename
        download.value.save_as(packed)
        job = page.locator(".about[data-job]").get_attribute("data-job")
        page.locator("#own-leave").click()
        page.locator("#own-files input[type='file']").set_input_files(packed)
        page.wait_for_selector("#own-right-column .card")
        assert page.locator(".about[data-job]").get_attribute("data-job") not in (None, job)
