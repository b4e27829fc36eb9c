"""Tickets that are merged and split, both of which can be undone.

A ticket that is merged into another is over, and keeps all that it says: its comments, files and
watchers are seen through the other. It remembers how it stood, so that it stands so again when the
merge is undone. A ticket that is split off begins with some comments of another, which stay there
too, marked with where they went.
"""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from domain.aggregate import Event
from domain.ids import number_of
from domain.life_cycle import LifeCycle, Moved
from domain.provenance import Provenance
from domain.rules import require

MERGED = "merged"
MERGED_MAX = 200
"""So many tickets are merged into one at most, and split off one."""
COMMENTS_MAX = 200
"""So many comments go with a ticket that is split off."""


class Mergeable(LifeCycle, abstract=True):
    merged_into: UUID | None
    absorbed: tuple[UUID, ...]
    """The tickets that are merged into this one."""
    before_merge: tuple[str, str]
    """The state and the reason of waiting before it was merged."""
    split_from: UUID | None
    split_comments: tuple[int, ...]
    """The comments of the other that it began with, by their positions in the ledger."""
    parts: tuple[UUID, ...]
    """The tickets that were split off."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.merged_into = None
        self.absorbed = ()
        self.before_merge = ("", "")
        self.split_from = None
        self.split_comments = ()
        self.parts = ()

    @property
    def is_over(self) -> bool:
        return super().is_over or self.merged_into is not None

    @property
    def is_called_off(self) -> bool:
        return super().is_called_off or self.merged_into is not None

    def _require_alive(self) -> None:
        """Refuse to merge into what is over, or merged itself."""
        if self.merged_into is not None:
            into = number_of(self.merged_into)
            require(False, f"{self.number} was merged into {into}: that is the one to merge with.")
        is_ending = self.is_over or self.is_called_off
        require(not is_ending, f"Nothing is merged into a {self.what} that is over.")

    # Merge -------------------------------------------------------------------------------

    def merge(self, into: UUID, *, by: Provenance) -> None:
        """End as a part of another ticket. Doing so again records nothing."""
        if self.merged_into == into:
            return
        require(into != self.id, f"No {self.what} is merged into itself.")
        if self.merged_into is not None:
            other = number_of(self.merged_into)
            require(False, f"{self.number} was merged into {other} already.")
        self._require("merge")
        self.record(self.Merged(by=by, into=into))

    class Merged(Moved):
        act = "merge"

        into: UUID

        def apply(self, ticket: "Mergeable", /) -> None:
            ticket.before_merge = (str(ticket.status), ticket.pending_reason)
            super().apply(ticket)
            ticket.merged_into = self.into

    def absorb(self, other: UUID, *, by: Provenance) -> None:
        """Take in a ticket that is merged into this one."""
        if other in self.absorbed:
            return
        self._require_alive()
        require(
            len(self.absorbed) < MERGED_MAX,
            f"At most {MERGED_MAX} tickets are merged into one.",
        )
        self.record(self.Absorbed(by=by, other=other))

    class Absorbed(Event):
        other: UUID

        def apply(self, ticket: "Mergeable", /) -> None:
            ticket.absorbed = (*ticket.absorbed, self.other)

    def unmerge(self, *, by: Provenance) -> None:
        """Stand again as before it was merged. One that is not merged stays as it is."""
        if self.merged_into is None:
            return
        status, pending_reason = self.before_merge
        self.record(
            self.Unmerged(
                by=by, from_=self.merged_into, status=status, pending_reason=pending_reason
            )
        )

    class Unmerged(Event):
        from_: UUID
        status: str
        """The state in which it was when it was merged."""
        pending_reason: str = ""

        def apply(self, ticket: "Mergeable", /) -> None:
            states: type[StrEnum] = type(ticket.first)
            ticket.status = states(self.status)
            ticket.pending_reason = self.pending_reason
            ticket.merged_into = None
            ticket.before_merge = ("", "")

    def release(self, other: UUID, *, by: Provenance) -> None:
        """Give back a ticket whose merge is undone, also from one that is over."""
        if other in self.absorbed:
            self.record(self.Released(by=by, other=other))

    class Released(Event):
        other: UUID

        def apply(self, ticket: "Mergeable", /) -> None:
            ticket.absorbed = tuple(one for one in ticket.absorbed if one != self.other)

    # Split -------------------------------------------------------------------------------

    def split_off(self, part: UUID, comments: Sequence[int], *, by: Provenance) -> None:
        """Say that a new ticket was made of some comments of this one."""
        self.require_not_over()
        require(len(self.parts) < MERGED_MAX, f"At most {MERGED_MAX} tickets are split off one.")
        require(
            0 < len(set(comments)) <= COMMENTS_MAX,
            f"A ticket is split off with 1 to {COMMENTS_MAX} comments.",
        )
        self.record(self.PartSplitOff(by=by, part=part, comments=tuple(sorted(set(comments)))))

    class PartSplitOff(Event):
        part: UUID
        comments: tuple[int, ...]
        """The positions of the comments in the ledger."""

        def apply(self, ticket: "Mergeable", /) -> None:
            ticket.parts = (*ticket.parts, self.part)

    def begin_split(self, source: UUID, comments: Sequence[int], *, by: Provenance) -> None:
        """Begin with some comments of another ticket."""
        self.require_not_over()
        self.record(self.SplitFrom(by=by, source=source, comments=tuple(sorted(set(comments)))))

    class SplitFrom(Event):
        source: UUID
        comments: tuple[int, ...]

        def apply(self, ticket: "Mergeable", /) -> None:
            ticket.split_from = self.source
            ticket.split_comments = self.comments

    def undo_split(self, *, by: Provenance) -> None:
        """Give its comments back, and end as a part of the ticket that it was split off."""
        if self.split_from is None:
            return
        source = self.split_from
        self.merge(source, by=by)
        self.record(self.SplitUndone(by=by, source=source))

    class SplitUndone(Event):
        source: UUID

        def apply(self, ticket: "Mergeable", /) -> None:
            ticket.split_from = None
            ticket.split_comments = ()

    def take_back(self, part: UUID, *, by: Provenance) -> None:
        """Take in again what was split off."""
        if part in self.parts:
            self._require_alive()
            self.absorb(part, by=by)
            self.record(self.PartTakenBack(by=by, part=part))

    class PartTakenBack(Event):
        part: UUID

        def apply(self, ticket: "Mergeable", /) -> None:
            ticket.parts = tuple(one for one in ticket.parts if one != self.part)
