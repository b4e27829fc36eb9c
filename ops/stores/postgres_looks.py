"""Looks at what became of records that are known up to some version, many in one statement.

While a statement is under way, the looks that come meanwhile wait for the next one: so none is told
what was true before it asked. A lone look does not wait for company.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import LiteralString
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from ops.stores.postgres_connections import Row

AT_ONCE_MAX = 256

SELECT_LATER_OF_ONE = (
    "SELECT originator_id, originator_version, topic, convert_to(state, 'UTF8')"
    " FROM ledger.events WHERE originator_id = %b AND originator_version > %b"
    " ORDER BY originator_version"
)
SELECT_LATER = (
    "SELECT stored.originator_id, originator_version, topic, convert_to(state, 'UTF8')"
    " FROM unnest(%b::uuid[], %b::bigint[]) AS known (id, version)"
    " JOIN ledger.events AS stored"
    " ON stored.originator_id = known.id AND stored.originator_version > known.version"
    " ORDER BY stored.originator_id, originator_version"
)

Rows = Callable[[LiteralString, tuple[object, ...]], Awaitable[list[Row]]]
Later = list[StoredEvent]
Look = tuple[UUID, int, asyncio.Future[Later]]


class Looks:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._is_one_under_way = False
        self._waiting: list[Look] = []
        self._together: asyncio.Task[None] | None = None

    async def later(self, id: UUID, after: int) -> Later:
        """The events of a record with versions above one, in order. Raises psycopg.Error."""
        if self._is_one_under_way or self._together is not None:
            found: asyncio.Future[Later] = asyncio.get_running_loop().create_future()
            self._waiting.append((id, after, found))
            return await found
        self._is_one_under_way = True
        try:
            rows = await self._rows(SELECT_LATER_OF_ONE, (id, after))
            return [StoredEvent(*row) for row in rows]
        finally:
            self._is_one_under_way = False
            if self._waiting:
                self._together = asyncio.get_running_loop().create_task(self._look_together())

    async def _look_together(self) -> None:
        batch: list[Look] = []
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:AT_ONCE_MAX], self._waiting[AT_ONCE_MAX:]
                known: dict[UUID, int] = {}
                for id, after, _ in batch:
                    known[id] = min(after, known.get(id, after))
                try:
                    rows = await self._rows(SELECT_LATER, (list(known), list(known.values())))
                except Exception as error:
                    for _, _, found in batch:
                        if not found.done():
                            found.set_exception(error)
                else:
                    _settle(batch, rows)
        finally:
            self._together = None
            for _, _, found in (*batch, *self._waiting):
                found.cancel()
            self._waiting.clear()

    async def finish(self) -> None:
        """Look no more; who waits is cancelled."""
        if self._together is not None:
            self._together.cancel()
            await asyncio.wait([self._together])


def _settle(batch: Sequence[Look], rows: list[Row]) -> None:
    later: dict[UUID, Later] = {}
    for row in rows:
        later.setdefault(row[0], []).append(StoredEvent(*row))
    for id, after, found in batch:
        if not found.done():
            events = later.get(id, [])
            found.set_result([event for event in events if event.originator_version > after])
