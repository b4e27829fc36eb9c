"""Offerings over HTTP: what can be ordered, as it is drafted and published."""

from typing import Annotated, Any

import msgspec
from pydantic import Field

from api.approvals import commands_of_definitions
from api.commands import Asked, Command, Creation, Practice, begin
from api.fields import (
    Name,
    OptionalName,
    OrganisationRef,
    ProcessRef,
    ServiceRef,
    TaskNumber,
    TeamRef,
    Text,
    Title,
)
from api.http.bodies import Body
from api.http.calls import Call
from api.tickets import Nothing
from domain.desk import Desk
from domain.form_schema import DIALECT
from domain.offering import AMOUNT, CURRENCY, ORGANISATIONS_MAX, Audience, Item, Offering
from domain.policy import About
from domain.recorder import Receipt
from domain.tasks import TASKS_MAX
from domain.text import TITLE_MAX

Form = Annotated[
    dict[str, Any],
    Field(
        description=f"What is asked of whoever orders it: a JSON Schema ({DIALECT}) of an object, "
        "without references. Empty: nothing is asked."
    ),
]


class ThePrice(Body):
    amount: Annotated[str, Field(pattern=f"^{AMOUNT}$", max_length=17)]
    currency: Annotated[str, Field(pattern=f"^{CURRENCY}$", description="As in ISO 4217.")]


class TheStep(Body):
    title: Title
    team: TeamRef | None = None
    after: Annotated[
        list[TaskNumber],
        Field(max_length=TASKS_MAX, description="Earlier tasks by their place, from 1."),
    ] = []
    compensation: Annotated[
        Text,
        Field(
            max_length=TITLE_MAX,
            description="What is done about it when the order is cancelled after it is done.",
        ),
    ] = ""


class TheItem(Body):
    """What an offering offers: its form, its price, how it is fulfilled, and for whom."""

    service: ServiceRef
    description: Text = ""
    category: OptionalName = ""
    form: Form = {}
    price: ThePrice | None = None
    process: Annotated[
        ProcessRef | None, Field(description="The approval process of its orders.")
    ] = None
    plan: Annotated[list[TheStep], Field(max_length=TASKS_MAX)] = []
    audience: Annotated[
        Audience,
        Field(
            description="Who orders it: everybody, the people of these organisations, or those "
            "who work at the desk."
        ),
    ] = "public"
    organisations: Annotated[list[OrganisationRef], Field(max_length=ORGANISATIONS_MAX)] = []


class ReviseOffering(Body):
    definition: TheItem

    def arguments(self) -> dict[str, Any]:
        plain = self.definition.model_dump()
        return super().arguments() | {"definition": msgspec.convert(plain, Item)}


class DraftOffering(ReviseOffering):
    name: Name


ITEM = {
    "service": "SVC0000042",
    "description": "A laptop with all that you need, on your desk in a week.",
    "category": "hardware",
    "form": {
        "type": "object",
        "properties": {
            "kind": {"enum": ["standard", "large"], "title": "Which one?"},
            "reason": {"type": "string", "minLength": 1, "title": "Why a large one?"},
        },
        "required": ["kind"],
        "additionalProperties": False,
        "if": {"properties": {"kind": {"const": "large"}}},
        "then": {"required": ["reason"]},
    },
    "price": {"amount": "1299.90", "currency": "CHF"},
    "plan": [
        {"title": "Order the laptop", "compensation": "Send the laptop back"},
        {"title": "Make an account"},
        {"title": "Hand it over", "after": [1, 2]},
    ],
}


def about_new(call: Call, body: Any) -> About:
    return About(organisation=call.caller.person.organisation)


async def draft(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    return await begin(Offering, Offering.draft)(desk, asked, **body.arguments())


PRACTICE = Practice(
    kind=Offering,
    plural="offerings",
    what="offering",
    title="Offerings",
    creation=Creation(
        name="draft",
        body=DraftOffering,
        summary="Draft what can be ordered of a service",
        about=about_new,
        use=draft,
        example={"name": "Laptop", "definition": ITEM},
    ),
    commands=commands_of_definitions(
        Offering,
        revise=Command(
            method=Offering.revise,
            body=ReviseOffering,
            summary="Change the draft; what is published stays until the draft is published",
            example={"definition": ITEM},
        ),
        publish=Command(
            method=Offering.publish,
            body=Nothing,
            summary="Offer the draft as the next version, which never changes",
            description="Its service is live by then. Where a process governs it, it is submitted "
            "for approval instead.",
            use=Desk.publish_definition,
        ),
        retire="Offer it no more",
    ),
)
