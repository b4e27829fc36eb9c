"""The SLA board as the due index that the service level clock sweeps."""

from collections.abc import Sequence
from datetime import datetime

from projections import sla_board
from projections.views import Due, Views


class SlaBoardIndex:
    """A `workflows.due_index.DueIndex`."""

    def __init__(self, views: Views) -> None:
        self.views = views

    async def due_before(self, now: datetime, limit: int) -> Sequence[Due]:
        return await self.views.due_before(now, limit)

    async def next_due(self) -> datetime | None:
        return await self.views.next_due()

    async def reached(self, position: int, timeout: float) -> bool:
        return await self.views.reached(sla_board.NAME, position, timeout)
