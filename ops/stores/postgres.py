"""The ledger on PostgreSQL, in the schema `ledger` of a database.

Each event loop that appends has one connection for it, and a few more to read on; threads have
theirs. A connection lost on the way is made again, and what was sent is sent again: the receipts
tell whether it had been recorded, so a write may get the receipt of its own first attempt.
"""

import asyncio
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Any, LiteralString, TypeVar
from uuid import UUID, uuid4

import psycopg
from eventsourcing.persistence import (
    ApplicationRecorder,
    Notification,
    ProgrammingError,
    StoredEvent,
    Subscription,
)
from psycopg import AsyncConnection, Connection

from domain.ids import range_of
from domain.recorder import LedgerRecorder, Receipt, Write
from ops.stores.group_commit import Outcome, head_of
from ops.stores.news import News
from ops.stores.postgres_append import (
    Appender,
    call,
    failure,
    outcomes_of,
)
from ops.stores.postgres_connections import (
    AsyncConnections,
    Connections,
    Row,
    conninfo,
)
from ops.stores.postgres_looks import Looks

T = TypeVar("T")

SCHEMA_VERSION = 1
SCHEMA_LOCK = 7310580
PATIENCE_SECONDS = 30.0
LOOK_SECONDS = 1.0
"""How often to look for events that no notification told of."""

SELECT_RECEIPT = (
    "SELECT subject, version, position, fingerprint, answer FROM ledger.receipts WHERE command = %b"
)
SELECT_STREAM = (
    "SELECT originator_id, originator_version, topic, convert_to(state, 'UTF8') FROM ledger.events"
    " WHERE originator_id = %b AND originator_version > %b AND originator_version <= %b"
    " ORDER BY originator_version "
)
SELECT_EVENT = (
    "SELECT originator_id, originator_version, topic, convert_to(state, 'UTF8'), position"
    " FROM ledger.events "
)
SELECT_HEAD = "SELECT coalesce(max(position), 0) FROM ledger.events"
SELECT_VERSION = "SELECT max(originator_version) FROM ledger.events WHERE originator_id = %b"
SELECT_CLAIM = "SELECT record FROM ledger.claims WHERE name = %b"
SELECT_SNAPSHOT = "SELECT version, state FROM ledger.snapshots WHERE record = %b"
SELECT_FOLLOWER = "SELECT position, note FROM ledger.followers WHERE name = %b"
RESERVE = (
    "INSERT INTO ledger.serials AS s VALUES (%b, %b)"
    " ON CONFLICT (prefix) DO UPDATE SET last = s.last + excluded.last RETURNING last"
)
LEAVE_OUT = (
    "INSERT INTO ledger.serials AS s VALUES (%b, %b)"
    " ON CONFLICT (prefix) DO UPDATE SET last = greatest(s.last, excluded.last) RETURNING last"
)
KEEP_SNAPSHOT = (
    "INSERT INTO ledger.snapshots AS s VALUES (%b, %b, %b) ON CONFLICT (record) DO UPDATE"
    " SET version = excluded.version, state = excluded.state WHERE excluded.version > s.version"
    " RETURNING version"
)
TRACK = (
    "INSERT INTO ledger.followers VALUES (%b, %b, %b) ON CONFLICT (name) DO UPDATE"
    " SET position = excluded.position, note = excluded.note RETURNING position"
)
MOVE = (
    "UPDATE ledger.followers SET position = %b WHERE name = %b AND position = %b RETURNING position"
)
SELECT_FOLLOWERS = (
    "SELECT name, position, note FROM ledger.followers WHERE starts_with(name, %b)"
    ' ORDER BY name COLLATE "C"'
)
UNTRACK = "DELETE FROM ledger.followers WHERE name = %b RETURNING name"
VERSION_MAX = (1 << 31) - 1


