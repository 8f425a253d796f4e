"""What steering does on the page: every choice ends in ``SteerTab.show``, which draws it and asks for the answer to it.

A choice is drawn at once. What is drawn with it (``asked``) then asks, from the browser, for ``answer``, which waits in line with
the searches; so several quick choices cost one answer, that to the last.
"""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import gradio as gr

from r4t_demo.errors import UserError
from r4t_demo.pattern.steer import METHODS, Example, Steering, check_strength
from r4t_demo.pattern.task import K
from r4t_demo.ui.markup import esc
from r4t_demo.ui.search.ask import decimal
from r4t_demo.ui.search.export import csv_link, steered_csv
from r4t_demo.ui.search.tab import BUSY, sentence
from r4t_demo.ui.steer.aim import Aim
from r4t_demo.ui.steer.parts import render_grid, render_seeds, render_steer_status, render_steer_summary, render_steered
from r4t_demo.ui.steer.plot import render_steer_plot

EACH = 2  # examples a domain
GRID = 24  # items to choose from at a time
SHARE = 2  # an answer shows a half of a small catalogue at most: all of it would say nothing
ANSWER = ("status", "summary", *METHODS, "plot")

Drawn = dict[str, Any]  # part of the page -> what it becomes


class SteerTab:
    """What the events do; every method here is a pure step from form values to the parts of the page that change.

    ``job`` is the run whose catalogue it is, empty for the page's own; ``tab`` is the one that it stands in.
    """

    def __init__(self, engine, steering: Steering, job: str = ""):
        self.engine, self.steering, self.examples = engine, steering, steering.examples(EACH)
        self.job, self.tab = job, "own" if job else "steer"
        self.k = min(K, max(1, len(engine.catalog.items) // SHARE))
        self.order = list(range(len(engine.catalog.items)))
        random.Random(0).shuffle(self.order)

    def opening(self) -> Aim:
        """What the tab opens with: the first example, or no seeds where there is none."""
        if self.examples:
            return self.aim_of(self.examples[0])
        domain, values = next(iter(self.steering.domains.items()))
        return Aim(domain=domain, value=values[0])

    def aim_of(self, example: Example) -> Aim:
        """An example as a choice."""
        return Aim(example.seeds, example.domain, example.value)

    def example_name(self, example: Example) -> str:
        """What is steered where, in a few words."""
        categories = [self.engine.catalog[seed].category for seed in example.seeds]
        return f"{max(categories, key=categories.count)} → {example.value}"

    def open(self, aim: Aim, chips: int) -> Drawn:
        """All but the answer, for a visitor who has chosen nothing yet, or what the page's address carries: ``aim``.

        ``chips``: how many examples there is room for.
        """
        names = [self.example_name(example) for example in self.examples[:chips]]
        names += [""] * (chips - len(names))
        drawn: Drawn = {f"example{number}": gr.update(value=name, visible=bool(name)) for number, name in enumerate(names)}
        opening, domains = self.opening(), list(self.steering.domains)
        shown = self.show(opening) | {"domain": gr.update(choices=domains, value=opening.domain)} | self.browse(0)
        if aim.seeds:
            filled = replace(aim, domain=aim.domain or opening.domain, value=aim.value or opening.value)
            asked = self._try(lambda: filled)
            shown |= asked | ({"domain": gr.update(choices=domains, value=filled.domain)} if "domain" in asked else {})
        return drawn | shown

    # -- choosing ---------------------------------------------------------------------------------------------------------

    def told(self, aim: Aim, what: str) -> Drawn:
        """Take what the browser tells as JSON: {"seeds": […]} or {"less": […]} are those chosen now, {"send": […]} are seeds that
        come from elsewhere."""
        try:
            told = json.loads(what)
        except (TypeError, ValueError, RecursionError):
            told = None
        told = told if isinstance(told, dict) else {}
        if "less" in told:
            return self.unlike(aim, told["less"])
        return self.send(aim, told["send"]) if "send" in told else self.choose(aim, told.get("seeds"))

    def choose(self, aim: Aim, seeds: object) -> Drawn:
        """Take these seeds. The fields stay as they are: the visitor may be changing one while this is on its way."""
        return _without_fields(self._try(lambda: aim.from_seeds(_ids(seeds))), "domain", "value", "strength")

    def unlike(self, aim: Aim, less: object) -> Drawn:
        """Take what is unwanted; the fields stay, as above."""
        return _without_fields(self._try(lambda: aim.unlike(_ids(less))), "domain", "value", "strength")

    def send(self, aim: Aim, seeds: object) -> Drawn:
        """Take seeds that were sent from elsewhere: one joins those that the visitor has chosen, several take their place."""

        def sent() -> Aim:
            ids = _ids(seeds)
            kept = aim.seeds if aim.own and len(ids) == 1 else ()
            return aim.from_seeds(tuple(dict.fromkeys((*kept, *ids))))

        return {"tabs": gr.Tabs(selected=self.tab)} | self._try(sent)

    def example(self, number: int) -> Drawn:
        """Take an example, if there are so many."""
        return self.show(self.aim_of(self.examples[number])) if number < len(self.examples) else {}

    def form(self, aim: Aim, domain: str, strength: float, value: str | None = None) -> Drawn:
        """Take what the fields say; another domain has other values, of which the first is taken."""

        def filled() -> Aim:
            values = self.steering.domains.get(domain, [])
            kept = next((one for one in (value, aim.value) if one in values), values[0] if values else aim.value)
            return replace(aim, domain=domain, value=kept, strength=decimal(strength, "strength"))

        return _without_fields(self._try(filled), "domain", "strength")

    def open_link(self, pairs: Sequence[tuple[str, str]]) -> Drawn:
        """Come back to what the page's address carries, if it carries seeds."""
        if "seeds" not in dict(pairs) or "job" in dict(pairs):
            return {}
        return {"tabs": gr.Tabs(selected=self.tab)} | self._try(lambda: self.opening().with_link(pairs))

    def show(self, aim: Aim) -> Drawn:
        """Draw a choice, and ask for the answer to it where it can be answered. UserError for what cannot be."""
        items, unlike = ([self.engine.catalog[one] for one in ids] for ids in (aim.seeds, aim.less))
        # What is wrong is told here: an answer that ends as soon as it is asked for may be over before the browser waits for it.
        self.steering.trained.task.labels.number(aim.domain, aim.value)
        check_strength(aim.strength)
        drawn: Drawn = {
            "aim": aim,
            "seeds": render_seeds(items, self.steering.spread(aim.seeds) if items else None, unlike),
            "domain": aim.domain,
            "value": gr.update(choices=self.steering.domains[aim.domain], value=aim.value),
            "strength": aim.strength,
            "asked": f'<i data-result="{esc(aim.to_link(self.job))}" hidden=""></i>' if items else "",
        }
        return drawn | self.settle(aim)

    def _try(self, choose: Callable[[], Aim]) -> Drawn:
        try:
            return self.show(choose())
        except UserError as error:
            return {"status": sentence(error)}

    # -- items to choose from ---------------------------------------------------------------------------------------------

    def browse(self, page: int) -> Drawn:
        """Another page of the catalogue, in an order that mixes it."""
        places = range(page * GRID, (page + 1) * GRID)
        items = [self.engine.catalog.items[self.order[place % len(self.order)]] for place in places[: len(self.order)]]
        return {"grid": render_grid(items), "page": page + 1}

    def find(self, text: str | None) -> Drawn:
        """What a plain search finds for a text; without one, another page is what is meant."""
        if not (text or "").strip():
            return self.browse(0)
        try:
            hits = self.engine.run([text], ("none",), k=1, n=GRID)[0].items[0]
        except UserError as error:
            return {"grid": sentence(error)}
        return {"grid": render_grid([hit.item for hit in hits])}

    def like(self, aim: Aim) -> Drawn:
        """What lies near the seeds."""
        try:
            return {"grid": render_grid(self.steering.near(aim.seeds, min(GRID, len(self.engine.catalog.items))))}
        except UserError as error:
            return {"grid": sentence(error)}

    # -- answering --------------------------------------------------------------------------------------------------------

    def answer(self, aim: Aim) -> Drawn:
        """Steer by every method; the parts named ANSWER."""
        _, answers = self.steering.run(aim.seeds, aim.domain, aim.value, k=self.k, strength=aim.strength, less=aim.less)
        times = [answer.ms["total"] for answer in answers]
        by_name = {answer.method: answer for answer in answers}
        columns = {name: render_steered(by_name[name], text, aim.value, max(times)) for name, text in METHODS.items()}
        table = csv_link(steered_csv(answers, aim.domain, aim.value))
        rows = [self.engine.catalog.row(seed) for seed in aim.seeds]
        items = [self.engine.catalog.items[row] for row in rows]
        return {
            "status": render_steer_status(aim, sum(times)),
            "summary": render_steer_summary(by_name, aim, self.link(aim), table),
            "plot": render_steer_plot(answers, items, rows, self.engine.index, aim.value),
        } | columns

    def link(self, aim: Aim) -> str:
        """What leads back here; for a run's result its address alone, until something has been chosen."""
        return f"?job={self.job}" if self.job and aim == self.opening() else aim.to_link(self.job)

    def steer(self, aim: Aim) -> Iterator[Drawn]:
        """Say at once that it runs, then show the answer; bad input leaves the last answer standing."""
        yield {"status": BUSY}
        try:
            yield self.answer(aim)
        except UserError as error:
            yield {"status": sentence(error)}

    def settle(self, aim: Aim) -> Drawn:
        """Say that there is no seed, where that is so: again after an answer, which may come when its seeds are already gone."""
        return {} if aim.seeds else {"status": sentence(UserError("There is no seed: click an item to start from."))}


def _without_fields(drawn: Drawn, *names: str) -> Drawn:
    return {name: part for name, part in drawn.items() if name not in names}


def _ids(seeds: object) -> tuple[str, ...]:
    """The item ids that a browser names, each once."""
    if not isinstance(seeds, list) or not all(isinstance(one, str) for one in seeds):
        raise UserError("What is chosen must be a list of item ids.")
    return tuple(dict.fromkeys(seeds))
