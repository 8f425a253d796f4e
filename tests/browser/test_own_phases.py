"""The tab for a visitor's own catalogue in its phases, over jobs as files: readable at every width, and for its visitor alone."""

import shutil
import sys

import pytest

from r4t_demo.jobs import Jobs
from r4t_demo.pattern.steer import Steering
from r4t_demo.sources.understood import Column, Understood
from r4t_demo.ui.launch import launch
from tests.browser.actions import fits, loaded_pictures
from tests.browser.chromium import DESKTOP, PHONE, watched_page
from tests.sources.makers import picture, write_zip
from tests.ui.fake_engine import FakeCatalog, FakeEngine
from tests.ui.fake_steering import FakeSteering, SeasonSteering
from tests.ui.made_jobs import make_job

EVIL = "<img src=x onerror=alert(1)>"
LOG = "\n".join([*(f"diffusion {20 * step}/160  90 s left" for step in range(9)), "Traceback", "No module named 'x'"])
SLEEPS = [sys.executable, "-c", "import time; time.sleep(900)"]


def asking(jobs: Jobs, shop) -> str:
    """A job that asks what the columns of a wide table mean."""
    job = make_job(jobs, shop, "asks", None)
    shutil.rmtree(jobs.catalog(job))
    names = ["Sache", EVIL, "Titel 2", *(f"Spalte {number}" for number in range(12))]
    roles = ["attribute", "attribute", "title", *["ignored"] * 12]
    columns = [
        Column(name, role, ["a short cell", EVIL, "a longer cell of a table " * 3])
        for name, role in zip(names, roles, strict=True)
    ]
    Understood(columns, False, "No column is called a title: 'Titel 2' was taken.").save(jobs.root / job)
    return job


def steering(engine):
    """What steers the page's catalogue, or a visitor's."""
    return FakeSteering(engine) if isinstance(engine.catalog, FakeCatalog) else SeasonSteering(engine)


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """(address, state -> job) of a page over 24 items, one of them with markup for a title."""
    root = tmp_path_factory.mktemp("own")
    files = {f"p/{i}.png": picture((10 * i, 200 - 5 * i, 90), (40, 40)) for i in range(24)}
    rows = [f"p/{i}.png,{EVIL if i == 0 else f'thing {i}'},{'mug' if i % 2 else 'lamp'},cosy" for i in range(24)]
    shop = write_zip(root / f"{'n' * 120}.zip", {**files, "shop.csv": "\n".join(["image,title,category,tags", *rows])})
    engine = FakeEngine(root)
    jobs = Jobs(engine.settings, lambda folder, record: SLEEPS)
    made = {state: make_job(jobs, shop, state, None if state == "ready" else "small") for state in ("ready", "cancelled", "done")}
    made["failed"] = make_job(jobs, shop, "failed")
    (jobs.root / made["failed"] / "log.txt").write_text(LOG)
    made["steered"] = make_job(jobs, shop, "done", steers=True)
    made |= {name: asking(jobs, shop) for name in ("asks", "asks too")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Steering, "load", classmethod(lambda cls, engine: steering(engine)))
        demo, address = launch(engine, jobs, prevent_thread_lock=True)
        yield address, made
    for job in made.values():
        jobs.cancel(job)
    demo.close()


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_link_leads_to_a_catalogue_that_waits_for_its_training(browser, app, device):
    address, made = app
    with watched_page(browser, f"{address}?job={made['ready']}", **device) as page:
        page.wait_for_selector("#own-start")
        assert loaded_pictures(page, ".sheet") == 24
        split = page.locator("#own-queries").get_by_text("train", exact=True).first
        font = "element => getComputedStyle(element).fontFamily"
        assert split.evaluate(font) == page.locator("#own-ask").evaluate(font)
        assert fits(page)
        card = page.locator(".sheet .card").first
        card.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("#details[open] h2")
        assert page.locator("#details h2").inner_text() == EVIL
        assert not page.locator("#details .found-by").is_visible()
        page.keyboard.press("Escape")
        assert page.locator("img[src='x']").count() == 0


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_result_is_searched_and_a_catalogue_left(browser, app, device):
    address, made = app
    with watched_page(browser, f"{address}?job={made['steered']}", **device) as page:
        page.wait_for_selector("#own-right-column .card")
        assert page.locator(".comparison .points").count() == 3
        page.locator("#own-query textarea, #own-query input").fill("rainy Sunday")
        page.locator("#own-search").click()
        page.wait_for_selector("#own-status >> text=“rainy Sunday” answered")
        assert f"job={made['steered']}" in page.url
        page.wait_for_selector("#own-steer-hppo .card")
        assert page.locator(page.locator("#own-summary .jump").get_attribute("href")).is_visible()  # not the first tab's column
        assert fits(page)
        page.locator("#own-right-column .card").first.click()
        page.wait_for_selector("#details[open] .found-by li")
        assert "FOLM" in page.locator("#details .found-by").inner_text()
        page.keyboard.press("Escape")
        page.locator("#own-leave").click()
        page.wait_for_selector("#own-files")
        assert "job=" not in page.url
        assert fits(page)


