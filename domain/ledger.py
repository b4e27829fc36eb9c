"""The ledger: every event of the desk in order, and the records that they add up to.

A command runs against working copies in a `Work`; what they recorded is saved in one transaction
with the command's receipt. A cached record that another process has moved on is found out by the
conflict at saving, or by a look at the store before a refusal is believed; then the command is
decided again on the latest state.
"""

from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from eventsourcing.persistence import IntegrityError, PersistenceError

from domain import snapshots
from domain.aggregate import KIND_OF_PREFIX, Aggregate, Entry
from domain.ids import prefix_of, record_id
from domain.key_tree import Part
from domain.mapper import LedgerMapper
from domain.personal import KeyRing
from domain.provenance import Provenance
from domain.recorder import ClaimTaken, LedgerRecorder, Receipt, Write
from domain.records import Records, of_kind
from domain.rules import DomainError, KeyReused, Outdated, Refused
from domain.serials import Serials
from domain.turns import Turns

A = TypeVar("A", bound=Aggregate)

ATTEMPTS_MAX = 30
PAGE = 1_000
EVENTS_PER_COMMAND_MAX = 1_000


class Ledger:
    def __init__(self, recorder: LedgerRecorder, keys: KeyRing) -> None:
        self.recorder = recorder
        self.mapper = LedgerMapper(keys)
        self.observers: list[Callable[[Sequence[Entry]], None]] = []
        """Called with the entries of each command that this process recorded, in no fixed order
        between commands."""
        self.rules: list[Callable[[Aggregate], Awaitable[None]]] = []
        """Asked about each record that a command changed, before that is recorded. They refuse,
        or record on it what follows."""
        self.checks: list[Callable[[Work, Sequence[Aggregate]], Awaitable[None]]] = []
        """Asked about each command and the records that it changed, after the rules. They
        refuse."""
        self.records = Records(recorder, self.mapper)
        self.turns = Turns()
        """Commands on one record take turns in a process."""
        self.removed_to: int | None = None
        """Up to where this process has carried out removals of words; None as long as it has not
        looked."""
        self._serials = Serials(recorder)

    # Commands ----------------------------------------------------------------------------

    async def run(
        self,
        by: Provenance,
        decide: Callable[["Work"], Awaitable[object]],
        *,
        fingerprint: bytes = b"",
        is_repeatable: bool = False,
    ) -> Receipt:
        """Run a command once. `is_repeatable` says that its id may have been used before.

        Raises what `decide` refuses; Outdated after too many conflicts; KeyReused if the id
        belongs to another command.
        """
        work = Work(self, by)
        try:
            for _ in range(ATTEMPTS_MAX):
                try:
                    await decide(work)
                    changed = await self._allowed(work)
                    if changed or not await work.has_moved():
                        return await self._save(work, changed, fingerprint, is_repeatable)
                except DomainError:
                    # Saving finds the receipt of a repeat by itself; a refusal has to ask for it.
                    if is_repeatable and (receipt := await self.recorder.receipt(by.command)):
                        return repeat_of(receipt, fingerprint)
                    if not await work.has_moved():
                        raise
                except ClaimTaken as taken:
                    if await self.recorder.claimed(taken.name):
                        raise Refused(work.rule_of(taken.name)) from None
                except IntegrityError:
                    await work.refresh()
                work.forget()
            raise Outdated("Too many commands at the same time. Try again.", version=0)
        finally:
            work.release()

    async def repeated(
        self, by: Provenance, *, fingerprint: bytes = b"", is_repeatable: bool = False
    ) -> Receipt | None:
        """The receipt of a command that was run before under this id, None if there is none: for
        those that cost much before they are run. Raises KeyReused as `run` does."""
        receipt = await self.recorder.receipt(by.command) if is_repeatable else None
        return None if receipt is None else repeat_of(receipt, fingerprint)

    async def _allowed(self, work: "Work") -> list[Aggregate]:
        """The records that a command changed, if all rules let them be recorded."""
        changed = work.changed()
        for record in changed:
            for rule in self.rules:
                await rule(record)
        for check in self.checks:
            await check(work, changed)
        return changed

    async def edit(
        self,
        kind: type[A],
        id: UUID,
        act: Callable[[A], object],
        *,
        by: Provenance,
        expected: int | None = None,
        fingerprint: bytes = b"",
        is_repeatable: bool = False,
    ) -> Receipt:
        """Command one record. Raises NotFound, and Outdated at another version than expected."""

        async def decide(work: "Work") -> None:
            act(await work.get(kind, id, expected=expected))

        return await self.run(by, decide, fingerprint=fingerprint, is_repeatable=is_repeatable)

    async def _save(
        self, work: "Work", changed: list[Aggregate], fingerprint: bytes, is_repeatable: bool
    ) -> Receipt:
        entries = [entry for aggregate in changed for entry in aggregate.pending]
        if len(entries) > EVENTS_PER_COMMAND_MAX:
            raise Refused(f"A command records at most {EVENTS_PER_COMMAND_MAX} events.")
        subject = work.subject
        version = subject.version if subject else 0
        id = subject.id if subject else work.by.command
        if not entries and not is_repeatable:
            return Receipt(command=work.by.command, subject=id, version=version, position=0)
        receipt = await self.recorder.append(
            Write(
                command=work.by.command,
                subject=id,
                version=version,
                events=self.mapper.stored(entries),
                claims=work.claims,
                releases=work.releases,
                fingerprint=fingerprint,
                answer=work.answer,
            )
        )
        if receipt.is_repeat:
            return repeat_of(receipt, fingerprint)
        await self.follow_up(changed, entries, receipt.position - len(entries))
        return receipt

    async def follow_up(self, changed: list[Aggregate], entries: list[Entry], before: int) -> None:
        """Keep and tell what was recorded after a position."""
        for position, entry in enumerate(entries, before + 1):
            entry.position = position
        due = []
        for aggregate in changed:
            recorded = len(aggregate.collect_events())
            self.records.keep(aggregate)
            if snapshots.is_due(aggregate, recorded):
                due.append(aggregate)
        if entries:
            for observe in self.observers:
                observe(entries)
        for aggregate in due:
            await self._snapshot(aggregate)

    async def _snapshot(self, record: Aggregate) -> None:
        try:
            await self.recorder.keep_snapshot(record.id, record.version, snapshots.take(record))
        except PersistenceError:
            pass  # The command is recorded. Another snapshot is taken in time.

    async def next_id(self, kind: type[Aggregate]) -> UUID:
        """A new id of a kind. Numbers run on; a few are left out when processes share the work."""
        return record_id(kind.prefix, await self._serials.next(kind.prefix))

    # Erasure -----------------------------------------------------------------------------

    def forget(self, person: UUID) -> None:
        """Carry out the erasure of a person in this process and for good: destroy their key, and
        keep no record at hand that was read with it."""
        self.mapper.keys.destroy(str(person))
        self.records.clear()

    def remove_words(self, removed: Collection[tuple[UUID, Part]]) -> None:
        """Carry out that parts of what records say were removed, as `forget` does."""
        if removed:
            self.mapper.keys.remove_words(removed)
            self.records.clear()

    # Records -----------------------------------------------------------------------------

    async def find(self, kind: type[A], id: UUID) -> A:
        """A record as it is now. The caller must not command it. Raises NotFound."""
        return of_kind(kind, id, await self.records.latest(id))

    async def at(
        self, kind: type[A], id: UUID, *, version: int | None = None, at: datetime | None = None
    ) -> A:
        """A record as it was at a version, or as it had been recorded at a moment."""
        aggregate: Aggregate | None = None
        for entry in self.history(id):
            if version is not None and entry.originator_version > version:
                break
            if at is not None and entry.event.by.at > at:
                break
            aggregate = aggregate or KIND_OF_PREFIX[prefix_of(id)](id)
            aggregate.replay(entry)
        return of_kind(kind, id, aggregate)

    def history(self, id: UUID) -> list[Entry]:
        """All that ever happened to one record, oldest first."""
        return [self.mapper.entry(row, row.id) for row in self.recorder.select_history(id)]

    async def past(self, id: UUID) -> list[Entry]:
        """The same without their positions, read in turn with others."""
        return [self.mapper.entry(row, 0) for row in await self.recorder.stream(id)]

    def after(self, position: int, limit: int = PAGE) -> list[Entry]:
        """The next entries of the ledger after a position, at most so many."""
        rows = self.recorder.select_notifications(position, limit, inclusive_of_start=False)
        return [self.mapper.entry(row, row.id) for row in rows]

    def all_of(self, kind: type[A]) -> Iterator[tuple[A, list[Entry]]]:
        """Every record of a small kind with its history."""
        record: A | None = None
        entries: list[Entry] = []
        for row in self.recorder.select_kind(kind.prefix):
            entry = self.mapper.entry(row, row.id)
            if record is None or record.id != entry.originator_id:
                if record is not None:
                    yield record, entries
                record, entries = kind(entry.originator_id), []
            record.replay(entry)
            entries.append(entry)
        if record is not None:
            yield record, entries

    def position(self) -> int:
        """The position of the latest event, 0 in an empty ledger."""
        return self.recorder.max_notification_id() or 0

    def position_at(self, moment: datetime) -> int:
        """How far the ledger had got by a moment; 0 before the first event.

        Processes whose clocks differ record moments that differ as much from the order in which
        they record.
        """
        first, last = 0, self.position()
        while first < last:
            middle = (first + last + 1) // 2
            [entry] = self.after(middle - 1, 1)
            if entry.event.by.at <= moment:
                first = middle
            else:
                last = middle - 1
        return first

    def has(self, position: int, by: Provenance) -> bool:
        """Whether what was recorded so belongs to what this ledger tells: here everything does."""
        return True

    async def peek(self, id: UUID) -> Aggregate | None:
        """A record from the cache, or loaded; possibly one that has been moved on elsewhere."""
        return await self.records.peek(id)


