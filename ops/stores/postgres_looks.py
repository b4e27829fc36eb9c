"""Looks at what became of records that are known up to some version, many in one statement.

While a statement is under way, the looks that come meanwhile wait for the next one: so none is told
what was true before it asked. A lone look does not wait for company. If the connection is lost,
what was asked on it is asked again on another.
"""

import asyncio
import struct
from collections.abc import Iterable, Sequence
from typing import LiteralString
from uuid import UUID

import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg.pq.abc import PGresult

from ops.stores.postgres_connections import Pauses, is_lost
from ops.stores.postgres_line import Line, error_of

AT_ONCE_MAX = 256

LATER_OF_ONE, LATER = b"later_of_one", b"later"
STATEMENTS: tuple[LiteralString, ...] = (
    "PREPARE later_of_one (uuid, bigint) AS"
    " SELECT originator_id, originator_version, topic, convert_to(state, 'UTF8')"
    " FROM ledger.events WHERE originator_id = $1 AND originator_version > $2"
    " ORDER BY originator_version",
    "PREPARE later (uuid[], bigint[]) AS"
    " SELECT stored.originator_id, originator_version, topic, convert_to(state, 'UTF8')"
    " FROM unnest($1, $2) AS known (id, version)"
    " JOIN ledger.events AS stored"
    " ON stored.originator_id = known.id AND stored.originator_version > known.version"
    " ORDER BY stored.originator_id, originator_version",
)
UUID_TYPE, BIGINT_TYPE = 2950, 20

Later = list[StoredEvent]
Look = tuple[UUID, int, asyncio.Future[Later]]


class Looks:
    """Those of one event loop."""

    def __init__(self, conninfo: str, patience_seconds: float) -> None:
        self._conninfo = conninfo
        self._patience_seconds = patience_seconds
        self._pauses: Pauses | None = None
        self._line: Line | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._asked: list[Look] = []
        self._waiting: list[Look] = []

    async def later(self, id: UUID, after: int) -> Later:
        """The events of a record with versions above one, in order. Raises psycopg.Error."""
        found: asyncio.Future[Later] = asyncio.get_running_loop().create_future()
        self._waiting.append((id, after, found))
        if not self._asked and self._connecting is None:
            self._ask()
        return await found

    def _ask(self) -> None:
        if self._line is None:
            self._connect(0.0)
            return
        self._asked, self._waiting = self._waiting[:AT_ONCE_MAX], self._waiting[AT_ONCE_MAX:]
        try:
            if len(self._asked) == 1:
                id, after, _ = self._asked[0]
                self._line.ask(LATER_OF_ONE, (id.bytes, after.to_bytes(8)))
            else:
                self._line.ask(LATER, _arrays(self._asked))
        except psycopg.Error as error:
            self._lose(error)

    def _answer(self, result: PGresult) -> None:
        error = error_of(result)
        if error is not None and is_lost(error):
            self._lose(error)
            return
        self._pauses = None
        asked, self._asked = self._asked, []
        if error is None:
            _settle(asked, result)
        else:
            _refuse(asked, error)
        if self._waiting:
            self._ask()

    def _lose(self, error: psycopg.Error) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
        self._waiting, self._asked = [*self._asked, *self._waiting], []
        if not self._waiting:
            return
        self._pauses = self._pauses or Pauses(self._patience_seconds)
        try:
            self._connect(self._pauses.after(error))
        except psycopg.Error:
            self._pauses = None
            _refuse(self._waiting, error)
            self._waiting = []

    def _connect(self, pause: float) -> None:
        self._connecting = asyncio.get_running_loop().create_task(self._open(pause))

    async def _open(self, pause: float) -> None:
        await asyncio.sleep(pause)
        try:
            self._line = await Line.open(self._conninfo, STATEMENTS, self._answer, self._lose)
        except psycopg.Error as error:
            self._connecting = None
            self._lose(error)
        else:
            self._connecting = None
            self._ask()

    async def finish(self) -> None:
        """Look no more; who waits is cancelled."""
        connecting, self._connecting = self._connecting, None
        if connecting is not None:
            connecting.cancel()
            await asyncio.wait([connecting])
        for _, _, found in (*self._asked, *self._waiting):
            found.cancel()
        self._asked, self._waiting = [], []
        self.close()

    def close(self) -> None:
        """Let go of the connection, in its event loop or after that has ended."""
        line, self._line = self._line, None
        if line is not None:
            line.close()


def _arrays(asked: Iterable[Look]) -> tuple[bytes, bytes]:
    """The records and the versions up to which they are known, as two arrays of PostgreSQL."""
    known: dict[UUID, int] = {}
    for id, after, _ in asked:
        known[id] = min(after, known.get(id, after))
    return (
        _array(UUID_TYPE, [id.bytes for id in known]),
        _array(BIGINT_TYPE, [after.to_bytes(8) for after in known.values()]),
    )


def _array(type: int, items: Sequence[bytes]) -> bytes:
    # One dimension, no nulls, counted from 1; and each item after its length.
    head = struct.pack("!5I", 1, 0, type, len(items), 1)
    return head + b"".join(part for item in items for part in (len(item).to_bytes(4), item))


def _settle(asked: Sequence[Look], result: PGresult) -> None:
    later: dict[UUID, Later] = {}
    for row in range(result.ntuples):
        id, version, topic, state = (result.get_value(row, column) or b"" for column in range(4))
        event = StoredEvent(UUID(bytes=id), int.from_bytes(version), topic.decode(), state)
        later.setdefault(UUID(bytes=id), []).append(event)
    for known, after, found in asked:
        if not found.done():
            events = later.get(known, [])
            found.set_result([event for event in events if event.originator_version > after])


def _refuse(asked: Sequence[Look], error: psycopg.Error) -> None:
    for _, _, found in asked:
        if not found.done():
            found.set_exception(error)
