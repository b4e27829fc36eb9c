"""What webhooks delivered, over HTTP."""

import asyncio
from collections.abc import Iterator
from typing import Any

from api import schemas
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.routing import Route
from api.lists import only
from api.practices import reference_of
from api.reads import find, reading
from api.webhooks import PRACTICE
from domain.feed import deliveries
from domain.feed.deliveries import Attempt, Deliveries
from domain.ids import number_of


async def read_deliveries(call: Call) -> Answer:
    """How they stand, and the latest attempts first."""
    only(call.query())
    webhook = await find(call, PRACTICE)
    recorder = call.context.ledger.recorder
    found = await asyncio.to_thread(deliveries.kept, recorder, webhook.id)
    head = call.context.ledger.position()
    return json(_shown(found, head), headers=[(b"cache-control", b"private, no-cache")])


def _shown(found: Deliveries | None, head: int) -> dict[str, Any]:
    if found is None:
        found = Deliveries(position=head)
    return {
        "position": found.position,
        "lag": max(0, head - found.position),
        "failing_since": found.failing_since,
        "next_attempt": None if found.delay is None else found.delay.next,
        "set_aside": [
            {
                "subject": number_of(subject),
                "position": aside.position,
                "failures": aside.delay.failures,
                "next_attempt": aside.delay.next,
            }
            for subject, aside in found.aside.items()
        ],
        "data": [_attempt(attempt) for attempt in reversed(found.attempts)],
        "has_more": False,
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "position": attempt.position,
        "subject": number_of(attempt.subject),
        "type": attempt.type,
        "at": attempt.at,
        "has_arrived": attempt.has_arrived,
        "status": attempt.status or None,
        "error": attempt.error,
        "milliseconds": attempt.milliseconds,
        "next_attempt": attempt.next,
    }


# Routes ------------------------------------------------------------------------------------

_MOMENT = {"anyOf": [schemas.INSTANT, {"type": "null"}]}
_STATUS = {"anyOf": [{"type": "integer"}, {"type": "null"}]}
_TEXT = {"type": "string"}
DELIVERIES = schemas.object_of(
    position={**schemas.WHOLE, "description": "All up to here was sent, or was not to be."},
    lag=schemas.WHOLE,
    failing_since=_MOMENT,
    next_attempt=_MOMENT,
    set_aside=schemas.array_of(
        schemas.object_of(
            subject=schemas.NUMBER,
            position=schemas.WHOLE,
            failures=schemas.WHOLE,
            next_attempt=schemas.INSTANT,
        )
    ),
    data=schemas.array_of(
        schemas.object_of(
            position=schemas.WHOLE,
            subject=schemas.NUMBER,
            type=_TEXT,
            at=schemas.INSTANT,
            has_arrived={"type": "boolean"},
            status=_STATUS,
            error=_TEXT,
            milliseconds=schemas.WHOLE,
            next_attempt=_MOMENT,
        )
    ),
    has_more={"type": "boolean"},
)


def delivery_routes() -> Iterator[Route]:
    yield reading(
        "/webhooks/{ref}/deliveries",
        read_deliveries,
        "webhook.read_deliveries",
        PRACTICE.title,
        "Read what a webhook delivered",
        [reference_of(PRACTICE)],
        DELIVERIES,
    )
