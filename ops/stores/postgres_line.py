"""A connection on which one prepared statement after the other is asked of libpq itself.

What a cursor does besides takes longer than the answer to a small question.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Self

import psycopg
from psycopg import AsyncConnection, errors
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGresult

from ops.stores.postgres_connections import Row

BINARY = 1


class Line:
    """Belongs to the event loop in which it is made. All values are in PostgreSQL's binary form."""

    def __init__(
        self,
        connection: AsyncConnection[Row],
        answered: Callable[[PGresult], None],
        lost: Callable[[psycopg.Error], None],
    ) -> None:
        """`answered` is called with what was found; `lost` once, with or without a question, after
        which there are no more answers."""
        self._connection = connection
        self._pgconn = connection.pgconn
        self._answered = answered
        self._lost = lost
        self._result: PGresult | None = None
        self._loop = asyncio.get_running_loop()
        self._socket = self._pgconn.socket
        self._loop.add_reader(self._socket, self._read)

    @classmethod
    async def open(
        cls,
        conninfo: str,
        statements: Sequence[Any],
        answered: Callable[[PGresult], None],
        lost: Callable[[psycopg.Error], None],
    ) -> Self:
        """Connect, and have statements such as `PREPARE name (types) AS …` carried out. Raises
        psycopg.Error."""
        connection: AsyncConnection[Row] = await AsyncConnection.connect(conninfo, autocommit=True)
        try:
            for statement in statements:
                await connection.execute(statement)
        except BaseException:
            connection.pgconn.finish()
            raise
        return cls(connection, answered, lost)

    def ask(self, name: bytes, parameters: Sequence[bytes]) -> None:
        """Send a question; nothing is sent before the one before is answered. Raises
        psycopg.Error."""
        self._pgconn.send_query_prepared(
            name, parameters, param_formats=[BINARY] * len(parameters), result_format=BINARY
        )
        if self._pgconn.flush():
            self._loop.add_writer(self._socket, self._write)

    def _write(self) -> None:
        try:
            if not self._pgconn.flush():
                self._loop.remove_writer(self._socket)
        except psycopg.Error as error:
            self._lost(error)

    def _read(self) -> None:
        try:
            self._pgconn.consume_input()
            if self._pgconn.status == ConnStatus.BAD:
                raise psycopg.OperationalError("The server has closed the connection.")
            while not self._pgconn.is_busy():
                result = self._pgconn.get_result()
                if result is None:
                    break
                self._result = result
            else:
                return
        except psycopg.Error as error:
            self._lost(error)
            return
        if (found := self._result) is not None:
            self._result = None
            self._answered(found)

    def close(self) -> None:
        """Call nobody any more."""
        if not self._loop.is_closed():
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
        self._pgconn.finish()


def error_of(result: PGresult) -> psycopg.Error | None:
    """What the server says against a question."""
    return None if result.status == ExecStatus.TUPLES_OK else errors.error_from_result(result)
