"""Who is editing a ticket, for so many minutes: others see it before they begin to do the same.

It keeps nobody from acting; that two acts do not overwrite each other is seen to by the version
that each of them names.
"""

from datetime import datetime, timedelta
from uuid import UUID

from domain.aggregate import Event
from domain.ids import as_id, number_of
from domain.provenance import Provenance
from domain.rules import require
from domain.ticket_base import TicketBase

MINUTES_MAX = 240


class Editing(TicketBase, abstract=True):
    editor: UUID | None
    """Who has said last that they are editing it."""
    edited_until: datetime | None

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.editor = None
        self.edited_until = None

    def editor_at(self, moment: datetime) -> UUID | None:
        """Who is editing it at a moment, if somebody is."""
        is_on = self.edited_until is not None and moment < self.edited_until
        return self.editor if is_on else None

    def begin_edit(self, minutes: int, *, anyway: bool = False, by: Provenance) -> None:
        """Say that one is editing it for so many minutes. `anyway`: although somebody else is."""
        self.require_not_over()
        require(1 <= minutes <= MINUTES_MAX, f"minutes: a number from 1 to {MINUTES_MAX}.")
        other = self.editor_at(by.at)
        if other is not None and str(other) != by.actor and not anyway:
            require(False, f"{number_of(other)} is editing it until {self.edited_until:%H:%M} UTC.")
        until = by.at + timedelta(minutes=minutes)
        self.record(self.EditBegun(by=by, until=until))

    class EditBegun(Event):
        until: datetime

        def apply(self, ticket: "Editing", /) -> None:
            ticket.editor = as_id(self.by.actor)
            ticket.edited_until = self.until

    def end_edit(self, *, by: Provenance) -> None:
        """Say that one is not editing it any more. Who is not records nothing."""
        if str(self.editor_at(by.at)) == by.actor and not self.is_over:
            self.record(self.EditEnded(by=by))

    class EditEnded(Event):
        def apply(self, ticket: "Editing", /) -> None:
            ticket.editor = None
            ticket.edited_until = None
