"""Asking with a picture or an item, and for more or less like some, in a real browser."""

from base64 import b64encode

import pytest

from r4t_demo.settings import ROOT
from tests.browser.actions import answered, ask, fits, loaded_pictures
from tests.browser.chromium import DESKTOP, PHONE, watched_page
from tests.sources.makers import RED, picture

COAT = ROOT / "assets/atelier/images/at-00165.webp"
SENT = """([kind, file]) => {
  const bytes = Uint8Array.from(atob(file), (one) => one.charCodeAt(0)), data = new DataTransfer();
  data.items.add(new File([bytes], "mine.jpg", { type: "image/jpeg" }));
  const told = kind === "paste" ? { clipboardData: data } : { dataTransfer: data };
  const event = kind === "paste" ? ClipboardEvent : DragEvent;
  document.body.dispatchEvent(new event(kind, { bubbles: true, cancelable: true, ...told }));
}"""


def told(page, text: str) -> None:
    """Wait until an answer is there that says this of its request."""
    says = "text => [text, 'answered in'].every((one) => document.querySelector('#status').textContent.includes(one))"
    page.wait_for_function(says, arg=text)


def chips(page, name: str) -> list[str]:
    return page.locator(f"#around [data-out='{name}']").evaluate_all("all => all.map((one) => one.dataset.id ?? '')")


def mark(page, card, name: str) -> str:
    """Open an item and ask with it; returns its id, which only the dialog tells for sure while answers come and go."""
    card.click()
    page.wait_for_selector("#details[open] h2")
    item_id = page.locator("#details").get_attribute("data-item")
    page.locator(f"#details [data-ask='{name}']").click()
    page.wait_for_selector("#details", state="hidden")
    return item_id


def found(page) -> list[str]:
    return page.locator(".answer-column .card").evaluate_all("all => all.map((one) => one.dataset.item)")


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(request, browser, app_address):
    with watched_page(browser, app_address, **request.param) as page:
        yield page


def test_a_picture_is_asked_with(page):
    """What is found is around it; without its own kind there is no other coat; words take its place."""
    page.locator("#ask-picture input").set_input_files(COAT)
    told(page, "Your picture, nearest to “Belted coat in black cashmere”")
    assert page.locator("#query textarea, #query input").input_value() == "" and "q=" not in page.url
    assert loaded_pictures(page, "#around") == 1 and page.locator("#around img").get_attribute("alt") == "Your picture"
    assert "at-00165" in found(page) and fits(page)
    page.locator("#around [data-others]").focus()
    page.keyboard.press("Space")
    page.wait_for_selector(".answer-column [data-item='at-00165']", state="detached")
    told(page, "Your picture")
    assert page.locator("#around [data-others]").is_checked()
    assert page.evaluate("document.activeElement.matches('#around [data-others]')"), "the focus stays"
    ask(page, "ski weekend")
    answered(page, "ski weekend")
    assert page.locator("#around li").count() == 0


def test_an_item_is_asked_with_and_given_up_for_the_words_before(page):
    item_id = mark(page, page.locator("#right-column .card").first, "item")
    told(page, "A set around “")
    assert f"item={item_id}" in page.url and "q=" not in page.url and fits(page)
    page.locator("#around [data-out='item']").click()
    answered(page, "bohemian festival style")
    assert "item=" not in page.url and page.locator("#around li").count() == 0


def test_likes_move_the_answer_and_stay_in_the_address(browser, app_address):
    with watched_page(browser, app_address, **DESKTOP) as page:
        before = found(page)
        liked = mark(page, page.locator("#right-column .direction").nth(3).locator(".card").last, "plus")
        page.wait_for_function("id => location.search.includes(`plus=${id}`)", arg=liked)
        disliked = mark(page, page.locator("#right-column .direction").nth(5).locator(".card").first, "minus")
        page.wait_for_function("id => location.search.includes(`minus=${id}`)", arg=disliked)
        assert (chips(page, "plus"), chips(page, "minus")) == ([liked], [disliked])
        moved, link = found(page), page.url
        assert moved != before and disliked not in moved and fits(page)
        page.goto("about:blank")
        page.go_back()
        page.wait_for_selector("#around [data-out='minus']")
        assert (chips(page, "plus"), chips(page, "minus"), found(page)) == ([liked], [disliked], moved)
    with watched_page(browser, link, **PHONE) as page:
        page.wait_for_selector("#around [data-out='minus']")
        assert (chips(page, "plus"), chips(page, "minus"), found(page)) == ([liked], [disliked], moved)
        assert fits(page)
        for name in ("plus", "minus"):
            page.locator(f"#around [data-out='{name}']").focus()
            page.keyboard.press("Enter")
            page.wait_for_function("name => !location.search.includes(name)", arg=f"{name}=")
        assert page.locator("#around li").count() == 0 and found(page) == before


