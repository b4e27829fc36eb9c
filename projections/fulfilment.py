"""The tasks of service requests and problems: what each team has to do for whom, and what can be
done now."""

from typing import Any

from domain import problem, request_moves
from domain.aggregate import Entry
from domain.ids import prefix_of
from domain.life_cycle import Opened
from domain.request_moves import Status
from domain.tasks import OVER
from domain.ticket import Ticket
from domain.ticket_tasks import AddedTasks
from projections import ticket_tasks, tickets
from projections.rows import Rows
from projections.tables import Id, Row, Table, id_or_none, id_text, instant, number_text
from projections.ticket_tasks import TaskRow
from projections.view import View

NAME = "fulfilment"
VERSION = 2


class RequestRow(Row):
    id: Id
    number: str
    title: str
    requester: Id | None
    organisation: Id | None
    kind: str
    status: str
    tasks: int = 0


class WorkRow(Row):
    """A task beside what it is for."""

    ticket: Id
    task: int
    number: str
    """Of the request, or of the problem."""
    request: str
    """Its title."""
    requester: Id | None
    organisation: Id | None
    title: str
    team: Id | None
    assignee: Id | None
    state: str
    is_open: bool
    is_ready: bool
    """Whether it waits for nothing: it can be done now."""
    added_at: str
    position: int


REQUESTS = Table(NAME, VERSION, RequestRow, key=("id",))
TASKS = ticket_tasks.tasks_table(NAME, VERSION)
WORK = Table(
    "fulfilment_work",
    VERSION,
    WorkRow,
    key=("ticket", "task"),
    indexes=[
        ("team", "is_open", "added_at"),
        ("assignee", "is_open", "added_at"),
        ("organisation", "added_at"),
        ("requester", "added_at"),
    ],
    past=("is_open",),
)


UNDOING = frozenset({Status.BEING_UNDONE})
AT_WORK = request_moves.AT_WORK | problem.UNRESOLVED
"""The statuses, of requests and of problems, in which tasks are done."""


ENDED = frozenset({"closed", "cancelled", "merged", *problem.DONE})
"""The statuses in which what was left of the tasks is not done any more."""


def concerns(entry: Entry) -> bool:
    return entry.topic.startswith(("ServiceRequest.", "Problem."))


def fold(entry: Entry, rows: Rows) -> None:
    event: Any = entry.event
    id = id_text(entry.originator_id)
    if isinstance(event, Opened):
        row = rows.put(REQUESTS, _opened(entry, event))
        for number, task in enumerate(getattr(event, "plan", ()), 1):
            _add(entry, row, number, task, rows)
        return
    row = rows.get(REQUESTS, id)
    if isinstance(event, AddedTasks.TaskAdded):
        _add(entry, row, event.number, event, rows)
    ticket_tasks.fold(id, event, rows, TASKS)
    if isinstance(event, Ticket.Amended):
        row.title = row.title if event.title is None else event.title
    elif isinstance(event, Ticket.RequesterChanged):
        row.requester = id_or_none(event.requester)
        row.organisation = id_or_none(event.organisation)
    row.status = tickets.status_after(row.kind, event, is_approval_owed=False) or row.status
    _show(entry, row, rows)


def _opened(entry: Entry, event: Opened) -> RequestRow:
    kind = tickets.KINDS[prefix_of(entry.originator_id)]
    return RequestRow(
        kind=kind,
        status=tickets.first_status(kind),
        id=id_text(entry.originator_id),
        number=number_text(entry.originator_id),
        title=event.title,
        requester=id_or_none(event.requester),
        organisation=id_or_none(event.organisation),
    )


def _add(entry: Entry, row: RequestRow, number: int, task: Any, rows: Rows) -> None:
    """Add a task, by its plan or by the event that adds it."""
    team, assignee = id_or_none(task.team), id_or_none(getattr(task, "assignee", None))
    rows.put(
        TASKS,
        TaskRow(
            ticket=row.id,
            number=number,
            title=task.title,
            phase="implementation",
            after=task.after,
            team=team,
            assignee=assignee,
            compensation=getattr(task, "compensation", ""),
            compensates=getattr(task, "compensates", 0),
        ),
    )
    rows.put(
        WORK,
        WorkRow(
            ticket=row.id,
            task=number,
            number=row.number,
            request=row.title,
            requester=row.requester,
            organisation=row.organisation,
            title=task.title,
            team=team,
            assignee=assignee,
            state="open",
            is_open=True,
            is_ready=False,
            added_at=instant(entry.event.by.effective_at),
            position=entry.position,
        ),
    )
    row.tasks = number


def _show(entry: Entry, row: RequestRow, rows: Rows) -> None:
    """Show in the work what has become of the tasks, and of the request."""
    tasks = [rows.get(TASKS, row.id, number) for number in range(1, row.tasks + 1)]
    over = {task.number for task in tasks if task.state in OVER}
    for task in tasks:
        work = rows.get(WORK, row.id, task.number)
        is_open = task.state not in OVER and row.status not in ENDED
        is_turn = row.status in (UNDOING if task.compensates else AT_WORK)
        work.request, work.requester, work.organisation = row.title, row.requester, row.organisation
        work.team, work.assignee, work.state = task.team, task.assignee, task.state
        work.is_open, work.is_ready = is_open, is_open and is_turn and over.issuperset(task.after)
        work.position = entry.position


VIEW = View(NAME, VERSION, (REQUESTS, TASKS, WORK), fold, concerns=concerns, keyed=(REQUESTS,))
