"""What every reader gives: records, one an item, and refusals for what cannot become one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from r4t_demo.sources.understood import Understood


@dataclass(frozen=True)
class Record:
    """One item as a source has it; an empty text stands for what the source does not say.

    ``where`` names the row or file for messages; ``fallback_id`` and ``fallback_title`` stand in where id or title are missing.
    ``read_image`` returns the encoded picture when it is wanted, and raises UserError where it cannot be had; None: an item
    without a picture. ``kept`` are texts that nobody searches or steers by, such as prices and stock numbers. ``notes`` say what
    of the row was left out, each a sentence's end.
    """

    where: str
    fallback_id: str
    fallback_title: str = ""
    item_id: str = ""
    title: str = ""
    category: str = ""
    read_image: Callable[[], bytes] | None = None
    attributes: dict[str, object] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """A row or file that cannot become an item, and why: a sentence's end, such as 'is encrypted'."""

    where: str
    why: str


class Source(Protocol):
    """Something with items in a fixed order. ``total``: how many records there are, None where only reading tells.

    ``understood``: what its columns mean, None where it has no table.
    """

    name: str
    total: int | None
    understood: Understood | None
    notes: list[str]  # what the whole source is to be told about, such as an unusual encoding

    def identity(self) -> list:
        """A JSON value that changes when the source does: a half-finished run goes on only where it is the same."""
        ...

    def records(self, start: int = 0) -> Iterator[Record | Refusal]:
        """Yield the records from number ``start`` on, one at a time, reading no more than is needed."""
        ...
