"""Take the README's moving picture from the running app: ``python -m tests.browser.tour``.

A query is typed, both columns answer it, a direction is sent to the Steer tab and asked for in another colour.
"""

import io

from PIL import Image

from r4t_demo import start
from tests.browser.actions import answered
from tests.browser.chromium import chromium, watched_page
from tests.browser.screenshots import FOLDER

QUERY, DOMAIN, VALUE = "black tie evening", "colour", "red"
WINDOW = {"viewport": {"width": 1280, "height": 900}}
WIDTH = 900  # of the picture, in pixels
GLIDE = 6  # frames of a scroll


class Film:
    """Frames of a page with the milliseconds that each is shown."""

    def __init__(self, page) -> None:
        self.page, self.frames, self.times = page, [], []

    def take(self, milliseconds: int) -> None:
        """One more frame."""
        frame = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
        self.frames.append(frame.resize((WIDTH, frame.height * WIDTH // frame.width), Image.Resampling.LANCZOS))
        self.times.append(milliseconds)

    def glide(self, selector: str) -> None:
        """Scroll until an element stands at the top."""
        far = self.page.locator(selector).first.evaluate("one => one.getBoundingClientRect().top") - 12
        for _ in range(GLIDE):
            self.page.mouse.wheel(0, far / GLIDE)
            self.page.wait_for_timeout(150)
            self.take(90)

    def save(self, name: str) -> None:
        """Write the film as an animated WebP."""
        path = FOLDER / f"{name}.webp"
        first, *rest = self.frames
        first.save(path, save_all=True, append_images=rest, duration=self.times, loop=0, quality=72, method=6, minimize_size=True)
        print(f"{path}: {len(self.frames)} frames, {sum(self.times) / 1000:.0f} s, {path.stat().st_size / 1e6:.1f} MB")


def ask(film: Film) -> None:
    """Type the query, letter by letter, and wait for the answer."""
    box = film.page.locator("#query textarea, #query input")
    box.fill("")
    film.take(700)
    for letter in QUERY:
        box.press_sequentially(letter)
        film.take(110)
    film.page.locator("#search").click()
    answered(film.page, QUERY)
    film.page.wait_for_timeout(1200)  # the last pictures fade in
    film.take(1800)


def steer(film: Film) -> None:
    """Send a direction of the answer to the Steer tab, and ask for a colour."""
    page = film.page
    film.glide("#right-column")
    film.take(1200)
    page.locator("#right-column [data-steer]").first.click()
    page.wait_for_selector("#steer-hppo .card")
    page.wait_for_timeout(1200)
    film.take(1500)
    for field, value in (("domain", DOMAIN), ("value", VALUE)):
        page.locator(f"#steer-{field} input").click()
        option = page.get_by_role("option", name=value, exact=True)
        option.wait_for()
        film.take(900)
        option.click()
    page.wait_for_function("value => document.querySelector('#steer-status').textContent.includes(`“${value}”`)", arg=VALUE)
    page.wait_for_timeout(1200)
    film.take(1200)
    film.glide("#steer-hppo")
    film.take(2500)


def main() -> None:
    """Start the app, take the film, write docs/img/tour.webp."""
    demo, address = start.main(prevent_thread_lock=True, port=0)
    with chromium() as browser, watched_page(browser, address, **WINDOW) as page:
        film = Film(page)
        ask(film)
        steer(film)
    film.save("tour")
    demo.close()


if __name__ == "__main__":
    main()
