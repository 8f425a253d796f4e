"""The Steer tab over the real models in a browser: seeds by clicks and from the fan-out page, columns with marks, links."""

import csv
import io
from contextlib import contextmanager
from urllib.parse import unquote

import pytest

from tests.browser.actions import fits, loaded_pictures
from tests.browser.chromium import DESKTOP, PHONE, watched_page

COLUMNS = ("#steer-seed-mean", "#steer-direction", "#steer-modit", "#steer-hppo")
MARKS = {"both", "attribute", "pattern", ""}


@contextmanager
def steer_page(browser, address, **context):
    with watched_page(browser, address, **context) as page:
        page.get_by_role("tab", name="Steer").click()
        page.wait_for_selector("#steer-hppo .card")
        yield page


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(request, browser, app_address):
    with steer_page(browser, app_address, **request.param) as page:
        yield page


def seeds(page) -> list[str]:
    return page.locator("#steer-seeds [data-seed]").evaluate_all("all => all.map(one => one.dataset.seed)")


def steered(page, count: int, value: str) -> None:
    """Wait until that many seeds are steered to a value."""
    told = f"{count} seed{'s' if count != 1 else ''} steered to"
    page.wait_for_function(
        "([told, value]) => [told, `“${value}”`].every(one => document.querySelector('#steer-status').textContent.includes(one))",
        arg=[told, value],
    )


def clear(page) -> None:
    for left in range(len(seeds(page)) - 1, -1, -1):
        page.locator("#steer-seeds [data-unseed]").first.click()
        page.wait_for_function("n => document.querySelectorAll('#steer-seeds [data-seed]').length === n", arg=left)


def chosen_value(page) -> str:
    """The value that is steered to; which one the tab opens with hangs on the models."""
    return page.locator("#steer-value input").input_value()


def choose(page, field: str, value: str) -> None:
    page.locator(f"#steer-{field} input").click()
    page.get_by_role("option", name=value, exact=True).click()


def test_it_opens_with_an_answer(page):
    assert len(seeds(page)) == 3
    for column in COLUMNS:
        assert loaded_pictures(page, column) == 24
        assert page.locator(f"{column} .scores dd b").count() == 3
        assert "total" in page.locator(f"{column} .latency").inner_text().lower()
    assert page.locator("#steer-plot svg .way").count() == len(COLUMNS)
    assert page.locator("#steer-plot svg .query").count() == 3
    assert page.evaluate("[...document.images].every(image => image.alt)")
    assert fits(page)


def test_three_seeds_and_an_attribute_give_columns_with_marks(page):
    clear(page)
    assert "no seed" in page.locator("#steer-status .error").inner_text()
    assert page.locator("#steer-hppo .card").count() == 24, "the last answer stands"
    page.locator("#steer-find input, #steer-find textarea").fill("ankle boots")
    before = page.locator("#steer-grid [data-pick]").first.get_attribute("data-pick")
    page.keyboard.press("Enter")
    page.wait_for_function("id => document.querySelector('#steer-grid [data-pick]').dataset.pick !== id", arg=before)
    for number in range(3):  # without waiting for what each leads to
        page.locator("#steer-grid [data-pick]").nth(number).click()
    picked = page.locator("#steer-grid [data-pick]").evaluate_all("all => all.slice(0, 3).map(one => one.dataset.pick)")
    page.wait_for_function("document.querySelectorAll('#steer-seeds [data-seed]').length === 3")
    assert seeds(page) == picked
    assert page.locator("#steer-grid [aria-pressed='true']").count() == 3
    choose(page, "domain", "season")
    choose(page, "value", "winter")
    steered(page, 3, "winter")
    for column in COLUMNS:
        assert loaded_pictures(page, column) == 24
        words = page.locator(f"{column} .card").evaluate_all(
            "all => all.map(one => one.querySelector('.badge')?.innerText ?? '')"
        )
        assert set(words) <= MARKS and set(words) != {""}
        both = float(page.locator(f"{column} [data-score='joint'] b").inner_text())
        assert both == pytest.approx(words.count("both") / 24, abs=0.006)
        assert not set(picked) & set(page.locator(f"{column} .card").evaluate_all("all => all.map(one => one.dataset.item)"))
    assert "value=winter" in page.url and page.url.count("seeds=") == 3
    assert fits(page)


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_seeds_are_sent_from_the_fan_out_page(browser, app_address, device):
    with watched_page(browser, app_address, **device) as page:
        direction = page.locator("#left-column .direction").first
        wanted = direction.locator(".card").evaluate_all("all => all.map(one => one.dataset.item)")
        direction.get_by_text("Steer from these").click()
        page.wait_for_selector("#steer-seeds [data-seed]")
        assert seeds(page) == wanted
        value = chosen_value(page)
        steered(page, len(wanted), value)
        page.get_by_role("tab", name="Search").click()
        card = page.locator("#right-column .card").first
        one = card.get_attribute("data-item")
        card.click()
        page.get_by_role("button", name="Steer from this item").click()
        page.wait_for_selector(f"#steer-seeds [data-seed='{one}']")
        assert not page.locator("#details").is_visible()
        assert seeds(page) == list(dict.fromkeys([*wanted, one]))
        steered(page, len(seeds(page)), value)
        assert fits(page)


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_it_steers_away_from_what_is_unwanted_until_that_is_removed(browser, app_address, device):
    with steer_page(browser, app_address, **device) as page:
        card = page.locator("#steer-hppo .card").first
        unwanted = card.get_attribute("data-item")
        card.click()
        page.get_by_role("button", name="Steer away from it").click()
        page.wait_for_function("document.querySelector('#steer-status').textContent.includes('less like 1 item')")
        assert not page.locator("#details").is_visible()
        assert page.locator(f"#steer-hppo [data-item='{unwanted}']").count() == 0
        assert f"less={unwanted}" in page.url and len(seeds(page)) == 3
        assert fits(page)
        page.locator(f"#steer-seeds [data-relike='{unwanted}']").click()
        page.wait_for_selector(f"#steer-hppo [data-item='{unwanted}']")
        page.get_by_role("tab", name="Search").click()
        page.locator("#right-column .card").first.click()
        page.wait_for_selector("#details-title")
        assert not page.get_by_role("button", name="Steer away from it").is_visible(), "where nothing steered is shown"


