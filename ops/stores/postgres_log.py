"""The transparency log on PostgreSQL, in the schema `log` beside the ledger's."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg import Connection

from domain.transparency.store import Kept, LogState, LogStore, Overtaken, TileId
from ops.stores.postgres_append import failure
from ops.stores.postgres_connections import Connections, Row, conninfo

T = TypeVar("T")

SCHEMA_LOCK = 7310581
PATIENCE_SECONDS = 30.0

TABLES: LiteralString = """
CREATE SCHEMA IF NOT EXISTS log;
CREATE TABLE IF NOT EXISTS log.log (
    id integer PRIMARY KEY CHECK (id = 1),
    ledger text NOT NULL,
    size bigint NOT NULL,
    key text NOT NULL
);
INSERT INTO log.log VALUES (1, '', 0, '') ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS log.tiles (
    level integer NOT NULL,
    number bigint NOT NULL,
    hashes bytea NOT NULL,
    PRIMARY KEY (level, number)
);
-- Hashes do not compress, and trying to takes time.
ALTER TABLE log.tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;
CREATE TABLE IF NOT EXISTS log.checkpoints (
    size bigint PRIMARY KEY,
    seconds bigint NOT NULL,
    note text NOT NULL
);
CREATE OR REPLACE FUNCTION log.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A checkpoint is never changed or deleted.';
END
$$;
CREATE OR REPLACE TRIGGER checkpoints_stay BEFORE UPDATE OR DELETE OR TRUNCATE
    ON log.checkpoints FOR EACH STATEMENT EXECUTE FUNCTION log.refuse();
CREATE TABLE IF NOT EXISTS log.deliveries (
    witness text PRIMARY KEY,
    size bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS log.cosignatures (
    size bigint NOT NULL,
    witness text NOT NULL,
    lines text NOT NULL,
    PRIMARY KEY (size, witness)
);
"""
SELECT_CHECKPOINT: LiteralString = "SELECT size, seconds, note FROM log.checkpoints "


class PostgresLog(LogStore):
    """Raises the library's OperationalError when the server stays away too long."""

    def __init__(self, url: str, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._connections = Connections(conninfo(url), patience_seconds)
        try:
            self._use(_create)
        except BaseException:
            self._connections.close()
            raise

    def state(self) -> LogState:
        ledger, size, key = self._rows("SELECT ledger, size, key FROM log.log")[0]
        return LogState(ledger, size, key)

    def adopt(self, ledger: str) -> None:
        if (known := self.state().ledger) == ledger:
            return
        if known:
            raise ValueError(f"This is the log of the ledger {known}, not of {ledger}.")
        self._rows("UPDATE log.log SET ledger = %s WHERE ledger = '' RETURNING size", ledger)

    def extend(
        self,
        before: int,
        size: int,
        tiles: Mapping[TileId, bytes],
        checkpoint: Kept | None = None,
        key: str = "",
    ) -> None:
        def move(connection: Connection[Row]) -> None:
            with connection.transaction():
                moved = connection.execute(
                    "UPDATE log.log SET size = %s, key = coalesce(nullif(%s, ''), key)"
                    " WHERE size = %s",
                    (size, key, before),
                )
                if moved.rowcount != 1:
                    raise Overtaken
                if tiles:
                    connection.execute(
                        "INSERT INTO log.tiles"
                        " SELECT * FROM unnest(%s::int[], %s::bigint[], %s::bytea[])"
                        " ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes",
                        (
                            [level for level, _ in tiles],
                            [number for _, number in tiles],
                            list(tiles.values()),
                        ),
                    )
                if checkpoint is not None:
                    connection.execute(
                        "INSERT INTO log.checkpoints VALUES (%s, %s, %s)",
                        (checkpoint.size, checkpoint.seconds, checkpoint.note),
                    )

        try:
            self._connections.use(move)
        except psycopg.errors.UniqueViolation:
            raise Overtaken from None
        except psycopg.Error as error:
            raise failure(error) from error

    def clear(self) -> None:
        def clear(connection: Connection[Row]) -> None:
            with connection.transaction():
                connection.execute("UPDATE log.log SET size = 0")
                connection.execute("DELETE FROM log.tiles")

        self._use(clear)

    def tile(self, level: int, number: int) -> bytes:
        rows = self._rows(
            "SELECT hashes FROM log.tiles WHERE level = %s AND number = %s", level, number
        )
        return bytes(rows[0][0]) if rows else b""

    def newest(self) -> Kept | None:
        return _first(self._rows(SELECT_CHECKPOINT + "ORDER BY size DESC LIMIT 1"))

    def covering(self, size: int) -> Kept | None:
        return _first(
            self._rows(SELECT_CHECKPOINT + "WHERE size >= %s ORDER BY size LIMIT 1", size)
        )

    def checkpoints(self, after: int, limit: int) -> Sequence[Kept]:
        rows = self._rows(
            SELECT_CHECKPOINT + "WHERE size > %s ORDER BY size LIMIT %s", after, limit
        )
        return [_kept(row) for row in rows]

    def delivered(self, witness: str) -> int:
        rows = self._rows("SELECT size FROM log.deliveries WHERE witness = %s", witness)
        return rows[0][0] if rows else 0

    def deliver(self, witness: str, size: int, cosignatures: str = "") -> None:
        def note(connection: Connection[Row]) -> None:
            with connection.transaction():
                connection.execute(
                    "INSERT INTO log.deliveries AS d VALUES (%s, %s) ON CONFLICT (witness)"
                    " DO UPDATE SET size = greatest(d.size, excluded.size)",
                    (witness, size),
                )
                if cosignatures:
                    connection.execute(
                        "INSERT INTO log.cosignatures VALUES (%s, %s, %s)"
                        " ON CONFLICT (size, witness) DO UPDATE SET lines = excluded.lines",
                        (size, witness, cosignatures),
                    )

        self._use(note)

    def cosignatures(self, size: int) -> str:
        rows = self._rows(
            "SELECT lines FROM log.cosignatures WHERE size = %s ORDER BY witness", size
        )
        return "".join(row[0] for row in rows)

    def close(self) -> None:
        self._connections.close()

    def _rows(self, query: LiteralString, *parameters: object) -> list[Row]:
        return self._use(lambda connection: connection.execute(query, parameters).fetchall())

    def _use(self, act: Callable[[Connection[Row]], T]) -> T:
        try:
            return self._connections.use(act)
        except psycopg.Error as error:
            raise failure(error) from error


def _create(connection: Connection[Row]) -> None:
    """Create the tables, once, however many start at the same time."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [SCHEMA_LOCK])
        found = connection.execute("SELECT to_regclass('log.cosignatures')").fetchone()
        if found == (None,):
            connection.execute(TABLES)


def _kept(row: Any) -> Kept:
    return Kept(size=row[0], seconds=row[1], note=row[2])


def _first(rows: list[Row]) -> Kept | None:
    return _kept(rows[0]) if rows else None
