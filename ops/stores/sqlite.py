"""The ledger on SQLite: one file, durable (WAL, synchronous=FULL), one writing process at best.

Other processes may write too, as every transaction checks versions, receipts and names again; they
then wait for each other. Readers have connections of their own and never queue behind writers.
"""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.persistence import (
    ApplicationRecorder,
    Notification,
    ProgrammingError,
    StoredEvent,
    Subscription,
)

from domain.ids import range_of
from domain.recorder import LedgerRecorder, Receipt, Write
from ops.stores.group_commit import Queue, fail, head_of, settle
from ops.stores.news import News
from ops.stores.sqlite_write import (
    PATIENCE_SECONDS,
    PAUSE_SECONDS,
    SELECT_CLAIM,
    SELECT_HEAD,
    SELECT_RECEIPT,
    Writer,
    busy_for_long,
    receipt_from,
    told,
)
from projections.sqlite_file import connect

POLL_SECONDS = 0.02
"""How often a process looks whether another has written: a look costs some microseconds."""
SCHEMA_VERSION = 1
HIGHEST = 1 << 62

RESERVE = (
    "INSERT INTO serials VALUES (?, ?)"
    " ON CONFLICT (prefix) DO UPDATE SET last = last + excluded.last RETURNING last"
)
LEAVE_OUT = (
    "INSERT INTO serials VALUES (?, ?)"
    " ON CONFLICT (prefix) DO UPDATE SET last = max(last, excluded.last) RETURNING last"
)
KEEP_SNAPSHOT = (
    "INSERT INTO snapshots VALUES (?, ?, ?) ON CONFLICT (record) DO UPDATE"
    " SET version = excluded.version, state = excluded.state WHERE excluded.version > version"
)
TRACK = (
    "INSERT INTO followers VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE"
    " SET position = excluded.position, note = excluded.note"
)
MOVE = "UPDATE followers SET position = ? WHERE name = ? AND position = ? RETURNING position"
SELECT_FOLLOWERS = (
    "SELECT name, position, note FROM followers WHERE substr(name, 1, length(?)) = ? ORDER BY name"
)
UNTRACK = "DELETE FROM followers WHERE name = ?"
SELECT_STREAM = (
    "SELECT originator_version, topic, state FROM events WHERE originator_id = ?"
    " AND originator_version > ? AND originator_version <= ? ORDER BY originator_version "
)
SELECT_EVENT = "SELECT position, originator_id, originator_version, topic, state FROM events "


