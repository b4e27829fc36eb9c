"""Service level policies over HTTP."""

from typing import Annotated, Any

from pydantic import Field

from api.approvals import commands_of_definitions
from api.commands import Command, Creation, Practice
from api.http.bodies import Body
from api.http.calls import Call
from api.policy_documents import NewPolicy, Revision, read
from api.written_definitions import drafting, revising
from domain.desk import Desk
from domain.policy import About
from domain.service_level_policy import AppliesTo, ServiceLevelPolicy

Tickets = Annotated[
    AppliesTo,
    Field(
        description=(
            "Whether the version is for what is promised from now on, or for all open tickets "
            "too, which are given it one after the other. What is met or breached stays so."
        )
    ),
]


class Publish(Body):
    applies_to: Annotated[
        Tickets | None,
        Field(description="What was approved is for the tickets that it was submitted for."),
    ] = None


class Submit(Body):
    applies_to: Tickets = "new"


AGREEMENT = {
    "calendar": "CAL0000001",
    "targets": [
        {"name": "first response", "budget": {"1": "15m", "2": "1h", "3": "4h"}},
        {"name": "resolution", "budget": "2bd", "pausing": ["customer"]},
    ],
    "escalation": [{"target": "resolution", "mark": "75%", "notify": ["team:Network"]}],
}


def about_new(call: Call, body: Any) -> About:
    return About(organisation=call.caller.person.organisation)


PRACTICE = Practice(
    kind=ServiceLevelPolicy,
    plural="service-level-policies",
    what="service_level_policy",
    title="Service level policies",
    creation=Creation(
        name="draft",
        body=NewPolicy,
        summary="Draft a service level policy",
        about=about_new,
        use=drafting(ServiceLevelPolicy, read),
        example={"name": "Gold", "definition": AGREEMENT},
    ),
    commands=(
        *commands_of_definitions(
            ServiceLevelPolicy,
            revise=Command(
                method=ServiceLevelPolicy.revise,
                body=Revision,
                use=revising(ServiceLevelPolicy, read),
                summary="Change the draft; what is published stays until the draft is published",
                example={"definition": AGREEMENT},
            ),
            publish=Command(
                method=ServiceLevelPolicy.publish,
                body=Publish,
                summary="Put the draft into use as the next version",
                use=Desk.publish_policy,
                description="Where a process governs it, it is submitted for approval instead.",
            ),
            retire="Take it out of use for new promises",
            submission=Submit,
        ),
    ),
)
