"""Services of the portfolio over HTTP."""

from typing import Annotated, Any

from pydantic import Field

from api.approvals import Comment, commands_of_rounds
from api.commands import Asked, Command, Creation, Practice
from api.fields import Name, OrganisationRef, PersonRef, Reason, TeamRef, Text, Words
from api.http.bodies import Body
from api.http.calls import Call
from api.tickets import Nothing, WithReason
from domain.desk import Desk
from domain.policy import About
from domain.recorder import Receipt
from domain.service import CUSTOMERS_MAX, Criticality, Gate, Service

Customers = Annotated[
    list[OrganisationRef],
    Field(max_length=CUSTOMERS_MAX, description="The organisations it is for; none: all of them."),
]


class Propose(Body):
    name: Name
    description: Text = ""
    owner: PersonRef | None = None
    team: TeamRef | None = None
    criticality: Criticality = "medium"
    customers: Customers = []


class Amend(Body):
    name: Name | None = None
    description: Text | None = None
    owner: PersonRef | None = None
    team: TeamRef | None = None
    criticality: Criticality | None = None
    customers: Customers | None = None


class OfGate(Body):
    gate: Gate


class WriteGate(OfGate):
    said: Words = Field(alias="text")


class PassGate(OfGate):
    note: Reason


def about_new(call: Call, body: Any) -> About:
    return About(organisation=call.caller.person.organisation)


async def propose(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    return await desk.propose_service(**body.arguments(), **asked.keywords)


PRACTICE = Practice(
    kind=Service,
    plural="services",
    what="service",
    title="Services",
    creation=Creation(
        name="propose",
        body=Propose,
        summary="Propose a service for the portfolio",
        about=about_new,
        use=propose,
        example={"name": "Payroll", "description": "Pays everybody on time."},
    ),
    commands=(
        Command(
            method=Service.amend,
            body=Amend,
            summary="Correct what is said of it",
            use=Desk.amend_service,
            example={"criticality": "high"},
        ),
        Command(
            method=Service.comment,
            body=Comment,
            summary="Say something about it",
            needs_version=False,
            example={"text": "Two months are enough."},
        ),
        Command(method=Service.begin_design, body=Nothing, summary="Take it into design"),
        Command(
            method=Service.write_gate,
            body=WriteGate,
            summary="Say what is to be accepted at a gate",
            description="In place of what was said before. Votes on that fall, and so does an "
            "acceptance.",
            example={"gate": "requirements", "text": "Everybody is paid by the 25th."},
        ),
        Command(
            method=Service.submit,
            body=OfGate,
            summary="Ask for the approval of a gate, by the process that governs it",
            use=Desk.submit_gate,
            example={"gate": "requirements"},
        ),
        *commands_of_rounds(Service),
        Command(
            method=Service.withdraw,
            body=WithReason,
            summary="Take the submission of a gate back",
            example={"reason": "A requirement is missing."},
        ),
        Command(
            method=Service.pass_gate,
            body=PassGate,
            summary="Pass a gate that no process governs, as the owner, with a note",
            use=Desk.pass_gate,
            example={"gate": "requirements", "note": "They are those of the old service."},
        ),
        Command(
            method=Service.charter,
            body=Nothing,
            summary="Commit to building it, once the gates of its design are passed",
        ),
        Command(
            method=Service.redesign,
            body=WithReason,
            summary="Take it back into design",
            example={"reason": "It is too slow."},
        ),
        Command(
            method=Service.go_live,
            body=Nothing,
            summary="Let it go live, once it has passed its acceptance",
        ),
        Command(
            method=Service.begin_retirement,
            body=WithReason,
            summary="Say that it ends; nothing of it is ordered any more",
            example={"reason": "Another takes its place."},
        ),
        Command(
            method=Service.keep,
            body=WithReason,
            summary="Call its retirement off",
            example={"reason": "The other one is not good enough."},
        ),
        Command(
            method=Service.retire,
            body=WithReason,
            summary="End it, or give up its design",
            use=Desk.retire_service,
            example={"reason": "Nobody uses it."},
        ),
    ),
)
