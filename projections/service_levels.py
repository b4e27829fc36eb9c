"""The service clocks of incidents, as views keep them.

A view that shows clocks makes these tables its own. What an event does to the clocks stands in
`domain.incident_clocks`.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any
from uuid import UUID

from domain import incident_clocks
from domain.aggregate import Entry, Event
from domain.business_time import BusinessHours
from domain.calendar import Calendar
from domain.incident import Incident
from domain.incident_clocks import EVENTS, NOTHING, HoursOf, IncidentClocks, Moment
from domain.service_level_policy import ServiceLevelPolicy
from projections.rows import Rows
from projections.tables import Id, Row, Table, id_text

Marks = dict[str, tuple[str, ...]]
"""The marks of a policy's escalation, by target."""


DEFINITIONS = (Calendar.Defined, Calendar.Revised, ServiceLevelPolicy.VersionPublished)
"""The events that say what clocks count on, and are about no ticket."""


class ClocksRow(Row):
    incident: Id
    state: IncidentClocks


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

    def fold(self, entry: Entry, rows: Rows) -> IncidentClocks | None:
        """Tell the clocks what happened; the clocks of the incident if that can have changed
        them."""
        event = entry.event
        if type(event) in EVENTS:
            return self._tell(event, id_text(entry.originator_id), rows)
        if isinstance(event, Calendar.Defined | Calendar.Revised):
            self._keep_hours(id_text(entry.originator_id), event, rows)
        elif isinstance(event, ServiceLevelPolicy.VersionPublished):
            row = MarksRow(id_text(entry.originator_id), event.number, marks_of(event))
            rows.put(self.marks, row)
        return None

    def next_moments(self, clocks: IncidentClocks, rows: Rows) -> Iterable[Moment | None]:
        """What each clock of an incident will want next, of its policy's marks and the breach."""
        hours = clocks.hours(self._hours_of(rows))
        if hours is None or clocks.policy is None:
            return
        kept = rows.peek(self.marks, id_text(clocks.policy), clocks.policy_version)
        for clock in clocks.clocks:
            escalation = kept.marks.get(clock.target, ()) if kept else ()
            yield incident_clocks.next_moment(clock, hours, escalation)

    def _tell(self, event: Event, id: str, rows: Rows) -> IncidentClocks:
        is_new = isinstance(event, Incident.Logged)
        row = rows.put(self.clocks, ClocksRow(id, NOTHING)) if is_new else rows.get(self.clocks, id)
        row.state = incident_clocks.told(row.state, event, self._hours_of(rows))
        return row.state

    def _keep_hours(self, id: str, event: Calendar.Defined | Calendar.Revised, rows: Rows) -> None:
        latest = rows.find(self.latest, id) or rows.put(self.latest, LatestRow(id, 0))
        latest.version += 1
        rows.put(self.hours, HoursRow(id, latest.version, event.hours))

    def _hours_of(self, rows: Rows) -> HoursOf:
        return partial(self._kept_hours, rows)

    def _kept_hours(self, rows: Rows, calendar: UUID, version: int) -> BusinessHours:
        kept = rows.peek(self.hours, id_text(calendar), version)
        if kept is None:
            raise LookupError(f"Calendar {calendar} has no version {version}.")
        return kept.hours


def marks_of(event: ServiceLevelPolicy.VersionPublished) -> Marks:
    marks: Marks = {}
    for step in event.definition.escalation:
        known = marks.get(step.target, ())
        if step.mark not in known:
            marks[step.target] = (*known, step.mark)
    return marks
