"""A file of SQLite as all of ours are opened, those of the ledger and the keys too."""

import sqlite3
import time
from pathlib import Path
from typing import Literal

BUSY_SECONDS_MAX = 30.0
PAUSE_SECONDS = 0.002


def connect(
    path: Path | str, synchronous: Literal["FULL", "NORMAL"], *, cached_statements: int = 128
) -> sqlite3.Connection:
    """A connection without transactions of its own, to a file with a write-ahead log.

    It may be used by any thread, by one at a time. Raises sqlite3.OperationalError if others keep
    the file busy for 30 s.
    """
    connection = sqlite3.connect(
        path,
        isolation_level=None,
        timeout=BUSY_SECONDS_MAX,
        check_same_thread=False,
        cached_statements=cached_statements,
    )
    try:
        _write_ahead(connection)
        connection.execute(f"PRAGMA synchronous={synchronous}")
    except BaseException:
        connection.close()
        raise
    return connection


def is_busy(error: BaseException) -> bool:
    code = getattr(error, "sqlite_errorcode", 0)
    return isinstance(error, sqlite3.OperationalError) and code & 0xFF == sqlite3.SQLITE_BUSY


def _write_ahead(connection: sqlite3.Connection) -> None:
    # SQLite does not wait for its turn to give a new file its log: whoever comes while another
    # does so, or writes the first tables, is refused at once whatever its timeout.
    until = time.monotonic() + BUSY_SECONDS_MAX
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > until:
                raise
        time.sleep(PAUSE_SECONDS)
