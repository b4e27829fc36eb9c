"""Reminds of what ends with assets, at the moment that it is due. It is part of the sweep."""

import logging
from datetime import datetime, timedelta

from eventsourcing.persistence import MapperDeserialisationError

from domain.desk import Desk
from domain.ids import number_of
from domain.rules import DomainError
from workflows.signing import signed

ACTOR = "reminder-clock"
LOOK_AGAIN = timedelta(minutes=1)
"""How soon a last day is known that was written down meanwhile."""

log = logging.getLogger(__name__)


class Reminders:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._looked: datetime | None = None
        self._next: datetime | None = None

    async def keep(self, now: datetime, workflow: str) -> datetime | None:
        """Remind of what is due, and tell when the next reminder is, if that is soon."""
        is_early = self._looked is not None and now < self._looked + LOOK_AGAIN
        if is_early and (self._next is None or now < self._next):
            return self._soon(now)
        assets, self._next = await self.desk.reminders(now)
        for id in assets:
            by = signed(ACTOR, workflow, f"{number_of(id)}/reminders/{now.isoformat()}", now)
            try:
                await self.desk.remind_of_ends(id, by=by, is_repeatable=True)
            except (DomainError, MapperDeserialisationError) as error:
                # One asset that cannot be reminded of must not hold up the others.
                log.warning("%s is not reminded of: %s", number_of(id), error)
        self._looked = now
        return self._soon(now)

    def _soon(self, now: datetime) -> datetime | None:
        return self._next if self._next is not None and self._next <= now + LOOK_AGAIN else None
