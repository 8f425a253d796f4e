"""Steering laid out: for the page's catalogue in its tab, for a visitor's own in its result. ``tab`` is what it does."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import gradio as gr

from r4t_demo.errors import UserError
from r4t_demo.pattern.steer import MAX_STRENGTH, METHODS
from r4t_demo.ui.markup import esc
from r4t_demo.ui.scripts import script
from r4t_demo.ui.search.tab import html, sentence
from r4t_demo.ui.steer.aim import Aim
from r4t_demo.ui.steer.tab import ANSWER, SteerTab

INTRO = """<header class="step"><h2>Steer a set</h2><p>Choose a few items that share a look, and what more of it shall have. The
mean of the seeds stays in their pattern, where that may be rare: a diffusion transformer generates a better query.</p>
</header>"""
ROLE = "element.setAttribute('role', 'status');"

Parts = dict[str, Any]  # name -> component


def build_missing(why: UserError) -> None:
    """The tab where nothing can be steered."""
    html(missing(why), "steer-missing")


def missing(why: UserError) -> str:
    """What stands there instead of steering."""
    return f'{INTRO}<p class="missing" role="status">{esc(str(why))}</p>'


def build(tab: SteerTab, demo: gr.Blocks, tabs: gr.Tabs, hand: gr.HTML) -> None:
    """The tab over the page's catalogue, its first example already answered. ``hand`` is outside the tabs (``wire``)."""
    opening, chips = tab.opening(), len(tab.examples)
    *_, _ = tab.steer(opening)  # the first run warms the models up; the tab opens with the times of the second
    *_, answer = tab.steer(opening)
    part = {"tabs": tabs} | layout(tab.open(Aim(), chips) | {"asked": ""} | answer, chips)
    wire(part, chips, hand, lambda: tab)

    def open_link(request: gr.Request) -> dict:
        return _on_page(part, tab.open_link(request.query_params.multi_items()))

    demo.load(open_link, None, list(part.values()), queue=False, api_visibility="private", show_progress="hidden")


def layout(drawn: Mapping[str, Any], chips: int, prefix: str = "") -> Parts:
    """Lay out the parts that ``SteerTab`` draws, as it has ``drawn`` them or empty, and what brings items to choose from.

    ``chips``: room for so many examples. ``prefix`` sets the ids apart.
    """
    made = _Maker(drawn, f"{prefix}steer")
    part: Parts = {"aim": gr.State(drawn.get("aim", Aim())), "page": gr.State(1)}
    html(INTRO, made.elem_id("intro"))
    part["asked"] = made.html("asked", script("opened.js"))
    with gr.Row(elem_classes="examples"):
        for number in range(chips):
            part[f"example{number}"] = gr.Button(size="sm", min_width=0, **made.given(f"example{number}"))
    with gr.Row(elem_classes="steer-form columns"):
        with gr.Column(scale=4, min_width=300):
            part |= _choice(made)
        with gr.Column(scale=5, min_width=300):
            part |= _grid(made)
    part["status"] = made.html("status", ROLE, elem_classes="status")
    part["summary"] = made.html("summary", script("share.js"), elem_classes="verdict-line")
    with gr.Row(elem_classes="columns four"):
        for name in METHODS:
            with gr.Column(min_width=280):
                part[name] = made.html(name, elem_classes="answer-column")
    part["plot"] = made.html("plot", elem_classes="answer-plot")
    return part


class _Maker:
    """Makes the components of one layout, with what is drawn in them."""

    def __init__(self, drawn: Mapping[str, Any], prefix: str) -> None:
        self.drawn, self.prefix = drawn, prefix

    def elem_id(self, name: str) -> str:
        return f"{self.prefix}-{name}"

    def html(self, name: str, js: str | None = None, **more) -> gr.HTML:
        return html(self.drawn.get(name, ""), self.elem_id(name), js, **more)

    def given(self, name: str) -> dict[str, Any]:
        """The id and the properties of a component that is drawn by an update of them."""
        update = {key: value for key, value in self.drawn.get(name, {}).items() if key != "__type__"}
        return {"elem_id": self.elem_id(name), **update}


