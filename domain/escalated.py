"""Tickets that are escalated: management is told, and what a policy's steps did about a mark."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from domain import text
from domain.aggregate import Event
from domain.personal import Personal
from domain.promises import Promises
from domain.provenance import Provenance
from domain.rules import require

StepKey = tuple[int, str, str, int, int]
"""The round, the clock, the mark, the cycle, and the number of the step at that mark, from 1."""


class Escalated(Promises, abstract=True):
    escalation_level: int
    escalation_acknowledged: bool
    escalation_steps: tuple[StepKey, ...]
    """The steps that were taken."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.escalation_level = 0
        self.escalation_acknowledged = False
        self.escalation_steps = ()

    @property
    def is_at_work(self) -> bool:
        """Whether somebody has still to do something about it."""
        return not self.is_over

    # Escalate hierarchically: to the people who answer for it -------------------------------

    def escalate_hierarchically(
        self, *, to: Sequence[UUID], level: int, reason: str, by: Provenance
    ) -> None:
        """Tell the next level of management. A level that was told before is not told again."""
        require(self.is_at_work, f"Only an open {self.what} can be escalated.")
        require(len(to) > 0, "A hierarchic escalation names whom it goes to.")
        require(level >= 1, "The levels of management count from 1.")
        if level > self.escalation_level:
            self.record(
                self.EscalatedHierarchically(
                    by=by,
                    to=tuple(to),
                    level=level,
                    reason=text.reason(reason, "A hierarchic escalation needs a reason."),
                )
            )

    class EscalatedHierarchically(Event):
        to: tuple[UUID, ...]
        level: int
        reason: Annotated[str, Personal("actor")]

        def apply(self, ticket: "Escalated", /) -> None:
            ticket.escalation_level = self.level
            ticket.escalation_acknowledged = False

    def acknowledge_escalation(self, *, by: Provenance) -> None:
        require(
            self.escalation_level > 0, f"This {self.what} has not been escalated to management."
        )
        if not self.escalation_acknowledged:
            self.record(self.EscalationAcknowledged(by=by, level=self.escalation_level))

    class EscalationAcknowledged(Event):
        level: int

        def apply(self, ticket: "Escalated", /) -> None:
            ticket.escalation_acknowledged = True

    # Take a step of a policy's escalation ---------------------------------------------------

    def take_escalation_step(
        self,
        *,
        round: int,
        target: str,
        mark: str,
        cycle: int = 0,
        step: int,
        did: Sequence[str],
        refused: Sequence[str] = (),
        by: Provenance,
    ) -> None:
        """Note what a step has done about a mark, and what it could not do, with the reasons. A
        step that was noted before is not noted again."""
        require(self.is_at_work, f"Only an open {self.what} can be escalated.")
        require(
            (round, target, mark, cycle) in self.marks, "A step is taken once its mark is reached."
        )
        require(step >= 1, "The steps of a mark count from 1.")
        if (round, target, mark, cycle, step) not in self.escalation_steps:
            self.record(
                self.EscalationStepTaken(
                    by=by,
                    round=round,
                    target=target,
                    mark=mark,
                    cycle=cycle,
                    step=step,
                    did=tuple(did),
                    refused=tuple(refused),
                )
            )

    class EscalationStepTaken(Event):
        round: int
        target: str
        """The name of the clock."""
        mark: str
        step: int
        cycle: int = 0
        did: tuple[str, ...] = ()
        """The names of its actions, such as `notify`."""
        refused: tuple[str, ...] = ()
        """What was not done, and why."""

        def apply(self, ticket: "Escalated", /) -> None:
            known = (self.round, self.target, self.mark, self.cycle, self.step)
            ticket.escalation_steps = (*ticket.escalation_steps, known)
