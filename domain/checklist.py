"""The checklist of a ticket: what is not to be forgotten, and who has done it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain import text
from domain.aggregate import Event
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import Refused, require
from domain.ticket_base import TicketBase

ITEMS_MAX = 200


class Item(Struct, frozen=True, kw_only=True):
    number: int
    """From 1, never used again on the same ticket."""
    assignee: UUID | None = None
    done_by: str = ""
    """Who has done it; "" while nobody has."""
    done_at: datetime | None = None


class Checklist(TicketBase, abstract=True):
    checklist: tuple[Item, ...]
    items_added: int

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.checklist = ()
        self.items_added = 0

    def item(self, number: int) -> Item:
        """The item of a number. Raises Refused."""
        for item in self.checklist:
            if item.number == number:
                return item
        raise Refused(f"There is no item {number} on the checklist.")

    # Add and remove ------------------------------------------------------------------------

    def add_item(self, title: str, *, assignee: UUID | None = None, by: Provenance) -> None:
        self.require_not_over()
        require(len(self.checklist) < ITEMS_MAX, f"A checklist has at most {ITEMS_MAX} items.")
        self.record(
            self.ItemAdded(
                by=by,
                number=self.items_added + 1,
                title=text.title(title, "An item"),
                assignee=assignee,
            )
        )

    class ItemAdded(Event):
        number: int
        title: Annotated[str, Personal("actor")]
        assignee: UUID | None = None

        def apply(self, ticket: "Checklist", /) -> None:
            ticket.items_added = self.number
            ticket.checklist = (
                *ticket.checklist,
                Item(number=self.number, assignee=self.assignee),
            )

    def remove_item(self, number: int, *, by: Provenance) -> None:
        self.require_not_over()
        self.item(number)
        self.record(self.ItemRemoved(by=by, number=number))

    class ItemRemoved(Event):
        number: int

        def apply(self, ticket: "Checklist", /) -> None:
            ticket.checklist = tuple(
                item for item in ticket.checklist if item.number != self.number
            )

    # Do, and find that it is not done ------------------------------------------------------

    def complete_item(self, number: int, *, by: Provenance) -> None:
        """Say that it is done. The same again records nothing."""
        self.require_not_over()
        if not self.item(number).done_by:
            self.record(self.ItemCompleted(by=by, number=number))

    class ItemCompleted(Event):
        number: int

        def apply(self, ticket: "Checklist", /) -> None:
            ticket._mark(self.number, self.by.actor, self.by.effective_at)

    def reopen_item(self, number: int, *, by: Provenance) -> None:
        """Say that it is not done after all. The same again records nothing."""
        self.require_not_over()
        if self.item(number).done_by:
            self.record(self.ItemReopened(by=by, number=number))

    class ItemReopened(Event):
        number: int

        def apply(self, ticket: "Checklist", /) -> None:
            ticket._mark(self.number, "", None)

    def _mark(self, number: int, done_by: str, done_at: datetime | None) -> None:
        self.checklist = tuple(
            replace(item, done_by=done_by, done_at=done_at) if item.number == number else item
            for item in self.checklist
        )
