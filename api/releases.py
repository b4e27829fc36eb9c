"""Releases over HTTP."""

from typing import Annotated, Any

from pydantic import Field

from api.approvals import Comment, commands_of_rounds
from api.commands import Asked, Command, Creation, Practice
from api.fields import (
    ChangeRef,
    Instant,
    Name,
    Note,
    OptionalName,
    PersonRef,
    Reason,
    Text,
    Words,
)
from api.http.bodies import Body
from api.http.calls import Call
from api.tickets import WithReason
from domain.desk import Desk
from domain.policy import About
from domain.recorder import Receipt
from domain.release import Release
from domain.release_phases import CHANGES_MAX, PHASES_MAX, Outcome

Number = Annotated[int, Field(ge=1, le=PHASES_MAX, description="The number of a phase, from 1.")]
Changes = Annotated[list[ChangeRef], Field(max_length=CHANGES_MAX)]


class PlanRelease(Body):
    name: Name
    description: Text = ""
    backout: Annotated[Text, Field(description="How it is undone.")] = ""
    service: OptionalName = ""
    owner: PersonRef | None = None


class AmendRelease(Body):
    name: Name | None = None
    description: Text | None = None
    backout: Text | None = None
    service: OptionalName | None = None
    owner: PersonRef | None = None


class AddPhase(Body):
    name: Name
    start: Instant
    end: Instant
    changes: Changes = []


class PlanPhase(Body):
    number: Number
    start: Instant
    end: Instant
    changes: Changes


class OfPhase(Body):
    number: Number


class CompletePhase(OfPhase):
    outcome: Outcome
    notes: Note = ""


class ForPhase(Body):
    gate: Annotated[Name, Field(description="The name of a phase.")]


class WriteForPhase(ForPhase):
    said: Words = Field(alias="text")


class LetPhaseGo(ForPhase):
    note: Reason


def about_new(call: Call, body: Any) -> About:
    return About(organisation=call.caller.person.organisation)


async def plan(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    return await desk.plan_release(**body.arguments(), **asked.keywords)


PRACTICE = Practice(
    kind=Release,
    plural="releases",
    what="release",
    title="Releases",
    creation=Creation(
        name="plan",
        body=PlanRelease,
        summary="Plan a release",
        about=about_new,
        use=plan,
        example={"name": "Payroll 4.2", "backout": "Put 4.1 back.", "service": "Payroll"},
    ),
    commands=(
        Command(
            method=Release.amend,
            body=AmendRelease,
            summary="Correct what is said of it",
            use=Desk.amend_release,
            example={"backout": "Put 4.1 back, and its tables."},
        ),
        Command(
            method=Release.comment,
            body=Comment,
            summary="Say something about it",
            needs_version=False,
            example={"text": "The pilot was quiet."},
        ),
        Command(
            method=Release.add_phase,
            body=AddPhase,
            summary="Add a phase after the others, with its changes",
            use=Desk.add_phase,
            example={
                "name": "Pilot",
                "start": "2030-01-05T20:00:00Z",
                "end": "2030-01-05T22:00:00Z",
            },
        ),
        Command(
            method=Release.plan_phase,
            body=PlanPhase,
            summary="Change the time or the changes of a phase",
            description="Votes on the phase fall, and so does its go.",
            use=Desk.plan_phase,
            example={
                "number": 1,
                "start": "2030-01-06T20:00:00Z",
                "end": "2030-01-06T22:00:00Z",
                "changes": [],
            },
        ),
        Command(
            method=Release.write_gate,
            body=WriteForPhase,
            summary="Say what is to be accepted for a phase to go ahead",
            description="In place of what was said before. Votes on that fall, and so does a go.",
            example={"gate": "Pilot", "text": "All tests are green."},
        ),
        Command(
            method=Release.submit,
            body=ForPhase,
            summary="Ask whether the next phase goes ahead, by the process that governs it",
            use=Desk.submit_gate,
            example={"gate": "Pilot"},
        ),
        *commands_of_rounds(Release),
        Command(
            method=Release.withdraw,
            body=WithReason,
            summary="Take the submission of a phase back",
            example={"reason": "A test is red."},
        ),
        Command(
            method=Release.pass_gate,
            body=LetPhaseGo,
            summary="Let a phase go ahead that no process governs, as the owner, with a note",
            use=Desk.pass_gate,
            example={"gate": "Pilot", "note": "All tests are green."},
        ),
        Command(
            method=Release.start_phase,
            body=OfPhase,
            summary="Begin to roll a phase out",
            description="Its changes are approved by then. Refused in a freeze.",
            use=Desk.start_phase,
            example={"number": 1},
        ),
        Command(
            method=Release.complete_phase,
            body=CompletePhase,
            summary="Say what came of a phase",
            description="Its changes are implemented or backed out by then. An unsuccessful phase "
            "stops the release.",
            use=Desk.complete_phase,
            example={"number": 1, "outcome": "successful"},
        ),
        Command(
            method=Release.stop,
            body=WithReason,
            summary="Stop it",
            example={"reason": "The load is too high."},
        ),
        Command(
            method=Release.resume,
            body=WithReason,
            summary="Go on; a phase that was undone needs another go",
            example={"reason": "It was another program."},
        ),
        Command(
            method=Release.back_out,
            body=WithReason,
            summary="Undo the latest phase that was rolled out",
            description="None of its changes is being implemented by then.",
            use=Desk.back_out_release,
            example={"reason": "Sums are wrong."},
        ),
        Command(
            method=Release.cancel,
            body=WithReason,
            summary="End it before anything is rolled out",
            example={"reason": "4.3 comes soon."},
        ),
    ),
)
