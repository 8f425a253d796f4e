"""The Steer tab, laid out; what it does is in ``steer_tab``."""

from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from r4t_demo.errors import UserError
from r4t_demo.pattern.steer import MAX_STRENGTH, METHODS
from r4t_demo.ui.aim import Aim
from r4t_demo.ui.fanout_tab import html, sentence
from r4t_demo.ui.scripts import script
from r4t_demo.ui.steer_tab import ANSWER, SteerTab

INTRO = """<header class="step"><h2>Steer a set</h2><p>Choose a few items that share a look, and what more of it shall have. The
mean of the seeds stays in their pattern, where that may be rare: a diffusion transformer generates a better query.</p>
</header>"""
ROLE = "element.setAttribute('role', 'status');"


def build_missing(why: UserError) -> None:
    """The tab where nothing can be steered."""
    html(INTRO, "steer-intro")
    html(f'<p class="missing">{sentence(why)}</p>', "steer-missing", elem_classes="status")


def build(tab: SteerTab, demo: gr.Blocks, tabs: gr.Tabs, hand: gr.HTML) -> None:
    """Lay the tab out and wire its events. ``hand``, outside the tabs, tells which items are clicked on and sent over."""
    opening = tab.opening()
    shown = tab.show(opening)
    *_, _ = tab.steer(opening)  # the first run warms the models up; the tab opens with the times of the second
    *_, answer = tab.steer(opening)
    part = {"tabs": tabs, "aim": gr.State(opening), "page": gr.State(1)}
    html(INTRO, "steer-intro")
    part["asked"] = html("", "steer-asked", script("opened.js"))
    chips = _examples(tab)
    with gr.Row(elem_classes="steer-form columns"):
        with gr.Column(scale=4, min_width=300):
            _choice(part, tab, opening, shown)
        with gr.Column(scale=5, min_width=300):
            find, other, like = _grid(part, tab)
    _answer(part, dict.fromkeys(ANSWER, "") | answer)
    _wire(part, tab, demo, hand, chips, find, other, like)


def _examples(tab: SteerTab) -> list[gr.Button]:
    with gr.Row(elem_classes="examples"):
        return [gr.Button(tab.example_name(example), size="sm", min_width=0) for example in tab.examples]


def _choice(part: dict, tab: SteerTab, opening: Aim, shown: dict) -> None:
    """The seeds, the attribute and the strength."""
    html('<h3 class="label">Seeds</h3>', "steer-seeds-head")
    part["seeds"] = html(shown["seeds"], "steer-seeds", script("chosen.js"))
    with gr.Row(elem_classes="wanted"):
        look: dict[str, Any] = {"filterable": False, "elem_classes": "method", "min_width": 120}
        domains = tab.steering.domains
        part["domain"] = gr.Dropdown(list(domains), value=opening.domain, label="Domain", elem_id="steer-domain", **look)
        part["value"] = gr.Dropdown(domains[opening.domain], value=opening.value, label="Value", elem_id="steer-value", **look)
    dial = "Strength: 0 the seed mean, 1 as generated"
    part["strength"] = gr.Slider(
        0, MAX_STRENGTH, opening.strength, step=0.1, label=dial, elem_id="steer-strength", elem_classes="dial", buttons=[]
    )


def _grid(part: dict, tab: SteerTab) -> tuple[gr.Textbox, gr.Button, gr.Button]:
    """The items to choose from, and what brings others."""
    html('<h3 class="label">Click items to make them seeds</h3>', "steer-grid-head")
    with gr.Row(elem_classes="finding"):
        hint = "Find items: ankle boots, floral silk …"
        find = gr.Textbox(label="Find items", show_label=False, placeholder=hint, max_lines=1, elem_id="steer-find", scale=5)
        like = gr.Button("More like the seeds", size="sm", min_width=0, elem_id="steer-like", scale=0)
        other = gr.Button("Others", size="sm", min_width=0, elem_id="steer-other", scale=0)
    part["grid"] = html(tab.browse(0)["grid"], "steer-grid", script("chosen.js"))
    return find, other, like


def _answer(part: dict, answer: dict) -> None:
    part["status"] = html(answer["status"], "steer-status", ROLE, elem_classes="status")
    part["summary"] = html(answer["summary"], "steer-summary", script("share.js"), elem_classes="verdict-line")
    with gr.Row(elem_classes="columns three"):
        for name in METHODS:
            with gr.Column(min_width=300):
                part[name] = html(answer[name], f"steer-{name}", elem_classes="answer-column")
    part["plot"] = html(answer["plot"], "steer-plot", elem_classes="answer-plot")


def _wire(part: dict, tab: SteerTab, demo: gr.Blocks, hand: gr.HTML, chips: list, find, other, like) -> None:
    def draw(drawn: dict) -> dict:
        return {part[name]: value for name, value in drawn.items()} or {part["tabs"]: gr.skip()}

    def drawing(act: Callable) -> Callable:
        return lambda *values: draw(act(*values))

    def clicked(aim: Aim, told: str) -> dict:
        return draw(tab.told(aim, told))

    def open_link(request: gr.Request) -> dict:
        return draw(tab.open_link(request.query_params.multi_items()))

    def answered(aim: Aim) -> Iterator[dict]:
        yield from map(draw, tab.steer(aim))

    def taking(number: int) -> Callable:
        return lambda: draw(tab.example(number))

    everything, aim = list(part.values()), part["aim"]
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    # A choice is drawn without standing in line.
    at_once: dict[str, Any] = {"queue": False, "trigger_mode": "always_last", **quiet}
    in_line: dict[str, Any] = {"concurrency_limit": None, "trigger_mode": "always_last", **quiet}
    domain, value, strength = (part[name] for name in ("domain", "value", "strength"))
    hand.submit(clicked, [aim, hand], everything, **at_once)
    # Gradio refuses a value of the domain before once the choices are another domain's, so a change of domain brings none.
    domain.input(drawing(tab.form), [aim, domain, strength], everything, **at_once)
    gr.on([value.input, strength.input], drawing(tab.form), [aim, domain, strength, value], everything, **at_once)
    for number, chip in enumerate(chips):
        chip.click(taking(number), None, everything, **at_once)
    other.click(drawing(tab.browse), part["page"], everything, **at_once)
    like.click(drawing(tab.like), aim, everything, **at_once)
    find.submit(drawing(tab.find), find, everything, **in_line)
    demo.load(open_link, None, everything, **at_once)
    answer = part["asked"].submit(answered, aim, everything, **in_line)
    answer.then(drawing(tab.settle), aim, everything, queue=False, **quiet)
