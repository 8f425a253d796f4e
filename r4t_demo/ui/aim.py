"""What a visitor steers: the seeds, the wanted attribute and the strength; as one value, as a link, and back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from r4t_demo.ui.ask import decimal


@dataclass(frozen=True)
class Aim:
    """``seeds`` are item ids. ``own``: whether the visitor has chosen them, so that what is sent over joins them."""

    seeds: tuple[str, ...] = ()
    domain: str = ""
    value: str = ""
    strength: float = 1.0
    own: bool = False

    def to_link(self, job: str = "") -> str:
        """Return the query part of a link that opens the page with this steering answered; of a ``job``'s catalogue, where it is
        one's own."""
        named = [*([("job", job)] if job else []), *(("seeds", seed) for seed in self.seeds)]
        return "?" + urlencode([*named, ("domain", self.domain), ("value", self.value), ("strength", self.strength)])

    def with_link(self, pairs: Sequence[tuple[str, str]]) -> "Aim":
        """Return this with what the name-value ``pairs`` of a link carry; UserError where the strength is no number."""
        given = {name: value for name, value in pairs if name in ("domain", "value")}
        strength = next((value for name, value in pairs if name == "strength"), self.strength)
        seeds = tuple(dict.fromkeys(value for name, value in pairs if name == "seeds"))
        return replace(self, seeds=seeds, strength=decimal(strength, "strength"), own=True, **given)
