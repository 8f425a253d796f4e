"""All columns as a CSV table, inside a link: nothing is written on the server."""

import csv
import io
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from r4t_demo.pattern.steer import Steered

COLUMNS = ("query", "method", "sub_query", "sub_query_rank", "item_rank", "item_id", "title", "category", "score")
STEERED_COLUMNS = ("domain", "value", "method", "rank", "item_id", "title", "category", "score", "has_attribute", "in_pattern")


def guard(cell: object) -> object:
    """Prefix texts that a spreadsheet would take for a formula."""
    return "'" + cell if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else cell


def to_csv(results) -> str:
    """Return one line an item found, for every answer in ``results``."""
    lines = []
    for result in results:
        for place, (label, hits) in enumerate(zip(result.sub_queries, result.items, strict=True), start=1):
            for rank, hit in enumerate(hits, start=1):
                found = (hit.item.item_id, hit.item.title, hit.item.category, round(hit.score, 4))
                lines.append((result.query, result.method, label, place, rank, *found))
    return _table(COLUMNS, lines)


def steered_csv(answers: Sequence[Steered], domain: str, value: str) -> str:
    """Return one line an item found by steering."""
    lines = []
    for answer in answers:
        for rank, one in enumerate(answer.found, start=1):
            item = (one.item.item_id, one.item.title, one.item.category, round(one.score, 4))
            lines.append((domain, value, answer.method, rank, *item, one.has_attribute, one.in_pattern))
    return _table(STEERED_COLUMNS, lines)


def csv_link(table: str) -> str:
    """Return a table as a data link; the byte order mark tells spreadsheets that it is UTF-8."""
    return "data:text/csv;charset=utf-8," + quote("\ufeff" + table, safe="")


def _table(columns: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([guard(cell) for cell in line] for line in lines)
    return out.getvalue()
