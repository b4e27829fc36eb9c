"""Views in a schema of a PostgreSQL database."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import msgspec
import psycopg

from projections import past, postgres_copy, postgres_words, sql
from projections.past import ENDLESS, Begun, Ended
from projections.postgres_arrays import ARRAYS, BooleanArray, IntegerArray, TextArray, register
from projections.store import (
    Behind,
    Kept,
    Overtaken,
    SetAside,
    Transaction,
    ViewStore,
)
from projections.tables import Column, Key, Kind, Table, Values
from projections.view import View

PREFIX = "views."
LOCK = 0x6C646765722D76  # "ledger-v": one process at a time makes and removes tables.
TYPES: dict[Kind, str] = {
    # By its characters, as on the other store, and not by the language of the server.
    "text": 'text COLLATE "C"',
    "id": 'text COLLATE "C"',
    "instant": 'text COLLATE "C"',
    "json": "text",
    "integer": "bigint",
    "boolean": "boolean",
}
ARRAY_TYPES: dict[type[TextArray], str] = {
    TextArray: "text[]",
    IntegerArray: "bigint[]",
    BooleanArray: "boolean[]",
}
SCHEMA = (
    "CREATE SCHEMA IF NOT EXISTS views",
    "CREATE TABLE IF NOT EXISTS views.source (ledger text NOT NULL)",
    "CREATE TABLE IF NOT EXISTS views.positions (view text PRIMARY KEY, version bigint NOT NULL,"
    " shape text NOT NULL, tables text NOT NULL, position bigint NOT NULL)",
    "CREATE TABLE IF NOT EXISTS views.set_aside (view text, position bigint, topic text NOT NULL,"
    " record text NOT NULL, error text NOT NULL, PRIMARY KEY (view, position))",
    "CREATE TABLE IF NOT EXISTS views.renewed (erasure bigint NOT NULL)",
)


class PostgresViews(ViewStore):
    # No ProgrammingError: a table or a right that is missing is no fault of an event.
    data_errors = (psycopg.DataError, psycopg.IntegrityError, ValueError, OverflowError)
    passing_errors = (psycopg.OperationalError, psycopg.InterfaceError)

    def __init__(self, url: str) -> None:
        self.url = url
        self._opened = _connect(url)
        with self.transaction() as transaction:
            cast("PostgresTransaction", transaction).lock()
            for statement in SCHEMA:
                _execute(self._connection, statement)

    @property
    def _connection(self) -> psycopg.Connection:
        """The connection, made again after it was lost."""
        if self._opened.closed:
            self._opened = _connect(self.url)
        return self._opened

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        connection = self._connection
        with connection.transaction():
            yield PostgresTransaction(connection)

    def positions(self) -> dict[str, tuple[int, int]]:
        rows = _execute(self._connection, "SELECT view, version, position FROM views.positions")
        return {view: (version, position) for view, version, position in rows}

    def scan(self, table: Table[Any], *, is_whole: bool = False) -> Iterator[tuple[Any, ...]]:
        yield from self._scanned(sql.scan(table, PREFIX + table.stored, is_whole=is_whole))

    def scan_past(self, table: Table[Any]) -> Iterator[tuple[Any, ...]]:
        names = ", ".join(sql.all_names(table))
        order = ", ".join((*table.key, "known_since"))
        yield from self._scanned(
            f"SELECT {names} FROM {PREFIX}{table.past_stored} ORDER BY {order}"
        )

    def _scanned(self, ordered: str) -> Iterator[tuple[Any, ...]]:
        connection = self._connection
        with connection.transaction(), connection.cursor(name="scan") as cursor:
            cursor.itersize = 2_000
            cursor.execute(ordered)
            yield from cursor

    def aside(self, view: str, limit: int = 100) -> list[SetAside]:
        rows = _execute(
            self._connection,
            "SELECT position, topic, record, error FROM views.set_aside WHERE view = %s"
            " ORDER BY position LIMIT %s",
            (view, limit),
        )
        return [
            SetAside(view=view, position=position, topic=topic, record=record, error=error)
            for position, topic, record, error in rows
        ]

    def count_aside(self) -> dict[str, int]:
        counted = "SELECT view, count(*) FROM views.set_aside GROUP BY view"
        return {view: count for view, count in _execute(self._connection, counted)}

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        with self._connection.transaction():
            _execute(self._connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield

    def switch(self, view: View, other: ViewStore) -> None:
        with self.transaction() as transaction:
            kept = transaction.kept().get(view.name)
            if kept is not None and kept.version != view.version:
                transaction.leave(view, kept)
                kept = None
            if kept is None:
                transaction.create(view)
            # Whoever keeps the view waits for its turn from here on.
            found = _execute(
                self._connection,
                "SELECT position FROM views.positions WHERE view = %s FOR UPDATE",
                (view.name,),
            ).fetchone()
            _, position = other.positions()[view.name]
            if found is not None and found[0] > position:
                raise Behind(view.name)
            copied = postgres_copy.copy(self._connection, [view], other)
            postgres_copy.put_in_place(self._connection, copied)
            postgres_copy.put_positions(self._connection, [view], other)

    def renewed(self) -> int:
        row = _execute(self._connection, "SELECT max(erasure) FROM views.renewed").fetchone()
        return int(row[0] or 0) if row else 0

    def take_over(self, other: ViewStore, views: Collection[View], renewed: int) -> None:
        with self.transaction() as transaction:
            cast("PostgresTransaction", transaction).lock()
            copied = postgres_copy.copy(self._connection, views, other)
            # Readers wait from here on.
            postgres_copy.put_in_place(self._connection, copied)
            postgres_copy.put_positions(self._connection, views, other)
            _execute(self._connection, "INSERT INTO views.renewed VALUES (%s)", (renewed,))
        self.clean()

    def clean(self) -> None:
        postgres_copy.clean(self._connection)

    def close(self) -> None:
        self._opened.close()


class PostgresTransaction(Transaction):
    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def lock(self) -> None:
        """Wait until no other process makes or removes tables."""
        _execute(self._connection, "SELECT pg_advisory_xact_lock(%s)", (LOCK,))

    def move(self, view: View, old: int, new: int) -> None:
        moved = _execute(
            self._connection,
            "UPDATE views.positions SET position = %s"
            " WHERE view = %s AND version = %s AND position = %s",
            (new, view.name, view.version, old),
        )
        if moved.rowcount != 1:
            raise Overtaken(view.name)

    def load(self, table: Table[Any], keys: list[Key]) -> Iterable[Values]:
        names = ", ".join(table.key)
        wanted = f"JOIN unnest({_arrays(table, table.key)}) AS wanted ({names}) USING ({names})"
        found = _execute(
            self._connection,
            sql.select(table, PREFIX + table.stored, wanted),
            _given(table, table.key, keys),
        )
        return found.fetchall()

    def write(self, table: Table[Any], rows: Sequence[Values], removed: Sequence[Key]) -> None:
        if removed:
            names = ", ".join(table.key)
            _execute(
                self._connection,
                f"DELETE FROM {PREFIX}{table.stored} WHERE ({names})"
                f" IN (SELECT * FROM unnest({_arrays(table, table.key)}))",
                _given(table, table.key, removed),
            )
        if rows:
            values = f"SELECT * FROM unnest({_arrays(table, table.stored_names)})"
            _execute(
                self._connection,
                sql.upsert(table, PREFIX + table.stored, values),
                _given(table, table.stored_names, rows),
            )

    def begun(self, table: Table[Any], keys: list[Key]) -> dict[Key, Begun]:
        names = ", ".join(table.key)
        same = " AND ".join(f"past.{name} = wanted.{name}" for name in table.key)
        # One look into the index for each: a join would read the whole table.
        found = _execute(
            self._connection,
            f"SELECT {', '.join(f'wanted.{name}' for name in table.key)}, held_since, known_since"
            f" FROM unnest({_arrays(table, table.key)}) AS wanted ({names})"
            " CROSS JOIN LATERAL (SELECT held_since, known_since, held_until"
            f" FROM {PREFIX}{table.past_stored} AS past WHERE {same}"
            " ORDER BY known_since DESC LIMIT 1) AS latest"
            f" WHERE held_until = {ENDLESS}",
            _given(table, table.key, keys),
        )
        return {tuple(key): Begun(since, position) for *key, since, position in found}

    def write_past(
        self, table: Table[Any], ended: Sequence[Ended], versions: Sequence[tuple[Any, ...]]
    ) -> None:
        into = PREFIX + table.past_stored
        if ended:
            names = (*table.key, "known_since")
            same = " AND ".join(f"{into}.{name} = ended.{name}" for name in names)
            numbers = ", ".join(["%b::bigint[]"] * 5)
            _execute(
                self._connection,
                f"UPDATE {into} SET held_until = ended.held_until, known_until = ended.known_until,"
                " held_band = ended.held_band, known_band = ended.known_band"
                f" FROM unnest({_arrays(table, table.key)}, {numbers}) AS ended"
                f" ({', '.join(names)}, held_until, known_until, held_band, known_band)"
                f" WHERE {same}",
                [
                    *_given(table, table.key, [one.key for one in ended]),
                    IntegerArray([one.since_position for one in ended]),
                    IntegerArray([one.until for one in ended]),
                    IntegerArray([one.until_position for one in ended]),
                    IntegerArray([one.band for one in ended]),
                    IntegerArray([one.position_band for one in ended]),
                ],
            )
        if versions:
            columns = ", ".join(sql.all_names(table))
            with (
                self._connection.cursor() as cursor,
                cursor.copy(f"COPY {into} ({columns}) FROM STDIN") as copy,
            ):
                for version in versions:
                    copy.write_row(version)

    def set_aside(self, event: SetAside) -> None:
        _execute(
            self._connection,
            "INSERT INTO views.set_aside VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (event.view, event.position, event.topic, event.record, event.error),
        )

    def create(self, view: View) -> None:
        for table in view.tables:
            for statement in _create(table):
                _execute(self._connection, statement)
        _execute(
            self._connection,
            "INSERT INTO views.positions VALUES (%s, %s, %s, %s, 0)",
            (
                view.name,
                view.version,
                view.shape,
                msgspec.json.encode(
                    [name for table in view.tables for name in table.all_stored]
                ).decode(),
            ),
        )

    def drop(self, name: str, tables: Iterable[str]) -> None:
        for table in tables:
            _execute(self._connection, f"DROP TABLE IF EXISTS {PREFIX}{table}")
        _execute(self._connection, "DELETE FROM views.positions WHERE view = %s", (name,))
        _execute(self._connection, "DELETE FROM views.set_aside WHERE view = %s", (name,))

    def rename(self, name: str, other: str) -> None:
        _execute(
            self._connection,
            "UPDATE views.positions SET view = %s WHERE view = %s",
            (other, name),
        )
        _execute(self._connection, "DELETE FROM views.set_aside WHERE view = %s", (name,))

    def kept(self) -> dict[str, Kept]:
        self.lock()
        rows = _execute(
            self._connection, "SELECT view, version, shape, tables, position FROM views.positions"
        )
        return {
            view: Kept(version, shape, tuple(msgspec.json.decode(tables)), position)
            for view, version, shape, tables, position in rows
        }

    def ledger(self) -> str:
        row = _execute(self._connection, "SELECT ledger FROM views.source").fetchone()
        return str(row[0]) if row else ""

    def adopt(self, ledger: str) -> None:
        _execute(self._connection, "DELETE FROM views.source")
        _execute(self._connection, "INSERT INTO views.source VALUES (%s)", (ledger,))


def _connect(url: str) -> psycopg.Connection:
    connection = psycopg.connect(url, autocommit=True)
    register(connection)
    # Views follow the ledger again from wherever they are found after a crash.
    connection.execute("SET synchronous_commit TO off")
    # Rows are looked up by their keys: of tables that grow while it has no statistics of them, the
    # planner would rather read all.
    for way in ("hashjoin", "mergejoin", "seqscan"):
        connection.execute(f"SET enable_{way} TO off")
    return connection


def _create(table: Table[Any]) -> Iterator[str]:
    columns = _columns(table.stored_columns)
    yield (
        f"CREATE TABLE {PREFIX}{table.stored}"
        f" ({', '.join(columns)}, PRIMARY KEY ({', '.join(table.key)}))"
    )
    for index in table.indexes:
        name = f"{table.stored}_by_{'_'.join(index)}"
        yield f"CREATE INDEX {name} ON {PREFIX}{table.stored} ({', '.join(index)})"
    yield from postgres_words.create(table, PREFIX)
    if table.past is not None:
        yield (
            f"CREATE TABLE {PREFIX}{table.past_stored}"
            f" ({', '.join(_columns((*table.columns, *past.COLUMNS)))},"
            f" PRIMARY KEY ({', '.join(table.key)}, known_since))"
        )
        for name, index in past.indexes(table):
            yield f"CREATE INDEX {name} ON {PREFIX}{table.past_stored} ({', '.join(index)})"


def _columns(columns: Sequence[Column]) -> list[str]:
    return [
        f"{column.name} {TYPES[column.kind]}{'' if column.is_nullable else ' NOT NULL'}"
        for column in columns
    ]


def _arrays(table: Table[Any], names: Iterable[str]) -> str:
    """The parameters for some columns of rows."""
    kinds = (table.stored_column[name].kind for name in names)
    return ", ".join(f"%b::{ARRAY_TYPES[ARRAYS[kind]]}" for kind in kinds)


def _given(table: Table[Any], names: Iterable[str], rows: Sequence[Values]) -> list[TextArray]:
    """The values for these parameters; of at least one row."""
    columns = zip(*rows, strict=True)
    return [
        ARRAYS[table.stored_column[name].kind](values)
        for name, values in zip(names, columns, strict=True)
    ]


def _execute(
    connection: psycopg.Connection, statement: str, parameters: Sequence[Any] | None = None
) -> psycopg.Cursor:
    return connection.execute(statement, parameters)
