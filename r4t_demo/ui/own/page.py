"""The tab for a visitor's own catalogue, laid out; what it does is in ``tab``."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, cast

import gradio as gr

from r4t_demo.sources.samples import samples
from r4t_demo.ui.own.catalogues import PREFIX, OwnCatalogues
from r4t_demo.ui.own.samples import preview
from r4t_demo.ui.own.tab import ANSWER, CHIPS, EXAMPLES, OwnTab, Seen
from r4t_demo.ui.scripts import script
from r4t_demo.ui.search.ask import Ask
from r4t_demo.ui.search.tab import answer_parts, html, question
from r4t_demo.ui.steer import page as steer_page
from r4t_demo.ui.steer.aim import Aim

EVERY = 1.0  # seconds between two looks at a busy job
INTRO = """<header class="step"><h2>Bring your own catalogue</h2><p>Twenty items or more, as pictures, texts or both: a zip
(its folders become categories), loose pictures, a table with its pictures, parquet, or a table of texts alone. A few minutes
later there is a language model tuned to it, a retriever distilled from that, and what both are worth. Nobody sees it but you
and whom you give its link.</p></header>"""
QUERIES = """<header class="step"><h2>What it will learn to answer</h2><p>Broad requests, made from what the catalogue holds.
Change, add or remove any. Eight in ten are trained on; those for validation and test never are. The split goes by a request’s
words, so what you write gets its own when the run starts.</p></header>"""
SEARCH = """<header class="step"><h2>Search it</h2><p>As on the first tab, with the language model before and after training and
the retriever distilled from it.</p></header>"""
SURE = "(seen, _) => [seen, confirm('Remove the catalogue and all that was trained on it?') ? 'yes' : '']"


def build(own: OwnCatalogues, demo: gr.Blocks, tabs: gr.Tabs) -> None:
    """Lay the tab out and wire its events."""
    tab, part = OwnTab(own), cast(dict[str, Any], {"tabs": tabs, "seen": gr.State(Seen())})
    part["opened"] = html("", "own-opened", script("opened.js"))  # not a State: its change comes with every page load, too
    choices = html("", "own-columns-hand", script("columns.js"), html_template="")
    part["sure"] = gr.Textbox(visible=False)  # what the browser's own question was answered with
    part["timer"] = gr.Timer(EVERY, active=False)
    part["told"] = html("", "own-says", "element.setAttribute('role', 'status');", elem_classes="status")
    sample_buttons = _upload(part, own)
    leave, remove = _about(part)
    go, hand, steered = _result(part)
    _run(part)
    start = _ask(part)
    log = _watch(part)
    chips = [part[f"chip{number}"] for number in range(CHIPS)]

    def draw(drawn: dict) -> dict:
        return {part[name]: value for name, value in drawn.items()} or {part["tabs"]: gr.skip()}

    def drawing(act: Callable) -> Callable:
        return lambda *values: draw(act(*values))

    def upload(files: list[str] | None, request: gr.Request) -> dict:
        return draw(tab.upload(files, cast(str, request.session_hash)))

    def sample(name: str) -> Callable:
        def begin(request: gr.Request) -> dict:
            return draw(tab.sample(name, cast(str, request.session_hash)))

        return begin

    def open_link(request: gr.Request) -> dict:
        pairs = request.query_params.multi_items()
        return draw(tab.open_link(dict(pairs).get("job", ""), pairs))

    def opening(seen: Seen, aim: Aim) -> Iterator[dict]:
        yield from map(draw, tab.opening(seen, aim))

    steer_page.wire({"tabs": tabs} | steered, EXAMPLES, hand, lambda seen: own.steer_tab(seen.job), [part["seen"]])

    everything, seen = list(part.values()), part["seen"]
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    at_once: dict[str, Any] = {"queue": False, **quiet}  # a poll does not stand in line with the searches
    in_line: dict[str, Any] = {"concurrency_limit": None, **quiet}
    part["files"].upload(upload, part["files"], everything, **at_once)
    for name, button in sample_buttons.items():
        button.click(sample(name), None, everything, **at_once)
    start.click(drawing(tab.train), [seen, part["queries"], part["budget"]], everything, **at_once)
    choices.submit(drawing(tab.choose), [seen, choices], everything, **at_once)
    part["cancel_part"].click(drawing(tab.cancel), seen, everything, **at_once)
    part["resume_part"].click(drawing(tab.resume), seen, everything, **at_once)
    leave.click(drawing(tab.leave), seen, everything, **at_once)
    remove.click(drawing(tab.remove), [seen, part["sure"]], everything, js=SURE, **at_once)
    log.expand(drawing(partial(tab.log, wanted=True)), seen, everything, **at_once)
    log.collapse(drawing(partial(tab.log, wanted=False)), seen, everything, **at_once)
    part["timer"].tick(drawing(tab.tick), seen, everything, trigger_mode="once", **at_once)
    demo.load(open_link, None, everything, **at_once)

    _search(part, lambda *values: map(draw, tab.search(*values)), go, chips, **in_line)
    part["opened"].submit(opening, [seen, part["steer_aim"]], everything, trigger_mode="always_last", **in_line)


def _search(part: dict, search: Callable[..., Iterator[dict]], go: gr.Button, chips: Sequence[gr.Button], **in_line: Any) -> None:
    """Wire what asks the result's search: its form, and the requests to choose from."""
    form, everything = [part[name] for name in ("seen", "query", "left", "right", "besides")], list(part.values())

    def answer(*values) -> Iterator[dict]:
        yield from search(*values)

    asked = [go.click, part["query"].submit, part["besides"].submit, part["left"].input, part["right"].input]
    gr.on(asked, answer, form, everything, trigger_mode="always_last", **in_line)
    for chip in chips:
        chosen = chip.click(lambda text: text, chip, part["query"], queue=False, api_visibility="private", show_progress="hidden")
        chosen.then(answer, form, everything, **in_line)


