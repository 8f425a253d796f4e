"""The whole page: its head line, its tabs, its look."""

from pathlib import Path
from typing import Any, cast

import gradio as gr

from r4t_demo.errors import UserError
from r4t_demo.jobs import Jobs
from r4t_demo.pattern.steer import Steering
from r4t_demo.serve.desk import Desk, ServedSteering
from r4t_demo.sources.ingest import read_report
from r4t_demo.ui import endpoints
from r4t_demo.ui.board import dialog as board_dialog
from r4t_demo.ui.endpoints import Endpoints
from r4t_demo.ui.guard import Page
from r4t_demo.ui.markup import esc
from r4t_demo.ui.own import page as own_page
from r4t_demo.ui.own.catalogues import OwnCatalogues
from r4t_demo.ui.own.report import render_report
from r4t_demo.ui.results import race
from r4t_demo.ui.results import tab as results_tab
from r4t_demo.ui.scripts import script
from r4t_demo.ui.search import tab as search_tab
from r4t_demo.ui.search.tab import FanOutTab, html, sentence
from r4t_demo.ui.search.why import explain
from r4t_demo.ui.steer import page as steer_page
from r4t_demo.ui.steer.tab import SteerTab

# The stylesheets go into the head as they are: Gradio's `css` rewrites every selector and loses some rules on the way.
SHEETS = ("style.css", "ask.css", "own.css", "steer.css", "race.css", "why.css", "board.css", "print.css")
STYLES = [(Path(__file__).parent / name).read_text(encoding="utf-8") for name in SHEETS]
HEAD = f"<style>{''.join(STYLES)}</style>"
SANS = ("Avenir Next", "Segoe UI", "Helvetica Neue", "Arial", "Liberation Sans", "sans-serif")
THEME = gr.themes.Base(font=SANS, font_mono=("ui-monospace", "monospace"))
HEADER = """<header class="masthead"><h1>Fan-out retrieval</h1>
<p>A broad wish has many good answers: a language model and a diffusion model each turn it into several directions,
and every direction finds its own items.</p>
<button type="button" data-theme-toggle aria-label="Switch between light and dark">◐</button></header>"""


def create_demo(desk: Desk, jobs: Jobs, note: str = "") -> gr.Blocks:
    """Return the page over the desk's engine, its opening query already answered; visitors' own catalogues go to ``jobs``.

    ``note`` tells every visitor what is not as the settings want it.
    """
    engine = desk.engine
    own, steering = OwnCatalogues(engine, jobs, desk.steering), _steering(desk)
    steers = not isinstance(steering, UserError)
    with Page(title="Fan-out retrieval", analytics_enabled=False, delete_cache=(3600, 86_400)) as demo:
        endpoints.register(Endpoints(desk, steering))  # first: of two functions with one name the later gets another name
        gr.HTML(HEADER, apply_default_css=False, js_on_load=script("theme.js"))
        if note:
            html(f'<p class="note" role="status">{esc(note)}</p>', "note")
        if report := read_report(engine.catalog.root):
            html(render_report(report), "report")
        hand = html("", "steer-hand", script("steer.js"), html_template="", visible=steers)
        with gr.Tabs(elem_id="tabs") as tabs:
            with gr.Tab("Search", id="search"):
                search_tab.build(engine, demo, steers)
            with gr.Tab("Steer", id="steer", elem_id="steer"):
                if isinstance(steering, UserError):
                    steer_page.build_missing(steering)
                else:
                    steer_page.build(SteerTab(engine, cast(Steering, steering)), demo, tabs, hand)
            with gr.Tab("Your catalogue", id="own", elem_id="own"):
                own_page.build(own, demo, tabs)
            with gr.Tab("Results", id="results") as tab:
                race.build(engine)
                results_tab.build(engine.settings.results, tab)
        _details(FanOutTab(engine), own, steering)
        board_dialog.build(desk, own)
    return demo


def _steering(desk: Desk) -> ServedSteering | UserError:
    """What steers the engine's catalogue, or why nothing does."""
    try:
        return desk.steering(desk.engine)
    except UserError as error:
        return error


def _details(tab: FanOutTab, own: OwnCatalogues, steering: ServedSteering | UserError) -> None:
    """The dialog with one item, of the page's catalogue or of the one that a job holds; ``steering``: of the former."""

    def details(asked: list[str]) -> str:  # what scripts may call must be a plain function; several arguments come as one list
        if not (isinstance(asked, list) and len(asked) == 2 and all(isinstance(one, str) for one in asked)):
            return sentence(UserError("An item is asked for by its id and the run that it is of."))
        item_id, job = asked
        return own.details(job, item_id) if job else tab.details(item_id)

    def why(told: str) -> str:
        return explain(told, lambda job: own.tab(job) if job else tab, steering_of)

    def steering_of(job: str) -> Any:
        if not job and isinstance(steering, UserError):
            raise steering
        return own.steer_tab(job).steering if job else steering

    steers = "" if isinstance(steering, UserError) else " data-steers"
    dialog = f'<dialog id="details" aria-labelledby="details-title"{steers}></dialog>'
    html(dialog, "details-holder", script("details.js") + script("why.js"), server_functions=[details, why])
