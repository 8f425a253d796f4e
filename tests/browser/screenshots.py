"""Take the README's pictures from the running app: ``python -m tests.browser.screenshots``."""

import io
from pathlib import Path

from PIL import Image

from r4t_demo import start
from tests.browser.chromium import DESKTOP, PHONE, chromium, watched_page

FOLDER = Path(__file__).parents[2] / "docs" / "img"


def save(page, name: str, target=None) -> None:
    """Write a picture of the window, or of one part of the page."""
    page.wait_for_timeout(800)  # the last pictures fade in
    picture = Image.open(io.BytesIO((target or page).screenshot()))
    FOLDER.mkdir(parents=True, exist_ok=True)
    picture.convert("RGB").save(FOLDER / f"{name}.webp", quality=88, method=6)
    print(FOLDER / f"{name}.webp")


def main() -> None:
    """Start the app, look at it in both sizes and both themes, and write docs/img/*.webp."""
    demo, address = start.main(prevent_thread_lock=True, port=0)
    with chromium() as browser:
        for device, context in (("desktop", DESKTOP), ("phone", PHONE)):
            for scheme in ("light", "dark"):
                with watched_page(browser, address, color_scheme=scheme, **context) as page:
                    save(page, f"{device}-{scheme}")
                    if scheme == "light":
                        page.locator("#left-column .card").first.click()
                        page.wait_for_selector("#details[open] h2")
                        save(page, f"{device}-details")
                        page.keyboard.press("Escape")
                    if device == "desktop":
                        save(page, f"map-{scheme}", page.locator("#plot"))
    demo.close()


if __name__ == "__main__":
    main()
