"""The times of changes over HTTP: what speaks against them, whom a window affects, the calendar."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from api import history, lists, schemas
from api.change_windows import PRACTICE as WINDOWS
from api.changes import PRACTICE as CHANGES
from api.desk_then import find_then, then_of
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.errors import Problem
from api.http.routing import Route
from api.lists import only, reach, times
from api.practices import reference_of
from api.reads import reading
from api.schemas import array_of, object_of
from domain.aggregate import Aggregate
from domain.change import Change
from domain.change_window import ChangeWindow
from domain.desk import Desk
from domain.ids import number_of
from domain.planned import Conflict
from domain.policy import Actor, about, allow, visibility
from domain.rules import DomainError
from domain.window_rules import spans
from projections import change_board
from projections.store import NotBuilt

CALENDAR_DAYS_MAX = 366
CALENDAR_MAX = 1_000
WINDOWS_MAX = 2_000
AFFECTED_MAX = 1_000

Shown = dict[str, Any]


async def read_conflicts(call: Call) -> Answer:
    """What speaks against a change at its planned time or another, now and as it was noted."""
    query = call.query()
    only(query, "from", "to", *history.PARAMETERS)
    as_of = await history.asked_of(call, query)
    change = cast(Change, await find_then(call, CHANGES, as_of))
    then = await then_of(call, as_of)
    start, end = change.planned_start, change.planned_end
    if "from" in query or "to" in query:
        start, end = times(query, CALENDAR_DAYS_MAX)
    if start is None or end is None:
        raise Problem("bad_query", "from, to: this change has no time yet; say one.")
    found = await then.desk.conflicts(change, start, end)
    return json(
        {
            "start": start,
            "end": end,
            "data": [await _conflict(call, then.desk, one) for one in found],
            "noted": [
                {
                    "occasion": occasion,
                    "at": noted.at,
                    "start": noted.start,
                    "end": noted.end,
                    "conflicts": [await _conflict(call, then.desk, one) for one in noted.conflicts],
                    "more": noted.more,
                }
                for occasion, noted in change.noted.items()
            ],
        }
    )


async def read_affected(call: Call) -> Answer:
    """The changes that the draft of a window bears on from now on, also before it is published."""
    query = call.query()
    only(query, *history.PARAMETERS)
    as_of = await history.asked_of(call, query)
    window = cast(ChangeWindow, await find_then(call, WINDOWS, as_of))
    then = await then_of(call, as_of)
    found = await then.desk.affected(window, then.now)
    shown = []
    for one in found[:AFFECTED_MAX]:
        change = await then.desk.ledger.find(Change, one.change)
        said = None if one.conflict is None else await _conflict(call, then.desk, one.conflict)
        shown.append(
            {
                "change": change.number,
                "status": change.status,
                "requester": _number(change.requester),
                "assignee": _number(change.assignee),
                "is_held": one.is_held,
                "conflict": said,
            }
        )
    return json({"data": shown, "has_more": len(found) > AFFECTED_MAX, "next_cursor": None})


async def read_calendar(call: Call) -> Answer:
    """The changes of a time, each with what speaks against it, and the windows of that time."""
    actor = call.caller.actor
    allow(actor, call.route.act, None)
    query = call.query()
    only(query, "from", "to", "min_position", *history.PARAMETERS)
    since, until = times(query, CALENDAR_DAYS_MAX)
    await reach(call, "change_board", query.get("min_position"))
    as_of = await history.asked_of(call, query)
    then = await then_of(call, as_of)
    try:
        rows = await call.context.views.calendar(
            since,
            until,
            visibility=visibility(actor, "change"),
            limit=CALENDAR_MAX,
            as_of=as_of,
        )
    except NotBuilt:
        raise lists.not_yet("The views are being built.") from None
    found = await then.desk.conflicts_between(since, until) if rows else {}
    for row in rows:
        conflicts = found.get(UUID(row["id"]), ())
        row["conflicts"] = sorted({conflict.reason for conflict in conflicts})
    return json(
        {
            "data": rows,
            "has_more": len(rows) == CALENDAR_MAX,
            "next_cursor": None,
            "windows": _windows(call.caller.actor, then.desk, since, until),
        }
    )


def _windows(actor: Actor, desk: Desk, since: datetime, until: datetime) -> list[Shown]:
    """The spans of the windows in force that may be about changes which somebody may see."""
    shown = [
        {
            "window": number_of(window.id),
            "name": window.name,
            "kind": window.definition.kind,
            "reason": window.definition.reason,
            "is_strict": window.definition.is_strict,
            "start": start,
            "end": end,
        }
        for window in desk.windows()
        if actor.is_operator
        or not window.definition.organisations
        or actor.organisation in window.definition.organisations
        for start, end in spans(window.definition, since, until)
    ]
    return sorted(shown, key=lambda row: (row["start"], row["window"]))[:WINDOWS_MAX]


async def _conflict(call: Call, desk: Desk, conflict: Conflict) -> Shown:
    """A conflict as the caller may see it: of a change elsewhere only that there is one."""
    other = await desk.ledger.peek(conflict.other)
    shown: Shown = {
        "reason": conflict.reason,
        "effect": conflict.effect,
        "start": conflict.start,
        "end": conflict.end,
        "other": None,
        "path": [],
        "detail": f"There is a conflict with a change of another organisation: {conflict.reason}.",
    }
    if isinstance(other, ChangeWindow) or (other is not None and _may_read(call, other)):
        shown["other"] = number_of(conflict.other)
        shown["path"] = [number_of(asset) for asset in conflict.path]
        shown["detail"] = desk.said(conflict)
    return shown


def _may_read(call: Call, record: Aggregate) -> bool:
    try:
        allow(call.caller.actor, "change.read", about(record))
    except DomainError:
        return False
    return True


def _number(id: UUID | None) -> str | None:
    return None if id is None else number_of(id)


# Routes ------------------------------------------------------------------------------------

_NULL = {"type": "null"}
_TEXT = {"type": "string"}
_MAYBE_NUMBER = {"anyOf": [schemas.NUMBER, _NULL]}


CONFLICT = object_of(
    reason=_TEXT,
    effect={"type": "string", "enum": ["warned", "refused", "excepted", "emergency"]},
    start=schemas.INSTANT,
    end=schemas.INSTANT,
    other=_MAYBE_NUMBER,
    path=array_of(schemas.NUMBER),
    detail=_TEXT,
)
AFFECTED = object_of(
    change=schemas.NUMBER,
    status=_TEXT,
    requester=_MAYBE_NUMBER,
    assignee=_MAYBE_NUMBER,
    is_held={"type": "boolean", "description": "Whether its approval stands meanwhile."},
    conflict={"anyOf": [CONFLICT, _NULL]},
)
NOTED = object_of(
    occasion={"type": "string", "enum": ["approval", "scheduling", "implementation"]},
    at=schemas.INSTANT,
    start=schemas.INSTANT,
    end=schemas.INSTANT,
    conflicts=array_of(CONFLICT),
    more=schemas.WHOLE,
)
SPAN = object_of(
    window=schemas.NUMBER,
    name=_TEXT,
    kind=_TEXT,
    reason=_TEXT,
    is_strict={"type": "boolean"},
    start=schemas.INSTANT,
    end=schemas.INSTANT,
)


_OF_THEN = (schemas.AS_OF, schemas.KNOWN_AT)


def _from_and_to(*, is_required: bool) -> list[Shown]:
    return [
        schemas.query("from", "From this instant on.", schemas.INSTANT, is_required=is_required)
        | {"example": "2030-01-01T00:00:00Z"},
        schemas.query("to", "Up to before this instant.", schemas.INSTANT, is_required=is_required)
        | {"example": "2030-02-01T00:00:00Z"},
    ]


def change_time_routes() -> Iterator[Route]:
    page = schemas.page_of(_calendar_row())
    page["properties"] = {**page["properties"], "windows": array_of(SPAN)}
    page["required"] = [*page["required"], "windows"]
    yield reading(
        "/changes/calendar",
        read_calendar,
        "change_board.read",
        "Changes",
        "Read which changes are scheduled in a time",
        [*_from_and_to(is_required=True), *_OF_THEN, schemas.MIN_POSITION],
        page,
    )
    yield reading(
        "/changes/{ref}/conflicts",
        read_conflicts,
        "change.read",
        "Changes",
        "Read what speaks against the time of a change",
        [reference_of(CHANGES), *_from_and_to(is_required=False), *_OF_THEN],
        object_of(
            start=schemas.INSTANT,
            end=schemas.INSTANT,
            data=array_of(CONFLICT),
            noted=array_of(NOTED),
        ),
    )
    yield reading(
        "/change-windows/{ref}/affected",
        read_affected,
        "change_window.read",
        "Change windows",
        "Read whom a window affects, also before it is published",
        [reference_of(WINDOWS), *_OF_THEN],
        schemas.page_of(AFFECTED),
    )


def _calendar_row() -> Shown:
    row = schemas.row_of(change_board.BOARD)
    row["properties"] = {**row["properties"], "conflicts": array_of(_TEXT)}
    return row