def _upload(part: dict, own: OwnCatalogues) -> dict[str, gr.Button]:
    """Where files are dropped, and the samples beside it; returns the samples' buttons."""
    buttons = {}
    with gr.Column() as part["upload_part"]:
        html(INTRO, "own-intro")
        with gr.Row(elem_classes="bring"):
            with gr.Column(scale=5, min_width=300):
                label = "Files, or the zip of a run that was downloaded here"
                # of any type: what a file is, its content tells, and the readers' sentences say more than Gradio's refusal
                part["files"] = gr.File(file_count="multiple", label=label, elem_id="own-files", height=292)
            with gr.Column(scale=6, min_width=300):
                html('<h3 class="label">Or try one of these</h3>', "own-samples")
                with gr.Row(elem_classes="samples"):
                    for name, sample in samples(own.engine.settings.assets).items():
                        with gr.Column(min_width=150):
                            html(preview(name, own.engine.settings.assets), f"preview-{name}")
                            buttons[name] = gr.Button(sample.title, size="sm", elem_id=f"sample-{name}")
    return buttons


def _about(part: dict) -> tuple[gr.Button, gr.Button]:
    """Which catalogue it is, and the ways out: to another one, or to none."""
    with gr.Column(visible=False) as part["about_part"]:
        part["about"] = html("", "own-about", script("share.js"))
        with gr.Row(elem_classes="ways"):
            leave = gr.Button("Another catalogue", size="sm", min_width=0, elem_id="own-leave")
            remove = gr.Button("Remove this one", size="sm", min_width=0, elem_id="own-remove")
    with gr.Column(visible=False) as part["report_part"]:
        part["report"] = html("", "own-report")
    with gr.Column(visible=False) as part["columns_part"]:
        part["columns"] = html("", "own-columns")
    return leave, remove


def _ask(part: dict) -> gr.Button:
    """The queries, the budgets, and the button that starts."""
    with gr.Column(visible=False, elem_classes="asking") as part["ask_part"]:
        html(QUERIES, "own-ask")
        part["some_queries"] = html("", "own-some")
        with gr.Row(elem_classes="columns"):
            with gr.Column(scale=3, min_width=320):
                part["queries"] = gr.Dataframe(
                    headers=["query", "split"],
                    datatype="str",
                    type="array",
                    column_count=cast(Any, (2, "fixed")),  # which the library takes and does not say
                    static_columns=[1],
                    column_widths=["72%", "28%"],
                    interactive=True,
                    max_height=380,
                    show_label=False,
                    buttons=[],
                    elem_id="own-queries",
                )
            with gr.Column(scale=2, min_width=300):
                part["budget"] = gr.Radio(label="Budget", elem_id="own-budget")
                part["steer_note"] = html("", "own-steer-note")
                return gr.Button("Start", variant="primary", elem_id="own-start")


def _run(part: dict) -> None:
    """How far the run is, and what can be done to it."""
    with gr.Column(visible=False) as part["run_part"]:
        part["stages"] = html("", "own-stages")
        with gr.Row(elem_classes="ways"):
            part["cancel_part"] = gr.Button("Cancel", elem_id="own-cancel", size="sm", min_width=0)
            part["resume_part"] = gr.Button("Resume", elem_id="own-resume", size="sm", min_width=0)


def _watch(part: dict) -> gr.Accordion:
    """What one watches meanwhile; returns the log, which is read only while it is open."""
    with gr.Column(visible=False) as part["watch_part"]:
        part["curves"] = html("", "own-curves")
        part["answers"] = html("", "own-answers")
        with gr.Accordion("Log", open=False, elem_classes="options", elem_id="own-log") as log:
            part["log_text"] = html("", "own-log-text")
    return log


def _result(part: dict) -> tuple[gr.Button, gr.HTML, steer_page.Parts]:
    """What came of it: figures, the zip, a search over the catalogue, and what steers it.

    Returns the search's button, and of steering its hand and its parts, which are "steer_…" in ``part``.
    """
    with gr.Column(visible=False) as part["result_part"]:
        part["comparison"] = html("", "own-comparison")
        part["download"] = html("", "own-download")
        html(SEARCH, "own-search-head")
        part["query"], part["besides"], go, part["around"] = question("", PREFIX)
        with gr.Row(elem_classes="examples"):
            part |= {f"chip{number}": gr.Button("", size="sm", min_width=0) for number in range(CHIPS)}
        part["left"], part["right"], answer = answer_parts([], Ask(left="", right=""), [""] * 5, PREFIX)
        part |= dict(zip(ANSWER, answer, strict=True))
        part["steer_missing"] = html("", "own-steer-missing")
        with gr.Column(visible=False, elem_id="own-steer") as part["steer_part"]:
            hand = html("", "own-steer-hand", script("steer.js"), html_template="")
            steered = steer_page.layout({}, EXAMPLES, PREFIX)
            part |= {f"steer_{name}": one for name, one in steered.items()}
    return go, hand, steered
