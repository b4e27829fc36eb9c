"""Incidents over HTTP."""

from typing import Any

from api.commands import Asked, Creation, Practice
from api.fields import Level, OptionalName
from api.http.calls import Call
from api.life_cycle import (
    Received,
    ends_of,
    escalations_of,
    reopening_of,
    resolution_of,
    start_of,
    waiting_of,
)
from api.major_incidents import major_commands
from api.merging import merging_of
from api.ticket_work import rating_of
from api.tickets import about_new, commands_of, note_pause_of, whose
from domain.desk import Desk
from domain.incident import Incident
from domain.recorder import Receipt


class Log(Received):
    impact: Level | None = None
    urgency: Level | None = None
    category: OptionalName = ""
    subcategory: OptionalName = ""
    service: OptionalName = ""


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
        start_of(Incident),
        *escalations_of(Incident, "The whole site stands still."),
        *waiting_of(Incident, {"reason": "customer", "note": "Which printer is it?"}),
        note_pause_of(Incident),
        *major_commands(),
        *merging_of(Incident),
        resolution_of(Incident, {"code": "solved", "resolution": "The print queue was restarted."}),
        reopening_of(Incident, "It is happening again."),
        rating_of(Incident),
        *ends_of(Incident, "a resolution", "Logged twice."),
    ),
)
