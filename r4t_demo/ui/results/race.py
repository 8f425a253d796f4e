"""The race on the results tab: both methods on as many requests at once as a visitor chooses, beside the paper's times."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import gradio as gr

from r4t_demo.errors import UserError
from r4t_demo.evaluate.oar import load_queries
from r4t_demo.serve.race import COUNTS, LIMIT, METHODS, Lap, race
from r4t_demo.ui.charts import KINDS, table
from r4t_demo.ui.lines import Mark, durations, lines, logarithmic
from r4t_demo.ui.markup import display_name, esc, milliseconds
from r4t_demo.ui.results import paper
from r4t_demo.ui.search.tab import EXAMPLES, html, sentence

BATCHES = sorted({*COUNTS, *paper.LATENCY_SECONDS})
PAPER = {"folm": "Paper, LM", "diffusion": "Paper, diffusion"}  # by our counterpart
INTRO = f"""<header><h2>Race them</h2><p>As many requests as you choose come at once, and both methods answer them on the machine
that serves this page, as it answers its visitors: in batches, each in its turn. A method that needs more than {LIMIT:.0f} s is
stopped. The paper’s times are from larger models on hardware that it does not state, so compare the ratios.</p></header>"""
WAITING = '<div class="status"><p class="busy" role="status">Waiting for its turn: one race at a time …</p></div>'

Laps = Mapping[str, Lap]  # by method
Races = dict[int, Laps]  # what was raced so far, by the number of requests


def build(engine) -> None:
    """Lay the race out and wire it, where both methods are there. ``engine`` is the desk's."""
    if not set(METHODS) <= set(engine.methods()):
        return
    queries = _queries(engine)

    def run(count: int, races: Races) -> Iterator[tuple[str, Any, Any]]:
        """The lanes while the race is on, then the figure with it."""
        laps: dict[str, Lap] = {method: Lap(method, count, 0, 0.0) for method in METHODS}
        try:
            for lap in race(engine, queries, count):
                laps[lap.method] = lap
                yield render_lanes(laps.values()), gr.skip(), gr.skip()
        except UserError as error:
            yield f'<div class="status">{sentence(error)}</div>', gr.skip(), gr.skip()
            return
        races = races | {count: laps}
        yield render_lanes(laps.values()), render_figure(races), races

    with gr.Column(elem_id="race"):
        html(INTRO, "race-intro")
        with gr.Row(elem_classes="race-form"):
            count = gr.Radio(COUNTS, value=8, label="Requests at once", elem_id="race-count")
            go = gr.Button("Race them", variant="primary", elem_id="race-go", scale=0, min_width=140)
        lanes = html("", "race-lanes")
        figure = html(render_figure({}), "race-figure")
    races: gr.State = gr.State({})
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    begun = go.click(lambda: (WAITING, gr.Button(interactive=False)), None, [lanes, go], queue=False, **quiet)
    ran = begun.then(run, [count, races], [lanes, figure, races], concurrency_limit=1, concurrency_id="race", **quiet)
    ran.then(lambda: gr.Button(interactive=True), None, go, queue=False, **quiet)