class SqliteRecorder(LedgerRecorder):
    """Raises the library's OperationalError when others write for too long."""

    def __init__(self, path: Path | str) -> None:
        self.path = str(path)
        self._gatherings: dict[asyncio.AbstractEventLoop, _Gathering] = {}
        self._idle_readers: deque[sqlite3.Connection] = deque()
        self._is_closed = False
        connection = self._connect()
        _create(connection)
        self._writer = Writer(connection)
        self._news = News()

    def _connect(self) -> sqlite3.Connection:
        connection = connect(self.path, "FULL")
        connection.execute("PRAGMA wal_autocheckpoint=4000")
        connection.execute("PRAGMA cache_size=-16000")
        return connection

    # Writing -----------------------------------------------------------------------------

    @contextmanager
    def without_waiting(self) -> Iterator[None]:
        """Commit without waiting for the disk. If the machine fails meanwhile, what was committed
        last may be gone, and nothing else; the first commit afterwards waits for all of it."""
        self._writer.wait_for_disk(False)
        try:
            yield
        finally:
            self._writer.wait_for_disk(True)

    async def append(self, write: Write) -> Receipt:
        loop = asyncio.get_running_loop()
        gathering = self._gatherings.get(loop)
        if gathering is None:
            for old in [old for old in list(self._gatherings) if old.is_closed()]:
                del self._gatherings[old]
            gathering = self._gatherings[loop] = _Gathering(loop, self._writer, self._news)
        return await gathering.append(write)

    def append_now(self, writes: Sequence[Write]) -> list[Receipt]:
        self._writer.begin_in_time()
        try:
            outcomes = self._writer.commit(writes, all_or_none=True)
        except Exception as error:
            raise told(error) from error
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
        await self._writer.begin_in_turn()
        return int(self._writer.execute(RESERVE, (prefix, count))[0]) - count + 1

    def advance_serial(self, prefix: str, serial: int) -> None:
        self._writer.begin_in_time()
        self._writer.execute(LEAVE_OUT, (prefix, serial))

    async def keep_snapshot(self, id: UUID, version: int, state: bytes) -> None:
        await self._writer.begin_in_turn()
        self._writer.execute(KEEP_SNAPSHOT, (id.bytes, version, state))

    def track(self, follower: str, position: int, note: str = "") -> None:
        self._writer.begin_in_time()
        self._writer.execute(TRACK, (follower, position, note))

    def move(self, follower: str, was: int, position: int) -> bool:
        self._writer.begin_in_time()
        return self._writer.execute(MOVE, (position, follower, was)) is not None

    def untrack(self, follower: str) -> None:
        self._writer.begin_in_time()
        self._writer.execute(UNTRACK, (follower,))

    # Reading -----------------------------------------------------------------------------

    def _rows(self, query: str, *parameters: object) -> list[Any]:
        try:
            reader = self._idle_readers.pop()
        except IndexError:
            reader = self._connect()
            reader.execute("PRAGMA query_only=ON")
        try:
            return reader.execute(query, parameters).fetchall()
        finally:
            self._idle_readers.append(reader)
            if self._is_closed:
                self._close_readers()

    async def receipt(self, command: UUID) -> Receipt | None:
        rows = self._rows(SELECT_RECEIPT, command.bytes)
        return receipt_from(command, rows[0]) if rows else None

    async def stream(
        self, id: UUID, *, after: int = 0, until: int | None = None
    ) -> Sequence[StoredEvent]:
        return self.select_events(id, gt=after, lte=until)

    async def version(self, id: UUID) -> int:
        rows = self._rows(
            "SELECT max(originator_version) FROM events WHERE originator_id = ?", id.bytes
        )
        return rows[0][0] or 0

    async def claimed(self, name: str) -> UUID | None:
        rows = self._rows(SELECT_CLAIM, name)
        return UUID(bytes=rows[0][0]) if rows else None

    async def snapshot(self, id: UUID) -> tuple[int, bytes] | None:
        rows = self._rows("SELECT version, state FROM snapshots WHERE record = ?", id.bytes)
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
        id = originator_id if isinstance(originator_id, UUID) else UUID(originator_id)
        rows = self._rows(
            SELECT_STREAM + ("DESC LIMIT ?" if desc else "ASC LIMIT ?"),
            id.bytes,
            -1 if gt is None else gt,
            HIGHEST if lte is None else lte,
            -1 if limit is None else limit,
        )
        return [StoredEvent(id, version, topic, state.encode()) for version, topic, state in rows]

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
        wanted = f"AND topic IN ({', '.join('?' * len(topics))}) " if topics else ""
        return _notifications(
            self._rows(
                f"{SELECT_EVENT} WHERE position > ? AND position <= ? {wanted}"
                "ORDER BY position LIMIT ?",
                *(after, HIGHEST if stop is None else stop, *topics, limit),
            )
        )

    def select_kind(self, prefix: str) -> Sequence[Notification]:
        first, last = range_of(prefix)
        return _notifications(
            self._rows(
                f"{SELECT_EVENT} WHERE originator_id BETWEEN ? AND ?"
                " ORDER BY originator_id, originator_version",
                *(first.bytes, last.bytes),
            )
        )

    def select_history(self, id: UUID) -> Sequence[Notification]:
        return _notifications(
            self._rows(
                f"{SELECT_EVENT} WHERE originator_id = ? ORDER BY originator_version", id.bytes
            )
        )

    def max_notification_id(self) -> int | None:
        return self._head() or None

    def _head(self) -> int:
        return int(self._rows(SELECT_HEAD)[0][0])

    def tracked(self, follower: str) -> tuple[int, str]:
        rows = self._rows("SELECT position, note FROM followers WHERE name = ?", follower)
        return (rows[0][0], rows[0][1]) if rows else (0, "")

    def tracked_all(self, prefix: str) -> list[tuple[str, int, str]]:
        return self._rows(SELECT_FOLLOWERS, prefix, prefix)

    def identity(self) -> str:
        return str(self._rows("SELECT id FROM ledger")[0][0])

    # Waiting -----------------------------------------------------------------------------

    async def wait(self, after: int, timeout: float) -> int:
        end = time.monotonic() + timeout
        while True:
            self._news.tell(self._head())
            remaining = end - time.monotonic()
            if self._news.head > after or remaining <= 0:
                return self._news.head
            await self._news.wait(after, min(POLL_SECONDS, remaining))

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        raise NotImplementedError("Follow the ledger with `wait` and `select_notifications`.")

    async def aclose(self) -> None:
        gathering = self._gatherings.get(asyncio.get_running_loop())
        if gathering is not None:
            await gathering.finish()
        self._writer.close()
        self._is_closed = True
        self._close_readers()

    def _close_readers(self) -> None:
        while True:
            try:
                reader = self._idle_readers.pop()
            except IndexError:
                return
            reader.close()


