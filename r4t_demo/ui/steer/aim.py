"""What a visitor steers: the seeds, what is unwanted, the attribute and the strength; as one value, as a link, and back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from r4t_demo.ui.search.ask import decimal


@dataclass(frozen=True)
class Aim:
    """``seeds`` and ``less``, what is found shall be unlike them, are item ids, none of them in both.

    ``own``: whether the visitor has chosen the seeds, so that what is sent over joins them.
    """

    seeds: tuple[str, ...] = ()
    domain: str = ""
    value: str = ""
    strength: float = 1.0
    own: bool = False
    less: tuple[str, ...] = ()

    def to_link(self, job: str = "") -> str:
        """Return the query part of a link that opens the page with this steering answered; of a ``job``'s catalogue, where it is
        one's own."""
        named = [*([("job", job)] if job else []), *(("seeds", one) for one in self.seeds), *(("less", one) for one in self.less)]
        return "?" + urlencode([*named, ("domain", self.domain), ("value", self.value), ("strength", self.strength)])

    def from_seeds(self, seeds: tuple[str, ...]) -> "Aim":
        """This from other seeds, which the visitor has chosen: what was unwanted and is a seed now is wanted."""
        return replace(self, seeds=seeds, less=tuple(one for one in self.less if one not in seeds), own=True)

    def unlike(self, less: tuple[str, ...]) -> "Aim":
        """This with what is unwanted: what was a seed is none any more."""
        return replace(self, less=less, seeds=tuple(one for one in self.seeds if one not in less), own=True)

    def with_link(self, pairs: Sequence[tuple[str, str]]) -> "Aim":
        """Return this with what the name-value ``pairs`` of a link carry; UserError where the strength is no number."""
        given = dict(pairs)
        strength = decimal(given.get("strength", self.strength), "strength")
        seeds, less = (tuple(dict.fromkeys(value for name, value in pairs if name == of)) for of in ("seeds", "less"))
        domain, value = given.get("domain", self.domain), given.get("value", self.value)
        return replace(self, domain=domain, value=value, less=less, strength=strength).from_seeds(seeds)
