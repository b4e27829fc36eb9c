"""The work queue: all tickets in one list, with what their order and their filters need."""

from typing import Any

from msgspec import to_builtins

from domain import service_clock
from domain.aggregate import Entry, Event
from domain.change import Change
from domain.custom_fields import CustomFields
from domain.ids import prefix_of
from domain.incident import Incident
from domain.life_cycle import LifeCycle, Moved, Reopenable, Resolvable
from domain.merging import Mergeable
from domain.problem import Problem
from domain.problem import Status as ProblemStatus
from domain.question import Question, at_first_contact, touched
from domain.service_request import ServiceRequest
from domain.ticket import Ticket
from domain.ticket_clocks import TicketClocks
from projections import asked_information, service_levels, tickets
from projections.rows import Rows
from projections.service_levels import ServiceLevels, Told
from projections.tables import (
    Id,
    Instant,
    Json,
    Row,
    Table,
    id_or_none,
    id_text,
    instant,
    instant_or_none,
    number_text,
)
from projections.view import Cases

NAME = "work_queue"
VERSION = 10


class QueueRow(Row):
    id: Id
    number: str
    kind: str
    title: str
    status: str
    requester: Id | None
    organisation: Id | None
    channel: str
    opened_at: Instant
    updated_at: Instant
    version: int
    position: int
    is_open: bool = True
    type: str = ""
    """Of a change: standard, normal or emergency."""
    priority: int | None = None
    impact: int | None = None
    urgency: int | None = None
    category: str = ""
    subcategory: str = ""
    service: str = ""
    team: Id | None = None
    assignee: Id | None = None
    pending_reason: str = ""
    support_level: int | None = None
    escalation_level: int = 0
    is_known_error: bool = False
    is_first_contact: bool = False
    """Whether a question was answered by the first person who acted on it."""
    hands: tuple[str, ...] = ()
    """The people other than the requester who have acted on a question."""
    reassigned: int = 0
    """How often it was handed over by somebody who had it."""
    reopened: int = 0
    merged_into: Id | None = None
    is_major: bool = False
    is_major_proposed: bool = False
    comments: int = 0
    responded_at: Instant | None = None
    resolved_at: Instant | None = None
    closed_at: Instant | None = None
    due: Instant | None = None
    """When the next of its running service clocks is due, or was; None while all stand."""
    due_target: str = ""
    is_approval_owed: bool = False
    """Whether it is a change that was begun without an approval, which is still to be decided."""
    is_information_asked: bool = False
    """Whether its approval waits for information from the requester."""
    asked_in: tuple[str, ...] = ()
    """The stages of its approval for which that is outstanding."""
    fields: Json = {}
    """The values of the fields that the desk has added, without those that are personal."""
    breached_at: Instant | None = None
    """When the first of its targets was missed, as far as its clocks have been settled."""


QUEUE = Table(
    NAME,
    VERSION,
    QueueRow,
    key=("id",),
    indexes=[
        ("number",),
        ("updated_at", "id"),
        ("opened_at", "id"),
        ("is_open", "updated_at"),
        ("is_open", "priority", "opened_at"),
        ("priority", "opened_at", "id"),
        ("status", "updated_at"),
        ("team", "is_open", "due", "id"),
        ("assignee", "is_open", "due", "id"),
        ("requester", "updated_at"),
        ("organisation", "updated_at"),
        ("is_open", "due", "id"),
        ("closed_at", "resolved_at"),
        ("is_major", "is_open"),
    ],
    past=("is_open",),
    dated="updated_at",
)
ESCALATED = ("incident", "question", "request")
"""The kinds that are escalated functionally, and so are at a level of support."""
WATCHERS = tickets.watchers_table(NAME, VERSION)

LEVELS = ServiceLevels(NAME, VERSION)

CASES = Cases[Any]()


