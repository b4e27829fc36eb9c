"""The ledger on SQLite: one file, durable (WAL, synchronous=FULL), one writing process at best.

Other processes may write too, as every transaction checks versions, receipts and names again; they
then wait for each other. Readers have connections of their own and never queue behind writers.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    Notification,
    StoredEvent,
    Subscription,
)

from domain.ids import range_of
from domain.recorder import ClaimTaken, LedgerRecorder, Receipt, Write
from ops.stores.group_commit import Outcome, Queue, settle

POLL_SECONDS = 0.02
"""How often a process looks whether another has written: a look costs some microseconds."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS events (
    position INTEGER PRIMARY KEY,
    originator_id BLOB NOT NULL,
    originator_version INTEGER NOT NULL,
    topic TEXT NOT NULL,
    state TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS events_of_record ON events (originator_id, originator_version);
CREATE TABLE IF NOT EXISTS receipts (
    command BLOB PRIMARY KEY,
    subject BLOB NOT NULL,
    version INTEGER NOT NULL,
    position INTEGER NOT NULL,
    fingerprint BLOB NOT NULL,
    answer BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS claims (
    name TEXT PRIMARY KEY,
    record BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS serials (
    prefix TEXT PRIMARY KEY,
    last INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS snapshots (
    record BLOB PRIMARY KEY,
    version INTEGER NOT NULL,
    state BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS followers (
    name TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    note TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ledger (
    id TEXT NOT NULL,
    schema_version INTEGER NOT NULL
);
"""
SCHEMA_VERSION = 1

INSERT_EVENT = "INSERT INTO events VALUES (?, ?, ?, ?, ?)"
INSERT_RECEIPT = "INSERT INTO receipts VALUES (?, ?, ?, ?, ?, ?)"
INSERT_CLAIM = "INSERT INTO claims VALUES (?, ?)"
RESERVE = (
    "INSERT INTO serials VALUES (?, ?)"
    " ON CONFLICT (prefix) DO UPDATE SET last = last + excluded.last RETURNING last"
)
LEAVE_OUT = (
    "INSERT INTO serials VALUES (?, ?)"
    " ON CONFLICT (prefix) DO UPDATE SET last = max(last, excluded.last) RETURNING last"
)
SELECT_STREAM = (
    "SELECT originator_version, topic, state FROM events WHERE originator_id = ?"
    " AND originator_version > ? AND originator_version <= ? ORDER BY originator_version "
)
SELECT_EVENT = "SELECT position, originator_id, originator_version, topic, state FROM events "


class SqliteRecorder(LedgerRecorder):
    def __init__(self, path: Path | str) -> None:
        self.path = str(path)
        self._queue = Queue()
        self._is_flushing = False
        self._write_lock = threading.Lock()
        self._writer = self._connect()
        self._create()
        self._readers = threading.local()
        self._all_readers: list[sqlite3.Connection] = []
        self._head = self._max_position(self._writer)
        self._news: asyncio.Event | None = None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, isolation_level=None, timeout=30, check_same_thread=False
        )
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA wal_autocheckpoint=4000")
        connection.execute("PRAGMA cache_size=-16000")
        return connection

    def _create(self) -> None:
        with self._write_lock:
            self._writer.execute("BEGIN IMMEDIATE")
            for statement in SCHEMA.split(";"):
                self._writer.execute(statement)
            if self._writer.execute("SELECT count(*) FROM ledger").fetchone()[0] == 0:
                self._writer.execute(
                    "INSERT INTO ledger VALUES (?, ?)", (str(uuid4()), SCHEMA_VERSION)
                )
            self._writer.execute("COMMIT")

    @property
    def _reader(self) -> sqlite3.Connection:
        reader: sqlite3.Connection | None = getattr(self._readers, "connection", None)
        if reader is None:
            reader = self._connect()
            reader.execute("PRAGMA query_only=ON")
            self._readers.connection = reader
            self._all_readers.append(reader)
        return reader

    # Writing -----------------------------------------------------------------------------

    async def append(self, write: Write) -> Receipt:
        future = self._queue.put(write)
        if not self._is_flushing:
            self._is_flushing = True
            asyncio.get_running_loop().call_soon(self._flush)
        return await future

    def _flush(self) -> None:
        """Commit all that became ready in this turn of the event loop.

        In the loop's own thread: handing over to another costs more than the commit itself.
        """
        self._is_flushing = False
        while self._queue:
            batch = self._queue.take()
            writes = [waiting.write for waiting in batch]
            try:
                outcomes: Sequence[Outcome] = self._transact(writes)
            except sqlite3.Error as error:
                outcomes = [error] * len(batch)
            settle(batch, outcomes)

    def append_now(self, writes: Sequence[Write]) -> list[Receipt]:
        outcomes = self._transact(writes, all_or_none=True)
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

    def _transact(self, writes: Sequence[Write], *, all_or_none: bool = False) -> list[Outcome]:
        with self._write_lock:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                last = self._max_position(self._writer)
                outcomes = self._together(writes, last)
                if outcomes is None:
                    outcomes = self._one_by_one(writes, last, all_or_none)
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise
        self._announce(outcomes)
        return outcomes

    def _together(self, writes: Sequence[Write], last: int) -> list[Outcome] | None:
        """Insert everything at once; None, with nothing changed, if anything is in the way."""
        events: list[tuple[object, ...]] = []
        receipts: list[tuple[object, ...]] = []
        claims: list[tuple[object, ...]] = []
        releases: list[tuple[str]] = []
        outcomes: list[Outcome] = []
        for write in writes:
            for event in write.events:
                last += 1
                events.append(_event_row(last, event))
            receipt = _receipt_of(write, last)
            outcomes.append(receipt)
            receipts.append(_receipt_row(receipt))
            releases += [(name,) for name in write.releases]
            claims += [(name, record.bytes) for name, record in write.claims]
        execute = self._writer.executemany
        self._writer.execute("SAVEPOINT together")
        try:
            if releases:
                execute("DELETE FROM claims WHERE name = ?", releases)
            if claims:
                execute(INSERT_CLAIM, claims)
            execute(INSERT_RECEIPT, receipts)
            execute(INSERT_EVENT, events)
        except sqlite3.IntegrityError:
            self._writer.execute("ROLLBACK TO together")
            return None
        return outcomes

    def _one_by_one(self, writes: Sequence[Write], last: int, all_or_none: bool) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for write in writes:
            self._writer.execute("SAVEPOINT one")
            try:
                receipt = self._alone(write, last)
                if not receipt.is_repeat:
                    last = receipt.position
                outcomes.append(receipt)
            except IntegrityError as error:
                if all_or_none:
                    raise
                self._writer.execute("ROLLBACK TO one")
                outcomes.append(error)
            self._writer.execute("RELEASE one")
        return outcomes

    def _alone(self, write: Write, last: int) -> Receipt:
        if found := self._find_receipt(self._writer, write.command):
            return found
        execute = self._writer.execute
        for name in write.releases:
            execute("DELETE FROM claims WHERE name = ?", (name,))
        for name, record in write.claims:
            row = execute("SELECT record FROM claims WHERE name = ?", (name,)).fetchone()
            if row is None:
                execute(INSERT_CLAIM, (name, record.bytes))
            elif row[0] != record.bytes:
                raise ClaimTaken(name)
        try:
            for event in write.events:
                last += 1
                execute(INSERT_EVENT, _event_row(last, event))
        except sqlite3.IntegrityError as error:
            raise IntegrityError(str(error)) from None
        receipt = _receipt_of(write, last)
        execute(INSERT_RECEIPT, _receipt_row(receipt))
        return receipt

    async def reserve(self, prefix: str, count: int) -> int:
        return self._advance(RESERVE, prefix, count) - count + 1

    def advance_serial(self, prefix: str, serial: int) -> None:
        self._advance(LEAVE_OUT, prefix, serial)

    def _advance(self, statement: str, prefix: str, number: int) -> int:
        with self._write_lock:
            row = self._writer.execute(statement, (prefix, number)).fetchone()
        return int(row[0])

    async def keep_snapshot(self, id: UUID, version: int, state: bytes) -> None:
        with self._write_lock:
            self._writer.execute(
                "INSERT INTO snapshots VALUES (?, ?, ?) ON CONFLICT (record) DO UPDATE"
                " SET version = excluded.version, state = excluded.state"
                " WHERE excluded.version > version",
                (id.bytes, version, state),
            )

    def track(self, follower: str, position: int, note: str = "") -> None:
        with self._write_lock:
            self._writer.execute(
                "INSERT INTO followers VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE"
                " SET position = excluded.position, note = excluded.note",
                (follower, position, note),
            )

    # Reading -----------------------------------------------------------------------------

    async def receipt(self, command: UUID) -> Receipt | None:
        return self._find_receipt(self._reader, command)

    def _find_receipt(self, connection: sqlite3.Connection, command: UUID) -> Receipt | None:
        row = connection.execute(
            "SELECT subject, version, position, fingerprint, answer FROM receipts"
            " WHERE command = ?",
            (command.bytes,),
        ).fetchone()
        if row is None:
            return None
        return Receipt(
            command=command,
            subject=UUID(bytes=row[0]),
            version=row[1],
            position=row[2],
            fingerprint=row[3],
            answer=row[4],
            is_repeat=True,
        )

    async def stream(
        self, id: UUID, *, after: int = 0, until: int | None = None
    ) -> Sequence[StoredEvent]:
        return self.select_events(id, gt=after, lte=until)

    async def version(self, id: UUID) -> int:
        row = self._reader.execute(
            "SELECT max(originator_version) FROM events WHERE originator_id = ?", (id.bytes,)
        ).fetchone()
        return row[0] or 0

    async def claimed(self, name: str) -> UUID | None:
        row = self._reader.execute("SELECT record FROM claims WHERE name = ?", (name,)).fetchone()
        return UUID(bytes=row[0]) if row else None

    async def snapshot(self, id: UUID) -> tuple[int, bytes] | None:
        row: tuple[int, bytes] | None = self._reader.execute(
            "SELECT version, state FROM snapshots WHERE record = ?", (id.bytes,)
        ).fetchone()
        return row

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
        rows = self._reader.execute(
            SELECT_STREAM + ("DESC LIMIT ?" if desc else "ASC LIMIT ?"),
            (
                id.bytes,
                gt or 0,
                1 << 62 if lte is None else lte,
                -1 if limit is None else limit,
            ),
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
        rows = self._reader.execute(
            f"{SELECT_EVENT} WHERE position > ? AND position <= ? {wanted}"
            "ORDER BY position LIMIT ?",
            (after, 1 << 62 if stop is None else stop, *topics, limit),
        )
        return _notifications(rows)

    def select_kind(self, prefix: str) -> Sequence[Notification]:
        first, last = range_of(prefix)
        rows = self._reader.execute(
            f"{SELECT_EVENT} WHERE originator_id BETWEEN ? AND ?"
            " ORDER BY originator_id, originator_version",
            (first.bytes, last.bytes),
        )
        return _notifications(rows)

    def select_history(self, id: UUID) -> Sequence[Notification]:
        rows = self._reader.execute(
            f"{SELECT_EVENT} WHERE originator_id = ? ORDER BY originator_version", (id.bytes,)
        )
        return _notifications(rows)

    def max_notification_id(self) -> int | None:
        return self._max_position(self._reader) or None

    @staticmethod
    def _max_position(connection: sqlite3.Connection) -> int:
        row = connection.execute("SELECT max(position) FROM events").fetchone()
        return row[0] or 0

    def tracked(self, follower: str) -> tuple[int, str]:
        row = self._reader.execute(
            "SELECT position, note FROM followers WHERE name = ?", (follower,)
        ).fetchone()
        return (row[0], row[1]) if row else (0, "")

    def identity(self) -> str:
        row = self._reader.execute("SELECT id FROM ledger").fetchone()
        return str(row[0])

    # Waiting -----------------------------------------------------------------------------

    def _announce(self, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Receipt) and outcome.position > self._head:
                self._head = outcome.position
        if self._news is not None:
            self._news.set()

    async def wait(self, after: int, timeout: float) -> int:
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout
        while True:
            if self._news is None or self._news.is_set():
                self._news = asyncio.Event()
            head = max(self._head, self._max_position(self._reader))
            remaining = end - loop.time()
            if head > after or remaining <= 0:
                return head
            try:
                await asyncio.wait_for(self._news.wait(), min(POLL_SECONDS, remaining))
            except TimeoutError:
                pass  # Time to look whether another process has written.

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        raise NotImplementedError("Follow the ledger with `wait` and `select_notifications`.")

    async def aclose(self) -> None:
        self._flush()
        for connection in (self._writer, *self._all_readers):
            connection.close()


def _event_row(position: int, event: StoredEvent) -> tuple[object, ...]:
    id: Any = event.originator_id
    return position, id.bytes, event.originator_version, event.topic, event.state.decode()


def _receipt_of(write: Write, position: int) -> Receipt:
    return Receipt(
        command=write.command,
        subject=write.subject,
        version=write.version,
        position=position,
        fingerprint=write.fingerprint,
        answer=write.answer,
    )


def _receipt_row(receipt: Receipt) -> tuple[object, ...]:
    return (
        receipt.command.bytes,
        receipt.subject.bytes,
        receipt.version,
        receipt.position,
        receipt.fingerprint,
        receipt.answer,
    )


def _notifications(rows: Iterable[Any]) -> list[Notification]:
    return [
        Notification(UUID(bytes=id), version, topic, state.encode(), position)
        for position, id, version, topic, state in rows
    ]
