"""Questions over HTTP."""

from typing import Annotated

from pydantic import Field

from api.commands import Command, Practice
from api.fields import TEXT, Reason, SourceRef, Text
from api.http.bodies import Body
from api.life_cycle import Received, ends_of, escalations_of, opening_of, start_of, waiting_of
from api.merging import merging_of
from api.ticket_work import rating_of
from api.tickets import commands_of, note_pause_of
from domain.desk import Desk
from domain.question import ADDRESS_MAX, Question


class Ask(Received):
    pass


class GiveAnswer(Body):
    answer: Text = Field(default="", alias="text")
    source: SourceRef | None = None
    address: Annotated[str, Field(max_length=ADDRESS_MAX, pattern=TEXT)] = ""


class AskAgain(Body):
    question: Reason = Field(alias="text")


PRACTICE = Practice(
    kind=Question,
    plural="questions",
    what="question",
    title="Questions",
    creation=opening_of(
        Question,
        Question.ask,
        body=Ask,
        summary="Ask a question",
        example={"title": "How do I get on the guest network?"},
    ),
    commands=(
        *commands_of(Question),
        start_of(Question),
        *waiting_of(Question, {"reason": "customer", "note": "For which building?"}),
        note_pause_of(Question),
        *merging_of(Question),
        *escalations_of(Question, "They have asked three times."),
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
            use=Desk.ask_again,
            example={"text": "And at the weekend?"},
        ),
        rating_of(Question),
        *ends_of(Question, "an answer", "I have found it."),
    ),
)
