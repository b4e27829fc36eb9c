"""The page of a major incident: who leads it, what its stakeholders heard, what happened, and what
the review has found."""

from typing import Any

import msgspec

from domain.aggregate import Entry, Event
from domain.incident import Incident
from domain.major_incident import MajorIncident, cadence
from projections.rows import Rows
from projections.tables import (
    Id,
    Instant,
    Json,
    Row,
    Table,
    id_text,
    instant,
    moment,
)
from projections.view import Cases

NAME = "major_incidents"
VERSION = 1


class MajorRow(Row):
    ticket: Id
    state: str
    """proposed, active, declined or stood down"""
    reason: str
    """Why it was proposed, promoted, declined or stood down."""
    promoted_at: Instant | None = None
    incident_manager: Id | None = None
    communications: Id | None = None
    technical_lead: Id | None = None
    services: tuple[str, ...] = ()
    update_every: str = ""
    updated_at: Instant | None = None
    update_due: Instant | None = None
    """When the stakeholders are to hear of it next; None if nothing is owed."""
    updates_missed: int = 0
    review: str = ""
    """open or completed; empty before it."""
    summary: str = ""
    cause: str = ""
    actions: tuple[Json, ...] = ()
    """What is to be done so that it does not happen again."""


class TimelineRow(Row):
    ticket: Id
    position: int
    at: Instant
    """When it happened."""
    by: str
    what: str
    text: str
    is_internal: bool
    """Whether it is for those alone who work on it."""


MAJOR = Table(NAME, VERSION, MajorRow, key=("ticket",))
TIMELINE = Table(f"{NAME}_timeline", VERSION, TimelineRow, key=("ticket", "position"))

WHAT: dict[type[Event], str] = {
    Incident.Logged: "logged",
    Incident.MajorIncidentProposed: "proposed as a major incident",
    Incident.MajorPromoted: "promoted to a major incident",
    Incident.MajorDeclined: "declined as a major incident",
    Incident.MajorStoodDown: "stood down",
    Incident.MajorRoleGiven: "a role was given",
    Incident.AffectedServicesNamed: "affected services were named",
    Incident.StakeholdersUpdated: "stakeholders were updated",
    Incident.UpdateMissed: "an update was missed",
    Incident.TimelineNoted: "noted",
    Incident.Assigned: "assigned",
    Incident.EscalatedFunctionally: "escalated to another team",
    Incident.EscalatedHierarchically: "management was told",
    Incident.Resolved: "resolved",
    Incident.Reopened: "reopened",
    Incident.Closed: "closed",
    Incident.ReviewBegun: "a review began",
    Incident.ReviewCompleted: "the review was completed",
}
"""What stands on the timeline, and what it is called."""
PUBLIC = frozenset(
    {
        *(Incident.Logged, Incident.MajorPromoted, Incident.MajorStoodDown),
        *(Incident.AffectedServicesNamed, Incident.StakeholdersUpdated),
        *(Incident.Resolved, Incident.Reopened, Incident.Closed),
    }
)
"""What all see who can read the incident."""

CASES = Cases[Any]()


def fold(entry: Entry, rows: Rows) -> None:
    """Take in an event of an incident, of its whole history."""
    event: Any = entry.event
    id = id_text(entry.originator_id)
    row = rows.find(MAJOR, id)
    if isinstance(event, Incident.MajorIncidentProposed | Incident.MajorPromoted) and row is None:
        row = rows.put(MAJOR, MajorRow(id, "proposed", ""))
    if (what := WHAT.get(type(event))) is not None:
        rows.put(TIMELINE, _line(entry, id, what))
    if row is not None and (case := CASES.of(type(event))):
        case(event, row)


