"""Connections to PostgreSQL: their settings, their pools, and what to do when one is lost."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg import AsyncConnection, Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo

T = TypeVar("T")
Row = tuple[Any, ...]

READERS_MAX = 4
"""Connections that one event loop reads on at the same time."""
IDLE_MAX = 8
"""Connections of threads that stay open while nobody uses them."""
PAUSE_SECONDS = 0.01
PAUSE_SECONDS_MAX = 1.0

SESSION = {
    "synchronous_commit": "on",
    "default_transaction_isolation": "read\\ committed",
    "statement_timeout": "60s",
    "lock_timeout": "30s",
    "idle_in_transaction_session_timeout": "30s",
    "timezone": "UTC",
}
NETWORK = {
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}


def conninfo(url: str) -> str:
    """The connection string of a URL, with our settings unless it has its own."""
    given: dict[str, Any] = conninfo_to_dict(url)
    options = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
    theirs = given.pop("options", None) or ""
    settings = {"application_name": "ledgerdesk", **NETWORK, **given}
    # The later setting wins: durability is not theirs to give away.
    return make_conninfo(**{**settings, "options": f"{theirs} {options}".strip()})


def is_lost(error: Exception) -> bool:
    """Whether an error says that the connection, or the server, is gone: the outcome is unknown."""
    if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    state = error.sqlstate
    return state is None or state[:2] == "08" or state[:3] == "57P" or state == "53300"


def is_trouble(error: Exception) -> bool:
    """Whether an error is about the server or the connection, whatever was sent."""
    # Class 54 is a limit that the sent data exceeds.
    return isinstance(error, psycopg.OperationalError) and (error.sqlstate or "")[:2] != "54"


class Pauses:
    """How long to wait before each further attempt, until the patience is at its end."""

    def __init__(self, patience_seconds: float) -> None:
        self._until = time.monotonic() + patience_seconds
        self._next = PAUSE_SECONDS

    def after(self, error: Exception) -> float:
        """The next pause in seconds. Raises the error if it is not worth another attempt."""
        if not is_lost(error) or time.monotonic() > self._until:
            raise error
        pause, self._next = self._next, min(self._next * 2, PAUSE_SECONDS_MAX)
        return pause


class Connections:
    """Connections for threads: each call takes one for itself, and another if none is idle."""

    def __init__(self, conninfo: str, patience_seconds: float) -> None:
        self._conninfo = conninfo
        self._patience_seconds = patience_seconds
        self._idle: deque[Connection[Row]] = deque()
        self._lock = threading.Lock()
        self._is_closed = False

    def use(self, act: Callable[[Connection[Row]], T]) -> T:
        """Do something on a connection, and again on another one if it is lost."""
        pauses = Pauses(self._patience_seconds)
        while True:
            try:
                with self._borrowed() as connection:
                    return act(connection)
            except psycopg.Error as error:
                pause = pauses.after(error)
                self._close_idle()
                time.sleep(pause)

    @contextmanager
    def _borrowed(self) -> Iterator[Connection[Row]]:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = psycopg.connect(self._conninfo, autocommit=True)
        try:
            yield connection
        finally:
            with self._lock:
                is_wanted = not self._is_closed and len(self._idle) < IDLE_MAX
                if is_wanted and not connection.closed:
                    self._idle.append(connection)
                else:
                    connection.close()

    def close(self) -> None:
        """Let go of all connections, of those in use as soon as they are not."""
        with self._lock:
            self._is_closed = True
            self._close_idle()

    def _close_idle(self) -> None:
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return
            connection.close()


class AsyncConnections:
    """A few connections for one event loop. Who finds them all in use waits for a turn."""

    def __init__(self, conninfo: str, patience_seconds: float, size: int = READERS_MAX) -> None:
        self._conninfo = conninfo
        self._patience_seconds = patience_seconds
        self._free = size
        self._idle: list[AsyncConnection[Row]] = []
        self._all: set[AsyncConnection[Row]] = set()
        self._turns: deque[asyncio.Future[None]] = deque()

    async def rows(self, query: LiteralString, parameters: tuple[object, ...]) -> list[Row]:
        """Run one statement, and again on another connection if its own is lost.

        Raises psycopg.Error if the patience is at its end, or if the statement is refused.
        """
        pauses = Pauses(self._patience_seconds)
        while True:
            try:
                async with self._borrowed() as connection:
                    cursor = await connection.execute(query, parameters, prepare=True, binary=True)
                    return await cursor.fetchall()
            except psycopg.Error as error:
                await asyncio.sleep(pauses.after(error))

    @asynccontextmanager
    async def _borrowed(self) -> AsyncIterator[AsyncConnection[Row]]:
        await self._take_turn()
        try:
            if self._idle:
                connection = self._idle.pop()
            else:
                connection = await AsyncConnection.connect(self._conninfo, autocommit=True)
                self._all.add(connection)
            try:
                yield connection
            finally:
                if connection.closed:
                    self._all.discard(connection)
                else:
                    self._idle.append(connection)
        finally:
            self._give_turn()

    async def _take_turn(self) -> None:
        if self._free:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._turns.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._give_turn()
            raise

    def _give_turn(self) -> None:
        while self._turns:
            turn = self._turns.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def close(self) -> None:
        """Let go of all connections, from whichever thread."""
        while self._all:
            self._all.pop().pgconn.finish()
        self._idle.clear()
