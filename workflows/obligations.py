"""Notes what is owed for a change and was not met by its moment. It is part of the sweep."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.provenance import Provenance
from workflows.lookout import Lookout


class Obligations(Lookout):
    actor = "obligation-clock"
    step = "overdue"
    failure = "%s is not told what is overdue"

    async def due(self, now: datetime) -> tuple[Sequence[UUID], None]:
        return await self.desk.overdue(now), None

    async def act(self, id: UUID, by: Provenance) -> None:
        await self.desk.note_overdue(id, by=by, is_repeatable=True)
