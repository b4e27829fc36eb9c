"""Locks of tickets, where their types ask for them: taken by who begins to edit, kept by all."""

from typing import Unpack
from uuid import UUID

from domain import edit_lock
from domain.aggregate import Aggregate
from domain.desk.desk import Base, Repeat
from domain.directory import Directory
from domain.ledger import Ledger, Work
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.ticket import Ticket


class EditLocks(Base):
    def __init__(self, ledger: Ledger, directory: Directory) -> None:
        super().__init__(ledger, directory)
        ledger.rules.append(_keep_lock)

    async def begin_edit(
        self,
        kind: type[Ticket],
        id: UUID,
        *,
        minutes: int,
        anyway: bool = False,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Say that one is editing a ticket. Others do not until then, if its type says so."""

        async def decide(work: Work) -> None:
            ticket = await work.get(kind, id, expected=expected)
            type = self.directory.ticket_type(ticket.what)
            locks = type is not None and type.definition.edits_lock
            ticket.begin_edit(minutes, anyway=anyway, locks=locks, by=by)

        return await self.ledger.run(by, decide, **repeat)


async def _keep_lock(record: Aggregate) -> None:
    if isinstance(record, Ticket):
        edit_lock.keep(record)
