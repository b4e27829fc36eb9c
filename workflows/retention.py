"""Asks for the erasure of people whom their organisation keeps no longer: part of the sweep."""

import logging
from datetime import datetime, timedelta

from eventsourcing.persistence import MapperDeserialisationError

from domain.desk import Desk
from domain.rules import DomainError
from workflows.signing import signed

ACTOR = "retention-clock"
LOOK_AGAIN = timedelta(hours=1)
"""People are kept for days: nobody has to look more often."""

log = logging.getLogger(__name__)


class Retention:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._looked: datetime | None = None

    async def keep(self, now: datetime, workflow: str) -> datetime | None:
        """Ask for all that is due, if nobody looked a while ago."""
        if self._looked is not None and now < self._looked + LOOK_AGAIN:
            return None
        for _, person in self.desk.kept_too_long(now):
            by = signed(ACTOR, workflow, f"{person.number}/retention/{now.isoformat()}", now)
            try:
                await self.desk.end_retention(person.id, by=by, is_repeatable=True)
            except (DomainError, MapperDeserialisationError) as error:
                # One person must not hold up the others.
                log.warning("the erasure of %s is not asked for: %s", person.number, error)
        self._looked = now
        return None
