"""Types of assets over HTTP."""

from typing import Annotated, Any

import msgspec
from pydantic import Field

from api.commands import Asked, Command, Creation, Practice
from api.fields import AssetTypeRef, Name
from api.http.bodies import Body
from api.http.calls import Call
from api.tickets import Nothing
from domain.asset_attributes import ATTRIBUTES_MAX, CHOICES_MAX, Attribute, AttributeKind
from domain.asset_type import AssetType
from domain.desk import Desk
from domain.policy import About
from domain.recorder import Receipt

Limit = Annotated[
    str,
    Field(
        max_length=64,
        pattern=r"^[0-9.-]*$",
        description="A number or a date; of a text, how many characters it has.",
    ),
]


class TheAttribute(Body):
    name: Name
    kind: AttributeKind
    is_required: bool = False
    is_unique: bool = False
    is_controlled: bool = False
    choices: Annotated[list[Name], Field(max_length=CHOICES_MAX)] = []
    at_least: Limit = ""
    at_most: Limit = ""


class WithAttributes(Body):
    attributes: Annotated[list[TheAttribute], Field(max_length=ATTRIBUTES_MAX)] = []

    def arguments(self) -> dict[str, Any]:
        plain = [one.model_dump() for one in self.attributes]
        return super().arguments() | {"attributes": msgspec.convert(plain, tuple[Attribute, ...])}


class Define(WithAttributes):
    name: Name
    parent: AssetTypeRef | None = None


class Revise(WithAttributes):
    attributes: Annotated[list[TheAttribute], Field(max_length=ATTRIBUTES_MAX)]


ATTRIBUTES = [
    {"name": "serial number", "kind": "text", "is_required": True, "is_unique": True},
    {"name": "memory", "kind": "integer", "at_least": "1", "at_most": "65536"},
    {"name": "room", "kind": "choice", "choices": ["A1", "B2"]},
]


def about_new(call: Call, body: Any) -> About:
    return About(organisation=call.caller.person.organisation)


async def define(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    return await desk.define_asset_type(**body.arguments(), **asked.keywords)


PRACTICE = Practice(
    kind=AssetType,
    plural="asset-types",
    what="asset_type",
    title="Asset types",
    creation=Creation(
        name="define",
        body=Define,
        summary="Define a type of assets",
        about=about_new,
        use=define,
        description="It inherits the attributes of its parent.",
        example={"name": "Server", "attributes": ATTRIBUTES},
    ),
    commands=(
        Command(
            method=AssetType.revise,
            body=Revise,
            summary="Ask for other attributes, as its next version",
            description="The types that are made from it get a next version, too. What was "
            "recorded stays, and is checked by the next version when it is changed.",
            use=Desk.revise_asset_type,
            example={"attributes": ATTRIBUTES},
        ),
        Command(method=AssetType.retire, body=Nothing, summary="Take it out of use for new assets"),
    ),
)
