"""One method's answer as a column, and the line that compares two answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from r4t_demo.pattern.context import MAX_SEEDS
from r4t_demo.ui.markup import Mark, card, counted, display_name, esc, milliseconds, steer_button, strip

IN_BOTH = Mark("shared", "in both", "found by both columns")
STAGES = (("encode", "encode"), ("fanout", "fan-out"), ("search", "search"))
SCORES = (  # key in ResultSet.scores, name, what it says, why it may be undefined
    ("groundedness", "Groundedness", "how close each sub-query lies to a real item", "only a method that writes texts has it"),
    ("diversity", "Diversity", "Vendi score ÷ k of the nearest items; 1 when all differ", "it needs at least one item"),
    ("alignment", "Alignment", "mean similarity of the sub-queries to the query", "only a method that writes texts has it"),
    ("content_alignment", "Content alignment", "mean similarity of the nearest items to the query", "it needs at least one item"),
)


def item_ids(result) -> set[str]:
    """The ids of all items that an answer holds."""
    return {hit.item.item_id for hits in result.items for hit in hits}


def render_column(result, other, description: str, side: str, steers: bool = False) -> str:
    """Return the column of ``result``; ``other`` is the neighbour's answer, for the shared marks and one time scale.

    Without ``other``, that one is still to come. ``steers``: the items of a direction can be sent to the Steer tab.
    """
    shared = item_ids(result) & item_ids(other) if other else set()
    longest = max(one.ms["total"] for one in (result, other) if one)
    first_picks = [hits[0].item for hits in result.items if hits]
    counts = (
        f"{counted(len(result.sub_queries), 'direction', 'directions')}, {counted(len(item_ids(result)), 'item', 'items')}, "
        f"{counted(len({item.kind for item in first_picks}), 'category', 'categories')} among the first picks"
    )
    head = f'{latency(result.ms, longest, STAGES)}{_scores(result.scores)}<p class="counts">{counts}</p>'
    rows = [_row(result, place, shared, steers) for place in range(len(result.items))]
    return _column(result.method, description, side, head, _folded(rows, result.fits), early=other is None)


def render_writing(method: str, description: str, side: str, found: Mapping[str, Sequence]) -> str:
    """Return the column of a language model that still writes: ``found``, sub-query -> hits, is what is there so far."""
    written = Draft(method, list(found), list(found.values()))
    rows = [_row(written, place, set(), steers=False) for place in range(len(found))]
    times, scores = dict.fromkeys((key for key, _ in STAGES), 0.0), dict.fromkeys((key for key, *_ in SCORES), 0.0)
    room = f'{latency(times | {"total": 0.0}, 1.0, STAGES)}{_scores(scores)}<p class="counts">–</p>'  # so that no row jumps later
    reserved = f'<div class="reserved" aria-hidden="true">{room}</div>'
    return _column(method, description, side, reserved, _directions(rows), early=True)


@dataclass(frozen=True)
class Draft:
    """As much of a ``ResultSet`` as a row needs."""

    method: str
    sub_queries: list[str]
    items: list[Sequence]
    is_text: bool = True


def _folded(rows: Sequence[str], fits: Sequence[bool]) -> str:
    """The directions; those that find nothing that fits lie folded away at the end, under a sentence that counts them."""
    shown = [row for row, fit in zip(rows, fits, strict=True) if fit]
    rest = [row for row, fit in zip(rows, fits, strict=True) if not fit]
    if not rest:
        return _directions(shown)
    number = counted(len(rest), "direction", "directions")
    told = (
        f"For {number}, nothing here seems to fit." if shown
        else f"<strong>Nothing in this catalogue seems to fit.</strong> What is nearest all the same: {number}."
    )  # fmt: skip
    folded = f'<details class="unfit"><summary>{told}</summary>{_directions(rest, start=len(shown))}</details>'
    return (_directions(shown) if shown else "") + folded


def _directions(rows: Sequence[str], start: int = 0) -> str:
    """``start``: how many stand before them."""
    counter = f' style="counter-reset: direction {start}"' if start else ""
    return f'<ol class="directions"{counter}>{"".join(rows)}</ol>'


def _column(method: str, description: str, side: str, head: str, directions: str, early: bool) -> str:
    """``early``: the neighbour's answer is still to come, or this one's rest."""
    name, state = esc(display_name(method)), " early" if early else ""
    return (
        f'<section class="answer {side}{state}" data-method="{esc(method)}" aria-label="{name}">'
        f'<header><h2><span class="mark {side}" aria-hidden="true"></span>{name}</h2>'
        f'<p class="describe">{esc(description)}</p>{head}</header>{directions}</section>'
    )


def render_summary(left, right, link: str, csv_link: str, board: str, prefix: str = "") -> str:
    """Return the line that compares two answers, with the link to this search, the table for download, and what is told of the
    answers to draw them (``board_told.to_told``).

    ``prefix`` is that of the right column's id, which a narrow page jumps to.
    """
    kept = f'<a href="{esc(link)}" data-share="">Copy link</a>'
    if link == "?":  # the address forgets the search before
        kept = '<a href="?" data-share="" hidden=""></a><span>No link carries a picture</span>'
    return (
        f'<div class="summary"><p class="verdict">{_verdict(left, right)}</p><p class="actions">'
        f'<a class="jump" href="#{prefix}right-column">To {esc(display_name(right.method))}</a>{kept}'
        f'<a href="{csv_link}" download="fan-out.csv">Export CSV</a>'
        f'<button type="button" data-board="{esc(board)}">Save as a picture</button></p></div>'
    )


def _verdict(left, right) -> str:
    common = len(item_ids(left) & item_ids(right))
    shared = f"{counted(common, 'item', 'items')} in common" if common else "no item in common"
    if left.method == right.method:
        return f"Both columns show {esc(display_name(left.method))}; {shared}."
    fast, slow = sorted((left, right), key=lambda result: result.ms["total"])
    ratio = slow.ms["total"] / max(fast.ms["total"], 1e-6)
    times = f"{milliseconds(fast.ms['total'])} against {milliseconds(slow.ms['total'])}"
    if ratio < 1.1:
        return f"Both answered in about the same time ({times}); {shared}."
    name, other = (esc(display_name(result.method)) for result in (fast, slow))
    if ratio < 2:
        return f"{name} answered <strong>{ratio:.1f}× faster</strong> ({times}); {shared}."
    took, until = (milliseconds(result.ms["total"]) for result in (fast, slow))
    again = f"by the time {other} had answered, after {until}, it could have done so <strong>{int(ratio):,} times</strong>"
    return f"{name} answered in {took}: {again}; {shared}."


def latency(ms: Mapping[str, float], scale: float, stages: Sequence[tuple[str, str]]) -> str:
    """A bar of the stages, (key, name) each, and their times. All columns share one ``scale``, the longest of their times, so
    that the bars compare as the numbers do."""
    parts = "".join(f'<i class="{key}" style="width:{100 * ms[key] / max(scale, 1e-6):.2f}%"></i>' for key, _ in stages)
    words = "".join(f'<div class="{key}"><dt>{name}</dt><dd>{milliseconds(ms[key])}</dd></div>' for key, name in stages)
    total = f'<div class="total"><dt>total</dt><dd>{milliseconds(ms["total"])}</dd></div>'
    return f'<div class="latency"><div class="bar" aria-hidden="true">{parts}</div><dl>{words}{total}</dl></div>'


def score_list(entries: Iterable[tuple[str, str, float | None, str]]) -> str:
    """Scores as large figures: key, name, value and what it says."""
    lines = "".join(
        f'<div data-score="{key}"><dt>{name}</dt><dd><b>{"–" if value is None else f"{value:.2f}"}</b>'
        f"<span>{esc(note)}</span></dd></div>"
        for key, name, value, note in entries
    )
    return f'<dl class="scores">{lines}</dl>'


def _scores(scores: dict) -> str:
    values = ((*entry, scores.get(entry[0])) for entry in SCORES)
    return score_list(
        (key, name, value, meaning if value is not None else f"undefined: {undefined}")
        for key, name, meaning, undefined, value in values
    )


def _row(result, place: int, shared: set[str], steers: bool) -> str:
    label, (lead, tail) = result.sub_queries[place], reading(result, place)
    before, after = (f'<span class="reads">{text}</span>' if text else "" for text in (lead, tail))
    words = f'{before} <span class="text">{esc(label)}</span> {after}'.strip()
    said = f"{lead} “{label}”".strip()
    cards = []
    for rank, hit in enumerate(result.items[place], start=1):
        found = f"{display_name(result.method)}: {said}, number {rank}, similarity {hit.score:.2f}"
        mark = IN_BOTH if hit.item.item_id in shared else None
        cards.append(card(hit, rank, found=found, mark=mark, eager=place < 2))
    hits = result.items[place][:MAX_SEEDS]
    send = steer_button([hit.item.item_id for hit in hits], "Steer from these") if steers and hits else ""
    return f'<li class="direction" data-place="{place + 1}"><div class="head"><h3>{words}</h3>{send}</div>{strip(cards)}</li>'


def reading(result, place: int) -> tuple[str, str]:
    """What stands before and after a direction's words: they are the sub-query, an item, or only a known phrase."""
    if result.is_text:
        return "", ""
    similarity = result.label_scores[place]
    return ("the item", "") if similarity > 0.9995 else ("reads as", f"similarity {similarity:.2f}")