def test_a_result_is_asked_with_an_item_a_picture_and_what_is_liked(browser, app, tmp_path):
    address, made = app
    (tmp_path / "mine.png").write_bytes(picture((200, 40, 90), (60, 60)))
    with watched_page(browser, f"{address}?job={made['steered']}", **DESKTOP) as page:
        page.locator("#own-right-column .card").first.click()
        page.locator("#details [data-ask='plus']").click()
        page.wait_for_selector("#own-status >> text=answered in")
        page.locator("#own-around [data-item]").click()
        page.wait_for_selector("#details [data-ask='plus'][aria-pressed='true']")
        page.locator("#details [data-ask='item']").click()
        page.wait_for_selector("#own-status >> text=A set around")
        assert page.locator("#own-query input, #own-query textarea").input_value() == ""
        page.locator("#own-around [data-out='item']").click()
        page.wait_for_selector("#own-around [data-out='item']", state="detached")
        page.locator("#own-ask-picture input").set_input_files(tmp_path / "mine.png")
        page.wait_for_selector("#own-status >> text=Your picture, nearest to")
        assert page.locator("#own-around img").get_attribute("alt") == "Your picture" and fits(page)
        assert page.locator("#around li").count() == 0, "the first tab asks what it asked"
        page.get_by_role("tab", name="Search").click()
        page.locator("#right-column .card").first.click()
        page.wait_for_selector("#details [data-ask='plus'][aria-pressed='false']")


def seeds(page, place: str) -> list[str]:
    return page.locator(f"{place}-seeds [data-seed]").evaluate_all("all => all.map(one => one.dataset.seed)")


def test_a_result_is_steered_by_its_own_items_and_labels(browser, app):
    address, made = app
    link = f"{address}?job={made['steered']}"
    with watched_page(browser, link, **DESKTOP) as page:
        page.wait_for_selector("#own-steer-hppo .card")
        assert page.url == link
        while chosen := seeds(page, "#own-steer"):
            page.locator("#own-steer-seeds [data-unseed]").first.click()
            page.wait_for_function("n => document.querySelectorAll('#own-steer-seeds [data-seed]').length < n", arg=len(chosen))
        picks = page.locator("#own-steer-grid [data-pick]")
        for number in range(3):
            picks.nth(number).click()
        page.wait_for_selector("#own-steer-status >> text=3 seeds steered to season “winter”")
        picked = picks.evaluate_all("all => all.slice(0, 3).map(one => one.dataset.pick)")
        assert seeds(page, "#own-steer") == picked
        assert page.locator("#own-steer-grid [aria-pressed='true']").count() == 3
        page.locator("#own-steer-value input").click()
        page.get_by_role("option", name="summer", exact=True).click()
        page.wait_for_selector("#own-steer-status >> text=3 seeds steered to season “summer”")
        for column in ("#own-steer-seed-mean", "#own-steer-direction", "#own-steer-modit", "#own-steer-hppo"):
            assert page.locator(f"{column} .card").count() == 12
            badges = page.locator(f"{column} .card .badge").all_inner_texts()
            assert badges and set(badges) <= {"both", "attribute", "pattern"}
        assert loaded_pictures(page, "#own-steer-hppo") == 12 and fits(page)

        found = page.locator("#own-left-column .card").evaluate_all("all => all.map(one => one.dataset.item)")
        one, other, *_ = dict.fromkeys(item for item in found if item not in picked)  # a direction has one item here
        direction = page.locator("#own-left-column .direction").filter(has=page.locator(f"[data-item='{one}']")).first
        direction.get_by_role("button", name="Steer from these").click()
        page.wait_for_selector("#own-steer-status >> text=4 seeds steered")
        page.locator(f"#own-left-column .card[data-item='{other}']").first.click()
        page.get_by_role("button", name="Steer from this item").click()
        page.wait_for_selector("#own-steer-status >> text=5 seeds steered")
        assert seeds(page, "#own-steer") == [*picked, one, other]
        wanted, kept = seeds(page, "#own-steer"), page.url
        page.get_by_role("tab", name="Steer", exact=True).click()
        page.wait_for_selector("#steer-seeds [data-seed]")
        assert seeds(page, "#steer") == ["dress-rust", "dress-olive"] and page.locator("#steer-status .error").count() == 0
    with watched_page(browser, kept, **DESKTOP) as page:
        page.wait_for_selector(f"#own-steer-status >> text={len(wanted)} seeds steered to season “summer”")
        assert seeds(page, "#own-steer") == wanted


