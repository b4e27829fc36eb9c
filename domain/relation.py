"""What somebody who asks is to a record, and the conditions of the policy on that."""

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from domain.aggregate import Aggregate
from domain.approval_round import ApprovalRounds
from domain.article import Article
from domain.asset import Asset
from domain.bulk_job import BulkJob
from domain.offering import Offering
from domain.organisation import Organisation
from domain.person import Person, Role
from domain.release import Release
from domain.report_schedule import ReportSchedule
from domain.saved_view import SavedView
from domain.service import Service
from domain.team import Team
from domain.ticket import Ticket
from domain.versioned import Versioned
from domain.webhook import Webhook


class Actor(Struct, frozen=True):
    """Who asks. The scopes are those of the token, or all of them for a session."""

    id: UUID
    roles: frozenset[Role]
    organisation: UUID
    is_operator: bool
    """Whether the organisation operates the desk for the others."""
    scopes: frozenset[str]
    stands_in_for: frozenset[str] = frozenset()
    """The ids of the people for whom they may vote now."""
    teams: frozenset[UUID] = frozenset()
    """The teams that they are a member of."""


class About(Struct, frozen=True, kw_only=True):
    """What an act is about. Without an id, it is a record that does not exist yet."""

    id: UUID | None = None
    organisation: UUID | None = None
    requester: UUID | None = None
    people: tuple[UUID, ...] = ()
    """Who else has part in it: those who watch a ticket, or own or hold an asset."""
    voters: tuple[str, ...] = ()
    is_public: bool = False
    """Whether it is for everybody to read."""
    audience: tuple[UUID, ...] = ()
    """The organisations or teams whose people it is for to read."""


def about(record: Aggregate) -> About:
    """What the policy needs to know of a record."""
    match record:
        case Ticket():
            return About(
                id=record.id,
                organisation=record.organisation,
                requester=record.requester,
                people=record.watchers,
                voters=_voters(record) if isinstance(record, ApprovalRounds) else (),
            )
        case Article() | Offering():
            published = record.published
            return About(
                id=record.id,
                requester=record.requester,
                voters=_voters(record),
                is_public=published is not None and published.audience == "public",
                audience=() if published is None else published.organisations,
            )
        case Service():
            return About(
                id=record.id,
                requester=record.requester,
                voters=_voters(record),
                is_public=record.is_in_catalogue and not record.customers,
                audience=record.customers if record.is_in_catalogue else (),
            )
        case Release() | Versioned():
            return About(id=record.id, requester=record.requester, voters=_voters(record))
        case Asset():
            people = tuple(person for person in (record.owner, record.holder) if person)
            return About(
                id=record.id,
                organisation=record.organisation,
                requester=record.requester,
                people=people,
                voters=_voters(record),
            )
        case SavedView():
            return About(id=record.id, requester=record.owner, audience=record.audience)
        case Webhook() | BulkJob() | ReportSchedule():
            return About(id=record.id, organisation=record.organisation, requester=record.owner)
        case Person() | Team():
            return About(id=record.id, organisation=record.organisation)
        case Organisation():
            return About(id=record.id, organisation=record.id)
    return About(id=record.id)


def _voters(record: ApprovalRounds) -> tuple[str, ...]:
    return tuple(voter for stage in record.stages for voter in stage.voters)


class Condition(NamedTuple):
    """When a role is enough."""

    note: str
    who: str
    """How a refusal calls those whom it lets in; `{role}` is `an agent`, `{bare}` is `agent`."""
    holds: Callable[[Actor, About], bool]


def _is_in_sight(actor: Actor, about: About) -> bool:
    # An organisation is that of an actor, so a record of none is in sight of the operator only.
    return actor.is_operator or about.organisation == actor.organisation


def _is_own(actor: Actor, about: About) -> bool:
    return about.requester == actor.id


def _is_member(actor: Actor, about: About) -> bool:
    return about.organisation == actor.organisation


def _is_read_by(actor: Actor, about: About) -> bool:
    in_audience = about.is_public or actor.organisation in about.audience
    return in_audience or not actor.teams.isdisjoint(about.audience) or _has_part(actor, about)


def _has_part(actor: Actor, about: About) -> bool:
    return _is_own(actor, about) or actor.id in about.people or _is_asked(actor, about)


def _is_asked(actor: Actor, about: About) -> bool:
    return str(actor.id) in about.voters or not actor.stands_in_for.isdisjoint(about.voters)


ANY = Condition("yes", "{role}", lambda _actor, _about: True)
IN_SIGHT = Condition("in sight", "{role}", _is_in_sight)
OPERATOR = Condition("operator", "{role} of the operator", lambda actor, _about: actor.is_operator)
MEMBER = Condition("member", "a member of the organisation", _is_member)
OWN = Condition("own", "its requester", _is_own)
OWNER = Condition("own", "its owner", _is_own)
PART = Condition("has part", "whoever has part in it", _has_part)
ASKED = Condition("is asked", "whoever is asked", _is_asked)
IN_SIGHT_OR_PART = Condition(
    "in sight or has part",
    "{role}",
    lambda actor, about: _is_in_sight(actor, about) or _has_part(actor, about),
)
OPERATOR_OR_PART = Condition(
    "operator or has part",
    "{role} of the operator",
    lambda actor, about: actor.is_operator or _has_part(actor, about),
)
READER = Condition("reader", "whoever it is for", _is_read_by)
OPERATOR_OR_READER = Condition(
    "operator or reader",
    "{role} of the operator",
    lambda actor, about: actor.is_operator or _is_read_by(actor, about),
)
FOR_SELF = Condition(
    "for themselves",
    "{role} for themselves",
    lambda actor, about: _is_own(actor, about) and _is_member(actor, about),
)
SELF = Condition("themselves", "the person themselves", lambda actor, about: about.id == actor.id)
OTHERS = Condition(
    "others in sight",
    "another {bare}",
    lambda actor, about: about.id != actor.id and _is_in_sight(actor, about),
)
