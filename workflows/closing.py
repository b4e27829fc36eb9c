"""Closes what was resolved long enough ago and not reopened. It is part of the sweep."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from domain.provenance import Provenance
from workflows.lookout import Lookout


class Closing(Lookout):
    actor = "closing-clock"
    step = "close"
    failure = "%s is not closed"
    refused = timedelta(hours=1)

    async def due(self, now: datetime) -> tuple[Sequence[UUID], None]:
        return await self.desk.due_for_closing(now), None

    async def act(self, id: UUID, by: Provenance) -> None:
        await self.desk.close_done(id, by=by, is_repeatable=True)
