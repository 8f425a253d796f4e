"""What the tab for a visitor's own catalogue does: every event of it ends in ``OwnTab.show``, which draws what has changed.

One session looks at one job; ``Seen`` is all that it keeps. A job is in a phase (none, preparing, asks, ready, training,
stopped, refused, done), and the page has a layout for each. While the job is busy a timer asks every second.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from r4t_demo.errors import MachineError, UserError
from r4t_demo.jobs import Status
from r4t_demo.torch_guard import cpu_multiplies_bfloat16
from r4t_demo.train.tune.presets import PRESETS, cost, minutes
from r4t_demo.ui.markup import counted, esc
from r4t_demo.ui.own.catalogues import OwnCatalogues
from r4t_demo.ui.own.columns_view import render_chooser
from r4t_demo.ui.own.result import render_comparison
from r4t_demo.ui.own.run_view import render_answers, render_curves, render_log, render_stages
from r4t_demo.ui.own.upload_view import render_some, render_upload
from r4t_demo.ui.search.around import render_around, with_told
from r4t_demo.ui.search.ask import Ask
from r4t_demo.ui.search.tab import BUSY, FanOutTab, sentence
from r4t_demo.ui.steer import page as steer_page
from r4t_demo.ui.steer.aim import Aim
from r4t_demo.ui.steer.tab import SHARE

CHIPS = 5  # held-out queries that the result offers
EXAMPLES = 6  # seed sets that it offers to be steered
ANSWER = ("status", "summary", "left-column", "right-column", "plot")  # the parts of ``FanOutTab.answers``
BEFORE_AFTER = ("folm-before", "folm")  # what the result opens with
BEFORE = ("folm-before", "mmr")  # and where training has not helped
SHOWN = {  # the parts of the page that each phase shows
    "none": {"upload"},
    "preparing": {"about", "run", "cancel"},
    "asks": {"about", "columns"},
    "ready": {"about", "report", "columns", "ask"},
    "training": {"about", "run", "cancel", "watch"},
    "stopped": {"about", "report", "columns", "run", "resume", "ask", "watch"},
    "refused": {"about", "report", "columns", "run", "ask", "watch"},
    "done": {"about", "report", "result", "run", "watch"},
}
BUSY_PHASES = ("preparing", "training")
PARTS = ("upload", "about", "report", "columns", "result", "run", "cancel", "resume", "ask", "watch")


@dataclass(frozen=True)
class Seen:
    """A session's job, and what of it the page already shows: the phase, how much the run has told; whether it wants the log."""

    job: str = ""
    phase: str = "none"
    told: int = -1
    log: bool = False


UNSTEERED = UserError("Nothing in this result steers it: its items form too few groups, or an older version of the app made it.")

Drawn = dict[str, Any]  # part of the page -> what it becomes


