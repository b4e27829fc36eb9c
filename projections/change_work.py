"""The work on changes: what each comes from and affects, its tasks, and what is owed for it.

What is owed is an audit finding from the moment it is owed, and is met by its decision or review.
"""

from typing import Any

from domain.aggregate import Entry, Event
from domain.change import Change
from domain.change_draft import AFFECTS, is_asset
from domain.ticket import Ticket
from projections import ticket_tasks, tickets
from projections.rows import Rows
from projections.tables import (
    Id,
    Instant,
    Row,
    Table,
    id_or_none,
    id_text,
    instant,
    number_text,
)
from projections.ticket_tasks import TaskRow
from projections.view import Cases, View

NAME = "change_work"
VERSION = 4

RETROSPECTIVE, REVIEW = "retrospective approval", "review"


class WorkRow(Row):
    id: Id
    number: str
    title: str
    type: str
    requester: Id | None
    organisation: Id | None
    template: Id | None = None
    template_version: int = 0
    made_template: Id | None = None
    """The template of the change catalogue that was made of it."""
    affects: tuple[str, ...] = ()
    """The ids of the assets."""
    approval_state: str = ""
    """Pending, approved or rejected, whatever is done meanwhile; empty before the submission."""


class FindingRow(Row):
    change: Id
    name: str
    number: str
    title: str
    type: str
    requester: Id | None
    organisation: Id | None
    owed_at: Instant
    due: Instant
    position: int
    is_open: bool = True
    is_overdue: bool = False
    """Whether it was not met by its moment."""
    met_at: Instant | None = None
    outcome: str = ""


WORK = Table(NAME, VERSION, WorkRow, key=("id",))
TASKS = ticket_tasks.tasks_table(NAME, VERSION)
FINDINGS = Table(
    "audit_findings",
    VERSION,
    FindingRow,
    key=("change", "name"),
    indexes=[("is_open", "due"), ("organisation", "due"), ("requester", "due")],
    past=("is_open",),
)

CASES = Cases[Any]()
tickets.head(CASES)
OF_FINDINGS = Cases[Any]()


def concerns(entry: Entry) -> bool:
    return entry.topic.startswith("Change.")


def fold(entry: Entry, rows: Rows) -> None:
    event: Any = entry.event
    id = id_text(entry.originator_id)
    if isinstance(event, Change.Proposed):
        requester, organisation = id_or_none(event.requester), id_or_none(event.organisation)
        number = number_text(entry.originator_id)
        rows.put(WORK, WorkRow(id, number, event.title, event.type, requester, organisation))
        return
    if case := CASES.of(type(event)):
        case(event, rows.get(WORK, id))
    if isinstance(event, Change.TaskAdded):
        _added(id, event, rows)
    ticket_tasks.fold(id, event, rows, TASKS)
    if of_finding := OF_FINDINGS.of(type(event)):
        of_finding(entry, event, rows)


# The change --------------------------------------------------------------------------------


@CASES.on(Change.TemplateMade)
def _made_template(event: Change.TemplateMade, row: WorkRow) -> None:
    row.made_template = id_text(event.template)


@CASES.on(Change.TemplateApplied)
def _templated(event: Change.TemplateApplied, row: WorkRow) -> None:
    row.template, row.template_version = id_text(event.template), event.version


@CASES.on(Ticket.Linked)
def _linked(event: Ticket.Linked, row: WorkRow) -> None:
    if event.type == AFFECTS and is_asset(event.other):
        row.affects = (*row.affects, id_text(event.other))


@CASES.on(Ticket.Unlinked)
def _unlinked(event: Ticket.Unlinked, row: WorkRow) -> None:
    if event.type == AFFECTS:
        gone = id_text(event.other)
        row.affects = tuple(other for other in row.affects if other != gone)


@CASES.on(Change.Submitted)
def _submitted(_: Event, row: WorkRow) -> None:
    row.approval_state = "pending"


@CASES.on(Change.Approved)
def _approved(_: Event, row: WorkRow) -> None:
    row.approval_state = "approved"


