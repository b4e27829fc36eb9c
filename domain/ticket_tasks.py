"""The tasks of a ticket: who has each, which of them it waits for, and how far it is.

A kind adds how they come to be, and when each is done.
"""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from msgspec import structs

from domain import tasks, text
from domain.aggregate import Event
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import Refused, require
from domain.tasks import TASKS_MAX, Task
from domain.ticket_base import TicketBase


class Tasks(TicketBase, abstract=True):
    tasks: tuple[Task, ...]

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.tasks = ()

    def task(self, number: int) -> Task:
        """The task of a number. Raises Refused."""
        for task in self.tasks:
            if task.number == number:
                return task
        raise Refused(f"There is no task {number}.")

    def alter_task(self, number: int, **changes: Any) -> None:
        """What an event that is about a task does to it."""
        self.tasks = tuple(
            structs.replace(task, **changes) if task.number == number else task
            for task in self.tasks
        )

    # What a kind adds ----------------------------------------------------------------------

    def _require_turn(self, task: Task) -> None:
        """Refuse what is done about a task too early: it waits for others."""
        if waits := tasks.awaited(self.tasks, task):
            named = ", ".join(map(str, waits))
            raise Refused(f"Task {task.number} comes after others that are not done: {named}.")

    def _require_doer(self, task: Task, person: UUID) -> None:
        """Refuse to give a task to somebody."""

    def _require_optional(self, task: Task) -> None:
        """Refuse to leave a task out."""

    # Order and assign ------------------------------------------------------------------------

    def order_task(self, number: int, *, after: Sequence[int], by: Provenance) -> None:
        """Say anew which tasks one comes after. None may wait for itself."""
        self.require_not_over()
        task = self.task(number)
        waits = tuple(dict.fromkeys(after))
        if waits == task.after:
            return
        require(task.state == "open", "Only a task that has not begun is put in another order.")
        tasks.check_waits(self.tasks, number, task.phase, waits)
        self.record(self.TaskOrdered(by=by, number=number, after=waits))

    class TaskOrdered(Event):
        number: int
        after: tuple[int, ...] = ()

        def apply(self, ticket: "Tasks", /) -> None:
            ticket.alter_task(self.number, after=self.after)

    def assign_task(
        self,
        number: int,
        *,
        team: UUID | None = None,
        assignee: UUID | None = None,
        by: Provenance,
    ) -> None:
        """Give a task to a team, to a person, or to nobody."""
        self.require_not_over()
        task = self.task(number)
        if (team, assignee) == (task.team, task.assignee):
            return
        require(task.state not in tasks.OVER, "A task that is over is not assigned.")
        if assignee is not None:
            self._require_doer(task, assignee)
        self.record(self.TaskAssigned(by=by, number=number, team=team, assignee=assignee))

    class TaskAssigned(Event):
        number: int
        team: UUID | None = None
        assignee: UUID | None = None

        def apply(self, ticket: "Tasks", /) -> None:
            ticket.alter_task(self.number, team=self.team, assignee=self.assignee)

    # Start, complete, cancel -----------------------------------------------------------------

    def start_task(self, number: int, *, by: Provenance) -> None:
        self.require_not_over()
        task = self.task(number)
        if task.state == "started":
            return
        require(task.state == "open", "Only a task that has not begun can be started.")
        self._require_turn(task)
        self.record(self.TaskStarted(by=by, number=number))

    class TaskStarted(Event):
        number: int

        def apply(self, ticket: "Tasks", /) -> None:
            ticket.alter_task(self.number, state="started")

    def complete_task(self, number: int, *, note: str = "", by: Provenance) -> None:
        self.require_not_over()
        task = self.task(number)
        if task.state == "done":
            return
        require(task.state != "cancelled", "A task that was cancelled cannot be completed.")
        self._require_turn(task)
        note = text.body(note, "A note", text.REASON_MAX)
        self.record(self.TaskCompleted(by=by, number=number, note=note))

    class TaskCompleted(Event):
        number: int
        note: Annotated[str, Personal("actor")] = ""

        def apply(self, ticket: "Tasks", /) -> None:
            ticket.alter_task(self.number, state="done")

    def cancel_task(self, number: int, *, reason: str, by: Provenance) -> None:
        """Leave a task out. Those that come after it wait for it no more."""
        self.require_not_over()
        task = self.task(number)
        if task.state == "cancelled":
            return
        require(task.state != "done", "A task that is done cannot be cancelled.")
        self._require_optional(task)
        reason = text.reason(reason, "A task is cancelled for a reason.")
        self.record(self.TaskCancelled(by=by, number=number, reason=reason))

    class TaskCancelled(Event):
        number: int
        reason: Annotated[str, Personal("actor")]

        def apply(self, ticket: "Tasks", /) -> None:
            ticket.alter_task(self.number, state="cancelled")


class AddedTasks(Tasks, abstract=True):
    """Tasks that whoever works on an open ticket adds."""

    @property
    def is_at_work(self) -> bool:
        raise NotImplementedError

    def add_task(
        self,
        title: str,
        *,
        after: Sequence[int] = (),
        team: UUID | None = None,
        assignee: UUID | None = None,
        by: Provenance,
    ) -> None:
        """Add a task, to be done after others."""
        require(self.is_at_work, f"Only an open {self.what} gets a task.")
        require(len(self.tasks) < TASKS_MAX, f"A {self.what} has at most {TASKS_MAX} tasks.")
        number = len(self.tasks) + 1
        tasks.check_waits(self.tasks, number, "implementation", after)
        if assignee is not None:
            self._require_doer(Task(number=number), assignee)
        self.record(
            self.TaskAdded(
                by=by,
                number=number,
                title=text.title(title, "A task"),
                after=tuple(dict.fromkeys(after)),
                team=team,
                assignee=assignee,
            )
        )

    class TaskAdded(Event):
        number: int
        title: Annotated[str, Personal("actor")]
        after: tuple[int, ...] = ()
        team: UUID | None = None
        assignee: UUID | None = None
        compensates: int = 0
        """The number of the task that it undoes; 0 for none."""

        def apply(self, ticket: "AddedTasks", /) -> None:
            task = Task(
                number=self.number,
                after=self.after,
                team=self.team,
                assignee=self.assignee,
                compensates=self.compensates,
            )
            ticket.tasks = (*ticket.tasks, task)
