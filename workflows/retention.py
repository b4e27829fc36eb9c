"""Asks for the erasure of people whom their organisation keeps no longer: part of the sweep."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from domain.provenance import Provenance
from workflows.lookout import Lookout


class Retention(Lookout):
    actor = "retention-clock"
    step = "retention"
    failure = "the erasure of %s is not asked for"
    look_again = timedelta(hours=1)

    async def due(self, now: datetime) -> tuple[Sequence[UUID], None]:
        return [person.id for _, person in self.desk.kept_too_long(now)], None

    async def act(self, id: UUID, by: Provenance) -> None:
        await self.desk.end_retention(id, by=by, is_repeatable=True)
