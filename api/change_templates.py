"""The change catalogue over HTTP: templates of standard changes."""

from typing import Annotated, Any

import msgspec
from pydantic import Field

from api.approvals import commands_of_definitions
from api.commands import Asked, Command, Creation, Practice, begin
from api.fields import Name, OptionalName, TaskNumber, TeamRef, Text, Title, Word, Words
from api.http.bodies import Body
from api.http.calls import Call
from api.tickets import Nothing
from domain.change_moves import Risk
from domain.change_template import CHOICES_MAX, FIELDS_MAX, ChangeTemplate, Template
from domain.desk import Desk
from domain.policy import About
from domain.recorder import Receipt
from domain.tasks import TASKS_MAX, Phase


class TheField(Body):
    name: Word
    label: Name
    is_required: bool = True
    choices: Annotated[list[Name], Field(max_length=CHOICES_MAX)] = []


class TheTask(Body):
    title: Title
    phase: Phase = "implementation"
    after: Annotated[
        list[TaskNumber],
        Field(max_length=TASKS_MAX, description="Earlier tasks by their place, from 1."),
    ] = []
    team: TeamRef | None = None


class TheTemplate(Body):
    """What a standard change does, what it risks, and how it is done, tested and undone."""

    description: Words
    category: Name
    risk: Risk
    implementation: Words
    backout: Words
    test: Text = ""
    subcategory: OptionalName = ""
    service: OptionalName = ""
    tasks: Annotated[list[TheTask], Field(max_length=TASKS_MAX)] = []
    fields: Annotated[list[TheField], Field(max_length=FIELDS_MAX)] = []


class WithTemplate(Body):
    definition: TheTemplate

    def arguments(self) -> dict[str, Any]:
        plain = self.definition.model_dump()
        return super().arguments() | {"definition": msgspec.convert(plain, Template)}


class Draft(WithTemplate):
    name: Name


class Revise(WithTemplate):
    pass


TEMPLATE = {
    "description": "A disk that reports errors is replaced while the array runs.",
    "category": "hardware",
    "service": "Storage",
    "risk": "low",
    "implementation": "Swap the disk in bay {bay} of {server}, and wait for the array.",
    "backout": "Put the old disk back.",
    "test": "The array of {server} is whole.",
    "tasks": [
        {"title": "Order the disk", "phase": "before"},
        {"title": "Swap the disk", "after": [1]},
    ],
    "fields": [
        {"name": "server", "label": "Server"},
        {"name": "bay", "label": "Bay", "choices": ["1", "2", "3", "4"]},
    ],
}


def about_new(call: Call, body: Any) -> About:
    return About(organisation=call.caller.person.organisation)


async def draft(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    return await begin(ChangeTemplate, ChangeTemplate.draft)(desk, asked, **body.arguments())


PRACTICE = Practice(
    kind=ChangeTemplate,
    plural="change-templates",
    what="change_template",
    title="Change templates",
    creation=Creation(
        name="draft",
        body=Draft,
        summary="Draft a template of standard changes",
        about=about_new,
        use=draft,
        example={"name": "Replace a disk", "definition": TEMPLATE},
    ),
    commands=(
        *commands_of_definitions(
            ChangeTemplate,
            revise=Command(
                method=ChangeTemplate.revise,
                body=Revise,
                summary="Change the draft; what is published stays until the draft is published",
                example={"definition": TEMPLATE},
            ),
            publish=Command(
                method=ChangeTemplate.publish,
                body=Nothing,
                summary="Put the draft into the change catalogue as the next version",
                description="Changes that are made from it are approved beforehand. Where a "
                "process governs it, it is submitted for approval instead.",
                use=Desk.publish_definition,
            ),
            retire="Take it out of the change catalogue",
        ),
    ),
)
