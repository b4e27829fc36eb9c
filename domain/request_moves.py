"""The life cycle of a service request: its states, and which act leads from which to which."""

from enum import StrEnum

from domain.moves import Move


class Status(StrEnum):
    REQUESTED = "requested"
    IN_APPROVAL = "in approval"
    APPROVED = "approved"
    REJECTED = "rejected"
    IN_FULFILMENT = "in fulfilment"
    PENDING = "pending"
    FULFILLED = "fulfilled"
    CLOSED = "closed"
    BEING_UNDONE = "being undone"
    CANCELLED = "cancelled"
    MERGED = "merged"


DRAFT = frozenset({Status.REQUESTED, Status.REJECTED})
READY = frozenset({Status.REQUESTED, Status.APPROVED})
AT_WORK = frozenset({Status.IN_FULFILMENT, Status.PENDING})
OPEN = DRAFT | READY | AT_WORK | {Status.IN_APPROVAL}

MOVES = {
    "submit": Move(
        DRAFT, Status.IN_APPROVAL, "Only a request that is new or rejected can be submitted."
    ),
    "start_fulfilment": Move(
        READY | {Status.IN_FULFILMENT},
        Status.IN_FULFILMENT,
        "Only a new or approved request can be fulfilled.",
    ),
    "pend": Move(
        frozenset({Status.IN_FULFILMENT}),
        Status.PENDING,
        "Only a request that is being fulfilled can wait.",
    ),
    "resume": Move(
        frozenset({Status.PENDING}), Status.IN_FULFILMENT, "Only a pending request can be resumed."
    ),
    "fulfil": Move(
        AT_WORK, Status.FULFILLED, "Only a request whose fulfilment has begun can be fulfilled."
    ),
    "reopen": Move(
        frozenset({Status.FULFILLED}), Status.IN_FULFILMENT, "Only a fulfilled request can reopen."
    ),
    "close": Move(
        frozenset({Status.FULFILLED}), Status.CLOSED, "Only a fulfilled request can be closed."
    ),
    "call_off": Move(AT_WORK, Status.BEING_UNDONE, "Only an open request can be cancelled."),
    "cancel": Move(OPEN, Status.CANCELLED, "Only an open request can be cancelled."),
    "merge": Move(
        OPEN - {Status.IN_APPROVAL},
        Status.MERGED,
        "Only an open request is merged into another, and one in approval once that is decided.",
    ),
}
"""Votes and time-outs lead from `in approval` to `approved` or `rejected`. Who cancels a request of
which something has to be undone calls it off; when that is undone, it is cancelled. Undoing a merge
leads to where it was before."""
