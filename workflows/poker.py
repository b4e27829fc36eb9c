"""Tells the clocks of the due index when something falls due earlier than they know."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from uuid import UUID

from domain.shares import SPOTS, Share, spot_of
from workflows.due_index import DueIndex, Horizons
from workflows.shards import Shards
from workflows.temporal import Replaced, Temporal
from workflows.values import Poke, Shard, clock_id

REACH_SECONDS = 5.0
PAUSE_SECONDS = 0.2
FIRST = 0
"""The shard whose clock sees to all that is no ticket."""

log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class Poker:
    """Looks at the due index after news, as soon as the index tells of them."""

    def __init__(
        self,
        temporal: Temporal,
        index: DueIndex,
        horizons: Horizons,
        shards: Shards,
        *,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self.temporal = temporal
        self.index = index
        self.horizons = horizons
        self.shards = shards
        self._now = now
        self._count = 0
        """How many shards there were when it looked last; 0 before it has looked."""
        self._running: set[int] = set()
        self._wanted = 0
        self._spots: set[int] = set()
        self._is_urgent = False
        self._news = asyncio.Event()

    def tell(
        self, position: int, tickets: Iterable[UUID] | None = None, *, at_once: bool = False
    ) -> None:
        """Something happened up to this position that can make a clock of these tickets fall due
        earlier, or of any; or for which the first clock has to look at once."""
        self._wanted = max(self._wanted, position)
        self._spots.update(range(SPOTS) if tickets is None else map(spot_of, tickets))
        self._is_urgent |= at_once
        self._news.set()

    async def run(self) -> None:
        """Poke whenever it is needed, for ever. Raises Replaced."""
        self._running.clear()
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                if not await self.index.reached(self._wanted, REACH_SECONDS):
                    self._news.set()
                    continue
                await self._poke()
            except Replaced:
                raise
            except Exception:
                log.exception("The due index cannot be read.")
                self._news.set()
                await asyncio.sleep(1)

    async def _poke(self) -> None:
        """Poke the clocks for which there are news, all at once."""
        await self._count_shards()
        count, now = self._count, self._now()
        spots, self._spots = self._spots, set()
        is_urgent, self._is_urgent = self._is_urgent, False
        shards = {spot % count for spot in spots} | ({FIRST} if is_urgent else set())
        pokes = [
            self._poke_one(Share(shard, count), now, at_once=is_urgent and shard == FIRST)
            for shard in sorted(shards)
        ]
        answers = await asyncio.gather(*pokes, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException):
                self._spots |= spots
                self._is_urgent |= is_urgent
                raise answer
        if any(answers):
            # Temporal holds but a hundred signals for a workflow that is busy with a sweep.
            await asyncio.sleep(PAUSE_SECONDS)

    async def _count_shards(self) -> None:
        """See how many shards there are. With another number all clocks have other tickets, and
        those that are left over end as soon as they hear of anything."""
        before = self._count or await self.shards.settle()
        count = await self.shards.count()
        if count != self._count:
            self._spots.update(range(SPOTS))
            self._running.intersection_update(range(count))
        for shard in range(count, before):
            await self.temporal.signal(clock_id(shard), "poke", Poke(at=self._now()))
        self._count = count

    async def _poke_one(self, share: Share, now: datetime, *, at_once: bool) -> bool:
        """Poke one clock if it has to know; whether it had."""
        shard = share.number
        if shard not in self._running:
            await self._keep_running(shard)
            self._running.add(shard)
        next = now if at_once else await self.index.next_due(share)
        if next is None or not self.horizons[shard].hear(next, now):
            return False
        if not await self.temporal.signal(clock_id(shard), "poke", Poke(at=next)):
            await self._keep_running(shard)
        return True

    async def _keep_running(self, shard: int) -> None:
        await self.temporal.keep_running("SlaClock", clock_id(shard), Shard(shard=shard))
