"""Views of another store, copied into PostgreSQL beside those that are read, and put in place."""

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from typing import Any

import psycopg

from projections import sql
from projections.store import ViewStore
from projections.view import View

ANEW = "_anew"
"""What the name of a table ends with that is to take the place of another."""
KEYS = (
    "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE conrelid = %s::regclass AND contype = 'p'"
)
INDEXES = (
    "SELECT pg_get_indexdef(indexrelid) FROM pg_index"
    " WHERE indrelid = %s::regclass AND NOT indisprimary"
)
_NAMED = re.compile(r"INDEX \S+ ON \S+ ")


def copy(connection: psycopg.Connection, views: Collection[View], other: ViewStore) -> list[str]:
    """Make tables beside those of the views, with the rows of the other store. Gives the names of
    those that they are beside."""
    copied = []
    for table in (table for view in views for table in view.tables):
        _copy(connection, table.stored, table.stored_names, other.scan(table, is_whole=True))
        copied.append(table.stored)
        if table.past is not None:
            _copy(connection, table.past_stored, sql.all_names(table), other.scan_past(table))
            copied.append(table.past_stored)
    return copied


def _copy(
    connection: psycopg.Connection,
    name: str,
    columns: Iterable[str],
    rows: Iterator[tuple[Any, ...]],
) -> None:
    anew = f"views.{name}{ANEW}"
    # Its indexes are made of all rows at once, in a part of the time.
    kept = "INCLUDING ALL EXCLUDING INDEXES"
    _execute(connection, f"CREATE TABLE {anew} (LIKE views.{name} {kept})")
    statement: Any = f"COPY {anew} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor().copy(statement) as copying:
        for row in rows:
            copying.write_row(row)
    for (key,) in _execute(connection, KEYS, [f"views.{name}"]).fetchall():
        _execute(connection, f"ALTER TABLE {anew} ADD {key}")
    for (index,) in _execute(connection, INDEXES, [f"views.{name}"]).fetchall():
        _execute(connection, _NAMED.sub(f"INDEX ON {anew} ", index, count=1))
    # Else it is asked for a minute without the server knowing what is in it.
    _execute(connection, f"ANALYZE {anew}")


def put_in_place(connection: psycopg.Connection, copied: Iterable[str]) -> None:
    for name in copied:
        _execute(connection, f"DROP TABLE views.{name}")
        _execute(connection, f"ALTER TABLE views.{name}{ANEW} RENAME TO {name}")


def put_positions(
    connection: psycopg.Connection, views: Collection[View], other: ViewStore
) -> None:
    """Take over how far the views are, and what they could not take."""
    for view in views:
        _execute(connection, "DELETE FROM views.set_aside WHERE view = %s", (view.name,))
        version, position = other.positions()[view.name]
        _execute(
            connection,
            "UPDATE views.positions SET position = %s WHERE view = %s AND version = %s",
            (position, view.name, version),
        )
        for one in other.aside(view.name):
            _execute(
                connection,
                "INSERT INTO views.set_aside VALUES (%s, %s, %s, %s, %s)",
                (one.view, one.position, one.topic, one.record, one.error),
            )


def clean(connection: psycopg.Connection) -> None:
    """Have the files of tables that are gone removed, and the most frequent words that the server
    has noted of them, if we may: else the server does it later."""
    # Whoever may not is told so, and no more.
    _execute(connection, "VACUUM (FULL) pg_catalog.pg_statistic")
    with suppress(psycopg.errors.InsufficientPrivilege):
        _execute(connection, "CHECKPOINT")


def _execute(
    connection: psycopg.Connection, statement: Any, parameters: Any = None
) -> psycopg.Cursor:
    return connection.execute(statement, parameters)
