"""Both columns as a CSV table, inside a link: nothing is written on the server."""

import csv
import io
from urllib.parse import quote

COLUMNS = ("query", "method", "sub_query", "sub_query_rank", "item_rank", "item_id", "title", "category", "score")


def guard(cell: object) -> object:
    """Prefix texts that a spreadsheet would take for a formula."""
    return "'" + cell if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else cell


def to_csv(results) -> str:
    """Return one line an item found, for every answer in ``results``."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for result in results:
        for place, (label, hits) in enumerate(zip(result.sub_queries, result.items, strict=True), start=1):
            for rank, hit in enumerate(hits, start=1):
                found = (hit.item.item_id, hit.item.title, hit.item.category, round(hit.score, 4))
                writer.writerow([guard(cell) for cell in (result.query, result.method, label, place, rank, *found)])
    return out.getvalue()


def csv_link(results) -> str:
    """Return the table as a data link; the byte order mark tells spreadsheets that it is UTF-8."""
    return "data:text/csv;charset=utf-8," + quote("\ufeff" + to_csv(results), safe="")
