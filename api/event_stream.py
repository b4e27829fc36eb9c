"""The feed of events as it grows, over server-sent events."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from time import monotonic

from api import schemas
from api.events import FILTER_PARAMETERS, FILTERS, UNTIL, asked, told
from api.http.answers import Answer, dumps
from api.http.calls import Call
from api.http.errors import Problem
from api.http.routing import Operation, Route
from api.http.streams import StreamAnswer
from api.lists import POSITION_MAX, only, whole
from api.openapi import camel
from api.reads import OF_READS
from domain.aggregate import Entry
from domain.event_fields import event_name
from domain.feed import reading
from domain.feed.envelope import TYPE_PREFIX
from domain.feed.sight import Level, Sight
from domain.feed.tail import Follower
from domain.feed.wanted import Wanted
from domain.policy import allow

SERVER_SENT = b"text/event-stream"
KEEP_ALIVE_SECONDS = 15.0
RETRY = b"retry: 2000\n\n"
CHUNK = 50
"""Events sent at once: what one that does not read makes us hold."""


async def stream_events(call: Call) -> Answer:
    """All that comes after a position, for as long as the caller stays."""
    allow(call.caller.actor, call.route.act, None)
    query = call.query()
    only(query, "after", "until", *FILTERS)
    tail = call.context.tail
    if tail.is_closed or tail.followers >= call.context.settings.streams_max:
        raise Problem("not_yet", "Too many streams are open.", headers=[(b"retry-after", b"5")])
    head = call.context.ledger.position()
    after = whole(query, "after", head, 0, POSITION_MAX)
    if given := call.header(b"last-event-id"):
        after = whole({"Last-Event-ID": given}, "Last-Event-ID", 0, 0, POSITION_MAX)
    until = whole(query, "until", POSITION_MAX, 0, POSITION_MAX)
    # A position that the ledger never had would have the caller wait for nothing.
    parts = _parts(call, asked(query), min(after, head), until)
    headers = [(b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
    return StreamAnswer(parts, call.receive, headers, SERVER_SENT)


async def _parts(call: Call, what: Wanted, after: int, until: int) -> AsyncGenerator[bytes]:
    tail = call.context.tail
    yield RETRY
    with tail.followed() as follower:
        position, told_at = after, monotonic()
        while position < until and not tail.is_closed:
            if not await _is_let_on(call, follower, position):
                return
            if position < tail.first:
                async with call.context.catching_up:
                    parts, position = await _of_ledger(call, what, position, until)
            else:
                parts, position = await _of_tail(call, what, position, until)
            for part in parts:
                yield part
                told_at = monotonic()
            if monotonic() >= told_at + KEEP_ALIVE_SECONDS:
                # Whoever comes back by it need not go again through what was not for them.
                yield b"id: %d\n\n" % position
                told_at = monotonic()


async def _is_let_on(call: Call, follower: Follower, position: int) -> bool:
    """Wait for more, or until it is time to show that the stream is alive; whether the caller may
    still be served."""
    await follower.wait(position, KEEP_ALIVE_SECONDS)
    try:
        call.caller = await call.context.identity.caller(
            call.method, call.headers, call.context.clock()
        )
    except Problem:
        return False
    return True


async def _of_ledger(
    call: Call, what: Wanted, after: int, until: int
) -> tuple[Sequence[bytes], int]:
    """What comes next in the ledger, and the position up to which that is all."""
    ledger = call.context.ledger
    page = await reading.read(
        ledger,
        Sight(call.caller.actor, ledger),
        what,
        after=after,
        until=min(until, await asyncio.to_thread(ledger.position)),
        limit=CHUNK,
    )
    return [_sent(call, page.entries)] if page.entries else (), page.next


async def _of_tail(call: Call, what: Wanted, after: int, until: int) -> tuple[Sequence[bytes], int]:
    """What the tail has after a position, made once for all who see and want the same."""
    tail = call.context.tail
    sight = Sight(call.caller.actor, tail.ledger)
    key = after, min(until, tail.position), what, sight.alike
    if sight.alike is not None and key in tail.shared:
        known: tuple[Sequence[bytes], int] = tail.shared[key]
        return known
    entries, upto = tail.after(after), min(until, tail.position)
    seen = []
    for entry in entries:
        level = Level.NOTHING
        if entry.position <= upto:
            level = await sight.told_if_known(entry, what)
        if level is not Level.NOTHING:
            seen.append((entry, level))
    made = [_sent(call, seen[at : at + CHUNK]) for at in range(0, len(seen), CHUNK)], upto
    if sight.alike is not None:
        tail.shared[key] = made
    return made


def _sent(call: Call, seen: Sequence[tuple[Entry, Level]]) -> bytes:
    source = call.context.ledger.recorder.identity()
    return b"".join(_frame(entry, level, source) for entry, level in seen)


def _frame(entry: Entry, level: Level, source: str) -> bytes:
    type = (TYPE_PREFIX + event_name(entry)).encode()
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (
        entry.position,
        type,
        dumps(told(entry, level, source)),
    )


# Routes ------------------------------------------------------------------------------------

_DESCRIPTION = """\
Server-sent events: `id` is the position, `event` the type, `data` a CloudEvent. Without `after` or
`Last-Event-ID` it begins with what happens from now on. An `id` without data says how far it has
got; one comes at least every 15 seconds. One that does not take what is sent is cut off after 10
seconds, and goes on by its `Last-Event-ID`."""


def stream_routes() -> Iterator[Route]:
    position = {"type": "integer", "minimum": 0, "maximum": POSITION_MAX}
    yield Route(
        method="GET",
        path="/events/stream",
        endpoint=stream_events,
        act="ledger.list_events",
        operation=Operation(
            id=camel("stream events"),
            tag="Events",
            summary="Follow events as they happen",
            description=_DESCRIPTION,
            parameters=[
                schemas.query("after", "Begin after this position.", position),
                UNTIL,
                *FILTER_PARAMETERS,
                schemas.header("Last-Event-ID", "The `id` that came last.", position),
            ],
            responses={
                200: {
                    "description": "Events, until one side ends it.",
                    "content": {SERVER_SENT.decode(): {"schema": {"type": "string"}}},
                }
            },
            problems=OF_READS,
        ),
    )
