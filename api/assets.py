"""Assets over HTTP."""

from typing import Annotated, Any

from pydantic import Field

from api import asset_records
from api.approvals import commands_of_rounds
from api.asset_records import Attributes
from api.commands import Asked, Command, Creation, Practice
from api.fields import (
    AssetRef,
    AssetTypeRef,
    Details,
    Name,
    Note,
    OptionalName,
    OrganisationRef,
    PersonRef,
    Reason,
)
from api.http.bodies import Body
from api.http.calls import Call
from api.tickets import Nothing, WithReason
from domain.asset import Asset, RelationType
from domain.asset_approval import Act
from domain.asset_redundancy import MEMBERS_MAX
from domain.desk import Desk
from domain.policy import About
from domain.recorder import Receipt


class Register(Body):
    name: Name
    asset_class: OptionalName = ""
    type: AssetTypeRef | None = None
    attributes: Attributes = {}
    tag: OptionalName = ""
    organisation: OrganisationRef | None = None
    service: OptionalName = ""
    owner: PersonRef | None = None
    is_ordered: bool = False


class Amend(Body):
    details: Details


class Relate(Body):
    other: AssetRef
    type: RelationType


class TheGroup(Body):
    name: Name
    members: Annotated[list[AssetRef], Field(max_length=MEMBERS_MAX)]
    needed: Annotated[int, Field(ge=1, le=MEMBERS_MAX)] = 1


class Issue(Body):
    to: PersonRef


class Return(Body):
    condition: Reason


class Repair(Body):
    vendor: Name
    reason: Reason


class Dispose(Body):
    method: Name


class Submit(Body):
    act: Act
    to: PersonRef | None = None
    vendor: OptionalName = ""
    reason: Note = ""
    method: OptionalName = ""


def about_new(call: Call, body: Any) -> About:
    return About(organisation=body.organisation or call.caller.person.organisation)


async def register(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    fields = body.arguments()
    fields["organisation"] = body.organisation or call.caller.person.organisation
    type, attributes = fields.pop("type"), fields.pop("attributes")
    return await desk.register_asset(
        type=type, attributes=attributes, fields=fields, **asked.keywords
    )


PRACTICE = Practice(
    kind=Asset,
    plural="assets",
    what="asset",
    title="Assets",
    creation=Creation(
        name="register",
        body=Register,
        summary="Register an asset",
        about=about_new,
        description="It has a class or a type; without a class, that has the name of the type.",
        use=register,
        example={"name": "print-01", "asset_class": "server", "tag": "A-0815"},
    ),
    commands=(
        *asset_records.COMMANDS,
        Command(method=Asset.receive, body=Nothing, summary="Take what was ordered into stock"),
        Command(
            method=Asset.amend,
            body=Amend,
            summary="Add or correct details; others stay as they are",
            example={"details": {"serial number": "C02XK1"}},
        ),
        Command(
            method=Asset.relate,
            body=Relate,
            summary="Say what it is to another asset",
            needs_version=False,
            example={"other": "AST0000002", "type": "runs on"},
        ),
        Command(
            method=Asset.unrelate,
            body=Relate,
            summary="Take a relation away",
            needs_version=False,
            example={"other": "AST0000002", "type": "runs on"},
        ),
        Command(
            method=Asset.group,
            body=TheGroup,
            summary="Say that of some assets which it depends on so many must work",
            description="A group without members ends.",
            example={"name": "Web servers", "members": [], "needed": 1},
        ),
        Command(
            method=Asset.issue,
            body=Issue,
            summary="Hand it to a person",
            example={"to": "PER0000003"},
        ),
        Command(
            method=Asset.return_,
            body=Return,
            summary="Take it back into stock",
            example={"condition": "As good as new."},
        ),
        Command(
            method=Asset.repair,
            body=Repair,
            summary="Send it for repair",
            example={"vendor": "Fixit Ltd", "reason": "The screen is broken."},
        ),
        Command(method=Asset.complete_repair, body=Nothing, summary="Take it back from repair"),
        Command(
            method=Asset.retire,
            body=WithReason,
            summary="Take it out of service",
            example={"reason": "Out of support."},
        ),
        Command(
            method=Asset.dispose,
            body=Dispose,
            summary="Let go of it for good",
            example={"method": "recycled"},
        ),
        Command(
            method=Asset.submit,
            body=Submit,
            summary="Ask for the approval of an act that a process governs",
            description="It is said what the act itself asks for: `to` to issue it, `vendor` and "
            "`reason` to send it for repair, `reason` to retire it, `method` to dispose of it. The "
            "vote that approves it does it. Whoever submits it, or is to get the asset, has no "
            "vote.",
            use=Desk.submit_act,
            example={"act": "retire", "reason": "Out of support."},
        ),
        *commands_of_rounds(Asset),
        Command(
            method=Asset.withdraw,
            body=WithReason,
            summary="Take the submission back; the asset stays as it is",
            example={"reason": "It is still needed."},
        ),
    ),
)
