"""The fan-out tab: one query, two methods side by side, and everything that a visitor can do with the answer."""

import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from queue import SimpleQueue
from typing import Any, cast

import gradio as gr

from r4t_demo.engine import Query
from r4t_demo.errors import UserError
from r4t_demo.language import FOREIGN, is_english
from r4t_demo.serve.desk import is_slow
from r4t_demo.ui.board.told import to_told as to_board
from r4t_demo.ui.markup import display_name, esc, milliseconds
from r4t_demo.ui.scripts import script
from r4t_demo.ui.search.answer import render_column, render_summary, render_writing
from r4t_demo.ui.search.around import PICTURE, render_around, take_picture, to_told, with_told
from r4t_demo.ui.search.ask import FORM, OPENING_QUERY, Ask, decimal, whole
from r4t_demo.ui.search.details import render_details
from r4t_demo.ui.search.export import csv_link, to_csv
from r4t_demo.ui.search.plot import render_plot

EXAMPLES = (
    OPENING_QUERY, "rainy Sunday", "black tie evening", "cottagecore picnic", "goth night out", "ski weekend",
    "what to wear to an art deco gala", "first day at the office",
)  # fmt: skip
BUSY = '<p class="busy">Searching …</p>'


class FanOutTab:
    """What the tab's events do; every method here is a pure step from form values to HTML.

    ``steers``: a direction's items can be sent to the Steer tab. ``prefix`` is that of the ids of the answer's parts.
    """

    def __init__(self, engine, steers: bool = False, prefix: str = ""):
        self.engine, self.steers, self.prefix = engine, steers, prefix
        self.methods = engine.methods()

    def opening(self) -> Ask:
        """The search that the page opens with: FOLM beside diffusion, or what there is of them."""
        names = [name for name in ("folm", "diffusion") if name in self.methods] + list(self.methods)
        return Ask(left=names[0], right=names[1] if len(names) > 1 else names[0])

    def choices(self) -> list[tuple[str, str]]:
        """The methods for a selector: what they are, and their names."""
        return [(f"{display_name(name)}: {text}", name) for name, text in self.methods.items()]

    def answer(self, ask: Ask, link: str = "") -> tuple[str, str, str, str, str]:
        """Run one search; returns the HTML of status, summary, left column, right column and plot.

        ``link``, the query part of an address, leads here; by default the one that asks the same on the first tab.
        """
        *_, last = self.answers(ask, link)
        return last

    def answers(self, ask: Ask, link: str = "") -> Iterator[tuple]:
        """As ``answer``; before it the column that needs no language model, and the other one as it is written."""
        start = time.perf_counter()
        methods = offered(dict.fromkeys((ask.left, ask.right)), self.methods)
        early = tuple(name for name in methods if not is_slow([name]))
        by_name, told = {}, ""
        if 0 < len(early) < len(methods):
            by_name = self._run(ask, early)
            told = f"{display_name(early[0])} answered in {milliseconds(by_name[early[0]].ms['total'])}; "
            yield self._early(ask, by_name[early[0]], told)
        by_name |= yield from self._watched(ask, tuple(name for name in methods if name not in by_name), told)
        left, right = by_name[ask.left], by_name[ask.right]
        found = [by_name[name] for name in methods]
        kept = link or ask.to_link(), csv_link(to_csv(found)), to_board(_title(ask, left.query), found)
        seconds = time.perf_counter() - start
        note = "" if is_english(ask.q) else f'<p class="foreign">{esc(FOREIGN)}</p>'
        yield (
            f"<p>{_request(ask, left.query)} answered in {milliseconds(1000 * seconds)}, seed {ask.seed}.</p>{note}",
            render_summary(left, right, *kept, self.prefix),
            render_column(left, right, self.methods[left.method], "left", self.steers),
            render_column(right, left, self.methods[right.method], "right", self.steers),
            render_plot(left, right, self.engine.index),
        )

    def _run(self, ask: Ask, methods: Sequence[str], **more: Any) -> dict[str, Any]:
        options = {"k": ask.k, "n": ask.n, "seed": ask.seed, "steps": ask.steps or None, "variety": ask.variety, **more}
        options |= {"plus": ask.plus, "minus": ask.minus, "other_kinds": ask.others}
        return {result.method: result for result in self.engine.run([self._query(ask)], methods, **options, distinct=True)}

    def named(self, ask: Ask) -> Ask:
        """The search; words that are the id of an item ask with the item."""
        words = ask.q.strip()
        return replace(ask, q="", item=words) if words in self.engine.catalog else ask

    def _query(self, ask: Ask) -> Query:
        return ask.picture or (self.engine.catalog[ask.item] if ask.item else ask.q)

    def _early(self, ask: Ask, result, told: str) -> tuple:
        """The page once one column is there: the other keeps the last answer, which the style sheet lets fade."""
        side, other = ("left", ask.right) if result.method == ask.left else ("right", ask.left)
        column = render_column(result, None, self.methods[result.method], side, self.steers)
        return self._part(ask, result.method, f"{told}{display_name(other)} is writing …", column)

    def _watched(self, ask: Ask, methods: Sequence[str], before: str) -> Generator[tuple, None, dict[str, Any]]:
        """Run the methods, and yield the page whenever a list of theirs has grown; ``before`` is told all along."""
        begin, grown, found = time.perf_counter(), SimpleQueue[tuple[str, list[str]] | None](), dict[str, list]()
        left_out = self.engine.kind(self._query(ask)) if ask.others else None
        with ThreadPoolExecutor(1) as pool:
            work = pool.submit(self._run, ask, methods, tell=lambda method, _, texts: grown.put((method, texts)))
            work.add_done_callback(lambda _: grown.put(None))
            while news := grown.get():
                method, texts = news
                new = [text for text in texts if text not in found]
                found |= zip(new, self.engine.found_by(new, ask.n, ask.plus, ask.minus, left_out), strict=True)
                side = "left" if method == ask.left else "right"
                column = render_writing(method, self.methods[method], side, {text: found[text] for text in texts})
                told = f"{len(texts)} of {ask.k} after {milliseconds(1000 * (time.perf_counter() - begin))}"
                yield self._part(ask, method, f"{before}{display_name(method)} is writing: {told}", column)
        return work.result()

    def _part(self, ask: Ask, method: str, told: str, column: str) -> tuple:
        """The page with one column changed while the search goes on."""
        columns = [column if name == method else gr.skip() for name in (ask.left, ask.right)]
        return f'<p class="busy">{esc(told)}</p>', gr.skip(), *columns, gr.skip()

    def search(self, q, left, right, k, n, seed, steps, variety, told="") -> Iterator[tuple]:
        """Say at once that a search runs, and what it goes by besides words (``told``), then show its answer; bad input leaves
        the last answer standing, without its verdict. Yields the HTML of the answer and of what is besides words."""
        keep = (gr.skip(),) * 4
        yield BUSY, *keep, gr.skip()
        try:
            numbers = (
                whole(k, "k"),
                whole(n, "items each"),
                whole(seed, "seed"),
                whole(steps, "steps"),
                decimal(variety, "variety"),
            )
            ask = self.named(with_told(Ask(q or "", left, right, *numbers), told))
            yield BUSY, *keep, render_around(ask, self.engine.catalog)
            for page in self.answers(ask):
                yield *page, gr.skip()
        except UserError as error:
            yield sentence(error), "", *keep[1:], gr.skip()

    def open_link(self, request: gr.Request) -> Iterator[tuple]:
        """Answer the search that the page's address carries, if it carries one; yields the form's values and what the browser
        keeps besides, HTML as ``search``, then the options' accordion, which opens where they are not as the page has them."""
        pairs = request.query_params.multi_items()
        params, form, html = dict(pairs), (gr.skip(),) * (len(FORM) + 1), (gr.skip(),) * 6
        if not {"q", "item"} & {*params}:
            yield *form, gr.skip(), *html
            return
        yield *form, BUSY, *html
        try:
            ask = self.named(self.opening().with_link(pairs))
            as_opened = all(getattr(ask, name) == getattr(self.opening(), name) for name in FORM[3:])
            options = gr.skip() if as_opened else gr.Accordion(open=True)
            around = render_around(ask, self.engine.catalog)
            page = self.answer(ask)  # as a whole: a search that follows must come after it
            yield *(getattr(ask, name) for name in FORM), to_told(ask), *page, around, options
        except UserError as error:
            yield params.get("q", ""), *form[1:], sentence(error), "", *html[1:]

    def details(self, item_id: str) -> str:
        """Return the details of one item, for the dialog."""
        try:
            similar = self.engine.similar(str(item_id), 12)
            return render_details(self.engine.catalog[str(item_id)], similar, asks=True)
        except UserError as error:
            return sentence(error)


