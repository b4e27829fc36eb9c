"""The service clocks of tickets, as views keep them.

A view that shows clocks makes these tables its own. What an event does to the clocks stands in
`domain.ticket_clocks`.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from domain import clock_marks, ticket_clocks
from domain.aggregate import Entry
from domain.agreed_clocks import Agreed, HoursOf
from domain.business_time import BusinessHours
from domain.calendar import Calendar
from domain.clock_marks import Moment
from domain.clock_steps import Clock
from domain.ids import prefix_of
from domain.service_level_policy import ServiceLevelPolicy
from domain.ticket_clocks import EVENTS, NOTHING, TicketClocks
from projections.rows import Rows
from projections.tables import Id, Row, Table, id_text

Marks = dict[str, tuple[str, ...]]
"""The marks of a policy's escalation, by target."""

PREFIXES = ("INC", "CHG", "QST", "REQ")
"""Of the tickets that something can be promised for."""
DEFINITIONS = (Calendar.Defined, Calendar.Revised, ServiceLevelPolicy.VersionPublished)
"""The events that say what clocks count on, and are about no ticket."""


class ClocksRow(Row):
    ticket: Id
    state: TicketClocks


class HoursRow(Row):
    calendar: Id
    version: int
    hours: BusinessHours


class LatestRow(Row):
    calendar: Id
    version: int


class MarksRow(Row):
    policy: Id
    version: int
    marks: Marks


class Told(NamedTuple):
    """What an event has made of the clocks of a ticket, or of what they stand for."""

    before: TicketClocks
    now: TicketClocks
    has_moved: bool
    """Whether a clock is other than before."""


class ServiceLevels:
    """The tables of one view's clocks, and the folding of an event into them."""

    def __init__(self, view: str, version: int) -> None:
        self.clocks = Table(f"{view}_clocks", version, ClocksRow, key=("ticket",))
        self.hours = Table(f"{view}_hours", version, HoursRow, key=("calendar", "version"))
        self.latest = Table(f"{view}_calendars", version, LatestRow, key=("calendar",))
        self.marks = Table(f"{view}_marks", version, MarksRow, key=("policy", "version"))

    @property
    def tables(self) -> tuple[Table[Any], ...]:
        return self.clocks, self.hours, self.latest, self.marks

    def fold(self, entry: Entry, rows: Rows) -> Told | None:
        """Tell the clocks what happened, and return it if it has changed anything."""
        event = entry.event
        if type(event) in EVENTS:
            if is_promised(entry):
                return self._tell(entry, rows)
        elif isinstance(event, Calendar.Defined | Calendar.Revised):
            self._keep_hours(id_text(entry.originator_id), event, rows)
        elif isinstance(event, ServiceLevelPolicy.VersionPublished):
            row = MarksRow(id_text(entry.originator_id), event.number, marks_of(event))
            rows.put(self.marks, row)
        return None

    def next_moments(
        self, clocks: TicketClocks, rows: Rows
    ) -> Iterable[tuple[Agreed, Clock, Moment | None]]:
        """Each clock of a ticket with what it will want next, of its policy's marks and the
        breach."""
        for agreed in clocks.agreements:
            hours = agreed.hours(self.hours_of(rows))
            kept = rows.peek(self.marks, id_text(agreed.policy), agreed.policy_version)
            for clock in agreed.clocks:
                escalation = kept.marks.get(agreed.target(clock.target), ()) if kept else ()
                yield agreed, clock, clock_marks.next_moment(clock, hours, escalation)

    def keys(self, entry: Entry) -> Iterable[tuple[Table[Any], tuple[str]]]:
        """The row of clocks that an event can change, of a ticket that is known."""
        if entry.originator_version > 1 and type(entry.event) in EVENTS and is_promised(entry):
            yield self.clocks, (id_text(entry.originator_id),)

    def state(self, id: str, rows: Rows) -> TicketClocks:
        """The clocks of a ticket as they are known."""
        known = rows.peek(self.clocks, id)
        return NOTHING if known is None else known.state

    def _tell(self, entry: Entry, rows: Rows) -> Told | None:
        id = id_text(entry.originator_id)
        known = None if entry.originator_version == 1 else rows.get(self.clocks, id)
        before = NOTHING if known is None else known.state
        state = ticket_clocks.told(before, entry.event, self.hours_of(rows))
        if state is before:
            return None
        if known is None:
            rows.put(self.clocks, ClocksRow(id, state))
        else:
            known.state = state
        return Told(before, state, state.agreements != before.agreements)

    def _keep_hours(self, id: str, event: Calendar.Defined | Calendar.Revised, rows: Rows) -> None:
        latest = rows.find(self.latest, id) or rows.put(self.latest, LatestRow(id, 0))
        latest.version += 1
        rows.put(self.hours, HoursRow(id, latest.version, event.hours))

    def hours_of(self, rows: Rows) -> HoursOf:
        """The business hours that the view knows."""
        return partial(self._kept_hours, rows)

    def _kept_hours(self, rows: Rows, calendar: UUID, version: int) -> BusinessHours:
        kept = rows.peek(self.hours, id_text(calendar), version)
        if kept is None:
            raise LookupError(f"Calendar {calendar} has no version {version}.")
        return kept.hours


def is_promised(entry: Entry) -> bool:
    """Whether something can be promised for the record of an event."""
    return prefix_of(entry.originator_id) in PREFIXES


def marks_of(event: ServiceLevelPolicy.VersionPublished) -> Marks:
    marks: Marks = {}
    for step in event.definition.escalation:
        known = marks.get(step.target, ())
        if step.mark not in known:
            marks[step.target] = (*known, step.mark)
    return marks