class PostgresRecorder(LedgerRecorder):
    """Raises the library's OperationalError when the server stays away too long."""

    def __init__(self, url: str, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._conninfo = conninfo(url)
        self._patience_seconds = patience_seconds
        self._connections = Connections(self._conninfo, patience_seconds)
        self._homes: dict[asyncio.AbstractEventLoop, _Home] = {}
        self._news = News()
        try:
            self._use(_create)
        except BaseException:
            self._connections.close()
            raise

    @property
    def _home(self) -> "_Home":
        """What belongs to the running event loop."""
        loop = asyncio.get_running_loop()
        home = self._homes.get(loop)
        if home is None:
            for old in [old for old in list(self._homes) if old.is_closed()]:
                self._homes.pop(old).close()
            home = self._homes[loop] = _Home(self._conninfo, self._patience_seconds, self._news)
        return home

    # Writing -----------------------------------------------------------------------------

    async def append(self, write: Write) -> Receipt:
        return await self._home.appender.append(write)

    def append_now(self, writes: Sequence[Write]) -> list[Receipt]:
        query, sent = call(writes)

        def commit(connection: Connection[Row]) -> list[Outcome]:
            with connection.transaction():
                rows = connection.execute(query, sent, prepare=True, binary=True).fetchall()
                outcomes = outcomes_of(writes, rows)
                for outcome in outcomes:
                    if isinstance(outcome, Exception):
                        raise outcome
            return outcomes

        if not writes:
            return []
        outcomes = self._use(commit)
        self._news.tell(head_of(outcomes))
        return [outcome for outcome in outcomes if isinstance(outcome, Receipt)]

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        """The library's way in: no command, so a receipt nobody asks for."""
        if not stored_events:
            return []
        last = stored_events[-1]
        id: Any = last.originator_id
        write = Write(
            command=uuid4(), subject=id, version=last.originator_version, events=stored_events
        )
        position = self.append_now([write])[0].position
        return list(range(position - len(stored_events) + 1, position + 1))

    async def reserve(self, prefix: str, count: int) -> int:
        # Sent again after a lost connection, it may leave numbers out, and never gives one twice.
        rows = await self._rows(RESERVE, prefix, count)
        return int(rows[0][0]) - count + 1

    def advance_serial(self, prefix: str, serial: int) -> None:
        self._rows_now(LEAVE_OUT, prefix, serial)

    async def keep_snapshot(self, id: UUID, version: int, state: bytes) -> None:
        await self._rows(KEEP_SNAPSHOT, id, version, state)

    def track(self, follower: str, position: int, note: str = "") -> None:
        self._rows_now(TRACK, follower, position, note)

    def move(self, follower: str, was: int, position: int) -> bool:
        return bool(self._rows_now(MOVE, position, follower, was))

    def untrack(self, follower: str) -> None:
        self._rows_now(UNTRACK, follower)

    # Reading -----------------------------------------------------------------------------

    async def receipt(self, command: UUID) -> Receipt | None:
        rows = await self._rows(SELECT_RECEIPT, command)
        if not rows:
            return None
        subject, version, position, fingerprint, answer = rows[0]
        return Receipt(
            command=command,
            subject=subject,
            version=version,
            position=position,
            fingerprint=fingerprint,
            answer=answer,
            is_repeat=True,
        )

    async def stream(
        self, id: UUID, *, after: int = 0, until: int | None = None
    ) -> Sequence[StoredEvent]:
        if after and until is None:
            try:
                return await self._home.looks.later(id, after)
            except psycopg.Error as error:
                raise failure(error) from error
        highest = VERSION_MAX if until is None else until
        return [StoredEvent(*row) for row in await self._rows(SELECT_STREAM, id, after, highest)]

    async def version(self, id: UUID) -> int:
        return (await self._rows(SELECT_VERSION, id))[0][0] or 0

    async def claimed(self, name: str) -> UUID | None:
        rows = await self._rows(SELECT_CLAIM, name)
        return rows[0][0] if rows else None

    async def snapshot(self, id: UUID) -> tuple[int, bytes] | None:
        rows = await self._rows(SELECT_SNAPSHOT, id)
        return (rows[0][0], rows[0][1]) if rows else None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        rows = self._rows_now(
            SELECT_STREAM + ("DESC LIMIT %b" if desc else "ASC LIMIT %b"),
            originator_id if isinstance(originator_id, UUID) else UUID(originator_id),
            -1 if gt is None else gt,
            VERSION_MAX if lte is None else lte,
            limit,
        )
        return [StoredEvent(*row) for row in rows]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        after = (start or 0) - (1 if inclusive_of_start else 0)
        where = "WHERE position > %b AND position <= %b"
        sent: list[object] = [after, 1 << 62 if stop is None else stop]
        if topics:
            where += " AND topic = ANY(%b)"
            sent.append(list(topics))
        rows = self._rows_now(f"{SELECT_EVENT} {where} ORDER BY position LIMIT %b", *sent, limit)
        return [Notification(*row) for row in rows]

    def select_kind(self, prefix: str) -> Sequence[Notification]:
        rows = self._rows_now(
            SELECT_EVENT + "WHERE originator_id BETWEEN %b AND %b"
            " ORDER BY originator_id, originator_version",
            *range_of(prefix),
        )
        return [Notification(*row) for row in rows]

    def select_history(self, id: UUID) -> Sequence[Notification]:
        rows = self._rows_now(
            SELECT_EVENT + "WHERE originator_id = %b ORDER BY originator_version", id
        )
        return [Notification(*row) for row in rows]

    def max_notification_id(self) -> int | None:
        return self._rows_now(SELECT_HEAD)[0][0] or None

    def tracked(self, follower: str) -> tuple[int, str]:
        rows = self._rows_now(SELECT_FOLLOWER, follower)
        return (rows[0][0], rows[0][1]) if rows else (0, "")

    def tracked_all(self, prefix: str) -> list[tuple[str, int, str]]:
        rows = self._rows_now(SELECT_FOLLOWERS, prefix)
        return [(name, position, note) for name, position, note in rows]

    def identity(self) -> str:
        return str(self._rows_now("SELECT id FROM ledger.identity")[0][0])

    async def _rows(self, query: LiteralString, *parameters: object) -> list[Row]:
        try:
            return await self._home.readers.rows(query, parameters)
        except psycopg.Error as error:
            raise failure(error) from error

    def _rows_now(self, query: LiteralString, *parameters: object) -> list[Row]:
        return self._use(
            lambda connection: connection.execute(
                query, parameters, prepare=True, binary=True
            ).fetchall()
        )

    def _use(self, act: Callable[[Connection[Row]], T]) -> T:
        try:
            return self._connections.use(act)
        except psycopg.Error as error:
            raise failure(error) from error

    # Waiting -----------------------------------------------------------------------------

    async def wait(self, after: int, timeout: float) -> int:
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout
        self._home.listen()
        while True:
            self._news.tell((await self._rows(SELECT_HEAD))[0][0])
            remaining = end - loop.time()
            if self._news.head > after or remaining <= 0:
                return self._news.head
            await self._news.wait(after, min(LOOK_SECONDS, remaining))

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        raise NotImplementedError("Follow the ledger with `wait` and `select_notifications`.")

    async def aclose(self) -> None:
        home = self._homes.get(asyncio.get_running_loop())
        if home is not None:
            await home.finish()
        for home in self._homes.values():
            home.close()
        self._homes.clear()
        self._connections.close()


class _Home:
    """What one event loop has of its own: an event loop cannot use the connections of another."""

    def __init__(self, conninfo: str, patience_seconds: float, news: News) -> None:
        self._conninfo = conninfo
        self._news = news
        self._listener: asyncio.Task[None] | None = None
        self._writer = AsyncConnections(conninfo, patience_seconds, size=1)
        self.appender = Appender(self._writer, news.tell)
        self.readers = AsyncConnections(conninfo, patience_seconds)
        self.looks = Looks(conninfo, patience_seconds)

    def listen(self) -> None:
        """Listen to what other processes record, from now on."""
        if self._listener is None or self._listener.done():
            self._listener = asyncio.get_running_loop().create_task(self._listen())

    async def _listen(self) -> None:
        while True:
            try:
                async with await AsyncConnection.connect(
                    self._conninfo, autocommit=True
                ) as connection:
                    await connection.execute("LISTEN ledger")
                    cursor = await connection.execute(SELECT_HEAD)
                    for row in await cursor.fetchall():
                        self._news.tell(row[0])
                    async for notification in connection.notifies():
                        self._news.tell(int(notification.payload))
            except psycopg.Error:
                await asyncio.sleep(LOOK_SECONDS)

    async def finish(self) -> None:
        await self.appender.finish()
        await self.looks.finish()
        # An ended task that is kept keeps the connection that it was making, half made.
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.cancel()
            await asyncio.wait([listener])

    def close(self) -> None:
        self._writer.close()
        self.readers.close()
        self.looks.close()


def _create(connection: Connection[Row]) -> None:
    """Create what the ledger needs, once, however many start at the same time."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [SCHEMA_LOCK])
        found = connection.execute("SELECT to_regclass('ledger.identity')").fetchone()
        if found == (None,):
            script = files("ops.stores").joinpath("postgres.sql").read_text()
            connection.execute(script.encode())
            connection.execute(
                "INSERT INTO ledger.identity VALUES (%s, %s)", [str(uuid4()), SCHEMA_VERSION]
            )
        version = connection.execute("SELECT schema_version FROM ledger.identity").fetchone()
        if version != (SCHEMA_VERSION,):
            raise ProgrammingError(f"The ledger has schema {version}, not {SCHEMA_VERSION}.")
