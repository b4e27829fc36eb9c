"""The outlook of a desk as it was at a moment, from the past of the views.

What they keep no past of is read of the ledger: exact, and slow.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from uuid import UUID

from domain.aggregate import KINDS, all_names
from domain.approval_round import ApprovalRounds
from domain.approval_round_state import GivenUp, RoundEvent
from domain.impact import Relation
from domain.outlook import AHEAD, APPROVALS_MAX, CHANGES_MAX, LedgerOutlook
from domain.past_ledger import PastLedger
from projections import asset_register, change_board
from projections.outlook import WAIT_SECONDS
from projections.store import NotBuilt
from projections.views import Views


class PastOutlook(LedgerOutlook):
    def __init__(
        self,
        views: Views,
        in_approval_now: Callable[[], Awaitable[Sequence[UUID]]],
        ledger: PastLedger,
    ) -> None:
        super().__init__(ledger)
        self._views = views
        self._in_approval_now = in_approval_now
        self._past = ledger

    async def scheduled(self, since: datetime, until: datetime) -> Sequence[UUID]:
        try:
            await self._reached(change_board.NAME)
            rows = await self._views.calendar(
                since, until, limit=CHANGES_MAX, as_of=self._past.as_of
            )
        except NotBuilt:
            return await super().scheduled(since, until)
        return [UUID(row["id"]) for row in rows if row["status"] in AHEAD]

    async def in_approval(self) -> Sequence[UUID]:
        """Those of now and those whose rounds went on since, as far as they were open then."""
        now = await self._in_approval_now()

        def then() -> list[UUID]:
            found = {*now, *self._past.changed_since(_of_rounds())}
            return sorted(id for id in found if _is_open(self._past, id))

        return (await asyncio.to_thread(then))[:APPROVALS_MAX]

    async def relations(self, assets: Collection[UUID], depth: int) -> Sequence[Relation]:
        try:
            await self._reached(asset_register.NAME)
            return await self._views.relations_around(assets, depth, self._past.as_of)
        except NotBuilt:
            return await super().relations(assets, depth)

    async def _reached(self, view: str) -> None:
        await self._views.reached(view, self._past.position(), WAIT_SECONDS)


def _is_open(ledger: PastLedger, id: UUID) -> bool:
    record = ledger.stood(id)
    return isinstance(record, ApprovalRounds) and bool(record.standing.open)


def _of_rounds() -> list[str]:
    """The names of the events by which a round goes on or ends."""
    return [
        name
        for kind in KINDS.values()
        if issubclass(kind, ApprovalRounds)
        for event in kind.topics
        if issubclass(event, RoundEvent | GivenUp)
        for name in all_names(kind, event)
    ]
