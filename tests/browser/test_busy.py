"""A visitor who does not wait: over an engine whose searches are slow."""

from tests.browser.actions import answered, ask, fits, open_options
from tests.browser.chromium import DESKTOP, PHONE, watched_page


def test_the_last_of_several_clicks_wins(browser, slow):
    address, engine = slow
    with watched_page(browser, address, **DESKTOP) as page:
        before = len(engine.calls)
        for text in ("one", "two", "three"):
            ask(page, text)
            page.wait_for_timeout(100)
        page.wait_for_selector("#status .busy")
        answered(page, "three")
        page.wait_for_timeout(1200)
        assert "“three” answered" in page.locator("#status").inner_text()
        assert engine.calls[-1][0] == "three"
        assert sum("folm" in methods for _, methods, _ in engine.calls[before:]) <= 3


def test_one_column_is_there_while_the_other_is_written(browser, slow):
    address, _ = slow
    with watched_page(browser, address, **DESKTOP) as page:
        ask(page, "one")
        page.wait_for_selector("#right-column .early")
        opaque = "element => getComputedStyle(element).opacity"
        assert page.locator("#right-column").evaluate(opaque) == "1"
        page.wait_for_selector("#left-column .early .direction .card")
        told, rows = page.locator("#status").inner_text(), page.locator("#left-column .direction").count()
        assert "Diffusion answered in" in told and "FOLM is writing" in told and rows < 10, "before the last is written"
        answered(page, "one")
        assert page.locator(".early").count() == 0 and page.locator("#left-column .direction").count() == 10


def test_an_example_clicked_while_busy_is_answered_last(browser, slow):
    address, _ = slow
    with watched_page(browser, address, **DESKTOP) as page:
        ask(page, "one")
        page.get_by_role("button", name="rainy Sunday").click()
        answered(page, "rainy Sunday")
        assert page.locator("#query textarea, #query input").input_value() == "rainy Sunday"


def test_an_item_opens_while_a_search_runs(browser, slow):
    address, _ = slow
    with watched_page(browser, address, **DESKTOP) as page:
        ask(page, "one")
        page.locator("#left-column .card").first.click()
        page.wait_for_selector("#details[open] h2")
        answered(page, "one")
        assert page.locator("#details[open] h2").is_visible()


def test_texts_of_the_catalogue_are_shown_and_not_run(browser, slow):
    address, _ = slow
    evil = "<img src=x onerror=alert(1)>"
    with watched_page(browser, address, **PHONE) as page:
        ask(page, evil)
        answered(page, evil)
        assert page.locator("#left-column .caption").first.inner_text().endswith("<b>&</b> trim")
        assert page.locator("img[src='x']").count() == 0
        assert fits(page)


def test_an_option_changed_from_the_keyboard_is_answered_at_once(browser, slow):
    address, _ = slow
    with watched_page(browser, address, **DESKTOP) as page:
        open_options(page)
        page.locator("#n input").focus()
        page.keyboard.press("ArrowDown")
        page.wait_for_function("document.querySelectorAll('#left-column .direction:first-child .card').length === 3")
        page.locator("#seed input").fill("7")
        page.wait_for_function("document.querySelector('#status').textContent.includes('seed 7')")
        assert page.locator("#left-column .direction:first-child .card").count() == 3, "the option set before is kept"


def test_the_dial_is_turned_from_the_keyboard_and_kept_in_the_address(browser, slow):
    address, engine = slow
    with watched_page(browser, address, **PHONE) as page:
        open_options(page)
        page.locator("#variety input[type='range']").focus()
        page.keyboard.press("ArrowLeft")
        page.wait_for_function("location.search.includes('variety=-0.1')")
        assert engine.calls[-1][2] == -0.1
        assert fits(page)
    with watched_page(browser, address + "?q=ski+weekend&variety=0.7", **DESKTOP) as page:
        answered(page, "ski weekend")
        open_options(page)
        assert page.locator("#variety input[type='range']").input_value() == "0.7"
