"""One method's answer as a column, and the line that compares two answers."""

from r4t_demo.ui.markup import card, counted, display_name, esc, milliseconds, strip

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


def render_column(result, other, description: str, side: str) -> str:
    """Return the column of ``result``; ``other`` is the neighbour's answer, for the shared marks and one time scale."""
    shared = item_ids(result) & item_ids(other)
    first_picks = [hits[0].item for hits in result.items if hits]
    counts = (
        f"{counted(len(result.sub_queries), 'direction', 'directions')}, {counted(len(item_ids(result)), 'item', 'items')}, "
        f"{counted(len({item.category for item in first_picks}), 'category', 'categories')} among the first picks"
    )
    rows = "".join(_row(result, place, shared) for place in range(len(result.items)))
    return (
        f'<section class="answer {side}" data-method="{esc(result.method)}" aria-label="{esc(display_name(result.method))}">'
        f'<header><h2><span class="mark {side}" aria-hidden="true"></span>{esc(display_name(result.method))}</h2>'
        f'<p class="describe">{esc(description)}</p>'
        f"{_latency(result.ms, max(result.ms['total'], other.ms['total']))}{_scores(result.scores)}"
        f'<p class="counts">{counts}</p></header><ol class="directions">{rows}</ol></section>'
    )


def render_summary(left, right, link: str, csv_link: str) -> str:
    """Return the line that compares two answers, with the link to this search and the table for download."""
    return (
        f'<div class="summary"><p class="verdict">{_verdict(left, right)}</p><p class="actions">'
        f'<a class="jump" href="#right-column">To {esc(display_name(right.method))}</a>'
        f'<a href="{esc(link)}" data-share="">Copy link</a>'
        f'<a href="{csv_link}" download="fan-out.csv">Export CSV</a></p></div>'
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
    factor = f"{ratio:.0f}" if ratio >= 9.5 else f"{ratio:.1f}"
    return f"{esc(display_name(fast.method))} answered <strong>{factor}× faster</strong> ({times}); {shared}."


def _latency(ms: dict, scale: float) -> str:
    # Both columns share one scale, so that the bars compare as the numbers do.
    parts = "".join(f'<i class="{key}" style="width:{100 * ms[key] / max(scale, 1e-6):.2f}%"></i>' for key, _ in STAGES)
    words = "".join(f'<div class="{key}"><dt>{name}</dt><dd>{milliseconds(ms[key])}</dd></div>' for key, name in STAGES)
    total = f'<div class="total"><dt>total</dt><dd>{milliseconds(ms["total"])}</dd></div>'
    return f'<div class="latency"><div class="bar" aria-hidden="true">{parts}</div><dl>{words}{total}</dl></div>'


def _scores(scores: dict) -> str:
    lines = []
    for key, name, meaning, undefined in SCORES:
        value = scores.get(key)
        shown = f"{value:.2f}" if value is not None else "–"
        note = meaning if value is not None else f"undefined: {undefined}"
        lines.append(f'<div data-score="{key}"><dt>{name}</dt><dd><b>{shown}</b><span>{note}</span></dd></div>')
    return f'<dl class="scores">{"".join(lines)}</dl>'


def _row(result, place: int, shared: set[str]) -> str:
    label, (lead, tail) = result.sub_queries[place], _reading(result, place)
    before, after = (f'<span class="reads">{text}</span>' if text else "" for text in (lead, tail))
    words = f'{before} <span class="text">{esc(label)}</span> {after}'.strip()
    said = f"{lead} “{label}”".strip()
    cards = []
    for rank, hit in enumerate(result.items[place], start=1):
        found = f"{display_name(result.method)}: {said}, number {rank}, similarity {hit.score:.2f}"
        both = hit.item.item_id in shared
        cards.append(card(hit, rank, found=found, both=both, eager=place < 2))
    return f'<li class="direction"><h3>{words}</h3>{strip(cards)}</li>'


def _reading(result, place: int) -> tuple[str, str]:
    """What stands before and after a direction's words: they are the sub-query, an item, or only the nearest known phrase."""
    if result.is_text:
        return "", ""
    similarity = result.label_scores[place]
    return ("the item", "") if similarity > 0.9995 else ("reads as", f"similarity {similarity:.2f}")
