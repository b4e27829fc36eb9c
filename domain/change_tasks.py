"""The tasks of a change, and which of them it waits for."""

from collections.abc import Sequence
from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import structs

from domain import tasks, text
from domain.aggregate import Event
from domain.approvable_ticket import ApprovableTicket
from domain.approval_round_state import Condition, RoundEvent, RoundState
from domain.change_moves import IN_PHASE, PAST, Status
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import Refused, require
from domain.tasks import PHASES, TASKS_MAX, Phase, Task
from domain.ticket_tasks import Tasks


class ChangeTasks(Tasks, ApprovableTicket, abstract=True):
    is_conditional: ClassVar[bool] = True

    status: Status

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.status = Status.PROPOSED

    def require_finished(self, phase: Phase, before_what: str) -> None:
        """Refuse as long as tasks of a phase are neither done nor cancelled."""
        if numbers := tasks.unfinished(self.tasks, phase):
            named = ", ".join(map(str, numbers[:20]))
            raise Refused(f"Before {before_what}, its tasks are done or cancelled: {named}.")

    # Add -------------------------------------------------------------------------------------

    def add_task(
        self,
        title: str,
        *,
        phase: Phase = "implementation",
        after: Sequence[int] = (),
        team: UUID | None = None,
        assignee: UUID | None = None,
        by: Provenance,
    ) -> None:
        """Add a task to a phase that is not over, to be done after others."""
        self.require_not_over()
        require(phase in PHASES, f"A phase is one of {', '.join(PHASES)}.")
        require(self._is_ahead(phase), f"It is too late for a task {tasks.CALLED[phase]}.")
        require(len(self.tasks) < TASKS_MAX, f"A change has at most {TASKS_MAX} tasks.")
        number = len(self.tasks) + 1
        tasks.check_waits(self.tasks, number, phase, after)
        if phase == "implementation" and assignee is not None:
            self.require_no_part_in_approval(str(assignee))
        self.record(
            self.TaskAdded(
                by=by,
                number=number,
                title=text.title(title, "A task"),
                phase=phase,
                after=tuple(dict.fromkeys(after)),
                team=team,
                assignee=assignee,
            )
        )

    def _set_conditions(
        self, conditions: Sequence[str], *, stage: str, voter: str, by: Provenance
    ) -> None:
        """Turn the conditions of a vote into tasks of the first phase that is not over.

        No number of them is too many: nobody is kept from voting.
        """
        phase: Phase = next((phase for phase in PHASES if self._is_ahead(phase)), "after")
        for number, title in enumerate(conditions, len(self.tasks) + 1):
            self.record(
                self.TaskAdded(
                    by=by,
                    number=number,
                    title=title,
                    phase=phase,
                    team=self.team,
                    condition_of=stage,
                    condition_by=voter,
                )
            )

    def _lapse_conditions(self, *, by: Provenance) -> None:
        """Cancel the conditions of votes that do not stand, and all of them after a rejection."""
        for task in self.conditions:
            if not self._binds(task):
                reason = "The vote that made it a condition does not stand."
                self.record(self.TaskCancelled(by=by, number=task.number, reason=reason))

    @property
    def conditions(self) -> tuple[Task, ...]:
        """The conditions of its approval that are not met yet."""
        return tuple(
            task for task in self.tasks if task.condition_by and task.state not in tasks.OVER
        )

    def _binds(self, task: Task) -> bool:
        """Whether the vote of which a task is a condition stands."""
        if self.is_rejected:
            return False
        ballots = self.standing.ballots
        if task.condition_of in {stage.name for stage in self.stages}:
            return task.condition_by in ballots.get(task.condition_of, {})
        # The stage has another name in the version of the process with which the round went on.
        return any(task.condition_by in of_stage for of_stage in ballots.values())

    def require_conditions_met(self) -> None:
        named = ", ".join(str(task.number) for task in self.conditions[:20])
        require(not named, f"Conditions of the approval are not met: tasks {named}.")

    class TaskAdded(Event):
        number: int
        title: Annotated[str, Personal("actor")]
        phase: Phase
        after: tuple[int, ...] = ()
        team: UUID | None = None
        assignee: UUID | None = None
        condition_of: str = ""
        """The stage of the approval that made it a condition."""
        condition_by: str = ""
        """Whose vote it is a condition of."""

        def apply(self, change: "ChangeTasks", /) -> None:
            task = Task(
                number=self.number,
                phase=self.phase,
                after=self.after,
                team=self.team,
                assignee=self.assignee,
                condition_of=self.condition_of,
                condition_by=self.condition_by,
            )
            change.tasks = (*change.tasks, task)

    def _require_doer(self, task: Task, person: UUID) -> None:
        if task.phase == "implementation":
            self.require_no_part_in_approval(str(person))

    def _require_optional(self, task: Task) -> None:
        require(
            not (task.condition_by and self._binds(task)),
            "A condition of the approval is met, not left out.",
        )

    # Conditions that are no tasks: recorded formerly, and read for ever -------------------------

    class ConditionSet(RoundEvent):
        round: int
        stage: str
        voter: str
        number: int
        condition: Annotated[str, Personal("actor")]

        def after(self, state: RoundState) -> RoundState:
            condition = Condition(stage=self.stage, voter=self.voter)
            return structs.replace(state, conditions={**state.conditions, self.number: condition})

    class ConditionFulfilled(RoundEvent):
        round: int
        number: int
        note: Annotated[str, Personal("actor")] = ""

        def after(self, state: RoundState) -> RoundState:
            known = state.conditions.get(self.number)
            if known is None:
                return state
            met = structs.replace(known, is_fulfilled=True)
            return structs.replace(state, conditions={**state.conditions, self.number: met})

    # -----------------------------------------------------------------------------------------

    def require_no_part_in_approval(self, person: str) -> None:
        """Refuse to let somebody implement what they approve, or are asked to."""
        asked = {voter for stage in self.stages for voter in stage.voters}
        require(
            person not in self.voted and not (self.is_in_approval and person in asked),
            "Nobody implements what they decide on: who votes on a change does not carry it out.",
        )

    @property
    def is_in_approval(self) -> bool:
        """Whether a round of approval runs, whatever is done meanwhile."""
        raise NotImplementedError

    @property
    def is_rejected(self) -> bool:
        """Whether the latest round of approval was rejected."""
        raise NotImplementedError

    def _is_ahead(self, phase: Phase) -> bool:
        return self.status not in PAST[phase]

    def _require_turn(self, task: Task) -> None:
        require(
            self.status in IN_PHASE[task.phase],
            f"It is too early for a task {tasks.CALLED[task.phase]}.",
        )
        super()._require_turn(task)