def test_a_link_leads_back_to_the_same_steering(browser, app_address):
    with steer_page(browser, app_address, **DESKTOP) as page:
        page.get_by_role("button", name="→").nth(2).click()
        page.wait_for_function("location.search.includes('seeds=')")
        page.locator("#steer-strength input[type='range']").focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("location.search.includes('strength=1.1')")
        link, chosen = page.url, seeds(page)
        found = page.locator("#steer-hppo .card").evaluate_all("all => all.map(one => one.dataset.item)")
    with watched_page(browser, link, **DESKTOP) as page:
        page.wait_for_function("document.querySelector('#steer-status')?.textContent.includes('strength 1.1')")
        assert seeds(page) == chosen
        assert page.locator("#steer-hppo .card").evaluate_all("all => all.map(one => one.dataset.item)") == found
        assert page.locator("#steer-strength input[type='range']").input_value() == "1.1"
        rows = page.get_by_text("Export CSV").last.get_attribute("href")
        table = list(csv.DictReader(io.StringIO(unquote(rows.partition(",")[2]).removeprefix("\ufeff"))))
        assert [row["item_id"] for row in table if row["method"] == "hppo"] == found


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ("?seeds=at-00000&seeds=nothing", "no item 'nothing'"),
        ("?seeds=at-00000&domain=season&value=monsoon", "No item has the season 'monsoon'"),
        ("?seeds=at-00000&domain=mood", "no attribute domain 'mood'"),
        ("?seeds=at-00000&strength=9", "must be between 0"),
        ("?seeds=at-00000&strength=strong", "must be a number"),
    ],
)
def test_a_wrong_link_is_answered_with_a_sentence(browser, app_address, link, sentence):
    with watched_page(browser, app_address + link, **PHONE) as page:
        page.wait_for_selector("#steer-status .error")
        assert sentence in page.locator("#steer-status .error").inner_text()
        assert page.locator("#steer-hppo .card").count() == 24
        assert fits(page)


def test_it_works_from_the_keyboard(browser, app_address):
    with steer_page(browser, app_address, **DESKTOP) as page:
        page.locator("#steer-like").focus()
        before = page.locator("#steer-grid [data-pick]").first.get_attribute("data-pick")
        page.keyboard.press("Enter")
        page.wait_for_function("id => document.querySelector('#steer-grid [data-pick]').dataset.pick !== id", arg=before)
        pick, value = page.locator("#steer-grid [data-pick]").first, chosen_value(page)
        pick.focus()
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.press("Space")
        steered(page, 4, value)
        assert pick.get_attribute("aria-pressed") == "true"
        page.keyboard.press("Space")
        steered(page, 3, value)
        assert pick.get_attribute("aria-pressed") == "false"
        page.locator("#steer-seeds [data-unseed]").first.focus()
        page.keyboard.press("Enter")
        steered(page, 2, value)
        assert page.evaluate("document.activeElement.closest('#steer-seeds') !== null"), "the focus stays in the row"
        found = page.locator("#steer-modit .card").first
        found.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("#details[open] .found-by li")
        assert "MO-DiT" in page.locator("#details .found-by").inner_text()
