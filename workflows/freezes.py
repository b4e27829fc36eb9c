"""Holds approvals when a freeze begins, and lets them go on when it ends.

It is part of the sweep of the clocks. What it records counts from the moment when the freeze began
or ended, however late the sweep comes; and a patience that ends meanwhile is checked against the
freezes first.
"""

import logging
from datetime import datetime

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

    async def keep(self, now: datetime, workflow: str) -> None:
        """Tell all changes in approval, if other freezes are under way than last time."""
        found = self.desk.freezes_at(now)
        if found == self._seen:
            return
        told = await self.desk.in_approval() if self.desk.has_freezes() else ()
        for id in told:
            by = signed(ACTOR, workflow, f"{number_of(id)}/freezes/{now.isoformat()}", now)
            try:
                await self.desk.keep_freezes(id, by=by, is_repeatable=True)
            except (DomainError, MapperDeserialisationError) as error:
                # One change that cannot be told must not hold up the others.
                log.warning("%s is not told of freezes: %s", number_of(id), error)
        self._seen = found
