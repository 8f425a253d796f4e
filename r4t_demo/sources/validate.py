"""From records to the rows of a catalogue, and the report of what became of each."""

import hashlib
from collections.abc import Container
from dataclasses import dataclass, field
from typing import cast

from r4t_demo.catalog import Item
from r4t_demo.errors import UserError
from r4t_demo.sources.base import Record, Refusal
from r4t_demo.sources.decode import thumbnail

NO_CATEGORY = "uncategorised"


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
        for kind, found in (("skipped", self.skipped), ("duplicate", duplicates), ("note", self.notes)):
            lines += [f"{kind}: {where}: {what}" for where, what in found[:first]]
            if len(found) > first:
                lines.append(f"{kind}: … and {len(found) - first:,} more")
        return "\n".join(lines)


@dataclass(frozen=True)
class Prepared:
    """A record with its stored picture and the digest of its content."""

    record: Record
    content: str
    picture: bytes | None
    note: str


def prepare(record: Record | Refusal, known: Container[str] = ()) -> Prepared | Refusal:
    """Read, hash and shrink a record's picture; one of ``known`` content is not decoded. Safe to run in several threads."""
    if isinstance(record, Refusal):
        return record
    try:
        data = record.read_image() if record.read_image else None
        text = Item("", record.title, "", None, record.attributes).words
        content = hashlib.blake2b((data or b"") + b"\0" + text.encode(), digest_size=16).hexdigest()
        picture, note = thumbnail(data) if data is not None and content not in known else (None, "")
    except UserError as error:
        return Refusal(record.where, str(error))
    return Prepared(record, content, picture, note)


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
        item_id = record.item_id or record.fallback_id
        if first := self.seen.get(one.content):
            report.duplicates.append((record.where, first))
            return None
        if first := self.seen.get(f"id:{item_id}"):
            report.skipped.append((record.where, f"has the id '{item_id}' of {first}: give it one of its own"))
            return None
        self.seen |= {one.content: record.where, f"id:{item_id}": record.where}
        report.accepted += 1
        if one.note:
            report.notes.append((record.where, one.note))
        category = record.category or next(iter(cast(list, record.attributes.get("genre", []))), NO_CATEGORY)
        title = record.title or record.fallback_title or category
        return {"item_ID": item_id, "text": title, "category": category, **record.attributes}
