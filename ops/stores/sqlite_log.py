"""The transparency log in a SQLite file of its own, so that it never takes the ledger's turn."""

import sqlite3
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from domain.transparency.store import Kept, LogState, LogStore, Overtaken, TileId
from projections.sqlite_file import connect

TABLES = """
CREATE TABLE IF NOT EXISTS log (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    ledger TEXT NOT NULL,
    size INTEGER NOT NULL,
    key TEXT NOT NULL
) STRICT;
INSERT OR IGNORE INTO log VALUES (1, '', 0, '');
CREATE TABLE IF NOT EXISTS tiles (
    level INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (level, number)
) STRICT;
CREATE TABLE IF NOT EXISTS checkpoints (
    size INTEGER PRIMARY KEY,
    seconds INTEGER NOT NULL,
    note TEXT NOT NULL
) STRICT;
CREATE TRIGGER IF NOT EXISTS checkpoints_stay BEFORE UPDATE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'A checkpoint is never changed.'); END;
CREATE TRIGGER IF NOT EXISTS checkpoints_remain BEFORE DELETE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'A checkpoint is never deleted.'); END;
CREATE TABLE IF NOT EXISTS deliveries (
    witness TEXT PRIMARY KEY,
    size INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cosignatures (
    size INTEGER NOT NULL,
    witness TEXT NOT NULL,
    lines TEXT NOT NULL,
    PRIMARY KEY (size, witness)
) STRICT, WITHOUT ROWID;
"""
SELECT_CHECKPOINT = "SELECT size, seconds, note FROM checkpoints "


class SqliteLog(LogStore):
    def __init__(self, path: Path | str) -> None:
        self.path = str(path)
        self._writing = threading.Lock()
        self._idle: deque[sqlite3.Connection] = deque()
        self._is_closed = False
        with self._transaction() as connection:
            # Not executescript: it would commit before each script.
            for statement in _statements(TABLES):
                connection.execute(statement)

    def state(self) -> LogState:
        ledger, size, key = self._rows("SELECT ledger, size, key FROM log")[0]
        return LogState(ledger, size, key)

    def adopt(self, ledger: str) -> None:
        if (known := self.state().ledger) == ledger:
            return
        if known:
            raise ValueError(f"This is the log of the ledger {known}, not of {ledger}.")
        with self._transaction() as connection:
            connection.execute("UPDATE log SET ledger = ? WHERE ledger = ''", (ledger,))

    def extend(
        self,
        before: int,
        size: int,
        tiles: Mapping[TileId, bytes],
        checkpoint: Kept | None = None,
        key: str = "",
    ) -> None:
        with self._transaction() as connection:
            moved = connection.execute(
                "UPDATE log SET size = ?, key = iif(? = '', key, ?) WHERE size = ?",
                (size, key, key, before),
            )
            if moved.rowcount != 1:
                raise Overtaken
            connection.executemany(
                "INSERT INTO tiles VALUES (?, ?, ?)"
                " ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes",
                [(*id, hashes) for id, hashes in tiles.items()],
            )
            if checkpoint is not None:
                try:
                    connection.execute(
                        "INSERT INTO checkpoints VALUES (?, ?, ?)",
                        (checkpoint.size, checkpoint.seconds, checkpoint.note),
                    )
                except sqlite3.IntegrityError:
                    raise Overtaken from None

    def clear(self) -> None:
        with self._transaction() as connection:
            connection.execute("DELETE FROM tiles")
            connection.execute("UPDATE log SET size = 0")

    def tile(self, level: int, number: int) -> bytes:
        rows = self._rows("SELECT hashes FROM tiles WHERE level = ? AND number = ?", level, number)
        return rows[0][0] if rows else b""

    def newest(self) -> Kept | None:
        return _first(self._rows(SELECT_CHECKPOINT + "ORDER BY size DESC LIMIT 1"))

    def covering(self, size: int) -> Kept | None:
        return _first(self._rows(SELECT_CHECKPOINT + "WHERE size >= ? ORDER BY size LIMIT 1", size))

    def checkpoints(self, after: int, limit: int) -> Sequence[Kept]:
        rows = self._rows(SELECT_CHECKPOINT + "WHERE size > ? ORDER BY size LIMIT ?", after, limit)
        return [_kept(row) for row in rows]

    def delivered(self, witness: str) -> int:
        rows = self._rows("SELECT size FROM deliveries WHERE witness = ?", witness)
        return rows[0][0] if rows else 0

    def deliver(self, witness: str, size: int, cosignatures: str = "") -> None:
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO deliveries VALUES (?, ?)"
                " ON CONFLICT (witness) DO UPDATE SET size = max(size, excluded.size)",
                (witness, size),
            )
            if cosignatures:
                connection.execute(
                    "INSERT OR REPLACE INTO cosignatures VALUES (?, ?, ?)",
                    (size, witness, cosignatures),
                )

    def cosignatures(self, size: int) -> str:
        rows = self._rows("SELECT lines FROM cosignatures WHERE size = ? ORDER BY witness", size)
        return "".join(row[0] for row in rows)

    def close(self) -> None:
        self._is_closed = True
        while self._idle:
            self._idle.pop().close()

    def _rows(self, query: str, *parameters: object) -> list[Any]:
        with self._borrowed() as connection:
            return connection.execute(query, parameters).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._writing, self._borrowed() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _borrowed(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = connect(self.path, "FULL")
        try:
            yield connection
        finally:
            if self._is_closed:
                connection.close()
            else:
                self._idle.append(connection)


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _kept(row: Any) -> Kept:
    return Kept(size=row[0], seconds=row[1], note=row[2])


def _first(rows: list[Any]) -> Kept | None:
    return _kept(rows[0]) if rows else None
