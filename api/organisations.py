"""Organisations over HTTP."""

from typing import Annotated, Any

from pydantic import Field

from api.commands import Asked, Command, Creation, Practice, begin
from api.fields import Name, OrganisationRef
from api.http.bodies import Body
from api.http.calls import Call
from api.people import Zone
from api.tickets import Nothing
from domain.desk import Desk
from domain.organisation import RETENTION_DAYS_MAX, KeptKind, Organisation
from domain.policy import About
from domain.recorder import Receipt


class Register(Body):
    name: Name
    is_operator: bool = False
    parent: OrganisationRef | None = None


class Rename(Body):
    name: Name


class Locate(Body):
    zone: Zone


class SetRetention(Body):
    days: Annotated[int, Field(ge=1, le=RETENTION_DAYS_MAX)] | None


class SetWordsRetention(Body):
    kind: KeptKind
    days: Annotated[int, Field(ge=1, le=RETENTION_DAYS_MAX)] | None
    files_days: Annotated[int, Field(ge=1, le=RETENTION_DAYS_MAX)] | None = None


def about_new(call: Call, body: Any) -> About:
    return About(organisation=call.caller.person.organisation)


async def register(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    return await begin(Organisation, Organisation.register)(desk, asked, **body.arguments())


PRACTICE = Practice(
    kind=Organisation,
    plural="organisations",
    what="organisation",
    title="Organisations",
    creation=Creation(
        name="register",
        body=Register,
        summary="Register an organisation",
        about=about_new,
        use=register,
        example={"name": "Bakery Ltd"},
    ),
    commands=(
        Command(
            method=Organisation.rename,
            body=Rename,
            summary="Rename it",
            example={"name": "Bakeries Ltd"},
        ),
        Command(
            method=Organisation.locate,
            body=Locate,
            summary="Say in which time zone its site is",
            example={"zone": "Europe/Zurich"},
        ),
        Command(
            method=Organisation.set_retention,
            body=SetRetention,
            summary="Say for how many days its people are kept who were deactivated",
            description="Then their erasure is asked for, and confirmed by an administrator. Null "
            "keeps them for ever.",
            example={"days": 365},
        ),
        Command(
            method=Organisation.set_words_retention,
            body=SetWordsRetention,
            summary="Say for how many days what its records of a kind say is kept after they end",
            description="Then what people wrote and attached is removed from them, not before 7 "
            "days after this was set; files sooner where that is said. Null is for ever. What "
            "the operator says holds for organisations that say nothing of a kind.",
            example={"kind": "incident", "days": 730, "files_days": 365},
        ),
        Command(method=Organisation.deactivate, body=Nothing, summary="Take it out of use"),
    ),
)
