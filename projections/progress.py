"""Waiting until a view has got as far as somebody needs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic

log = logging.getLogger(__name__)

POLL_SECONDS = (0.003,) * 12 + (0.01,)
"""How long to wait between looks, as long as somebody waits; the last one repeats."""
TRUST_SECONDS = 1.0


class Progress:
    """How far the views are. One look at the store serves all who wait, and a projector in the
    same process tells them at once."""

    def __init__(self, look: Callable[[], Awaitable[Mapping[str, int]]]) -> None:
        self._look = look
        self._positions: dict[str, int] = {}
        self._known_at = float("-inf")
        self._waiting: dict[asyncio.Future[None], tuple[str, int]] = {}
        self._looking: asyncio.Task[None] | None = None

    def tell(self, positions: Mapping[str, int]) -> None:
        """Say how far the views are, and wake those who waited for that."""
        self._positions.update(positions)
        self._known_at = monotonic()
        for future, (view, position) in list(self._waiting.items()):
            if self._positions.get(view, 0) >= position and not future.done():
                future.set_result(None)

    async def reached(self, view: str, position: int, timeout: float) -> bool:
        """Wait until a view is at a position, at most so many seconds; return whether it is."""
        # A view that is rebuilt goes back to the beginning: what is known does not hold for ever.
        is_old = monotonic() - self._known_at > TRUST_SECONDS
        if is_old or self._positions.get(view, 0) < position:
            self.tell(await self._look())
        if self._positions.get(view, 0) >= position:
            return True
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[future] = (view, position)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._keep_looking())
        try:
            await asyncio.wait_for(future, timeout)
        except TimeoutError:
            return False
        finally:
            del self._waiting[future]
        return True

    async def _keep_looking(self) -> None:
        looks = 0
        while self._waiting:
            await asyncio.sleep(POLL_SECONDS[min(looks, len(POLL_SECONDS) - 1)])
            looks += 1
            try:
                self.tell(await self._look())
            except Exception as error:
                # Whoever waits is told by the end of their time, and asks again.
                log.warning("cannot see how far the views are: %s", error)

    async def aclose(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
