"""The keys of people in a SQLite file of their own."""

import secrets
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.personal import KEY_BYTES
from ops.stores.keys import BATCH, KEYS_CACHED_MAX, NODE, Keys, names_above
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
CREATE TABLE IF NOT EXISTS removed_to (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    position INTEGER NOT NULL,
    last INTEGER NOT NULL
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
        with self._writing() as connection:
            root = self._master.wrap(secrets.token_bytes(KEY_BYTES))
            connection.execute("INSERT OR IGNORE INTO person_key VALUES (?, ?)", (NODE, root))
        # Whoever destroyed a key last may have been killed before that.
        self._empty_log()

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
        self._empty_log()

    def _empty_log(self) -> None:
        """The log still has the keys that were destroyed."""
        with self._using:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def removed_to(self) -> tuple[int, int]:
        with self._using:
            row = self._connection.execute("SELECT position, last FROM removed_to").fetchone()
        return row or (0, 0)

    def note_removed_to(self, position: int, last: int) -> None:
        with self._writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO removed_to VALUES (1, ?, ?)", (position, last)
            )

    def _prune(self, gone: Collection[str]) -> None:
        with self._writing() as connection:
            kept: dict[str, bytes] = {}
            for place in gone:
                kept |= connection.execute(
                    "SELECT subject, wrapped FROM person_key WHERE wrapped IS NOT NULL AND"
                    f" (subject IN ({','.join('?' * (len(place) + 1))})"
                    " OR subject > ? AND subject < ?)",
                    (*names_above(place), NODE + place, f"{NODE}{place}g"),
                ).fetchall()
            connection.executemany(
                "DELETE FROM person_key WHERE subject = ?", [(name,) for name in kept]
            )
            connection.executemany(
                "INSERT INTO person_key VALUES (?, ?)", self._pruned(gone, kept.items())
            )
            connection.execute("INSERT OR IGNORE INTO person_key VALUES (?, NULL)", (NODE,))
        if kept:
            self._empty_log()

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
