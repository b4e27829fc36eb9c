"""Consumers of the feed whose positions the desk keeps for them, by name, for each person."""

from uuid import UUID

import msgspec
from msgspec import Struct

from domain.feed.wanted import Wanted
from domain.recorder import LedgerRecorder
from domain.rules import NotFound, Refused, require

CONSUMERS_MAX = 50
"""Of each person."""


class Consumer(Struct, frozen=True, kw_only=True):
    name: str
    position: int
    """What it wants up to here it has acknowledged."""
    wanted: Wanted


class Moved(Refused):
    """Somebody else acknowledged in between."""


class Consumers:
    """Those of one person."""

    def __init__(self, recorder: LedgerRecorder, owner: UUID) -> None:
        self._recorder = recorder
        self._prefix = f"consumer/{owner}/"

    def all(self) -> list[Consumer]:
        return [
            self._of(name.removeprefix(self._prefix), position, note)
            for name, position, note in self._recorder.tracked_all(self._prefix)
        ]

    def find(self, name: str) -> Consumer:
        """Raises NotFound."""
        position, note = self._recorder.tracked(self._prefix + name)
        if not note:
            raise NotFound(f"You have no consumer {name}.")
        return self._of(name, position, note)

    def put(self, name: str, wanted: Wanted, after: int | None) -> Consumer:
        """Make a consumer, or change what it wants. Without a position it stays where it is; a new
        one begins with the ledger. Raises Refused where there are too many."""
        before, note = self._recorder.tracked(self._prefix + name)
        if not note:
            require(
                len(self.all()) < CONSUMERS_MAX,
                f"A person has at most {CONSUMERS_MAX} consumers.",
            )
        position = before if after is None else after
        self._recorder.track(self._prefix + name, position, msgspec.json.encode(wanted).decode())
        return Consumer(name=name, position=position, wanted=wanted)

    def acknowledge(self, name: str, *, was: int, position: int) -> Consumer:
        """Move a consumer on from where it was. Raises Moved where it is elsewhere."""
        require(position >= was, "position: a consumer moves forward.")
        if not self._recorder.move(self._prefix + name, was, position):
            raise Moved(f"{name} stands at {self.find(name).position}, not at {was}.")
        return self.find(name)

    def remove(self, name: str) -> None:
        """Raises NotFound."""
        self.find(name)
        self._recorder.untrack(self._prefix + name)

    @staticmethod
    def _of(name: str, position: int, note: str) -> Consumer:
        wanted = msgspec.json.decode(note, type=Wanted)
        return Consumer(name=name, position=position, wanted=wanted)
