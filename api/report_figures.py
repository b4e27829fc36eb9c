"""What a report schedule sends, as its reader would be answered: the figures of a report, or the
rows of a saved view, as of a moment and as the ledger told it by a position."""

import copy
import csv
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from io import StringIO
from typing import Any
from urllib.parse import urlencode

import msgspec

from api.boards import board_routes
from api.context import Context
from api.http.answers import Answer, dumps
from api.http.routing import ROOT, Route
from api.identity import Caller
from api.inner_calls import inner_call
from api.reads import read_routes
from api.reports import cell, ticket_report_routes
from domain.periods import last_whole
from domain.policy import about, allow
from domain.report_schedule import Contents
from domain.rules import NotFound, Refused
from domain.saved_view import SavedView
from projections.queries import LIMIT_MAX
from projections.reports import REPORTS
from projections.tables import instant

ROWS_MAX = 10_000
"""So many rows of a saved view are sent; how many there are is told."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """`document` is the answer as JSON, `files` what is attached by its name, and `address` where
    the same is asked again."""

    definition: str
    version: int
    text: str
    position: int
    document: Mapping[str, Any]
    files: Mapping[str, bytes]
    address: str


async def figures(
    context: Context,
    caller: Caller,
    contents: Contents,
    *,
    zone: str,
    moment: datetime,
    position: int,
) -> Figures:
    """What a caller is answered. Raises Forbidden, NotFound, Refused and Problem."""
    then = copy.copy(context)
    then.clock = lambda: moment
    asked = _Asked(then, caller, moment, position)
    if contents.view is not None:
        return await asked.rows(contents)
    return await asked.report(contents, zone)


class _Asked:
    def __init__(self, context: Context, caller: Caller, moment: datetime, position: int) -> None:
        self._context = context
        self._caller = caller
        self._again = {"as_of": instant(moment), "known_at": f"@{position}"}
        self._position = position
        self._moment = moment

    async def report(self, contents: Contents, zone: str) -> Figures:
        report = REPORTS.get(contents.report)
        if report is None:
            raise Refused(f"report: there is none called {contents.report[:80]!r}.")
        query = {**contents.filters, **self._again}
        if contents.by:
            query["by"] = ",".join(contents.by)
        if not report.is_by_age:
            since, until = last_whole(contents.period, zone, self._moment)
            query |= {"from": instant(since), "to": instant(until)}
        path = f"/reports/{report.name}"
        plain = await self._answer(path, query)
        as_csv = await self._answer(path, query | {"format": "csv"})
        document = msgspec.json.decode(plain.body)
        return Figures(
            definition=report.name,
            version=report.version,
            text=report.text,
            position=document["position"],
            document=document,
            files={f"{report.name}.csv": as_csv.body, f"{report.name}.json": plain.body},
            address=_address(path, query),
        )

    async def rows(self, contents: Contents) -> Figures:
        assert contents.view is not None
        view = await self._context.ledger.find(SavedView, contents.view)
        # A view that is not for the reader is to be told from one that cannot be asked.
        allow(self._caller.actor, "saved_view.read", about(view))
        if not view.is_kept:
            raise NotFound(f"{view.number} was removed, or erased with its owner.")
        path, query = f"/{view.list}", {"view": view.number, **self._again}
        page = {**query, "limit": str(LIMIT_MAX), "include": "total"}
        found: list[dict[str, Any]] = []
        cursor, total = "", 0
        while len(found) < ROWS_MAX:
            more = {"cursor": cursor} if cursor else {}
            document = msgspec.json.decode((await self._answer(path, page | more)).body)
            found += document["data"]
            total, cursor = document["total"], document["next_cursor"]
            if not cursor:
                break
        asking = view.asking
        said = " ".join(part for part in (asking.filter, asking.q) if part) or "all"
        return Figures(
            definition=view.number,
            version=view.version,
            text=f"{view.name}: {view.list}, {said}",
            position=self._position,
            document={"total": {"counted": total}, "shown": len(found)},
            files={f"{view.number}.csv": _as_csv(found, asking.fields)},
            address=_address(path, query),
        )

    async def _answer(self, path: str, query: Mapping[str, str]) -> Answer:
        # What is counted is counted from views, and they may be behind.
        asked = {**query, "min_position": str(self._position)}
        call = inner_call(self._context, _routes()[path], query=asked)
        call.caller = self._caller
        return await call.route.endpoint(call)


@cache
def _routes() -> dict[str, Route]:
    every = (*ticket_report_routes(), *read_routes(), *board_routes())
    return {route.path: route for route in every if route.method == "GET"}


def _address(path: str, query: Mapping[str, str]) -> str:
    return f"{ROOT}{path}?{urlencode(query)}"


def _as_csv(rows: list[dict[str, Any]], fields: tuple[str, ...]) -> bytes:
    columns = fields or tuple(rows[0] if rows else ())
    text = StringIO()
    written = csv.writer(text)
    written.writerow(columns)
    for row in rows:
        written.writerow(cell(_plain(row[name])) for name in columns)
    return text.getvalue().encode()


def _plain(value: Any) -> Any:
    return dumps(value).decode() if isinstance(value, list | dict | bool) else value
