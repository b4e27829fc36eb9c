"""Questions over HTTP."""

from typing import Annotated, Any

from pydantic import Field

from api.commands import Asked, Command, Creation, Practice, begin
from api.fields import TEXT, Note, OrganisationRef, PersonRef, Reason, SourceRef, Text, Title
from api.http.bodies import Body
from api.http.calls import Call
from api.tickets import Nothing, WithReason, about_new, commands_of, note_pause_of, whose
from domain.desk import Desk
from domain.incident import Channel
from domain.question import ADDRESS_MAX, PendingReason, Question
from domain.recorder import Receipt


class Ask(Body):
    title: Title
    description: Text = ""
    requester: PersonRef | None = None
    organisation: OrganisationRef | None = None
    channel: Channel = "api"


class Pend(Body):
    reason: PendingReason
    note: Note = ""


class EscalateHierarchically(Body):
    to: Annotated[list[PersonRef], Field(min_length=1, max_length=20)]
    level: Annotated[int, Field(ge=1, le=9)]
    reason: Reason


class GiveAnswer(Body):
    answer: Text = Field(default="", alias="text")
    source: SourceRef | None = None
    address: Annotated[str, Field(max_length=ADDRESS_MAX, pattern=TEXT)] = ""


class AskAgain(Body):
    question: Reason = Field(alias="text")


async def ask(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    fields = body.arguments() | whose(call, body)
    return await begin(Question, Question.ask)(desk, asked, **fields)


PRACTICE = Practice(
    kind=Question,
    plural="questions",
    what="question",
    title="Questions",
    creation=Creation(
        name="ask",
        body=Ask,
        summary="Ask a question",
        about=about_new,
        use=ask,
        example={"title": "How do I get on the guest network?"},
    ),
    commands=(
        *commands_of(Question),
        Command(
            method=Question.start, body=Nothing, summary="Start to work on it", needs_version=False
        ),
        Command(
            method=Question.pend,
            body=Pend,
            summary="Wait for somebody or something else",
            example={"reason": "customer", "note": "For which building?"},
        ),
        Command(method=Question.resume, body=Nothing, summary="Wait no longer"),
        note_pause_of(Question),
        Command(
            method=Question.escalate_hierarchically,
            body=EscalateHierarchically,
            summary="Tell the next level of management",
            example={"to": ["PER0000005"], "level": 1, "reason": "They have asked three times."},
        ),
        Command(
            method=Question.acknowledge_escalation,
            body=Nothing,
            summary="Confirm that management has heard of it",
            needs_version=False,
        ),
        Command(
            method=Question.give_answer,
            body=GiveAnswer,
            summary="Answer it by a text, a record that says it, an address, or several of these",
            example={
                "text": "Ask the reception for a voucher.",
                "address": "https://intranet.example.org/guest-network",
            },
        ),
        Command(
            method=Question.ask_again,
            body=AskAgain,
            summary="Say what the answer leaves open; it is worked on again",
            example={"text": "And at the weekend?"},
        ),
        Command(method=Question.close, body=Nothing, summary="Close it for good"),
        Command(
            method=Question.cancel,
            body=WithReason,
            summary="End it without an answer",
            example={"reason": "I have found it."},
        ),
    ),
)
