"""How rows are read from a store, as all that is asked of the views does it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from projections.queries import SHOWN
from projections.store import ViewReader
from projections.tables import Column, Table, Values


class Reading:
    def __init__(self, reader: ViewReader) -> None:
        self._reader = reader

    def _at(self, table: str) -> str:
        return self._reader.prefix + table

    async def _query(
        self, sql: str, parameters: Sequence[Any] = (), *, varies: bool = False
    ) -> list[tuple[Any, ...]]:
        return await self._reader.query(sql, parameters, varies=varies)

    async def _rows(self, table: Table[Any], rest: str, *parameters: Any) -> list[dict[str, Any]]:
        source = self._at(table.stored)
        sql = f"SELECT {', '.join(table.names)} FROM {source} WHERE {rest}"
        return shown_rows(table.columns, await self._query(sql, parameters))

    async def _one(self, table: Table[Any], key: Mapping[str, Any]) -> dict[str, Any] | None:
        where = " AND ".join(f"{name} = ?" for name in key)
        found = await self._rows(table, where, *key.values())
        return found[0] if found else None


def shown_rows(columns: Sequence[Column], rows: Iterable[Values]) -> list[dict[str, Any]]:
    """Stored rows as they are answered. They may have more values than there are columns."""
    names = [column.name for column in columns]
    found = [dict(zip(names, row, strict=False)) for row in rows]
    # Most values are answered as they are stored: the others alone are looked at one by one.
    for column in columns:
        if as_shown := SHOWN.get(column.kind):
            name = column.name
            for row in found:
                if (value := row[name]) is not None:
                    row[name] = as_shown(value)
    return found
