"""Incidents over HTTP."""

from typing import Annotated, Any

from pydantic import Field

from api.commands import Asked, Command, Creation, Practice
from api.fields import (
    Level,
    Name,
    Note,
    OptionalName,
    OrganisationRef,
    PersonRef,
    Reason,
    TeamRef,
    Text,
    Title,
)
from api.http.bodies import Body
from api.http.calls import Call
from api.tickets import (
    Nothing,
    WithReason,
    about_new,
    commands_of,
    note_pause_of,
    whose,
)
from domain.desk import Desk
from domain.incident import Channel, Incident, PendingReason
from domain.recorder import Receipt


class Log(Body):
    title: Title
    description: Text = ""
    requester: PersonRef | None = None
    organisation: OrganisationRef | None = None
    channel: Channel = "api"
    impact: Level | None = None
    urgency: Level | None = None
    category: OptionalName = ""
    subcategory: OptionalName = ""
    service: OptionalName = ""


class EscalateFunctionally(Body):
    team: TeamRef
    support_level: Level
    reason: Reason
    assignee: PersonRef | None = None


class EscalateHierarchically(Body):
    to: Annotated[list[PersonRef], Field(min_length=1, max_length=20)]
    level: Annotated[int, Field(ge=1, le=9)]
    reason: Reason


class Pend(Body):
    reason: PendingReason
    note: Note = ""


class Resolve(Body):
    code: Name
    resolution: Reason


async def log(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    return await desk.log_incident(**(body.arguments() | whose(call, body)), **asked.keywords)


PRACTICE = Practice(
    kind=Incident,
    plural="incidents",
    what="incident",
    title="Incidents",
    creation=Creation(
        name="log",
        body=Log,
        summary="Log an incident",
        about=about_new,
        use=log,
        example={
            "title": "No invoices",
            "description": "Since this morning.",
            "impact": 2,
            "urgency": 1,
        },
    ),
    commands=(
        *commands_of(Incident),
        Command(
            method=Incident.start, body=Nothing, summary="Start to work on it", needs_version=False
        ),
        Command(
            method=Incident.escalate_functionally,
            body=EscalateFunctionally,
            summary="Hand it over to another team or level of support",
            example={"team": "TEA0000002", "support_level": 2, "reason": "The router is theirs."},
        ),
        Command(
            method=Incident.escalate_hierarchically,
            body=EscalateHierarchically,
            summary="Tell the next level of management",
            example={"to": ["PER0000005"], "level": 1, "reason": "The whole site stands still."},
        ),
        Command(
            method=Incident.acknowledge_escalation,
            body=Nothing,
            summary="Confirm that management has heard of it",
            needs_version=False,
        ),
        Command(
            method=Incident.pend,
            body=Pend,
            summary="Wait for somebody or something else",
            example={"reason": "customer", "note": "Which printer is it?"},
        ),
        Command(method=Incident.resume, body=Nothing, summary="Wait no longer"),
        note_pause_of(Incident),
        Command(
            method=Incident.resolve,
            body=Resolve,
            summary="Say that it is resolved, and how",
            example={"code": "solved", "resolution": "The print queue was restarted."},
        ),
        Command(
            method=Incident.reopen,
            body=WithReason,
            summary="Take it up again",
            example={"reason": "It is happening again."},
        ),
        Command(method=Incident.close, body=Nothing, summary="Close it for good"),
        Command(
            method=Incident.cancel,
            body=WithReason,
            summary="End it without a resolution",
            example={"reason": "Logged twice."},
        ),
    ),
)
