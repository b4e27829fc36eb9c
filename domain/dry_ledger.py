"""A ledger that decides as another would, and records nothing: for finding out what would be."""

from uuid import UUID

from domain.aggregate import Aggregate
from domain.ids import SERIAL_MAX, record_id
from domain.ledger import EVENTS_PER_COMMAND_MAX, Ledger, Work
from domain.recorder import Receipt
from domain.rules import Refused


class DryLedger(Ledger):
    """What a command would change is seen by the later ones, and by nobody else. New records have
    numbers that no record will ever have."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger.recorder, ledger.mapper.keys)
        self._numbers = 0
        self._claimed: dict[str, UUID] = {}
        self._released: set[str] = set()

    async def next_id(self, kind: type[Aggregate]) -> UUID:
        self._numbers += 1
        return record_id(kind.prefix, SERIAL_MAX - self._numbers)

    def forget(self, person: UUID) -> None:
        """Destroy no key."""

    async def _save(
        self, work: Work, changed: list[Aggregate], fingerprint: bytes, is_repeatable: bool
    ) -> Receipt:
        if sum(len(record.pending) for record in changed) > EVENTS_PER_COMMAND_MAX:
            raise Refused(f"A command records at most {EVENTS_PER_COMMAND_MAX} events.")
        await self._take_names(work)
        subject = work.subject
        for record in changed:
            record.collect_events()
            self.records.keep(record)
        return Receipt(
            command=work.by.command,
            subject=subject.id if subject else work.by.command,
            version=subject.version if subject else 0,
            position=0,
        )

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
