"""Rows looked up by their words with FTS5: an index beside the table, kept by triggers.

The words are those that we have made: the index only parts them at spaces. It does not know where
in a row they stand, which makes it half the size.
"""

from collections.abc import Iterator
from typing import Any

from projections import sought
from projections.sought import Sought, Word
from projections.tables import Table

MARKS = "#^~?=:-!"
"""What may stand in words beside letters and digits."""


def index_of(stored: str) -> str:
    return f"{stored}_words"


def create(table: Table[Any]) -> Iterator[str]:
    if table.sought is None:
        return
    words, more, place = table.sought
    index = index_of(table.stored)
    yield (
        f"CREATE VIRTUAL TABLE {index} USING fts5 ({words}, content='{table.stored}',"
        f" content_rowid='{place}', detail=none, tokenize=\"ascii tokenchars '{MARKS}'\")"
    )
    add = (
        f"INSERT INTO {index} (rowid, {words})"
        f" VALUES (new.{place}, new.{words} || ' ' || new.{more});"
    )
    remove = (
        f"INSERT INTO {index} ({index}, rowid, {words})"
        f" VALUES ('delete', old.{place}, old.{words} || ' ' || old.{more});"
    )
    yield f"CREATE TRIGGER {index}_added AFTER INSERT ON {table.stored} BEGIN {add} END"
    yield f"CREATE TRIGGER {index}_removed AFTER DELETE ON {table.stored} BEGIN {remove} END"
    yield (
        f"CREATE TRIGGER {index}_changed AFTER UPDATE ON {table.stored}"
        f" WHEN old.{words} <> new.{words} OR old.{more} <> new.{more} BEGIN {remove} {add} END"
    )


def latest(table: Table[Any], limit: int, before: int | None) -> str:
    if table.sought is None:
        raise TypeError(f"{table.name} is not looked up by words.")
    place, index = table.sought[-1], index_of(table.stored)
    earlier = "" if before is None else f" AND rowid < {before:d}"
    # The index gives out the latest first by itself, and stops where it is told.
    return (
        f"WHERE {place} IN (SELECT rowid FROM {index} WHERE {index} MATCH ?{earlier}"
        f" ORDER BY rowid DESC LIMIT {limit:d}) ORDER BY {place} DESC"
    )


def having(table: Table[Any], column: str) -> str:
    if table.sought is None:
        raise TypeError(f"{table.name} is not looked up by words.")
    place, index = table.sought[-1], index_of(table.stored)
    return (
        f"SELECT {column} FROM {table.stored}"
        f" WHERE {place} IN (SELECT rowid FROM {index} WHERE {index} MATCH ?)"
    )


def written(words: Sought) -> str:
    return sought.written(words, _word, " AND ", " OR ")


def _word(word: Word) -> str:
    return f'"{word.text}"{"*" if word.is_start else ""}'
