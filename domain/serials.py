"""Serial numbers of new records, kind by kind, taken from the ledger a few at a time."""

import asyncio

from domain.recorder import LedgerRecorder

RESERVED_MAX = 256
BUSY_SECONDS = 1.0
"""Serials that last no longer than this were too few: twice as many are taken next."""


class Serials:
    def __init__(self, recorder: LedgerRecorder) -> None:
        self._recorder = recorder
        self._stocks: dict[str, _Stock] = {}

    async def next(self, prefix: str) -> int:
        """A serial that no record of this kind has. A few are left out when processes share the
        work."""
        stock = self._stocks.setdefault(prefix, _Stock())
        while stock.next > stock.last:
            if stock.taking is None:
                stock.taking = asyncio.ensure_future(self._reserve(prefix, stock))
            # All who wait go on at once: one by one, whoever comes later would overtake them.
            await asyncio.shield(stock.taking)
        serial = stock.next
        stock.next += 1
        return serial

    async def _reserve(self, prefix: str, stock: "_Stock") -> None:
        """Take more serials: one at a time while the desk is quiet, more when many are wanted."""
        try:
            now = asyncio.get_running_loop().time()
            busy = now - stock.taken_at < BUSY_SECONDS
            size = min(stock.size * 2, RESERVED_MAX) if busy else 1
            first = await self._recorder.reserve(prefix, size)
            stock.size, stock.taken_at = size, now
            stock.next, stock.last = first, first + size - 1
        finally:
            stock.taking = None


class _Stock:
    __slots__ = ("last", "next", "size", "taken_at", "taking")

    def __init__(self) -> None:
        self.taking: asyncio.Future[None] | None = None
        self.next, self.last, self.size = 1, 0, 1
        self.taken_at = float("-inf")
