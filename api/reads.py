"""Reading over HTTP: records, lists and histories of every kind."""

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from api import expansion, history, history_csv, list_filters, lists, records, schemas
from api.commands import Practice
from api.fields import REFERENCE
from api.http import cursors
from api.http.answers import Answer, Header, json
from api.http.calls import Call
from api.http.routing import Endpoint, Operation, Route
from api.list_parts import pattern_of
from api.lists import List, only, reach_ledger, whole
from api.names import Names
from api.openapi import camel
from api.practices import KNOWN_CALLER, PRACTICES, reference_of
from api.record_lists import LISTS
from api.reference import reference
from api.saved_views import LISTED
from domain.aggregate import Aggregate, Entry
from domain.article import Article
from domain.offering import Offering
from domain.policy import About, about, allow, visibility
from domain.rules import DomainError, NotFound
from domain.service import Service
from domain.ticket import Ticket
from projections.facets import FACETS_MAX, is_facet
from projections.listings import LISTINGS
from projections.past import AsOf
from projections.queries import LIMIT_MAX, SORTS_MAX

OF_READS = ("bad_query", *KNOWN_CALLER, "not_yet")

OPEN_TO_ALL = frozenset({"change_template"})
"""The definitions that everybody reads once they are published."""
HIDDEN_AT_TIMES = (Article, Service, Offering)
"""What may have been for fewer people than now."""
UNPUBLISHED = frozenset({"draft", "approval", "comments"})
"""What else is shown of them, to those who may read their history."""


async def read_list(call: Call, what: str) -> Answer:
    allow(call.caller.actor, call.route.act, None)
    finish = None if _reads_drafts(call, what) else _without_draft
    shown = visibility(call.caller.actor, what)
    return await lists.answer(call, LISTS[what], shown, finish=finish)


async def read_record(call: Call, practice: Practice) -> Answer:
    query = call.query()
    only(query, *history.PARAMETERS, "min_position")
    await reach_ledger(call, query)
    record = await find(call, practice)
    as_of = await history.asked_of(call, query)
    if as_of is None:
        return await _read_now(call, practice, record)
    entries = history.until(await entries_of(call, record.id), as_of)
    if not entries:
        raise NotFound(f"{record.number} was not there yet.")
    _allow_then(call, record, entries)
    version = entries[-1].originator_version
    if _is_known(call, version):
        return Answer(304, headers=_tagged(version))
    with_internal = may(call, f"{practice.what}.read_internal", record)
    document = await _document(call, practice, entries, as_of, with_internal=with_internal)
    return json(document, headers=_tagged(version))


async def _read_now(call: Call, practice: Practice, record: Aggregate) -> Answer:
    if _is_known(call, record.version):
        return Answer(304, headers=_tagged(record.version))
    with_internal = may(call, f"{practice.what}.read_internal", record)
    kept = call.context.documents
    if isinstance(record, Ticket) and (known := kept.find(record, with_internal=with_internal)):
        return Answer(200, known, _tagged(record.version))
    entries = await entries_of(call, record.id)
    version = entries[-1].originator_version
    answer = json(
        await _document(call, practice, entries, None, with_internal=with_internal),
        headers=_tagged(version),
    )
    if isinstance(record, Ticket) and version == record.version:
        kept.keep(record, answer.body, with_internal=with_internal)
    return answer


async def _document(
    call: Call,
    practice: Practice,
    entries: Sequence[Entry],
    as_of: AsOf | None,
    *,
    with_internal: bool,
) -> dict[str, Any]:
    counted_on = records.definitions_of(entries)
    definitions = [
        entry
        for found in await histories_of(call, counted_on)
        for entry in history.until(found, as_of)
    ]
    shown = records.shown(practice.kind, entries, definitions, with_internal=with_internal)
    return shown if _reads_drafts(call, practice.what) else _without_draft(shown)


def _tagged(version: int) -> list[Header]:
    return [(b"cache-control", b"private, no-cache"), (b"etag", b'"%d"' % version)]


def _reads_drafts(call: Call, what: str) -> bool:
    """Whether the caller may see more of a kind of definitions than what is published."""
    if what not in OPEN_TO_ALL:
        return True
    try:
        allow(call.caller.actor, f"{what}.read_history", About())
    except DomainError:
        return False
    return True


def _without_draft(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: ({} if name in UNPUBLISHED else value) for name, value in shown.items()}


