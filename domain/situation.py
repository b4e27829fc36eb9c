"""The situation of a ticket after each of its events: what conditions of service levels ask for.

It is folded from the events of an incident or a change alone, and holds ids, never names.
"""

from collections.abc import Callable, Iterable
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct, structs

from domain.aggregate import Event
from domain.change import Change
from domain.change_moves import Status as ChangeStatus
from domain.incident import Incident
from domain.incident import Status as IncidentStatus
from domain.mapper import is_person
from domain.ticket import Ticket, Visibility

Outside = Literal["customer", "vendor", "approver", "change", "problem", "evidence", "nobody"]
Party = Outside | tuple[UUID, int]
"""Whose turn it is: somebody outside of the teams, or a team and the level of support."""

NOBODY: Party = "nobody"


class Situation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a ticket stands. A text that is not known is empty, and a number 0."""

    kind: str = ""
    """`incident` or `change`; empty before the first event."""
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
    """Whether an incident is resolved, or the work on a change done."""
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
            return self.waiting_for  # type: ignore[return-value]
        if self.kind == "incident" and self.resolved:
            return "customer"
        if self.status == ChangeStatus.IN_APPROVAL:
            return "approver"
        return NOBODY if self.team is None else (self.team, self.support_level)


NOTHING = Situation()
"""Before the first event."""


def after(events: Iterable[Event]) -> Situation:
    """The situation after these events of a ticket, which begin with its first."""
    situation = NOTHING
    for event in events:
        situation = told(situation, event)
    return situation


def told(situation: Situation, event: Event) -> Situation:
    """The situation after one more event: the same object if that changes nothing."""
    fold = _FOLDS.get(type(event))
    return situation if fold is None else fold(situation, event)


_FOLDS: dict[type[Event], Callable[[Situation, Any], Situation]] = {}


def _on(*events: type[Event]) -> Callable[[Any], Any]:
    def register(fold: Any) -> Any:
        _FOLDS.update(dict.fromkeys(events, fold))
        return fold

    return register


# Every ticket --------------------------------------------------------------------------------


@_on(Ticket.RequesterChanged)
def _asked_by(now: Situation, event: Ticket.RequesterChanged) -> Situation:
    return structs.replace(now, requester=event.requester, organisation=event.organisation)


@_on(Ticket.Categorised)
def _categorised(now: Situation, event: Ticket.Categorised) -> Situation:
    return structs.replace(
        now, category=event.category, subcategory=event.subcategory, service=event.service
    )


@_on(Ticket.Prioritised)
def _prioritised(now: Situation, event: Ticket.Prioritised) -> Situation:
    return structs.replace(now, priority=event.priority, impact=event.impact, urgency=event.urgency)


@_on(Ticket.Assigned)
def _assigned(now: Situation, event: Ticket.Assigned) -> Situation:
    return _handed(now, event.team, event.assignee, now.support_level)


@_on(Ticket.Commented)
def _commented(now: Situation, event: Ticket.Commented) -> Situation:
    """Only people ask and answer: what a part of the desk says by itself is no reply."""
    actor = event.by.on_behalf_of or event.by.actor
    if event.visibility != Visibility.PUBLIC or not is_person(actor):
        return now
    asks = now.requester is not None and actor == str(now.requester)
    # The response to an incident has an event of its own.
    responded = now.responded or (now.kind == "change" and not asks)
    if (asks, responded) == (now.awaits_reply, now.responded):
        return now
    return structs.replace(now, awaits_reply=asks, responded=responded)


def _handed(now: Situation, team: UUID | None, assignee: UUID | None, level: int) -> Situation:
    status: str = IncidentStatus.ASSIGNED if now.status == IncidentStatus.NEW else now.status
    return structs.replace(now, team=team, assignee=assignee, support_level=level, status=status)


# Incidents -----------------------------------------------------------------------------------


@_on(Incident.Logged)
def _logged(_: Situation, event: Incident.Logged) -> Situation:
    return Situation(
        kind="incident",
        status=IncidentStatus.NEW,
        requester=event.requester,
        organisation=event.organisation,
        channel=event.channel,
    )


@_on(Incident.EscalatedFunctionally)
def _escalated(now: Situation, event: Incident.EscalatedFunctionally) -> Situation:
    return _handed(now, event.team, event.assignee, event.support_level)


@_on(Incident.WorkStarted, Incident.Resumed)
def _worked_on(now: Situation, _: Event) -> Situation:
    return structs.replace(now, status=IncidentStatus.IN_PROGRESS, waiting_for="")


@_on(Incident.Paused)
def _paused(now: Situation, event: Incident.Paused) -> Situation:
    return structs.replace(now, status=IncidentStatus.PENDING, waiting_for=event.reason)


@_on(Incident.Requeued)
def _requeued(now: Situation, _: Event) -> Situation:
    is_held = now.team is not None or now.assignee is not None
    status = IncidentStatus.ASSIGNED if is_held else IncidentStatus.NEW
    return structs.replace(now, status=status, waiting_for="")


@_on(Incident.FirstResponded)
def _responded(now: Situation, _: Event) -> Situation:
    return structs.replace(now, responded=True, awaits_reply=False)


@_on(Incident.Resolved)
def _resolved(now: Situation, _: Event) -> Situation:
    return structs.replace(
        now, status=IncidentStatus.RESOLVED, waiting_for="", resolved=True, awaits_reply=False
    )


@_on(Incident.Reopened)
def _reopened(now: Situation, _: Event) -> Situation:
    return structs.replace(
        now,
        status=IncidentStatus.IN_PROGRESS,
        resolved=False,
        is_over=False,
        reopened=now.reopened + 1,
    )


@_on(Incident.Closed, Incident.Cancelled)
def _ended(now: Situation, event: Event) -> Situation:
    is_cancelled = isinstance(event, Incident.Cancelled)
    status = IncidentStatus.CANCELLED if is_cancelled else IncidentStatus.CLOSED
    return structs.replace(now, status=status, waiting_for="", is_over=True)


# Changes -------------------------------------------------------------------------------------


@_on(Change.Proposed)
def _proposed(_: Situation, event: Change.Proposed) -> Situation:
    return Situation(
        kind="change",
        type=event.type,
        status=ChangeStatus.PROPOSED,
        requester=event.requester,
        organisation=event.organisation,
    )


@_on(Change.Classified)
def _classified(now: Situation, event: Change.Classified) -> Situation:
    return structs.replace(now, type=event.type)


@_on(Change.Submitted)
def _submitted(now: Situation, _: Event) -> Situation:
    status = now.status if now.is_approval_owed else ChangeStatus.IN_APPROVAL
    return structs.replace(now, status=status, approval="in approval")


@_on(Change.Approved, Change.Rejected)
def _decided(now: Situation, event: Event) -> Situation:
    decision = ChangeStatus.APPROVED
    if isinstance(event, Change.Rejected):
        decision = ChangeStatus.REJECTED
    status = now.status if now.is_approval_owed else decision
    return structs.replace(now, status=status, approval=str(decision), is_approval_owed=False)


@_on(Change.RetrospectiveApprovalOwed)
def _owed(now: Situation, _: Event) -> Situation:
    return structs.replace(now, is_approval_owed=True)


@_on(Change.Scheduled)
def _scheduled(now: Situation, _: Event) -> Situation:
    return structs.replace(now, status=ChangeStatus.SCHEDULED)


@_on(Change.ImplementationStarted)
def _implementing(now: Situation, _: Event) -> Situation:
    return structs.replace(now, status=ChangeStatus.IMPLEMENTING)


@_on(Change.Implemented, Change.BackedOut)
def _implemented(now: Situation, event: Event) -> Situation:
    is_back = isinstance(event, Change.BackedOut)
    status = ChangeStatus.BACKED_OUT if is_back else ChangeStatus.IMPLEMENTED
    return structs.replace(now, status=status, resolved=True, responded=True, awaits_reply=False)


@_on(Change.Reviewed)
def _reviewed(now: Situation, _: Event) -> Situation:
    return structs.replace(now, status=ChangeStatus.REVIEWED)


@_on(Change.Closed)
def _closed(now: Situation, _: Event) -> Situation:
    return structs.replace(now, status=ChangeStatus.CLOSED, is_approval_owed=False, is_over=True)


@_on(Change.Withdrawn, Change.Cancelled)
def _called_off(now: Situation, event: Event) -> Situation:
    is_cancelled = isinstance(event, Change.Cancelled)
    status = ChangeStatus.CANCELLED if is_cancelled else ChangeStatus.WITHDRAWN
    return structs.replace(now, status=status, approval="", is_over=True)


EVENTS: frozenset[type[Event]] = frozenset(_FOLDS)
"""The events that can change a situation."""
