"""SQL that both stores understand, made from the declarations of tables.

Names come from declarations alone and values are always parameters, written `?`.
"""

from typing import Any

from projections import past
from projections.tables import Table


def upsert(table: Table[Any], into: str, values: str) -> str:
    """Write whole rows, new or not."""
    rest = [name for name in table.stored_names if name not in table.key]
    changed = [table.least] if table.least else rest
    changes = ", ".join(f"{name} = excluded.{name}" for name in changed)
    only = f" WHERE excluded.{table.least} < {table.stored}.{table.least}" if table.least else ""
    return (
        f"INSERT INTO {into} ({', '.join(table.stored_names)}) {values}"
        f" ON CONFLICT ({', '.join(table.key)})"
        f" DO {f'UPDATE SET {changes}{only}' if changed else 'NOTHING'}"
    )


def all_names(table: Table[Any]) -> tuple[str, ...]:
    """The columns of the table of versions."""
    return (*table.names, *(column.name for column in past.COLUMNS))


def by_key(table: Table[Any]) -> str:
    return " AND ".join(f"{name} = ?" for name in table.key)


def select(table: Table[Any], source: str, rest: str) -> str:
    return f"SELECT {', '.join(table.names)} FROM {source} {rest}"


def scan(table: Table[Any], source: str, *, is_whole: bool) -> str:
    names = table.stored_names if is_whole else table.names
    return f"SELECT {', '.join(names)} FROM {source} ORDER BY {', '.join(table.key)}"
