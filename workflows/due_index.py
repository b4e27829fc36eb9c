"""What the clocks of service levels need of the due index, and what is known of their next tick."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID


class DueRow(Protocol):
    """The next mark of one clock of an incident."""

    @property
    def incident(self) -> UUID: ...
    @property
    def target(self) -> str: ...
    @property
    def mark(self) -> str: ...
    @property
    def round(self) -> int: ...
    @property
    def at(self) -> datetime:
        """When the clock reaches the mark if it runs on."""
        ...


class DueIndex(Protocol):
    """All marks that are ahead, derived from the ledger and a moment behind it."""

    async def due_before(self, now: datetime, limit: int) -> Sequence[DueRow]:
        """The rows that are due at or before a moment, earliest first, at most so many."""
        ...

    async def next_due(self) -> datetime | None:
        """The earliest moment of all rows."""
        ...

    async def reached(self, position: int, timeout: float) -> bool:
        """Wait until the index tells of a position, at most so many seconds; whether it does."""
        ...


class Horizon:
    """The moment that the clock waits for, as far as this process knows; None while it sweeps."""

    def __init__(self) -> None:
        self.next: datetime | None = None
