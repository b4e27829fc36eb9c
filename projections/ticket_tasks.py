"""The tasks of tickets as rows, for the views that show them."""

from typing import Any

from domain.ticket_tasks import Tasks
from projections.rows import Rows
from projections.tables import Id, Instant, Row, Table, id_or_none, instant
from projections.view import Cases


class TaskRow(Row):
    ticket: Id
    number: int
    title: str
    phase: str
    after: tuple[int, ...]
    team: Id | None
    assignee: Id | None
    condition_of: str = ""
    """The stage of the approval that made it a condition."""
    condition_by: str = ""
    """The id of whose vote it is a condition of."""
    compensation: str = ""
    """What is done about it when it is done and the rest is cancelled."""
    compensates: int = 0
    """The number of the task that it undoes; 0 for none."""
    state: str = "open"
    note: str = ""
    """What was said when it was completed or cancelled."""
    started_at: Instant | None = None
    ended_at: Instant | None = None


def tasks_table(view: str, version: int) -> Table[TaskRow]:
    return Table(f"{view}_tasks", version, TaskRow, key=("ticket", "number"))


CASES = Cases[Any]()


def fold(id: str, event: Any, rows: Rows, table: Table[TaskRow]) -> None:
    """Let the rows of a table follow what is done about a task that is there."""
    if case := CASES.of(type(event)):
        case(event, rows.get(table, id, event.number))


@CASES.on(Tasks.TaskOrdered)
def _ordered(event: Tasks.TaskOrdered, row: TaskRow) -> None:
    row.after = event.after


@CASES.on(Tasks.TaskAssigned)
def _assigned(event: Tasks.TaskAssigned, row: TaskRow) -> None:
    row.team, row.assignee = id_or_none(event.team), id_or_none(event.assignee)


@CASES.on(Tasks.TaskStarted)
def _started(event: Tasks.TaskStarted, row: TaskRow) -> None:
    row.state, row.started_at = "started", instant(event.by.effective_at)


@CASES.on(Tasks.TaskCompleted)
def _completed(event: Tasks.TaskCompleted, row: TaskRow) -> None:
    row.state, row.note, row.ended_at = "done", event.note, instant(event.by.effective_at)


@CASES.on(Tasks.TaskCancelled)
def _cancelled(event: Tasks.TaskCancelled, row: TaskRow) -> None:
    row.state, row.note, row.ended_at = "cancelled", event.reason, instant(event.by.effective_at)
