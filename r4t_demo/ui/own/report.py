"""What became of an own catalogue's records: one line, and behind it the reasons, their counts and first names."""

from r4t_demo.sources.reasons import Reason, gather
from r4t_demo.sources.validate import Report
from r4t_demo.ui.markup import counted, esc

REASONS = 8  # of a kind; a source may be broken in a thousand ways
LENGTH = 90  # characters of a name that are shown


def render_report(report: Report) -> str:
    """Return the line, which opens where there is more to tell than its numbers."""
    duplicates = [(where, f"has the same picture and words as '{first}'") for where, first in report.duplicates]
    kinds = {"Skipped": report.skipped, "Duplicates": duplicates, "Notes": report.notes}
    line = (
        f"Your catalogue: {counted(report.accepted, 'item', 'items')} accepted, {len(report.skipped):,} skipped, "
        f"{counted(len(duplicates), 'duplicate', 'duplicates')} left out"
    )
    rows = "".join(_kind(name, gather(found)) for name, found in kinds.items() if found)
    notes = "".join(f"<p>{_short(note, 8 * LENGTH)}</p>" for note in report.source_notes)
    if not rows and not notes:
        return f'<p class="report">{line}</p>'
    table = f"<table>{rows}</table><p>The whole report is report.json in the catalogue’s folder.</p>" if rows else ""
    return f'<details class="report"><summary>{line}</summary>{notes}{table}</details>'


def _kind(name: str, reasons: list[Reason]) -> str:
    """A table body: the kind beside its reasons, the most frequent ones first."""
    rows = [
        f'<td class="count">{one.count:,}</td><td>{_short(one.text, 3 * LENGTH)}</td><td class="first">{_first(one)}</td>'
        for one in reasons[:REASONS]
    ]
    if further := reasons[REASONS:]:
        others = counted(len(further), "other reason", "other reasons")
        rows.append(f'<td class="count">{sum(one.count for one in further):,}</td><td colspan="2">{others}</td>')
    head = f'<th class="label" scope="rowgroup" rowspan="{len(rows)}">{name}</th>'
    return f"<tbody><tr>{head}{'</tr><tr>'.join(rows)}</tr></tbody>"


def _first(reason: Reason) -> str:
    """Where the first records stand, each with its own names in brackets, and how many more there are."""
    shown = [
        f"<bdi>{_short(where)}</bdi>" + (f" ({', '.join(f'<bdi>{_short(name)}</bdi>' for name in names)})" if names else "")
        for where, names in reason.first
    ]
    more = f" and {reason.count - len(shown):,} more" if reason.count > len(shown) else ""
    return ", ".join(shown) + more


def _short(text: str, most: int = LENGTH) -> str:
    """The escaped text, its middle left out where it is too long: a file's name tells most at its ends."""
    return esc(text if len(text) <= most else f"{text[: most // 2]}…{text[-most // 2 :]}")
