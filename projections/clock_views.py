"""What is asked of service clocks: which marks they have reached, and when the next is."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from domain.shares import WHOLE, Share
from projections import sla_board
from projections.reading import Reading
from projections.tables import instant, moment


class Due(Struct, frozen=True, kw_only=True):
    """A mark that a service clock reaches."""

    ticket: UUID
    target: str
    mark: str
    at: datetime
    round: int
    cycle: int
    due: datetime
    policy: UUID
    policy_version: int


class ClockViews(Reading):
    async def due_before(self, now: datetime, limit: int = 100, share: Share = WHOLE) -> list[Due]:
        """The marks that running clocks have reached by now, earliest first."""
        rows = await self._query(
            "SELECT ticket, target, next_mark, next_mark_at, round, cycle, due_if_running,"
            f" policy, policy_version FROM {self._at(sla_board.BOARD.stored)}"
            f" WHERE next_mark_at <= ?{sla_board.of_share(share)}"
            f" ORDER BY next_mark_at, ticket, target LIMIT {limit:d}",
            (instant(now),),
        )
        return [
            Due(
                ticket=UUID(ticket),
                target=target,
                mark=mark,
                at=moment(at),
                round=round,
                cycle=cycle,
                due=moment(due),
                policy=UUID(policy),
                policy_version=policy_version,
            )
            for ticket, target, mark, at, round, cycle, due, policy, policy_version in rows
        ]

    async def next_due(self, share: Share = WHOLE) -> datetime | None:
        """When the next mark of any running clock is reached; None if none is ahead."""
        # Of a share the minimum would be sought in all rows, and the first is met in a few.
        rows = await self._query(
            f"SELECT next_mark_at FROM {self._at(sla_board.BOARD.stored)}"
            f" WHERE next_mark_at IS NOT NULL{sla_board.of_share(share)}"
            " ORDER BY next_mark_at LIMIT 1"
        )
        return moment(rows[0][0]) if rows else None