def _choice(made: _Maker) -> Parts:
    """The seeds, the attribute and the strength."""
    html('<h3 class="label">Seeds</h3>', made.elem_id("seeds-head"))
    part: Parts = {"seeds": made.html("seeds", script("chosen.js"))}
    with gr.Row(elem_classes="wanted"):
        look: dict[str, Any] = {"filterable": False, "elem_classes": "method", "min_width": 120}
        part["domain"] = gr.Dropdown(label="Domain", **look, **made.given("domain"))
        part["value"] = gr.Dropdown(label="Value", **look, **made.given("value"))
    dial = "Strength: 0 the seed mean, 1 as generated"
    strength, elem_id = made.drawn.get("strength", 1.0), made.elem_id("strength")
    part["strength"] = gr.Slider(
        0, MAX_STRENGTH, strength, step=0.1, label=dial, elem_id=elem_id, elem_classes="dial", buttons=[]
    )
    return part


def _grid(made: _Maker) -> Parts:
    """The items to choose from, and what brings others."""
    html('<h3 class="label">Click items to make them seeds</h3>', made.elem_id("grid-head"))
    with gr.Row(elem_classes="finding"):
        small: dict[str, Any] = {"size": "sm", "min_width": 0, "scale": 0}
        hint, elem_id = "Find items: a few words …", made.elem_id("find")
        part: Parts = {
            "find": gr.Textbox(label="Find items", show_label=False, placeholder=hint, max_lines=1, elem_id=elem_id, scale=5),
            "like": gr.Button("More like the seeds", elem_id=made.elem_id("like"), **small),
            "other": gr.Button("Others", elem_id=made.elem_id("other"), **small),
        }
    part["grid"] = made.html("grid", script("chosen.js"))
    return part


def wire(part: Parts, chips: int, hand: gr.HTML, tab_of: Callable[..., SteerTab], who: Sequence[gr.State] = ()) -> None:
    """Wire the events of a layout. ``tab_of`` gives the tab that answers to the values of ``who``; UserError where there is none.

    ``hand`` tells which items are clicked on and sent over (``steer.js``).
    """

    def acting(act: Callable) -> Callable:
        def run(*values) -> dict:
            try:
                tab = tab_of(*values[: len(who)])
            except UserError as error:
                return _on_page(part, {"status": sentence(error)})
            return _on_page(part, act(tab, *values[len(who) :]))

        return run

    def answered(*values) -> Iterator[dict]:
        try:
            tab = tab_of(*values[: len(who)])
        except UserError as error:
            yield _on_page(part, {"status": sentence(error)})
            return
        for drawn in tab.steer(*values[len(who) :]):
            yield _on_page(part, drawn)

    def taking(number: int) -> Callable:
        return acting(lambda tab: tab.example(number))

    everything, aim = list(part.values()), part["aim"]
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    # A choice is drawn without standing in line.
    at_once: dict[str, Any] = {"queue": False, "trigger_mode": "always_last", **quiet}
    in_line: dict[str, Any] = {"concurrency_limit": None, "trigger_mode": "always_last", **quiet}
    domain, value, strength = (part[name] for name in ("domain", "value", "strength"))
    hand.submit(acting(SteerTab.told), [*who, aim, hand], everything, **at_once)
    # Gradio refuses a value of the domain before once the choices are another domain's, so a change of domain brings none.
    domain.input(acting(SteerTab.form), [*who, aim, domain, strength], everything, **at_once)
    gr.on([value.input, strength.input], acting(SteerTab.form), [*who, aim, domain, strength, value], everything, **at_once)
    for number in range(chips):
        part[f"example{number}"].click(taking(number), [*who], everything, **at_once)
    part["other"].click(acting(SteerTab.browse), [*who, part["page"]], everything, **at_once)
    part["like"].click(acting(SteerTab.like), [*who, aim], everything, **at_once)
    part["find"].submit(acting(SteerTab.find), [*who, part["find"]], everything, **in_line)
    answer = part["asked"].submit(answered, [*who, aim], everything, **in_line)
    answer.then(acting(SteerTab.settle), [*who, aim], everything, queue=False, **quiet)


def blank() -> dict[str, str]:
    """What a layout shows between two results."""
    return dict.fromkeys((*ANSWER, "asked", "seeds", "grid"), "")


def _on_page(part: Parts, drawn: Mapping[str, Any]) -> dict:
    """What is drawn, by component; nothing is nothing."""
    return {part[name]: value for name, value in drawn.items()} or {part["aim"]: gr.skip()}