@CASES.on(Change.Rejected)
def _rejected(_: Event, row: WorkRow) -> None:
    row.approval_state = "rejected"


@CASES.on(Change.Withdrawn, Change.Cancelled)
def _taken_back(_: Event, row: WorkRow) -> None:
    row.approval_state = ""


# Its tasks ---------------------------------------------------------------------------------


def _added(id: str, event: Change.TaskAdded, rows: Rows) -> None:
    rows.put(
        TASKS,
        TaskRow(
            ticket=id,
            number=event.number,
            title=event.title,
            phase=event.phase,
            after=event.after,
            team=id_or_none(event.team),
            assignee=id_or_none(event.assignee),
            condition_of=event.condition_of,
            condition_by=event.condition_by,
        ),
    )


# What is owed ------------------------------------------------------------------------------


@OF_FINDINGS.on(Change.RetrospectiveApprovalOwed)
def _approval_owed(entry: Entry, event: Change.RetrospectiveApprovalOwed, rows: Rows) -> None:
    _owe(entry, RETROSPECTIVE, instant(event.due), rows)


@OF_FINDINGS.on(Change.ReviewOwed)
def _review_owed(entry: Entry, event: Change.ReviewOwed, rows: Rows) -> None:
    _owe(entry, REVIEW, instant(event.due), rows)


@OF_FINDINGS.on(Change.RetrospectiveApprovalOverdue)
def _approval_overdue(entry: Entry, _: Event, rows: Rows) -> None:
    rows.get(FINDINGS, id_text(entry.originator_id), RETROSPECTIVE).is_overdue = True


@OF_FINDINGS.on(Change.ReviewOverdue)
def _review_overdue(entry: Entry, _: Event, rows: Rows) -> None:
    rows.get(FINDINGS, id_text(entry.originator_id), REVIEW).is_overdue = True


@OF_FINDINGS.on(Change.Approved)
def _approval_given(entry: Entry, event: Event, rows: Rows) -> None:
    _meet(entry, RETROSPECTIVE, "approved", event, rows)


@OF_FINDINGS.on(Change.Rejected)
def _approval_refused(entry: Entry, event: Event, rows: Rows) -> None:
    _meet(entry, RETROSPECTIVE, "rejected", event, rows)


@OF_FINDINGS.on(Change.Reviewed)
def _reviewed(entry: Entry, event: Change.Reviewed, rows: Rows) -> None:
    _meet(entry, REVIEW, event.outcome, event, rows)


@OF_FINDINGS.on(Ticket.Amended, Ticket.RequesterChanged)
def _described(entry: Entry, _: Event, rows: Rows) -> None:
    id = id_text(entry.originator_id)
    work = rows.get(WORK, id)
    for name in (RETROSPECTIVE, REVIEW):
        if row := rows.find(FINDINGS, id, name):
            row.title, row.requester, row.organisation = (
                work.title,
                work.requester,
                work.organisation,
            )


def _owe(entry: Entry, name: str, due: str, rows: Rows) -> None:
    id = id_text(entry.originator_id)
    work = rows.get(WORK, id)
    rows.put(
        FINDINGS,
        FindingRow(
            change=id,
            name=name,
            number=work.number,
            title=work.title,
            type=work.type,
            requester=work.requester,
            organisation=work.organisation,
            owed_at=instant(entry.event.by.effective_at),
            due=due,
            position=entry.position,
        ),
    )


def _meet(entry: Entry, name: str, outcome: str, event: Event, rows: Rows) -> None:
    row = rows.find(FINDINGS, id_text(entry.originator_id), name)
    if row is not None and row.is_open:
        row.is_open, row.outcome, row.met_at = False, outcome, instant(event.by.effective_at)
        row.is_overdue = row.is_overdue or row.met_at > row.due
        row.position = entry.position


VIEW = View(NAME, VERSION, (WORK, TASKS, FINDINGS), fold, concerns=concerns, keyed=(WORK,))
