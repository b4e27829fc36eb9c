"""Rows looked up by their words with a tsvector: a column beside those of the table, with an index.

The words are those that we have made: no parser and no dictionary of PostgreSQL sees them.
"""

from collections.abc import Iterator
from typing import Any

from projections import sought
from projections.sought import Sought, Word
from projections.tables import Table

COLUMN = "sought_words"
PENDING_MAX = 1_024


def create(table: Table[Any], prefix: str) -> Iterator[str]:
    if table.sought is None:
        return
    words, more, _ = table.sought
    source = prefix + table.stored
    yield (
        f"ALTER TABLE {source} ADD COLUMN {COLUMN} tsvector"
        " GENERATED ALWAYS AS"
        f" (array_to_tsvector(string_to_array(rtrim({words} || ' ' || {more}), ' '))) STORED"
    )
    # In the row itself: looked through from the latest on, those of common words are found soonest.
    yield f"ALTER TABLE {source} ALTER COLUMN {COLUMN} SET STORAGE MAIN"
    # Each search reads all that is pending, in kilobytes.
    yield (
        f"CREATE INDEX {table.stored}_by_words ON {source} USING gin ({COLUMN})"
        f" WITH (gin_pending_list_limit = {PENDING_MAX})"
    )


def latest(table: Table[Any], prefix: str, limit: int, before: int | None) -> str:
    if table.sought is None:
        raise TypeError(f"{table.name} is not looked up by words.")
    place, source = table.sought[-1], prefix + table.stored
    earlier = "" if before is None else f" AND {place} < {before:d}"
    # Chosen by their places first: all else is read of those alone that are given out.
    return (
        f"WHERE {place} IN (SELECT {place} FROM {source} WHERE {COLUMN} @@ ?::tsquery{earlier}"
        f" ORDER BY {place} DESC LIMIT {limit:d}) ORDER BY {place} DESC"
    )


def having(table: Table[Any], prefix: str, column: str) -> str:
    return f"SELECT {column} FROM {prefix}{table.stored} WHERE {COLUMN} @@ ?::tsquery"


def written(words: Sought) -> str:
    return sought.written(words, _word, " & ", " | ")


def _word(word: Word) -> str:
    return f"'{word.text}'{':*' if word.is_start else ''}"
