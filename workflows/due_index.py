"""What the clocks of service levels need of the due index, and what is known of their next tick."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.shares import WHOLE, Share


class DueRow(Protocol):
    """The next mark of one clock of a ticket."""

    @property
    def ticket(self) -> UUID: ...
    @property
    def target(self) -> str: ...
    @property
    def mark(self) -> str: ...
    @property
    def round(self) -> int: ...
    @property
    def cycle(self) -> int: ...
    @property
    def at(self) -> datetime:
        """When the clock reaches the mark if it runs on."""
        ...


class DueIndex(Protocol):
    """All marks that are ahead, derived from the ledger and a moment behind it."""

    async def due_before(self, now: datetime, limit: int, share: Share = WHOLE) -> Sequence[DueRow]:
        """The rows that are due at or before a moment, earliest first, at most so many."""
        ...

    async def next_due(self, share: Share = WHOLE) -> datetime | None:
        """The earliest moment of all rows, those of the tickets of a share."""
        ...

    async def reached(self, position: int, timeout: float) -> bool:
        """Wait until the index tells of a position, at most so many seconds; whether it does."""
        ...


class Horizon:
    """What this process knows of the clock: the moment that it waits for, and whether it sweeps.

    A clock that runs in another process is known by what it was told from here.
    """

    def __init__(self) -> None:
        self.next: datetime | None = None
        self._is_sweeping = False
        self._heard: datetime | None = None

    def hear(self, at: datetime, now: datetime) -> bool:
        """Something is due at a moment. Whether the clock has to be poked: not if it knows."""
        if self._is_sweeping:
            self._heard = _earlier(self._heard, at)
            return False
        # A moment that has passed says nothing of what the clock waits for now.
        if self.next is not None and now < self.next <= at:
            return False
        self.next = at
        return True

    def begin_sweep(self) -> None:
        self._is_sweeping, self._heard = True, None

    def end_sweep(self, next: datetime | None) -> datetime | None:
        """What the clock waits for now: what its sweep has found, and what was heard meanwhile."""
        self._is_sweeping = False
        self.next = _earlier(next, self._heard)
        return self.next

    def break_off_sweep(self) -> None:
        self._is_sweeping, self.next = False, None


class Horizons(defaultdict[int, Horizon]):
    """What this process knows of each clock, by its shard."""

    def __init__(self) -> None:
        super().__init__(Horizon)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)
