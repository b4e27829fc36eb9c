"""What calendars say of times, over HTTP: windows, open time, due moments, and a feed."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple, cast

from api import history, schemas
from api.calendars import PRACTICE
from api.desk_then import find_then
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.errors import Problem
from api.http.routing import Endpoint, Operation, Route
from api.lists import only, whole
from api.openapi import camel
from api.practices import KNOWN_CALLER, reference_of
from api.process_versions import responses, tagged
from api.reads import entries_of
from domain.business_time import BusinessHours, due, duration
from domain.calendar import Calendar, Given
from domain.calendar_feed import feed
from domain.rules import Refused

DAYS_MAX = 366
WINDOWS_MAX = 5_000
VERSIONS_MAX = 1_000_000
ICS = b"text/calendar; charset=utf-8"
_SECOND = timedelta(seconds=1)
OF_HOURS = ("version", *history.PARAMETERS)
"""What says which hours are asked."""

Shown = dict[str, Any]


class Asked(NamedTuple):
    calendar: Calendar
    version: int
    hours: BusinessHours
    given: Given


async def read_windows(call: Call) -> Answer:
    """The windows between two instants, and the dates that differ from the week."""
    query = call.query()
    only(query, "from", "to", *OF_HOURS)
    since, until = _span(query)
    if until - since > timedelta(days=DAYS_MAX):
        raise Problem("bad_query", f"to: at most {DAYS_MAX} days after `from`.")
    of = await _asked(call, query)
    found = of.hours.windows_between(since, until)
    return json(
        {
            **_of(of),
            "data": [{"start": start, "end": end} for start, end in found[:WINDOWS_MAX]],
            "has_more": len(found) > WINDOWS_MAX,
            "next_cursor": None,
            "dates": list(_dates(of, since, until)),
        }
    )


async def read_open_time(call: Call) -> Answer:
    query = call.query()
    only(query, "from", "to", *OF_HOURS)
    since, until = _instant(query, "from"), _instant(query, "to")
    of = await _asked(call, query)
    return json({**_of(of), "seconds": of.hours.between(since, until) / _SECOND})


async def read_next_open(call: Call) -> Answer:
    query = call.query()
    only(query, "at", *OF_HOURS)
    at = _instant(query, "at")
    of = await _asked(call, query)
    opens = of.hours.next_open(at)
    return json(
        {
            **_of(of),
            "is_open": of.hours.is_open(at),
            "opens_at": opens,
            "closes_at": _closing(of.hours, opens),
        }
    )


async def read_due(call: Call) -> Answer:
    query = call.query()
    only(query, "at", "duration", *OF_HOURS)
    at = _instant(query, "at")
    try:
        wait = duration(query.get("duration", ""))
    except Refused as refused:
        raise Problem("bad_query", f"duration: {refused}") from None
    of = await _asked(call, query)
    return json({**_of(of), "due_at": due(at, wait, of.hours)})


async def read_feed(call: Call) -> Answer:
    query = call.query()
    only(query, "windows", *OF_HOURS)
    with_windows = query.get("windows", "false")
    if with_windows not in ("true", "false"):
        raise Problem("bad_query", "windows: true or false.")
    of = await _asked(call, query)
    return await feed_of(call, of, with_windows=with_windows == "true")


async def feed_of(call: Call, of: Asked, *, with_windows: bool) -> Answer:
    """A version of a calendar as an iCalendar file, sent again only when it is another."""
    made = [
        entry.event.by.at
        for entry in await entries_of(call, of.calendar.id)
        if isinstance(entry.event, Calendar.Defined | Calendar.Revised)
    ]
    # In a thread: a large feed must not hold up everybody else.
    text = await asyncio.to_thread(
        feed,
        of.calendar.number,
        of.calendar.name,
        of.hours,
        of.given.all_names,
        made[of.version - 1],
        with_windows=with_windows,
    )
    return tagged(call, text.encode(), ICS)


async def _asked(call: Call, query: dict[str, str]) -> Asked:
    """The calendar that the path names, in the version that is asked for, or the latest of now or
    of then."""
    as_of = await history.asked_of(call, query)
    calendar = cast(Calendar, await find_then(call, PRACTICE, as_of))
    return asked(calendar, whole(query, "version", calendar.hours_version, 1, VERSIONS_MAX))


def asked(calendar: Calendar, version: int) -> Asked:
    return Asked(calendar, version, calendar.hours_of(version), calendar.given_of(version))


def _of(of: Asked) -> Shown:
    return {"calendar": of.calendar.number, "version": of.version, "zone": of.hours.zone}


def _dates(of: Asked, since: datetime, until: datetime) -> Iterator[Shown]:
    first, last = of.hours.local_date(since), of.hours.local_date(until)
    names = of.given.all_names
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if kind := _kind(of.hours, day):
            name = names.get(str(day)) or names.get(f"*-{day:%m-%d}", "")
            yield {"date": str(day), "kind": kind, "name": name}


def _kind(hours: BusinessHours, day: date) -> str:
    if hours.is_holiday(day):
        return "holiday"
    if str(day) in hours.date_hours:
        return "hours"
    return "breaks" if str(day) in hours.date_breaks else ""


def _closing(hours: BusinessHours, at: datetime) -> datetime | None:
    try:
        return hours.next_close(at)
    except Refused:
        return None


def _span(query: dict[str, str]) -> tuple[datetime, datetime]:
    since, until = _instant(query, "from"), _instant(query, "to")
    if since >= until:
        raise Problem("bad_query", "to: after `from`.")
    return since, until


def _instant(query: dict[str, str], name: str) -> datetime:
    try:
        at = datetime.fromisoformat(query[name])
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (KeyError, ValueError, OverflowError):
        pass
    raise Problem("bad_query", f"{name}: an instant such as 2026-11-21T09:30:00Z is needed.")


# Routes ------------------------------------------------------------------------------------

_MAYBE_INSTANT = {"anyOf": [schemas.INSTANT, {"type": "null"}]}
_WINDOW = {
    "type": "object",
    "required": ["start", "end"],
    "properties": {"start": schemas.INSTANT, "end": schemas.INSTANT},
    "additionalProperties": False,
}
_DATE = {
    "type": "object",
    "required": ["date", "kind", "name"],
    "properties": {
        "date": {"type": "string", "format": "date"},
        "kind": {"type": "string", "enum": ["holiday", "hours", "breaks"]},
        "name": {"type": "string"},
    },
    "additionalProperties": False,
}


def _object(**properties: Any) -> Shown:
    of: Shown = {
        "calendar": schemas.NUMBER,
        "version": {**schemas.WHOLE, "minimum": 1},
        "zone": {"type": "string"},
    }
    return {
        "type": "object",
        "required": [*of, *properties],
        "properties": of | properties,
        "additionalProperties": False,
    }


def _at(name: str, description: str, example: str = "2030-01-01T00:00:00Z") -> Shown:
    asked = schemas.query(name, description, schemas.INSTANT, is_required=True)
    return asked | {"example": example}


_SPAN = (
    _at("from", "From this instant on."),
    _at("to", "Up to before this instant.", "2030-02-01T00:00:00Z"),
)
_OF_HOURS = (
    schemas.query(
        "version",
        "A version of its hours; the latest without.",
        {"type": "integer", "minimum": 1, "maximum": VERSIONS_MAX},
    ),
    schemas.AS_OF,
    schemas.KNOWN_AT,
)


def calendar_routes() -> Iterator[Route]:
    yield _route(
        "windows",
        read_windows,
        "Read when it is open between two instants, and which dates differ from the week",
        _SPAN,
        _object(
            data={"type": "array", "items": _WINDOW},
            has_more={"type": "boolean"},
            next_cursor={"type": "null"},
            dates={"type": "array", "items": _DATE},
        ),
    )
    yield _route(
        "open-time",
        read_open_time,
        "Read how much open time there is between two instants",
        _SPAN,
        _object(seconds={"type": "number", "description": "Negative if `to` is before `from`."}),
    )
    yield _route(
        "next-open",
        read_next_open,
        "Read when it opens next",
        [_at("at", "From this instant on.")],
        _object(
            is_open={"type": "boolean"},
            opens_at={**schemas.INSTANT, "description": "The instant itself, if it is open."},
            closes_at={**_MAYBE_INSTANT, "description": "Null if it does not close any more."},
        ),
    )
    pattern = "^[1-9][0-9]{0,5}(s|m|h|bd|d)$"
    length = schemas.query(
        "duration",
        "Open time (30m, 8h), business days (2bd) or calendar days (3d).",
        {"type": "string", "pattern": pattern},
        is_required=True,
    )
    yield _route(
        "add",
        read_due,
        "Read when a duration that begins at an instant is used up",
        [_at("at", "The instant at which it begins."), length | {"example": "4h"}],
        _object(due_at=schemas.INSTANT),
    )
    yield _feed_route()


def _route(
    name: str, endpoint: Endpoint, summary: str, parameters: Sequence[Shown], schema: Shown
) -> Route:
    return Route(
        method="GET",
        path=f"/calendars/{{ref}}/{name}",
        endpoint=endpoint,
        act="calendar.read",
        operation=Operation(
            id=camel(f"read calendar {name.replace('-', ' ')}"),
            tag=PRACTICE.title,
            summary=summary,
            parameters=[reference_of(PRACTICE), *parameters, *_OF_HOURS],
            responses={200: {"description": "Found.", "content": schemas.content(schema)}},
            problems=(*KNOWN_CALLER, "bad_query", "not_found", "refused"),
        ),
    )


def _feed_route() -> Route:
    windows = schemas.query(
        "windows",
        "Whether the windows of the week are among the events.",
        {"type": "string", "enum": ["true", "false"]},
    )
    return Route(
        method="GET",
        path="/calendars/{ref}/feed.ics",
        endpoint=read_feed,
        act="calendar.read",
        operation=Operation(
            id=camel("read calendar feed"),
            tag=PRACTICE.title,
            summary="Read its holidays, hours of single dates and breaks as an iCalendar file",
            parameters=[reference_of(PRACTICE), windows, *_OF_HOURS, schemas.IF_NONE_MATCH],
            responses=responses({"text/calendar": {"schema": {"type": "string"}}}),
            problems=(*KNOWN_CALLER, "bad_query", "not_found"),
        ),
    )
