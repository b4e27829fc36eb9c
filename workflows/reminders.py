"""Reminds of what ends with assets, at the moment that it is due. It is part of the sweep."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.provenance import Provenance
from workflows.lookout import Lookout


class Reminders(Lookout):
    """As soon as it looks again it knows of a last day that was written down meanwhile."""

    actor = "reminder-clock"
    step = "reminders"
    failure = "%s is not reminded of"

    async def due(self, now: datetime) -> tuple[Sequence[UUID], datetime | None]:
        return await self.desk.reminders(now)

    async def act(self, id: UUID, by: Provenance) -> None:
        await self.desk.remind_of_ends(id, by=by, is_repeatable=True)
