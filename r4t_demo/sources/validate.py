"""From records to the rows of a catalogue, and the report of what became of each."""

import hashlib
import json
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import cast

from r4t_demo.catalog import NO_CATEGORY
from r4t_demo.errors import UserError
from r4t_demo.sources.base import Record, Refusal
from r4t_demo.sources.decode import thumbnail
from r4t_demo.sources.reasons import Reason, gather


@dataclass
class Report:
    """What became of a source's records; ``where`` is a row or a file.

    ``skipped`` holds (where, why), ``duplicates`` (where, the where of the first alike), ``notes`` (where, what of an accepted
    item was left out), ``source_notes`` sentences about the whole source.
    """

    source: str
    accepted: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)
    duplicates: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    source_notes: list[str] = field(default_factory=list)

    def add(self, part: "Report") -> None:
        """Take in the report of a further part of the same source."""
        self.accepted += part.accepted
        self.skipped += part.skipped
        self.duplicates += part.duplicates
        self.notes += part.notes

    def summary(self, first: int = 5) -> str:
        """The numbers, and the ``first`` lines of each kind."""
        lines = [
            f"{self.accepted:,} items accepted, {len(self.skipped):,} skipped, {len(self.duplicates):,} duplicates left out."
        ]
        lines += self.source_notes
        duplicates = [(where, f"is the same as {other}") for where, other in self.duplicates]
        for kind, found in (("skipped", self.skipped), ("duplicate", duplicates)):
            lines += [f"{kind}: {where}: {what}" for where, what in found[:first]]
            if len(found) > first:
                lines.append(f"{kind}: … and {len(found) - first:,} more")
        return "\n".join(lines + [f"note: {_told(reason)}" for reason in gather(self.notes)])


def _told(reason: Reason) -> str:
    """A reason that several records share, with their number and the first of them."""
    where = ", ".join(where for where, _ in reason.first)
    if reason.count == 1:
        return f"{where}: {reason.text}"
    return f"{reason.count:,} items ({where}{', …' * (reason.count > len(reason.first))}): {reason.text}"


@dataclass(frozen=True)
class Prepared:
    """A record with its stored picture, the digest of its content, and notes on what of it was left out."""

    record: Record
    content: str
    picture: bytes | None
    notes: tuple[str, ...]


def prepare(record: Record | Refusal, known: Container[str] = ()) -> Prepared | Refusal:
    """Read, hash and shrink a record's picture; one of ``known`` content is not decoded. Safe to run in several threads.

    A picture that cannot be had costs the record nothing more where it has a title.
    """
    if isinstance(record, Refusal):
        return record
    try:
        data = record.read_image() if record.read_image else None
        content = _digest(record, data)
        picture, note = thumbnail(data) if data is not None and content not in known else (None, "")
    except UserError as error:
        if not record.title:
            return Refusal(record.where, str(error))
        return Prepared(record, _digest(record, None), None, (*record.notes, f"{error}; the item stays without a picture"))
    return Prepared(record, content, picture, (*record.notes, note) if note else record.notes)


def _digest(record: Record, picture: bytes | None) -> str:
    """A digest of all that is kept of an item but its id; a picture without a title is the same in every folder."""
    kept = [record.title, record.category if record.title else "", record.attributes]
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b((picture or b"") + b"\0" + text.encode(), digest_size=16).hexdigest()


class Gate:
    """Lets every item in once. ``seen`` maps ids and content digests to where they stood first."""

    def __init__(self) -> None:
        self.seen: dict[str, str] = {}

    def admit(self, one: Prepared | Refusal, report: Report) -> dict | None:
        """The row of an item without its picture, or None; either way, ``report`` says what became of it."""
        if isinstance(one, Refusal):
            report.skipped.append((one.where, one.why))
            return None
        record = one.record
        if first := self.seen.get(one.content):
            report.duplicates.append((record.where, first))
            return None
        item_id = record.item_id or record.fallback_id
        notes = list(one.notes)
        if first := self.seen.get(f"id:{item_id}"):
            if record.item_id:
                notes.append(f"has the id '{item_id}' of {first}: it gets one of its own")
            item_id = next(name for name in _own_ids(record.fallback_id) if f"id:{name}" not in self.seen)
        self.seen |= {one.content: record.where, f"id:{item_id}": record.where}
        report.accepted += 1
        report.notes += [(record.where, note) for note in notes]
        category = record.category or next(iter(cast(list, record.attributes.get("genre", []))), "")
        title = record.title or record.fallback_title or category
        return {"item_ID": item_id, "text": title, "category": category or NO_CATEGORY, **record.kept, **record.attributes}


def _own_ids(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}-{number}" for number in count(2))
