"""Change windows over HTTP: maintenance windows and freezes."""

from typing import Annotated, Any

import msgspec
from pydantic import Field

from api.approvals import commands_of_definitions
from api.calendars import Hours
from api.commands import Asked, Command, Creation, Practice, begin
from api.fields import AssetRef, ChangeRef, Instant, Name, OrganisationRef, Reason
from api.http.bodies import Body
from api.http.calls import Call
from api.tickets import Nothing
from domain.change_window import NAMED_MAX, ChangeWindow, Definition, Kind
from domain.desk import Desk
from domain.expression import TEXT_MAX
from domain.policy import About
from domain.recorder import Receipt

Condition = Annotated[
    str,
    Field(
        max_length=TEXT_MAX,
        pattern=r"^[^\x00]*$",
        description='CEL over the fields of a change: `subject.risk == "high"`.',
    ),
]


class TheWindow(Body):
    """When a window is and which changes it is about: those that fit every list that is not
    empty, and the condition."""

    kind: Kind
    reason: Reason
    start: Instant | None = None
    end: Instant | None = None
    hours: Hours | None = None
    organisations: Annotated[list[OrganisationRef], Field(max_length=NAMED_MAX)] = []
    services: Annotated[list[Name], Field(max_length=NAMED_MAX)] = []
    assets: Annotated[list[AssetRef], Field(max_length=NAMED_MAX)] = []
    when: Condition = ""
    is_strict: Annotated[
        bool, Field(description="Whether a change that breaks it is refused, or only warned of.")
    ] = True
    stops_emergencies: Annotated[
        bool, Field(description="Whether a freeze is for emergency changes, too.")
    ] = False
    holds_approvals: Annotated[
        bool, Field(description="Whether the patience of approvals stands during a freeze.")
    ] = True


class WithWindow(Body):
    definition: TheWindow

    def arguments(self) -> dict[str, Any]:
        plain = self.definition.model_dump()
        return super().arguments() | {"definition": msgspec.convert(plain, Definition)}


class Draft(WithWindow):
    name: Name


class Revise(WithWindow):
    pass


class ExceptChange(Body):
    change: ChangeRef
    reason: Reason


class OfChange(Body):
    change: ChangeRef


WINDOW = {
    "kind": "freeze",
    "reason": "The books are closed.",
    "start": "2030-12-20T18:00:00Z",
    "end": "2031-01-03T07:00:00Z",
    "services": ["Ledger"],
    "when": 'subject.risk != "low"',
}
NIGHTS = {
    "kind": "maintenance",
    "reason": "Nobody uses it then.",
    "hours": {"zone": "Europe/London", "weekly": {"sat": [["22:00", "04:00"]]}},
    "is_strict": False,
}


def about_new(call: Call, body: Any) -> About:
    return About(organisation=call.caller.person.organisation)


async def draft(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    return await begin(ChangeWindow, ChangeWindow.draft)(desk, asked, **body.arguments())


PRACTICE = Practice(
    kind=ChangeWindow,
    plural="change-windows",
    what="change_window",
    title="Change windows",
    creation=Creation(
        name="draft",
        body=Draft,
        summary="Draft a maintenance window or a freeze",
        description="It is one span, or comes again by the hours of a week between a start and "
        "an end. Nothing is refused or held by it before it is published.",
        about=about_new,
        use=draft,
        example={"name": "Year end", "definition": WINDOW},
    ),
    commands=(
        *commands_of_definitions(
            ChangeWindow,
            revise=Command(
                method=ChangeWindow.revise,
                body=Revise,
                summary="Change the draft; what is in force stays until the draft is published",
                example={"definition": NIGHTS},
            ),
            publish=Command(
                method=ChangeWindow.publish,
                body=Nothing,
                summary="Put the draft into force",
                description="A freeze is published by somebody else than who wrote it. Where a "
                "process governs it, it is submitted for approval instead.",
                use=Desk.publish_window,
            ),
            retire="End it for good: it refuses nothing more, and what it held goes on",
        ),
        Command(
            method=ChangeWindow.except_change,
            body=ExceptChange,
            summary="Let a change break it, for a reason; nobody excepts their own change",
            use=Desk.except_change,
            example={"change": "CHG0000001", "reason": "It closes a hole."},
        ),
        Command(
            method=ChangeWindow.withdraw_exception,
            body=OfChange,
            summary="Let it be for a change again",
            example={"change": "CHG0000001"},
        ),
    ),
)
