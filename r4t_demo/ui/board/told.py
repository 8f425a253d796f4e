"""What a page tells of a set, so that a picture of it can be drawn: written into the page, and read when it comes back.

The button carries it, and a click hands it to the server: so nothing is searched again, nothing is kept, and the picture shows
what the visitor sees.
"""

import json
from collections.abc import Sequence
from typing import Any

from r4t_demo.catalog import Catalog
from r4t_demo.engine import is_unicode
from r4t_demo.errors import UserError
from r4t_demo.ui.board.board import DIRECTIONS, ITEMS, Board, Direction
from r4t_demo.ui.markup import display_name
from r4t_demo.ui.search.answer import reading

LONGEST = 600  # characters of a text; the longest request has 500
MOST = 60_000  # characters of all that a page tells
NOTHING = "Nothing in this catalogue seems to fit: what is nearest all the same."


def to_told(title: str, results: Sequence) -> str:
    """Return as JSON what a picture of each answer would hold: the directions that fit, or all of them where none does."""
    return json.dumps({"title": title, "sets": [_set(result) for result in results]}, ensure_ascii=False)


def _set(result) -> dict[str, Any]:
    rows = [row for row, fits in enumerate(result.fits) if fits] or range(len(result.fits))
    found = [[hit.item.item_id for hit in result.items[row][:ITEMS]] for row in rows]
    directions = [[result.sub_queries[row], reading(result, row)[0], ids] for row, ids in zip(rows, found, strict=True)]
    remark = "" if any(result.fits) else NOTHING
    return {"method": result.method, "name": display_name(result.method), "remark": remark, "directions": directions}


def read_told(told: str, number: int, catalog: Catalog, name: str, link: str) -> Board:
    """The board of one of the sets that a page tells; ``name`` is what the catalogue is called, ``link`` leads to the search.

    UserError for what no page tells.
    """
    try:
        if len(told) > MOST:
            raise ValueError
        values: dict[str, Any] = json.loads(told)
        chosen = values["sets"][number]
        directions = [_direction(catalog, *one) for one in chosen["directions"][:DIRECTIONS]]
        title, method, remark = map(text, (values["title"], chosen["name"], chosen["remark"]))
        return Board(title, method, directions, text(name), text(link), remark)
    except UserError:
        raise
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
        raise UserError("The page has told something that is no set: search again.") from error


def _direction(catalog: Catalog, words: object, lead: object, ids: Sequence[str]) -> Direction:
    return Direction(text(words), text(lead), [catalog[_unicode(item_id)] for item_id in ids[:ITEMS]])


def text(value: object) -> str:
    """The words of a text, its line breaks and control characters as spaces; TypeError for what is none."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in _unicode(value)).split())[:LONGEST]


def _unicode(value: object) -> str:
    if not isinstance(value, str) or not is_unicode(value):
        raise TypeError
    return value
