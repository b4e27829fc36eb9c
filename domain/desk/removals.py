"""Removals of what records say that were over for longer than it is kept."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, Unpack
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.aggregate import KIND_OF_PREFIX, KINDS, Entry
from domain.desk.desk import Base, Repeat
from domain.erasure import REMOVALS
from domain.ids import number_of, prefix_of
from domain.key_tree import Part
from domain.ledger import PAGE, Work
from domain.mapper import personal_fields, subject_of
from domain.merging import Mergeable
from domain.organisation import Organisation, Term
from domain.own_words import OwnWords
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.retention import words_kept_until
from domain.ticket import Ticket

REMOVED_MAX = 100
"""So many records are seen to by one command."""
PARTS: tuple[Part, ...] = ("words", "files")
FILES: tuple[Part, ...] = ("files",)
ENDS = frozenset({"Closed", "Cancelled", "Withdrawn", "Retired"})
"""By what records are over that have words of their own. Merged ones go with the other."""


class Due(NamedTuple):
    """A part of what a record says, which is kept no longer."""

    until: datetime
    record: UUID
    part: Part
    days: int
    held_by: str
    """What keeps it even so: the number of a record, or of a person; empty for nothing."""


class _Told(Struct):
    """What is looked at of an end, or of a removal."""

    by: Provenance
    part: Part | None = None


_told = msgspec.json.Decoder(_Told).decode


class Removals(Base):
    def words_kept_too_long(self, at: datetime) -> list[Due]:
        """What is to be removed by a moment, or would be but for a hold; the oldest first. It reads
        much of the ledger: not for an event loop."""
        self.directory.catch_up()
        found = [due for id in sorted(self._over_too_long(at)) for due in self._due(id, at)]
        return sorted(found, key=lambda due: (due.until, due.record, due.part))

    async def remove_words(
        self, records: Sequence[UUID], *, by: Provenance, **repeat: Unpack[Repeat]
    ) -> Receipt:
        """Remove what is due of records, at most so many, and not held. The directory carries it
        out."""

        async def decide(work: Work) -> None:
            for due in [due for id in records[:REMOVED_MAX] for due in self._due(id, by.at)]:
                record = await work.get(OwnWords, due.record)
                if not due.held_by:
                    record.remove_words(due.part, days=due.days, by=by)

        return await self.ledger.run(by, decide, **repeat)

    def _over_too_long(self, at: datetime) -> set[UUID]:
        """The records that ended so long ago that something may be due that was not removed."""
        shortest = self._shortest_terms()
        topics = [
            topic
            for kind in KINDS.values()
            if issubclass(kind, OwnWords) and kind.what in shortest
            for event, topic in kind.topics.items()
            if event.__name__ in ENDS
        ]
        found: set[tuple[UUID, Part]] = set()
        after = 0
        while topics and (
            rows := self.ledger.recorder.select_notifications(
                after, PAGE, topics=[*topics, *REMOVALS], inclusive_of_start=False
            )
        ):
            for row in rows:
                id, told = UUID(str(row.originator_id)), _told(row.state)
                if not self.ledger.has(row.id, told.by):
                    continue
                if told.part is not None:
                    found -= {(id, part) for part in (PARTS if told.part == "words" else FILES)}
                elif (days := shortest.get(_kind(id).what)) is not None:
                    past = (at - told.by.effective_at).days
                    found |= {(id, part) for part, kept in days.items() if past >= kept}
            after = rows[-1].id
        return {id for id, _ in found}

    def _shortest_terms(self) -> dict[str, dict[Part, int]]:
        """The shortest time for which each part is kept, by kind of record; in days."""
        found: dict[str, dict[Part, int]] = {}
        for organisation in self.directory.organisations():
            for kind, term in organisation.terms.items():
                terms: dict[Part, int | None] = {"words": term.days, "files": term.files_days}
                for part, days in terms.items():
                    if days is not None:
                        of_kind = found.setdefault(kind, {})
                        of_kind[part] = min(days, of_kind.get(part, days))
        return found

    def _due(self, id: UUID, at: datetime) -> Iterator[Due]:
        """What is due of a record, and of those that were merged into it."""
        record, over_since, history = self._lived(id)
        if not record.is_over or over_since is None:
            return
        term = self._term_of(record)
        for part in PARTS:
            until = words_kept_until(term, over_since, part)
            if until is None or until > at:
                continue
            days = (until - over_since).days
            if not record.has_removed(part) and (part == "words" or _has_files(record)):
                yield Due(until, id, part, days, self._held_by(record, history))
            for other in record.absorbed if isinstance(record, Mergeable) else ():
                merged, _, theirs = self._lived(other)
                if not merged.has_removed(part) and (part == "words" or _has_files(merged)):
                    yield Due(until, other, part, days, self._held_by(merged, theirs))
            if part == "words":
                # The files go with the words.
                return

    def _lived(self, id: UUID) -> tuple[OwnWords, datetime | None, list[Entry]]:
        """A record, since when it is over, and its history."""
        record, over_since, history = _kind(id)(id), None, self.ledger.history(id)
        for entry in history:
            was_over = record.is_over
            record.replay(entry)
            if not was_over:
                over_since = entry.event.by.effective_at
        return record, over_since, history

    def _term_of(self, record: OwnWords) -> Term:
        """What its organisation says, or else the operator."""
        own = (
            self.directory.organisation(record.organisation) if isinstance(record, Ticket) else None
        )
        for organisation in (own, *self._operators()):
            if organisation is not None and (term := organisation.terms.get(record.what)):
                return term
        return Term()

    def _operators(self) -> list[Organisation]:
        found = [one for one in self.directory.organisations() if one.is_operator and one.is_active]
        return sorted(found, key=lambda one: one.id)

    def _held_by(self, record: OwnWords, history: Sequence[Entry]) -> str:
        """The number of what keeps a record: a hold on it, or on somebody who wrote in it."""
        if record.is_held:
            return record.number
        people = self.directory.people()
        held = {str(person.id): person.number for person in people if person.is_held}
        for entry in history if held else ():
            for name, subject in personal_fields(type(entry.event)):
                whose = subject_of(entry, subject)
                if whose in held and getattr(entry.event, name):
                    return held[whose]
        return ""


def _kind(id: UUID) -> type[OwnWords]:
    kind = KIND_OF_PREFIX[prefix_of(id)]
    assert issubclass(kind, OwnWords), number_of(id)
    return kind


def _has_files(record: OwnWords) -> bool:
    return isinstance(record, Ticket) and len(record.attachments) > 0
