"""The feed of events over HTTP: pages, and all of it in bulk."""

from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any

from api import schemas
from api.http.answers import Answer, Header, dumps, json
from api.http.calls import Call
from api.http.errors import Problem
from api.http.packing import packed, taken
from api.http.routing import Operation, Route
from api.http.streams import StreamAnswer
from api.lists import LIMIT, POSITION_MAX, only, reach_ledger, whole
from api.openapi import camel
from api.reads import OF_READS
from domain.aggregate import Entry
from domain.feed import reading
from domain.feed.conditions import TEXT_MAX
from domain.feed.envelope import cloud_event, outline
from domain.feed.sight import Level, Sight
from domain.feed.wanted import Wanted, wanted
from domain.policy import allow
from domain.rules import Refused
from projections.queries import LIMIT_MAX

NDJSON = b"application/x-ndjson"
BULK_PAGE = 500
NAMED = ("type", "kind", "subject")
FILTERS = (*NAMED, "condition")


async def read_events(call: Call) -> Answer:
    """A page, or in bulk all up to the end of the ledger as it is now."""
    allow(call.caller.actor, call.route.act, None)
    query = call.query()
    only(query, "after", "until", "limit", *FILTERS, "min_position")
    after = whole(query, "after", 0, 0, POSITION_MAX)
    what = asked(query)
    is_bulk = NDJSON.decode() in call.header(b"accept")
    if is_bulk and "limit" in query:
        raise Problem("bad_query", "limit: a bulk ends at `until`, or with the ledger.")
    limit = whole(query, "limit", LIMIT, 1, LIMIT_MAX)
    until = whole(query, "until", POSITION_MAX, 0, POSITION_MAX)
    await reach_ledger(call, query)
    until = min(until, call.context.ledger.position())
    if is_bulk:
        return _bulk(call, what, after, until)
    return await page_answer(call, what, after=after, until=until, limit=limit)


async def page_answer(
    call: Call, what: Wanted, *, after: int, until: int, limit: int, **more: Any
) -> Answer:
    """The next page of what is wanted and in the caller's sight."""
    ledger = call.context.ledger
    sight = Sight(call.caller.actor, ledger)
    page = await reading.read(ledger, sight, what, after=after, until=until, limit=limit)
    source = ledger.recorder.identity()
    document = {
        "data": [told(entry, level, source) for entry, level in page.entries],
        "has_more": page.has_more,
        "next": page.next,
        **more,
    }
    return json(document, headers=[_PRIVATE, (b"vary", b"accept")])


def told(entry: Entry, level: Level, source: str) -> dict[str, Any]:
    """An event as far as it is seen."""
    if level is Level.WHOLE:
        return cloud_event(entry, ledger=source, with_personal=True)
    return outline(entry, ledger=source)


def asked(query: Mapping[str, str]) -> Wanted:
    """What the filters of a query want. Raises Problem for what there is not."""
    named = {f"{name}s": query[name].split(",") for name in NAMED if name in query}
    try:
        if query.get("condition") == "":
            raise Refused("condition: it says nothing.")
        return wanted(**named, condition=query.get("condition", ""))
    except Refused as error:
        raise Problem("bad_query", str(error)) from None


def _bulk(call: Call, what: Wanted, after: int, until: int) -> Answer:
    next = max(after, until)
    vary = (b"vary", b"accept, accept-encoding")
    headers = [_PRIVATE, vary, (b"ledgerdesk-next", b"%d" % next)]
    parts = _lines(call, what, after, until)
    if coding := taken(call.header(b"accept-encoding")):
        parts = packed(parts, coding)
        headers.append((b"content-encoding", coding.encode()))
    return StreamAnswer(parts, call.receive, headers, NDJSON)


async def _lines(call: Call, what: Wanted, after: int, until: int) -> AsyncGenerator[bytes]:
    ledger = call.context.ledger
    source = ledger.recorder.identity()
    has_more = True
    while has_more:
        sight = Sight(call.caller.actor, ledger)
        page = await reading.read(ledger, sight, what, after=after, until=until, limit=BULK_PAGE)
        yield b"".join(dumps(told(entry, level, source)) + b"\n" for entry, level in page.entries)
        after, has_more = page.next, page.has_more


# Routes ------------------------------------------------------------------------------------

_PRIVATE: Header = (b"cache-control", b"private, no-cache")
_POSITION = {"type": "integer", "minimum": 0, "maximum": POSITION_MAX}
AFTER = schemas.query("after", "The `next` of the page before; 0 for the first.", _POSITION)
UNTIL = schemas.query("until", "Nothing after this position.", _POSITION)
_NAMES = {"type": "string", "minLength": 1, "maxLength": 4_000}
FILTER_PARAMETERS = (
    schemas.query("type", "Only events of these types, with commas between them.", _NAMES)
    | {"example": "Incident.Logged,Incident.Resolved"},
    schemas.query("kind", "Only events of these kinds of record.", _NAMES)
    | {"example": "incident,service_request"},
    schemas.query("subject", "Only events of these records, by number or id.", _NAMES)
    | {"example": "INC0000042"},
    schemas.query(
        "condition",
        "Only events for which this condition holds, see docs/events.md.",
        {"type": "string", "minLength": 1, "maxLength": TEXT_MAX},
    )
    | {"example": 'by.channel != "imported"'},
)
PAGE = schemas.object_of(
    data=schemas.array_of({"$ref": "#/components/schemas/CloudEvent"}),
    has_more={"type": "boolean"},
    next={**schemas.WHOLE, "description": "The `after` of the next page, whatever this one has."},
)
_DESCRIPTION = """\
CloudEvents in the order of the ledger. Whoever asks again with the `next` of an answer misses
nothing and gets nothing twice. What the caller may not see is left out; a page may be short, or
empty, and still not be the last: `has_more` tells. With `Accept: application/x-ndjson` all comes in
bulk, an event a line, and `Ledgerdesk-Next` says where to go on."""


def event_routes() -> Iterator[Route]:
    yield Route(
        method="GET",
        path="/events",
        endpoint=read_events,
        act="ledger.list_events",
        operation=Operation(
            id=camel("read events"),
            tag="Events",
            summary="Read events after a position, without a gap",
            description=_DESCRIPTION,
            parameters=[
                AFTER,
                UNTIL,
                schemas.LIMIT,
                *FILTER_PARAMETERS,
                schemas.MIN_POSITION,
            ],
            responses={
                200: {
                    "description": "What is next.",
                    "headers": {
                        "Ledgerdesk-Next": {
                            "description": "In bulk: the position to go on after.",
                            "schema": {"type": "integer"},
                        }
                    },
                    "content": {
                        **schemas.content(PAGE),
                        NDJSON.decode(): {"schema": {"type": "string"}},
                    },
                }
            },
            problems=OF_READS,
        ),
    )
