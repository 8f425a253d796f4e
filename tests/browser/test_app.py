"""The real app in a real browser: its models, its index, its pictures."""

import csv
import io
from urllib.parse import unquote

import pytest

from tests.browser.actions import answered, ask, choose, fits, loaded_pictures, open_options
from tests.browser.chromium import DESKTOP, PHONE, watched_page


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(request, browser, app_address):
    with watched_page(browser, app_address, **request.param) as page:
        yield page


def test_it_opens_with_an_answer_and_real_pictures(page):
    assert page.locator("#query textarea, #query input").input_value() == "bohemian festival style"
    for column in ("#left-column", "#right-column"):
        assert loaded_pictures(page, column) >= 20
        assert page.locator(f"{column} .direction").count() >= 5
    assert page.locator("#plot svg .found").count() >= 10
    assert page.evaluate("[...document.images].every(image => image.alt)")
    assert fits(page)


def test_a_query_is_answered_in_both_columns(page):
    ask(page, "ski weekend")
    answered(page, "ski weekend")
    for column in ("#left-column", "#right-column"):
        assert loaded_pictures(page, column) >= 20
        assert "total" in page.locator(f"{column} .latency").inner_text().lower()
    assert "q=ski+weekend" in page.url


def test_an_item_opens_and_leads_to_others(page):
    card = page.locator("#left-column .card").first
    title = card.locator(".caption").inner_text()
    card.click()
    page.wait_for_selector("#details[open] h2")
    assert page.locator("#details h2").inner_text() == title
    assert page.locator("#details .found-by li").count() >= 1
    assert page.locator("#details .chip").count() >= 1
    above, below = (page.locator(f"#details {part}").first.bounding_box() for part in ("h3:has(+ .found-by)", ".found-by li"))
    assert above["y"] + above["height"] <= below["y"] and above["x"] == below["x"], "the list stands under its head"
    assert loaded_pictures(page, "#details") == 13
    neighbour = page.locator("#details .card").first
    wanted = neighbour.get_attribute("data-item")
    neighbour.click()
    page.wait_for_selector(f"#details[data-item='{wanted}']")
    page.locator("#details [data-back]").click()
    page.wait_for_function("title => document.querySelector('#details h2').textContent === title", arg=title)
    page.keyboard.press("Escape")
    page.wait_for_selector("#details", state="hidden")


def test_a_method_can_be_switched(page):
    choose(page, "left", "No fan-out")
    page.wait_for_selector("#left-column [data-method='none']")
    assert page.locator("#right-column [data-method='diffusion']").count() == 1
    assert loaded_pictures(page, "#left-column") >= 10


@pytest.mark.parametrize(("text", "sentence"), [("", "query is empty"), ("x" * 10_000, "10,000 characters")])
def test_wrong_input_is_answered_with_a_sentence(page, text, sentence):
    before = page.locator("#left-column .card").count()
    ask(page, text)
    page.wait_for_selector("#status .error")
    assert sentence in page.locator("#status .error").inner_text()
    assert page.locator("#left-column .card").count() == before
    assert fits(page)
    ask(page, "rainy Sunday")
    answered(page, "rainy Sunday")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [("k", "11", "between 1 and 10"), ("k", "", "whole number"), ("seed", "-1", "between 0"), ("seed", "1.5", "whole number")],
)
def test_an_option_out_of_range_is_told_in_a_sentence(browser, app_address, field, value, sentence):
    with watched_page(browser, app_address, **DESKTOP) as page:
        open_options(page)
        page.locator(f"#{field} input").fill(value)
        page.wait_for_selector("#status .error")
        assert sentence in page.locator("#status .error").inner_text()
        assert page.locator("#left-column .card").count() > 0


def test_everything_works_from_the_keyboard(browser, app_address):
    with watched_page(browser, app_address, **DESKTOP) as page:
        box = page.locator("#query textarea, #query input")
        box.focus()
        box.fill("goth night out")
        page.keyboard.press("Enter")
        answered(page, "goth night out")
        card = page.locator("#right-column .card").first
        card.focus()
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        page.wait_for_selector("#details[open] h2")
        page.keyboard.press("Escape")
        page.wait_for_selector("#details", state="hidden")
        assert card.evaluate("card => card === document.activeElement")


def test_a_link_brings_search_and_options_back(browser, app_address):
    link = f"{app_address}?q=black+tie+evening&left=mmr&right=diffusion&k=4&n=3&seed=5&steps=0"
    with watched_page(browser, link, **DESKTOP) as page:
        answered(page, "black tie evening")
        assert page.locator("#left-column [data-method='mmr'] .direction").count() == 4
        assert page.locator("#right-column .direction").first.locator(".card").count() == 3
        assert "seed 5" in page.locator("#status").inner_text()
        assert page.locator("#k input").is_visible(), "what differs from the page's own options is to be seen"
    with watched_page(browser, f"{app_address}?q=black+tie+evening&left=mmr", **DESKTOP) as page:
        answered(page, "black tie evening")
        assert not page.locator("#k input").is_visible()


def test_the_table_holds_what_the_page_shows(browser, app_address):
    with watched_page(browser, app_address, **DESKTOP) as page:
        link = page.get_by_text("Export CSV").get_attribute("href")
        rows = list(csv.DictReader(io.StringIO(unquote(link.partition(",")[2]).removeprefix("\ufeff"))))
        shown = page.locator(".answer .card").evaluate_all("cards => cards.map(card => card.dataset.item)")
        assert [row["item_id"] for row in rows] == shown


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_follows_the_system_and_the_visitor(browser, app_address, scheme):
    with watched_page(browser, app_address, color_scheme=scheme, **DESKTOP) as page:
        is_dark = "document.body.classList.contains('dark')"
        assert page.evaluate(is_dark) == (scheme == "dark")
        page.locator("[data-theme-toggle]").click()
        assert page.evaluate(is_dark) == (scheme == "light")


def test_files_outside_the_pictures_are_not_served(browser, app_address):
    with browser.new_context() as room:
        page = room.new_page()
        page.goto(app_address)
        source = page.locator("#left-column img").first.get_attribute("src")
        folder = source[: source.index("/images/")]
        statuses = [
            room.request.get(app_address.rstrip("/") + path).status
            for path in (source, f"{folder}/items.parquet", "/gradio_api/file=app.py", "/gradio_api/file=/etc/passwd")
        ]
        assert statuses[0] == 200
        assert all(status >= 400 for status in statuses[1:])
