"""The keys of people in a SQLite file of their own."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.stores.keys import BATCH, KEYS_CACHED_MAX, Keys
from ops.stores.master_key import MasterKey
from projections.sqlite_file import connect

TABLES = """
CREATE TABLE IF NOT EXISTS person_key (
    subject TEXT PRIMARY KEY NOT NULL,
    wrapped BLOB
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS master_key (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    fingerprint TEXT NOT NULL
);
"""


class SqliteKeys(Keys):
    """Raises MasterKeyUnusable at opening if the keys are wrapped under another master key."""

    def __init__(
        self, path: Path, master: MasterKey, *, keys_cached_max: int = KEYS_CACHED_MAX
    ) -> None:
        super().__init__(master, keys_cached_max=keys_cached_max)
        self._using = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        self._connection = connect(path, "FULL")
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        super().close()
        with self._using:
            self._connection.close()

    def _prepare(self) -> None:
        # A destroyed key must not stay behind in a free page.
        self._connection.execute("PRAGMA secure_delete = ON")
        self._connection.executescript(TABLES)
        self._connection.execute(
            "INSERT OR IGNORE INTO master_key VALUES (1, ?)", (self._master.fingerprint,)
        )
        with self._writing():
            pass

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction, in which our master key is the right one."""
        with self._using:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                (fingerprint,) = self._connection.execute(
                    "SELECT fingerprint FROM master_key"
                ).fetchone()
                self._check_master(fingerprint)
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _read(self, subjects: list[str]) -> list[tuple[str, bytes | None]]:
        marks = ",".join("?" * len(subjects))
        query = f"SELECT subject, wrapped FROM person_key WHERE subject IN ({marks})"
        with self._using:
            return self._connection.execute(query, subjects).fetchall()

    def _create(self, rows: list[tuple[str, bytes]]) -> None:
        with self._writing() as connection:
            connection.executemany("INSERT OR IGNORE INTO person_key VALUES (?, ?)", rows)

    def _bury(self, subject: str) -> None:
        with self._writing() as connection:
            connection.execute("INSERT OR REPLACE INTO person_key VALUES (?, NULL)", (subject,))
        with self._using:
            # The log still has the key.
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _rewrap(self, rewrap: Callable[[bytes], bytes], new: MasterKey) -> None:
        with self._writing() as connection:
            last = ""
            while rows := connection.execute(
                "SELECT subject, wrapped FROM person_key"
                " WHERE subject > ? AND wrapped IS NOT NULL ORDER BY subject LIMIT ?",
                (last, BATCH),
            ).fetchall():
                connection.executemany(
                    "UPDATE person_key SET wrapped = ? WHERE subject = ?",
                    [(rewrap(wrapped), subject) for subject, wrapped in rows],
                )
                last = rows[-1][0]
            connection.execute("UPDATE master_key SET fingerprint = ?", (new.fingerprint,))
