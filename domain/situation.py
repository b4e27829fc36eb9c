"""The situation of a ticket: what conditions of service levels ask for.

It is folded from the events of a ticket alone (`domain.situation_events`), and holds ids, never
names.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType, defstruct, structs

from domain.change import Change
from domain.change_moves import Status as ChangeStatus
from domain.incident import Incident
from domain.promises import Promises
from domain.question import Question
from domain.service_request import ServiceRequest

Outside = Literal["customer", "vendor", "approver", "change", "problem", "evidence", "nobody"]
Party = Outside | tuple[UUID, int]
"""Whose turn it is: somebody outside of the teams, or a team and the level of support."""

NOBODY: Party = "nobody"

_IN_APPROVAL = ChangeStatus.IN_APPROVAL.value


class Situation(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How a ticket stands. A text that is not known is empty, and a number 0."""

    kind: str = ""
    """`incident`, `change`, `question` or `request`; empty before the first event."""
    type: str = ""
    """Of a change: standard, normal or emergency."""
    status: str = ""
    waiting_for: str = ""
    """The reason for which it is pending."""
    priority: int = 0
    impact: int = 0
    urgency: int = 0
    category: str = ""
    subcategory: str = ""
    service: str = ""
    requester: UUID | None = None
    organisation: UUID | None = None
    team: UUID | None = None
    assignee: UUID | None = None
    support_level: int = 1
    responded: bool = False
    """Whether the requester has been answered."""
    resolved: bool = False
    """Whether an incident is resolved, a question answered, a request fulfilled, or the work on a
    change done."""
    awaits_reply: bool = False
    """Whether the requester was the last to say something in public."""
    reopened: int = 0
    approval: str = ""
    """`in approval`, `approved` or `rejected`; empty before the first submission."""
    is_approval_owed: bool = False
    """Whether it is an emergency change that was begun without an approval."""
    is_over: bool = False
    is_major: bool = False
    channel: str = ""

    @property
    def is_assigned(self) -> bool:
        """Whether somebody has it, and not a team alone."""
        return self.assignee is not None

    @property
    def party(self) -> Party:
        """Whose turn it is. What is resolved waits for the customer to agree."""
        if self.waiting_for:
            return self.waiting_for  # type: ignore[return-value]  # it is one of them
        if self.kind != "change" and self.resolved:
            return "customer"
        if self.status == _IN_APPROVAL:
            return "approver"
        return NOBODY if self.team is None else (self.team, self.support_level)


NOTHING = Situation()
"""Before the first event."""
OF_PARTY = frozenset({"waiting_for", "kind", "resolved", "status", "team", "support_level"})
"""The fields that say whose turn it is."""

Changes = Mapping[str, Any]
"""The fields that an event changes."""
if TYPE_CHECKING:

    class Delta(Struct):
        """The fields that have changed, as they are kept."""

else:
    Delta = defstruct(
        "Delta",
        [(field.name, field.type | UnsetType, UNSET) for field in structs.fields(Situation)],
        frozen=True,
        kw_only=True,
        omit_defaults=True,
        gc=False,
    )


def changes_of(delta: Delta) -> dict[str, Any]:
    """The fields that have changed."""
    return {name: value for name, value in structs.asdict(delta).items() if value is not UNSET}


def difference(before: Situation, now: Situation) -> dict[str, Any]:
    """The fields that have changed from one situation to another."""
    was = structs.asdict(before)
    return {name: value for name, value in structs.asdict(now).items() if value != was[name]}


def situation_of(ticket: Promises) -> Situation:
    """The situation of a ticket now: the same as after all its events."""
    common: dict[str, Any] = {
        "priority": ticket.priority or 0,
        "impact": ticket.impact or 0,
        "urgency": ticket.urgency or 0,
        "category": ticket.category,
        "subcategory": ticket.subcategory,
        "service": ticket.service,
        "requester": ticket.requester,
        "organisation": ticket.organisation,
        "team": ticket.team,
        "assignee": ticket.assignee,
        "awaits_reply": ticket.awaits_reply,
        "support_level": getattr(ticket, "support_level", 1),
        "is_over": ticket.is_over,
    }
    if isinstance(ticket, Incident):
        return Situation(
            **common,
            kind="incident",
            status=ticket.status,
            waiting_for=ticket.pending_reason,
            responded=ticket.responded_at is not None,
            resolved=ticket.resolved_at is not None,
            reopened=ticket.reopened,
            is_major=ticket.is_major,
            channel=ticket.channel,
        )
    if isinstance(ticket, Change):
        return Situation(
            **common,
            kind="change",
            type=ticket.type,
            status=ticket.status,
            responded=ticket.is_answered,
            resolved=ticket.outcome is not None,
            approval="in approval" if ticket.is_in_approval else ticket.approval,
            is_approval_owed=ticket.is_approval_owed,
        )
    if isinstance(ticket, Question):
        return Situation(
            **common,
            kind="question",
            status=ticket.status,
            waiting_for=ticket.pending_reason,
            responded=ticket.is_answered,
            resolved=ticket.answered_at is not None,
            reopened=ticket.reopened,
            channel=ticket.channel,
        )
    if isinstance(ticket, ServiceRequest):
        # Nothing is promised for what is undone.
        common["is_over"] = ticket.is_over or ticket.is_called_off
        return Situation(
            **common,
            kind="request",
            status=ticket.status,
            waiting_for=ticket.pending_reason,
            responded=ticket.is_answered,
            resolved=ticket.fulfilled_at is not None,
            reopened=ticket.reopened,
            approval="in approval" if ticket.approval == "pending" else ticket.approval,
            channel=ticket.channel,
        )
    raise TypeError(f"Nothing is promised for {ticket.what}s.")