class Work:
    """One command at work: the records that it sees, on working copies."""

    def __init__(self, ledger: Ledger, by: Provenance) -> None:
        self.ledger = ledger
        self.by = by
        self.answer = b""
        """What is kept with the receipt, for a repeat to be told the same."""
        self.claims: list[tuple[str, UUID]] = []
        self.releases: list[str] = []
        self._rules: dict[str, str] = {}
        self._copies: dict[UUID, Aggregate] = {}
        self._seen: dict[UUID, int] = {}
        self._turn: UUID | None = None

    @property
    def subject(self) -> Aggregate | None:
        """The record that the command is about: the first that it took or added."""
        return next(iter(self._copies.values()), None)

    async def get(self, kind: type[A], id: UUID, *, expected: int | None = None) -> A:
        """A record to command. Raises NotFound, and Outdated at another version than expected."""
        if id in self._copies:
            return of_kind(kind, id, self._copies[id])
        if self._turn is None:
            # Whoever waits for one record only cannot be part of a deadlock.
            if not self.ledger.turns.take(id):
                await self.ledger.turns.wait(id)
            self._turn = id
        record = await self.ledger.peek(id)
        if record is not None and expected is not None and record.version != expected:
            record = await self.ledger.records.forward(record)
        found = of_kind(kind, id, record)
        if expected is not None and found.version != expected:
            raise Outdated(
                f"{found.number} is at version {found.version}, not {expected}.",
                version=found.version,
            )
        self._seen[id] = found.version
        copy = found.fork()
        self._copies[id] = copy
        return copy

    async def read(self, kind: type[A], id: UUID) -> A:
        """A record that the command looks at without changing it. Raises NotFound."""
        if id in self._copies:
            return of_kind(kind, id, self._copies[id])
        found = of_kind(kind, id, await self.ledger.peek(id))
        self._seen[id] = found.version
        return found

    def add(self, record: A) -> A:
        """Record a new record with the others."""
        self._copies[record.id] = record
        return record

    def claim(self, name: str, id: UUID, rule: str) -> None:
        """Take a name for a record, as long as no other has it; `rule` is said if one has."""
        self.claims.append((name, id))
        self._rules[name] = rule

    def release_claim(self, name: str) -> None:
        """Give a name back."""
        self.releases.append(name)

    def rule_of(self, name: str) -> str:
        return self._rules.get(name, "A name is taken already.")

    def changed(self) -> list[Aggregate]:
        return [copy for copy in self._copies.values() if copy.pending]

    async def has_moved(self) -> bool:
        """Whether a record was moved on by somebody else since this command looked at it."""
        moved = False
        for id, version in self._seen.items():
            record = await self.ledger.peek(id)
            if (
                record is not None
                and (await self.ledger.records.forward(record)).version != version
            ):
                moved = True
        return moved

    async def refresh(self) -> None:
        for id in self._seen:
            record = await self.ledger.peek(id)
            if record is not None:
                await self.ledger.records.forward(record)

    def forget(self) -> None:
        """Start again: in the same turn, without the copies."""
        self._copies.clear()
        self._seen.clear()
        self.claims.clear()
        self.releases.clear()
        self.answer = b""

    def release(self) -> None:
        if self._turn is not None:
            self.ledger.turns.give(self._turn)


def repeat_of(receipt: Receipt, fingerprint: bytes) -> Receipt:
    """The receipt as a repeat gets it. Raises KeyReused if something else was asked."""
    if fingerprint and receipt.fingerprint and receipt.fingerprint != fingerprint:
        raise KeyReused("This idempotency key was used before for another request.")
    return Receipt(
        command=receipt.command,
        subject=receipt.subject,
        version=receipt.version,
        position=receipt.position,
        fingerprint=receipt.fingerprint,
        answer=receipt.answer,
        is_repeat=True,
    )
