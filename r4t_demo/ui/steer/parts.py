"""What the Steer tab is drawn from: the chosen seeds, the items to choose from, a method's column, and the line that compares."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import cast

from r4t_demo.catalog import Item
from r4t_demo.pattern.context import MAX_SEEDS
from r4t_demo.pattern.steer import Found, Spread, Steered
from r4t_demo.ui.markup import Mark, card, counted, display_name, esc, milliseconds, picture, strip
from r4t_demo.ui.search.answer import latency, score_list
from r4t_demo.ui.steer.aim import Aim

SIDES = {
    "seed-mean": "mean",
    "direction": "arithmetic",
    "modit": "left",
    "hppo": "right",
}  # what a column's colours and its query's mark go by
STAGES = (("generate", "generate"), ("search", "search"))
PER_ROW = 3
NO_SEED = '<p class="hint">No seed is chosen: click a few items that look alike.</p>'
LESS = '<h3 class="label">Less like</h3>'


def mark_of(one: Found) -> str:
    """What an item found is: "both", "attribute", "pattern" or "neither"."""
    return {(True, True): "both", (True, False): "attribute", (False, True): "pattern"}.get(
        (one.has_attribute, one.in_pattern), "neither"
    )


def mark_words(value: str) -> dict[str, str]:
    """Each mark in words."""
    return {
        "both": f"has “{value}”, in the pattern",
        "attribute": f"has “{value}”",
        "pattern": "in the pattern",
        "neither": "neither",
    }


def render_seeds(items: Sequence[Item], spread: Spread | None, unlike: Sequence[Item] = ()) -> str:
    """The chosen items, each with its way out, and how far apart they are; and those that are unwanted."""
    seeds = "".join(_chosen(item, "seed", "unseed") for item in items)
    told = f'<p class="hint">{_spread(len(items), cast(Spread, spread))}</p>' if items else NO_SEED
    less = "".join(_chosen(item, "unlike", "relike") for item in unlike)
    return (f'<ul class="seeds">{seeds}</ul>' if seeds else "") + told + (f'{LESS}<ul class="seeds">{less}</ul>' if less else "")


def _chosen(item: Item, mark: str, undo: str) -> str:
    """A small card with its way out; the data attributes ``mark`` and ``undo`` tell the page which it is."""
    return (
        f'<li data-{mark}="{esc(item.item_id)}"><button type="button" class="card" data-item="{esc(item.item_id)}" '
        f'aria-label="{esc(item.title)}. Show details."><span class="picture">{picture(item, eager=True)}</span></button>'
        f'<button type="button" class="drop" data-{undo}="{esc(item.item_id)}" aria-label="Remove {esc(item.title)}" '
        'title="Remove">✕</button></li>'
    )


def _spread(count: int, spread: Spread) -> str:
    read = f" The models read {MAX_SEEDS} of them." if count > MAX_SEEDS else ""
    if count == 1:
        return "One seed: its pattern is to be kept."
    cosine = f"mean cosine with their mean {spread.cosine:.2f}"
    if spread.patterns == 1:
        return f"{count} seeds of one pattern, {cosine}.{read}"
    return f"{count} seeds of {spread.patterns} patterns, {cosine}: items of any of these count as in the pattern.{read}"


def render_grid(items: Sequence[Item]) -> str:
    """Items that a click makes seeds."""
    cards = "".join(
        f'<li><button type="button" class="pick" data-pick="{esc(item.item_id)}" aria-pressed="false" '
        f'aria-label="{esc(item.title)}" title="{esc(item.title)}"><span class="picture">{picture(item)}</span></button></li>'
        for item in items
    )
    return f'<ul class="picks" aria-label="Items to choose from">{cards}</ul>'


def render_steered(answer: Steered, description: str, value: str, scale: float) -> str:
    """A method's column; ``scale`` is the longest time of all columns in milliseconds."""
    side, name, k = SIDES[answer.method], display_name(answer.method), max(len(answer.found), 1)
    kinds, words = Counter(map(mark_of, answer.found)), mark_words(value)
    has, inside = kinds["both"] + kinds["attribute"], kinds["both"] + kinds["pattern"]
    scores = score_list(
        [
            ("joint", f"Joint@{k}", answer.scores["joint"], f"{kinds['both']} have both"),
            ("attribute", "Attribute", answer.scores["attribute"], f"{has} have “{value}”"),
            ("purity", "Purity", answer.scores["purity"], f"{inside} in the pattern"),
        ]
    )
    cards = []
    for rank, one in enumerate(answer.found, start=1):
        kind = mark_of(one)
        found = f"{name}: {words[kind]}, number {rank}, similarity {one.score:.2f}"
        mark = Mark(kind, "" if kind == "neither" else kind, words[kind])
        cards.append(card(one, rank, found=found, mark=mark, eager=rank <= PER_ROW))
    return (
        f'<section class="answer steered {side}" data-method="{esc(answer.method)}" aria-label="{esc(name)}">'
        f'<header><h2><span class="mark {side}" aria-hidden="true"></span>{esc(name)}</h2>'
        f'<p class="describe">{esc(description)}</p>{latency(answer.ms, scale, STAGES)}{scores}</header>'
        f"{strip(cards, PER_ROW)}</section>"
    )


def render_steer_summary(answers: Mapping[str, Steered], aim: Aim, link: str, csv_link: str) -> str:
    """The line that compares the columns, with the link to this steering, the table for download, and what the marks mean."""
    both = {name: sum(mark_of(one) == "both" for one in answer.found) for name, answer in answers.items()}
    most, k = max(both.values()), max(len(answer.found) for answer in answers.values())
    best = [name for name in both if both[name] == most]
    others = ", ".join(f"{display_name(name)} {count}" for name, count in both.items() if name not in best)
    rest = f"; {others}" if others else ""
    finds = "find" if len(best) > 1 else "finds"
    legend = "".join(
        f'<li><span class="badge {kind}" aria-hidden="true">{kind}</span>{esc(words)}</li>'
        for kind, words in mark_words(aim.value).items()
        if kind != "neither"
    )
    return (
        f'<div class="summary"><p class="verdict">{esc(" and ".join(display_name(name) for name in best))} {finds} '
        f"<strong>{most} of {k}</strong> with “{esc(aim.value)}” in the pattern{esc(rest)}.</p>"
        f'<p class="actions"><a href="{esc(link)}" data-share="">Copy link</a>'
        f'<a href="{csv_link}" download="steer.csv">Export CSV</a></p></div><ul class="legend marks">{legend}</ul>'
    )


def render_steer_status(aim: Aim, ms: float) -> str:
    """The sentence that tells what was answered."""
    seeds = counted(len(aim.seeds), "seed", "seeds")
    if aim.less:
        seeds += f" and less like {counted(len(aim.less), 'item', 'items')},"
    return f"<p>{seeds} steered to {esc(aim.domain)} “{esc(aim.value)}” in {milliseconds(ms)}, strength {aim.strength:g}.</p>"
