"""Removes what records say that is kept no longer, as their organisation has said: part of the
sweep."""

import asyncio
import logging
from datetime import datetime, timedelta
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError

from domain.desk import Desk
from domain.desk.removals import REMOVED_MAX
from domain.rules import DomainError
from workflows.signing import signed

ACTOR = "retention-clock"
LOOK_AGAIN = timedelta(hours=1)
"""What is kept is kept for days: nobody has to look more often."""

log = logging.getLogger(__name__)


class WordsRetention:
    """Unlike a `Lookout` it sees to many records in one command: keys are destroyed together."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._looked: datetime | None = None
        self._due: list[UUID] = []
        """The records of which something is to be removed."""

    async def keep(self, now: datetime, workflow: str) -> datetime | None:
        """Look for what is due, if nobody looked a while ago, and remove of it what one command
        takes. If there is more, it is asked again at once."""
        if self._looked is None or now >= self._looked + LOOK_AGAIN:
            found = await asyncio.to_thread(self.desk.words_kept_too_long, now)
            self._due = list(dict.fromkeys(due.record for due in found if not due.held_by))
            self._looked = now
        if self._due:
            await self._remove(now, workflow)
        return now if self._due else None

    async def _remove(self, now: datetime, workflow: str) -> None:
        batch, self._due = self._due[:REMOVED_MAX], self._due[REMOVED_MAX:]
        by = signed(ACTOR, workflow, f"{batch[0]}/words/{now.isoformat()}", now)
        try:
            receipt = await self.desk.remove_words(batch, by=by, is_repeatable=True)
        except (DomainError, MapperDeserialisationError) as error:
            log.warning("of %d records nothing is removed: %s", len(batch), error)
        else:
            log.info("what %d records said is removed, at %d", len(batch), receipt.position)