class OwnTab:
    """Every method takes what a session has seen and returns the parts of the page that change, ``seen`` among them."""

    def __init__(self, own: OwnCatalogues) -> None:
        self.own, self.jobs = own, own.jobs

    # -- what a visitor does ----------------------------------------------------------------------------------------------

    def upload(self, files: Sequence[str] | None, session: str) -> Drawn:
        """Begin with uploaded files."""
        return {"files": None} | self._begin(lambda: self.own.upload(files, session)) if files else {}

    def sample(self, name: str, session: str) -> Drawn:
        """Begin with a sample."""
        return self._begin(lambda: self.own.sample(name, session))

    def open_link(self, job: str, pairs: Sequence[tuple[str, str]] = ()) -> Drawn:
        """Come back to the job that the page's address names, if it names one, and to the seeds among its ``pairs``."""
        if not job:
            return {}
        drawn = {"tabs": gr.Tabs(selected="own")} | self._begin(lambda: self.jobs.status(job).job)
        try:
            return drawn | ({"steer_aim": Aim().with_link(pairs)} if "seeds" in dict(pairs) else {})
        except UserError as error:
            return drawn | _told(error)

    def train(self, seen: Seen, rows: Sequence[Sequence[str]], budget: str | None) -> Drawn:
        """Start the run with the queries of the table."""
        if not budget:
            return _told(UserError("Choose a budget first."))
        queries = [str(row[0]) for row in rows if row[0] and str(row[0]).strip()]
        return self._steer(seen, lambda: self.own.train(seen.job, budget, queries))

    def choose(self, seen: Seen, told: str) -> Drawn:
        """Read the table anew, its columns meaning what was ``told`` of them."""
        return self._steer(seen, lambda: self.own.choose(seen.job, told))

    def cancel(self, seen: Seen) -> Drawn:
        """Stop the job; it is gone on return."""
        return self._steer(seen, lambda: self.jobs.cancel(seen.job))

    def resume(self, seen: Seen) -> Drawn:
        """Go on from the last checkpoint."""
        return self._steer(seen, lambda: self.jobs.resume(seen.job))

    def leave(self, seen: Seen) -> Drawn:
        """Make room for another catalogue; this one stays, and its link leads to it."""
        return self.show(Seen())

    def remove(self, seen: Seen, sure: str) -> Drawn:
        """Remove the job and all files of it, if the visitor is ``sure``."""
        if not sure or not seen.job:
            return {}
        self.jobs.delete(seen.job)
        return self.leave(seen)

    def log(self, seen: Seen, wanted: bool) -> Drawn:
        """Show the log, or keep it no longer up to date."""
        return self.show(replace(seen, log=wanted))

    def tick(self, seen: Seen) -> Drawn:
        """What the timer asks. Only it stops itself, once nothing has changed: so no late answer of its own is the last word."""
        drawn = self.show(seen)
        is_over = drawn["seen"].phase == seen.phase and seen.phase not in BUSY_PHASES
        return drawn | {"timer": gr.Timer(active=False)} if is_over else drawn

    # -- what is drawn --------------------------------------------------------------------------------------------------

    def show(self, seen: Seen) -> Drawn:
        """Everything that has changed since; in a new phase, the whole layout."""
        if not seen.job:
            return self._layout("none") | {"seen": Seen(), "about": _about(None), "told": ""}
        try:
            status = self.jobs.status(seen.job)
            history = self.own.history(seen.job)
            now = replace(seen, phase=_phase(status), told=history.told)
            left_out = self._left_out(status.job)
            log = self.jobs.log(seen.job) if now.log or status.state == "failed" else ""
            drawn: Drawn = {"seen": now, "stages": render_stages(status, history, left_out, log)}
            if now.phase != seen.phase:
                drawn |= self._layout(now.phase) | self._contents(status)
            if now.phase != seen.phase or now.told != seen.told:
                drawn["curves"] = render_curves(history, left_out)
                drawn["answers"] = render_answers(history, self.own.catalog(seen.job)) if history.answers else ""
            if now.log:
                drawn["log_text"] = render_log(log)
        except UserError as error:  # it was removed, or its folder is damaged
            return self._layout("none") | {"seen": Seen(), "about": _about(None)} | _told(error)
        return drawn

    def search(self, seen: Seen, query: str, left: str, right: str, besides: str = "") -> Iterator[Drawn]:
        """Answer a query over the job's catalogue; ``besides`` is what the browser tells besides its words."""
        yield {"status": BUSY}
        try:
            tab = self.own.tab(seen.job)
            ask = tab.named(with_told(Ask(query or "", left, right), besides))
            yield {"status": BUSY, "around": render_around(ask, tab.engine.catalog)}
            yield from self._answers(tab, seen, ask)
        except UserError as error:
            yield {"status": sentence(error), "summary": ""}

    def opening(self, seen: Seen, aim: Aim) -> Iterator[Drawn]:
        """The result's first answers: to a held-out query, by the language model before and after; and to what is steered
        first, which is ``aim`` where the page's address brought one."""
        if seen.phase != "done":
            yield {}
            return
        yield {"status": BUSY} | _steered(steer_page.blank())
        yield from self._opening_search(seen)
        if self.own.steers(seen.job):
            try:
                yield _steered(self.own.steer_tab(seen.job).open(aim, EXAMPLES))
            except UserError as error:
                yield _steered({"status": sentence(error)})

    def _opening_search(self, seen: Seen) -> Iterator[Drawn]:
        try:
            tab = self.own.tab(seen.job)
            held_out = [text for text, split in self.own.queries(seen.job) if split == "test"]
            chips = (held_out + [""] * CHIPS)[:CHIPS]
            shown = BEFORE_AFTER if self.own.helped(seen.job) else BEFORE
            left, right = (name if name in tab.methods else list(tab.methods)[0] for name in shown)
            drawn: Drawn = {f"chip{i}": gr.Button(text, visible=bool(text)) for i, text in enumerate(chips)}
            drawn |= {
                "besides": "",
                "around": "",
                "left": gr.Dropdown(tab.choices(), value=left),
                "right": gr.Dropdown(tab.choices(), value=right),
            }
            query = chips[0] or "something for a quiet evening"
            *_, answer = self._answers(tab, seen, Ask(query, left, right))  # as a whole: a search that follows must come after it
            yield drawn | {"query": query} | answer
        except UserError as error:
            yield {"status": sentence(error)}

    def _answers(self, tab: FanOutTab, seen: Seen, ask: Ask) -> Iterator[Drawn]:
        most = len(tab.engine.catalog) // (SHARE * ask.k)
        ask = replace(ask, n=max(1, min(ask.n, most)))
        for page in tab.answers(ask, f"?job={seen.job}"):
            yield dict(zip(ANSWER, page, strict=True))

    def _begin(self, start: Callable[[], str]) -> Drawn:
        try:
            return {"told": ""} | self.show(replace(Seen(start()), phase="begun"))
        except UserError as error:
            return _told(error)

    def _steer(self, seen: Seen, act: Callable[[], object]) -> Drawn:
        try:
            act()
        except UserError as error:
            return self.show(seen) | _told(error)
        return {"told": ""} | self.show(replace(seen, phase="steered"))

    def _layout(self, phase: str) -> Drawn:
        shown: Drawn = {f"{part}_part": gr.update(visible=part in SHOWN[phase]) for part in PARTS}
        return shown | ({"timer": gr.Timer(active=True)} if phase in BUSY_PHASES else {})

    def _contents(self, status: Status) -> Drawn:
        """What does not change within a phase."""
        job, phase = status.job, _phase(status)
        prepared = self.own.prepared(job)
        drawn: Drawn = {"about": _about(status, len(self.own.catalog(job)) if prepared else None)}
        if "columns" in SHOWN[phase]:
            columns = self.jobs.columns(job)
            drawn["columns"] = render_chooser(columns, phase == "asks")
            if not columns:
                drawn["columns_part"] = gr.update(visible=False)
        if not prepared:
            return drawn | {"report_part": gr.update(visible=False), "ask_part": gr.update(visible=False)}
        if phase != "training":
            drawn["report"] = _rendered(render_upload, *self.own.upload_facts(job), phase == "ready")
        if phase in ("ready", "stopped", "refused"):
            items = len(self.own.catalog(job))
            steerable = self.own.steerable(job)
            steers = not isinstance(steerable, UserError)
            budgets = _budgets(items, steers, self.jobs.settings.job_minutes)
            drawn["some_queries"] = render_some(self.own.queries(job))
            drawn |= {"queries": self.own.queries(job), "budget": gr.Radio(budgets, value=budgets[0][1])}
            drawn["steer_note"] = _steer_note(steerable)
        if phase == "done":
            drawn["comparison"] = _rendered(render_comparison, self.own.comparison(job))
            drawn["download"] = self._download(job)
            drawn |= self._steering(job)
            drawn["opened"] = f'<i data-result="{esc(job)} {status.seconds}" hidden></i>'  # its change asks for the first answer
        return drawn

    def _steering(self, job: str) -> Drawn:
        """Room for what steers the result, or why nothing does; what a link brings comes later."""
        found, steers = self.own.steerable(job), self.own.steers(job)
        why = found if isinstance(found, UserError) else UNSTEERED
        told = "" if steers else steer_page.missing(why)
        return {"steer_part": gr.update(visible=steers), "steer_missing": told, "steer_aim": Aim()}

    def _left_out(self, job: str) -> tuple[str, ...]:
        """The stages that a run on this catalogue does without."""
        return ("steering",) if self.own.prepared(job) and isinstance(self.own.steerable(job), UserError) else ()

    def _download(self, job: str) -> str:
        """The link to the zip; where the disk is too full for it, that: the result is shown all the same."""
        try:
            return _download(*self.own.download(job))
        except MachineError as error:
            return sentence(error)


