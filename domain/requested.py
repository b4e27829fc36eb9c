"""Who asks for a ticket, and to whose organisation it belongs for that."""

from typing import Annotated, Any
from uuid import UUID

from domain import text
from domain.aggregate import Event
from domain.personal import Personal
from domain.provenance import Provenance
from domain.ticket_base import TicketBase


class Requested(TicketBase, abstract=True):
    organisation: UUID | None

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.organisation = None

    def change_requester(
        self, requester: UUID, *, organisation: UUID | None, reason: str, by: Provenance
    ) -> None:
        """Let another person ask, to whose organisation it belongs from then on. What was said of
        it before stays the old requester's to have erased."""
        self.require_not_over()
        reason = text.reason(reason, "Another requester needs a reason.")
        if (requester, organisation) == (self.requester, self.organisation):
            return
        self.require_changeable_requester()
        self.record(
            self.RequesterChanged(
                by=by, requester=requester, organisation=organisation, reason=reason
            )
        )

    def require_changeable_requester(self) -> None:
        """Refuse another requester where a kind has a reason of its own to."""

    class RequesterChanged(Event):
        """Somebody else asks, or for another organisation."""

        class_version = 2

        requester: UUID | None = None
        organisation: UUID | None = None
        reason: Annotated[str, Personal("actor")] = ""
        """Empty in imported histories."""

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Nobody gave a reason."""

        def apply(self, ticket: "Requested", /) -> None:
            ticket.requester = self.requester
            ticket.organisation = self.organisation
