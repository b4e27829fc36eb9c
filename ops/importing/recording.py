"""Recording what is told: in large transactions, and where that conflicts, row by row.

The ledger itself keeps how far an import has got. A batch that was recorded just before that was
noted is sent again, and its receipts say so.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from eventsourcing.persistence import IntegrityError
from msgspec import Struct

from domain import snapshots
from domain.aggregate import KIND_OF_PREFIX, Entry
from domain.ids import number_of, prefix_of, serial_of
from domain.ledger import Ledger
from domain.recorder import ClaimTaken, Receipt, Write
from domain.rules import Refused
from ops.importing.errors import BadRow
from ops.importing.related import KINDS, Reference
from ops.importing.rows import Row
from ops.importing.stage import Stage
from ops.importing.story import Story
from ops.importing.teller import Step, Teller, Telling

BATCH_ROWS = 1_000
BATCH_ROWS_MAX = 4_000
"""A batch ends with a record, unless that has more rows than this."""
ATTEMPTS_MAX = 5


class Totals(Struct):
    """How far an import has got, and what it has done until there."""

    record: int = 1
    """The record that is being told, by its ordinal."""
    steps: int = 0
    """How many of its rows are done."""
    rows: int = 0
    records: int = 0
    events: int = 0
    related: int = 0
    repeats: int = 0
    first_serial: int = 0
    """The first of the serials that were reserved for new numbers."""
    serials: int = 0
    serials_used: int = 0
    is_finished: bool = False


class Told(NamedTuple):
    """One command that waits to be recorded."""

    telling: Telling
    step: Step
    is_new: bool
    """Whether the record begins with it."""
    version: int
    entries: tuple[Entry, ...]
    """Those of the records that are named for the first time come first."""
    related: int
    """How many of them those are."""
    claims: list[tuple[str, UUID]]


class Recording:
    def __init__(
        self, ledger: Ledger, teller: Teller, stage: Stage, name: str, clock: Callable[[], datetime]
    ) -> None:
        self._ledger = ledger
        self._recorder = ledger.recorder
        self._teller = teller
        self._stage = stage
        self._name = name
        self._clock = clock
        self._at = clock()
        self._batch: list[Told] = []
        self._long: list[Telling] = []
        self._skipped = 0
        self._serials_named: dict[str, int] = {}
        _, note = self._recorder.tracked(name)
        self.totals = msgspec.json.decode(note, type=Totals) if note else Totals()

    async def run(self, progress: Callable[[int], None]) -> Totals:
        """Record all that is not recorded yet."""
        totals = self.totals
        if totals.is_finished:
            return Totals(rows=totals.rows, repeats=totals.rows, is_finished=True)
        await self._take_serials()
        done = totals.steps
        telling: Telling | None = None
        for ordinal, row in self._stage.staged(totals.record):
            if telling is None or telling.ordinal != ordinal:
                if telling is not None:
                    self._leave(telling)
                    await self._flush_over(BATCH_ROWS, telling, progress)
                telling = await self._begin(ordinal, row.key)
            if self._skipped < done:
                self._skip(telling, row, done)
                continue
            await self._flush_over(BATCH_ROWS_MAX, telling, progress)
            try:
                self._batch.append(await self._tell(telling, self._teller.step(telling, row)))
            except BadRow as bad:
                self._stage.reject(row, str(bad))
            totals.rows += 1
        if telling is not None:
            self._leave(telling)
            totals.is_finished = True
            await self._flush(telling)
        progress(totals.rows)
        return totals

    async def _flush_over(
        self, rows: int, telling: Telling, progress: Callable[[int], None]
    ) -> None:
        if len(self._batch) >= rows:
            await self._flush(telling)
            progress(self.totals.rows)

    def _skip(self, telling: Telling, row: Row, done: int) -> None:
        """Pass over a row that is done, of the record in which the import was interrupted."""
        self._skipped += 1
        self._teller.step(telling, row)
        if not self._stage.is_rejected(row):
            telling.last = row
        if self._skipped == done:
            telling.story = self._load(telling.id)

    # Numbers -----------------------------------------------------------------------------

    async def _take_serials(self) -> None:
        """Keep the desk from using the numbers of this file, or reserve new ones for its records.

        The reservation is noted before the first is used: an interrupted import goes on with it.
        """
        totals, mapping = self.totals, self._teller.mapping
        prefix = KINDS[mapping.record].prefix
        if not mapping.number.allocate:
            self._recorder.advance_serial(prefix, self._stage.serial_max)
            return
        if totals.first_serial:
            return
        for ordinal, key in enumerate(self._stage.keys(), 1):
            claim = self._teller.begin(ordinal, key).claim
            if await self._recorder.claimed(claim) is None:
                totals.serials += 1
        totals.first_serial = await self._recorder.reserve(prefix, max(totals.serials, 1))
        self._note()

    async def _begin(self, ordinal: int, key: str) -> Telling:
        if not self._teller.mapping.number.allocate:
            return self._teller.begin(ordinal, key)
        totals = self.totals
        held = await self._recorder.claimed(self._teller.begin(ordinal, key).claim)
        if held is None:
            serial = totals.first_serial + totals.serials_used
            totals.serials_used += 1
        else:
            serial = serial_of(held)
            used = serial - totals.first_serial + 1
            if totals.serials_used < used <= totals.serials:
                totals.serials_used = used
        return self._teller.begin(ordinal, key, serial)

    def _leave(self, telling: Telling) -> None:
        if telling.story.record.version >= snapshots.EVENTS_BETWEEN_SNAPSHOTS:
            self._long.append(telling)

    # Telling -----------------------------------------------------------------------------

    async def _tell(self, telling: Telling, step: Step) -> Told:
        """What a row adds to what is told so far. Raises BadRow."""
        is_new = telling.story.record.version == 0
        reading = self._teller.read(step.row)
        references = self._teller.related.take_new()
        related, claims = await self._settle(references, step) if references else ([], [])
        try:
            entries = self._teller.tell(telling, step, reading, self._at)
        except BadRow:
            self._teller.related.new += references
            raise
        if is_new:
            claims.append((telling.claim, telling.id))
        version = telling.story.record.version
        return Told(telling, step, is_new, version, (*related, *entries), len(related), claims)

    async def _settle(
        self, references: list[Reference], step: Step
    ) -> tuple[list[Entry], list[tuple[str, UUID]]]:
        """How the records begin that a row is the first to name. Raises BadRow."""
        entries: list[Entry] = []
        claims: list[tuple[str, UUID]] = []
        for reference in references:
            try:
                is_new = await self._is_new(reference)
            except BadRow:
                related = self._teller.related
                related.refuse(reference)
                related.new += [other for other in references if other is not reference]
                raise
            if is_new:
                entries.append(self._teller.begin_related(reference, step, self._at))
                if reference.claim:
                    claims.append((reference.claim, reference.id))
                if reference.is_numbered:
                    prefix, serial = prefix_of(reference.id), serial_of(reference.id)
                    self._serials_named[prefix] = max(self._serials_named.get(prefix, 0), serial)
        return entries, claims

    async def _is_new(self, reference: Reference) -> bool:
        if await self._recorder.version(reference.id) == 0:
            return True
        if reference.is_numbered:
            await self._require_claim(reference.claim, reference.id)
        return False

    async def _require_claim(self, claim: str, id: UUID) -> None:
        if await self._recorder.claimed(claim) != id:
            raise BadRow(
                f"{number_of(id)} is here already, and is not from {self._teller.mapping.source}"
            )

    def _load(self, id: UUID) -> Story:
        story = Story(KIND_OF_PREFIX[prefix_of(id)](id))
        for entry in self._ledger.history(id):
            story.fold(entry)
        return story

    # Recording ---------------------------------------------------------------------------

    async def _flush(self, telling: Telling) -> None:
        """Record what waits, and note that all is done until here."""
        batch, self._batch = self._batch, []
        if batch:
            try:
                self._record(batch)
            except (IntegrityError, Refused):
                await self._record_one_by_one(batch)
        for prefix, serial in self._serials_named.items():
            self._recorder.advance_serial(prefix, serial)
        self._serials_named.clear()
        self.totals.record, self.totals.steps = telling.ordinal, telling.steps
        self._note()
        for long in self._long:
            record = long.story.record
            if not record.has_words:
                state = snapshots.take(record)
                await self._recorder.keep_snapshot(record.id, record.version, state)
        self._long.clear()
        self._teller.related.make_room()
        self._at = self._clock()
        # Whoever wants to stop the import can do so between two batches.
        await asyncio.sleep(0)

    def _note(self) -> None:
        note = msgspec.json.encode(self.totals).decode()
        self._recorder.track(self._name, self.totals.rows, note)

    def _record(self, batch: list[Told]) -> None:
        """Raises IntegrityError if anything is in the way, and Refused if a person was erased."""
        mapper = self._ledger.mapper
        if subjects := mapper.subjects(entry for told in batch for entry in told.entries):
            mapper.keys.ensure(subjects)
        writes = [
            Write(
                command=told.step.command,
                subject=told.telling.id,
                version=told.version,
                events=[mapper.to_stored_event(entry) for entry in told.entries],
                claims=told.claims,
            )
            for told in batch
        ]
        for told, receipt in zip(batch, self._recorder.append_now(writes), strict=True):
            self._count(told, receipt)

    def _count(self, told: Told, receipt: Receipt) -> None:
        totals = self.totals
        if receipt.is_repeat:
            totals.repeats += 1
            return
        totals.records += told.is_new
        totals.related += told.related
        totals.events += len(told.entries)
        if self._ledger.observers:
            first = receipt.position - len(told.entries) + 1
            for offset, entry in enumerate(told.entries):
                entry.position = first + offset
            for observe in self._ledger.observers:
                observe(told.entries)

    async def _record_one_by_one(self, batch: list[Told]) -> None:
        """Record on what the ledger has: a row that is there is skipped, one that cannot be is
        rejected, and the others are told anew."""
        self._teller.related.forget()
        telling: Telling | None = None
        last: Row | None = None
        refused = ""
        for told in batch:
            if told.telling is not telling:
                telling, last = told.telling, told.step.before
                telling.story = self._load(telling.id)
                refused = await self._refusal(telling)
            step = told.step._replace(before=last)
            if receipt := await self._recorder.receipt(step.command):
                self._count(told, receipt)
                last = step.row
                continue
            try:
                if refused:
                    raise BadRow(refused)
                await self._record_alone(telling, step)
                last = step.row
            except BadRow as bad:
                self._stage.reject(step.row, str(bad))
            telling.last = last

    async def _refusal(self, telling: Telling) -> str:
        """Why nothing can be imported into a record, or ""."""
        if telling.story.record.version:
            try:
                await self._require_claim(telling.claim, telling.id)
            except BadRow as bad:
                return str(bad)
        return ""

    async def _record_alone(self, telling: Telling, step: Step) -> None:
        for _ in range(ATTEMPTS_MAX):
            told = await self._tell(telling, step)
            try:
                self._record([told])
                return
            except ClaimTaken as taken:
                trouble = f"the name {taken.name} belongs to another record"
            except IntegrityError:
                trouble = "the record is being changed by others all the time"
            except Refused as refused:
                trouble = str(refused)
            self._teller.related.forget()
            telling.story = self._load(telling.id)
        raise BadRow(trouble)
