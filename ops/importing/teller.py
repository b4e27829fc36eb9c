"""Tells the history of one record after the other, row by row, as commands with fixed ids."""

from collections import Counter
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid5

from domain.aggregate import KIND_OF_PREFIX, Aggregate, Entry
from domain.ids import prefix_of, record_id
from domain.provenance import Provenance
from ops.importing.errors import BadRow
from ops.importing.interpreter import ACTOR, CHANNEL, Reader, Reading, record_row
from ops.importing.mapping import Mapping
from ops.importing.related import KINDS, Reference, Related, external_name, serial_in
from ops.importing.rows import Row
from ops.importing.story import Story

COMMANDS = UUID("a3d5c1de-6f0b-5a0e-9a3f-1f6f4a6b5c21")
"""The namespace of the ids of imported commands."""


class Step(NamedTuple):
    """A row, the row of its record before it, and the command that it is."""

    row: Row
    before: Row | None
    command: UUID


class Telling:
    """A record that is being told."""

    def __init__(self, ordinal: int, key: str, id: UUID, claim: str) -> None:
        self.ordinal = ordinal
        self.key = key
        self.claim = claim
        self.story = Story(_kind_of(id)(id))
        self.steps = 0
        self.last: Row | None = None
        """The row that was told last."""
        self.equal: Counter[str] = Counter()

    @property
    def id(self) -> UUID:
        id: UUID = self.story.record.id
        return id


class Teller:
    def __init__(self, mapping: Mapping, related: Related) -> None:
        self.mapping = mapping
        self.related = related
        self._reader = Reader(mapping, related)
        self._prefix: str = KINDS[mapping.record].prefix

    def begin(self, ordinal: int, key: str, allocated: int = 0) -> Telling:
        """A record by its foreign number, under the same serial or the one allocated to it."""
        pattern = self.mapping.number.pattern
        serial = serial_in(key, pattern) if pattern else allocated
        claim = external_name(self.mapping.source, self.mapping.record, key)
        return Telling(ordinal, key, record_id(self._prefix, serial), claim)

    def step(self, telling: Telling, row: Row) -> Step:
        """The next row of a record. The same row again is another command."""
        telling.equal[row.digest] += 1
        name = "\x1f".join(
            (
                self.mapping.source,
                self.mapping.record,
                telling.key,
                row.digest,
                str(telling.equal[row.digest]),
            )
        )
        telling.steps += 1
        return Step(row, telling.last, uuid5(COMMANDS, name))

    def read(self, row: Row) -> Reading:
        """A row with the records that it names; those not met before wait in `related.new`."""
        return self._reader.read(row)

    def tell(
        self, telling: Telling, step: Step, reading: Reading, at: datetime
    ) -> tuple[Entry, ...]:
        """What happened by a row, on top of what was told so far. Raises BadRow."""
        story, row = telling.story, step.row
        before = None
        if step.before is not None and any(step.before.links):
            before = self.read(step.before)
        by = self.sign(step, reading.actor, at, row.at)
        opened = by
        if row.opened_at is not None or row.opened_by:
            opened = self.sign(step, reading.opened_by, at, row.opened_at or row.at)
        present = story.record
        # On a copy: a row that is refused half way must leave nothing behind.
        story.record = present.fork()
        try:
            record_row(self.mapping, story, reading, before, by, opened)
        except BadRow:
            story.record = present
            raise
        entries: tuple[Entry, ...] = story.record.collect_events()
        for entry in entries:
            story.read(entry.event)
        telling.last = row
        return entries

    def begin_related(self, reference: Reference, step: Step, at: datetime) -> Entry:
        """The first event of a record that a row names."""
        kind = _kind_of(reference.id)
        by = self.sign(step, ACTOR, at, step.row.at)
        (entry,) = kind.begin(reference.id, reference.begin(by)).collect_events()
        first: Entry = entry
        return first

    @staticmethod
    def sign(step: Step, actor: str, at: datetime, effective: datetime) -> Provenance:
        """What a row's command signs with."""
        return Provenance(
            actor=actor, at=at, command=step.command, channel=CHANNEL, effective=effective
        )


def _kind_of(id: UUID) -> type[Aggregate]:
    return KIND_OF_PREFIX[prefix_of(id)]
