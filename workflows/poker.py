"""Tells the clock of the due index when something falls due earlier than it knows."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime

from workflows.due_index import DueIndex, Horizon
from workflows.temporal import Replaced, Temporal
from workflows.values import Poke, Shard, clock_id

REACH_SECONDS = 5.0
SHARD = 0

log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class Poker:
    """Looks at the due index after news, as soon as the index tells of them."""

    def __init__(
        self,
        temporal: Temporal,
        index: DueIndex,
        horizon: Horizon,
        *,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self.temporal = temporal
        self.index = index
        self.horizon = horizon
        self._now = now
        self._wanted = 0
        self._news = asyncio.Event()

    def tell(self, position: int) -> None:
        """Something happened up to this position that can make a clock fall due earlier."""
        self._wanted = max(self._wanted, position)
        self._news.set()

    async def run(self) -> None:
        """Poke whenever it is needed, for ever. Raises Replaced."""
        await self.temporal.keep_running("SlaClock", clock_id(SHARD), Shard(shard=SHARD))
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                if await self.index.reached(self._wanted, REACH_SECONDS):
                    await self._poke()
                else:
                    self._news.set()
            except Replaced:
                raise
            except Exception:
                log.exception("The due index cannot be read.")
                self._news.set()
                await asyncio.sleep(1)

    async def _poke(self) -> None:
        next = await self.index.next_due()
        known = self.horizon.next
        # A moment that has passed says nothing of what the clock waits for now.
        if next is None or (known is not None and self._now() < known <= next):
            return
        if not await self.temporal.signal(clock_id(SHARD), "poke", Poke(at=next)):
            await self.temporal.keep_running("SlaClock", clock_id(SHARD), Shard(shard=SHARD))
        self.horizon.next = next
