"""The outlook of a desk from the views: fast, and waited for so that it shows what is recorded."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from domain.alike import Alike
from domain.impact import Relation
from domain.ledger import Ledger
from domain.outlook import AHEAD, APPROVALS_MAX, CHANGES_MAX, LedgerOutlook
from projections import (
    approvals_inbox,
    asset_register,
    asset_reminders,
    change_board,
    change_work,
    ticket_figures,
    ticket_page,
    work_queue,
)
from projections.store import NotBuilt
from projections.views import Views

WAIT_SECONDS = 2.0
"""How long the views are waited for; after that, what they show is taken."""


class ViewsOutlook:
    """Until the views are built, the ledger is read."""

    def __init__(self, views: Views, ledger: Ledger, *, wait: float = WAIT_SECONDS) -> None:
        """`wait`: seconds."""
        self._views = views
        self._wait = wait
        self._ledger = ledger
        self._exact = LedgerOutlook(ledger)

    async def scheduled(self, since: datetime, until: datetime) -> Sequence[UUID]:
        try:
            await self._reached(change_board.NAME)
            rows = await self._views.calendar(since, until, limit=CHANGES_MAX)
        except NotBuilt:
            return await self._exact.scheduled(since, until)
        return [UUID(row["id"]) for row in rows if row["status"] in AHEAD]

    async def in_approval(self) -> Sequence[UUID]:
        try:
            await self._reached(approvals_inbox.NAME)
            return await self._views.in_approval(APPROVALS_MAX)
        except NotBuilt:
            return await self._exact.in_approval()

    async def overdue(self, now: datetime) -> Sequence[UUID]:
        try:
            await self._reached(change_work.NAME)
            return await self._views.overdue(now)
        except NotBuilt:
            return await self._exact.overdue(now)

    async def reminders(self, now: datetime) -> tuple[Sequence[UUID], datetime | None]:
        try:
            await self._reached(asset_reminders.NAME)
            return await self._views.reminders_due(now)
        except NotBuilt:
            return await self._exact.reminders(now)

    async def articles_to_review(self, now: datetime, limit: int) -> Sequence[UUID]:
        try:
            return await self._views.articles_to_review(now, limit)
        except NotBuilt:
            # Every sweep of the clocks asks: they look again once there is a view.
            return ()

    async def relations(self, assets: Collection[UUID], depth: int) -> Sequence[Relation]:
        try:
            await self._reached(asset_register.NAME)
            return await self._views.relations_around(assets, depth)
        except NotBuilt:
            return await self._exact.relations(assets, depth)

    async def open_tickets(self, after: UUID | None, limit: int) -> Sequence[UUID] | None:
        try:
            if not await self._reached(work_queue.NAME):
                return None
            return await self._views.open_tickets(after, limit)
        except NotBuilt:
            return await self._exact.open_tickets(after, limit)

    async def done_before(self, kind: str, at: datetime, limit: int) -> Sequence[UUID]:
        try:
            return await self._views.done_before(kind, at, limit)
        except NotBuilt:
            # Every sweep of the clocks asks: they look again once there is a view.
            return ()

    async def major_incidents(self) -> Sequence[UUID]:
        try:
            return await self._views.major_incidents()
        except NotBuilt:
            # Every sweep of the clocks asks: they look again once there is a view.
            return ()

    async def surveys_due(self, now: datetime, limit: int) -> Sequence[UUID]:
        try:
            return await self._views.surveys_due(now, limit)
        except NotBuilt:
            # Every sweep of the clocks asks: they look again once there is a view.
            return ()

    async def is_asked_since(self, person: UUID, since: datetime) -> bool:
        try:
            await self._reached(ticket_figures.NAME)
            return await self._views.is_asked_since(person, since)
        except NotBuilt:
            return await self._exact.is_asked_since(person, since)

    async def loads(self, people: Collection[UUID]) -> Mapping[UUID, int]:
        try:
            await self._reached(work_queue.NAME)
            return await self._views.loads(people)
        except NotBuilt:
            return await self._exact.loads(people)

    async def alike(self, alike: Alike, since: datetime, limit: int) -> Sequence[UUID] | None:
        try:
            if not (await self._reached(work_queue.NAME) and await self._reached(ticket_page.NAME)):
                return None
            return await self._views.alike(alike, since, limit)
        except NotBuilt:
            return await self._exact.alike(alike, since, limit)

    async def linked(self, id: UUID, prefix: str) -> Sequence[UUID] | None:
        try:
            if not await self._reached(ticket_page.NAME):
                return None
            return await self._views.linked(id, prefix)
        except NotBuilt:
            return await self._exact.linked(id, prefix)

    async def _reached(self, view: str) -> bool:
        return await self._views.reached(view, self._ledger.position(), self._wait)
