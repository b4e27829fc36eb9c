"""Open tickets are given a version of a service level policy, or of a calendar, that is for them,
some at a time.

Each ticket is a command of its own, with an id made of the version and the ticket; how far it went
is recorded on the policy. So it goes on where it was, whatever ends in between, and nothing is done
twice.
"""

import asyncio
import logging
from collections.abc import Callable
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError

from domain.calendar import Calendar
from domain.change import Change
from domain.desk.changes_calendar import ChangeCalendar
from domain.desk.incidents import Incidents
from domain.ids import number_of, prefix_of
from domain.incident import Incident
from domain.ledger import Work
from domain.open_tickets import ForOpenTickets
from domain.promises import Promises
from domain.provenance import Provenance
from domain.question import Question
from domain.rules import DomainError
from domain.service_level_policy import ServiceLevelPolicy
from domain.service_request import ServiceRequest

AT_ONCE = 16
GIVEN: dict[str, type[ForOpenTickets]] = {
    kind.prefix: kind for kind in (ServiceLevelPolicy, Calendar)
}
KINDS: dict[str, type[Promises]] = {
    kind.prefix: kind for kind in (Incident, Change, Question, ServiceRequest)
}

log = logging.getLogger(__name__)

Sign = Callable[[str], Provenance]
"""Signs a step, by a name that is the same whenever the step is taken."""


class PolicyMoves(Incidents, ChangeCalendar):
    def unfinished_moves(self) -> list[ForOpenTickets]:
        """The policies and calendars that open tickets are still to be given."""
        self.directory.catch_up()
        records = (*self.directory.service_level_policies(), *self.directory.calendars())
        return [one for one in records if one.move is not None and not one.move.is_done]

    async def give_open_tickets(self, record: UUID, *, limit: int, sign: Sign) -> bool:
        """Give a policy or a calendar to so many more of the open tickets. Whether all have it."""
        kind = GIVEN[prefix_of(record)]
        known = await self.ledger.find(kind, record)
        move = known.move
        if move is None or move.is_done:
            return True
        ids = await self._outlook.open_tickets(move.after, limit)
        if ids is None:
            return False
        turns = asyncio.Semaphore(AT_ONCE)
        name = f"{known.number}/{move.version}"

        async def give(id: UUID) -> bool:
            async with turns:
                by = sign(f"{name}/{number_of(id)}")
                return await self._give(id, known.id, move.version, by)

        given = await asyncio.gather(*(give(id) for id in ids))
        is_done = len(ids) < limit
        step = sign(f"{name}/after/{'none' if move.after is None else number_of(move.after)}")

        def note(record: ForOpenTickets) -> None:
            record.note_moved(
                move.version,
                after=ids[-1] if ids else None,
                seen=len(ids),
                moved=sum(given),
                is_done=is_done,
                by=step,
            )

        await self.ledger.edit(kind, known.id, note, by=step, is_repeatable=True)
        return is_done

    async def _give(self, id: UUID, record: UUID, version: int, by: Provenance) -> bool:
        """Promise a ticket what the policies say now. Whether it has this version now."""

        async def decide(work: Work) -> None:
            ticket = await work.get(KINDS[prefix_of(id)], id)
            if not ticket.is_over:
                self._apply_service_level(ticket, by)

        try:
            await self.ledger.run(by, decide, is_repeatable=True)
            ticket = await self.ledger.find(KINDS[prefix_of(id)], id)
        except (DomainError, MapperDeserialisationError) as error:
            # One ticket that cannot be given it must not hold up the others.
            log.warning("%s is not given a service level: %s", number_of(id), error)
            return False
        counts = [one for one in ticket.promised.values() if one.commitments]
        made = {(one.policy, one.policy_version) for one in counts}
        return (record, version) in made | {(one.calendar, one.calendar_version) for one in counts}
