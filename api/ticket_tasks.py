"""The tasks of tickets over HTTP."""

from typing import Annotated, Any

from pydantic import Field

from api.commands import Command
from api.fields import Note, PersonRef, Reason, TaskNumber, TeamRef, Title
from api.http.bodies import Body
from api.tickets import of
from domain.desk import Desk
from domain.tasks import TASKS_MAX

After = Annotated[
    list[TaskNumber],
    Field(max_length=TASKS_MAX, description="The tasks that are done before it."),
]


class AddTask(Body):
    title: Title
    after: After = []
    team: TeamRef | None = None
    assignee: PersonRef | None = None


class OfTask(Body):
    number: TaskNumber


class OrderTask(OfTask):
    after: After


class AssignTask(OfTask):
    team: TeamRef | None = None
    assignee: PersonRef | None = None


class CompleteTask(OfTask):
    note: Note = ""


class CancelTask(OfTask):
    reason: Reason


def tasks_of(kind: Any, *, add: type[AddTask], summary: str, example: Any) -> tuple[Command, ...]:
    """The commands about the tasks of a kind of ticket. `summary` says what adding one does."""
    return (
        Command(
            method=kind.add_task,
            body=add,
            summary=summary,
            use=of(kind, Desk.add_task),
            needs_version=False,
            example=example,
        ),
        Command(
            method=kind.order_task,
            body=OrderTask,
            summary="Say which tasks one comes after",
            example={"number": 2, "after": [1]},
        ),
        Command(
            method=kind.assign_task,
            body=AssignTask,
            summary="Give a task to a team, to a person, or to nobody",
            use=of(kind, Desk.assign_task),
            example={"number": 1, "team": "TEA0000001"},
        ),
        Command(
            method=kind.start_task,
            body=OfTask,
            summary="Start a task",
            needs_version=False,
            example={"number": 1},
        ),
        Command(
            method=kind.complete_task,
            body=CompleteTask,
            summary="Say that a task is done",
            needs_version=False,
            example={"number": 1, "note": "It is on tape."},
        ),
        Command(
            method=kind.cancel_task,
            body=CancelTask,
            summary="Leave a task out",
            needs_version=False,
            example={"number": 1, "reason": "There is nothing to back up."},
        ),
    )