def fold(entry: Entry, rows: Rows) -> Told | None:
    """Fold an event into the queue; what it has made of the clocks of its ticket."""
    event = entry.event
    told = LEVELS.fold(entry, rows)
    if isinstance(event, service_levels.DEFINITIONS):
        return None
    at = instant(event.by.effective_at)
    if entry.originator_version == 1:
        row = rows.put(QUEUE, _begun(entry, event, at))
    else:
        row = rows.get(QUEUE, id_text(entry.originator_id))
    if not isinstance(event, Ticket.RequesterChanged):
        _touch(event, row)
    if case := CASES.of(type(event)):
        case(event, row)
    asked_information.fold(event, row)
    if told is not None and told.has_moved:
        _show_clocks(told.now, row)
    row.updated_at = at
    row.version = entry.originator_version
    row.position = entry.position
    tickets.fold_watchers(entry, rows, WATCHERS)
    return told


def _begun(entry: Entry, event: Any, at: str) -> QueueRow:
    id = entry.originator_id
    kind = tickets.KINDS[prefix_of(id)]
    return QueueRow(
        id=id_text(id),
        number=number_text(id),
        kind=kind,
        title=event.title,
        status=tickets.first_status(kind),
        requester=id_or_none(event.requester),
        organisation=id_or_none(event.organisation),
        channel=getattr(event, "channel", event.by.channel),
        type=getattr(event, "type", ""),
        support_level=1 if kind in ESCALATED else None,
        opened_at=at,
        updated_at=at,
        version=1,
        position=entry.position,
    )


@CASES.on(Moved, *tickets.STATUS)
def _moved(event: Event, row: QueueRow) -> None:
    status = tickets.status_after(row.kind, event, is_approval_owed=row.is_approval_owed)
    if isinstance(event, Change.Approved | Change.Rejected):
        row.is_approval_owed = False
    if status is None:
        return
    row.status = status
    row.is_open = row.status not in tickets.OVER
    row.pending_reason = ""
    if isinstance(event, tickets.ENDS):
        row.closed_at = instant(event.by.effective_at)


@CASES.on(CustomFields.FieldsSet)
def _set(event: CustomFields.FieldsSet, row: QueueRow) -> None:
    gone = {*event.cleared, *event.personal_names}
    kept = {name: value for name, value in row.fields.items() if name not in gone}
    row.fields = {**kept, **to_builtins(event.values)}


@CASES.on(LifeCycle.Paused)
def _paused(event: LifeCycle.Paused, row: QueueRow) -> None:
    _moved(event, row)
    row.pending_reason = event.reason


@CASES.on(Incident.MajorIncidentProposed)
def _major_proposed(_: Event, row: QueueRow) -> None:
    row.is_major_proposed = True


@CASES.on(Incident.MajorPromoted)
def _promoted(_: Event, row: QueueRow) -> None:
    row.is_major, row.is_major_proposed = True, False


@CASES.on(Incident.MajorDeclined)
def _declined(_: Event, row: QueueRow) -> None:
    row.is_major_proposed = False


@CASES.on(Incident.MajorStoodDown)
def _stood_down(_: Event, row: QueueRow) -> None:
    row.is_major = False


@CASES.on(Mergeable.Merged)
def _merged(event: Mergeable.Merged, row: QueueRow) -> None:
    _moved(event, row)
    row.merged_into = id_text(event.into)


@CASES.on(Mergeable.Unmerged)
def _unmerged(event: Mergeable.Unmerged, row: QueueRow) -> None:
    _moved(event, row)
    row.pending_reason, row.merged_into = event.pending_reason, None


@CASES.on(Problem.Proposed)
def _problem_proposed(_: Event, row: QueueRow) -> None:
    row.status = ProblemStatus.PROPOSED


@CASES.on(Problem.Accepted)
def _accepted(event: Event, row: QueueRow) -> None:
    _moved(event, row)
    if row.team is not None or row.assignee is not None:
        row.status = ProblemStatus.ASSIGNED


@CASES.on(Problem.Resumed)
def _resumed(event: Event, row: QueueRow) -> None:
    _moved(event, row)
    if row.is_known_error:
        row.status = ProblemStatus.KNOWN_ERROR


