"""Tickets brought before management: up the chain of managers, unless somebody is named."""

from collections.abc import Sequence
from typing import Unpack
from uuid import UUID

from domain import escalation
from domain.desk.desk import Base, Repeat
from domain.escalated import Escalated
from domain.ledger import Work
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.rules import require


class Management(Base):
    async def escalate_hierarchically(
        self,
        kind: type[Escalated],
        id: UUID,
        *,
        reason: str,
        to: Sequence[UUID] | None = None,
        level: int | None = None,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Tell management: these people, or else the managers of those who were told last. If
        nobody was told: the manager of who has the ticket, or who leads the team. Without a level,
        it is the next one."""
        self.directory.catch_up()

        async def decide(work: Work) -> None:
            ticket = await work.get(kind, id, expected=expected)
            for person in to or ():
                self.active_person("to", person)
            above = tuple(to or ()) or escalation.managers(
                ticket, self._told(ticket), self.directory
            )
            require(len(above) > 0, "to: nobody is found up the chain of managers: name somebody.")
            next_level = ticket.escalation_level + 1 if level is None else level
            ticket.escalate_hierarchically(to=above, level=next_level, reason=reason, by=by)

        return await self.ledger.run(by, decide, **repeat)

    def _told(self, ticket: Escalated) -> Sequence[UUID]:
        """Who was told last."""
        if ticket.escalation_level == 0:
            return ()
        events = (entry.event for entry in reversed(self.ledger.history(ticket.id)))
        told = (one.to for one in events if isinstance(one, Escalated.EscalatedHierarchically))
        return next(told, ())
