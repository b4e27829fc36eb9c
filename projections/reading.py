"""How rows are read from a store, as all that is asked of the views does it."""

from collections.abc import Mapping, Sequence
from typing import Any

from projections.queries import shown
from projections.store import ViewReader
from projections.tables import Table


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
        return shown_rows(table, await self._query(sql, parameters))

    async def _one(self, table: Table[Any], key: Mapping[str, Any]) -> dict[str, Any] | None:
        where = " AND ".join(f"{name} = ?" for name in key)
        found = await self._rows(table, where, *key.values())
        return found[0] if found else None


def shown_rows(table: Table[Any], rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    return [
        {
            column.name: shown(column, value)
            for column, value in zip(table.columns, row, strict=True)
        }
        for row in rows
    ]
