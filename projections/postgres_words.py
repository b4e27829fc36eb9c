"""Rows looked up by their words with a tsvector: a column beside those of the table, with an index.

The words are those that we have made: no parser and no dictionary of PostgreSQL sees them.
"""

from collections.abc import Iterator
from typing import Any

from projections.sought import Every, Sought, Word
from projections.tables import Table

COLUMN = "sought_words"


def create(table: Table[Any], prefix: str) -> Iterator[str]:
    if table.sought is None:
        return
    words, _ = table.sought
    source = prefix + table.stored
    yield (
        f"ALTER TABLE {source} ADD COLUMN {COLUMN} tsvector"
        f" GENERATED ALWAYS AS (array_to_tsvector(string_to_array({words}, ' '))) STORED"
    )
    yield f"CREATE INDEX {table.stored}_by_words ON {source} USING gin ({COLUMN})"


def latest(table: Table[Any], limit: int) -> str:
    if table.sought is None:
        raise TypeError(f"{table.name} is not looked up by words.")
    return f"WHERE {COLUMN} @@ ?::tsquery ORDER BY {table.sought[1]} DESC LIMIT {limit:d}"


def written(sought: Sought) -> str:
    if isinstance(sought, Word):
        return f"'{sought.text}'{':*' if sought.is_start else ''}"
    between = " & " if isinstance(sought, Every) else " | "
    return f"({between.join(map(written, sought.parts))})"
