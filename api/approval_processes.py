"""Approval processes over HTTP."""

from typing import Annotated, Any, Literal

import msgspec
from pydantic import Field

from api.commands import Asked, Command, Creation, Practice, begin
from api.fields import CalendarRef, Name
from api.http.bodies import Body
from api.http.calls import Call
from api.tickets import Nothing
from domain.approval import OnTimeout
from domain.approval_process import STAGES_MAX, ApprovalProcess, Definition
from domain.conditions import TEXT_MAX
from domain.definition import ORDER_MAX, SELECTORS_MAX
from domain.desk import Desk
from domain.policy import About
from domain.recorder import Receipt
from domain.subjects import SubjectKind

Selector = Annotated[
    str,
    Field(
        min_length=1,
        max_length=250,
        pattern=r"^(person|team|role|manager-of):[^\x00-\x1f\x7f]+$",
        description="`person:ada`, `team:Network`, `role:approver` or `manager-of:requester`.",
    ),
]
Selectors = Annotated[list[Selector], Field(max_length=SELECTORS_MAX)]
Duration = Annotated[
    str,
    Field(
        pattern=r"^[1-9][0-9]{0,5}(s|m|h|bd|d)$",
        max_length=8,
        description="Such as `30m`, `4h`, `2bd` (business days) or `3d`.",
    ),
]


Condition = Annotated[
    str,
    Field(
        max_length=TEXT_MAX,
        pattern=r"^[^\x00]*$",
        description='CEL over the fields of the subject: `subject.risk == "high"`.',
    ),
]


class OneIsEnough(Body):
    kind: Literal["any"]


class EverybodyApproves(Body):
    kind: Literal["all"]


class SoMany(Body):
    kind: Literal["count"]
    approvals: Annotated[int, Field(ge=1, le=100)]


class Share(Body):
    kind: Literal["percent"]
    percent: (
        Annotated[int, Field(ge=1, le=100)]
        | Annotated[str, Field(pattern=r"^([0-9]{1,3}(\.[0-9]{1,9})?|[0-9]{1,9}/[1-9][0-9]{0,8})$")]
    )


class FirstDecides(Body):
    kind: Literal["first"]


Quorum = Annotated[
    OneIsEnough | EverybodyApproves | SoMany | Share | FirstDecides, Field(discriminator="kind")
]


class Stage(Body):
    name: Name
    approvers: Annotated[list[Selector], Field(min_length=1, max_length=SELECTORS_MAX)]
    quorum: Quorum
    patience: Duration
    on_timeout: OnTimeout = "escalate"
    escalate_to: Selectors = []


class TheDefinition(Body):
    """The stages that a change goes through, one after the other."""

    subjects: Annotated[list[SubjectKind], Field(min_length=1, max_length=8)]
    stages: Annotated[list[Stage], Field(min_length=1, max_length=STAGES_MAX)]
    when: Condition = ""
    order: Annotated[int, Field(ge=0, le=ORDER_MAX)] = 100
    calendar: CalendarRef | None = None
    fallback: Selectors = []


class WithDefinition(Body):
    definition: TheDefinition

    def arguments(self) -> dict[str, Any]:
        plain = self.definition.model_dump()
        return super().arguments() | {"definition": msgspec.convert(plain, Definition)}


class Draft(WithDefinition):
    name: Name


class Revise(WithDefinition):
    pass


DEFINITION = {
    "subjects": ["change"],
    "when": 'subject.type == "normal"',
    "stages": [
        {
            "name": "Technical",
            "approvers": ["team:Network"],
            "quorum": {"kind": "any"},
            "patience": "4h",
            "escalate_to": ["role:change manager"],
        },
        {
            "name": "Board",
            "approvers": ["role:approver"],
            "quorum": {"kind": "count", "approvals": 2},
            "patience": "2d",
            "on_timeout": "reject",
        },
    ],
}


def about_new(call: Call, body: Any) -> About:  # noqa: ARG001
    return About(organisation=call.caller.person.organisation)


async def draft(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:  # noqa: ARG001
    return await begin(ApprovalProcess, ApprovalProcess.draft)(desk, asked, **body.arguments())


PRACTICE = Practice(
    kind=ApprovalProcess,
    plural="approval-processes",
    what="approval_process",
    title="Approval processes",
    creation=Creation(
        name="draft",
        body=Draft,
        summary="Draft an approval process",
        about=about_new,
        use=draft,
        example={"name": "Normal changes", "definition": DEFINITION},
    ),
    commands=(
        Command(
            method=ApprovalProcess.revise,
            body=Revise,
            summary="Change the draft; what is published stays until the draft is published",
            example={"definition": DEFINITION},
        ),
        Command(
            method=ApprovalProcess.publish,
            body=Nothing,
            summary="Put the draft into use as the next version",
            use=Desk.publish_process,
        ),
        Command(
            method=ApprovalProcess.retire,
            body=Nothing,
            summary="Take it out of use for new submissions",
        ),
    ),
)
