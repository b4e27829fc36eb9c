"""Views in one SQLite file. They can be rebuilt, so a commit need not reach the disk at once."""

import re
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from projections import past, sql, sqlite_words
from projections.past import ENDLESS, Begun, Ended
from projections.sought import Sought
from projections.sqlite_file import connect
from projections.store import (
    Behind,
    Kept,
    NotBuilt,
    Overtaken,
    SetAside,
    Transaction,
    ViewReader,
    ViewStore,
)
from projections.tables import Column, Key, Kind, Table, Values
from projections.view import View

TYPES: dict[Kind, str] = {
    "text": "TEXT",
    "id": "TEXT",
    "instant": "TEXT",
    "json": "TEXT",
    "integer": "INTEGER",
    "boolean": "INTEGER",
}
JSON_TYPES: dict[Kind, str] = {
    "integer": "'integer'",
    "boolean": "'true', 'false'",
    "json": "'array'",
}
"""The types in JSON of what is no text there."""
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS source (ledger TEXT NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS positions (view TEXT PRIMARY KEY, version INTEGER NOT NULL,"
    " shape TEXT NOT NULL, tables TEXT NOT NULL, position INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS set_aside (view TEXT, position INTEGER, topic TEXT NOT NULL,"
    " record TEXT NOT NULL, error TEXT NOT NULL, PRIMARY KEY (view, position))"
    " STRICT, WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS renewed (erasure INTEGER NOT NULL) STRICT",
)


_DECIMAL = re.compile(r"-?[0-9]+([.][0-9]+)?")


def open_views(path: str) -> sqlite3.Connection:
    connection = connect(path, "NORMAL", cached_statements=512)
    connection.execute("PRAGMA cache_size=-32000")
    return connection


class SqliteViews(ViewStore):
    data_errors = (
        sqlite3.DataError,
        sqlite3.IntegrityError,
        sqlite3.ProgrammingError,
        OverflowError,
        UnicodeError,
    )
    passing_errors = (sqlite3.OperationalError,)

    def __init__(self, path: Path | str) -> None:
        self.path = str(path)
        self._connection = open_views(self.path)
        self._connection.execute("PRAGMA wal_autocheckpoint=4000")
        self._transaction = SqliteTransaction(self._connection)
        with self.transaction():
            for statement in SCHEMA:
                self._connection.execute(statement)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._transaction
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def positions(self) -> dict[str, tuple[int, int]]:
        rows = self._connection.execute("SELECT view, version, position FROM positions")
        return {view: (version, position) for view, version, position in rows}

    def scan(self, table: Table[Any], *, is_whole: bool = False) -> Iterator[tuple[Any, ...]]:
        ordered = sql.scan(table, table.stored, is_whole=is_whole)
        columns = table.stored_columns if is_whole else table.columns
        truths = [place for place, c in enumerate(columns) if c.kind == "boolean"]
        for row in self._connection.execute(ordered):
            yield _with_truths(row, truths) if truths else row

    def scan_past(self, table: Table[Any]) -> Iterator[tuple[Any, ...]]:
        names = ", ".join(sql.all_names(table))
        order = ", ".join((*table.key, "known_since"))
        truths = [place for place, c in enumerate(table.columns) if c.kind == "boolean"]
        for row in self._connection.execute(
            f"SELECT {names} FROM {table.past_stored} ORDER BY {order}"
        ):
            yield _with_truths(row, truths) if truths else row

    def aside(self, view: str, limit: int = 100) -> list[SetAside]:
        rows = self._connection.execute(
            "SELECT position, topic, record, error FROM set_aside WHERE view = ?"
            " ORDER BY position LIMIT ?",
            (view, limit),
        )
        return [
            SetAside(view=view, position=position, topic=topic, record=record, error=error)
            for position, topic, record, error in rows
        ]

    def count_aside(self) -> dict[str, int]:
        return dict(self._connection.execute("SELECT view, count(*) FROM set_aside GROUP BY view"))

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK")

    def switch(self, view: View, other: ViewStore) -> None:
        """To a store of this kind, in a file of its own."""
        assert isinstance(other, SqliteViews)
        self._connection.execute("ATTACH ? AS beside", (other.path,))
        try:
            with self.transaction() as transaction:
                kept = transaction.kept().get(view.name)
                _, position = other.positions()[view.name]
                if kept is not None:
                    if kept.position > position:
                        raise Behind(view.name)
                    transaction.leave(view, kept)
                transaction.create(view)
                transaction.move(view, 0, position)
                for name in view.stored:
                    self._connection.execute(f"INSERT INTO main.{name} SELECT * FROM beside.{name}")
                self._connection.execute(
                    "INSERT INTO main.set_aside SELECT * FROM beside.set_aside WHERE view = ?",
                    (view.name,),
                )
        finally:
            self._connection.execute("DETACH beside")

    def renewed(self) -> int:
        row = self._connection.execute("SELECT max(erasure) FROM renewed").fetchone()
        return int(row[0] or 0)

    def take_over(self, other: ViewStore, views: Collection[View], renewed: int) -> None:
        """From a store of this kind, whose file replaces that of this one page by page."""
        assert isinstance(other, SqliteViews)
        other._connection.execute("INSERT INTO renewed VALUES (?)", (renewed,))
        other._connection.backup(self._connection)
        self.clean()

    def clean(self) -> None:
        # The log still has old pages of the file, and those the file itself.
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._connection.close()


class SqliteTransaction(Transaction):
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def move(self, view: View, old: int, new: int) -> None:
        moved = self._connection.execute(
            "UPDATE positions SET position = ? WHERE view = ? AND version = ? AND position = ?",
            (new, view.name, view.version, old),
        )
        if moved.rowcount != 1:
            raise Overtaken(view.name)

    def load(self, table: Table[Any], keys: list[Key]) -> Iterable[Values]:
        # No round trip, so one prepared search a key is as fast as any list of keys.
        one = sql.select(table, table.stored, f"WHERE {sql.by_key(table)}")
        execute = self._connection.execute
        for key in keys:
            row = execute(one, key).fetchone()
            if row is not None:
                yield row

    def write(self, table: Table[Any], rows: Sequence[Values], removed: Sequence[Key]) -> None:
        if removed:
            self._connection.executemany(
                f"DELETE FROM {table.stored} WHERE {sql.by_key(table)}",
                removed,
            )
        if rows:
            marks = ", ".join("?" * len(table.stored_columns))
            self._connection.executemany(
                sql.upsert(table, table.stored, f"VALUES ({marks})"),
                rows,
            )

    def begun(self, table: Table[Any], keys: list[Key]) -> dict[Key, Begun]:
        one = (
            f"SELECT held_since, known_since, held_until FROM {table.past_stored}"
            f" WHERE {sql.by_key(table)} ORDER BY known_since DESC LIMIT 1"
        )
        execute = self._connection.execute
        found = {}
        for key in keys:
            row = execute(one, key).fetchone()
            if row is not None and row[2] == ENDLESS:
                found[key] = Begun(row[0], row[1])
        return found

    def write_past(
        self, table: Table[Any], ended: Sequence[Ended], versions: Sequence[tuple[Any, ...]]
    ) -> None:
        if ended:
            self._connection.executemany(
                f"UPDATE {table.past_stored} SET held_until = ?, known_until = ?, held_band = ?,"
                f" known_band = ? WHERE {sql.by_key(table)} AND known_since = ?",
                [
                    (
                        *(one.until, one.until_position, one.band, one.position_band),
                        *(*one.key, one.since_position),
                    )
                    for one in ended
                ],
            )
        if versions:
            marks = ", ".join("?" * len(sql.all_names(table)))
            self._connection.executemany(
                f"INSERT INTO {table.past_stored} VALUES ({marks})", versions
            )

    def set_aside(self, event: SetAside) -> None:
        self._connection.execute(
            "INSERT INTO set_aside VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (event.view, event.position, event.topic, event.record, event.error),
        )

    def create(self, view: View) -> None:
        for table in view.tables:
            for statement in _create(table):
                self._connection.execute(statement)
        self._connection.execute(
            "INSERT INTO positions VALUES (?, ?, ?, ?, 0)",
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
            self._connection.execute(f"DROP TABLE IF EXISTS {table}")
            self._connection.execute(f"DROP TABLE IF EXISTS {sqlite_words.index_of(table)}")
        self._connection.execute("DELETE FROM positions WHERE view = ?", (name,))
        self._connection.execute("DELETE FROM set_aside WHERE view = ?", (name,))

    def rename(self, name: str, other: str) -> None:
        self._connection.execute("UPDATE positions SET view = ? WHERE view = ?", (other, name))
        self._connection.execute("DELETE FROM set_aside WHERE view = ?", (name,))

    def kept(self) -> dict[str, Kept]:
        rows = self._connection.execute(
            "SELECT view, version, shape, tables, position FROM positions"
        )
        return {
            view: Kept(version, shape, tuple(msgspec.json.decode(tables)), position)
            for view, version, shape, tables, position in rows
        }

    def ledger(self) -> str:
        row = self._connection.execute("SELECT ledger FROM source").fetchone()
        return str(row[0]) if row else ""

    def adopt(self, ledger: str) -> None:
        self._connection.execute("DELETE FROM source")
        self._connection.execute("INSERT INTO source VALUES (?)", (ledger,))


class SqliteReader(ViewReader):
    """Reads inline: a search by an index takes less time than handing it to a thread."""

    prefix = ""

    def __init__(self, path: Path | str) -> None:
        self._connection = open_views(str(path))
        self._connection.execute("PRAGMA query_only=ON")
        # Its own cast is not the nearest number in each case, as it is elsewhere.
        self._connection.create_function("decimal", 1, _decimal, deterministic=True)

    async def query(
        self, sql: str, parameters: Sequence[Any] = (), *, varies: bool = False
    ) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(sql, parameters).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                raise NotBuilt("The views have not been built yet.") from error
            raise

    def items(self, column: str) -> str:
        return f"json_each({column})"

    def part(self, column: str, kind: Kind) -> str:
        value = "decimal(value)" if kind == "decimal" else "value"
        types = JSON_TYPES.get(kind, "'text'")
        return f"SELECT {value} FROM json_each({column}) WHERE key = ? AND type IN ({types})"

    def latest(
        self, table: Table[Any], sought: Sought, limit: int, before: int | None = None
    ) -> tuple[str, str]:
        return sqlite_words.latest(table, limit, before), sqlite_words.written(sought)

    def having(self, table: Table[Any], column: str, sought: Sought) -> tuple[str, str]:
        return sqlite_words.having(table, column), sqlite_words.written(sought)

    async def aclose(self) -> None:
        self._connection.close()


def _decimal(text: str) -> float | None:
    """The number that a text is, if it is one."""
    return float(text) if _DECIMAL.fullmatch(text) else None


def _create(table: Table[Any]) -> Iterator[str]:
    columns = _columns(table.stored_columns)
    # Where the key is most of the row, the table is its own index.
    form = "STRICT, WITHOUT ROWID" if len(table.key) > 1 or table.least else "STRICT"
    yield (
        f"CREATE TABLE {table.stored} ({', '.join(columns)},"
        f" PRIMARY KEY ({', '.join(table.key)})) {form}"
    )
    for index in table.indexes:
        name = f"{table.stored}_by_{'_'.join(index)}"
        yield f"CREATE INDEX {name} ON {table.stored} ({', '.join(index)})"
    yield from sqlite_words.create(table)
    if table.past is not None:
        yield (
            f"CREATE TABLE {table.past_stored}"
            f" ({', '.join(_columns((*table.columns, *past.COLUMNS)))},"
            f" PRIMARY KEY ({', '.join(table.key)}, known_since)) STRICT"
        )
        for name, index in past.indexes(table):
            yield f"CREATE INDEX {name} ON {table.past_stored} ({', '.join(index)})"


def _columns(columns: Sequence[Column]) -> list[str]:
    return [
        f"{column.name} {TYPES[column.kind]}{'' if column.is_nullable else ' NOT NULL'}"
        for column in columns
    ]


def _with_truths(row: tuple[Any, ...], truths: Sequence[int]) -> tuple[Any, ...]:
    values = list(row)
    for place in truths:
        values[place] = None if values[place] is None else bool(values[place])
    return tuple(values)
