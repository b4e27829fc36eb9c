"""Notes what is owed for a change and was not met by its moment. It is part of the sweep."""

import logging
from datetime import datetime, timedelta

from eventsourcing.persistence import MapperDeserialisationError

from domain.desk import Desk
from domain.ids import number_of
from domain.rules import DomainError
from workflows.signing import signed

ACTOR = "obligation-clock"
LOOK_AGAIN = timedelta(minutes=1)
"""What is owed is owed by days: nobody has to look more often."""

log = logging.getLogger(__name__)


class Obligations:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._looked: datetime | None = None

    async def keep(self, now: datetime, workflow: str) -> datetime | None:
        """Tell all changes of which something is overdue, if nobody looked a moment ago."""
        if self._looked is not None and now < self._looked + LOOK_AGAIN:
            return None
        for id in await self.desk.overdue(now):
            by = signed(ACTOR, workflow, f"{number_of(id)}/overdue/{now.isoformat()}", now)
            try:
                await self.desk.note_overdue(id, by=by, is_repeatable=True)
            except (DomainError, MapperDeserialisationError) as error:
                # One change that cannot be told must not hold up the others.
                log.warning("%s is not told what is overdue: %s", number_of(id), error)
        self._looked = now
        return None
