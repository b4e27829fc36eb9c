"""The tasks of tickets, given to teams and people that can take them."""

from typing import Any, Unpack
from uuid import UUID

from domain.desk.desk import Base, Repeat
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.ticket_tasks import Tasks


class TaskActs(Base):
    async def add_task(
        self,
        kind: type[Tasks],
        id: UUID,
        title: str,
        *,
        team: UUID | None = None,
        assignee: UUID | None = None,
        expected: int | None = None,
        by: Provenance,
        fingerprint: bytes = b"",
        is_repeatable: bool = False,
        **given: Any,
    ) -> Receipt:
        """Add a task to a ticket, for a team or a person that can take it."""

        def add(ticket: Any) -> None:
            self._check_taker(team, assignee)
            ticket.add_task(title, team=team, assignee=assignee, **given, by=by)

        return await self.ledger.edit(
            kind,
            id,
            add,
            by=by,
            expected=expected,
            fingerprint=fingerprint,
            is_repeatable=is_repeatable,
        )

    async def assign_task(
        self,
        kind: type[Tasks],
        id: UUID,
        number: int,
        *,
        team: UUID | None = None,
        assignee: UUID | None = None,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Give a task of a ticket to a team, to a person, or to nobody."""

        def assign(ticket: Tasks) -> None:
            self._check_taker(team, assignee)
            ticket.assign_task(number, team=team, assignee=assignee, by=by)

        return await self.ledger.edit(kind, id, assign, by=by, expected=expected, **repeat)

    def _check_taker(self, team: UUID | None, assignee: UUID | None) -> None:
        if team is not None:
            self.active_team("team", team)
        if assignee is not None:
            self.active_person("assignee", assignee)
