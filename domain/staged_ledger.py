"""A ledger on which commands are decided one after the other, and recorded together."""

import asyncio
from uuid import UUID

from eventsourcing.persistence import IntegrityError

from domain.aggregate import Aggregate, Entry
from domain.ledger import EVENTS_PER_COMMAND_MAX, Ledger, Work, repeat_of
from domain.recorder import Receipt, Write
from domain.records import Records
from domain.rules import Refused


class StagedRecords(Records):
    """What is at hand, with what was decided on top."""

    def __init__(self, under: Records, ledger: Ledger) -> None:
        super().__init__(ledger.recorder, ledger.mapper)
        self._under = under
        self._staged: dict[UUID, Aggregate] = {}

    def stage(self, record: Aggregate) -> None:
        self._staged[record.id] = record

    def drop(self) -> None:
        self._staged = {}

    async def forward(self, record: Aggregate) -> Aggregate:
        # What others recorded meanwhile does not follow from what is not recorded yet.
        return record if record.id in self._staged else await super().forward(record)

    def keep(self, record: Aggregate) -> None:
        self._under.keep(record)

    def clear(self) -> None:
        self._under.clear()

    def _cached(self, id: UUID) -> Aggregate | None:
        return self._staged.get(id) or self._under._cached(id)


class StagedLedger(Ledger):
    """What a command would change is seen by the later ones, and by nobody else until all of it is
    committed, in one transaction or not at all. Its receipts name the position at which it began.
    """

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger.recorder, ledger.mapper.keys)
        self.mapper = ledger.mapper
        self._under = ledger
        self._staged = self.records = StagedRecords(ledger.records, self)
        self._before = ledger.position()
        self._writes: list[tuple[Write, list[Aggregate], list[Entry]]] = []
        self._entries: dict[UUID, list[Entry]] = {}
        self._claimed: dict[str, UUID] = {}
        self._released: set[str] = set()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to commit."""
        return not self._writes

    async def next_id(self, kind: type[Aggregate]) -> UUID:
        return await self._under.next_id(kind)

    def history(self, id: UUID) -> list[Entry]:
        return [*super().history(id), *self._entries.get(id, ())]

    async def past(self, id: UUID) -> list[Entry]:
        return [*await super().past(id), *self._entries.get(id, ())]

    async def _save(
        self, work: Work, changed: list[Aggregate], fingerprint: bytes, is_repeatable: bool
    ) -> Receipt:
        command, subject = work.by.command, work.subject
        if is_repeatable and (recorded := await self._recorded(command)):
            return repeat_of(recorded, fingerprint)
        if sum(len(record.pending) for record in changed) > EVENTS_PER_COMMAND_MAX:
            raise Refused(f"A command records at most {EVENTS_PER_COMMAND_MAX} events.")
        await self._take_names(work)
        entries = [entry for record in changed for entry in record.pending]
        receipt = Receipt(
            command=command,
            subject=subject.id if subject else command,
            version=subject.version if subject else 0,
            position=self._before,
        )
        self._take(work, receipt, changed, entries, fingerprint)
        for entry in entries:
            self._entries.setdefault(entry.originator_id, []).append(entry)
        for record in changed:
            record.collect_events()
            self._staged.stage(record)
        return receipt

    async def _recorded(self, command: UUID) -> Receipt | None:
        return await self.recorder.receipt(command)

    def _take(
        self,
        work: Work,
        receipt: Receipt,
        changed: list[Aggregate],
        entries: list[Entry],
        fingerprint: bytes,
    ) -> None:
        """Have it committed with the others."""
        write = Write(
            command=receipt.command,
            subject=receipt.subject,
            version=receipt.version,
            events=self.mapper.stored(entries),
            claims=tuple(work.claims),
            releases=tuple(work.releases),
            fingerprint=fingerprint,
            answer=work.answer,
        )
        self._writes.append((write, changed, entries))

    async def _take_names(self, work: Work) -> None:
        for name in work.releases:
            self._claimed.pop(name, None)
            self._released.add(name)
        for name, id in work.claims:
            is_taken = name in self._claimed or (
                name not in self._released and await self.recorder.claimed(name) is not None
            )
            if is_taken:
                raise Refused(work.rule_of(name))
            self._claimed[name] = id

    async def commit(self) -> None:
        """Record all that was decided since the last commit.

        Raises IntegrityError if somebody else was faster with any of it; then nothing is recorded,
        and it is forgotten.
        """
        staged = self._writes
        self.drop()
        if not staged:
            return
        writes = [write for write, _, _ in staged]
        try:
            receipts = await asyncio.to_thread(self.recorder.append_now, writes)
        except IntegrityError:
            for id in {record.id for _, changed, _ in staged for record in changed}:
                await self._under.records.latest(id)
            raise
        if any(receipt.is_repeat for receipt in receipts):
            raise IntegrityError("Some of it was recorded before.")
        for receipt, (_, changed, entries) in zip(receipts, staged, strict=True):
            await self._under.follow_up(changed, entries, receipt.position - len(entries))

    def drop(self) -> None:
        """Forget what was decided and not committed."""
        self._writes = []
        self._entries, self._claimed, self._released = {}, {}, set()
        self._staged.drop()
