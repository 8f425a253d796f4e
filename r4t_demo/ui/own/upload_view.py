"""What became of a visitor's upload: the report, a contact sheet, and what was understood of it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from r4t_demo.catalog import NO_CATEGORY, Catalog
from r4t_demo.sources.understood import Understood
from r4t_demo.sources.validate import Report
from r4t_demo.ui.markup import esc, picture
from r4t_demo.ui.own.columns_view import render_meant
from r4t_demo.ui.own.report import render_report

SOME = 20  # queries that are shown to be read
SHEET = 28  # items of a contact sheet, taken evenly
WORDS = 12  # of a kind that are shown
OWN = {"labels": "Labels", "words": "Words of its titles"}
SEEN = {"seen": "Things"}


def render_upload(
    report: Report | None, columns: Understood | None, catalog: Catalog, understood: Mapping, unfolded: bool
) -> str:
    """The report's line, which opens to the reasons; what its table's columns were read as; the words found; the contact sheet.
    The last two are folded away unless ``unfolded``.

    A result that came as a zip has no report, and one without a table no ``columns``.
    """
    inside = f"{_understood(catalog, understood)}{_sheet(catalog)}"
    if not unfolded:
        inside = f'<details class="folded"><summary>What it holds, and what was understood of it</summary>{inside}</details>'
    return f'<section class="uploaded">{render_report(report) if report else ""}{render_meant(columns)}{inside}</section>'


def render_some(queries: Sequence[Sequence[str]]) -> str:
    """SOME of the queries for reading, taken evenly; each is (text, split)."""
    texts = [text for text, _ in queries]
    shown = [texts[number * len(texts) // SOME] for number in range(SOME)] if len(texts) > SOME else texts
    rows = "".join(f"<li><bdi>{esc(text)}</bdi></li>" for text in shown)
    head = f"{len(shown)} of its {len(texts):,} requests" if len(shown) < len(texts) else f"Its {len(texts)} requests"
    return f'<section class="some"><h3 class="label">{head}</h3><ul>{rows}</ul></section>'


def _understood(catalog: Catalog, found: Mapping) -> str:
    categories = [pair for pair in Counter(item.category for item in catalog.items).most_common() if pair[0] != NO_CATEGORY]
    own = [("Categories", categories), *((name, found.get(key, ())) for key, name in OWN.items())]
    seen = [(name, found.get(key, ())) for key, name in SEEN.items()]
    kinds = f'<div class="understood">{_kinds("Read from its own words", own)}{_kinds("Seen in its pictures", seen)}</div>'
    return kinds + "".join(f'<p class="hint">{esc(doubt)}</p>' for doubt in _doubts(catalog, found))


def _doubts(catalog: Catalog, found: Mapping) -> Iterator[str]:
    """What was not understood, and what follows from it."""
    untold = [item for item in catalog.items if not item.said]
    if untold:
        known = sum(bool(item.seen and item.seen.kind) for item in untold)
        yield f"{known:,} of {len(untold):,} pictures without words are named by what the app sees in them, which may be wrong."
    if not any(found.get(kind) for kind in (*OWN, *SEEN)):
        yield "Nothing was found that several of its items share: the requests are general ones. Change them, or write your own."


def _kinds(head: str, kinds: Iterable[tuple[str, Iterable[tuple[str, int]]]]) -> str:
    rows = "".join(f"<div><dt>{name}</dt><dd>{_counts(list(pairs))}</dd></div>" for name, pairs in kinds if pairs)
    return f"<div><h3>{head}</h3><dl>{rows}</dl></div>" if rows else ""


def _counts(pairs: list[tuple[str, int]]) -> str:
    chips = "".join(f'<span class="chip"><bdi>{esc(str(word))}</bdi> <i>{count:,}</i></span>' for word, count in pairs[:WORDS])
    return chips + (f'<span class="more">and {len(pairs) - WORDS:,} more</span>' if len(pairs) > WORDS else "")


def _sheet(catalog: Catalog) -> str:
    every = max(1, len(catalog) // SHEET)
    cells = "".join(
        f'<li><button type="button" class="card" data-item="{esc(item.item_id)}" aria-label="{esc(item.title)}. Show details.">'
        f'<span class="picture">{picture(item)}</span></button></li>'
        for item in catalog.items[::every][:SHEET]
    )
    shown = min(SHEET, len(catalog.items[::every]))
    head = f"{shown} of its {len(catalog):,} items" if shown < len(catalog) else f"Its {len(catalog):,} items"
    return f'<h3 class="label">{head}</h3><ul class="sheet">{cells}</ul>'