def offered(names: Iterable[str], methods: Mapping[str, str]) -> tuple[str, ...]:
    """The names, all of them the page's ``methods``. No visitor names a model that the server would first have to fetch."""
    for name in names:
        if name not in methods:
            raise UserError(f"There is no method '{name}' on this page: choose from {', '.join(methods)}.")
    return tuple(names)


def _title(ask: Ask, read: str) -> str:
    """What was asked as a picture of the answer has it, in ``_request``'s words."""
    return f"A set around a picture, nearest to “{read}”" if ask.picture else f"A set around “{read}”" if ask.item else read


def _request(ask: Ask, read: str) -> str:
    """What was asked; ``read``: the words that were read, of an item or a picture those of a title."""
    title = f"“<bdi>{esc(read)}</bdi>”"
    return f"Your picture, nearest to {title}," if ask.picture else f"A set around {title}" if ask.item else title


def sentence(error: UserError) -> str:
    """An error as the page tells it."""
    return f'<p class="error" role="alert">{esc(str(error))}</p>'


def build(engine, demo: gr.Blocks, steers: bool) -> None:
    """Lay the tab out inside ``demo``, the surrounding page, and wire its events. ``steers``: items can be sent to be steered."""
    tab = FanOutTab(engine, steers)
    opening = tab.opening()
    tab.answer(opening)  # the first run loads and warms the models up; the page opens with the times of the second
    answer = tab.answer(opening)
    query, told, go, around = question(opening.q)
    with gr.Row(elem_classes="examples"):
        chips = [gr.Button(text, size="sm", min_width=0) for text in EXAMPLES]
    options, (k, n, seed, steps, variety) = _options(opening)
    left, right, page = answer_parts(tab.choices(), opening, answer)

    form, page = [query, left, right, k, n, seed, steps, variety, told], [*page, around]
    # They wait at the desk.
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": None}
    asked = [go.click, query.submit, told.submit, *(cast(gr.Number, field).input for field in form[1:-1])]
    gr.on(asked, tab.search, form, page, trigger_mode="always_last", **quiet)
    for chip, text in zip(chips, EXAMPLES, strict=True):
        chosen = chip.click(None, None, query, js=f"() => {text!r}", api_visibility="private")
        chosen.then(tab.search, form, page, **quiet)
    demo.load(tab.open_link, None, [*form, *page, options], **quiet)


