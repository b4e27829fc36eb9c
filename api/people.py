"""People over HTTP. Secrets go in and come out here alone: the ledger knows hashes and digests."""

from typing import Annotated, Any, get_args
from uuid import UUID

from pydantic import Field

from api.commands import Asked, Command, Creation, Practice
from api.fields import Instant, Name, OrganisationRef, PersonRef, ProcessRef, Reason
from api.http.bodies import Body
from api.http.calls import Call
from api.tickets import Nothing, WithReason
from domain.delegation import DELEGATIONS_MAX, Risk
from domain.desk import Desk
from domain.person import EMAIL_MAX, USERNAME_MAX, Person, Role, Scope
from domain.person_skills import SKILLS_MAX
from domain.policy import About
from domain.recorder import Receipt

Email = Annotated[
    str, Field(max_length=EMAIL_MAX, pattern=r"^([^\s@\x00-\x1f]+@[^\s@\x00-\x1f]+)?$")
]
Username = Annotated[
    str, Field(min_length=1, max_length=USERNAME_MAX, pattern=r"^[^\s\x00-\x1f\x7f]+$")
]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]
Zone = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_+/-]+$")]
Roles = Annotated[list[Role], Field(min_length=1, max_length=len(Role))]


class Register(Body):
    username: Username
    name: Name
    email: Email = ""
    organisation: OrganisationRef
    manager: PersonRef | None = None
    roles: Roles = [Role.REQUESTER]
    language: Language = "en"
    zone: Zone = "UTC"


class Amend(Body):
    name: Name | None = None
    email: Email | None = None
    language: Language | None = None
    zone: Zone | None = None


class Move(Body):
    organisation: OrganisationRef


class SetManager(Body):
    manager: PersonRef | None


class OneRole(Body):
    role: Role


class SetSkills(Body):
    skills: Annotated[list[Name], Field(max_length=SKILLS_MAX)]


class Delegate(Body):
    to: PersonRef
    start: Instant
    end: Instant
    risks: Annotated[list[Risk], Field(max_length=len(get_args(Risk)))] = []
    process: ProcessRef | None = None
    reason: Reason


class EndDelegation(Body):
    number: Annotated[int, Field(ge=1, le=DELEGATIONS_MAX)]


class SetPassword(Body):
    password: Annotated[str, Field(min_length=12, max_length=200)]


class IssueToken(Body):
    name: Name
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope))]
    expires: Instant | None = None


class RevokeToken(Body):
    token_id: UUID


def about_new(call: Call, body: Any) -> About:
    return About(organisation=body.organisation)


async def register(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    return await desk.register_person(**body.arguments(), **asked.keywords)


PRACTICE = Practice(
    kind=Person,
    plural="people",
    what="person",
    title="People",
    creation=Creation(
        name="register",
        body=Register,
        summary="Register a person",
        about=about_new,
        use=register,
        example={
            "username": "ann",
            "name": "Ann Archer",
            "email": "ann@example.org",
            "organisation": "ORG0000001",
            "roles": ["requester", "agent"],
        },
    ),
    commands=(
        Command(
            method=Person.amend,
            body=Amend,
            summary="Correct what is known of a person",
            use=Desk.amend_person,
            example={"email": "ann.archer@example.org"},
        ),
        Command(
            method=Person.move,
            body=Move,
            summary="Move them to another organisation",
            use=Desk.move_person,
            example={"organisation": "ORG0000002"},
        ),
        Command(
            method=Person.set_manager,
            body=SetManager,
            summary="Say who their manager is",
            use=Desk.set_manager,
            example={"manager": "PER0000005"},
        ),
        Command(
            method=Person.grant_role,
            body=OneRole,
            summary="Give them a role",
            example={"role": "approver"},
        ),
        Command(
            method=Person.revoke_role,
            body=OneRole,
            summary="Take a role away",
            example={"role": "approver"},
        ),
        Command(
            method=Person.set_skills,
            body=SetSkills,
            summary="Say what they are good at, by which assignment rules find them",
            example={"skills": ["networks", "billing"]},
        ),
        Command(
            method=Person.delegate,
            body=Delegate,
            summary="Let somebody vote for them for a time",
            description="It is limited to risks or to a process, if they are named. What is "
            "delegated is not handed on: a chain is refused.",
            use=Desk.delegate,
            example={
                "to": "PER0000005",
                "start": "2030-07-01T00:00:00Z",
                "end": "2030-07-15T00:00:00Z",
                "reason": "On leave.",
            },
        ),
        Command(
            method=Person.end_delegation,
            body=EndDelegation,
            summary="End a delegation now",
            example={"number": 1},
        ),
        Command(
            method=Person.deactivate,
            body=WithReason,
            summary="Let them in no more; their tokens are revoked",
            example={"reason": "Left the company."},
        ),
        Command(method=Person.reactivate, body=Nothing, summary="Let them in again"),
        Command(
            method=Person.place_legal_hold,
            body=WithReason,
            summary="Keep what is known of them, whoever asks for its erasure",
            example={"reason": "The case 4711 is before the court."},
        ),
        Command(
            method=Person.lift_legal_hold,
            body=WithReason,
            summary="Lift their legal hold",
            example={"reason": "The case 4711 is closed."},
        ),
        Command(
            method=Person.request_erasure,
            body=WithReason,
            summary="Ask that all that is known of them is erased",
            description="It is refused under a legal hold. Another administrator confirms it.",
            example={"reason": "They asked for it by letter."},
        ),
        Command(
            method=Person.withdraw_erasure,
            body=Nothing,
            summary="Withdraw the erasure that waits to be confirmed",
        ),
        Command(
            method=Person.erase,
            body=Nothing,
            summary="Confirm their erasure, for ever",
            description="By another than who asked for it. Their key is destroyed: what was sealed "
            "under it is not readable any more, wherever copies of it are.",
            use=Desk.erase_person,
        ),
    ),
)
