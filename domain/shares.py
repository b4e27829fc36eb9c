"""Records shared out among several who see to them, by the last byte of their ids."""

from typing import NamedTuple
from uuid import UUID

SPOTS = 256


def spot_of(id: UUID) -> int:
    """Where among the spots a record stands, for ever."""
    return id.int % SPOTS


class Share(NamedTuple):
    """One of so many shares: everything, if it is the only one."""

    number: int = 0
    of: int = 1

    @property
    def spots(self) -> range:
        return range(self.number, SPOTS, self.of)

    def holds(self, id: UUID) -> bool:
        return spot_of(id) in self.spots


WHOLE = Share()
