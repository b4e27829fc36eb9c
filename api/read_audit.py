"""Who read what, over HTTP: for auditors, in the order in which it was noted."""

import asyncio
from collections.abc import Iterator
from typing import Any

from api import history, schemas
from api.fields import REFERENCE
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.errors import Problem
from api.http.routing import Route
from api.lists import LIMIT, POSITION_MAX, instant_of, only, reach_ledger, whole
from api.names import Names
from api.reads import reading
from api.reference import reference
from domain.aggregate import Entry
from domain.ids import number_of, parse_reference
from domain.person import Person
from domain.policy import allow
from domain.read_log import Why
from domain.read_log_search import Wanted, search
from domain.rules import NotFound
from projections.queries import LIMIT_MAX


async def read_read_audit(call: Call) -> Answer:
    allow(call.caller.actor, call.route.act, None)
    query = call.query()
    only(query, "after", "limit", "who", "record", "why", "from", "to", "min_position")
    after = whole(query, "after", 0, 0, POSITION_MAX)
    limit = whole(query, "limit", LIMIT, 1, LIMIT_MAX)
    wanted = _wanted(query)
    await reach_ledger(call, query)
    page = await asyncio.to_thread(search, call.context.ledger, wanted, after=after, limit=limit)
    return json(
        {
            "data": [_shown(entry, Names(call).of_person) for entry in page.entries],
            "has_more": page.has_more,
            "next": page.next,
        },
        headers=[(b"cache-control", b"private, no-cache")],
    )


def _wanted(query: dict[str, str]) -> Wanted:
    why = query.get("why")
    if why is not None and why not in list(Why):
        raise Problem("bad_query", f"why: it is one of {', '.join(Why)}.")
    try:
        who = str(reference(Person, query["who"])) if "who" in query else ""
        subject = parse_reference(query["record"]) if "record" in query else None
    except NotFound as error:
        raise Problem("bad_query", str(error)) from None
    return Wanted(
        who=who,
        subject=subject,
        why=Why(why) if why else None,
        since=instant_of(query, "from"),
        until=instant_of(query, "to"),
    )


def _shown(entry: Entry, name: history.NameOf) -> dict[str, Any]:
    shown = history.shown(entry, name)
    said = shown["changed"]
    subject = said["subject"]
    return {
        "position": entry.position,
        "at": shown["recorded_at"],
        "who": shown["actor"],
        "channel": shown["channel"],
        "address": said["address"],
        "act": said["act"],
        "place": said["place"],
        "record": None if subject is None else {"id": subject, "number": number_of(subject)},
        "why": said["why"],
        "asked": said["asked"],
    }


# Routes ------------------------------------------------------------------------------------

_TEXT: dict[str, Any] = {"type": "string"}
_WHY: dict[str, Any] = {"type": "string", "enum": list(Why)}
_REFERENCE: dict[str, Any] = {"type": "string", "pattern": REFERENCE, "maxLength": 40}
_POSITION: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": POSITION_MAX}


def read_audit_routes() -> Iterator[Route]:
    record = schemas.object_of(id=schemas.UUID_TEXT, number=_TEXT)
    noted = schemas.object_of(
        position=schemas.WHOLE,
        at=schemas.INSTANT,
        who={"$ref": "#/components/schemas/Who"},
        channel=_TEXT,
        address=_TEXT,
        act=_TEXT,
        place=_TEXT,
        record={"anyOf": [record, {"type": "null"}]},
        why=schemas.array_of(_WHY),
        asked={"type": "object", "additionalProperties": _TEXT},
    )
    yield reading(
        "/read-audit",
        read_read_audit,
        "read_log.list",
        "Read audit",
        "Read who read what",
        [
            schemas.query("after", "The `next` of the page before; 0 for the first.", _POSITION),
            schemas.LIMIT,
            schemas.query("who", "Only what a person read.", _REFERENCE)
            | {"example": "PER0000001"},
            schemas.query("record", "Only reads of a record.", _REFERENCE)
            | {"example": "INC0000042"},
            schemas.query("why", "Only reads that were noted for a reason.", _WHY),
            schemas.query("from", "Only reads from this moment on.", schemas.INSTANT),
            schemas.query("to", "Only reads before this moment.", schemas.INSTANT),
            schemas.MIN_POSITION,
        ],
        schemas.object_of(
            data=schemas.array_of(noted),
            has_more={"type": "boolean"},
            next={**schemas.WHOLE, "description": "The `after` of the next page."},
        ),
    )
