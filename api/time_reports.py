"""The time spent on tickets over HTTP: booking by booking, and in sums."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from api import history, lists, schemas
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.errors import Problem
from api.http.routing import Route
from api.lists import List, only, reach, times
from api.names import Names
from api.reads import list_parameters, reading
from api.report_parts import told_by
from domain.policy import allow, visibility
from projections.listings import LISTINGS
from projections.queries import BadQuery, Span
from projections.store import NotBuilt
from projections.tickets import KINDS

DAYS_MAX = 3_653
GROUPS_MAX = 100_000
TAG = "Time spent"
ACT = "time_spent.read"

TIME = List(name="time_spent", values={"ticket_kind": tuple(KINDS.values())}, sort=("-at",))
DIMENSIONS = (
    *("person", "ticket", "ticket_number", "ticket_kind", "organisation"),
    *("activity", "is_billable", "day", "month"),
)


async def read_time(call: Call) -> Answer:
    """Who spent time on what, page by page."""
    actor = call.caller.actor
    allow(actor, call.route.act, None)
    query = call.query()
    fixed = {"at": Span(*times(query, DAYS_MAX))} if "from" in query or "to" in query else {}
    return await lists.answer(
        call, TIME, visibility(actor, "incident"), fixed, beside=("from", "to")
    )


async def read_sums(call: Call) -> Answer:
    """How many minutes, by what the caller asks for."""
    actor = call.caller.actor
    allow(actor, call.route.act, None)
    query = call.query()
    only(query, "from", "to", "by", "min_position", *history.PARAMETERS, *DIMENSIONS)
    since, until = times(query, DAYS_MAX)
    by = tuple(query["by"].split(",")) if query.get("by") else ("person",)
    for name in by:
        if name not in DIMENSIONS:
            raise Problem("bad_query", f"by: {name[:80]!r} is none of {', '.join(DIMENSIONS)}.")
    if len(set(by)) < len(by):
        raise Problem("bad_query", "by: each is named once.")
    filters = {
        name: lists.filter_value(TIME, name, value)
        for name, value in query.items()
        if name in DIMENSIONS
    }
    await reach(call, TIME.name, query.get("min_position"))
    as_of = await history.asked_of(call, query)
    columns = tuple(dict.fromkeys((*by, "minutes", "is_billable")))
    try:
        found = await call.context.views.counts(
            TIME.name,
            columns,
            filters={**filters, "at": Span(since, until)},
            visibility=visibility(actor, "incident"),
            limit=GROUPS_MAX,
            as_of=as_of,
        )
    except BadQuery as error:
        raise Problem("bad_query", f"{error.place.removeprefix('filter.')}: {error}") from None
    except NotBuilt:
        raise lists.not_yet("The views are being built.") from None
    spent, billable = Counter[tuple[Any, ...]](), Counter[tuple[Any, ...]]()
    for values, number in found.groups:
        row = dict(zip(columns, values, strict=True))
        group = tuple(row[name] for name in by)
        spent[group] += row["minutes"] * number
        billable[group] += row["minutes"] * number * row["is_billable"]
    names = Names(call, as_of)
    return json(
        {
            "position": told_by(found.position, as_of),
            "from": since,
            "to": until,
            "by": by,
            "total": {"minutes": spent.total(), "billable": billable.total()},
            "data": [
                {
                    "group": dict(zip(by, group, strict=True)),
                    "names": _called(names, dict(zip(by, group, strict=True))),
                    "minutes": minutes,
                    "billable": billable[group],
                }
                for group, minutes in spent.items()
            ],
        },
        headers=[(b"cache-control", b"private, no-cache")],
    )


def _called(names: Names, group: dict[str, Any]) -> dict[str, str]:
    """What the people and organisations of a group are called."""
    ids = {name: group[name] for name in ("person", "organisation") if group.get(name)}
    return {name: called for name, id in ids.items() if (called := names.of(UUID(id)))}


# Routes ------------------------------------------------------------------------------------


def time_routes() -> Iterator[Route]:
    table = LISTINGS[TIME.name].table
    span = [
        schemas.query("from", "Of days that begin at this moment or later.", schemas.INSTANT),
        schemas.query("to", "Of days that begin before this moment.", schemas.INSTANT),
    ]
    yield reading(
        "/time-spent",
        read_time,
        ACT,
        TAG,
        "List the time spent on tickets",
        [*list_parameters(TIME), *span],
        schemas.page_of(schemas.expandable_row_of(table)),
    )
    names = "|".join(DIMENSIONS)
    pattern = {"type": "string", "pattern": f"^({names})(,({names})){{0,{len(DIMENSIONS) - 1}}}$"}
    minutes = {"minutes": schemas.WHOLE, "billable": schemas.WHOLE}
    group = {
        "type": "object",
        "properties": {name: schemas.of_column(TIME.columns[name]) for name in DIMENSIONS},
        "additionalProperties": False,
    }
    yield reading(
        "/reports/time-spent",
        read_sums,
        ACT,
        TAG,
        "Add up the time spent on tickets",
        [
            *({**one, "required": True} for one in span),
            schemas.query("by", "What it is added up by.", pattern) | {"example": "person"},
            schemas.AS_OF,
            schemas.KNOWN_AT,
            schemas.MIN_POSITION,
            *(
                schemas.query(
                    name, "Only of those with this value.", schemas.of_filter(TIME.columns[name])
                )
                for name in DIMENSIONS
            ),
        ],
        schemas.object_of(
            **{"from": schemas.INSTANT, "to": schemas.INSTANT},
            position=schemas.WHOLE,
            by=schemas.array_of({"type": "string"}),
            total=schemas.object_of(**minutes),
            data=schemas.array_of(
                schemas.object_of(
                    group=group,
                    names={"type": "object", "additionalProperties": {"type": "string"}},
                    **minutes,
                )
            ),
        ),
    )