async def read_history(call: Call, practice: Practice) -> Answer:
    query = call.query()
    is_csv = history_csv.is_asked(query)
    paged = () if is_csv else ("limit", "cursor")
    only(query, *history.PARAMETERS, "min_position", "format", *paged)
    await reach_ledger(call, query)
    limit = whole(query, "limit", lists.LIMIT, 1, LIMIT_MAX)
    record = await find(call, practice)
    question = f"history {record.id} {query.get('as_of')} {query.get('known_at')}"
    after = 0
    if "cursor" in query:
        (after,) = cursors.read(call.context.settings.signing_key, query["cursor"], question)
    as_of = await history.asked_of(call, query)
    entries = history.until(await entries_of(call, record.id), as_of)
    if is_csv:
        return history_csv.answer(record.number, entries)
    page = entries[after : after + limit]
    has_more = after + limit < len(entries)
    cursor = (
        cursors.sign(call.context.settings.signing_key, [after + limit], question)
        if has_more
        else None
    )
    return json(
        {
            "data": await asyncio.to_thread(_told, page, Names(call, as_of)),
            "has_more": has_more,
            "next_cursor": cursor,
        },
        headers=[(b"cache-control", b"private, no-cache")],
    )


def _told(page: Sequence[Entry], names: Names) -> list[dict[str, Any]]:
    return [history.shown(entry, names.of_person) for entry in page]


async def find(call: Call, practice: Practice) -> Aggregate:
    """The record that the path names, if the caller may do what the route is for."""
    id = reference(practice.kind, call.params[0])
    record = await call.context.ledger.find(practice.kind, id)
    allow(call.caller.actor, call.route.act, about(record))
    return record


def _allow_then(call: Call, record: Aggregate, entries: Sequence[Entry]) -> None:
    """Refuse what was not for the caller as it was then, even if it is for them now."""
    if isinstance(record, HIDDEN_AT_TIMES):
        past = type(record)(record.id)
        for entry in entries:
            past.replay(entry)
        allow(call.caller.actor, call.route.act, about(past))


async def entries_of(call: Call, id: UUID) -> list[Entry]:
    # In a thread: long histories and slow stores must not hold up everybody else.
    return await asyncio.to_thread(call.context.ledger.history, id)


async def histories_of(call: Call, ids: Sequence[UUID]) -> list[list[Entry]]:
    def found() -> list[list[Entry]]:
        return [call.context.ledger.history(id) for id in ids]

    return await asyncio.to_thread(found) if ids else []


def may(call: Call, act: str, record: Aggregate) -> bool:
    try:
        allow(call.caller.actor, act, about(record))
    except (DomainError, KeyError):
        return False
    return True


def _is_known(call: Call, version: int) -> bool:
    given = call.header(b"if-none-match")
    tags = [tag.strip().removeprefix("W/") for tag in given.split(",")]
    return f'"{version}"' in tags or "*" in tags


# Routes ------------------------------------------------------------------------------------


def reading(
    path: str,
    endpoint: Endpoint,
    act: str,
    tag: str,
    summary: str,
    parameters: Sequence[dict[str, Any]],
    schema: dict[str, Any],
) -> Route:
    """A read that answers with JSON: of one record, where its path names one."""
    return Route(
        method="GET",
        path=path,
        endpoint=endpoint,
        act=act,
        operation=Operation(
            id=camel(summary),
            tag=tag,
            summary=summary,
            parameters=list(parameters),
            responses={200: {"description": "Found.", "content": schemas.content(schema)}},
            problems=(*OF_READS, "not_found") if "{ref}" in path else OF_READS,
        ),
    )


def read_routes() -> Iterator[Route]:
    for practice in PRACTICES:
        yield _list_route(practice)
        yield _record_route(practice)
        yield _history_route(practice)


def _list_route(practice: Practice) -> Route:
    the = LISTS[practice.what]
    return Route(
        method="GET",
        path=f"/{practice.plural}",
        endpoint=partial(read_list, what=practice.what),
        act=f"{practice.what}.list",
        operation=Operation(
            id=camel(f"list {practice.plural}"),
            tag=practice.title,
            summary=f"List {practice.title.lower()}",
            parameters=list_parameters(the),
            responses={200: list_response(the)},
            problems=OF_READS,
        ),
    )


