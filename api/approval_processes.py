"""Approval processes over HTTP."""

from typing import Any

from api.approvals import commands_of_definitions
from api.commands import Command, Creation, Practice
from api.http.calls import Call
from api.process_documents import NewProcess, Revision, read
from api.tickets import Nothing
from api.written_definitions import drafting, revising
from domain.approval_process import ApprovalProcess
from domain.desk import Desk
from domain.policy import About

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


def about_new(call: Call, body: Any) -> About:
    return About(organisation=call.caller.person.organisation)


PRACTICE = Practice(
    kind=ApprovalProcess,
    plural="approval-processes",
    what="approval_process",
    title="Approval processes",
    creation=Creation(
        name="draft",
        body=NewProcess,
        summary="Draft an approval process",
        about=about_new,
        use=drafting(ApprovalProcess, read),
        example={"name": "Normal changes", "definition": DEFINITION},
    ),
    commands=(
        *commands_of_definitions(
            ApprovalProcess,
            revise=Command(
                method=ApprovalProcess.revise,
                body=Revision,
                use=revising(ApprovalProcess, read),
                summary="Change the draft; what is published stays until the draft is published",
                example={"definition": DEFINITION},
            ),
            publish=Command(
                method=ApprovalProcess.publish,
                body=Nothing,
                summary="Put the draft into use as the next version",
                use=Desk.publish_process,
                description="Where a process governs it, it is submitted for approval instead.",
            ),
            retire="Take it out of use for new submissions",
            use_of_retire=Desk.retire_process,
        ),
    ),
)
