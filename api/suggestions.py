"""Articles that may help, suggested while a ticket is written, and for one that is there."""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import to_builtins

from api import history, lists, schemas
from api.hands import ticket_of
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.errors import Problem
from api.http.routing import Route
from api.lists import only, reach, whole
from api.reads import reading
from api.search import HIT
from api.sights import sights_of
from domain.policy import about, allow
from domain.rules import NotFound
from projections.past import AsOf
from projections.search_rows import NAME
from projections.search_views import Hit
from projections.store import NotBuilt

LIMIT = 5
LIMIT_MAX = 20


async def read_suggestions(call: Call) -> Answer:
    """The articles for what somebody is about to ask."""
    allow(call.caller.actor, call.route.act, None)
    query = call.query()
    only(query, "title", "description", "limit", "min_position", *history.PARAMETERS)
    if "title" not in query:
        raise Problem("bad_query", "title: say what it is about.")
    limit = whole(query, "limit", LIMIT, 1, LIMIT_MAX)
    await reach(call, NAME, query.get("min_position"))
    as_of = await history.asked_of(call, query)
    return await _answer(call, query["title"], query.get("description", ""), limit, as_of)


async def read_ticket_suggestions(call: Call) -> Answer:
    """The articles for a ticket, by its title and description."""
    ticket, what = await ticket_of(call)
    allow(call.caller.actor, f"{what}.read", about(ticket))
    query = call.query()
    only(query, "limit", "min_position", *history.PARAMETERS)
    limit = whole(query, "limit", LIMIT, 1, LIMIT_MAX)
    await reach(call, NAME, query.get("min_position"))
    as_of = await history.asked_of(call, query)
    try:
        told = await call.context.views.told_in(ticket.id, as_of)
    except NotBuilt:
        raise lists.not_yet("The views are being built.") from None
    if told is None and as_of is not None:
        raise NotFound(f"{ticket.number} was not there yet.")
    title, text = told or ("", "")
    return await _answer(call, title, text, limit, as_of)


async def _answer(
    call: Call, title: str, text: str, limit: int, as_of: AsOf | None = None
) -> Answer:
    sights = sights_of(call.caller.actor, ("article",))
    try:
        hits: Sequence[Hit] = await call.context.views.suggested(title, text, sights, limit, as_of)
    except NotBuilt:
        raise lists.not_yet("The views are being built.") from None
    document = {"data": to_builtins(hits), "has_more": False, "next_cursor": None}
    return json(document, headers=[(b"cache-control", b"private, no-cache")])


# Routes --------------------------------------------------------------------------------------

_TEXT: dict[str, Any] = {"type": "string"}
_LIMIT: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT}
_SINCE = (schemas.MIN_POSITION, schemas.AS_OF, schemas.KNOWN_AT)


def suggestion_routes() -> Iterator[Route]:
    limit = schemas.query("limit", "At most so many.", _LIMIT)
    yield reading(
        "/articles/suggestions",
        read_suggestions,
        "article.list",
        "Articles",
        "Suggest articles for a new ticket",
        [
            schemas.query("title", "What it is about.", _TEXT, is_required=True)
            | {"example": "The printer shows E7"},
            schemas.query("description", "What else there is to say.", _TEXT),
            limit,
            *_SINCE,
        ],
        schemas.page_of(HIT),
    )
    yield reading(
        "/tickets/{ref}/suggestions",
        read_ticket_suggestions,
        "article.list",
        "Articles",
        "Suggest articles for a ticket",
        [
            schemas.path("ref", "The number or the id of a ticket.", "INC0000042"),
            limit,
            *_SINCE,
        ],
        schemas.page_of(HIT),
    )
