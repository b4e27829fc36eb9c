"""Risk models over HTTP."""

from typing import Annotated, Any

import msgspec
from pydantic import Field

from api.approvals import commands_of_definitions
from api.commands import Asked, Command, Creation, Practice, begin
from api.fields import Name, Word
from api.http.bodies import Body
from api.http.calls import Call
from api.tickets import Nothing
from domain.change_moves import Risk
from domain.definition import ORDER_MAX
from domain.desk import Desk
from domain.expression import TEXT_MAX
from domain.policy import About
from domain.recorder import Receipt
from domain.risk import Questionnaire
from domain.risk_model import ANSWERS_MAX, QUESTIONS_MAX, RULES_MAX, SCORE_MAX, RiskModel

Score = Annotated[int, Field(ge=0, le=SCORE_MAX)]
When = Annotated[
    str,
    Field(
        max_length=TEXT_MAX,
        pattern=r"^[^\x00]*$",
        description="CEL over the fields of the change: `subject.assets > 3`.",
    ),
]


class TheAnswer(Body):
    text: Name
    score: Score


class TheQuestion(Body):
    name: Word
    text: Name
    answers: Annotated[list[TheAnswer], Field(min_length=2, max_length=ANSWERS_MAX)]


class TheBand(Body):
    """The risk of a score of at least so much, up to the next band."""

    score: Score
    risk: Risk


class TheRule(Body):
    """A change for which the condition holds has at least this risk."""

    name: Name
    when: When
    risk: Risk


class TheQuestionnaire(Body):
    """What is asked, what the answers amount to, and the rules; the higher risk wins."""

    bands: Annotated[list[TheBand], Field(min_length=1, max_length=SCORE_MAX)]
    questions: Annotated[list[TheQuestion], Field(max_length=QUESTIONS_MAX)] = []
    rules: Annotated[list[TheRule], Field(max_length=RULES_MAX)] = []
    when: When = ""
    order: Annotated[int, Field(ge=0, le=ORDER_MAX)] = 100


class WithQuestionnaire(Body):
    definition: TheQuestionnaire

    def arguments(self) -> dict[str, Any]:
        plain = self.definition.model_dump()
        return super().arguments() | {"definition": msgspec.convert(plain, Questionnaire)}


class Draft(WithQuestionnaire):
    name: Name


class Revise(WithQuestionnaire):
    pass


QUESTIONNAIRE = {
    "questions": [
        {
            "name": "tested",
            "text": "Was it tested?",
            "answers": [
                {"text": "on a copy of production", "score": 0},
                {"text": "in parts", "score": 3},
                {"text": "no", "score": 8},
            ],
        },
        {
            "name": "undone",
            "text": "How soon can it be undone?",
            "answers": [
                {"text": "at once", "score": 0},
                {"text": "within the window", "score": 2},
                {"text": "not at all", "score": 10},
            ],
        },
    ],
    "bands": [
        {"score": 0, "risk": "low"},
        {"score": 3, "risk": "moderate"},
        {"score": 8, "risk": "high"},
        {"score": 15, "risk": "very high"},
    ],
    "rules": [{"name": "Many assets", "when": "subject.assets > 3", "risk": "high"}],
}


def about_new(call: Call, body: Any) -> About:
    return About(organisation=call.caller.person.organisation)


async def draft(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    return await begin(RiskModel, RiskModel.draft)(desk, asked, **body.arguments())


PRACTICE = Practice(
    kind=RiskModel,
    plural="risk-models",
    what="risk_model",
    title="Risk models",
    creation=Creation(
        name="draft",
        body=Draft,
        summary="Draft a risk model",
        about=about_new,
        use=draft,
        example={"name": "Changes of infrastructure", "definition": QUESTIONNAIRE},
    ),
    commands=(
        *commands_of_definitions(
            RiskModel,
            revise=Command(
                method=RiskModel.revise,
                body=Revise,
                summary="Change the draft; what is published stays until the draft is published",
                example={"definition": QUESTIONNAIRE},
            ),
            publish=Command(
                method=RiskModel.publish,
                body=Nothing,
                summary="Put the draft into use as the next version",
                use=Desk.publish_definition,
                description="Where a process governs it, it is submitted for approval instead.",
            ),
            retire="Take it out of use for new assessments",
        ),
    ),
)
