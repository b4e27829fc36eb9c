"""What each event changes of the situation of a ticket."""

from collections.abc import Callable, Iterable
from typing import Any, get_args

from msgspec import structs

from domain.aggregate import Event
from domain.change import Change
from domain.change_moves import Status as ChangeStatus
from domain.incident import Incident
from domain.incident import Status as IncidentStatus
from domain.life_cycle import LifeCycle, PendingReason, Startable
from domain.merging import MERGED, Mergeable
from domain.promises import asks
from domain.question import Question
from domain.question import Status as QuestionStatus
from domain.service_request import ServiceRequest
from domain.service_request import Status as RequestStatus
from domain.situation import NOTHING, Changes, Delta, Situation
from domain.ticket import Ticket

_NEW = IncidentStatus.NEW.value
_ASKED_FIRST = QuestionStatus.ASKED.value
_ASSIGNED = IncidentStatus.ASSIGNED.value
_PENDING = IncidentStatus.PENDING.value


def after(events: Iterable[Event]) -> Situation:
    """The situation after these events of a ticket, which begin with its first."""
    situation = NOTHING
    for event in events:
        situation = told(situation, event)
    return situation


def told(situation: Situation, event: Event) -> Situation:
    """The situation after one more event: the same object if that changes nothing."""
    changes = changes_by(situation, event)
    return structs.replace(situation, **changes) if changes else situation


def changes_by(situation: Situation, event: Event) -> Changes | None:
    """The fields that an event changes, None if it changes nothing."""
    fold = FOLDS.get(type(event))
    return None if fold is None else fold(situation, event)


FOLDS: dict[type[Event], Callable[[Situation, Any], Changes | None]] = {}
"""What each event changes; None if that is nothing."""


_ENDS: list[type[Event]] = []
KEPT: dict[int, Delta] = {}
"""Of changes that are always the same, by their identity: they last as long as this module."""


def _constant(**changes: Any) -> Changes:
    # A plain text is compared much faster than a member of an enumeration.
    plain = {
        name: str(value) if isinstance(value, str) else value for name, value in changes.items()
    }
    KEPT[id(plain)] = Delta(**plain)
    return plain


def _always(event: type[Event], **changes: Any) -> None:
    """An event that changes the same fields whatever it says, and however the ticket stood."""
    constant = _constant(**changes)
    FOLDS[event] = lambda _, __: constant
    if constant.get("resolved") or constant.get("is_over"):
        _ENDS.append(event)


def _on(*events: type[Event]) -> Callable[[Any], Any]:
    def register(fold: Any) -> Any:
        FOLDS.update(dict.fromkeys(events, fold))
        return fold

    return register


def _opened(
    kind: str, status: str, event: Incident.Logged | Question.Asked | ServiceRequest.Ordered
) -> Changes:
    """What the first event of a ticket says of it that somebody came with."""
    return {
        "kind": kind,
        "status": status,
        "requester": event.requester,
        "organisation": event.organisation,
        "channel": event.channel,
    }


# Every ticket --------------------------------------------------------------------------------


@_on(Ticket.RequesterChanged)
def _asked_by(_: Situation, event: Ticket.RequesterChanged) -> Changes:
    return {"requester": event.requester, "organisation": event.organisation}


@_on(Ticket.Categorised)
def _categorised(_: Situation, event: Ticket.Categorised) -> Changes:
    return {
        "category": event.category,
        "subcategory": event.subcategory,
        "service": event.service,
    }


@_on(Ticket.Prioritised)
def _prioritised(_: Situation, event: Ticket.Prioritised) -> Changes:
    return {"priority": event.priority, "impact": event.impact, "urgency": event.urgency}


@_on(Ticket.Assigned)
def _assigned(now: Situation, event: Ticket.Assigned) -> Changes:
    return _handed(now, team=event.team, assignee=event.assignee)


@_on(Ticket.Commented)
def _commented(now: Situation, event: Ticket.Commented) -> Changes | None:
    is_asked = asks(now.requester, event.visibility, event.by)
    if is_asked is None:
        return None
    if is_asked:
        return None if now.awaits_reply else _ASKED
    # The response to an incident has an event of its own.
    if now.kind != "incident" and not now.responded:
        return _ANSWERED_FIRST
    return _ANSWERED if now.awaits_reply else None


_ASKED = _constant(awaits_reply=True)
_ANSWERED = _constant(awaits_reply=False)
_ANSWERED_FIRST = _constant(awaits_reply=False, responded=True)


def _handed(now: Situation, **to: Any) -> Changes:
    if now.status in (_NEW, _ASKED_FIRST):
        to["status"] = _ASSIGNED
    return to


@_on(LifeCycle.Paused)
def _paused(_: Situation, event: LifeCycle.Paused) -> Changes:
    return _PAUSED[event.reason]


_PAUSED = {
    reason: _constant(status=_PENDING, waiting_for=reason) for reason in get_args(PendingReason)
}


_always(Startable.WorkStarted, status=IncidentStatus.IN_PROGRESS, waiting_for="")
_IN_PROGRESS = _constant(status=IncidentStatus.IN_PROGRESS, waiting_for="")
_IN_FULFILMENT = _constant(status=RequestStatus.IN_FULFILMENT, waiting_for="")


@_on(LifeCycle.Resumed)
def _resumed(now: Situation, _: Event) -> Changes:
    return _IN_FULFILMENT if now.kind == "request" else _IN_PROGRESS


_always(LifeCycle.Closed, status=IncidentStatus.CLOSED, waiting_for="", is_over=True)
_always(LifeCycle.Cancelled, status=IncidentStatus.CANCELLED, waiting_for="", is_over=True)
_always(Mergeable.Merged, status=MERGED, waiting_for="", is_over=True)


