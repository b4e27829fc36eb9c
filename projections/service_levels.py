"""The service clocks of incidents, as views keep them: told each fact once, in the order recorded.

A view that shows clocks makes these tables its own. The promise of a target counts from the
opening of the incident, also when it is given later; a promise given anew keeps what the clock has
consumed, and its marks count again unless it was met.
"""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from domain import clock_marks, service_clock
from domain.aggregate import Entry, Event
from domain.business_time import BusinessHours
from domain.calendar import Calendar
from domain.incident import BREACH, FIRST_RESPONSE, Incident
from domain.rules import Refused
from domain.service_clock import Clock, Fact, FactKind, Target
from domain.service_level_policy import ServiceLevelPolicy
from projections.rows import Rows
from projections.tables import Id, Row, Table, id_text
from projections.view import Cases

Marks = dict[str, tuple[str, ...]]
"""The marks of a policy's escalation, by target."""


DEFINITIONS = (Calendar.Defined, Calendar.Revised, ServiceLevelPolicy.VersionPublished)
"""The events that say what clocks count on, and are about no ticket."""


class ClocksRow(Row):
    """What the clocks of an incident need to know about it."""

    incident: Id
    opened_at: datetime
    round: int = 0
    policy: Id | None = None
    policy_version: int = 0
    calendar: Id | None = None
    calendar_version: int = 0
    clocks: tuple[Clock, ...] = ()
    paused_by: str = ""
    paused_at: datetime | None = None
    responded_at: datetime | None = None
    resolved_at: datetime | None = None
    cancelled_at: datetime | None = None


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


class Moment(Struct, frozen=True):
    """What a clock will want next."""

    mark: str
    at: datetime


class ServiceLevels:
    """The tables of one view's clocks, and the folding of an event into them."""

    def __init__(self, view: str, version: int) -> None:
        self.clocks = Table(f"{view}_clocks", version, ClocksRow, key=("incident",))
        self.hours = Table(f"{view}_hours", version, HoursRow, key=("calendar", "version"))
        self.latest = Table(f"{view}_calendars", version, LatestRow, key=("calendar",))
        self.marks = Table(f"{view}_marks", version, MarksRow, key=("policy", "version"))

    @property
    def tables(self) -> tuple[Table[Any], ...]:
        return self.clocks, self.hours, self.latest, self.marks

    def fold(self, entry: Entry, rows: Rows) -> ClocksRow | None:
        """Tell the clocks what happened; the clocks of the incident if that can have changed
        them."""
        event, id = entry.event, id_text(entry.originator_id)
        if isinstance(event, Incident.Logged):
            return rows.put(self.clocks, ClocksRow(id, event.by.effective_at))
        if isinstance(event, Calendar.Defined | Calendar.Revised):
            self._keep_hours(id, event, rows)
        elif isinstance(event, ServiceLevelPolicy.VersionPublished):
            marks = marks_of(event)
            rows.put(self.marks, MarksRow(id, event.number, marks))
        elif isinstance(event, Incident.ServiceLevelApplied):
            row = rows.get(self.clocks, id)
            self._apply(event, row, rows)
            return row
        elif case := CASES.of(type(event)):
            row = rows.get(self.clocks, id)
            case(event, row, self.hours_of(row, rows))
            return row
        return None

    def _keep_hours(self, id: str, event: Calendar.Defined | Calendar.Revised, rows: Rows) -> None:
        latest = rows.find(self.latest, id) or rows.put(self.latest, LatestRow(id, 0))
        latest.version += 1
        rows.put(self.hours, HoursRow(id, latest.version, event.hours))

    def hours_of(self, row: ClocksRow, rows: Rows) -> BusinessHours | None:
        """The business hours that the clocks count on; None before any promise."""
        if row.calendar is None:
            return None
        kept = rows.peek(self.hours, row.calendar, row.calendar_version)
        if kept is None:
            raise LookupError(f"Calendar {row.calendar} has no version {row.calendar_version}.")
        return kept.hours

    def next_moment(self, clock: Clock, row: ClocksRow, rows: Rows) -> Moment | None:
        """The first mark that is not done, the breach among them; of a clock that does not run
        any more, the breach that nobody has marked yet."""
        hours = self.hours_of(row, rows)
        if hours is None:
            return None
        if clock.state in ("paused", "met"):
            is_owed = BREACH not in clock.marks_done
            return Moment(BREACH, clock.breached_at) if clock.breached_at and is_owed else None
        kept = rows.peek(self.marks, row.policy, row.policy_version)
        escalation = kept.marks.get(clock.target, ()) if kept else ()
        try:
            found = clock_marks.next_mark(clock, hours, dict.fromkeys((*escalation, BREACH)))
        except Refused:
            # The calendar ends before that mark: it will never come.
            found = clock_marks.next_mark(clock, hours, (BREACH,))
        return None if found is None else Moment(*found)

    def _apply(self, event: Incident.ServiceLevelApplied, row: ClocksRow, rows: Rows) -> None:
        before = self.hours_of(row, rows)
        row.round += 1
        row.policy, row.policy_version = id_text(event.policy), event.policy_version
        row.calendar, row.calendar_version = id_text(event.calendar), event.calendar_version
        hours = self.hours_of(row, rows)
        assert hours is not None
        at = event.by.effective_at
        known = {clock.target: clock for clock in row.clocks}
        clocks = []
        for promise in event.commitments:
            clock = known.pop(promise.name, None)
            if clock is None or clock.state == "cancelled":
                target = Target(promise.name, promise.budget, promise.pausing)
                clocks.append(_begun(target, row, hours))
            else:
                given = service_clock.re_budget(
                    clock, at, before or hours, promise.budget, hours_from_now=hours
                )
                marks = given.marks_done if given.state == "met" else ()
                clocks.append(
                    msgspec.structs.replace(given, pausing=promise.pausing, marks_done=marks)
                )
        dropped = [service_clock.cancel(clock, at, before or hours) for clock in known.values()]
        # Nobody is told of the breach of a promise that holds no more.
        row.clocks = (*clocks, *(service_clock.marked(clock, BREACH) for clock in dropped))