class _Gathering:
    """The writes of one event loop, committed as soon as a turn of it brings no more of them.

    In the loop's own thread: handing over to another costs more than the commit itself.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, writer: Writer, news: News) -> None:
        self._loop = loop
        self._writer = writer
        self._news = news
        self._queue = Queue()
        self._is_due = False
        self._busy_since = 0.0

    def append(self, write: Write) -> asyncio.Future[Receipt]:
        future = self._queue.put(write)
        if not self._is_due:
            self._is_due = True
            self._loop.call_soon(self._gather)
        return future

    def _gather(self) -> None:
        if self._queue.is_growing():
            self._loop.call_soon(self._gather)
        else:
            self._flush()

    async def finish(self) -> None:
        while self._is_due:
            await asyncio.sleep(PAUSE_SECONDS)

    def _flush(self) -> None:
        while self._queue:
            try:
                if not self._writer.begin():
                    self._come_back()
                    return
            except Exception as error:
                fail(self._queue.take(), told(error))
                continue
            self._busy_since = 0.0
            batch = self._queue.take()
            try:
                outcomes = self._writer.commit([waiting.write for waiting in batch])
            except Exception as error:
                fail(batch, told(error))
                continue
            settle(batch, outcomes)
            self._news.tell(head_of(outcomes))
        self._is_due = False

    def _come_back(self) -> None:
        """Try again in a moment, as another process or thread is writing."""
        now = time.monotonic()
        self._busy_since = self._busy_since or now
        if now - self._busy_since > PATIENCE_SECONDS:
            raise busy_for_long()
        self._loop.call_later(PAUSE_SECONDS, self._flush)


def _create(connection: sqlite3.Connection) -> None:
    """Create the tables, once, however many start at the same time."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        found = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'ledger'").fetchone()
        if found is None:
            for statement in files("ops.stores").joinpath("sqlite.sql").read_text().split(";"):
                connection.execute(statement)
            connection.execute("INSERT INTO ledger VALUES (?, ?)", (str(uuid4()), SCHEMA_VERSION))
        version = connection.execute("SELECT schema_version FROM ledger").fetchone()[0]
        if version != SCHEMA_VERSION:
            raise ProgrammingError(f"The ledger has schema {version}, not {SCHEMA_VERSION}.")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        connection.close()
        raise


def _notifications(rows: Iterable[Any]) -> list[Notification]:
    return [
        Notification(UUID(bytes=id), version, topic, state.encode(), position)
        for position, id, version, topic, state in rows
    ]
