"""Tells the clock of the due index when something falls due earlier than it knows."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime

from workflows.due_index import DueIndex, Horizon
from workflows.temporal import Replaced, Temporal
from workflows.values import Poke, Shard, clock_id

REACH_SECONDS = 5.0
PAUSE_SECONDS = 0.2
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
        self._urgent = self._hurried = 0
        self._news = asyncio.Event()

    def tell(self, position: int, *, at_once: bool = False) -> None:
        """Something happened up to this position that can make a clock fall due earlier, or for
        which it has to look at once."""
        self._wanted = max(self._wanted, position)
        if at_once:
            self._urgent = max(self._urgent, position)
        self._news.set()

    async def run(self) -> None:
        """Poke whenever it is needed, for ever. Raises Replaced."""
        runs = False
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                if not await self.index.reached(self._wanted, REACH_SECONDS):
                    self._news.set()
                    continue
                if not runs:
                    await self._keep_running()
                    runs = True
                await self._poke()
            except Replaced:
                raise
            except Exception:
                log.exception("The due index cannot be read.")
                self._news.set()
                await asyncio.sleep(1)

    async def _poke(self) -> None:
        now, urgent = self._now(), self._urgent
        next = now if urgent > self._hurried else await self.index.next_due()
        if next is None or not self.horizon.hear(next, now):
            return
        if not await self.temporal.signal(clock_id(SHARD), "poke", Poke(at=next)):
            await self._keep_running()
        self._hurried = urgent
        # Temporal holds but a hundred signals for a workflow that is busy with a sweep.
        await asyncio.sleep(PAUSE_SECONDS)

    async def _keep_running(self) -> None:
        await self.temporal.keep_running("SlaClock", clock_id(SHARD), Shard(shard=SHARD))
