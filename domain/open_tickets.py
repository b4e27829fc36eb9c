"""Versions that are for what begins from now on, or for all open tickets as well.

A record that has such versions keeps of each for which tickets it is, and how far the open ones
have been given the latest that is for them: see `domain.desk.policy_moves`.
"""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from msgspec import Struct

from domain.aggregate import Aggregate, Event
from domain.provenance import Provenance

AppliesTo = Literal["new", "open"]
"""Whether a version is for what is promised from now on, or for all open tickets as well."""


class Move(Struct, frozen=True, kw_only=True):
    """How far open tickets have been given a version, in the order of their ids."""

    version: int
    after: UUID | None = None
    """The last ticket that was looked at."""
    seen: int = 0
    moved: int = 0
    is_done: bool = False


def version_for(applied_to: Sequence[AppliesTo], known: int) -> int:
    """The version that is for a ticket which has one: that one, or the latest since that is for
    open tickets too."""
    since = range(len(applied_to), known, -1)
    return next((number for number in since if applied_to[number - 1] == "open"), known)


class ForOpenTickets(Aggregate, abstract=True):
    applied_to: tuple[AppliesTo, ...]
    """Of each version."""
    move: Move | None

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.applied_to = ()
        self.move = None

    def version_for(self, known: int) -> int:
        """The version that is for a ticket which has one."""
        return version_for(self.applied_to, known)

    def begin_version(self, applies_to: AppliesTo) -> None:
        """What an event does that makes a version."""
        self.applied_to = (*self.applied_to, applies_to)
        if applies_to == "open":
            self.move = Move(version=len(self.applied_to))

    def _include_open(self, *, by: Provenance) -> None:
        """Let the latest version be for open tickets, which was for new ones alone."""
        if self.applied_to[-1] == "new":
            self.record(self.OpenTicketsIncluded(by=by, number=len(self.applied_to)))

    class OpenTicketsIncluded(Event):
        number: int
        """The version, which was for new tickets alone."""

        def apply(self, record: "ForOpenTickets", /) -> None:
            record.applied_to = (*record.applied_to[: self.number - 1], "open")
            record.move = Move(version=self.number)

    def note_moved(
        self,
        version: int,
        *,
        after: UUID | None,
        seen: int,
        moved: int,
        is_done: bool,
        by: Provenance,
    ) -> None:
        """Say that so many more open tickets were looked at, up to one, and so many of them were
        moved to a version. What is told of another version, or twice, records nothing."""
        move = self.move
        if move is None or move.is_done or move.version != version:
            return
        if not is_done and (after is None or (move.after is not None and after <= move.after)):
            return
        self.record(
            self.OpenTicketsMoved(
                by=by, number=version, after=after, seen=seen, moved=moved, is_done=is_done
            )
        )

    class OpenTicketsMoved(Event):
        number: int
        """The version."""
        seen: int
        moved: int
        after: UUID | None = None
        is_done: bool = False

        def apply(self, record: "ForOpenTickets", /) -> None:
            known = record.move or Move(version=self.number)
            record.move = Move(
                version=self.number,
                after=self.after,
                seen=known.seen + self.seen,
                moved=known.moved + self.moved,
                is_done=self.is_done,
            )
