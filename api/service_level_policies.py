"""Service level policies over HTTP."""

from typing import Annotated, Any

import msgspec
from pydantic import Field

from api.commands import Asked, Command, Creation, Practice, begin
from api.fields import CalendarRef, Name, OrganisationRef
from api.http.bodies import Body
from api.http.calls import Call
from api.tickets import Nothing
from domain.definition import ORDER_MAX, SELECTORS_MAX
from domain.desk import Desk
from domain.policy import About
from domain.process_fields import Duration, Selector
from domain.recorder import Receipt
from domain.service_level_policy import (
    STEPS_MAX,
    Agreement,
    PausingReason,
    ServiceLevelPolicy,
)

Priority = Annotated[int, Field(ge=1, le=5)]
PriorityKey = Annotated[str, Field(pattern=r"^[1-5]$")]
NAMED_MAX = 1_000


class Promise(Body):
    name: Name
    budget: Duration | Annotated[dict[PriorityKey, Duration], Field(min_length=1, max_length=5)]
    pausing: Annotated[list[PausingReason], Field(max_length=5)] = []


class Step(Body):
    target: Name
    mark: Annotated[
        str,
        Field(
            pattern=r"^[-0-9][0-9a-z.]{0,11}%?$",
            max_length=12,
            description="Such as `75%`, `100%` (the breach) or `-30m`.",
        ),
    ]
    notify: Annotated[list[Selector], Field(min_length=1, max_length=SELECTORS_MAX)]
    wait: Duration = "30m"


class TheAgreement(Body):
    """What is promised, and for which incidents: those that fit every list that is not empty."""

    calendar: CalendarRef
    targets: Annotated[list[Promise], Field(min_length=1, max_length=2)]
    order: Annotated[int, Field(ge=0, le=ORDER_MAX)] = 100
    priorities: Annotated[list[Priority], Field(max_length=5)] = []
    categories: Annotated[list[Name], Field(max_length=NAMED_MAX)] = []
    services: Annotated[list[Name], Field(max_length=NAMED_MAX)] = []
    organisations: Annotated[list[OrganisationRef], Field(max_length=NAMED_MAX)] = []
    escalation: Annotated[list[Step], Field(max_length=STEPS_MAX)] = []


class WithAgreement(Body):
    definition: TheAgreement

    def arguments(self) -> dict[str, Any]:
        plain = self.definition.model_dump()
        for target in plain["targets"]:
            if isinstance(target["budget"], dict):
                target["budget"] = {int(key): value for key, value in target["budget"].items()}
        return super().arguments() | {"definition": msgspec.convert(plain, Agreement)}


class Draft(WithAgreement):
    name: Name


class Revise(WithAgreement):
    pass


AGREEMENT = {
    "calendar": "CAL0000001",
    "targets": [
        {"name": "first response", "budget": {"1": "15m", "2": "1h", "3": "4h"}},
        {"name": "resolution", "budget": "2bd", "pausing": ["customer"]},
    ],
    "escalation": [{"target": "resolution", "mark": "75%", "notify": ["team:Network"]}],
}


def about_new(call: Call, body: Any) -> About:  # noqa: ARG001
    return About(organisation=call.caller.person.organisation)


async def draft(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:  # noqa: ARG001
    use = begin(ServiceLevelPolicy, ServiceLevelPolicy.draft)
    return await use(desk, asked, **body.arguments())


PRACTICE = Practice(
    kind=ServiceLevelPolicy,
    plural="service-level-policies",
    what="service_level_policy",
    title="Service level policies",
    creation=Creation(
        name="draft",
        body=Draft,
        summary="Draft a service level policy",
        about=about_new,
        use=draft,
        example={"name": "Gold", "definition": AGREEMENT},
    ),
    commands=(
        Command(
            method=ServiceLevelPolicy.revise,
            body=Revise,
            summary="Change the draft; what is published stays until the draft is published",
            example={"definition": AGREEMENT},
        ),
        Command(
            method=ServiceLevelPolicy.publish,
            body=Nothing,
            summary="Put the draft into use as the next version",
            use=Desk.publish_policy,
        ),
        Command(
            method=ServiceLevelPolicy.retire,
            body=Nothing,
            summary="Take it out of use for new promises",
        ),
    ),
)
