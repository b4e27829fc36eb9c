"""Addresses of calendars' feeds for calendar programs, which cannot send a token: the secret stands
in the address, and opens that one feed alone, as long as its person may read the calendar."""

from collections.abc import Iterator
from secrets import token_bytes
from typing import Annotated, Any
from uuid import UUID

from msgspec.structs import replace
from pydantic import Field

from api import schemas, tokens
from api.calendar_times import asked, feed_of
from api.calendars import PRACTICE
from api.commands import accepted, asked_of
from api.fields import Instant, Name
from api.http import bodies
from api.http.answers import Answer
from api.http.bodies import Body
from api.http.calls import Call
from api.http.routing import Operation, Route
from api.practices import KNOWN_CALLER, OF_BODIES, OF_COMMANDS, reference_of
from api.process_versions import responses
from api.reference import reference
from domain.calendar import Calendar
from domain.person import Person, Scope, Token
from domain.policy import about, allow
from domain.rules import NotFound

ENDING = ".ics"
OPEN = f"{PRACTICE.what}.read"


class OpenFeed(Body):
    name: Name
    windows: Annotated[bool, Field(description="Whether the windows of the week are in it.")] = (
        False
    )
    expires: Instant | None = None


async def open_feed(call: Call) -> Answer:
    """Make an address for the caller. It is in the first answer and nowhere else."""
    raw = await bodies.read(call)
    body = bodies.parse(call, OpenFeed, raw)
    caller = call.caller
    id = reference(Calendar, call.params[0])
    calendar = await call.context.ledger.find(Calendar, id)
    allow(caller.actor, OPEN, about(calendar))
    allow(caller.actor, call.route.act, about(caller.person))
    said = asked_of(call, raw, None)
    secret = tokens.secret_of(token_bytes(tokens.SECRET_BYTES), tokens.FEED_PREFIX)
    receipt = await call.context.desk.open_feed(
        caller.person.id,
        token_id=said.by.command,
        digest=tokens.digest(secret),
        hint=tokens.hint(secret),
        name=body.name,
        calendar=calendar.id,
        with_windows=body.windows,
        expires=body.expires,
        **said.keywords,
    )
    more: dict[str, Any] = {"token_id": said.by.command}
    if not receipt.is_repeat:
        more["address"] = f"/api/v1/calendar-feeds/{secret}{ENDING}"
    answer = accepted(call, receipt, 201, "people", more)
    answer.headers.append((b"cache-control", b"no-store"))
    return answer


async def read_by_address(call: Call) -> Answer:
    person, token, id = await _opened(call)
    calendar = await call.context.ledger.find(Calendar, id)
    directory = call.context.desk.directory
    allow(directory.actor(person, replace(token, scopes=(Scope.READ,))), OPEN, about(calendar))
    of = asked(calendar, calendar.hours_version)
    return await feed_of(call, of, with_windows=token.with_windows)


async def _opened(call: Call) -> tuple[Person, Token, UUID]:
    """Whose address it is, and the calendar that it opens. Raises NotFound, always the same."""
    secret, at = call.params[0].removesuffix(ENDING), call.context.clock()
    if tokens.is_token(secret, tokens.FEED_PREFIX):
        digest = tokens.digest(secret)
        person = await call.context.desk.authenticate(digest, at)
        for token in person.tokens if person else ():
            if person and token.digest == digest and token.calendar:
                return person, token, token.calendar
    raise NotFound("There is no such feed, or it is open no more.")


# Routes ------------------------------------------------------------------------------------

_OPENED: dict[str, Any] = {
    **schemas.ACCEPTED,
    "description": "The address is told once: not to a repeat of the request.",
    "required": [*schemas.ACCEPTED["required"], "token_id"],
    "properties": {
        **schemas.ACCEPTED["properties"],
        "token_id": schemas.UUID_TEXT,
        "address": {"type": "string", "description": "Below the address of the desk."},
    },
}


def feed_routes() -> Iterator[Route]:
    yield Route(
        method="POST",
        path=f"/{PRACTICE.plural}/{{ref}}/feeds",
        endpoint=open_feed,
        act="person.open_feed",
        operation=Operation(
            id="openCalendarFeed",
            tag=PRACTICE.title,
            summary="Make an address of its feed for a calendar program",
            description=(
                "Whoever knows the address reads this feed and nothing else, without a token, "
                "until it expires, its token is revoked, or you may not read the calendar any "
                "more."
            ),
            parameters=[reference_of(PRACTICE), schemas.IDEMPOTENCY_KEY],
            body=OpenFeed,
            is_body_required=True,
            body_example={"name": "My telephone", "windows": True},
            responses={
                201: {
                    "description": "It is open. The record is you, whose token it is.",
                    "headers": {**schemas.ETAG, **schemas.REPEAT},
                    "content": schemas.content(_OPENED),
                }
            },
            problems=(*KNOWN_CALLER, *OF_BODIES, *OF_COMMANDS, "not_found"),
        ),
    )
    secret = {
        "name": "secret",
        "in": "path",
        "required": True,
        "description": "What openCalendarFeed answers, with .ics at its end.",
        "schema": {"type": "string"},
    }
    yield Route(
        method="GET",
        path="/calendar-feeds/{secret}",
        endpoint=read_by_address,
        act="",
        operation=Operation(
            id="readCalendarFeedByAddress",
            tag=PRACTICE.title,
            summary="Read the feed that an address opens",
            parameters=[secret, schemas.IF_NONE_MATCH],
            responses=responses({"text/calendar": {"schema": {"type": "string"}}}),
            problems=("bad_request", "not_found", "too_many_requests", "forbidden"),
        ),
    )
