"""Holds approvals when a freeze begins, and lets them go on when it ends.

It is part of the sweep of the clocks, which comes at those moments, and when an asset becomes
another for freezes. What it records counts from the moment when the freeze began or ended, however
late the sweep comes; and each act on an approval is preceded by what freezes did until then.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError

from domain.desk import Desk
from domain.ids import number_of
from domain.rules import DomainError
from workflows.signing import signed

ACTOR = "freeze-clock"

log = logging.getLogger(__name__)


class Freezes:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._seen: object = None
        self._looked: datetime | None = None
        self._position = 0
        """What happened to assets is known up to here."""

    async def keep(self, now: datetime, workflow: str) -> datetime | None:
        """Tell all changes in approval, if a freeze has begun or ended since last time; else those
        whose assets have become others. Returns when the next one begins or ends, if that is
        soon."""
        found, head = self.desk.freezes_at(now), self.desk.ledger.position()
        if found != self._seen or self._has_missed(now):
            await self._tell(
                await self.desk.in_approval() if self.desk.has_freezes() else (), now, workflow
            )
            self._seen, self._looked = found, now
        elif found:
            assets = await asyncio.to_thread(self.desk.rescoped, self._position, head)
            await self._tell(await self.desk.affecting(assets), now, workflow)
        self._position = head
        return self.desk.next_turn_of_freezes(now)

    def _has_missed(self, now: datetime) -> bool:
        """Whether a freeze has begun or ended that was not seen, as while the machine slept."""
        looked = self._looked
        return looked is None or self.desk.next_turn_of_freezes(looked, until=now) is not None

    async def _tell(self, told: Sequence[UUID], now: datetime, workflow: str) -> None:
        for id in told:
            by = signed(ACTOR, workflow, f"{number_of(id)}/freezes/{now.isoformat()}", now)
            try:
                await self.desk.keep_freezes(id, by=by, is_repeatable=True)
            except (DomainError, MapperDeserialisationError) as error:
                # One change that cannot be told must not hold up the others.
                log.warning("%s is not told of freezes: %s", number_of(id), error)
