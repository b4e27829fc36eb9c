"""Lists over HTTP: filters, order, fields and cursors from the query, answered by the views."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, get_args

from msgspec import Struct

from api import expansion, history, list_filters, view_use
from api.history import moment
from api.http import cursors
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.errors import Problem
from api.list_parts import parts_of
from domain.policy import Visibility
from projections import search_rows
from projections.listings import LISTINGS
from projections.queries import LIMIT_MAX, BadQuery, Listing, Span
from projections.store import NotBuilt
from projections.tables import Column

LIMIT = 50
POSITION_MAX = 2**53
FILTER_MAX = 400
RESERVED = frozenset(
    {
        *("limit", "cursor", "sort", "fields", "include", "facet", "expand", "view"),
        "min_position",
        *history.PARAMETERS,
        *list_filters.PARAMETERS,
    }
)


class List(Struct, frozen=True, kw_only=True):
    """A list of a view, as it is asked over HTTP."""

    name: str
    fixed: Mapping[str, Any] = {}
    """Filters that make the list what it is."""
    values: Mapping[str, tuple[str, ...]] = {}
    """The values that a field can have, where others are mistakes."""
    before: Mapping[str, str] = {}
    """Parameters that ask for what is before a moment in a field."""
    sort: tuple[str, ...] = ()
    declared: Listing | None = None
    """What is listed, if it is a view that the desk has declared."""

    @property
    def listing(self) -> Listing:
        return self.declared or LISTINGS[self.name]

    @property
    def columns(self) -> dict[str, Column]:
        return self.listing.table.column

    @property
    def searched(self) -> tuple[str, ...]:
        """As which kinds the search has its rows."""
        kinds = self.listing.searched
        return (self.fixed["kind"],) if kinds and "kind" in self.fixed else kinds

    @property
    def keeps_past(self) -> bool:
        return self.listing.table.past is not None


async def answer(
    call: Call,
    the: List,
    visibility: Visibility,
    fixed: Mapping[str, Any] = {},
    finish: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
    beside: Collection[str] = (),
) -> Answer:
    """A page of a list, of what the visibility shows. Raises Problem naming what is wrong.

    `finish` says of each row what only the present moment can. `beside` are parameters of which
    `fixed` was made.
    """
    query = call.query()
    context = call.context
    await reach(call, the.name, query.get("min_position"))
    as_of = await history.asked_of(call, query)
    now = await history.now_of(call, as_of)
    if as_of is not None and not the.keeps_past:
        raise Problem("bad_query", "as_of: what this list was is not kept.")
    limit = whole(query, "limit", LIMIT, 1, LIMIT_MAX)
    view = await view_use.asked(call, query)
    sort = _names(query.get("sort", view.sort or None)) or the.sort
    fields = _names(query.get("fields")) or view.fields or None
    made_of = {name: query.pop(name) for name in beside if name in query}
    filters = _filters(the, query, fixed)
    said = [
        (name, text)
        for name in list_filters.PARAMETERS
        for text in (query.get(name), getattr(view, name) or None)
        if text is not None
    ]
    searched = the.searched if any(name == "q" for name, _ in said) else ()
    if searched:
        await reach(call, search_rows.NAME, query.get("min_position"))
    where = list_filters.asked(call, the.listing, the.values, said, searched, now)
    asked = sorted({**filters, **made_of}.items(), key=repr)
    question = repr((the.name, asked, said, sort, repr(visibility), as_of))
    filters |= {**the.fixed, **fixed}
    if query.get("include", "total") != "total":
        raise Problem("bad_query", "include: only `total` can be included.")
    tree = expansion.asked(query["expand"], _expandable(the, fields)) if "expand" in query else {}
    after = None
    if "cursor" in query:
        after = cursors.read(context.settings.signing_key, query["cursor"], question)
    of: dict[str, Any] = {"filters": filters, "visibility": visibility, "as_of": as_of}
    try:
        of["where"] = await context.views.worded_then(where, as_of)
        page = await context.views.list_rows(
            the.listing, sort=sort, limit=limit, after=after, fields=fields, **of
        )
        document: dict[str, Any] = {
            "data": [finish(row) for row in page.rows] if finish else page.rows,
            "has_more": page.next is not None,
            "next_cursor": None,
        }
        if page.next is not None:
            document["next_cursor"] = cursors.sign(
                context.settings.signing_key, list(page.next), question
            )
        if "include" in query:
            document["total"] = await context.views.count_rows(the.listing, **of)
        if "facet" in query:
            columns = query["facet"].split(",")
            parts = parts_of(context.desk.directory, the.listing.table).all
            counted = context.views.facets(the.listing, columns, **of, parts=parts)
            document["facets"] = await counted
        to_reach = partial(reach, call, position=query.get("min_position"))
        await expansion.expand(call, document["data"], tree, as_of, to_reach)
    except BadQuery as error:
        raise Problem("bad_query", f"{error.place.removeprefix('filter.')}: {error}") from None
    except NotBuilt:
        raise not_yet("The views are being built.") from None
    return json(document, headers=[(b"cache-control", b"private, no-cache")])


def _names(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(text.split(","))


def _expandable(the: List, fields: Sequence[str] | None) -> list[Column]:
    return [one for one in the.columns.values() if fields is None or one.name in fields]


def _filters(the: List, query: Mapping[str, str], fixed: Mapping[str, Any]) -> dict[str, Any]:
    filters: dict[str, Any] = {}
    for name, value in query.items():
        if name in RESERVED:
            continue
        if name in the.before:
            filters[the.before[name]] = Span(until=_moment(name, value))
            continue
        if name not in the.columns or name in the.fixed or name in fixed:
            raise Problem("bad_query", f"{name[:80]}: there is no such field or parameter here.")
        filters[name] = filter_value(the, name, value)
    return filters


def filter_value(the: List, name: str, value: str) -> str | None:
    """What a field is filtered by. Raises Problem for what it can never have."""
    known = the.values.get(name)
    if known and value not in known:
        raise Problem("bad_query", f"{name}: it is one of {', '.join(known)}.")
    if len(value) > FILTER_MAX:
        raise Problem("bad_query", f"{name}: a filter has at most {FILTER_MAX} characters.")
    return None if value == "" and the.columns[name].is_nullable else value


def times(query: Mapping[str, str], days_max: int) -> tuple[datetime, datetime]:
    """The time from `from` up to before `to`. Raises Problem unless they say one."""
    since, until = _instant(query, "from"), _instant(query, "to")
    if not timedelta(0) < until - since <= timedelta(days=days_max):
        raise Problem("bad_query", f"to: after `from`, and at most {days_max} days after it.")
    return since, until


def instant_of(query: Mapping[str, str], name: str) -> datetime | None:
    """An instant of the query, if it has one. Raises Problem for what is none."""
    return _instant(query, name) if name in query else None


def _instant(query: Mapping[str, str], name: str) -> datetime:
    return _moment(name, query.get(name, ""))


def _moment(name: str, value: str) -> datetime:
    try:
        at = datetime.fromisoformat(value)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Problem("bad_query", f"{name}: an instant such as 2026-11-21T09:30:00Z is needed.")


async def reach(call: Call, view: str, position: str | None) -> None:
    """Wait until a view shows a position. Raises Problem if it takes too long."""
    if position is None:
        return
    wanted = whole({"min_position": position}, "min_position", 0, 0, POSITION_MAX)
    try:
        reached = await call.context.views.reached(
            view, wanted, call.context.settings.wait_seconds_max
        )
    except NotBuilt:
        reached = False
    if not reached:
        raise not_yet(f"min_position: position {wanted} is not to be seen here yet.")


async def reach_ledger(call: Call, query: Mapping[str, str]) -> None:
    """Wait until the ledger itself has a position."""
    wanted = whole(query, "min_position", 0, 0, POSITION_MAX)
    if not wanted:
        return
    recorder = call.context.ledger.recorder
    if await recorder.wait(wanted - 1, call.context.settings.wait_seconds_max) < wanted:
        raise not_yet(f"min_position: position {wanted} is not in the ledger yet.")


def not_yet(detail: str) -> Problem:
    return Problem("not_yet", detail, headers=[(b"retry-after", b"1")])


def whole(query: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    """A whole number of the query. Raises Problem if it is none, or too small or large."""
    text = query.get(name)
    if text is None:
        return default
    if text.isascii() and text.isdigit() and len(text) <= 16 and least <= int(text) <= most:
        return int(text)
    raise Problem("bad_query", f"{name}: a whole number from {least} to {most} is needed.")


def only(query: Mapping[str, str], *known: str) -> None:
    """Refuse parameters that this address does not know."""
    for name in query:
        if name not in known:
            raise Problem("bad_query", f"{name[:80]}: there is no such parameter here.")


def words_of(literal: Any) -> tuple[str, ...]:
    """The values of a literal type or of an enumeration."""
    return get_args(literal) or tuple(str(member) for member in literal)


__all__ = ["LIMIT", "List", "answer", "moment", "not_yet", "only", "reach", "reach_ledger", "whole"]
