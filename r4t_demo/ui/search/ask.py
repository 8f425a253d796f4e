"""What a visitor asks: the request, the two methods and the options; as one value, as a link, and back."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from PIL import Image

from r4t_demo.errors import UserError

OPENING_QUERY = "bohemian festival style"
FORM = ("q", "left", "right", "k", "n", "seed", "steps", "variety")  # what the page has fields for


@dataclass(frozen=True)
class Ask:
    """One search. ``steps`` is the number of sampler steps; 0 leaves it to the model. ``variety`` is the engine's dial.

    Where ``q`` is empty, ``item``, an id, or the ``picture`` is asked with, and ``others`` leaves out what is of its kind.
    ``plus`` and ``minus`` are ids of items liked and disliked.
    """

    q: str = OPENING_QUERY
    left: str = "folm"
    right: str = "diffusion"
    k: int = 10
    n: int = 4
    seed: int = 0
    steps: int = 0
    variety: float = 0.0
    item: str = ""
    others: bool = False
    plus: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()
    picture: Image.Image | None = None

    def to_link(self) -> str:
        """Return the query part of a link that opens the page with this search answered; empty with a picture, which none can
        carry.
        """
        if self.picture:
            return "?"
        pairs = [(name, getattr(self, name)) for name in ("q", "item", *FORM[1:])]
        pairs += [(name, item_id) for name in ("plus", "minus") for item_id in getattr(self, name)]
        return "?" + urlencode([*pairs, ("others", "1" if self.others else "")])

    def with_link(self, pairs: Sequence[tuple[str, str]]) -> "Ask":
        """Return this search with what the name-value ``pairs`` of a link carry; UserError where a number is not one."""
        given: dict[str, Any] = {name: value for name, value in pairs if name in (*FORM, "item")}
        for name in ("k", "n", "seed", "steps"):
            if name in given:
                given[name] = whole(given[name], name)
        if "variety" in given:
            given["variety"] = decimal(given["variety"], "variety")
        for name in ("plus", "minus"):
            given[name] = tuple(dict.fromkeys(value for key, value in pairs if key == name))
        given["others"] = dict(pairs).get("others") == "1"
        given.setdefault("q", "" if given.get("item") else self.q)
        if given["q"].strip():  # words are the request
            given |= {"item": "", "others": False}
        return replace(self, **given)


def whole(value: object, name: str) -> int:
    """Read a whole number from a form field or a link; UserError names the field. Its range is the engine's to judge."""
    number = _float(value)
    if not number.is_integer() or abs(number) > 2**53:
        raise UserError(f"“{name}” must be a whole number: mend it and search again.")
    return int(number)


def decimal(value: object, name: str) -> float:
    """Read a number from a form field or a link, as ``whole`` does."""
    number = _float(value)
    if not math.isfinite(number):
        raise UserError(f"“{name}” must be a number: mend it and search again.")
    return number


def _float(value: object) -> float:
    """The number, or NaN where there is none."""
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return math.nan
