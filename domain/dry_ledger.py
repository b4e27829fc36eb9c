"""A ledger that decides as another would, and records nothing: for finding out what would be."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from domain.aggregate import Aggregate
from domain.ids import SERIAL_MAX, record_id
from domain.key_tree import Part
from domain.ledger import Ledger
from domain.recorder import Receipt
from domain.staged_ledger import StagedLedger


class DryLedger(StagedLedger):
    """What a command would change is seen by the later ones, and by nobody else. New records have
    numbers that no record will ever have."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self._numbers = 0

    async def next_id(self, kind: type[Aggregate]) -> UUID:
        self._numbers += 1
        return record_id(kind.prefix, SERIAL_MAX - self._numbers)

    def forget(self, person: UUID) -> None:
        """Destroy no key."""

    def remove_words(self, removed: Collection[tuple[UUID, Part]]) -> None:
        """Remove nothing."""

    async def _recorded(self, command: UUID) -> Receipt | None:
        return None

    def _take(self, *_: Any) -> None:
        """Keep nothing to be committed."""
