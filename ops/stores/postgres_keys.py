"""The keys of people in PostgreSQL: in a schema of their own, best in a database of their own."""

import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg_pool import ConnectionPool

from domain.personal import KEY_BYTES
from ops.stores.keys import BATCH, KEYS_CACHED_MAX, NODE, Keys, names_above
from ops.stores.master_key import MasterKey

CONNECTIONS_MAX = 4
CONNECTION_SECONDS_MAX = 30.0
SETUP_LOCK = 0x6B657973
"""Any number that no other part of the desk uses for an advisory lock."""

TABLES = """
CREATE SCHEMA IF NOT EXISTS ledgerdesk_keys;
CREATE TABLE IF NOT EXISTS ledgerdesk_keys.person_key (
    subject text COLLATE "C" PRIMARY KEY,
    wrapped bytea
);
CREATE TABLE IF NOT EXISTS ledgerdesk_keys.master_key (
    id integer PRIMARY KEY CHECK (id = 1),
    fingerprint text NOT NULL
);
CREATE TABLE IF NOT EXISTS ledgerdesk_keys.rewrite_owed (
    id integer PRIMARY KEY CHECK (id = 1)
);
CREATE TABLE IF NOT EXISTS ledgerdesk_keys.removed_to (
    id integer PRIMARY KEY CHECK (id = 1),
    position bigint NOT NULL,
    last bigint NOT NULL
);
"""

ASK_MASTER: LiteralString = "SELECT fingerprint FROM ledgerdesk_keys.master_key FOR SHARE"
ASK_MASTER_ALONE: LiteralString = "SELECT fingerprint FROM ledgerdesk_keys.master_key FOR UPDATE"

OWE_REWRITE: LiteralString = (
    "INSERT INTO ledgerdesk_keys.rewrite_owed VALUES (1) ON CONFLICT DO NOTHING"
)

Connection = psycopg.Connection[tuple[Any, ...]]


