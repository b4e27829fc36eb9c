"""Views in a PostgreSQL database, as they are read."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool

from projections import postgres_words
from projections.postgres import PREFIX
from projections.sought import Sought
from projections.store import NotBuilt, ViewReader
from projections.tables import Kind, Table

READERS_MAX = 10


_PLAIN = "(value #>> '{}')"
_TEXT = ("string", f'{_PLAIN} COLLATE "C"', "")
_PARTS: Mapping[Kind, tuple[str, str, str]] = {
    "integer": ("number", f"{_PLAIN}::bigint", f" AND {_PLAIN} ~ '^-{{0,1}}[0-9]{{1,18}}$'"),
    "boolean": ("boolean", f"{_PLAIN}::boolean", ""),
    "decimal": (
        "string",
        f"{_PLAIN}::double precision",
        f" AND {_PLAIN} ~ '^-{{0,1}}[0-9]+([.][0-9]+){{0,1}}$'",
    ),
    "json": ("array", _PLAIN, ""),
}
"""The type in JSON, the value, and what else must hold for it to be one. A question mark would
stand for a parameter."""


class PostgresReader(ViewReader):
    prefix = PREFIX

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: AsyncConnectionPool | None = None

    async def query(
        self, sql: str, parameters: Sequence[Any] = (), *, varies: bool = False
    ) -> list[tuple[Any, ...]]:
        pool = await self._opened()
        try:
            async with pool.connection() as connection:
                # What is prepared is planned once for whatever parameters come.
                found = await connection.execute(
                    sql.replace("%", "%%").replace("?", "%s"),
                    parameters,
                    prepare=False if varies else None,
                )
                return await found.fetchall()
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName) as error:
            raise NotBuilt("The views have not been built yet.") from error

    def items(self, column: str) -> str:
        return (
            '(SELECT value COLLATE "C" AS value'
            f" FROM json_array_elements_text({column}::json) AS texts(value))"
        )

    def part(self, column: str, kind: Kind) -> str:
        type, value, more = _PARTS.get(kind, _TEXT)
        return (
            f"SELECT {value} FROM json_each({column}::json) AS parts(key, value)"
            f" WHERE key = ? AND json_typeof(value) = '{type}'{more}"
        )

    def latest(
        self, table: Table[Any], sought: Sought, limit: int, before: int | None = None
    ) -> tuple[str, str]:
        return postgres_words.latest(table, PREFIX, limit, before), postgres_words.written(sought)

    def having(self, table: Table[Any], column: str, sought: Sought) -> tuple[str, str]:
        return postgres_words.having(table, PREFIX, column), postgres_words.written(sought)

    async def _opened(self) -> AsyncConnectionPool:
        if self._pool is None:
            # Made here and not before: a pool belongs to the event loop that it is opened in.
            self._pool = AsyncConnectionPool(
                self._url,
                min_size=1,
                max_size=READERS_MAX,
                open=False,
                kwargs={"autocommit": True, "options": "-c default_transaction_read_only=on"},
            )
            await self._pool.open()
        return self._pool

    async def aclose(self) -> None:
        if self._pool is not None:
            await self._pool.close()
