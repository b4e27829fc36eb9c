"""Changes over HTTP."""

from typing import Any

from api.commands import Asked, Command, Creation, Practice
from api.fields import (
    Instant,
    Level,
    Note,
    OptionalName,
    OrganisationRef,
    PersonRef,
    Reason,
    Text,
    Title,
    Words,
)
from api.http.bodies import Body
from api.http.calls import Call
from api.tickets import Nothing, WithReason, about_new, commands_of, whose
from domain.approval import Vote as VoteWord
from domain.change import Change, Outcome, Type
from domain.desk import Desk
from domain.recorder import Receipt


class Propose(Body):
    title: Title
    description: Text = ""
    type: Type = "normal"
    requester: PersonRef | None = None
    organisation: OrganisationRef | None = None
    reason: Note = ""


class Classify(Body):
    type: Type


class AssessRisk(Body):
    impact: Level
    likelihood: Level


class Plan(Body):
    implementation: Words
    backout: Words
    test: Text = ""


class Vote(Body):
    vote: VoteWord
    comment: Note = ""


class Schedule(Body):
    start: Instant
    end: Instant


class CompleteImplementation(Body):
    outcome: Outcome


class Review(Body):
    outcome: Outcome
    notes: Reason


class Close(Body):
    code: OptionalName = ""


async def propose(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    return await desk.propose_change(**(body.arguments() | whose(call, body)), **asked.keywords)


PRACTICE = Practice(
    kind=Change,
    plural="changes",
    what="change",
    title="Changes",
    creation=Creation(
        name="propose",
        body=Propose,
        summary="Propose a change",
        about=about_new,
        use=propose,
        example={"title": "New core switch", "type": "normal", "reason": "The old one is full."},
    ),
    commands=(
        *commands_of(Change),
        Command(
            method=Change.classify,
            body=Classify,
            summary="Say whether it is standard, normal or an emergency",
            example={"type": "emergency"},
        ),
        Command(
            method=Change.assess_risk,
            body=AssessRisk,
            summary="Set the risk from impact and likelihood",
            example={"impact": 2, "likelihood": 3},
        ),
        Command(
            method=Change.plan,
            body=Plan,
            summary="Say how it is done, undone and tested",
            example={
                "implementation": "Mount the switch and move the cables.",
                "backout": "Move the cables back.",
                "test": "All links are up.",
            },
        ),
        Command(
            method=Change.submit,
            body=Nothing,
            summary="Ask for approval, by the process that is published for its type",
            use=Desk.submit_change,
        ),
        Command(
            method=Change.vote,
            body=Vote,
            summary="Vote in the open stage",
            description="Each voter votes once a stage. A rejection needs a comment. Nobody votes "
            "on their own change.",
            use=Desk.vote,
            example={"vote": "approve", "comment": "The plan is sound."},
        ),
        Command(
            method=Change.schedule,
            body=Schedule,
            summary="Set when it is implemented",
            example={"start": "2030-01-05T20:00:00Z", "end": "2030-01-05T22:00:00Z"},
        ),
        Command(method=Change.start_implementation, body=Nothing, summary="Start to implement it"),
        Command(
            method=Change.complete_implementation,
            body=CompleteImplementation,
            summary="Say that it is implemented, and how it went",
            example={"outcome": "successful"},
        ),
        Command(
            method=Change.back_out,
            body=WithReason,
            summary="Undo it",
            example={"reason": "Two links stayed down."},
        ),
        Command(
            method=Change.review,
            body=Review,
            summary="Say how it went in the end",
            example={"outcome": "successful with issues", "notes": "One cable was missing."},
        ),
        Command(
            method=Change.close, body=Close, summary="Close it", example={"code": "implemented"}
        ),
        Command(
            method=Change.withdraw,
            body=WithReason,
            summary="Take it back before it is decided",
            example={"reason": "Not needed any more."},
        ),
        Command(
            method=Change.cancel,
            body=WithReason,
            summary="End it before it is implemented",
            example={"reason": "The vendor withdrew the part."},
        ),
    ),
)
