"""Closes what was resolved long enough ago and not reopened. It is part of the sweep."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError

from domain.desk import Desk
from domain.ids import number_of
from domain.rules import DomainError
from workflows.signing import signed

ACTOR = "closing-clock"
LOOK_AGAIN = timedelta(minutes=1)
"""Tickets close after days: nobody has to look more often."""
REFUSED = timedelta(hours=1)
"""How long a ticket is left alone that could not be closed."""

log = logging.getLogger(__name__)


class Closing:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._looked: datetime | None = None
        self._refused: dict[UUID, datetime] = {}

    async def keep(self, now: datetime, workflow: str) -> datetime | None:
        """Close all that is due, if nobody looked a moment ago."""
        if self._looked is not None and now < self._looked + LOOK_AGAIN:
            return None
        self._refused = {id: until for id, until in self._refused.items() if until > now}
        for id in await self.desk.due_for_closing(now):
            if id in self._refused:
                continue
            by = signed(ACTOR, workflow, f"{number_of(id)}/close/{now.isoformat()}", now)
            try:
                await self.desk.close_done(id, by=by, is_repeatable=True)
            except (DomainError, MapperDeserialisationError) as error:
                # One ticket that cannot be closed must not hold up the others.
                log.warning("%s is not closed: %s", number_of(id), error)
                self._refused[id] = now + REFUSED
        self._looked = now
        return None
