"""Reminds of the updates of major incidents, and notes those that were not given. It is part of
the sweep."""

import logging
from datetime import UTC, datetime, timedelta

from eventsourcing.persistence import MapperDeserialisationError

from domain.desk import Desk
from domain.ids import number_of
from domain.incident import Incident
from domain.rules import DomainError
from workflows.signing import signed

ACTOR = "major-incident-clock"
LOOK_AGAIN = timedelta(seconds=30)
"""Sweeps follow one another closely: who was promoted since is seen soon enough."""

log = logging.getLogger(__name__)


class Updates:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._look = datetime.min.replace(tzinfo=UTC)

    async def keep(self, now: datetime, workflow: str) -> datetime | None:
        """See to all major incidents. Returns when the next reminder or update is due."""
        if now < self._look:
            return None
        moments: list[datetime] = []
        for id in await self.desk.major_incidents():
            try:
                due = (await self.desk.ledger.find(Incident, id)).update_due
                what = "missed" if due is not None and now >= due else "reminded"
                step = f"{number_of(id)}/update/{what}/{due.isoformat() if due else ''}"
                by = signed(ACTOR, workflow, step, now)
                next = await self.desk.keep_updates(id, now, by)
            except (DomainError, MapperDeserialisationError) as error:
                # One incident that cannot be told must not hold up the others.
                log.warning("%s is not told of its updates: %s", number_of(id), error)
            else:
                moments += [] if next is None else [next]
        next_one = min(moments, default=None)
        self._look = min(now + LOOK_AGAIN, next_one or now + LOOK_AGAIN)
        return next_one