def test_a_result_without_labels_says_what_steering_takes(browser, app):
    address, made = app
    with watched_page(browser, f"{address}?job={made['done']}", **PHONE) as page:
        page.wait_for_selector("#own-steer-missing .missing")
        assert "no labels to steer by" in page.locator("#own-steer-missing").inner_text()
        page.locator("#own-right-column .card").first.click()
        page.wait_for_selector("#details[open] .found-by li")
        assert not page.get_by_role("button", name="Steer from this item").is_visible()
        assert page.locator("#own-left-column").get_by_text("Steer from these").count() == 0 and fits(page)


def test_a_stopped_run_shows_its_curves_and_goes_on(browser, app):
    address, made = app
    with watched_page(browser, f"{address}?job={made['cancelled']}", **PHONE) as page:
        page.wait_for_selector(".run[data-state='cancelled']")
        assert page.locator("[data-panel='Reward'] polyline").count() == 4
        assert page.locator(".watched li.new").count() >= 1
        assert fits(page)
        page.locator("#own-resume").click()
        page.wait_for_selector(".run[data-state='running']")
        assert not page.locator("#own-start").is_visible()
        page.locator("#own-log button").first.click()
        page.wait_for_selector("#own-log-text pre")
        page.locator("#own-cancel").click()
        page.wait_for_selector(".run[data-state='cancelled']")


@pytest.mark.parametrize(("job", "device"), [("asks", DESKTOP), ("asks too", PHONE)], ids=["desktop", "phone"])
def test_columns_in_doubt_are_chosen_with_the_keyboard(browser, app, job, device):
    address, made = app
    with watched_page(browser, f"{address}?job={made[job]}", **device) as page:
        page.wait_for_selector(".choose.asked")
        assert page.locator(".choose tbody tr").count() == 3 and page.locator("img[src='x']").count() == 0
        assert fits(page), "a wide table scrolls in its own box"
        page.get_by_label("Sache", exact=True).focus()
        page.keyboard.type("category")
        assert page.get_by_label("Sache", exact=True).input_value() == "category"
        page.get_by_label(EVIL, exact=True).select_option("title")
        button = page.get_by_role("button", name="Go on with these columns")
        button.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("#own-says >> text=cannot both be the title")
        assert page.get_by_label("Sache", exact=True).input_value() == "category", "what was chosen stays"
        page.get_by_label("Titel 2", exact=True).select_option("ignored")
        button.press("Enter")
        page.wait_for_selector(".run[data-state='running'], .run[data-state='queued']")
        page.locator("#own-cancel").click()
        page.wait_for_selector(".run[data-state='cancelled']")
        page.get_by_text("What the columns mean").click()
        assert page.get_by_label("Sache", exact=True).input_value() == "category"
        page.get_by_role("button", name="Read the table anew").click()
        page.wait_for_selector(".run[data-state='running'], .run[data-state='queued']")
        page.locator("#own-cancel").click()
        page.wait_for_selector(".run[data-state='cancelled']")


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_failed_run_says_where_and_why_and_shows_the_end_of_its_log(browser, app, device):
    address, made = app
    with watched_page(browser, f"{address}?job={made['failed']}", **device) as page:
        page.wait_for_selector(".run[data-state='failed']")
        assert "after 120 minutes" in page.locator(".run .state").inner_text()
        assert page.locator(".stages .stopped .figure").inner_text().startswith("failed")
        assert "No module named" in page.locator(".log-end pre").inner_text()
        assert not page.locator("#own-log-text pre").is_visible() and not page.locator("#own-download").is_visible()
        assert page.locator("#own-resume").is_visible() and fits(page)


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_what_the_drop_zone_says_is_seen_whole(browser, app, device):
    address, _ = app
    with watched_page(browser, address, **device) as page:
        page.get_by_role("tab", name="Your catalogue").click()
        zone, says = (
            page.locator("#own-files").bounding_box(),
            page.locator("#own-files [data-testid='upload-text']").bounding_box(),
        )
        assert says["y"] >= zone["y"] and says["y"] + says["height"] <= zone["y"] + zone["height"]


def test_who_has_no_link_sees_no_job(browser, app):
    with watched_page(browser, app[0], **DESKTOP) as page:
        page.get_by_role("tab", name="Your catalogue").click()
        page.wait_for_selector("#own-files")
        assert page.locator(".samples button").count() == 3
        assert page.locator("[data-job]").count() == 0
        assert fits(page)
