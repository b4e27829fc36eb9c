"""The end of the ledger, followed once for all who follow the feed.

Each event is read once, however many want it, and kept for a while. Those who follow hold nothing
but a position. They are woken in groups, with time for others in between, and the more time they
take the rarer they are woken: so they never hold up those who command the desk.
"""

import asyncio
import logging
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from operator import attrgetter
from time import perf_counter
from typing import Any

from domain.aggregate import Entry
from domain.feed.reading import readable
from domain.ledger import Ledger

KEPT_MAX = 5_000
"""Events kept for those who are a little behind; who is behind more reads the ledger."""
PAGE = 500
WAIT_SECONDS = 5.0
PAUSE_SECONDS = 0.005
GROUP = 16
SHARE = 10
"""Waking all takes at most one part in so many of the time."""
RETRY_SECONDS = 1.0

log = logging.getLogger(__name__)

_position = attrgetter("position")


class Tail:
    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.first = 0
        """What is after this position, up to `position`, is kept."""
        self.position = 0
        self.is_closed = False
        self.shared: dict[Any, Any] = {}
        """What one of those who follow made of the latest events, for others that want the same.
        It is emptied when there are later ones."""
        self._entries: list[Entry] = []
        self._followers: dict[Follower, None] = {}
        self._task: asyncio.Task[None] | None = None

    @property
    def followers(self) -> int:
        """How many follow."""
        return len(self._followers)

    @contextmanager
    def followed(self) -> Iterator["Follower"]:
        """Follow for as long as the block lasts."""
        follower = Follower(self)
        if self._task is None:
            self.first = self.position = self.ledger.position()
            self._task = asyncio.create_task(self._follow())
        self._followers[follower] = None
        try:
            yield follower
        finally:
            del self._followers[follower]
            if not self._followers:
                self._stop()

    def close(self) -> None:
        """Let all who follow go: what they wait for comes at once, and says that it is over."""
        self.is_closed = True
        for follower in self._followers:
            follower.wake()

    def after(self, position: int) -> list[Entry]:
        """The kept events after a position."""
        return self._entries[bisect_right(self._entries, position, key=_position) :]

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._entries = []
        self.shared.clear()

    async def _follow(self) -> None:
        recorder = self.ledger.recorder
        while True:
            try:
                head = await recorder.wait(self.position, WAIT_SECONDS)
                if head > self.position:
                    await self._read(head)
                    await self._tell()
            except Exception:
                log.exception("The feed goes on in a moment.")
                await asyncio.sleep(RETRY_SECONDS)

    async def _read(self, head: int) -> None:
        rows = await asyncio.to_thread(
            self.ledger.recorder.select_notifications,
            self.position,
            PAGE,
            head,
            inclusive_of_start=False,
        )
        self._entries += readable(self.ledger, rows)
        self.shared.clear()
        self.position = rows[-1].id if len(rows) == PAGE else head
        if len(self._entries) > 2 * KEPT_MAX:
            self.first = self._entries[-KEPT_MAX - 1].position
            del self._entries[:-KEPT_MAX]

    async def _tell(self) -> None:
        began = perf_counter()
        for number, follower in enumerate(list(self._followers), 1):
            follower.wake()
            if number % GROUP == 0:
                await asyncio.sleep(0)
        await asyncio.sleep(0)
        spent = perf_counter() - began
        await asyncio.sleep(max(PAUSE_SECONDS, spent * (SHARE - 1)))


class Follower:
    """One that follows."""

    __slots__ = ("_news", "_tail")

    def __init__(self, tail: Tail) -> None:
        self._tail = tail
        self._news: asyncio.Future[None] | None = None

    async def wait(self, after: int, seconds: float) -> bool:
        """Wait until the tail has got past a position, at most so long; whether it has."""
        tail = self._tail
        if tail.position <= after and not tail.is_closed:
            self._news = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(seconds):
                    await self._news
            except TimeoutError:
                pass
        return tail.position > after

    def wake(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)
