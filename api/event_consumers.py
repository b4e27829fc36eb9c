"""Consumers of events over HTTP: programs whose position the desk keeps."""

import asyncio
import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from api import schemas
from api.events import PAGE, page_answer
from api.http import bodies
from api.http.answers import Answer, json
from api.http.bodies import Body
from api.http.calls import Call
from api.http.errors import Problem
from api.http.routing import Endpoint, Operation, Route
from api.lists import LIMIT, POSITION_MAX, only, whole
from api.openapi import camel
from api.practices import KNOWN_CALLER, OF_BODIES
from domain.feed.conditions import TEXT_MAX
from domain.feed.consumers import CONSUMERS_MAX, Consumer, Consumers, Moved
from domain.feed.wanted import NAMES_MAX, wanted
from domain.ids import number_of
from domain.policy import allow
from domain.rules import NotFound
from projections.queries import LIMIT_MAX

NAME = r"[a-z0-9][a-z0-9._-]{0,39}"
_NAME = re.compile(NAME)

Condition = Annotated[str, Field(max_length=TEXT_MAX)]
Position = Annotated[int, Field(ge=0, le=POSITION_MAX)]
Named = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=NAMES_MAX)
]


class Put(Body):
    types: Named = []
    kinds: Named = []
    subjects: Named = []
    condition: Condition = ""
    after: Annotated[
        Position | None,
        Field(description="Where it stands from now on; a new one begins with the ledger."),
    ] = None


class Acknowledge(Body):
    was: Annotated[Position, Field(description="Where it stood when the events were read.")]
    position: Annotated[Position, Field(description="The `next` of the answer that had them.")]


async def list_consumers(call: Call) -> Answer:
    only(call.query())
    found = await asyncio.to_thread(_consumers(call).all)
    return json({"data": [_shown(call, one) for one in found], "has_more": False})


async def read_consumer(call: Call) -> Answer:
    only(call.query())
    return json(_shown(call, await asyncio.to_thread(_consumers(call).find, _name(call))))


async def put_consumer(call: Call) -> Answer:
    body = bodies.parse(call, Put, await bodies.read(call))
    consumers, name = _consumers(call), _name(call)
    what = wanted(
        types=body.types, kinds=body.kinds, subjects=body.subjects, condition=body.condition
    )
    return json(_shown(call, await asyncio.to_thread(consumers.put, name, what, body.after)))


async def acknowledge(call: Call) -> Answer:
    body = bodies.parse(call, Acknowledge, await bodies.read(call))
    consumers, name = _consumers(call), _name(call)
    try:
        found = await asyncio.to_thread(
            consumers.acknowledge, name, was=body.was, position=body.position
        )
    except Moved as error:
        raise Problem("outdated", str(error)) from None
    return json(_shown(call, found))


async def remove_consumer(call: Call) -> Answer:
    await asyncio.to_thread(_consumers(call).remove, _name(call))
    return Answer(204)


async def read_next(call: Call) -> Answer:
    """What a consumer has not acknowledged yet: the same again, until it does."""
    query = call.query()
    only(query, "limit")
    limit = whole(query, "limit", LIMIT, 1, LIMIT_MAX)
    consumer = await asyncio.to_thread(_consumers(call).find, _name(call))
    until = call.context.ledger.position()
    return await page_answer(
        call, consumer.wanted, after=consumer.position, until=until, limit=limit
    )


def _consumers(call: Call) -> Consumers:
    allow(call.caller.actor, call.route.act, None)
    return Consumers(call.context.ledger.recorder, call.caller.person.id)


def _name(call: Call) -> str:
    name = call.params[0]
    if not _NAME.fullmatch(name):
        raise NotFound("A consumer is called by small letters, digits, dots and dashes.")
    return name


def _shown(call: Call, consumer: Consumer) -> dict[str, Any]:
    head = call.context.ledger.position()
    return {
        "name": consumer.name,
        "types": consumer.wanted.types,
        "kinds": consumer.wanted.kinds,
        "subjects": [number_of(id) for id in consumer.wanted.subjects],
        "condition": consumer.wanted.condition,
        "position": consumer.position,
        "lag": max(0, head - consumer.position),
    }


# Routes ------------------------------------------------------------------------------------

_TEXTS = schemas.array_of({"type": "string"})
CONSUMER = schemas.object_of(
    name={"type": "string"},
    types=_TEXTS,
    kinds=_TEXTS,
    subjects=_TEXTS,
    condition={"type": "string"},
    position=schemas.WHOLE,
    lag={**schemas.WHOLE, "description": "How many positions of the ledger lie ahead of it."},
)
_NAMED = {
    **schemas.path("name", "What the program is called.", "billing"),
    "schema": {"type": "string", "pattern": f"^{NAME}$"},
}
AT = "/event-consumers/{name}"


def consumer_routes() -> Iterator[Route]:
    every = schemas.object_of(data=schemas.array_of(CONSUMER), has_more={"type": "boolean"})
    yield _route("GET", "/event-consumers", list_consumers, "List one's consumers of events", every)
    yield _route(
        "PUT",
        AT,
        put_consumer,
        "Make a consumer of events, or change it",
        CONSUMER,
        body=Put,
        example={"kinds": ["incident"]},
        description=f"A person has at most {CONSUMERS_MAX}.",
    )
    yield _route("GET", AT, read_consumer, "Read how far a consumer of events has got", CONSUMER)
    yield _route(
        "GET",
        f"{AT}/events",
        read_next,
        "Read what a consumer of events has not acknowledged",
        PAGE,
        parameters=(schemas.LIMIT,),
    )
    yield _route(
        "POST",
        f"{AT}/ack",
        acknowledge,
        "Acknowledge events up to a position",
        CONSUMER,
        body=Acknowledge,
        example={"was": 0, "position": 0},
        description="412 where it no longer stands at `was`: somebody else acknowledged.",
    )
    yield _route("DELETE", AT, remove_consumer, "Remove a consumer of events", None)


def _route(
    method: str,
    path: str,
    endpoint: Endpoint,
    summary: str,
    schema: dict[str, Any] | None,
    *,
    parameters: tuple[dict[str, Any], ...] = (),
    body: type[Body] | None = None,
    example: Any = None,
    description: str = "",
) -> Route:
    found: dict[int, dict[str, Any]] = {204: {"description": "It is removed."}}
    if schema is not None:
        found = {200: {"description": "As it is now.", "content": schemas.content(schema)}}
    problems = [*KNOWN_CALLER]
    if "{name}" in path:
        parameters = (_NAMED, *parameters)
        problems.append("not_found")
    if body is not None:
        problems += [*OF_BODIES, "refused", "outdated"]
    if method == "GET":
        problems.append("bad_query")
    else:
        problems.append("cross_site")
    return Route(
        method=method,
        path=path,
        endpoint=endpoint,
        act="ledger.read_as_consumer",
        operation=Operation(
            id=camel(summary.replace("'s", "")),
            tag="Events",
            summary=summary,
            description=description,
            parameters=parameters,
            body=body,
            is_body_required=body is Acknowledge,
            body_example=example,
            responses=found,
            problems=problems,
        ),
    )
