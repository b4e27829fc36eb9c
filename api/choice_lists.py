"""Lists of choices that come from elsewhere, over HTTP."""

from typing import Annotated, Any

from pydantic import Field

from api.commands import Asked, Command, Creation, Practice, begin
from api.fields import Name, Note
from api.http.bodies import Body
from api.http.calls import Call
from api.tickets import Nothing
from domain.choice_list import CHOICES_MAX, ChoiceList
from domain.desk import Desk
from domain.policy import About
from domain.recorder import Receipt


class ReplaceChoices(Body):
    choices: Annotated[
        list[Name],
        Field(min_length=1, max_length=CHOICES_MAX, description="All of them, in any order."),
    ]


class DefineChoiceList(ReplaceChoices):
    name: Name
    source: Annotated[Note, Field(description="Where the choices come from.")] = ""


EXAMPLE = {"choices": ["4001 Berne", "4002 Geneva"]}


async def define(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    return await begin(ChoiceList, ChoiceList.define)(desk, asked, **body.arguments())


PRACTICE = Practice(
    kind=ChoiceList,
    plural="choice-lists",
    what="choice_list",
    title="Choice lists",
    creation=Creation(
        name="define",
        body=DefineChoiceList,
        summary="Define a list of choices that come from elsewhere",
        about=lambda call, _: About(organisation=call.caller.person.organisation),
        use=define,
        example={"name": "Cost centres", "source": "The ERP, each night.", **EXAMPLE},
    ),
    commands=(
        Command(
            method=ChoiceList.replace,
            body=ReplaceChoices,
            summary="Let these be its choices",
            description="What changed is recorded; the same again records nothing. Values that "
            "tickets have stay.",
            example=EXAMPLE,
        ),
        Command(method=ChoiceList.retire, body=Nothing, summary="Take it out of use"),
    ),
)
