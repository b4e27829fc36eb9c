"""Problems over HTTP."""

from typing import Any

from pydantic import Field

from api.commands import Asked, Command, Creation, Practice, begin
from api.fields import Name, Note, OrganisationRef, PersonRef, Reason, Text, Title
from api.http.bodies import Body
from api.http.calls import Call
from api.tickets import (
    Nothing,
    WithReason,
    about_new,
    commands_of,
    whose,
)
from domain.desk import Desk
from domain.problem import PendingReason, Problem
from domain.recorder import Receipt


class Raise(Body):
    title: Title
    description: Text = ""
    requester: PersonRef | None = None
    organisation: OrganisationRef | None = None


class DocumentWorkaround(Body):
    workaround: Reason = Field(alias="text")


class IdentifyCause(Body):
    cause: Reason = Field(alias="text")


class Pend(Body):
    reason: PendingReason
    note: Note = ""


class Resolve(Body):
    code: Name
    resolution: Reason


async def raise_(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    fields = body.arguments() | whose(call, body)
    return await begin(Problem, Problem.raise_)(desk, asked, **fields)


PRACTICE = Practice(
    kind=Problem,
    plural="problems",
    what="problem",
    title="Problems",
    creation=Creation(
        name="raise",
        body=Raise,
        summary="Raise a problem",
        about=about_new,
        use=raise_,
        example={"title": "The print server stalls every Monday"},
    ),
    commands=(
        *commands_of(Problem),
        Command(
            method=Problem.investigate,
            body=Nothing,
            summary="Start to look for the cause",
            needs_version=False,
        ),
        Command(
            method=Problem.document_workaround,
            body=DocumentWorkaround,
            summary="Say how to live with it until it is resolved",
            example={"text": "Restart the print queue."},
        ),
        Command(
            method=Problem.identify_cause,
            body=IdentifyCause,
            summary="Say what causes it",
            example={"text": "The spooler runs out of disk space."},
        ),
        Command(
            method=Problem.declare_known_error,
            body=Nothing,
            summary="Declare it a known error: analysed, and not resolved yet",
        ),
        Command(
            method=Problem.pend,
            body=Pend,
            summary="Wait for somebody or something else",
            example={"reason": "vendor"},
        ),
        Command(method=Problem.resume, body=Nothing, summary="Wait no longer"),
        Command(
            method=Problem.resolve,
            body=Resolve,
            summary="Say that it is resolved, and how",
            example={"code": "fixed by change", "resolution": "The disk is larger now."},
        ),
        Command(
            method=Problem.reopen,
            body=WithReason,
            summary="Take it up again",
            example={"reason": "It stalled again."},
        ),
        Command(method=Problem.close, body=Nothing, summary="Close it for good"),
        Command(
            method=Problem.cancel,
            body=WithReason,
            summary="End it without a resolution",
            example={"reason": "No problem after all."},
        ),
    ),
)