def list_parameters(the: List, *left_out: str) -> list[dict[str, Any]]:
    """What a list can be asked: the general parameters, and a filter for each field."""
    names = "|".join(name for name, column in the.columns.items() if column.kind != "json")
    every = "|".join(the.columns)
    sort = {"type": "string", "pattern": f"^-?({names})(,-?({names})){{0,{SORTS_MAX - 1}}}$"}
    fields = {"type": "string", "pattern": f"^({every})(,({every})){{0,{len(the.columns)}}}$"}
    parameters = [
        schemas.LIMIT,
        schemas.CURSOR,
        schemas.query("sort", "Fields, with a minus before those that descend.", sort)
        | {"example": ",".join(the.sort)},
        schemas.query("fields", "Only these fields.", fields)
        | {"example": ",".join(list(the.columns)[:2])},
        schemas.INCLUDE,
        *_of_values(the),
        schemas.MIN_POSITION,
        *list_filters.parameters(the.columns),
        *([_VIEW] if any(the is one for one in LISTED.values()) else []),
        *((schemas.AS_OF, schemas.KNOWN_AT) if the.keeps_past else ()),
    ]
    for name, column in the.columns.items():
        if column.kind == "json" or name in the.fixed or name in left_out:
            continue
        schema = dict(schemas.of_filter(column))
        if name in the.values:
            schema = {"type": "string", "enum": list(the.values[name])}
        parameters.append(schemas.query(name, "Only those with this value.", schema))
    for name, column_name in the.before.items():
        about = f"Only those with a moment before this in `{column_name}`."
        parameters.append(schemas.query(name, about, schemas.INSTANT))
    return parameters


_VIEW = schemas.query(
    "view",
    "As a saved view asks it; other parameters go before it, and filters go with its own.",
    {"type": "string", "pattern": REFERENCE, "maxLength": 40},
)


def _of_values(the: List) -> Iterator[dict[str, Any]]:
    """How the values of fields are counted, and the records that they name shown."""
    counted = [name for name, column in the.columns.items() if is_facet(column.kind)]
    names = "|".join(counted) + pattern_of(the.listing.table)
    yield schemas.query(
        "facet",
        "How many rows have each value of these fields.",
        {"type": "string", "pattern": f"^({names})(,({names})){{0,{FACETS_MAX - 1}}}$"},
    ) | {"example": counted[-1]}
    if expanded := expansion.expandable(the.columns.values()):
        step = rf"({'|'.join(expanded)})(\.[a-z_]+){{0,{expansion.DEPTH_MAX - 1}}}"
        yield schemas.query(
            "expand",
            "The records that these fields name, in their place; dots go on into them.",
            {"type": "string", "pattern": f"^{step}(,{step}){{0,{expansion.PATHS_MAX - 1}}}$"},
        ) | {"example": expanded[0]}


def list_response(the: List) -> dict[str, Any]:
    return {
        "description": "A page.",
        "content": schemas.content(
            schemas.page_of(schemas.expandable_row_of(LISTINGS[the.name].table))
        ),
    }


def _record_route(practice: Practice) -> Route:
    return Route(
        method="GET",
        path=f"/{practice.plural}/{{ref}}",
        endpoint=partial(read_record, practice=practice),
        act=f"{practice.what}.read",
        operation=Operation(
            id=camel(f"read {practice.what}"),
            tag=practice.title,
            summary="Read it, as it is or as it was",
            parameters=[
                reference_of(practice),
                schemas.AS_OF,
                schemas.KNOWN_AT,
                schemas.MIN_POSITION,
                schemas.IF_NONE_MATCH,
            ],
            responses={
                200: {
                    "description": "The record.",
                    "headers": schemas.ETAG,
                    "content": schemas.content(schemas.record_of(practice.kind)),
                },
                304: {"description": "It is as it was.", "headers": schemas.ETAG},
            },
            problems=(*OF_READS, "not_found"),
        ),
    )


def _history_route(practice: Practice) -> Route:
    return Route(
        method="GET",
        path=f"/{practice.plural}/{{ref}}/history",
        endpoint=partial(read_history, practice=practice),
        act=f"{practice.what}.read_history",
        operation=Operation(
            id=camel(f"read {practice.what} history"),
            tag=practice.title,
            summary="Read all that ever happened to it",
            parameters=[
                reference_of(practice),
                schemas.LIMIT,
                schemas.CURSOR,
                schemas.AS_OF,
                schemas.KNOWN_AT,
                schemas.MIN_POSITION,
                history_csv.FORMAT,
            ],
            responses={
                200: {
                    "description": "A page of its events, oldest first.",
                    "content": {
                        **schemas.content(schemas.page_of({"$ref": "#/components/schemas/Event"})),
                        "text/csv": {"schema": {"type": "string"}},
                    },
                }
            },
            problems=(*OF_READS, "not_found"),
        ),
    )