@CASES.on(Resolvable.Requeued)
def _requeued(_: Event, row: QueueRow) -> None:
    row.status = "new" if row.team is None and row.assignee is None else "assigned"
    row.is_open = True
    row.pending_reason = ""


@CASES.on(Ticket.RequesterChanged)
def _asked_by(event: Ticket.RequesterChanged, row: QueueRow) -> None:
    row.requester = id_or_none(event.requester)
    row.organisation = id_or_none(event.organisation)
    # Whoever asks from now on counts as nobody else who has acted, by this event.
    _touch(event, row)


def _touch(event: Event, row: QueueRow) -> None:
    if row.kind == "question":
        row.hands = touched(row.hands, event, row.requester or "")


@CASES.on(Problem.KnownErrorDeclared)
def _known_error(event: Event, row: QueueRow) -> None:
    _moved(event, row)
    row.is_known_error = True


@CASES.on(Question.Answered)
def _answered(event: Event, row: QueueRow) -> None:
    _resolved(event, row)
    row.is_first_contact = at_first_contact(row.hands, row.reassigned, row.reopened)


@CASES.on(Resolvable.Resolved, ServiceRequest.Fulfilled)
def _resolved(event: Event, row: QueueRow) -> None:
    _moved(event, row)
    row.resolved_at = instant(event.by.effective_at)


@CASES.on(Reopenable.Reopened, Question.AskedAgain)
def _reopened(event: Event, row: QueueRow) -> None:
    _moved(event, row)
    row.resolved_at = None
    row.closed_at = None
    row.is_known_error = False
    row.is_first_contact = False
    row.reopened += 1


@CASES.on(Ticket.Assigned)
def _assigned(event: Ticket.Assigned, row: QueueRow) -> None:
    _hand_over(row, id_or_none(event.team), id_or_none(event.assignee))


def _hand_over(row: QueueRow, team: Id | None, assignee: Id | None) -> None:
    if row.team is not None or row.assignee is not None:
        row.reassigned += 1
    row.team, row.assignee = team, assignee
    row.status = tickets.status_of_handed(row.kind, row.status)


@CASES.on(Incident.EscalatedFunctionally)
def _escalated(event: Incident.EscalatedFunctionally, row: QueueRow) -> None:
    row.support_level = event.support_level
    _hand_over(row, id_text(event.team), id_or_none(event.assignee))


@CASES.on(Incident.EscalatedHierarchically)
def _escalated_up(event: Incident.EscalatedHierarchically, row: QueueRow) -> None:
    row.escalation_level = event.level


@CASES.on(Incident.FirstResponded)
def _responded(event: Event, row: QueueRow) -> None:
    row.responded_at = instant(event.by.effective_at)


@CASES.on(Ticket.Amended)
def _amended(event: Ticket.Amended, row: QueueRow) -> None:
    if event.title is not None:
        row.title = event.title


@CASES.on(Ticket.Categorised)
def _categorised(event: Ticket.Categorised, row: QueueRow) -> None:
    row.category = event.category
    row.subcategory = event.subcategory
    row.service = event.service


@CASES.on(Ticket.Prioritised)
def _prioritised(event: Ticket.Prioritised, row: QueueRow) -> None:
    row.impact = event.impact
    row.urgency = event.urgency
    row.priority = event.priority


@CASES.on(Ticket.Commented, Incident.WorkaroundGiven)
def _commented(_: Event, row: QueueRow) -> None:
    row.comments += 1


@CASES.on(Change.RetrospectiveApprovalOwed)
def _approval_owed(_: Event, row: QueueRow) -> None:
    row.is_approval_owed = True


@CASES.on(Change.Classified)
def _classified(event: Change.Classified, row: QueueRow) -> None:
    row.type = event.type


def _show_clocks(clocks: TicketClocks, row: QueueRow) -> None:
    running = [(due, clock.target) for clock in clocks.clocks if (due := service_clock.due(clock))]
    breaches = [clock.breached_at for clock in clocks.clocks if clock.breached_at]
    due, row.due_target = min(running, default=(None, ""))
    row.due = instant_or_none(due)
    row.breached_at = instant_or_none(min(breaches, default=None))