def _queries(engine) -> list[str]:
    """What is asked: the catalogue's test queries, spread over all of them, or the page's examples where it has none."""
    try:
        queries = [one.query for one in load_queries(engine.catalog.root)]
    except UserError:
        return list(EXAMPLES)
    return queries[:: max(1, len(queries) // COUNTS[-1])]


def render_lanes(laps: Iterable[Lap]) -> str:
    """A lane for each method, as far as it is, and once all have ended, what happened."""
    laps = list(laps)
    shown = "".join(
        f'<li class="{KINDS[lap.method]}"><span class="name">{esc(display_name(lap.method))}</span>'
        f'<span class="lane" aria-hidden="true"><i style="width:{100 * lap.answered / lap.asked:.1f}%"></i></span>'
        f'<span class="so-far">{_so_far(lap)}</span></li>'
        for lap in laps
    )
    ended = all(lap.ended for lap in laps)
    told = f'<p class="verdict">{verdict(laps)}</p>' if ended else ""
    return f'<ol class="lanes">{shown}</ol><div role="status">{told}</div>'


def _so_far(lap: Lap) -> str:
    if not lap.ended and not lap.seconds:
        return "waits its turn"
    stopped = ", stopped" if lap.stopped else ""
    return f"{lap.answered} of {lap.asked} {'in' if lap.ended else 'after'} {_time(lap)}{stopped}"


def verdict(laps: Iterable[Lap]) -> str:
    """What happened, in a sentence or two."""
    fast, slow = sorted(laps, key=lambda lap: (lap.asked - lap.answered, lap.seconds))
    names = {lap: esc(display_name(lap.method)) for lap in (fast, slow)}
    asked = "the request" if fast.asked == 1 else f"all {fast.asked} requests"
    if slow.stopped:
        reached = f"<strong>{slow.answered} of {slow.asked}</strong> in {_time(slow)}, and was stopped there"
        if fast.stopped:
            return f"{names[fast]} answered {fast.answered} of {fast.asked} in {_time(fast)}; {names[slow]} answered {reached}."
        return f"{names[slow]} answered {reached}. {names[fast]} had answered {asked} in {_time(fast)}{_again(fast, slow)}."
    return f"{names[fast]} answered {asked} in {_time(fast)}, {names[slow]} in {_time(slow)}{_again(fast, slow)}."


def _again(fast: Lap, slow: Lap) -> str:
    """How often the fast one could have answered by then, if more than once."""
    often = int(slow.seconds / max(fast.seconds, 1e-6))
    name = esc(display_name(fast.method))
    return f": by then {name} could have done so <strong>{often:,} times</strong>" if often > 1 else ""


def render_figure(races: Races) -> str:
    """The times that were measured here and the paper's, as a chart and as a table."""
    series: dict[str, list[Mark]] = {}
    paper_times = {name: {b: 1000 * both[i] for b, both in paper.LATENCY_SECONDS.items()} for i, name in enumerate(PAPER)}
    times = [value for line in paper_times.values() for value in line.values()]
    here = {name: {count: laps[name] for count, laps in sorted(races.items())} for name in METHODS}
    y = durations([*times, *(_ms(lap) for line in here.values() for lap in line.values())])
    top = max(y.named)
    for name, line in here.items():
        if line:
            series[name] = [_mark(count, lap, top) for count, lap in line.items()]
    series |= {PAPER[name]: [Mark(b, ms) for b, ms in line.items()] for name, line in paper_times.items()}
    x = logarithmic(BATCHES, {batch: f"{batch:,}" for batch in BATCHES})
    drawn = lines("From the requests to what is found", "requests at once; both axes are logarithmic", series, x, y)
    missing = "" if races else '<p class="hint">Nothing has been raced here yet: the paper’s times stand alone.</p>'
    return f'<div class="figures race"><div class="here">{drawn}{missing}{_table(here, paper_times)}</div></div>'


def _mark(count: int, lap: Lap, top: float) -> Mark:
    """A point; of a method that was stopped the least that it would have taken, with a whisker up."""
    return Mark(count, _ms(lap), None, (_ms(lap), top) if lap.stopped else None)


def _table(here: Mapping[str, Mapping[int, Lap]], papers: Mapping[str, Mapping[int, float]]) -> str:
    """A row for each method and one for the ratio, here and in the paper."""
    fast, slow = METHODS
    rows = [[f"{esc(display_name(name))}, here", *(_cell(here[name].get(batch)) for batch in BATCHES)] for name in METHODS]
    rows.append(["ratio, here", *(_ratio(here[slow].get(batch), here[fast].get(batch)) for batch in BATCHES)])
    for name, what in ((fast, "Diffusion, paper"), (slow, "Language model, paper")):
        rows.append([what, *(milliseconds(papers[name][b]) if b in papers[name] else "–" for b in BATCHES)])
    ratios = {batch: papers[slow][batch] / papers[fast][batch] for batch in papers[fast]}
    rows.append(["ratio, paper", *(f"{ratios[batch]:.0f} ×" if batch in ratios else "–" for batch in BATCHES)])
    return table(["requests at once", *(f"{batch:,}" for batch in BATCHES)], rows)


def _cell(lap: Lap | None) -> str:
    if lap is None:
        return "–"
    reached = f'<span class="interval">{lap.answered} of {lap.asked}</span>' if lap.stopped else ""
    return f"{'&gt; ' if lap.stopped else ''}{_time(lap)}{reached}"


def _ratio(slow: Lap | None, fast: Lap | None) -> str:
    if slow is None or fast is None or fast.stopped:
        return "–"
    return f"{'&gt; ' if slow.stopped else ''}{slow.seconds / max(fast.seconds, 1e-6):.0f} ×"


def _time(lap: Lap) -> str:
    return milliseconds(_ms(lap))


def _ms(lap: Lap) -> float:
    return 1000 * max(lap.seconds, 1e-5)  # a logarithm has no zero
