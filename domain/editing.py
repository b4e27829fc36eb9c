"""Who is editing a ticket, for so many minutes: others see it before they begin to do the same.

It keeps nobody from acting, unless the type of the ticket says that it locks: then only who holds
the lock edits until it ends, by itself, by them, or broken with a reason (see `domain.edit_lock`).
"""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from domain import text
from domain.aggregate import Event
from domain.ids import as_id, number_of
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import Locked, require
from domain.ticket_base import TicketBase

MINUTES_MAX = 240


class Editing(TicketBase, abstract=True):
    editor: UUID | None
    """Who has said last that they are editing it."""
    edited_until: datetime | None
    edit_minutes: int
    """For how long each act of the editor prolongs a lock; 0 where it is none."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.editor = None
        self.edited_until = None
        self.edit_minutes = 0

    def editor_at(self, moment: datetime) -> UUID | None:
        """Who is editing it at a moment, if somebody is."""
        is_on = self.edited_until is not None and moment < self.edited_until
        return self.editor if is_on else None

    def holder_at(self, moment: datetime) -> UUID | None:
        """Who holds its lock at a moment, if somebody does."""
        return self.editor_at(moment) if self.edit_minutes else None

    def begin_edit(
        self, minutes: int, *, anyway: bool = False, locks: bool = False, by: Provenance
    ) -> None:
        """Say that one is editing it for so many minutes. `anyway`: although somebody else is,
        unless they hold a lock. `locks`: others do not edit it until then."""
        self.require_not_over()
        require(1 <= minutes <= MINUTES_MAX, f"minutes: a number from 1 to {MINUTES_MAX}.")
        self.require_unlocked(by)
        other = self.editor_at(by.at)
        if other is not None and str(other) != by.actor and not anyway:
            require(False, f"{number_of(other)} is editing it until {self.edited_until:%H:%M} UTC.")
        until = by.at + timedelta(minutes=minutes)
        self.record(self.EditBegun(by=by, until=until, lock_minutes=minutes if locks else 0))

    class EditBegun(Event):
        until: datetime
        lock_minutes: int = 0
        """For how long each act of the editor prolongs the lock; 0 where it is none."""

        def apply(self, ticket: "Editing", /) -> None:
            ticket.editor = as_id(self.by.actor)
            # What is no person edits nothing.
            ticket.edited_until = None if ticket.editor is None else self.until
            ticket.edit_minutes = self.lock_minutes

    def require_unlocked(self, by: Provenance) -> None:
        """Refuse who does not hold the lock that somebody holds. Raises Locked."""
        holder = self.holder_at(by.at)
        if holder is not None and str(holder) != by.actor and self.edited_until is not None:
            until = self.edited_until
            rule = f"{number_of(holder)} has locked it until {until:%Y-%m-%d %H:%M} UTC."
            raise Locked(rule, holder=holder, until=until)

    def prolong_edit(self, *, by: Provenance) -> None:
        """What an act of who holds the lock does, once half of its time is over."""
        is_held = str(self.holder_at(by.at)) == by.actor and not self.is_over
        if not is_held or self.edited_until is None:
            return
        lasts = timedelta(minutes=self.edit_minutes)
        if self.edited_until - by.at < lasts / 2:
            self.record(self.EditBegun(by=by, until=by.at + lasts, lock_minutes=self.edit_minutes))

    def end_edit(self, *, by: Provenance) -> None:
        """Say that one is not editing it any more. Who is not records nothing."""
        is_over = self.is_over and not self.edit_minutes
        if str(self.editor_at(by.at)) == by.actor and not is_over:
            self.record(self.EditEnded(by=by))

    class EditEnded(Event):
        def apply(self, ticket: "Editing", /) -> None:
            ticket.leave_edit()

    def break_lock(self, *, reason: str, by: Provenance) -> None:
        """End the lock that somebody holds, for a reason. Without one, it records nothing."""
        holder = self.holder_at(by.at)
        if holder is not None:
            reason = text.reason(reason, "Who breaks a lock says why.")
            self.record(self.LockBroken(by=by, holder=holder, reason=reason))

    class LockBroken(Event):
        holder: UUID
        reason: Annotated[str, Personal("actor")]

        def apply(self, ticket: "Editing", /) -> None:
            ticket.leave_edit()

    def leave_edit(self) -> None:
        """What an event does after which nobody is editing it."""
        self.editor = None
        self.edited_until = None
        self.edit_minutes = 0
