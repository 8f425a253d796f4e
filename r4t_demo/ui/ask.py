"""What a visitor asks: the query, the two methods and the options; as one value, as a link, and back."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from r4t_demo.errors import UserError

OPENING_QUERY = "bohemian festival style"


@dataclass(frozen=True)
class Ask:
    """One search. ``steps`` is the number of sampler steps; 0 leaves it to the model. ``variety`` is the engine's dial."""

    q: str = OPENING_QUERY
    left: str = "folm"
    right: str = "diffusion"
    k: int = 10
    n: int = 4
    seed: int = 0
    steps: int = 0
    variety: float = 0.0

    def to_link(self) -> str:
        """Return the query part of a link that opens the page with this search answered."""
        return "?" + urlencode({field.name: getattr(self, field.name) for field in fields(self)})

    def with_link(self, params: Mapping[str, str]) -> "Ask":
        """Return this search with the values that a link carries; UserError where a number is not one."""
        names = {field.name for field in fields(self)}
        given: dict[str, Any] = {name: params[name] for name in names if name in params}
        for name in ("k", "n", "seed", "steps"):
            if name in given:
                given[name] = whole(given[name], name)
        if "variety" in given:
            given["variety"] = decimal(given["variety"], "variety")
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
