"""Changes: the addition, modification or removal of anything that could affect services (ITIL 4).

What was submitted stays as it was: title, plans, risk and type change only before a submission
and after a rejection. A standard change is pre-authorised.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, NamedTuple, Self, get_args
from uuid import UUID

from domain import text
from domain.aggregate import Event
from domain.approval import OpenStage
from domain.approval_round import ApprovalRounds
from domain.business_time import BusinessHours
from domain.personal import Personal
from domain.priority import LEVELS, Level
from domain.provenance import Provenance
from domain.rules import Refused, require
from domain.wall_clock import micros

Type = Literal["standard", "normal", "emergency"]
Risk = Literal["low", "moderate", "high", "very high"]
Outcome = Literal["successful", "successful with issues", "unsuccessful"]
"""How an implementation went."""

PRE_AUTHORISED = "pre-authorised"

RISKS: dict[tuple[Level, Level], Risk] = {
    (1, 1): "very high",
    (1, 2): "high",
    (2, 1): "high",
    (1, 3): "moderate",
    (2, 2): "moderate",
    (3, 1): "moderate",
    (2, 3): "low",
    (3, 2): "low",
    (3, 3): "low",
}
"""The risk of an impact and a likelihood: 1 high, 2 medium, 3 low."""


class Status(StrEnum):
    PROPOSED = "proposed"
    IN_APPROVAL = "in approval"
    APPROVED = "approved"
    REJECTED = "rejected"
    SCHEDULED = "scheduled"
    IMPLEMENTING = "implementing"
    IMPLEMENTED = "implemented"
    BACKED_OUT = "backed out"
    REVIEWED = "reviewed"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"


class Move(NamedTuple):
    """From which states an act leads to which, and the rule that is said to whoever tries others.

    Who may act stands in `domain.policy`, under the name of the act. Without a target, the state
    stays. Votes and time-outs lead from `in approval` to `approved` or `rejected`.
    """

    sources: frozenset[Status]
    target: Status | None
    rule: str


DRAFT = frozenset({Status.PROPOSED, Status.REJECTED})
READY = frozenset({Status.APPROVED, Status.SCHEDULED})
OVER = frozenset({Status.CLOSED, Status.WITHDRAWN, Status.CANCELLED})

MOVES = {
    "amend": Move(DRAFT, None, "Only a proposed or rejected change can be amended."),
    "classify": Move(DRAFT, None, "Only a proposed or rejected change can be classified."),
    "assess_risk": Move(DRAFT, None, "The risk of a change is assessed before its submission."),
    "plan": Move(DRAFT, None, "A change is planned before its submission."),
    "submit": Move(
        DRAFT, Status.IN_APPROVAL, "Only a proposed or rejected change can be submitted."
    ),
    "schedule": Move(READY, Status.SCHEDULED, "Only an approved change can be scheduled."),
    "start_implementation": Move(
        READY, Status.IMPLEMENTING, "Only an approved change can be implemented."
    ),
    "complete_implementation": Move(
        frozenset({Status.IMPLEMENTING}),
        Status.IMPLEMENTED,
        "Only a change that is being implemented can be completed.",
    ),
    "back_out": Move(
        frozenset({Status.IMPLEMENTING, Status.IMPLEMENTED}),
        Status.BACKED_OUT,
        "Only a change whose implementation has started can be backed out.",
    ),
    "review": Move(
        frozenset({Status.IMPLEMENTED, Status.BACKED_OUT}),
        Status.REVIEWED,
        "Only an implemented or backed out change can be reviewed.",
    ),
    "close": Move(
        frozenset({Status.REVIEWED}), Status.CLOSED, "Only a reviewed change can be closed."
    ),
    "withdraw": Move(
        DRAFT | {Status.IN_APPROVAL},
        Status.WITHDRAWN,
        "Only a change that is not approved yet can be withdrawn.",
    ),
    "cancel": Move(
        DRAFT | READY | {Status.IN_APPROVAL},
        Status.CANCELLED,
        "Only a change that is not being implemented yet can be cancelled.",
    ),
}


class Change(ApprovalRounds):
    prefix = "CHG"
    what: ClassVar[str] = "change"

    status: Status
    type: Type
    risk: Risk | None
    is_planned: bool
    scheduled_start: datetime | None
    scheduled_end: datetime | None
    outcome: Outcome | None

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.status = Status.PROPOSED
        self.type = "normal"
        self.risk = None
        self.is_planned = False
        self.scheduled_start = None
        self.scheduled_end = None
        self.outcome = None

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    def _require(self, act: str) -> None:
        move = MOVES[act]
        require(self.status in move.sources, move.rule)

    # Propose -----------------------------------------------------------------------------

    @classmethod
    def propose(
        cls,
        id: UUID,
        *,
        title: str,
        description: str = "",
        type: Type = "normal",
        requester: UUID | None,
        organisation: UUID | None,
        reason: str = "",
        by: Provenance,
    ) -> Self:
        return cls.begin(
            id,
            cls.Proposed(
                by=by,
                title=text.title(title, "A change"),
                description=text.body(description, "A description"),
                type=_known_type(type),
                requester=requester,
                organisation=organisation,
                reason=text.body(reason, "A reason", text.REASON_MAX),
            ),
        )

    class Proposed(Event):
        title: Annotated[str, Personal("requester")]
        description: Annotated[str, Personal("requester")] = ""
        type: Type = "normal"
        requester: UUID | None = None
        organisation: UUID | None = None
        reason: Annotated[str, Personal("requester")] = ""

        def apply(self, change: "Change", /) -> None:
            change.proposer = self.by.actor
            change.type = self.type
            change.requester = self.requester
            change.organisation = self.organisation

    # Amend, classify, assess, plan ---------------------------------------------------------

    def amend(
        self,
        *,
        by: Provenance,
        title: str | None = None,
        description: str | None = None,
        details: Mapping[str, str] | None = None,
    ) -> None:
        self._require("amend")
        super().amend(by=by, title=title, description=description, details=details)

    def classify(self, type: Type, *, by: Provenance) -> None:
        self._require("classify")
        if _known_type(type) != self.type:
            require(
                type != "standard" or self.round == 0,
                "A change that was rejected cannot become a standard change.",
            )
            self.record(self.Classified(by=by, type=type))

    class Classified(Event):
        type: Type

        def apply(self, change: "Change", /) -> None:
            change.type = self.type

    def assess_risk(self, *, impact: Level, likelihood: Level, by: Provenance) -> None:
        """Set the risk from impact and likelihood: 1 high, 2 medium, 3 low."""
        self._require("assess_risk")
        require(impact in LEVELS, "An impact is 1 high, 2 medium or 3 low.")
        require(likelihood in LEVELS, "A likelihood is 1 high, 2 medium or 3 low.")
        risk = RISKS[impact, likelihood]
        self.record(self.RiskAssessed(by=by, impact=impact, likelihood=likelihood, risk=risk))

    class RiskAssessed(Event):
        impact: Level
        likelihood: Level
        risk: Risk

        def apply(self, change: "Change", /) -> None:
            change.risk = self.risk

    def plan(self, *, implementation: str, backout: str, test: str = "", by: Provenance) -> None:
        """Say how it is done, how it is undone, and how it is tested."""
        self._require("plan")
        implementation = text.body(implementation, "An implementation plan")
        backout = text.body(backout, "A backout plan")
        require(implementation != "", "A plan says how the change is implemented.")
        require(backout != "", "A plan says how the change is backed out.")
        self.record(
            self.Planned(
                by=by,
                implementation=implementation,
                backout=backout,
                test=text.body(test, "A test plan"),
            )
        )

    class Planned(Event):
        implementation: Annotated[str, Personal("actor")]
        backout: Annotated[str, Personal("actor")]
        test: Annotated[str, Personal("actor")] = ""

        def apply(self, change: "Change", /) -> None:
            change.is_planned = True

    # Submit: what happens until the decision stands in `domain.approval_round` ----------------

    def submit(
        self,
        *,
        process: UUID | None = None,
        process_version: int = 0,
        calendar: UUID | None = None,
        calendar_version: int = 0,
        hours: BusinessHours | None = None,
        stages: Sequence[OpenStage] = (),
        by: Provenance,
    ) -> None:
        """Ask for approval by these stages; a standard change is approved at once, without any."""
        self.require_ready()
        if self.type == "standard":
            require(len(stages) == 0, "A standard change is pre-authorised and has no stages.")
            self.record(self.Submitted(by=by, round=self.round + 1))
            self.record(self.Approved(by=by, round=self.round, reason=PRE_AUTHORISED))
            return
        self.submit_to(
            process,
            process_version=process_version,
            calendar=calendar,
            calendar_version=calendar_version,
            hours=hours,
            stages=stages,
            by=by,
        )

    def require_ready(self) -> None:
        """Refuse the submission of a change that has been submitted, or is not ready for it."""
        self._require("submit")
        if self.type != "standard":
            a = _an(self.type)
            require(self.risk is not None, f"The risk of {a} change is assessed first.")
            require(self.is_planned, f"{a.capitalize()} change is planned before it is submitted.")

    def enter_approval(self) -> None:
        self.status = Status.IN_APPROVAL

    def leave_approval(self, *, is_approved: bool) -> None:
        self.status = Status.APPROVED if is_approved else Status.REJECTED

    # Assign: as every ticket, but to nobody who voted on it -----------------------------------

    def assign(self, *, team: UUID | None, assignee: UUID | None = None, by: Provenance) -> None:
        require(
            str(assignee) not in self.voted,
            "Nobody votes on their own change: who has voted on it is not assigned to it.",
        )
        super().assign(team=team, assignee=assignee, by=by)

    # Schedule ----------------------------------------------------------------------------

    def schedule(self, *, start: datetime, end: datetime, by: Provenance) -> None:
        """Set when it is implemented, from an instant to another, or set it anew."""
        self._require("schedule")
        require(micros(start) < micros(end), "A change starts before it ends.")
        require(start >= by.effective_at, "A change is not scheduled in the past.")
        if (start, end) != (self.scheduled_start, self.scheduled_end):
            self.record(self.Scheduled(by=by, start=start.astimezone(UTC), end=end.astimezone(UTC)))

    class Scheduled(Event):
        start: datetime
        end: datetime

        def apply(self, change: "Change", /) -> None:
            change.status = Status.SCHEDULED
            change.scheduled_start = self.start
            change.scheduled_end = self.end

    # Implement, or back out -----------------------------------------------------------------

    def start_implementation(self, *, by: Provenance) -> None:
        self._require("start_implementation")
        self.record(self.ImplementationStarted(by=by))

    class ImplementationStarted(Event):
        def apply(self, change: "Change", /) -> None:
            change.status = Status.IMPLEMENTING

    def complete_implementation(self, outcome: Outcome, *, by: Provenance) -> None:
        self._require("complete_implementation")
        self.record(self.Implemented(by=by, outcome=_known_outcome(outcome)))

    class Implemented(Event):
        outcome: Outcome

        def apply(self, change: "Change", /) -> None:
            change.status = Status.IMPLEMENTED
            change.outcome = self.outcome

    def back_out(self, *, reason: str, by: Provenance) -> None:
        self._require("back_out")
        self.record(self.BackedOut(by=by, reason=text.reason(reason, "A backout needs a reason.")))

    class BackedOut(Event):
        reason: Annotated[str, Personal("actor")]

        def apply(self, change: "Change", /) -> None:
            change.status = Status.BACKED_OUT
            change.outcome = "unsuccessful"

    # Review and close ---------------------------------------------------------------------

    def review(self, outcome: Outcome, *, notes: str, by: Provenance) -> None:
        """Say how it went in the end, after looking back."""
        self._require("review")
        self.record(
            self.Reviewed(
                by=by,
                outcome=_known_outcome(outcome),
                notes=text.reason(notes, "A review says what was found."),
            )
        )

    class Reviewed(Event):
        outcome: Outcome
        notes: Annotated[str, Personal("actor")]

        def apply(self, change: "Change", /) -> None:
            change.status = Status.REVIEWED
            change.outcome = self.outcome

    def close(self, *, code: str = "", by: Provenance) -> None:
        """End it. A standard change that is implemented needs no review."""
        if not (self.type == "standard" and self.status is Status.IMPLEMENTED):
            self._require("close")
        self.record(self.Closed(by=by, code=text.body(code, "A closure code", text.NAME_MAX)))

    class Closed(Event):
        code: str = ""

        def apply(self, change: "Change", /) -> None:
            change.status = Status.CLOSED

    # Withdraw, cancel -----------------------------------------------------------------------

    def withdraw(self, *, reason: str, by: Provenance) -> None:
        """Take it back before it is decided."""
        self._require("withdraw")
        self.record(
            self.Withdrawn(by=by, reason=text.reason(reason, "A withdrawal needs a reason."))
        )

    class Withdrawn(Event):
        reason: Annotated[str, Personal("actor")]

        def apply(self, change: "Change", /) -> None:
            change.close_round()
            change.status = Status.WITHDRAWN

    def cancel(self, *, reason: str, by: Provenance) -> None:
        self._require("cancel")
        self.record(
            self.Cancelled(by=by, reason=text.reason(reason, "A cancellation needs a reason."))
        )

    class Cancelled(Event):
        reason: Annotated[str, Personal("actor")]

        def apply(self, change: "Change", /) -> None:
            change.close_round()
            change.status = Status.CANCELLED


def _an(type: Type) -> str:
    return f"{'an' if type == 'emergency' else 'a'} {type}"


def _known_type(type: Type) -> Type:
    if type not in get_args(Type):
        raise Refused("A change is standard, normal or emergency.")
    return type


def _known_outcome(outcome: Outcome) -> Outcome:
    if outcome not in get_args(Outcome):
        raise Refused(f"An outcome is one of {', '.join(get_args(Outcome))}.")
    return outcome
