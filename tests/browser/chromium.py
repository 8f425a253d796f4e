"""Find a Chromium and open pages in it that notice console errors, missing files and requests to the outside."""

import shutil
from contextlib import contextmanager
from urllib.parse import urlparse

ARGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}


@contextmanager
def chromium():
    """Yield a running browser: the system's, else Playwright's own. OSError says so where there is neither."""
    from playwright.sync_api import Error, sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=ARGS)
        except Error as error:
            raise OSError(f"no Chromium runs here ({error.message.splitlines()[0]})") from error
        yield browser
        browser.close()


@contextmanager
def watched_page(browser, address: str, **context):
    """Yield a page at ``address`` with its first answer shown; on leaving, fail on whatever went wrong behind it."""
    troubles = []
    with browser.new_context(**context) as room:
        room.set_default_timeout(120_000)  # a busy machine may be slow
        page = room.new_page()
        page.on("console", lambda message: message.type == "error" and troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("response", lambda response: response.status >= 400 and troubles.append(f"{response.status} {response.url}"))
        page.on("request", lambda request: _is_outside(request.url) and troubles.append(f"left the machine: {request.url}"))
        page.goto(address)
        page.wait_for_selector("#right-column .card", state="attached")  # a link may have opened another tab
        yield page
    assert not troubles, troubles


def _is_outside(url: str) -> bool:
    parts = urlparse(url)
    return parts.scheme not in ("data", "blob", "about") and parts.hostname not in ("127.0.0.1", "localhost")