def _phase(status: Status) -> str:
    if status.busy:
        return "training" if status.budget else "preparing"
    return status.state if status.state in ("asks", "ready", "refused", "done") else "stopped"


def _steered(drawn: Drawn) -> Drawn:
    """What a ``SteerTab`` draws, under the names that its parts have here."""
    return {f"steer_{name}": value for name, value in drawn.items()}


def _steer_note(found: list[str] | UserError) -> str:
    """What the run will learn to steer by, or why nothing."""
    if isinstance(found, UserError):
        return f'<p class="hint">{esc(str(found))}</p>'
    named = ", ".join(found)
    return f'<p class="hint">The run also learns to steer sets by its labels: <bdi>{esc(named)}</bdi>.</p>'


def _rendered(render: Callable[..., str], *facts: object) -> str:
    """What ``render`` makes of a result's files, which may have come in anybody's zip; UserError where they are strange."""
    try:
        return render(*facts)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise UserError("This result cannot be shown: its files hold other figures than this page knows.") from error


def _told(error: UserError) -> Drawn:
    return {"told": sentence(error)}


def _budgets(items: int, steers: bool, limit: int) -> list[tuple[str, str]]:
    """The budgets for a selector, what each is for and costs: those that end within ``limit`` minutes, at least the smallest."""
    facts = items, steers, cpu_multiplies_bfloat16()
    ending = [name for name, preset in PRESETS.items() if minutes(preset, *facts) <= limit]
    return [(f"{name}: {PRESETS[name].purpose}, {cost(PRESETS[name], *facts)}", name) for name in ending or list(PRESETS)[:1]]


def _about(status: Status | None, items: int | None = None) -> str:
    """The line that names the catalogue and carries its link; without a job, it takes the link out of the address."""
    if status is None:
        return '<a href="?job=" data-share="" hidden></a>'
    size = f" <span>{counted(items, 'item', 'items')}</span>" if items is not None else ""
    return (
        f'<div class="about" data-job="{esc(status.job)}"><h2><bdi>{esc(status.name)}</bdi>{size}</h2>'
        f'<p class="actions"><a href="?job={esc(status.job)}" data-share="">Copy the link to this page</a></p></div>'
    )


def _download(link: str, name: str) -> str:
    return (
        f'<p class="take"><a href="{esc(link)}" download="{esc(name)}">Download everything as a zip</a>'
        "<span>Models, vectors, catalogue, figures and model card. Load it here again, or ask it anywhere:</span>"
        f"<code>python -m r4t_demo fanout &quot;rainy sunday&quot; --catalog {esc(name)}</code>"
        '<span class="later">Or put it onto the Hugging Face Hub, for yourself alone unless you say otherwise:</span>'
        f"<code>python -m r4t_demo publish catalog {esc(name)} OWNER/NAME</code></p>"
    )
