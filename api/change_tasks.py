"""The tasks of changes over HTTP."""

from typing import Annotated

from pydantic import Field

from api.commands import Command
from api.fields import Note, PersonRef, Reason, TaskNumber, TeamRef, Title
from api.http.bodies import Body
from domain.change import Change
from domain.desk import Desk
from domain.tasks import TASKS_MAX, Phase

After = Annotated[
    list[TaskNumber],
    Field(max_length=TASKS_MAX, description="The tasks that are done before it."),
]


class AddTask(Body):
    title: Title
    phase: Phase = "implementation"
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


TASKS = (
    Command(
        method=Change.add_task,
        body=AddTask,
        summary="Add a task, to be done before, during or after the implementation",
        use=Desk.add_task,
        needs_version=False,
        example={"title": "Back up the configuration", "phase": "before"},
    ),
    Command(
        method=Change.order_task,
        body=OrderTask,
        summary="Say which tasks one comes after",
        example={"number": 2, "after": [1]},
    ),
    Command(
        method=Change.assign_task,
        body=AssignTask,
        summary="Give a task to a team, to a person, or to nobody",
        use=Desk.assign_task,
        example={"number": 1, "team": "TEA0000001"},
    ),
    Command(
        method=Change.start_task,
        body=OfTask,
        summary="Start a task",
        needs_version=False,
        example={"number": 1},
    ),
    Command(
        method=Change.complete_task,
        body=CompleteTask,
        summary="Say that a task is done",
        needs_version=False,
        example={"number": 1, "note": "It is on tape."},
    ),
    Command(
        method=Change.cancel_task,
        body=CancelTask,
        summary="Leave a task out",
        needs_version=False,
        example={"number": 1, "reason": "There is nothing to back up."},
    ),
)
