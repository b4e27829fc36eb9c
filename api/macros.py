"""Macros over HTTP."""

from typing import Annotated, Literal

from pydantic import Field

from api.assignment_rules import TheCategory, ThePriority
from api.fields import (
    Name,
    Note,
    PersonRef,
    Reason,
    TeamRef,
    Title,
    Word,
    Words,
)
from api.http.bodies import Body
from api.plain_definitions import Definition, practice_of
from domain.field_definitions import FIELDS_MAX
from domain.macro import ITEMS_MAX, PEOPLE_MAX, STEPS_MAX, Macro, MacroDefinition
from domain.macro import Waiting as WaitingReason
from domain.ticket import Visibility
from domain.ticket_type import TicketKind


class SayStep(Body):
    do: Literal["comment"]
    text: Words
    visibility: Visibility = Visibility.PUBLIC


class AssignStep(Body):
    do: Literal["assign"]
    team: TeamRef | None = None
    person: PersonRef | None = None
    to_me: bool = False


class ItemsStep(Body):
    do: Literal["add items"]
    titles: Annotated[list[Title], Field(min_length=1, max_length=ITEMS_MAX)]


class WatchStep(Body):
    do: Literal["watch"]
    people: Annotated[list[PersonRef], Field(min_length=1, max_length=PEOPLE_MAX)]


class FieldsStep(Body):
    do: Literal["set fields"]
    fields: Annotated[
        dict[Word, Note | int | bool | list[Name] | None],
        Field(min_length=1, max_length=FIELDS_MAX),
    ]


class PendStep(Body):
    do: Literal["pend"]
    reason: WaitingReason
    note: Note = ""


class ResolveStep(Body):
    do: Literal["resolve"]
    code: Name
    resolution: Reason


TheStep = Annotated[
    SayStep
    | TheCategory
    | ThePriority
    | AssignStep
    | ItemsStep
    | WatchStep
    | FieldsStep
    | PendStep
    | ResolveStep,
    Field(discriminator="do"),
]


class TheMacro(Definition):
    """Acts that are done at once, in this order: all of them or none."""

    steps: Annotated[list[TheStep], Field(min_length=1, max_length=STEPS_MAX)]
    description: Note = ""
    tickets: Annotated[list[TicketKind], Field(max_length=5)] = []
    teams: Annotated[list[TeamRef], Field(max_length=PEOPLE_MAX)] = []


DEFINITION = {
    "description": "The usual trouble with the queue.",
    "steps": [
        {"do": "categorise", "category": "software", "service": "Printing"},
        {"do": "add items", "titles": ["Restart the queue", "Call {{requester}}"]},
        {"do": "comment", "text": "Dear {{requester}}, we see to {{number}} at once."},
    ],
}

PRACTICE = practice_of(
    Macro,
    TheMacro,
    MacroDefinition,
    title="Macros",
    example={"name": "Restart a queue", "definition": DEFINITION},
)
