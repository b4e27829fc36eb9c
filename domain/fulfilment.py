"""The fulfilment of a service request: its tasks, in order and side by side, and their undoing.

A request with tasks is fulfilled when all of them are over. Cancelled half-way, each task that is
done and has a compensation gets a task that undoes it, the last done first.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from domain import tasks, text
from domain.fulfilment_plan import PlannedTask
from domain.life_cycle import Moved, Reopenable
from domain.personal import Personal
from domain.provenance import Provenance
from domain.request_moves import AT_WORK, Status
from domain.rules import Refused, require
from domain.tasks import Task
from domain.ticket_tasks import AddedTasks

ALL_DONE = "All tasks are done."
CALLED_OFF = "The request was cancelled."


class Fulfilment(Reopenable, AddedTasks, abstract=True):
    status: Status
    fulfilled_at: datetime | None

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.fulfilled_at = None

    @property
    def is_called_off(self) -> bool:
        return self.status in (Status.BEING_UNDONE, Status.CANCELLED)

    # Tasks ---------------------------------------------------------------------------------

    def plan(self, planned: Sequence[PlannedTask]) -> None:
        """What an event does that orders something with a plan."""
        self.tasks = tuple(
            Task(number=number, after=task.after, team=task.team, compensation=task.compensation)
            for number, task in enumerate(planned, 1)
        )

    def _require_turn(self, task: Task) -> None:
        is_undone = self.status is Status.BEING_UNDONE
        require(
            is_undone if task.compensates else self.status in AT_WORK,
            "Tasks are done while the request is being fulfilled, and undone once it is cancelled.",
        )
        super()._require_turn(task)

    def complete_task(self, number: int, *, note: str = "", by: Provenance) -> None:
        """Say that a task is done. With the last one the request is fulfilled, or undone."""
        before = self.version
        super().complete_task(number, note=note, by=by)
        if self.version > before:
            self._settle_tasks(by)

    def cancel_task(self, number: int, *, reason: str, by: Provenance) -> None:
        """Leave a task out: see `Tasks.cancel_task`. With the last one the request is fulfilled,
        or undone."""
        before = self.version
        super().cancel_task(number, reason=reason, by=by)
        if self.version > before:
            self._settle_tasks(by)

    def _settle_tasks(self, by: Provenance) -> None:
        if any(task.state not in tasks.OVER for task in self.tasks):
            return
        if self.status is Status.BEING_UNDONE:
            self.record(self.Cancelled(by=by))
        elif self.status in AT_WORK and any(task.state == "done" for task in self.tasks):
            self.record(self.Fulfilled(by=by, text=ALL_DONE))

    # Fulfil --------------------------------------------------------------------------------

    class FulfilmentStarted(Moved):
        act = "start_fulfilment"

    def fulfil(self, *, fulfilment: str, by: Provenance) -> None:
        """Say that it is done, and what was done."""
        self._require("fulfil")
        if left := [task.number for task in self.tasks if task.state not in tasks.OVER]:
            named = ", ".join(map(str, left[:20]))
            raise Refused(f"Before a request is fulfilled, its tasks are done: {named}.")
        done = text.reason(fulfilment, "A fulfilment says what was done.")
        self.record(self.Fulfilled(by=by, text=done))

    class Fulfilled(Moved):
        act = "fulfil"

        text: Annotated[str, Personal("actor")] = ""

        def apply(self, request: Any, /) -> None:
            super().apply(request)
            request.fulfilled_at = self.by.effective_at

    class Reopened(Reopenable.Reopened):
        def apply(self, request: "Fulfilment", /) -> None:
            super().apply(request)
            request.fulfilled_at = None

    # Cancel --------------------------------------------------------------------------------

    def cancel(self, *, reason: str, by: Provenance) -> None:
        """End it. What is done already and has a compensation is undone first."""
        self._require("cancel")
        reason = text.reason(reason, "A cancellation needs a reason.")
        for task in self.tasks:
            if task.state not in tasks.OVER:
                self.record(self.TaskCancelled(by=by, number=task.number, reason=CALLED_OFF))
        undoing = tasks.compensating(self.tasks)
        if not undoing:
            self.record(self.Cancelled(by=by, reason=reason))
            return
        self.record(self.CalledOff(by=by, reason=reason))
        for task in undoing:
            self.record(
                self.TaskAdded(
                    by=by,
                    number=task.number,
                    title=task.compensation,
                    after=task.after,
                    team=task.team,
                    compensates=task.compensates,
                )
            )

    class CalledOff(Moved):
        """It is cancelled as soon as that is undone which is done of it."""

        act = "call_off"

        reason: Annotated[str, Personal("actor")]
