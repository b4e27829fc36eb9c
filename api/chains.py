"""The chain of causes of an event, over HTTP: for auditors, who see all events."""

import asyncio
from collections.abc import Iterator

from api import history, schemas
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.routing import Operation, Route
from api.lists import POSITION_MAX, only, whole
from api.names import Names
from api.openapi import camel
from api.reads import OF_READS
from domain import chain
from domain.policy import allow
from domain.rules import NotFound

LOOKED_THROUGH = 10_000
LOOKED_THROUGH_MAX = 100_000


async def read_chain(call: Call) -> Answer:
    allow(call.caller.actor, call.route.act, None)
    query = call.query()
    only(query, "after", "count")
    given = call.params[0]
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        raise NotFound("An event is known by its position.")
    ledger = call.context.ledger
    entry = await asyncio.to_thread(chain.event_at, ledger, int(given))
    after = max(whole(query, "after", 0, 0, POSITION_MAX), entry.position)
    count = whole(query, "count", LOOKED_THROUGH, 1, LOOKED_THROUGH_MAX)
    causes = await chain.causes(ledger, entry)
    found = await asyncio.to_thread(chain.effects, ledger, entry, after=after, count=count)
    name = Names(call).of_person
    return json(
        {
            "event": history.shown(entry, name),
            "causes": [history.shown(one, name) for one in causes],
            "effects": [history.shown(one, name) for one in found.entries],
            "looked_to": found.looked_to,
            "has_more": found.has_more,
        },
        headers=[(b"cache-control", b"private, no-cache")],
    )


def chain_routes() -> Iterator[Route]:
    event = {"$ref": "#/components/schemas/Event"}
    position = {"type": "integer", "minimum": 0, "maximum": POSITION_MAX}
    yield Route(
        method="GET",
        path="/events/{position}/chain",
        endpoint=read_chain,
        act="ledger.read_events",
        operation=Operation(
            id=camel("read the causes of an event"),
            tag="Events",
            summary="Read what led to an event, and what followed from it",
            description="What led to it is told back to the beginning; what followed at once, as "
            "far as it was recorded among so many events after it.",
            parameters=[
                schemas.path("position", "Where it stands in the ledger.", "42"),
                schemas.query("after", "The `looked_to` of the answer before.", position),
                schemas.query(
                    "count",
                    "So many events are looked through for what followed.",
                    {"type": "integer", "minimum": 1, "maximum": LOOKED_THROUGH_MAX},
                ),
            ],
            responses={
                200: {
                    "description": "Found.",
                    "content": schemas.content(
                        schemas.object_of(
                            event=event,
                            causes=schemas.array_of(event),
                            effects=schemas.array_of(event),
                            looked_to=schemas.WHOLE,
                            has_more={"type": "boolean"},
                        )
                    ),
                }
            },
            problems=(*OF_READS, "not_found"),
        ),
    )