_always(Incident.MajorPromoted, is_major=True)
_always(Incident.MajorStoodDown, is_major=False)


@_on(Mergeable.Unmerged)
def _unmerged(_: Situation, event: Mergeable.Unmerged) -> Changes:
    return {"status": event.status, "waiting_for": event.pending_reason, "is_over": False}


# Incidents -----------------------------------------------------------------------------------


@_on(Incident.Logged)
def _logged(_: Situation, event: Incident.Logged) -> Changes:
    return _opened("incident", _NEW, event)


@_on(Incident.EscalatedFunctionally)
def _escalated(now: Situation, event: Incident.EscalatedFunctionally) -> Changes:
    return _handed(now, team=event.team, assignee=event.assignee, support_level=event.support_level)


@_on(Incident.Requeued)
def _requeued(now: Situation, _: Event) -> Changes:
    is_held = now.team is not None or now.assignee is not None
    return {"status": _ASSIGNED if is_held else _NEW, "waiting_for": ""}


@_on(Incident.Reopened)
def _reopened(now: Situation, _: Event) -> Changes:
    return {
        "status": IncidentStatus.IN_PROGRESS.value,
        "waiting_for": "",
        "resolved": False,
        "is_over": False,
        "reopened": now.reopened + 1,
    }


_always(Incident.FirstResponded, responded=True, awaits_reply=False)
_always(
    Incident.Resolved,
    status=IncidentStatus.RESOLVED,
    waiting_for="",
    resolved=True,
    awaits_reply=False,
)
_always(Incident.Closed, status=IncidentStatus.CLOSED, waiting_for="", is_over=True)


# Questions -----------------------------------------------------------------------------------


@_on(Question.Asked)
def _asked(_: Situation, event: Question.Asked) -> Changes:
    return _opened("question", _ASKED_FIRST, event)


@_on(Question.AskedAgain)
def _asked_again(now: Situation, _: Event) -> Changes:
    return {
        "status": QuestionStatus.IN_PROGRESS.value,
        "waiting_for": "",
        "resolved": False,
        "awaits_reply": True,
        "reopened": now.reopened + 1,
    }


_always(
    Question.Answered,
    status=QuestionStatus.ANSWERED,
    waiting_for="",
    responded=True,
    resolved=True,
    awaits_reply=False,
)


# Requests ------------------------------------------------------------------------------------


@_on(ServiceRequest.Ordered)
def _ordered(_: Situation, event: ServiceRequest.Ordered) -> Changes:
    return _opened("request", RequestStatus.REQUESTED.value, event)


@_on(ServiceRequest.Reopened)
def _reopened_request(now: Situation, _: Event) -> Changes:
    return {**_IN_FULFILMENT, "resolved": False, "reopened": now.reopened + 1}


_always(ServiceRequest.FulfilmentStarted, status=RequestStatus.IN_FULFILMENT, waiting_for="")
_always(
    ServiceRequest.Fulfilled,
    status=RequestStatus.FULFILLED,
    waiting_for="",
    responded=True,
    resolved=True,
    awaits_reply=False,
)
_always(ServiceRequest.CalledOff, status=RequestStatus.BEING_UNDONE, waiting_for="", is_over=True)
_always(
    ServiceRequest.Cancelled,
    status=RequestStatus.CANCELLED,
    waiting_for="",
    approval="",
    is_over=True,
)


# Changes -------------------------------------------------------------------------------------


@_on(Change.Proposed)
def _proposed(_: Situation, event: Change.Proposed) -> Changes:
    return {
        "kind": "change",
        "type": event.type,
        "status": ChangeStatus.PROPOSED.value,
        "requester": event.requester,
        "organisation": event.organisation,
    }


@_on(Change.Classified)
def _classified(_: Situation, event: Change.Classified) -> Changes:
    return {"type": event.type}


@_on(Change.Submitted)
def _submitted(now: Situation, _: Event) -> Changes:
    return _beside(now, ChangeStatus.IN_APPROVAL, approval="in approval")


@_on(Change.Approved)
def _approved(now: Situation, _: Event) -> Changes:
    return _beside(now, ChangeStatus.APPROVED, approval="approved", is_approval_owed=False)


@_on(Change.Rejected)
def _rejected(now: Situation, _: Event) -> Changes:
    return _beside(now, ChangeStatus.REJECTED, approval="rejected", is_approval_owed=False)


def _beside(now: Situation, status: ChangeStatus, **changes: Any) -> Changes:
    """What an approval changes: not the status, if the work was begun without it."""
    return changes if now.is_approval_owed else {"status": status.value, **changes}


_always(Change.RetrospectiveApprovalOwed, is_approval_owed=True)
_always(Change.Scheduled, status=ChangeStatus.SCHEDULED)
_always(Change.ImplementationStarted, status=ChangeStatus.IMPLEMENTING)
_DONE: Changes = {"resolved": True, "responded": True, "awaits_reply": False}
_always(Change.Implemented, status=ChangeStatus.IMPLEMENTED, **_DONE)
_always(Change.BackedOut, status=ChangeStatus.BACKED_OUT, **_DONE)
_always(Change.Reviewed, status=ChangeStatus.REVIEWED, resolved=True)
_always(Change.Closed, status=ChangeStatus.CLOSED, is_approval_owed=False, is_over=True)
_always(Change.Withdrawn, status=ChangeStatus.WITHDRAWN, approval="", is_over=True)
_always(Change.Cancelled, status=ChangeStatus.CANCELLED, approval="", is_over=True)

EVENTS: frozenset[type[Event]] = frozenset(FOLDS)
"""The events that can change a situation."""
ENDS: tuple[type[Event], ...] = tuple(_ENDS)
"""Those after which nobody has to do anything about a ticket, until it is opened again."""