def test_back_and_forward_go_from_search_to_search(browser, slow):
    address, _ = slow
    with browser.new_context(**DESKTOP) as room:  # not watched: who leaves a page breaks off what it still loads
        page = room.new_page()
        shows = lambda text: page.locator("#status", has_text=f"“{text}” answered").wait_for()  # noqa: E731
        page.goto(address)
        page.wait_for_selector("#right-column .card")
        ask(page, "one")
        answered(page, "one")
        liked = mark(page, page.locator("#left-column .card").first, "plus")
        page.wait_for_function("id => location.search.includes(`plus=${id}`)", arg=liked)
        page.evaluate("location.hash = 'right-column'")
        page.go_back()  # within the answer: nothing is asked again
        assert chips(page, "plus") == [liked]
        page.go_back()
        page.wait_for_selector("#around [data-out]", state="detached")
        shows("one")
        page.go_forward()
        page.wait_for_selector(f"#around [data-id='{liked}']")
        shows("one")
        page.go_back()
        page.wait_for_selector("#around [data-out]", state="detached")
        shows("one")
        page.go_back()
        shows("bohemian festival style")
        assert page.url == address


def test_an_item_is_liked_or_disliked_and_its_details_say_which(browser, slow):
    address, engine = slow
    with watched_page(browser, address, **DESKTOP) as page:
        item_id = mark(page, page.locator("#left-column .card").first, "plus")
        assert mark(page, page.locator("#around [data-item]"), "minus") == item_id
        page.wait_for_function("id => location.search.includes(`minus=${id}`)", arg=item_id)
        assert (chips(page, "plus"), chips(page, "minus")) == ([], [item_id])
        assert engine.marks[-1] == ((), (item_id,), False)
        page.locator("#around [data-item]").click()
        page.wait_for_selector("#details[open] h2")
        pressed = page.locator("#details [data-ask]").evaluate_all("all => all.map((one) => one.ariaPressed)")
        assert pressed == ["false", "false", "true"]


def test_an_id_that_is_typed_becomes_the_item(browser, slow):
    address, engine = slow
    with watched_page(browser, address, **DESKTOP) as page:
        ask(page, "hat-rust")
        told(page, "A set around “rust felt hat")
        assert page.locator("#query textarea, #query input").input_value() == "" and "item=hat-rust" in page.url
        page.locator("#around [data-others]").check()
        page.wait_for_function("location.search.includes('others=1')")
        assert engine.calls[-1][0].item_id == "hat-rust" and engine.marks[-1][2]
        page.locator("#around [data-out='item']").click()
        answered(page, "bohemian festival style")


def test_quick_clicks_are_all_counted(browser, slow):
    address, engine = slow
    with watched_page(browser, address, **DESKTOP) as page:
        ids = [mark(page, page.locator("#left-column .card").nth(number), "plus") for number in range(3)]
        page.wait_for_function("ids => ids.every((id) => location.search.includes(`plus=${id}`))", arg=ids)
        assert chips(page, "plus") == ids and engine.marks[-1][0] == tuple(ids)


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_a_picture_is_pasted_or_dropped(browser, slow, kind):
    address, _ = slow
    with watched_page(browser, address, **DESKTOP) as page:
        page.evaluate(SENT, [kind, b64encode(picture(RED, (80, 60), "JPEG")).decode()])
        told(page, "Your picture, nearest to “a picture of (")
        page.get_by_role("tab", name="Results").click()
        page.evaluate(SENT, [kind, b64encode(picture((0, 0, 0), (80, 60), "JPEG")).decode()])
        page.get_by_role("tab", name="Search").click()
        assert page.locator("#status .busy").count() == 0, "on another tab it is nothing to ask with"


def test_a_broken_picture_is_a_sentence_and_the_next_search_takes_it_away(browser, slow, tmp_path):
    address, _ = slow
    (tmp_path / "mine.jpg").write_bytes(b"\xff\xd8\xffnothing")
    with watched_page(browser, address, **PHONE) as page:
        page.locator("#ask-picture input").set_input_files(tmp_path / "mine.jpg")
        page.wait_for_selector("#told [role='alert']:not([hidden])")
        assert "The picture 'mine.jpg' is no picture that can be read: use JPEG" in page.locator("#told").inner_text()
        assert page.locator("#left-column .card").count() > 0 and fits(page)
        ask(page, "one")
        page.wait_for_selector("#told [role='alert']", state="hidden")
        answered(page, "one")


def test_an_item_of_another_tab_is_asked_with_on_the_first(browser, app_address):
    with watched_page(browser, app_address, **DESKTOP) as page:
        page.get_by_role("tab", name="Steer").click()
        page.wait_for_selector("#steer-hppo .card")
        mark(page, page.locator("#steer-hppo .card").first, "item")
        told(page, "A set around “")
        assert page.locator("#query").is_visible()
