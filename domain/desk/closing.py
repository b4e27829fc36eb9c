"""Tickets that are done: closed by themselves after a while, and taken up again within another.

How long that is, the type of the ticket says.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Unpack
from uuid import UUID

from msgspec.structs import replace

from domain.desk.changes_calendar import ChangeCalendar
from domain.desk.desk import Repeat
from domain.ledger import Work
from domain.life_cycle import LifeCycle, Reopenable
from domain.promises import RESOLUTION, Promises
from domain.provenance import Cause, Provenance
from domain.question import Question
from domain.recorder import Receipt
from domain.rules import require
from domain.ticket import Ticket
from domain.ticket_type import TicketType

CLOSED_AT_ONCE_MAX = 500


class Closing(ChangeCalendar):
    async def due_for_closing(self, now: datetime) -> Sequence[UUID]:
        """The tickets that were done long enough ago to be closed, those done first first."""
        found: list[UUID] = []
        for type in self.directory.ticket_types():
            if days := type.definition.close_after_days:
                done_before = now - timedelta(days=days)
                limit = CLOSED_AT_ONCE_MAX
                found += await self._outlook.done_before(type.ticket, done_before, limit)
        return found

    async def close_done(self, id: UUID, *, by: Provenance, **repeat: Unpack[Repeat]) -> Receipt:
        """Close a ticket that is due for it; without effect on one that is not any more."""

        async def decide(work: Work) -> None:
            ticket = await work.get(LifeCycle, id)
            type = self.directory.ticket_type(ticket.what)
            done_at = done(ticket)
            if type is None or done_at is None or ticket.is_over:
                return
            days = type.definition.close_after_days
            if days and done_at + timedelta(days=days) <= by.at:
                ticket.close(by=_because(type, by))

        return await self.ledger.run(by, decide, **repeat)

    async def reopen(
        self,
        kind: type[Reopenable],
        id: UUID,
        *,
        reason: str,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Take a ticket up again, if it was not done too long ago."""

        async def decide(work: Work) -> None:
            ticket = await work.get(kind, id, expected=expected)
            self._require_recent(ticket, by)
            ticket.reopen(reason=reason, by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def ask_again(
        self,
        id: UUID,
        *,
        question: str,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Ask a question again, if it was not answered too long ago."""

        async def decide(work: Work) -> None:
            ticket = await work.get(Question, id, expected=expected)
            self._require_recent(ticket, by)
            ticket.ask_again(question=question, by=by)

        return await self.ledger.run(by, decide, **repeat)

    def _require_recent(self, ticket: Ticket, by: Provenance) -> None:
        type, done_at = self.directory.ticket_type(ticket.what), done(ticket)
        days = 0 if type is None else type.definition.reopen_within_days
        if days and done_at is not None:
            is_recent = by.effective_at <= done_at + timedelta(days=days)
            require(is_recent, f"This {ticket.what} was done more than {days} days ago.")


def done(ticket: Ticket) -> datetime | None:
    """When a ticket was resolved, answered or fulfilled; None while it is not."""
    return ticket.met_at(RESOLUTION) if isinstance(ticket, Promises) else None


def _because(type: TicketType, by: Provenance) -> Provenance:
    workflow = "" if by.cause is None else by.cause.workflow
    return replace(
        by, cause=Cause(rule=type.number, rule_version=type.definition_version, workflow=workflow)
    )
