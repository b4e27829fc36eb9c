"""Teams over HTTP."""

from typing import Any

from api.commands import Asked, Command, Creation, Practice
from api.fields import Level, Name, Note, OrganisationRef, PersonRef
from api.http.bodies import Body
from api.http.calls import Call
from api.tickets import Nothing
from domain.desk import Desk
from domain.policy import About
from domain.recorder import Receipt
from domain.team import Team


class Form(Body):
    name: Name
    organisation: OrganisationRef | None = None
    support_level: Level = 1
    description: Note = ""


class Rename(Body):
    name: Name


class AddMember(Body):
    person: PersonRef
    is_lead: bool = False


class RemoveMember(Body):
    person: PersonRef


def about_new(call: Call, body: Any) -> About:
    return About(organisation=body.organisation or call.caller.person.organisation)


async def form(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    given = body.arguments()
    given["organisation"] = body.organisation or call.caller.person.organisation
    return await desk.form_team(**given, **asked.keywords)


PRACTICE = Practice(
    kind=Team,
    plural="teams",
    what="team",
    title="Teams",
    creation=Creation(
        name="form",
        body=Form,
        summary="Form a team",
        about=about_new,
        use=form,
        example={"name": "Network", "support_level": 2},
    ),
    commands=(
        Command(
            method=Team.rename,
            body=Rename,
            summary="Rename it",
            use=Desk.rename_team,
            example={"name": "Networks"},
        ),
        Command(
            method=Team.add_member,
            body=AddMember,
            summary="Take a person in, or say whether a member leads it",
            needs_version=False,
            use=Desk.add_member,
            example={"person": "PER0000002", "is_lead": True},
        ),
        Command(
            method=Team.remove_member,
            body=RemoveMember,
            summary="Let a person go",
            needs_version=False,
            example={"person": "PER0000002"},
        ),
        Command(method=Team.disband, body=Nothing, summary="Disband it", use=Desk.disband_team),
    ),
)
