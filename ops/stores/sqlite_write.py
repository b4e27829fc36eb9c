"""The writing side of a ledger on SQLite: one connection, and one transaction at a time.

Another process that writes is waited for without standing still: an attempt to begin either
succeeds at once or is made again a moment later.
"""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import IntegrityError, OperationalError, StoredEvent

from domain.recorder import ClaimTaken, Receipt, Write
from ops.stores.group_commit import Outcome, receipt_of
from projections.sqlite_file import is_busy

PATIENCE_SECONDS = 30.0
PAUSE_SECONDS = 0.001

INSERT_EVENT = "INSERT INTO events VALUES (?, ?, ?, ?, ?)"
INSERT_RECEIPT = "INSERT INTO receipts VALUES (?, ?, ?, ?, ?, ?)"
INSERT_CLAIM = "INSERT INTO claims VALUES (?, ?)"
DELETE_CLAIM = "DELETE FROM claims WHERE name = ?"
SELECT_CLAIM = "SELECT record FROM claims WHERE name = ?"
SELECT_HEAD = "SELECT coalesce(max(position), 0) FROM events"
SELECT_RECEIPT = (
    "SELECT subject, version, position, fingerprint, answer FROM receipts WHERE command = ?"
)


class Writer:
    """Commits batches of writes, each with its own fate."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        # The transaction of another process answers at once, instead of stopping our thread.
        connection.execute("PRAGMA busy_timeout=0")
        self._lock = threading.Lock()

    def begin(self) -> bool:
        """Begin a transaction, unless another thread or process is in one."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except BaseException as error:
            self._lock.release()
            if is_busy(error):
                return False
            raise
        return True

    def begin_in_time(self) -> None:
        """Begin a transaction. Raises OperationalError if others do not end theirs in time."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not self.begin():
            if time.monotonic() > until:
                raise busy_for_long()
            time.sleep(PAUSE_SECONDS)

    async def begin_in_turn(self) -> None:
        """The same without holding up the event loop."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not self.begin():
            if time.monotonic() > until:
                raise busy_for_long()
            await asyncio.sleep(PAUSE_SECONDS)

    def execute(self, statement: str, parameters: tuple[object, ...]) -> Any:
        """Run one statement in the transaction that was begun, commit, and give its row."""
        try:
            row = self._connection.execute(statement, parameters).fetchone()
            self._connection.execute("COMMIT")
        finally:
            self._end()
        return row

    def commit(self, writes: Sequence[Write], *, all_or_none: bool = False) -> list[Outcome]:
        """Record all that can be recorded, in the transaction that was begun, and commit."""
        try:
            head = self._connection.execute(SELECT_HEAD).fetchone()[0]
            outcomes = self._together(writes, head)
            if outcomes is None:
                outcomes = self._one_by_one(writes, head, all_or_none)
            self._connection.execute("COMMIT")
        finally:
            self._end()
        return outcomes

    def wait_for_disk(self, is_waiting: bool, /) -> None:
        """Whether a commit comes back only when it is on the disk."""
        with self._lock:
            self._connection.execute(f"PRAGMA synchronous={'FULL' if is_waiting else 'NORMAL'}")

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _end(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        finally:
            self._lock.release()

    def _together(self, writes: Sequence[Write], last: int) -> list[Outcome] | None:
        """Insert everything at once; None, with nothing changed, if anything is in the way."""
        events: list[tuple[object, ...]] = []
        receipts: list[tuple[object, ...]] = []
        claims: list[tuple[object, ...]] = []
        releases: list[tuple[str]] = []
        outcomes: list[Outcome] = []
        many = self._connection.executemany
        self._connection.execute("SAVEPOINT together")
        try:
            for write in writes:
                for event in write.events:
                    last += 1
                    events.append(_event_row(last, event))
                outcomes.append(receipt_of(write, last))
                receipts.append(_receipt_row(write, last))
                releases += [(name,) for name in write.releases]
                claims += [(name, record.bytes) for name, record in write.claims]
            if releases:
                many(DELETE_CLAIM, releases)
            if claims:
                many(INSERT_CLAIM, claims)
            many(INSERT_RECEIPT, receipts)
            many(INSERT_EVENT, events)
        except Exception as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            self._connection.execute("ROLLBACK TO together")
            return None
        return outcomes

    def _one_by_one(self, writes: Sequence[Write], last: int, all_or_none: bool) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for write in writes:
            self._connection.execute("SAVEPOINT one")
            try:
                receipt = self._alone(write, last)
                if not receipt.is_repeat:
                    last = receipt.position
                outcomes.append(receipt)
            except Exception as error:
                if all_or_none or isinstance(error, sqlite3.OperationalError):
                    raise
                self._connection.execute("ROLLBACK TO one")
                outcomes.append(told(error))
            self._connection.execute("RELEASE one")
        return outcomes

    def _alone(self, write: Write, last: int) -> Receipt:
        execute = self._connection.execute
        if found := receipt_from(
            write.command, execute(SELECT_RECEIPT, (write.command.bytes,)).fetchone()
        ):
            return found
        for name in write.releases:
            execute(DELETE_CLAIM, (name,))
        for name, record in write.claims:
            row = execute(SELECT_CLAIM, (name,)).fetchone()
            if row is None:
                execute(INSERT_CLAIM, (name, record.bytes))
            elif row[0] != record.bytes:
                raise ClaimTaken(name)
        try:
            for event in write.events:
                last += 1
                execute(INSERT_EVENT, _event_row(last, event))
        except sqlite3.IntegrityError:
            raise IntegrityError(f"A version of {write.subject} is taken.") from None
        execute(INSERT_RECEIPT, _receipt_row(write, last))
        return receipt_of(write, last)


def busy_for_long() -> OperationalError:
    return OperationalError(f"Others wrote to the ledger for {PATIENCE_SECONDS:.0f} seconds.")


def told(error: Exception) -> Exception:
    """The library's error for what is not one."""
    if isinstance(error, IntegrityError | OperationalError):
        return error
    told = OperationalError(f"The ledger could not take it: {error}")
    told.__cause__ = error
    return told


def receipt_from(command: UUID, row: Any) -> Receipt | None:
    """The receipt of a command from its row, if it has one."""
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


def _event_row(position: int, event: StoredEvent) -> tuple[object, ...]:
    id: Any = event.originator_id
    return position, id.bytes, event.originator_version, event.topic, event.state.decode()


def _receipt_row(write: Write, position: int) -> tuple[object, ...]:
    return (
        write.command.bytes,
        write.subject.bytes,
        write.version,
        position,
        write.fingerprint,
        write.answer,
    )
