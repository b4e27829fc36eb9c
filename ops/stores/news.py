"""Who waits for the ledger to go on, and wakes when it has."""

import asyncio
import threading


class News:
    """The latest position that is known of, and those who wait for a later one.

    `tell` may be called from any thread; each waits in an event loop of its own.
    """

    def __init__(self, head: int = 0) -> None:
        self.head = head
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self._lock = threading.Lock()

    def tell(self, head: int) -> None:
        """Say that the ledger has got as far as this."""
        with self._lock:
            if head <= self.head:
                return
            self.head = head
            if not self._waiting:
                return
            heard = [future for after, future in self._waiting if after < head]
            self._waiting = [(after, future) for after, future in self._waiting if after >= head]
        for future in heard:
            try:
                future.get_loop().call_soon_threadsafe(_wake, future)
            except RuntimeError:
                pass  # Its event loop is closed: nobody waits any more.

    async def wait(self, after: int, seconds: float) -> None:
        """Wait until a position after this one is told, at most so many seconds."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        with self._lock:
            if self.head > after:
                return
            self._waiting.append((after, future))
        timer = loop.call_later(seconds, _wake, future)
        try:
            await future
        finally:
            timer.cancel()
            with self._lock:
                self._waiting = [waiting for waiting in self._waiting if waiting[1] is not future]


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