def answer_parts(
    choices: list[tuple[str, str]], opening: Ask, answer: Sequence[str], prefix: str = ""
) -> tuple[gr.Dropdown, gr.Dropdown, list[gr.HTML]]:
    """Lay out an answer, ``FanOutTab.answer``: the two selectors, and its five parts. ``prefix`` sets their ids apart."""
    told, compared, left_answer, right_answer, map_drawn = answer
    role = "element.setAttribute('role', 'status');"
    status = html(told, f"{prefix}status", role, elem_classes="status")
    summary = html(compared, f"{prefix}summary", script("share.js"), elem_classes="verdict-line")
    with gr.Row(elem_classes="columns"):
        with gr.Column(min_width=320):
            left = _selector(choices, opening.left, "left", prefix)
            left_column = html(left_answer, f"{prefix}left-column", elem_classes="answer-column")
        with gr.Column(min_width=320):
            right = _selector(choices, opening.right, "right", prefix)
            right_column = html(right_answer, f"{prefix}right-column", elem_classes="answer-column")
    plot = html(map_drawn, f"{prefix}plot", elem_classes="answer-plot")
    return left, right, [status, summary, left_column, right_column, plot]


def html(value: str, elem_id: str, js: str | None = None, **more) -> gr.HTML:
    """A piece of the page."""
    return gr.HTML(value, elem_id=elem_id, apply_default_css=False, js_on_load=js, **more)


def question(query: str, prefix: str = "") -> tuple[gr.Textbox, gr.HTML, gr.Button, gr.HTML]:
    """Lay out what is asked: the words, what the browser keeps besides them, the button, and what is shown besides words.

    ``prefix`` sets their ids apart, as in ``answer_parts``.
    """
    with gr.Row(elem_classes="ask"):
        label, hint = "What are you looking for?", "A mood, an occasion, a style …"
        box = gr.Textbox(query, label=label, placeholder=hint, lines=1, max_lines=1, elem_id=f"{prefix}query", scale=5)
        html(PICTURE, f"{prefix}ask-picture", scale=0, min_width=110, elem_classes="with-picture")
        go = gr.Button("Search", variant="primary", elem_id=f"{prefix}search", elem_classes="go", scale=0, min_width=140)
    trouble = f'<p class="error" role="alert" data-prefix="{prefix}" hidden></p>'
    keeps: dict[str, Any] = {"html_template": trouble, "server_functions": [take_picture], "elem_classes": "status besides"}
    told = html("", f"{prefix}told", script("ask.js"), **keeps)
    drawn = "watch('value', () => document.dispatchEvent(new Event('around-drawn')));"
    return box, told, go, html("", f"{prefix}around", drawn, elem_classes="besides")


def _options(opening: Ask) -> tuple[gr.Accordion, list[gr.Number | gr.Slider]]:
    """Folded away: number fields, whose range the engine's sentence tells, and the dial, which has ends to be dragged to."""
    fields = {
        "Directions (k), 1 to 10": (opening.k, "k"),
        "Items each, 1 to 50": (opening.n, "n"),
        "Seed": (opening.seed, "seed"),
        "Teacher's steps (0: its own)": (opening.steps, "steps"),
    }
    dial = "Diffusion: closer to the request … more variety"
    with gr.Accordion("Options", open=False, elem_classes="options", elem_id="options") as folded:
        with gr.Row():
            numbers = [gr.Number(value, label=label, min_width=150, elem_id=name) for label, (value, name) in fields.items()]
        return folded, [*numbers, gr.Slider(-1, 1, opening.variety, step=0.1, label=dial, elem_id="variety", buttons=[])]


def _selector(choices: list[tuple[str, str]], value: str, side: str, prefix: str) -> gr.Dropdown:
    label, elem_id = f"{side.capitalize()} column", f"{prefix}{side}-method"
    return gr.Dropdown(choices, value=value or None, label=label, filterable=False, elem_id=elem_id, elem_classes="method")
