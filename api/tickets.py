"""The commands that all tickets share."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from api.commands import Command, Use
from api.families import check_relative, policy_name
from api.fields import (
    Details,
    Instant,
    Level,
    Name,
    Note,
    OptionalName,
    PersonRef,
    Reason,
    RecordRef,
    TeamRef,
    Text,
    Title,
    Word,
    Words,
)
from api.http.bodies import Body
from api.http.calls import Call
from api.macro_use import macro_of
from api.ticket_work import checklist_of, editing_of, time_of
from domain.agreement import PausingReason
from domain.desk import Desk
from domain.field_definitions import CHOICES_MAX, FIELDS_MAX, TEXT_MAX
from domain.limits import ATTACHMENT_BYTES_MAX
from domain.own_words import OwnWords
from domain.policy import About, about, allow
from domain.promises import Promises
from domain.recorder import Receipt
from domain.ticket import LinkType, Ticket, Visibility

MediaType = Annotated[
    str, Field(max_length=127, pattern=r"^[A-Za-z0-9!#$&^_.+-]{1,63}/[A-Za-z0-9!#$&^_.+-]{1,63}$")
]


MENTIONS_MAX = 20
TEAMS_MAX = 5


class Nothing(Body):
    """Nothing is asked for; the body may be left out."""


class WithReason(Body):
    reason: Reason


class Amend(Body):
    title: Title | None = None
    description: Text | None = None
    details: Details | None = None


class Categorise(Body):
    category: Name
    subcategory: OptionalName = ""
    service: OptionalName = ""


class ChangeRequester(Body):
    requester: PersonRef
    reason: Reason


class Prioritise(Body):
    impact: Level
    urgency: Level


class NotePause(Body):
    reason: PausingReason
    since: Instant
    until: Instant
    note: Note = ""


class Assign(Body):
    team: TeamRef | None = None
    assignee: PersonRef | None = None


class Comment(Body):
    said: Words = Field(alias="text")
    visibility: Visibility = Visibility.PUBLIC
    mentions: Annotated[
        list[PersonRef],
        Field(max_length=MENTIONS_MAX, description="Who is to read it, and follows the ticket."),
    ] = []
    teams: Annotated[
        list[TeamRef],
        Field(max_length=TEAMS_MAX, description="Teams whose members are mentioned, each."),
    ] = []


class Attach(Body):
    name: Name
    media_type: MediaType
    size: Annotated[int, Field(ge=1, le=ATTACHMENT_BYTES_MAX, description="In bytes.")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", min_length=64, max_length=64)]


class Link(Body):
    other: RecordRef
    type: LinkType


FieldValue = (
    Annotated[str, Field(max_length=TEXT_MAX)]
    | int
    | bool
    | Annotated[list[Name], Field(max_length=CHOICES_MAX)]
    | None
)


class SetFields(Body):
    fields: Annotated[dict[Word, FieldValue], Field(min_length=1, max_length=FIELDS_MAX)]


class OfPerson(Body):
    person: PersonRef


def whose(call: Call, body: Any) -> dict[str, UUID | None]:
    """For whom a ticket is: for whoever asks, and for their organisation, unless it says more."""
    requester = body.requester or call.caller.person.id
    organisation = body.organisation
    if organisation is None:
        person = call.context.desk.directory.person(requester)
        organisation = person.organisation if person else call.caller.person.organisation
    return {"requester": requester, "organisation": organisation}


def about_new(call: Call, body: Any) -> About:
    found = whose(call, body)
    return About(organisation=found["organisation"], requester=found["requester"])


def of(kind: type[Ticket], use: Callable[..., Awaitable[Receipt]]) -> Use:
    """A use case of the desk that takes the kind of ticket, too."""
    return lambda desk, id, **fields: use(desk, kind, id, **fields)


def act_of_comment(body: Any) -> str:
    return "comment_internally" if body.visibility is Visibility.INTERNAL else "comment"


async def may_mention(call: Call, record: Any, body: Any) -> dict[str, Any]:
    """Whoever is mentioned follows the ticket, so who mentions may let people watch it."""
    if body.mentions or body.teams:
        allow(call.caller.actor, f"{policy_name(record)}.watch", about(record))
    return {}


def commands_of(
    kind: type[Ticket], *, amend: type[Amend] = Amend, use_of_amend: Use | None = None
) -> tuple[Command, ...]:
    """The commands of a kind, of which some amend more than others."""
    return (
        Command(
            method=kind.amend,
            body=amend,
            use=use_of_amend,
            summary="Correct what it says; what is not given stays as it is",
            example={"title": "No invoices since 9 o'clock", "details": {"floor": "3"}},
        ),
        Command(
            method=kind.categorise,
            body=Categorise,
            summary="Say what it is about",
            use=of(kind, Desk.categorise),
            example={"category": "software", "subcategory": "invoicing", "service": "billing"},
        ),
        Command(
            method=kind.assign,
            body=Assign,
            summary="Give it to a team, to one of its members, or to both",
            use=of(kind, Desk.assign),
            example={"team": "TEA0000001", "assignee": "PER0000002"},
        ),
        Command(
            method=kind.comment,
            body=Comment,
            summary="Say something to the requester (public) or among agents (internal)",
            use=of(kind, Desk.comment),
            act=act_of_comment,
            look_up=may_mention,
            needs_version=False,
            example={"text": "We are looking into it.", "visibility": "public"},
        ),
        Command(
            method=kind.acknowledge_mentions,
            body=Nothing,
            summary="Say that one has read all that one was mentioned in",
            needs_version=False,
        ),
        Command(
            method=kind.prioritise,
            body=Prioritise,
            summary="Set impact and urgency; the priority follows, and what it is promised",
            use=of(kind, Desk.prioritise),
            example={"impact": 2, "urgency": 1},
        ),
        Command(
            method=kind.change_requester,
            body=ChangeRequester,
            summary="Let another person ask, to whose organisation it belongs from then on",
            description="What it is promised follows. Whoever watches it and is neither of that "
            "organisation nor of the operator watches it no more.",
            use=of(kind, Desk.change_requester),
            example={"requester": "PER0000003", "reason": "She called for her colleague."},
        ),
        Command(
            method=kind.attach,
            body=Attach,
            summary="Attach a file by its digest",
            needs_version=False,
            example={
                "name": "screenshot.png",
                "media_type": "image/png",
                "size": 48_213,
                "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            },
        ),
        Command(
            method=kind.link,
            body=Link,
            summary="Link it to another record",
            use=of(kind, Desk.link),
            look_up=check_relative,
            needs_version=False,
            example={"other": "PRB0000007", "type": "caused by"},
        ),
        Command(
            method=kind.unlink,
            body=Link,
            summary="Take a link away",
            use=of(kind, Desk.unlink),
            look_up=check_relative,
            needs_version=False,
            example={"other": "PRB0000007", "type": "caused by"},
        ),
        Command(
            method=kind.add_affected_person,
            body=OfPerson,
            summary="Name a person whom it affects besides the requester",
            needs_version=False,
            example={"person": "PER0000003"},
        ),
        Command(
            method=kind.remove_affected_person,
            body=OfPerson,
            summary="Say that it does not affect a person",
            needs_version=False,
            example={"person": "PER0000003"},
        ),
        Command(
            method=kind.watch,
            body=OfPerson,
            summary="Let a person follow it",
            needs_version=False,
            example={"person": "PER0000003"},
        ),
        Command(
            method=kind.unwatch,
            body=OfPerson,
            summary="Let a person follow it no more",
            needs_version=False,
            example={"person": "PER0000003"},
        ),
        fields_of(kind),
        *checklist_of(kind),
        *editing_of(kind),
        macro_of(kind),
        *time_of(kind),
        *holds_of(kind),
    )


def holds_of(kind: type[OwnWords]) -> tuple[Command, ...]:
    """The legal holds on records that what they say is removed from in time."""
    return (
        Command(
            method=kind.place_legal_hold,
            body=WithReason,
            summary="Keep all that it says, however long that is kept",
            example={"reason": "A case before the court."},
        ),
        Command(
            method=kind.lift_legal_hold,
            body=WithReason,
            summary="Lift its legal hold",
            example={"reason": "The case is closed."},
        ),
    )


def fields_of(kind: type[Ticket]) -> Command:
    return Command(
        method=kind.set_fields,
        body=SetFields,
        summary="Set fields that the desk has added",
        description="By the latest version of its type. All of them are right, or none is set; "
        "null takes a value away, and what is left out stays.",
        use=of(kind, Desk.set_fields),
        example={"fields": {"site": "Berne", "cost": "12.50"}},
    )


def note_pause_of(kind: type[Promises]) -> Command:
    """Say afterwards that a ticket had to wait: for the kinds that service levels are for."""
    return Command(
        method=kind.note_pause,
        body=NotePause,
        summary="Note afterwards that it had to wait",
        description="The clocks that stand for this reason stand then. Those that have ended, or "
        "were breached before it is noted, stay as they are.",
        example={
            "reason": "customer",
            "since": "2026-11-20T09:30:00Z",
            "until": "2026-11-20T11:00:00Z",
            "note": "She was away.",
        },
    )
