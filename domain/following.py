"""Who follows a ticket, and who was mentioned on it and has not read that yet."""

from collections.abc import Sequence
from uuid import UUID

from domain.aggregate import Event
from domain.ids import as_id
from domain.provenance import Provenance
from domain.rules import require
from domain.ticket_base import TicketBase

WATCHERS_MAX = 200
MENTIONED_MAX = 100
"""How many people a comment mentions, by their names and as members of teams."""


class Following(TicketBase, abstract=True):
    watchers: tuple[UUID, ...]
    unread: tuple[UUID, ...]
    """The people with mentions that they have not read."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.watchers = ()
        self.unread = ()

    # Watch -------------------------------------------------------------------------------

    def watch(self, person: UUID, *, by: Provenance) -> None:
        if person in self.watchers:
            return
        require(
            len(self.watchers) < WATCHERS_MAX, f"A {self.what} has at most {WATCHERS_MAX} watchers."
        )
        self.record(self.Watched(by=by, person=person))

    class Watched(Event):
        person: UUID

        def apply(self, ticket: "Following", /) -> None:
            ticket.watchers = (*ticket.watchers, self.person)

    def unwatch(self, person: UUID, *, by: Provenance) -> None:
        if person in self.watchers:
            self.record(self.Unwatched(by=by, person=person))

    class Unwatched(Event):
        person: UUID

        def apply(self, ticket: "Following", /) -> None:
            ticket.watchers = tuple(other for other in ticket.watchers if other != self.person)

    # Mention -----------------------------------------------------------------------------

    def expect_readers(self, people: Sequence[UUID]) -> None:
        """What an event that mentions people does."""
        self.unread = tuple(dict.fromkeys((*self.unread, *people)))

    def acknowledge_mentions(self, *, by: Provenance) -> None:
        """Say that one has read all that one was mentioned in. Allowed when it is over."""
        if as_id(by.actor) in self.unread:
            self.record(self.MentionsRead(by=by))

    class MentionsRead(Event):
        def apply(self, ticket: "Following", /) -> None:
            reader = as_id(self.by.actor)
            ticket.unread = tuple(one for one in ticket.unread if one != reader)
