"""Why an item was found, in the dialog with its details: asked for by what stands behind "Found by", told as HTML."""

import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl

from r4t_demo.engine import is_unicode
from r4t_demo.errors import UserError
from r4t_demo.serve.desk import is_slow
from r4t_demo.ui.markup import display_name, esc
from r4t_demo.ui.search.ask import Ask
from r4t_demo.ui.search.tab import FanOutTab, offered, sentence
from r4t_demo.ui.steer.aim import Aim
from r4t_demo.why import DEPTH, Why, WhySteered, why, why_steered

TEXTS = ("item", "job", "link", "method", "text")


def explain(told: str, tab_of: Callable[[str], FanOutTab], steering_of: Callable[[str], Any]) -> str:
    """What the page shows for what its script has ``told`` as JSON: the item, the search's link and what found the item.

    ``tab_of`` and ``steering_of`` give what answers for a job's catalogue, the page's own for "". Bad input is a sentence.
    """
    try:
        asked = _read(told)
        if asked["steered"]:
            return _steered(asked, steering_of(asked["job"]))
        return _fanned_out(asked, tab_of(asked["job"]))
    except UserError as error:
        return sentence(error)


def _read(told: str) -> dict[str, Any]:
    """UserError for what no page tells."""
    try:
        asked = json.loads(told)
        texts = [*(asked[name] for name in TEXTS), *asked["before"]]
        flags = [asked["steered"], asked["tokens"]]
        sound = all(isinstance(one, str) and is_unicode(one) for one in texts) and all(isinstance(one, bool) for one in flags)
        if not sound or not isinstance(asked["place"], int):
            raise TypeError
        return asked
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise UserError("The page has told something that is no request: open it anew.") from error


def _fanned_out(asked: dict[str, Any], tab: FanOutTab) -> str:
    ask = tab.opening().with_link(parse_qsl(asked["link"].lstrip("?")))
    [method] = offered([asked["method"]], tab.methods)
    writes = is_slow([method])  # what was written is asked about as it stands: to write it again would take seconds
    query = tab.engine.catalog[ask.item] if ask.item else ask.q
    given: dict[str, Any] = {"sub_query": asked["text"]} if writes else {"direction": asked["place"]} | _options(ask)
    given |= {"before": asked["before"], "tokens": asked["tokens"], "plus": ask.plus, "minus": ask.minus, "k": ask.k}
    models = [method] if asked["tokens"] or not asked["text"].strip() else []  # what only embeds waits for no language model
    found = tab.engine.in_turn("why", query, lambda engine: why(engine, query, asked["item"], method, **given), methods=models)
    return render_tokens(found.tokens) if asked["tokens"] else render_why(found, writes)


def _options(ask: Ask) -> dict[str, Any]:
    return {"seed": ask.seed, "steps": ask.steps or None, "variety": ask.variety}


def _steered(asked: dict[str, Any], steering: Any) -> str:
    aim = Aim().with_link(parse_qsl(asked["link"].lstrip("?")))
    aimed = (aim.seeds, aim.domain, aim.value, aim.strength, aim.less)
    found = steering.in_turn("why", list(aim.seeds), lambda bare: why_steered(bare, asked["item"], asked["method"], *aimed))
    return render_why_steered(found, [steering.catalog[seed].title for seed, _ in found.seeds])


def render_why(found: Why, writes: bool = False) -> str:
    """How near the item is, where plain search has it, and what each word counts; ``writes``: its tokens can be asked for."""
    name = f"“<bdi>{esc(found.direction)}</bdi>”"
    facts = [("the direction that found it", found.cosine), ("the request itself", found.request_cosine)]
    reads = ""
    if not found.is_text:
        reads = f"<p>The direction is a vector, no text; {name} is the nearest phrase, at {found.phrase_cosine:.2f}.</p>"
    place = f"<p>Plain search with the request {_place(found.request_rank, found.items)}.</p>"
    words = ""
    if found.words:
        words = f'<h4>What each word of {name} counts</h4>{_bars(found.words, signed=True)}<p class="hint">What the similarity '
        words += "loses where the word is left out; below zero, the item would be nearer without it.</p>"
    likely = '<div class="likely"><button type="button" data-tokens="">How likely each token was</button></div>' if writes else ""
    return f'<div class="why" role="status"><h4>Its similarity to</h4>{_bars(facts)}{place}{reads}{words}{likely}</div>'


def render_why_steered(found: WhySteered, titles: Sequence[str]) -> str:
    """Which seeds the item is near to; ``titles`` are theirs, in the order of ``found.seeds``."""
    facts = [(f"the query of {display_name(found.method)}", found.cosine), ("the mean of the seeds", found.mean_cosine)]
    seeds = [(title, cosine) for title, (_, cosine) in zip(titles, found.seeds, strict=True)]
    place = f"<p>Plain search with that mean {_place(found.mean_rank, found.items)}.</p><h4>To each seed</h4>"
    return f'<div class="why" role="status"><h4>Its similarity to</h4>{_bars(facts)}{place}{_bars(seeds)}</div>'


def render_tokens(tokens: Sequence[tuple[str, float]] | None) -> str:
    """Each token on a ground that is the deeper the likelier it was, with its probability below it."""
    if tokens is None:
        return '<p class="hint">The tokens of this method cannot be told apart.</p>'
    shown = "".join(
        f'<li style="--share:{100 * chance:.0f}%" title="{chance:.4f}"><span>{esc(text).replace(" ", "␣", 1)}</span>'
        f"<small>{_per_cent(chance)}</small></li>"
        for text, chance in tokens
    )
    return (
        f'<ol class="tokens" aria-label="Tokens and their probabilities">{shown}</ol><p class="hint">The probability of each '
        "token behind the prompt and what stands before it in the list. The request’s words in a sub-query are the app’s.</p>"
    )


def _place(rank: int | None, items: int) -> str:
    if rank is None:
        return f"does not have it among its first {DEPTH:,} of {items:,}"
    return f"has it at <strong>No. {rank:,}</strong> of {items:,}"


def _bars(figures: Sequence[tuple[str, float]], signed: bool = False) -> str:
    """A bar each; all share one scale, the largest figure's, or 1. ``signed`` figures are changes."""
    most = max(abs(value) for _, value in figures) if signed else 1.0
    rows = "".join(
        f'<li class="{"below" if value < 0 else ""}"><span class="name"><bdi>{esc(name)}</bdi></span>'
        f'<span class="track" aria-hidden="true"><i style="width:{100 * min(1.0, abs(value) / max(most, 1e-6)):.0f}%"></i></span>'
        f"<span>{value:{'+' if signed else ''}.2f}</span></li>"
        for name, value in figures
    )
    return f'<ul class="bars">{rows}</ul>'


def _per_cent(chance: float) -> str:
    return "&lt; 1 %" if chance < 0.01 else f"{100 * chance:.0f} %"
