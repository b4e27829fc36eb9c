"""Whom a ticket affects besides its requester: who has the trouble, too."""

from uuid import UUID

from domain.aggregate import Event
from domain.provenance import Provenance
from domain.rules import require
from domain.ticket_base import TicketBase

AFFECTED_MAX = 500


class AffectedPeople(TicketBase, abstract=True):
    affected_people: tuple[UUID, ...]

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.affected_people = ()

    def add_affected_person(self, person: UUID, *, by: Provenance) -> None:
        self.require_not_over()
        if person in self.affected_people:
            return
        require(
            len(self.affected_people) < AFFECTED_MAX,
            f"At most {AFFECTED_MAX} people are named whom a {self.what} affects.",
        )
        self.record(self.AffectedPersonAdded(by=by, person=person))

    class AffectedPersonAdded(Event):
        person: UUID

        def apply(self, ticket: "AffectedPeople", /) -> None:
            ticket.affected_people = (*ticket.affected_people, self.person)

    def remove_affected_person(self, person: UUID, *, by: Provenance) -> None:
        self.require_not_over()
        if person in self.affected_people:
            self.record(self.AffectedPersonRemoved(by=by, person=person))

    class AffectedPersonRemoved(Event):
        person: UUID

        def apply(self, ticket: "AffectedPeople", /) -> None:
            ticket.affected_people = tuple(
                one for one in ticket.affected_people if one != self.person
            )
