"""The search over HTTP: tickets, articles, assets and people by their words, as far as the caller
may read them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import to_builtins

from api import history, lists, schemas
from api.http import cursors
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.errors import Problem
from api.http.routing import Route
from api.lists import only, reach, whole
from api.reads import reading
from api.sights import sights_of
from domain.policy import allow
from projections.search_rows import KINDS, NAME
from projections.store import NotBuilt

LIMIT = 20
LIMIT_MAX = 50


async def read_search(call: Call) -> Answer:
    actor = call.caller.actor
    allow(actor, call.route.act, None)
    query = call.query()
    only(query, "q", "kind", "limit", "cursor", "min_position", *history.PARAMETERS)
    if "q" not in query:
        raise Problem("bad_query", "q: say what to look for.")
    sights = sights_of(actor, _kinds(query))
    limit = whole(query, "limit", LIMIT, 1, LIMIT_MAX)
    as_of = await history.asked_of(call, query)
    question = repr(("search", query["q"], sights, as_of))
    key, after = call.context.settings.signing_key, None
    if "cursor" in query:
        score, place = cursors.read(key, query["cursor"], question)
        after = (score, place)
    await reach(call, NAME, query.get("min_position"))
    try:
        found = await call.context.views.search(
            query["q"], sights, limit=limit, after=after, as_of=as_of
        )
    except NotBuilt:
        raise lists.not_yet("The views are being built.") from None
    return json(
        {
            "data": to_builtins(found.hits),
            "has_more": found.next is not None,
            "next_cursor": cursors.sign(key, list(found.next), question) if found.next else None,
        },
        headers=[(b"cache-control", b"private, no-cache")],
    )


def _kinds(query: Mapping[str, str]) -> Sequence[str]:
    if "kind" not in query:
        return KINDS
    kinds = tuple(dict.fromkeys(query["kind"].split(",")))
    if not set(kinds) <= set(KINDS):
        raise Problem("bad_query", f"kind: some of {', '.join(KINDS)}, with commas between them.")
    return kinds


# Routes --------------------------------------------------------------------------------------

_TEXT = {"type": "string"}
PARTS = schemas.array_of(schemas.object_of(text=_TEXT, is_match={"type": "boolean"}))
HIT = schemas.object_of(
    id=schemas.UUID_TEXT,
    number=schemas.NUMBER,
    kind={"type": "string", "enum": list(KINDS)},
    title=_TEXT,
    marked_title={**PARTS, "description": "The title in parts, those that were found marked."},
    excerpt={**PARTS, "description": "The part of the text in which words were found."},
)
_KIND: dict[str, Any] = {
    "type": "string",
    "pattern": f"^({'|'.join(KINDS)})(,({'|'.join(KINDS)})){{0,{len(KINDS) - 1}}}$",
}
_LIMIT: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT}


def search_routes() -> Iterator[Route]:
    yield reading(
        "/search",
        read_search,
        "search.read",
        "Search",
        "Search tickets, articles, assets and people",
        [
            schemas.query(
                "q",
                "Words, or the beginnings of some; or a number, or a name.",
                _TEXT,
                is_required=True,
            )
            | {"example": "printer jams"},
            schemas.query("kind", "Only these kinds, with commas between them.", _KIND)
            | {"example": "incident,article"},
            schemas.query("limit", "At most so many.", _LIMIT),
            schemas.CURSOR,
            schemas.MIN_POSITION,
            schemas.AS_OF,
            schemas.KNOWN_AT,
        ],
        schemas.page_of(HIT),
    )
