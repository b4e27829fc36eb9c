"""Lets assignment rules act: upon each event that follows in the ledger, and on their schedules."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError

from domain.aggregate import Entry
from domain.desk import Desk
from domain.desk.triage import ACTOR, InForce
from domain.ids import number_of
from domain.provenance import Cause, Provenance
from domain.ruled import Ruled
from domain.rules import Outdated
from domain.triage import EVENTS, period
from workflows.follower import Follower, stored_names

TICKETS_AT_ONCE = 250
WAIT = timedelta(seconds=1)
"""When it looks again, as long as it is not done with all open tickets."""
STAY = 2.0
"""So many seconds a sweep gives to schedules: marks are to be punctual."""

log = logging.getLogger(__name__)


class Triage(Follower):
    """Follows the ledger, and lets the rules see to each event in turn."""

    name = "triage"
    actor = ACTOR

    def topics(self) -> list[str]:
        return stored_names(Ruled, frozenset().union(*EVENTS.values()))

    def is_idle(self) -> bool:
        return not any(rule.versions for rule in self.desk.directory.assignment_rules())

    async def see_to(self, entry: Entry, sign: Callable[[str, Cause], Provenance]) -> int:
        return await self.desk.triage(entry, sign)


class Schedules:
    """Lets rules with a schedule see to all open tickets, once a period. It is part of the
    sweep."""

    def __init__(self, desk: Desk, *, tickets_at_once: int = TICKETS_AT_ONCE) -> None:
        self.desk = desk
        self.tickets_at_once = tickets_at_once
        self._done: dict[tuple[UUID, int], int] = {}
        """The latest slot of each version of a rule in which all tickets were seen to."""
        self._after: dict[tuple[UUID, int, int], UUID] = {}

    async def keep(self, now: datetime, workflow: str) -> datetime | None:
        """See to what is due. Returns when the next period of a rule begins."""
        until = asyncio.get_running_loop().time() + STAY
        self.desk.directory.catch_up()
        next: list[datetime] = []
        for rule in self.desk.rules_in_force(now):
            if not rule.definition.every:
                continue
            length = period(rule.definition.every)
            since = self._since(rule)
            slot = int((now - since) / length)
            next.append(since + (slot + 1) * length)
            if slot > self._done.get((rule.id, rule.version), 0):
                if await self._look(rule, slot, now, until):
                    self._done[rule.id, rule.version] = slot
                else:
                    next.append(now + WAIT)
        return min(next, default=None)

    def _since(self, rule: InForce) -> datetime:
        record = self.desk.directory.assignment_rule(rule.id)
        assert record is not None
        return record.published_at[rule.version - 1]

    async def _look(self, rule: InForce, slot: int, now: datetime, until: float) -> bool:
        """Go on with the tickets of a slot, until a moment of the loop. Whether all are done."""
        key = rule.id, rule.version, slot
        while asyncio.get_running_loop().time() < until:
            after = self._after.get(key)
            ids = await self.desk.open_tickets(after, self.tickets_at_once)
            if ids is None:
                return False
            for id in ids:
                try:
                    await self.desk.triage_open(
                        rule, id, slot, lambda step, cause: Triage.signed(step, cause, now)
                    )
                except Outdated:
                    return False
                except MapperDeserialisationError:
                    log.exception("%s cannot be read: no rule sees it.", number_of(id))
            if len(ids) < self.tickets_at_once:
                self._after.pop(key, None)
                return True
            self._after[key] = ids[-1]
        return False
