"""Changes: the addition, modification or removal of anything that could affect services (ITIL 4).

What was submitted stays as it was: title, plans, risk and type change only before a submission
and after a rejection. A standard change is pre-authorised. An emergency change may be implemented
at once: then its approval is owed by a moment, and asked for while it is under way or afterwards.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, Self, get_args
from uuid import UUID

from domain import business_time, obligations, text
from domain.aggregate import Event
from domain.approval import OpenStage
from domain.approval_round import ALWAYS
from domain.approval_round_state import GivenUp
from domain.business_time import BusinessHours, duration
from domain.change_catalogue import ChangeCatalogue
from domain.change_configuration import ChangeConfiguration
from domain.change_draft import known_type
from domain.change_moves import AT_ONCE, MOVES, OVER, Outcome, Risk, Status, Type
from domain.escalated import Escalated
from domain.obligations import APPROVAL_WITHIN, REVIEW_WITHIN, Obligation
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import Refused, require
from domain.subjects import Value
from domain.wording import Worded

PRE_AUTHORISED = "pre-authorised"

ClosureCode = Literal[
    "implemented",
    "implemented with issues",
    "partly implemented",
    "implemented otherwise",
    "backed out",
    "failed",
]


class Change(ChangeConfiguration, ChangeCatalogue, Escalated):
    prefix = "CHG"

    implementers: tuple[str, ...]
    """Who has carried it out. With those who are to, they never vote on it."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.implementers = ()

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    @property
    def is_called_off(self) -> bool:
        return self.status in (Status.WITHDRAWN, Status.CANCELLED)

    @property
    def barred(self) -> frozenset[str]:
        assigned = {
            str(task.assignee)
            for task in self.tasks
            if task.phase == "implementation" and task.assignee is not None
        }
        return super().barred | assigned | set(self.implementers)

    def content(self) -> Mapping[str, Value | None]:
        assets = sorted(map(str, self.affected_assets))
        return {
            **super().content(),
            "type": self.type,
            "is_emergency": self.type == "emergency",
            "risk": self.risk,
            "assets": assets,
            # Their types are known elsewhere: other assets may have other types.
            "asset_types": assets,
        }

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
        require(
            known_type(type) != "standard",
            "A standard change comes from a published template of the change catalogue.",
        )
        return cls.begin(
            id,
            cls.Proposed(
                by=by,
                title=text.title(title, "A change"),
                description=text.body(description, "A description"),
                type=type,
                requester=requester,
                organisation=organisation,
                reason=text.body(reason, "A reason", text.REASON_MAX),
            ),
        )

    class Proposed(Worded):
        title: Annotated[str, Personal("requester")]
        description: Annotated[str, Personal("requester")] = ""
        type: Type = "normal"
        requester: UUID | None = None
        organisation: UUID | None = None
        reason: Annotated[str, Personal("requester")] = ""

        @property
        def texts(self) -> Mapping[str, str | None]:
            return {"title": self.title, "description": self.description, "reason": self.reason}

        def apply(self, change: "Change", /) -> None:
            change.proposer = self.by.actor
            change.say(self.texts)
            change.type = self.type
            change.requester = self.requester
            change.organisation = self.organisation

    # Submit: what happens until the decision stands in `domain.approval_round` ----------------

    def submit(self, *, stages: Sequence[OpenStage] = (), by: Provenance, **to: Any) -> None:
        """Ask for approval by these stages; a standard change is approved at once, without any."""
        if self.type != "standard":
            super().submit(stages=stages, by=by, **to)
            return
        self.require_ready()
        require(len(stages) == 0, "A standard change is pre-authorised and has no stages.")
        self.record(self.Submitted(by=by, round=self.round + 1))
        self.record(self.Approved(by=by, round=self.round, reason=PRE_AUTHORISED))

    def require_ready(self) -> None:
        """Refuse the submission of a change that has been submitted, or is not ready for it."""
        self._require("submit")
        if self.type == "standard":
            require(
                self.template is not None,
                "A standard change comes from a published template of the change catalogue.",
            )
            return
        a = _an(self.type)
        require(self.risk is not None, f"The risk of {a} change is assessed first.")
        require(self.is_planned, f"{a.capitalize()} change is planned before it is submitted.")

    def enter_approval(self) -> None:
        self.approval = "pending"
        if not self.is_approval_owed:
            self.status = Status.IN_APPROVAL

    def leave_approval(self, *, is_approved: bool) -> None:
        self.approval = "approved" if is_approved else "rejected"
        if self.is_approval_owed:
            self._meet("retrospective approval")
        else:
            self.status = Status.APPROVED if is_approved else Status.REJECTED

    # Implement, or back out -----------------------------------------------------------------

    def start_implementation(
        self,
        *,
        within: str = APPROVAL_WITHIN,
        hours: BusinessHours | None = None,
        by: Provenance,
    ) -> None:
        """Begin it. An emergency change that is not approved owes its approval by a moment:
        `within` a duration on these hours."""
        is_at_once = self.type == "emergency" and self.status in AT_ONCE
        if not is_at_once:
            self._require("start_implementation")
            self.require_finished("before", "the implementation of a change starts")
        self.require_no_part_in_approval(by.on_behalf_of or by.actor)
        self.require_no_part_in_approval(by.actor)
        self.record(self.ImplementationStarted(by=by))
        if is_at_once:
            due = _due(by.effective_at, within, hours)
            self.record(self.RetrospectiveApprovalOwed(by=by, due=due))

    class ImplementationStarted(Event):
        def apply(self, change: "Change", /) -> None:
            change.status = Status.IMPLEMENTING
            change.implementers = (*change.implementers, self.by.on_behalf_of or self.by.actor)

    class RetrospectiveApprovalOwed(Event):
        due: datetime

        def apply(self, change: "Change", /) -> None:
            change._owe("retrospective approval", self.due)

    def complete_implementation(
        self,
        outcome: Outcome,
        *,
        within: str = REVIEW_WITHIN,
        hours: BusinessHours | None = None,
        by: Provenance,
    ) -> None:
        """Say that it is done, and how it went. One that failed owes a review, by a moment."""
        self._require("complete_implementation")
        self.require_finished("implementation", "the implementation is complete")
        self.require_conditions_met()
        self.record(self.Implemented(by=by, outcome=_known_outcome(outcome)))
        if outcome == "unsuccessful":
            self.record(self.ReviewOwed(by=by, due=_due(by.effective_at, within, hours)))

    class Implemented(Event):
        outcome: Outcome

        def apply(self, change: "Change", /) -> None:
            change.status = Status.IMPLEMENTED
            change.outcome = self.outcome
            change.answer()

    def back_out(
        self,
        *,
        reason: str,
        within: str = REVIEW_WITHIN,
        hours: BusinessHours | None = None,
        by: Provenance,
    ) -> None:
        """Undo it, which owes a review by a moment."""
        self._require("back_out")
        self.record(self.BackedOut(by=by, reason=text.reason(reason, "A backout needs a reason.")))
        if not any(owed.name == "review" for owed in self.obligations):
            self.record(self.ReviewOwed(by=by, due=_due(by.effective_at, within, hours)))

    class BackedOut(Event):
        reason: Annotated[str, Personal("actor")]

        def apply(self, change: "Change", /) -> None:
            change.status = Status.BACKED_OUT
            change.outcome = "unsuccessful"
            change.answer()

    class ReviewOwed(Event):
        due: datetime

        def apply(self, change: "Change", /) -> None:
            change._owe("review", self.due)

    # Note what is overdue --------------------------------------------------------------------

    def note_overdue(self, *, by: Provenance) -> None:
        """Note what is owed and has not been met by its moment, once. Too early: nothing."""
        for owed in obligations.passed(self.obligations, by.effective_at):
            event = (
                self.ReviewOverdue if owed.name == "review" else self.RetrospectiveApprovalOverdue
            )
            self.record(event(by=by, due=owed.due))

    class RetrospectiveApprovalOverdue(Event):
        due: datetime

        def apply(self, change: "Change", /) -> None:
            change._owe("retrospective approval", self.due, is_overdue=True)

    class ReviewOverdue(Event):
        due: datetime

        def apply(self, change: "Change", /) -> None:
            change._owe("review", self.due, is_overdue=True)

    def _owe(self, name: obligations.Name, due: datetime, *, is_overdue: bool = False) -> None:
        self._meet(name)
        owed = Obligation(name=name, due=due, is_overdue=is_overdue)
        self.obligations = (*self.obligations, owed)

    def _meet(self, name: obligations.Name) -> None:
        self.obligations = tuple(owed for owed in self.obligations if owed.name != name)

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
            change._meet("review")

    def close(self, *, code: ClosureCode, by: Provenance) -> None:
        """End it. A standard change that is implemented, and did not fail, needs no review."""
        is_done = self.status is Status.IMPLEMENTED and self.outcome != "unsuccessful"
        if not (self.type == "standard" and is_done):
            self._require("close")
        require(
            not self.is_approval_owed,
            "An emergency change is closed after its retrospective approval is decided.",
        )
        self.require_finished("after", "a change is closed")
        codes = get_args(ClosureCode)
        require(code in codes, f"A closure code is one of {', '.join(codes)}.")
        self.record(self.Closed(by=by, code=code))

    class Closed(Event):
        code: str = ""

        def apply(self, change: "Change", /) -> None:
            change.status = Status.CLOSED
            change.obligations = ()

    # Withdraw, cancel -----------------------------------------------------------------------

    def withdraw(self, *, reason: str, by: Provenance) -> None:
        """Take it back before it is decided."""
        self._require("withdraw")
        self.record(
            self.Withdrawn(by=by, reason=text.reason(reason, "A withdrawal needs a reason."))
        )

    class Withdrawn(GivenUp):
        reason: Annotated[str, Personal("actor")]

        def apply(self, change: "Change", /) -> None:
            super().apply(change)
            change.approval = ""
            change.status = Status.WITHDRAWN

    def cancel(self, *, reason: str, by: Provenance) -> None:
        self._require("cancel")
        self.record(
            self.Cancelled(by=by, reason=text.reason(reason, "A cancellation needs a reason."))
        )

    class Cancelled(GivenUp):
        reason: Annotated[str, Personal("actor")]

        def apply(self, change: "Change", /) -> None:
            super().apply(change)
            change.approval = ""
            change.status = Status.CANCELLED


def _an(type: Type) -> str:
    return f"{'an' if type == 'emergency' else 'a'} {type}"


def _known_outcome(outcome: Outcome) -> Outcome:
    if outcome not in get_args(Outcome):
        raise Refused(f"An outcome is one of {', '.join(get_args(Outcome))}.")
    return outcome


def _due(start: datetime, within: str, hours: BusinessHours | None) -> datetime:
    try:
        return business_time.due(start, duration(within), hours or ALWAYS)
    except Refused:
        # A calendar that has come to its end must not hold up an emergency.
        return business_time.due(start, duration(within), ALWAYS)


__all__ = ["MOVES", "PRE_AUTHORISED", "Change", "ClosureCode", "Outcome", "Risk", "Status", "Type"]
