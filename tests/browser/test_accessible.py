"""Everybody can read the page: no serious finding of axe-core on any tab or in an item's details, and no text cut off."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from r4t_demo.fanout.registry import METHODS
from r4t_demo.ui.markup import display_name
from tests.browser.chromium import DESKTOP, PHONE, watched_page

TABS = {  # tab -> what is there when it is filled
    "Search": "#right-column .card",
    "Steer": "#steer .card",
    "Your catalogue": "#sample-rainy-sunday",
    "Results": ".figures table",
}
GRAVE = ("serious", "critical")


def grave_findings(page) -> list[str]:
    """What axe-core finds serious or worse: the rule, what it asks for, and its first places."""
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:200] for node in one['nodes'][:3]]}"
        for one in Axe().run(page).response["violations"]
        if one["impact"] in GRAVE
    ]


@pytest.mark.parametrize(("device", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop-light", "phone-dark"])
def test_nothing_serious_on_any_tab(browser, app_address, device, theme):
    with watched_page(browser, app_address, color_scheme=theme, reduced_motion="reduce", **device) as page:
        assert page.get_by_role("tab").all_inner_texts() == [*TABS]
        for name, shown in reversed(TABS.items()):  # the search is last: its card opens the details
            page.get_by_role("tab", name=name).click()
            page.locator(shown).first.wait_for(state="visible")
            assert grave_findings(page) == [], name
        page.locator("#right-column .card").first.click()
        page.wait_for_selector("#details[open] h2")
        assert grave_findings(page) == [], "details"


def test_a_spoiled_page_has_serious_findings(browser, slow):
    with watched_page(browser, slow[0], **DESKTOP) as page:
        page.evaluate("document.querySelectorAll('#right-column img').forEach(image => image.removeAttribute('alt'))")
        page.evaluate("document.querySelector('.masthead h1').style.color = 'color-mix(in srgb, currentColor 20%, white)'")
        assert [finding.partition(":")[0] for finding in grave_findings(page)] == ["color-contrast", "image-alt"]


def test_a_selector_has_room_for_every_method_at_1440_pixels(browser, slow):
    measure = """([field, texts]) => {
        const pen = document.createElement('canvas').getContext('2d'), style = getComputedStyle(field)
        pen.font = style.font
        const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)
        return texts.filter(text => pen.measureText(text).width > room)
    }"""
    texts = [f"{display_name(name)}: {method.description}" for name, method in METHODS.items()]
    with watched_page(browser, slow[0], **DESKTOP) as page:
        field = page.locator("#right-method input").element_handle()
        assert page.evaluate(measure, [field, texts]) == []
        assert page.evaluate(measure, [field, ["A method whose name and description have no end: " * 3]]) != []