def _begun(target: Target, row: ClocksRow, hours: BusinessHours) -> Clock:
    """A clock from the opening of its incident on, told what has happened since."""
    met_at = row.responded_at if target.name == FIRST_RESPONSE else row.resolved_at
    clock = service_clock.start(service_clock.waiting(target), row.opened_at, hours)
    if met_at is not None:
        return service_clock.meet(clock, met_at, hours)
    if row.paused_at is not None:
        return service_clock.pause(clock, row.paused_at, hours, row.paused_by)
    return clock


def marks_of(event: ServiceLevelPolicy.VersionPublished) -> Marks:
    marks: Marks = {}
    for step in event.definition.escalation:
        known = marks.get(step.target, ())
        if step.mark not in known:
            marks[step.target] = (*known, step.mark)
    return marks


# What an event of an incident tells its clocks ---------------------------------------------

CASES = Cases[Any]()


def _tell(
    row: ClocksRow, kind: FactKind, at: datetime, hours: BusinessHours | None, by: str = ""
) -> None:
    if hours is not None:
        fact = Fact(at, kind, by)
        row.clocks = tuple(service_clock.told(clock, fact, hours) for clock in row.clocks)


@CASES.on(Incident.Paused)
def _paused(event: Incident.Paused, row: ClocksRow, hours: BusinessHours | None) -> None:
    row.paused_by, row.paused_at = event.reason, event.by.effective_at
    _tell(row, "pause", event.by.effective_at, hours, event.reason)


@CASES.on(Incident.Resumed)
def _resumed(event: Event, row: ClocksRow, hours: BusinessHours | None) -> None:
    row.paused_by, row.paused_at = "", None
    _tell(row, "resume", event.by.effective_at, hours)


@CASES.on(Incident.FirstResponded)
def _responded(event: Event, row: ClocksRow, hours: BusinessHours | None) -> None:
    row.responded_at = event.by.effective_at
    _meet(row, event.by.effective_at, hours, is_response=True)


@CASES.on(Incident.Resolved)
def _resolved(event: Event, row: ClocksRow, hours: BusinessHours | None) -> None:
    row.paused_by, row.paused_at = "", None
    row.resolved_at = event.by.effective_at
    _meet(row, event.by.effective_at, hours, is_response=False)


@CASES.on(Incident.Reopened)
def _reopened(event: Event, row: ClocksRow, hours: BusinessHours | None) -> None:
    row.resolved_at = None
    if hours is not None:
        row.clocks = tuple(
            clock
            if clock.target == FIRST_RESPONSE
            else service_clock.reopen(clock, event.by.effective_at, hours)
            for clock in row.clocks
        )


@CASES.on(Incident.Cancelled)
def _cancelled(event: Event, row: ClocksRow, hours: BusinessHours | None) -> None:
    row.cancelled_at = event.by.effective_at
    _tell(row, "cancel", event.by.effective_at, hours)


@CASES.on(Incident.Closed)
def _closed(event: Event, row: ClocksRow, hours: BusinessHours | None) -> None:
    """Nobody will answer a closed incident for the first time."""
    if hours is not None:
        row.clocks = tuple(
            service_clock.cancel(clock, event.by.effective_at, hours) for clock in row.clocks
        )


@CASES.on(Incident.MarkReached)
def _marked(event: Incident.MarkReached, row: ClocksRow, hours: BusinessHours | None) -> None:
    if event.round != row.round or hours is None:
        return
    row.clocks = tuple(
        _with_mark(clock, event, hours) if clock.target == event.target else clock
        for clock in row.clocks
    )


def _with_mark(clock: Clock, event: Incident.MarkReached, hours: BusinessHours) -> Clock:
    clock = service_clock.marked(clock, event.mark)
    if event.mark == BREACH:
        # A breach is later than the due moment by nothing: only a moment after it settles it.
        clock = service_clock.settled(clock, event.by.effective_at, hours)
    return clock


def _meet(row: ClocksRow, at: datetime, hours: BusinessHours | None, *, is_response: bool) -> None:
    if hours is not None:
        row.clocks = tuple(
            service_clock.meet(clock, at, hours)
            if (clock.target == FIRST_RESPONSE) is is_response
            else clock
            for clock in row.clocks
        )
