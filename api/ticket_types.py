"""Types of tickets over HTTP: their matrices of priority, and the fields that a desk adds."""

from typing import Annotated, Any

import msgspec
from pydantic import Field

from api.commands import Asked, Command, Creation, Practice
from api.fields import ChoiceListRef, Name, Note, OptionalName, Word
from api.http.bodies import Body
from api.http.calls import Call
from domain.desk import Desk
from domain.field_definitions import CHOICES_MAX, FIELDS_MAX, TEXT_MAX, FieldType
from domain.policy import About
from domain.recorder import Receipt
from domain.ticket_type import CATEGORIES_MAX, DAYS_MAX, TicketKind, TicketType, TypeDefinition

Priority = Annotated[int, Field(ge=1, le=5)]
Limit = Annotated[str, Field(max_length=40, description="Of a number or a date.")]


class FieldNeed(Body):
    """At which act a field needs a value, and under which condition on the ticket then."""

    at: Word
    when: Annotated[Note, Field(description="In CEL; always if empty.")] = ""


class TypeField(Body):
    """A field that the tickets have besides."""

    name: Word
    label: Name
    type: FieldType
    help: OptionalName = ""
    needed: Annotated[list[FieldNeed], Field(max_length=20)] = []
    choices: Annotated[list[Name], Field(max_length=CHOICES_MAX)] = []
    choice_list: Annotated[
        ChoiceListRef | None,
        Field(description="The choice list whose choices are those of a choice."),
    ] = None
    minimum: Limit | None = None
    maximum: Limit | None = None
    length_max: Annotated[int, Field(ge=1, le=TEXT_MAX)] = TEXT_MAX
    is_personal: Annotated[
        bool, Field(description="Whether it is sealed under the key of the requester.")
    ] = False


class TheCategories(Body):
    name: Name
    subcategories: Annotated[
        list[Name],
        Field(max_length=CATEGORIES_MAX, description="Without any, a subcategory is any text."),
    ] = []


Row = Annotated[list[Priority], Field(min_length=3, max_length=3)]


class TheTicketType(Body):
    """How tickets of a kind get their priority, and which fields they have."""

    matrix: Annotated[
        list[Row],
        Field(
            min_length=3,
            max_length=3,
            description="The priority of each impact (row) and urgency (column), the highest "
            "first.",
        ),
    ] = [[1, 2, 3], [2, 3, 4], [3, 4, 5]]
    fields: Annotated[list[TypeField], Field(max_length=FIELDS_MAX)] = []
    close_after_days: Annotated[
        int,
        Field(ge=0, le=DAYS_MAX, description="Days after which what is done closes; 0 never."),
    ] = 0
    reopen_within_days: Annotated[
        int,
        Field(ge=0, le=DAYS_MAX, description="Days in which it can be reopened; 0 always."),
    ] = 0
    categories: Annotated[
        list[TheCategories],
        Field(max_length=CATEGORIES_MAX, description="Without any, a category is any text."),
    ] = []
    edits_lock: Annotated[
        bool, Field(description="Whether who is editing a ticket keeps others from it.")
    ] = False


class ReviseType(Body):
    definition: TheTicketType

    def arguments(self) -> dict[str, Any]:
        plain = self.definition.model_dump()
        plain["matrix"] = {"rows": plain["matrix"]}
        return super().arguments() | {"definition": msgspec.convert(plain, TypeDefinition)}


class DefineType(ReviseType):
    ticket: TicketKind


DEFINITION = {
    "matrix": [[1, 1, 2], [2, 3, 4], [3, 4, 5]],
    "fields": [
        {
            "name": "site",
            "label": "Site",
            "type": "choice",
            "choices": ["Berne", "Geneva"],
            "needed": [{"at": "resolve", "when": "ticket.priority in [1, 2]"}],
        },
        {"name": "cost", "label": "Cost", "type": "decimal", "minimum": "0"},
    ],
}


def about_new(call: Call, body: Any) -> About:
    return About(organisation=call.caller.person.organisation)


async def define(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    desk.check_lists(body.arguments()["definition"])
    return await desk.define_ticket_type(**body.arguments(), **asked.keywords)


async def lists_of(call: Call, record: Any, body: Any) -> dict[str, Any]:
    call.context.desk.check_lists(body.arguments()["definition"])
    return {}


PRACTICE = Practice(
    kind=TicketType,
    plural="ticket-types",
    what="ticket_type",
    title="Ticket types",
    creation=Creation(
        name="define",
        body=DefineType,
        summary="Define the type of a kind of ticket",
        description="There is one at most for each kind. Without one, the usual matrix holds.",
        about=about_new,
        use=define,
        example={"ticket": "incident", "definition": DEFINITION},
    ),
    commands=(
        Command(
            method=TicketType.revise,
            body=ReviseType,
            look_up=lists_of,
            summary="Define it anew, as its next version",
            description="Tickets keep the priorities and values that they have.",
            example={"definition": DEFINITION},
        ),
    ),
)
