"""Assignment rules over HTTP."""

from typing import Annotated, Any, Literal

import msgspec
from pydantic import Field

from api.approvals import commands_of_definitions
from api.commands import Asked, Command, Creation, Practice, begin
from api.fields import Level, Name, OptionalName, PersonRef, Reason, TeamRef, Title
from api.http.bodies import Body
from api.http.calls import Call
from api.tickets import Nothing
from domain.assignment_rule import AssignmentRule
from domain.definition import ORDER_MAX, SELECTORS_MAX
from domain.desk import Desk
from domain.expression import TEXT_MAX
from domain.policy import About
from domain.recorder import Receipt
from domain.recurring import COUNT_MAX, COUNT_MIN, TRAITS, Trait
from domain.triage import ACTIONS_MAX, TRIGGERS, RuleDefinition, Trigger, Turns

TICKETS_MAX = 100

Selectors = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200)]],
    Field(min_length=1, max_length=SELECTORS_MAX),
]


class TheMember(Body):
    """One of the active members of the team; of those with a skill, if it asks for one."""

    by: Turns = "round-robin"
    skill: OptionalName = ""
    knows: Annotated[
        Literal["", "service", "category"],
        Field(description="They have what the ticket says there as a skill."),
    ] = ""


class TheAssignment(Body):
    do: Literal["assign"]
    team: TeamRef | None = None
    person: PersonRef | None = None
    member: TheMember | None = None


class TheCategory(Body):
    do: Literal["categorise"]
    category: Name
    subcategory: OptionalName = ""
    service: OptionalName = ""


class ThePriority(Body):
    do: Literal["prioritise"]
    impact: Level
    urgency: Level


class TheNotice(Body):
    do: Literal["notify"]
    people: Selectors


class TheWatch(Body):
    do: Literal["watch"]
    people: Selectors


class TheProposal(Body):
    do: Literal["propose major incident"]
    reason: Reason


class TheRecurrence(Body):
    """So many incidents that have the same, logged within a time, and linked to no problem."""

    do: Literal["propose problem"]
    same: Annotated[list[Trait], Field(min_length=1, max_length=len(TRAITS))]
    count: Annotated[int, Field(ge=COUNT_MIN, le=COUNT_MAX)]
    within: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3}(h|d)$", examples=["30d"])]
    title: Annotated[
        Title | Literal[""], Field(description="Of the problem; empty: what they have in common.")
    ] = ""


TheAction = Annotated[
    TheAssignment | TheCategory | ThePriority | TheNotice | TheWatch | TheProposal | TheRecurrence,
    Field(discriminator="do"),
]


class TheAssignmentRule(Body):
    """When it looks at a ticket, on which condition, and what it does."""

    on: Annotated[list[Trigger], Field(max_length=len(TRIGGERS))] = []
    every: Annotated[
        str,
        Field(
            pattern=r"^([1-9][0-9]{0,4}(m|h|d))?$",
            description="How often it looks at all open tickets; empty: never.",
            examples=["1h"],
        ),
    ] = ""
    when: Annotated[
        str,
        Field(
            max_length=TEXT_MAX,
            pattern=r"^[^\x00]*$",
            description='CEL over the ticket: `ticket.service == "billing"`.',
        ),
    ] = ""
    actions: Annotated[list[TheAction], Field(min_length=1, max_length=ACTIONS_MAX)]
    order: Annotated[int, Field(ge=0, le=ORDER_MAX)] = 100


class WithRule(Body):
    definition: TheAssignmentRule

    def arguments(self) -> dict[str, Any]:
        return super().arguments() | {"definition": meant(self.definition)}


class Draft(WithRule):
    name: Name


class Revise(WithRule):
    pass


RULE = {
    "on": ["logged"],
    "when": 'ticket.kind == "incident" && !ticket.is_assigned',
    "actions": [
        {"do": "watch", "people": ["manager-of:requester"]},
        {"do": "categorise", "category": "software", "service": "billing"},
    ],
}


def meant(rule: TheAssignmentRule) -> RuleDefinition:
    plain = rule.model_dump(exclude_none=True)
    return msgspec.convert(plain, RuleDefinition)


def about_new(call: Call, body: Any) -> About:
    return About(organisation=call.caller.person.organisation)


async def draft(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    return await begin(AssignmentRule, AssignmentRule.draft)(desk, asked, **body.arguments())


PRACTICE = Practice(
    kind=AssignmentRule,
    plural="assignment-rules",
    what="assignment_rule",
    title="Assignment rules",
    creation=Creation(
        name="draft",
        body=Draft,
        summary="Draft an assignment rule",
        about=about_new,
        use=draft,
        example={"name": "Billing", "definition": RULE},
    ),
    commands=(
        *commands_of_definitions(
            AssignmentRule,
            revise=Command(
                method=AssignmentRule.revise,
                body=Revise,
                summary="Change the draft; what is published stays until the draft is published",
                example={"definition": RULE},
            ),
            publish=Command(
                method=AssignmentRule.publish,
                body=Nothing,
                summary="Put the draft into use as the next version",
                use=Desk.publish_definition,
                description="It acts upon what happens from then on. Where a process governs it, "
                "it is submitted for approval instead.",
            ),
            retire="Take it out of use",
        ),
    ),
)
