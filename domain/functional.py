"""Tickets that are escalated functionally: handed over to the people who know more."""

from typing import Annotated
from uuid import UUID

from domain import text
from domain.aggregate import Event
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import require
from domain.team import SUPPORT_LEVELS
from domain.ticket import Ticket


class FunctionallyEscalated(Ticket, abstract=True):
    support_level: int

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.support_level = 1

    @property
    def is_at_work(self) -> bool:
        raise NotImplementedError

    def escalate_functionally(
        self,
        *,
        team: UUID,
        support_level: int,
        reason: str,
        assignee: UUID | None = None,
        by: Provenance,
    ) -> None:
        """Hand over to another team or level of support, with the reason of the hand-over."""
        require(self.is_at_work, f"Only an open {self.what} can be escalated.")
        require(support_level in SUPPORT_LEVELS, "The levels of support are 1, 2 and 3.")
        require(
            team != self.team or support_level != self.support_level,
            "An escalation leads to another team or level of support.",
        )
        self.require_taker(assignee)
        self.record(
            self.EscalatedFunctionally(
                by=by,
                team=team,
                assignee=assignee,
                support_level=support_level,
                reason=text.reason(reason, "A functional escalation needs a reason."),
            )
        )

    class EscalatedFunctionally(Event):
        team: UUID
        support_level: int
        reason: Annotated[str, Personal("actor")]
        assignee: UUID | None = None

        def apply(self, ticket: "FunctionallyEscalated", /) -> None:
            ticket.hand_to(self.team, self.assignee)
            ticket.support_level = self.support_level
