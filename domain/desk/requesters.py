"""Tickets that another person asks for than whoever did, and that belong elsewhere by that."""

from typing import Unpack
from uuid import UUID

from domain.desk.desk import Repeat
from domain.desk.orders import Orders
from domain.ledger import Work
from domain.offering import Offering
from domain.person import Person
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.rules import require
from domain.service_request import ServiceRequest
from domain.ticket import Ticket


class Requesters(Orders):
    async def change_requester(
        self,
        kind: type[Ticket],
        id: UUID,
        *,
        requester: UUID,
        reason: str,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Let another person ask for a ticket, which belongs to their organisation then. Whoever
        watches it and is neither of that nor of the operator watches it no more."""
        self.directory.catch_up()

        async def decide(work: Work) -> None:
            person = self.active_person("requester", requester)
            ticket = await work.get(kind, id, expected=expected)
            is_moved = ticket.organisation != person.organisation
            ticket.change_requester(
                requester, organisation=person.organisation, reason=reason, by=by
            )
            await self._check_offer(ticket, person)
            if is_moved:
                for watcher in ticket.watchers:
                    if not self._may_watch(watcher, person.organisation):
                        ticket.unwatch(watcher, by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def _check_offer(self, ticket: Ticket, person: Person) -> None:
        """Refuse an order of what is not offered to a person."""
        if not isinstance(ticket, ServiceRequest) or ticket.offering is None:
            return
        offering = await self.ledger.find(Offering, ticket.offering)
        require(
            self._is_for(offering.definition_of(ticket.offering_version), person),
            f"requester: {offering.number} is not offered to {person.number}.",
        )

    def _may_watch(self, watcher: UUID, organisation: UUID | None) -> bool:
        person = self.directory.person(watcher)
        return person is not None and (
            person.organisation == organisation or self.directory.is_operator(person.organisation)
        )
