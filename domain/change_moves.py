"""The life cycle of a change: its states, and which act leads from which to which."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from domain.moves import Move
from domain.tasks import Phase

Type = Literal["standard", "normal", "emergency"]
Risk = Literal["low", "moderate", "high", "very high"]
"""From the lowest to the highest."""
Outcome = Literal["successful", "successful with issues", "unsuccessful"]
"""How an implementation went."""


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


DRAFT = frozenset({Status.PROPOSED, Status.REJECTED})
READY = frozenset({Status.APPROVED, Status.SCHEDULED})
DONE = frozenset({Status.IMPLEMENTED, Status.BACKED_OUT, Status.REVIEWED})
STARTED = DONE | {Status.IMPLEMENTING, Status.CLOSED}
OVER = frozenset({Status.CLOSED, Status.WITHDRAWN, Status.CANCELLED})

MOVES: Mapping[str, Move[Status | None]] = {
    "amend": Move(DRAFT, None, "Only a proposed or rejected change can be amended."),
    "classify": Move(DRAFT, None, "Only a proposed or rejected change can be classified."),
    "assess_risk": Move(DRAFT, None, "The risk of a change is assessed before its submission."),
    "plan": Move(DRAFT, None, "A change is planned before its submission."),
    "affect": Move(DRAFT, None, "What a change affects is named before its submission."),
    "request_time": Move(DRAFT, None, "A time is asked for before a change is submitted."),
    "apply_template": Move(
        frozenset({Status.PROPOSED}), None, "Only a proposed change can be made from a template."
    ),
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
"""Votes and time-outs lead from `in approval` to `approved` or `rejected`."""

PREPARING = frozenset({"amend", "assess_risk", "plan", "affect", "request_time", "submit"})
"""What an emergency change that started before its submission may still catch up on."""
EDITING = frozenset({"amend", "assess_risk", "plan", "affect", "request_time"})
"""What may be done in approval, where the process says which fields its votes are about."""
AT_ONCE = frozenset({Status.PROPOSED, Status.IN_APPROVAL})
"""From where an emergency change may be implemented without an approval."""

IN_PHASE: Mapping[Phase, frozenset[Status]] = {
    "before": frozenset(Status) - OVER,
    "implementation": frozenset({Status.IMPLEMENTING}),
    "after": DONE,
}
"""When the tasks of a phase are done."""
PAST: Mapping[Phase, frozenset[Status]] = {
    "before": STARTED,
    "implementation": STARTED - {Status.IMPLEMENTING},
    "after": frozenset({Status.CLOSED}),
}
"""When it is too late for a task of a phase."""
