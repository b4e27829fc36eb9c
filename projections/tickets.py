"""What the views of tickets share: how an event moves the status, and who may see a ticket."""

from typing import Any, Protocol

from domain.aggregate import Entry, Event
from domain.change import Change
from domain.change import Status as ChangeStatus
from domain.incident import Incident
from domain.incident import Status as IncidentStatus
from domain.life_cycle import LifeCycle, Moved
from domain.merging import Mergeable
from domain.problem import Problem
from domain.question import Question
from domain.question import Status as QuestionStatus
from domain.service_request import ServiceRequest
from domain.service_request import Status as RequestStatus
from domain.ticket import Ticket
from projections.rows import Rows
from projections.tables import Id, Row, Table, id_or_none, id_text
from projections.view import Cases

KINDS: dict[str, str] = {
    "INC": "incident",
    "PRB": "problem",
    "CHG": "change",
    "QST": "question",
    "REQ": "request",
}
_TOPICS = ("Incident.", "Problem.", "Change.", "Question.", "ServiceRequest.")

LIVES: dict[str, type[LifeCycle]] = {
    "incident": Incident,
    "problem": Problem,
    "question": Question,
    "request": ServiceRequest,
}
"""The kinds whose statuses follow from a table of moves."""

STATUS: dict[type[Event], str] = {
    Change.Proposed: ChangeStatus.PROPOSED,
    Change.Submitted: ChangeStatus.IN_APPROVAL,
    Change.Approved: ChangeStatus.APPROVED,
    Change.Rejected: ChangeStatus.REJECTED,
    Change.Scheduled: ChangeStatus.SCHEDULED,
    Change.ImplementationStarted: ChangeStatus.IMPLEMENTING,
    Change.Implemented: ChangeStatus.IMPLEMENTED,
    Change.BackedOut: ChangeStatus.BACKED_OUT,
    Change.Reviewed: ChangeStatus.REVIEWED,
    Change.Closed: ChangeStatus.CLOSED,
    Change.Withdrawn: ChangeStatus.WITHDRAWN,
    Change.Cancelled: ChangeStatus.CANCELLED,
}
"""The status that an event of a change, or of an approval, leads to."""

BESIDE_THE_WORK: tuple[type[Event], ...] = (Change.Submitted, Change.Approved, Change.Rejected)
"""What moves no status of a change that was begun without an approval."""


class Headed(Protocol):
    """A row that tells what a change is called, of which type it is, and whose."""

    title: str
    type: str
    requester: Id | None
    organisation: Id | None


def head(cases: Cases[Any]) -> None:
    """Let the rows of a view follow what a change is called, of which type it is, and whose."""
    cases.on(Ticket.Amended)(_amended)
    cases.on(Ticket.RequesterChanged)(_asked_by)
    cases.on(Change.Classified)(_classified)


def _amended(event: Ticket.Amended, row: Headed) -> None:
    if event.title is not None:
        row.title = event.title


def _asked_by(event: Ticket.RequesterChanged, row: Headed) -> None:
    row.requester, row.organisation = id_or_none(event.requester), id_or_none(event.organisation)


def _classified(event: Change.Classified, row: Headed) -> None:
    row.type = event.type


def first_status(kind: str) -> str:
    """The status of a new ticket."""
    return LIVES[kind].first if kind in LIVES else ChangeStatus.PROPOSED


def status_after(kind: str, event: Event, *, is_approval_owed: bool) -> str | None:
    """The status that an event leads to, or None if it leaves it as it is. A problem that is a
    known error is one again when it resumes."""
    if isinstance(event, Mergeable.Unmerged):
        return event.status
    if isinstance(event, Moved):
        target: str = LIVES[kind].moves[event.act].target
        return target
    if is_approval_owed and isinstance(event, BESIDE_THE_WORK):
        return None
    return STATUS.get(type(event))


def status_of_handed(kind: str, status: str) -> str:
    """What handing a ticket over makes of its status."""
    return LIVES[kind].handed.get(status, status) if kind in LIVES else status


OVER = frozenset(
    {
        IncidentStatus.RESOLVED,
        IncidentStatus.CLOSED,
        IncidentStatus.CANCELLED,
        IncidentStatus.MERGED,
        QuestionStatus.ANSWERED,
        RequestStatus.FULFILLED,
        ChangeStatus.REVIEWED,
        ChangeStatus.WITHDRAWN,
    }
)
"""The statuses, of any kind, in which nobody has to work on a ticket."""

ENDS: tuple[type[Event], ...] = (
    LifeCycle.Closed,
    LifeCycle.Cancelled,
    Change.Closed,
    Change.Withdrawn,
    Change.Cancelled,
)


class WatcherRow(Row):
    ticket: Id
    person: Id


def watchers_table(view: str, version: int) -> Table[WatcherRow]:
    return Table(
        f"{view}_watchers",
        version,
        WatcherRow,
        key=("ticket", "person"),
        indexes=[("person", "ticket")],
        past=(),
    )


def fold_watchers(entry: Entry, rows: Rows, table: Table[WatcherRow]) -> None:
    event = entry.event
    if isinstance(event, Ticket.Watched):
        ticket, person = id_text(entry.originator_id), id_text(event.person)
        rows.put(table, WatcherRow(ticket, person))
    elif isinstance(event, Ticket.Unwatched):
        rows.remove(table, id_text(entry.originator_id), id_text(event.person))


def is_of_ticket(entry: Entry) -> bool:
    return entry.topic.startswith(_TOPICS)
