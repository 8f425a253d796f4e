"""A visitor who chooses quicker than the page answers: over the fake engine, with seeds that take their time to be drawn."""

import time

import pytest

from r4t_demo.pattern.steer import Steering
from r4t_demo.ui.launch import launch
from tests.browser.chromium import DESKTOP, PHONE, watched_page
from tests.ui.fake_engine import FakeEngine
from tests.ui.fake_steering import FakeSteering


class SlowSteering(FakeSteering):
    def spread(self, seed_ids):
        time.sleep(0.3)
        return super().spread(seed_ids)

    def run(self, *args, **options):
        time.sleep(0.3)
        return super().run(*args, **options)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Steering, "load", classmethod(lambda cls, engine: SlowSteering(engine)))
        demo, address = launch(FakeEngine(tmp_path_factory.mktemp("fake")), prevent_thread_lock=True)
    yield address
    demo.close()


SEEDS = "[...document.querySelectorAll('#steer-seeds [data-seed]')].map(one => one.dataset.seed)"
LINKED = "new URLSearchParams(location.search).getAll('seeds')"


def seeds(page) -> list[str]:
    return page.evaluate(SEEDS)


def steered(page, count: int) -> None:
    page.wait_for_selector(f"#steer-status >> text={count} seed{'s' if count > 1 else ''} steered")


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_quick_choices_are_all_kept_and_the_last_is_answered(browser, address, device):
    with watched_page(browser, address, **device) as page:
        page.get_by_role("tab", name="Steer").click()
        page.wait_for_selector("#steer-hppo .card")
        picked = page.locator("[data-pick]:not([aria-pressed='true'])").evaluate_all("all => all.map(one => one.dataset.pick)")[
            :4
        ]
        before = seeds(page)
        for one in (*picked, picked[1]):  # the second is chosen and given up again
            page.locator(f"[data-pick='{one}']").click()
        assert page.locator(f"[data-pick='{picked[3]}']").get_attribute("aria-pressed") == "true", "a click shows at once"
        # The first three choices give as many seeds as all five: that number alone does not tell the last answer.
        last = [*before, picked[0], *picked[2:]]
        page.wait_for_function(
            f"last => [{SEEDS}, {LINKED}].every(ids => JSON.stringify(ids) === JSON.stringify(last))", arg=last
        )
        steered(page, len(last))


def test_an_answer_that_comes_when_its_seeds_are_gone_does_not_hide_that_there_is_none(browser, address):
    with watched_page(browser, address, **DESKTOP) as page:
        page.get_by_role("tab", name="Steer").click()
        page.wait_for_selector("#steer-hppo .card")
        for left in range(len(seeds(page)) - 1, -1, -1):
            page.locator("#steer-seeds [data-unseed]").first.click()
            page.wait_for_function("n => document.querySelectorAll('#steer-seeds [data-seed]').length === n", arg=left)
        page.wait_for_timeout(2000)  # whatever was still being answered
        assert "no seed" in page.locator("#steer-status .error").inner_text()


def focused_seed(page) -> str:
    """The seed whose card has the focus, once the row of seeds has it."""
    page.wait_for_function("document.activeElement.closest('#steer-seeds') !== null")
    return page.evaluate("document.activeElement.closest('[data-seed]').dataset.seed")


def test_the_focus_follows_what_the_keyboard_does(browser, address):
    with watched_page(browser, address, **DESKTOP) as page:
        page.locator("#left-column .card").first.click()
        page.get_by_role("button", name="Steer from this item").focus()
        page.keyboard.press("Enter")
        steered(page, 1)
        assert [focused_seed(page)] == seeds(page)
        page.locator("[data-pick]:not([aria-pressed='true'])").first.click()
        steered(page, 2)
        left = seeds(page)[1]
        page.locator("[data-unseed]").first.focus()
        page.keyboard.press("Enter")
        steered(page, 1)
        assert focused_seed(page) == left and seeds(page) == [left]
