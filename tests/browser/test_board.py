"""A visitor who takes a set along as one picture."""

import io

import pytest
from PIL import Image

from tests.browser.actions import answered, ask, fits
from tests.browser.chromium import DESKTOP, PHONE, watched_page

SHARES = """navigator.canShare = ({ files }) => files[0].type === "image/png";
navigator.share = async ({ files, title }) => { window.shared = { name: files[0].name, size: files[0].size, title }; };"""


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(request, browser, slow):
    with watched_page(browser, slow[0], **request.param) as page:
        yield page


def drawn(page) -> None:
    page.wait_for_selector("#board img:not([hidden])")
    page.wait_for_function("document.querySelector('#board img').naturalWidth > 0")


def saved(page) -> tuple[str, Image.Image]:
    """The name and the picture that the link in the dialog saves."""
    with page.expect_download() as download:
        page.get_by_role("link", name="Save the picture").click()
    return download.value.suggested_filename, Image.open(io.BytesIO(download.value.path().read_bytes()))


def test_a_set_is_saved_as_a_picture_without_another_search(page, slow):
    ask(page, "rainy Sunday")
    answered(page, "rainy Sunday")
    searches = len(slow[1].calls)
    page.get_by_role("button", name="Save as a picture").click()
    drawn(page)
    assert fits(page) and page.get_by_role("link", name="Save the picture").is_visible()
    assert page.locator("#board img").get_attribute("alt").startswith("rainy Sunday. FOLM: rust dress, ")
    name, left = saved(page)
    assert (name, left.format, left.width) == ("fan-out-folm.png", "PNG", 1600)
    page.locator("#board").get_by_role("button", name="Diffusion").click()
    page.wait_for_selector("#board [download='fan-out-diffusion.png']:not([hidden])")
    name, right = saved(page)
    assert name == "fan-out-diffusion.png" and right.tobytes() != left.tobytes()
    assert len(slow[1].calls) == searches
    assert not page.get_by_role("button", name="Share …").is_visible(), "this browser cannot"


def test_the_picture_is_of_the_answer_that_is_seen(browser, slow):
    with watched_page(browser, slow[0], **DESKTOP) as page:
        for text in ("rainy Sunday", "black tie evening"):
            ask(page, text)
            answered(page, text)
            page.get_by_role("button", name="Save as a picture").click()
            drawn(page)
            assert page.locator("#board img").get_attribute("alt").startswith(text)
            page.keyboard.press("Escape")


def test_a_phone_shares_it(browser, slow):
    with browser.new_context(**PHONE) as room:
        page = room.new_page()
        page.add_init_script(SHARES)
        page.goto(slow[0])
        page.get_by_role("button", name="Save as a picture").click()
        drawn(page)
        page.get_by_role("button", name="Share …").click()
        shared = page.wait_for_function("window.shared").json_value()
        assert (shared["name"], shared["title"]) == ("fan-out-folm.png", "bohemian festival style") and shared["size"] > 5000


def test_it_is_saved_from_the_keyboard(browser, slow):
    with watched_page(browser, slow[0], **DESKTOP) as page:
        button = page.get_by_role("button", name="Save as a picture")
        button.focus()
        page.keyboard.press("Enter")
        drawn(page)
        for _ in range(4):  # from "close" over the two sets
            if page.evaluate("document.activeElement.hasAttribute('download')"):
                break
            page.keyboard.press("Tab")
        with page.expect_download():
            page.keyboard.press("Enter")
        page.keyboard.press("Escape")
        page.wait_for_selector("#board", state="hidden")
        assert button.evaluate("button => button === document.activeElement")


def test_what_cannot_be_drawn_is_told(browser, slow):
    with watched_page(browser, slow[0], **DESKTOP) as page:
        broken = '{"title": "x", "sets": [{"method": "folm", "name": "FOLM", "remark": "", "directions": [["x", "", ["sofa"]]]}]}'
        page.locator("[data-board]").first.evaluate("(button, told) => { button.dataset.board = told; }", broken)
        page.get_by_role("button", name="Save as a picture").click()
        page.wait_for_selector("#board [role='alert']")
        assert "has no item 'sofa'" in page.locator("#board [role='alert']").inner_text()
        assert not page.get_by_role("link", name="Save the picture").is_visible()
