"""What a visitor does, in the words of the tests."""


def ask(page, text: str) -> None:
    """Type a query and press the button."""
    page.locator("#query textarea, #query input").fill(text)
    page.locator("#search").click()


def answered(page, text: str) -> None:
    """Wait until the page shows the answer to ``text``."""
    page.wait_for_function(
        "text => document.querySelector('#status').textContent.includes(`“${text}” answered`)", arg=text, timeout=60_000
    )


def loaded_pictures(page, root: str) -> int:
    """Bring every picture under ``root`` into view; return how many there are, all with real pixels."""
    pictures = page.locator(f"{root} img")
    for number in range(pictures.count()):
        pictures.nth(number).scroll_into_view_if_needed()
    page.wait_for_function(
        "root => [...document.querySelectorAll(root + ' img')].every(image => image.complete && image.naturalWidth > 0)", arg=root
    )
    return pictures.count()


def open_options(page) -> None:
    """Unfold the options. Folded parts make their fields when first opened, then set their values: no hand is in between."""
    page.locator("#options button").first.click()
    page.wait_for_timeout(500)


def choose(page, side: str, name: str) -> None:
    """Choose a method for one column from its list."""
    page.locator(f"#{side}-method input").click()
    page.get_by_role("option").filter(has_text=name).first.click()


def fits(page) -> bool:
    """Whether nothing makes the page scroll sideways."""
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
