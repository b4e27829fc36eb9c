"""The work queue as a board: a column for each value of a field, with the first of its tickets."""

from collections.abc import Iterator
from typing import Any

from api import history, list_filters, lists, schemas
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.errors import Problem
from api.http.routing import Route
from api.lists import only, reach, whole
from api.reads import reading
from api.record_lists import QUEUE
from domain.policy import allow, visibility
from projections import search_rows
from projections.queries import BadQuery
from projections.store import NotBuilt

BY = ("status", "team", "assignee", "priority", "kind", "service")
CARDS, CARDS_MAX = 20, 50


async def read_columns(call: Call) -> Answer:
    """The open tickets that the caller may see, grouped; the fullest column first."""
    actor = call.caller.actor
    allow(actor, call.route.act, None)
    query = call.query()
    only(query, "by", "limit", "min_position", *list_filters.PARAMETERS, *history.PARAMETERS)
    by = query.get("by", "status")
    if by not in BY:
        raise Problem("bad_query", f"by: it is one of {', '.join(BY)}.")
    limit = whole(query, "limit", CARDS, 1, CARDS_MAX)
    await reach(call, QUEUE.name, query.get("min_position"))
    as_of = await history.asked_of(call, query)
    now = await history.now_of(call, as_of)
    said = [(name, query[name]) for name in list_filters.PARAMETERS if name in query]
    searched = QUEUE.searched if "q" in query else ()
    if searched:
        await reach(call, search_rows.NAME, query.get("min_position"))
    filters: dict[str, Any] = {"is_open": True}
    of: dict[str, Any] = {"visibility": visibility(actor, "incident"), "as_of": as_of}
    where = list_filters.asked(call, QUEUE.listing, QUEUE.values, said, searched, now)
    views = call.context.views
    try:
        of["where"] = await views.worded_then(where, as_of)
        counted = await views.facets(QUEUE.listing, [by], filters=filters, **of)
        columns = []
        for each in counted[by]["values"]:
            page = await views.list_rows(
                QUEUE.listing,
                filters={**filters, by: each["value"]},
                sort=QUEUE.sort,
                limit=limit,
                **of,
            )
            columns.append({"value": each["value"], "total": each["count"], "cards": page.rows})
    except BadQuery as error:
        raise Problem("bad_query", str(error)) from None
    except NotBuilt:
        raise lists.not_yet("The views are being built.") from None
    return json(
        {"by": by, "columns": columns, "has_more": counted[by]["has_more"]},
        headers=[(b"cache-control", b"private, no-cache")],
    )


def queue_column_routes() -> Iterator[Route]:
    column = schemas.object_of(
        value={"type": ["string", "integer", "null"]},
        total=schemas.WHOLE,
        cards=schemas.array_of(schemas.row_of(QUEUE.listing.table)),
    )
    yield reading(
        "/queue/columns",
        read_columns,
        "work_queue.read",
        "Boards",
        "Read the open tickets in columns",
        [
            schemas.query(
                "by",
                "Of which field each value is a column.",
                {"type": "string", "enum": list(BY), "default": "status"},
            ),
            schemas.query(
                "limit",
                "So many tickets of each column, at most.",
                {"type": "integer", "minimum": 1, "maximum": CARDS_MAX, "default": CARDS},
            ),
            *list_filters.parameters(QUEUE.columns),
            schemas.AS_OF,
            schemas.KNOWN_AT,
            schemas.MIN_POSITION,
        ],
        schemas.object_of(
            by={"type": "string"},
            columns=schemas.array_of(column),
            has_more={"type": "boolean", "description": "Whether there are more columns."},
        ),
    )