def _line(entry: Entry, id: str, what: str) -> TimelineRow:
    event: Any = entry.event
    said = getattr(event, "text", "") or getattr(event, "reason", "")
    at = event.happened_at if isinstance(event, Incident.TimelineNoted) else event.by.effective_at
    is_internal = type(event) not in PUBLIC
    # Why it was promoted is for those who decide.
    if isinstance(event, Incident.MajorPromoted | Incident.MajorStoodDown):
        said = ""
    return TimelineRow(id, entry.position, instant(at), event.by.actor, what, said, is_internal)


def _owe(row: MajorRow, since: str | None) -> None:
    row.updated_at = since
    _count(row)


def _count(row: MajorRow) -> None:
    """When the next update is due."""
    is_owed = row.state == "active" and row.update_every and row.updated_at
    row.update_due = (
        instant(moment(str(row.updated_at)) + cadence(row.update_every)) if is_owed else None
    )


@CASES.on(Incident.MajorIncidentProposed)
def _proposed(event: MajorIncident.MajorIncidentProposed, row: MajorRow) -> None:
    row.state, row.reason = "proposed", event.reason


@CASES.on(Incident.MajorPromoted)
def _promoted(event: MajorIncident.MajorPromoted, row: MajorRow) -> None:
    at = instant(event.by.effective_at)
    row.state, row.reason, row.promoted_at = "active", event.reason, at
    row.update_every = event.update_every
    _owe(row, at)


@CASES.on(Incident.MajorDeclined)
def _declined(event: MajorIncident.MajorDeclined, row: MajorRow) -> None:
    row.state, row.reason = "declined", event.reason


@CASES.on(Incident.MajorStoodDown)
def _stood_down(event: MajorIncident.MajorStoodDown, row: MajorRow) -> None:
    row.state, row.reason = "stood down", event.reason
    _count(row)


@CASES.on(Incident.MajorRoleGiven)
def _role(event: MajorIncident.MajorRoleGiven, row: MajorRow) -> None:
    setattr(row, event.role.replace(" ", "_"), id_text(event.person))


@CASES.on(Incident.AffectedServicesNamed)
def _services(event: MajorIncident.AffectedServicesNamed, row: MajorRow) -> None:
    row.services = event.services


@CASES.on(Incident.UpdateCadenceSet)
def _cadence(event: MajorIncident.UpdateCadenceSet, row: MajorRow) -> None:
    row.update_every = event.every
    _count(row)


@CASES.on(Incident.StakeholdersUpdated)
def _updated(event: MajorIncident.StakeholdersUpdated, row: MajorRow) -> None:
    _owe(row, instant(event.by.effective_at))


@CASES.on(Incident.UpdateMissed)
def _missed(_: Event, row: MajorRow) -> None:
    row.updates_missed += 1


@CASES.on(Incident.Resolved, Incident.Cancelled, Incident.Merged)
def _ended(_: Event, row: MajorRow) -> None:
    row.update_due = None


@CASES.on(Incident.Reopened)
def _reopened(event: Incident.Reopened, row: MajorRow) -> None:
    _owe(row, instant(event.by.effective_at))


@CASES.on(Incident.Unmerged)
def _unmerged(_: Event, row: MajorRow) -> None:
    _count(row)


@CASES.on(Incident.ReviewBegun)
def _review(_: Event, row: MajorRow) -> None:
    row.review = "open"


@CASES.on(Incident.ReviewActionAdded)
def _action(event: MajorIncident.ReviewActionAdded, row: MajorRow) -> None:
    plain = msgspec.to_builtins(event.action)
    action = {"is_done": False, "due": None, **plain, "title": event.title}
    row.actions = (*row.actions, action)


@CASES.on(Incident.ReviewActionDone)
def _done(event: MajorIncident.ReviewActionDone, row: MajorRow) -> None:
    row.actions = tuple(
        {**one, "is_done": True} if one["number"] == event.number else one for one in row.actions
    )


@CASES.on(Incident.ReviewCompleted)
def _completed(event: MajorIncident.ReviewCompleted, row: MajorRow) -> None:
    row.review, row.summary, row.cause = "completed", event.summary, event.cause
