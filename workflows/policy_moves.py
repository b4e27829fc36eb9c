"""Gives open tickets the versions of policies and calendars that are for them. It is part of the
sweep."""

import asyncio
import logging
from datetime import datetime, timedelta
from uuid import UUID

from domain.desk import Desk
from domain.provenance import Provenance
from domain.rules import DomainError
from workflows.signing import signed

ACTOR = "policy-clock"
TICKETS_AT_ONCE = 250
STAY = 2.0
"""So many seconds a sweep gives to it, and a little more: marks are to be punctual."""
WAIT = timedelta(seconds=1)
"""When it looks again, as long as the views do not tell of all that is recorded."""

log = logging.getLogger(__name__)


class PolicyMoves:
    def __init__(self, desk: Desk, *, tickets_at_once: int = TICKETS_AT_ONCE) -> None:
        self.desk = desk
        self.tickets_at_once = tickets_at_once

    async def keep(self, now: datetime, workflow: str) -> datetime | None:
        """Go on with what is not done. Returns when it wants to go on."""
        loop = asyncio.get_running_loop()
        until = loop.time() + STAY
        left = []
        for record in self.desk.unfinished_moves():
            try:
                is_done = await self._give(record.id, until, now, workflow)
            except DomainError as error:
                log.warning("%s is not given to open tickets: %s", record.number, error)
                is_done = False
            if not is_done:
                left.append(record)
        if not left:
            return None
        return now if loop.time() >= until else now + WAIT

    async def _give(self, record: UUID, until: float, now: datetime, workflow: str) -> bool:
        """Give one record to open tickets, until a moment of the loop. Whether all have it."""

        def sign(step: str) -> Provenance:
            return signed(ACTOR, workflow, step, now)

        while True:
            before = await self._version(record)
            if await self.desk.give_open_tickets(record, limit=self.tickets_at_once, sign=sign):
                return True
            if await self._version(record) == before or asyncio.get_running_loop().time() >= until:
                return False

    async def _version(self, record: UUID) -> int:
        known = await self.desk.ledger.peek(record)
        return known.version if known else 0
