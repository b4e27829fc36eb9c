"""A desk with everything that workflows touch: its ledger, its company and its due index."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from domain.aggregate import Event
from domain.desk import Desk
from domain.ledger import Ledger
from domain.shares import WHOLE, Share
from ops.work import Index
from projections import ticket_lists
from projections.runner import Projector
from projections.sqlite import SqliteReader, SqliteViews
from projections.views import Views
from tests.domain.desks import Company, open_desk
from tests.keys import MemoryKeys
from workflows.rounds import rounds
from workflows.values import Approval


class Floor:
    """One process of a desk. Its due index is brought up to date when it is asked."""

    def __init__(self, desk: Desk, projector: Projector, views: Views) -> None:
        self.desk = desk
        self.company = Company(desk)
        self.projector = projector
        self.views = views
        self.index = CaughtUpIndex(projector, views)

    @property
    def ledger(self) -> Ledger:
        return self.desk.ledger

    async def submitted_change(self, at: datetime) -> UUID:
        """A change of Ann's, submitted."""
        change = await self.company.ready_change()
        await self.desk.submit_change(change, by=self.company.signed("ann", at))
        return change

    def approval(self, change: UUID) -> Approval:
        """How the latest round of a change stands."""
        return rounds(change, self.ledger.history(change))[-1]

    def events(self, id: UUID, *kinds: type[Event]) -> list[Any]:
        """What happened of these kinds to a record, in order."""
        return [entry.event for entry in self.ledger.history(id) if isinstance(entry.event, kinds)]

    def told(self, id: UUID) -> list[str]:
        """What workflows did to a record, in order."""
        return [
            entry.topic.partition(".")[2]
            for entry in self.ledger.history(id)
            if entry.event.by.channel == "workflow"
        ]


class CaughtUpIndex(Index):
    """The due index, folded as far as the ledger goes before each answer."""

    def __init__(self, projector: Projector, views: Views) -> None:
        super().__init__(views)
        self.projector = projector

    async def due_before(self, now: datetime, limit: int, share: Share = WHOLE) -> Any:
        self.projector.catch_up()
        return await super().due_before(now, limit, share)

    async def next_due(self, share: Share = WHOLE) -> datetime | None:
        self.projector.catch_up()
        return await super().next_due(share)

    async def reached(self, position: int, timeout: float) -> bool:
        self.projector.catch_up()
        return await super().reached(position, timeout)


@asynccontextmanager
async def open_floor(folder: Path, keys: MemoryKeys | None = None) -> AsyncIterator[Floor]:
    """A floor on the ledger and views in a folder."""
    async with open_desk(folder, keys) as desk:
        store = SqliteViews(folder / "views.db")
        projector = Projector(desk.ledger, store, [ticket_lists.VIEW])
        projector.prepare()
        views = Views(SqliteReader(folder / "views.db"))
        try:
            yield Floor(desk, projector, views)
        finally:
            await views.aclose()
            store.close()
