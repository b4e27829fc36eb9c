"""Asks and reminds requesters as survey policies have planned it. It is part of the sweep."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from domain.provenance import Provenance
from workflows.lookout import Lookout


class Surveys(Lookout):
    actor = "survey-clock"
    step = "survey"
    failure = "the requester of %s is not asked"
    refused = timedelta(hours=1)

    async def due(self, now: datetime) -> tuple[Sequence[UUID], None]:
        return await self.desk.surveys_due(now), None

    async def act(self, id: UUID, by: Provenance) -> None:
        await self.desk.keep_survey(id, by=by, is_repeatable=True)
