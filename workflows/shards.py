"""How many clocks share the due index: a number that is kept beside the ledger, so that all
processes go by the same whatever their settings say. Whoever starts last has set it."""

import asyncio
import logging

from domain.recorder import LedgerRecorder
from domain.shares import Share

KEPT_AS = "clock-shards"

log = logging.getLogger(__name__)


class Shards:
    def __init__(self, recorder: LedgerRecorder, wanted: int | None = None) -> None:
        """`wanted` is how many there are to be from now on; None leaves them as they are."""
        self._recorder = recorder
        self._wanted = wanted

    async def count(self) -> int:
        """How many there are; one where nobody has said otherwise."""
        _, note = await asyncio.to_thread(self._recorder.tracked, KEPT_AS)
        return int(note or 1)

    async def share(self, shard: int) -> Share | None:
        """What a shard sees to; None if there is no such shard any more."""
        count = await self.count()
        return Share(shard, count) if shard < count else None

    async def settle(self) -> int:
        """Let there be as many as are wanted. Returns how many there were."""
        before = await self.count()
        if self._wanted not in (None, before):
            await asyncio.to_thread(self._recorder.track, KEPT_AS, 0, str(self._wanted))
            log.info("The due index had %d clocks, and has %d now.", before, self._wanted)
        return before