class PostgresKeys(Keys):
    """Raises MasterKeyUnusable at opening if the keys are wrapped under another master key."""

    def __init__(
        self, url: str, master: MasterKey, *, keys_cached_max: int = KEYS_CACHED_MAX
    ) -> None:
        super().__init__(master, keys_cached_max=keys_cached_max)
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            url,
            min_size=1,
            max_size=CONNECTIONS_MAX,
            timeout=CONNECTION_SECONDS_MAX,
            check=ConnectionPool.check_connection,
            open=True,
        )
        try:
            self._prepare()
        except BaseException:
            self._pool.close()
            raise

    def close(self) -> None:
        super().close()
        self._pool.close()

    def _prepare(self) -> None:
        with self._pool.connection() as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (SETUP_LOCK,))
            connection.execute(TABLES)
            connection.execute(
                "INSERT INTO ledgerdesk_keys.master_key VALUES (1, %s) ON CONFLICT DO NOTHING",
                (self._master.fingerprint,),
            )
        with self._writing() as connection:
            root = self._master.wrap(secrets.token_bytes(KEY_BYTES))
            connection.execute(
                "INSERT INTO ledgerdesk_keys.person_key VALUES (%s, %s) ON CONFLICT DO NOTHING",
                (NODE, root),
            )
        with self._pool.connection() as connection:
            owed = connection.execute("SELECT id FROM ledgerdesk_keys.rewrite_owed").fetchone()
        if owed is not None:
            # Whoever destroyed a key last was killed before that.
            self._rewrite()

    @contextmanager
    def _writing(self, ask_master: LiteralString = ASK_MASTER) -> Iterator[Connection]:
        """A durable transaction, in which our master key is and stays the right one."""
        with self._pool.connection() as connection:
            connection.execute("SET LOCAL synchronous_commit = on")
            row = connection.execute(ask_master).fetchone()
            self._check_master(row[0] if row else "")
            yield connection

    def _read(self, subjects: list[str]) -> list[tuple[str, bytes | None]]:
        with self._pool.connection() as connection:
            return connection.execute(
                "SELECT subject, wrapped FROM ledgerdesk_keys.person_key WHERE subject = ANY(%s)",
                (subjects,),
            ).fetchall()

    def _create(self, rows: list[tuple[str, bytes]]) -> None:
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO ledgerdesk_keys.person_key"
                " SELECT * FROM unnest(%s::text[], %s::bytea[]) ON CONFLICT DO NOTHING",
                ([subject for subject, _ in rows], [wrapped for _, wrapped in rows]),
            )

    def _bury(self, subject: str) -> None:
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO ledgerdesk_keys.person_key VALUES (%s, NULL)"
                " ON CONFLICT (subject) DO UPDATE SET wrapped = NULL",
                (subject,),
            )
            connection.execute(OWE_REWRITE)
        self._rewrite()

    def _rewrite(self) -> None:
        """What was destroyed is in its page until that is written anew."""
        with self._pool.connection() as connection:
            connection.autocommit = True
            connection.execute("VACUUM (FULL) ledgerdesk_keys.person_key")
            connection.execute("DELETE FROM ledgerdesk_keys.rewrite_owed")
            connection.autocommit = False

    def removed_to(self) -> tuple[int, int]:
        with self._pool.connection() as connection:
            row = connection.execute(
                "SELECT position, last FROM ledgerdesk_keys.removed_to"
            ).fetchone()
        return (row[0], row[1]) if row else (0, 0)

    def note_removed_to(self, position: int, last: int) -> None:
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO ledgerdesk_keys.removed_to VALUES (1, %s, %s)"
                " ON CONFLICT (id) DO UPDATE SET position = %s, last = %s",
                (position, last, position, last),
            )

    def _prune(self, gone: Collection[str]) -> None:
        names = sorted({name for place in gone for name in names_above(place)})
        stems = [NODE + place for place in gone]
        with self._writing(ASK_MASTER_ALONE) as connection:
            kept = connection.execute(
                "SELECT subject, wrapped FROM ledgerdesk_keys.person_key WHERE wrapped IS NOT NULL"
                " AND (subject = ANY(%s) OR EXISTS (SELECT FROM unnest(%s::text[]) AS stem"
                " WHERE subject > stem AND subject < stem || 'g'))",
                (names, stems),
            ).fetchall()
            connection.execute(
                "DELETE FROM ledgerdesk_keys.person_key WHERE subject = ANY(%s)",
                ([name for name, _ in kept],),
            )
            new = self._pruned(gone, kept)
            connection.execute(
                "INSERT INTO ledgerdesk_keys.person_key"
                " SELECT * FROM unnest(%s::text[], %s::bytea[])",
                ([name for name, _ in new], [wrapped for _, wrapped in new]),
            )
            connection.execute(
                "INSERT INTO ledgerdesk_keys.person_key VALUES (%s, NULL) ON CONFLICT DO NOTHING",
                (NODE,),
            )
            if kept:
                connection.execute(OWE_REWRITE)
        if kept:
            self._rewrite()

    def _rewrap(self, rewrap: Callable[[bytes], bytes], new: MasterKey) -> None:
        with self._writing(ASK_MASTER_ALONE) as connection:
            last = ""
            while rows := connection.execute(
                "SELECT subject, wrapped FROM ledgerdesk_keys.person_key"
                " WHERE subject > %s AND wrapped IS NOT NULL ORDER BY subject LIMIT %s FOR UPDATE",
                (last, BATCH),
            ).fetchall():
                connection.execute(
                    "UPDATE ledgerdesk_keys.person_key AS kept SET wrapped = anew.wrapped"
                    " FROM unnest(%s::text[], %s::bytea[]) AS anew (subject, wrapped)"
                    " WHERE kept.subject = anew.subject",
                    ([row[0] for row in rows], [rewrap(row[1]) for row in rows]),
                )
                last = rows[-1][0]
            connection.execute(
                "UPDATE ledgerdesk_keys.master_key SET fingerprint = %s", (new.fingerprint,)
            )
