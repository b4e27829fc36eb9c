"""Connections to PostgreSQL that end while they are used."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND application_name = 'ledgerdesk'"
)


@contextmanager
def ending_connections(url: str) -> Iterator[list[int]]:
    """End all connections of the desk again and again; count the times."""
    stop = threading.Event()
    ended: list[int] = []

    def end() -> None:
        with psycopg.connect(url, autocommit=True) as server:
            while not stop.wait(0.02):
                ended.append(len(server.execute(END_OTHERS).fetchall()))

    thread = threading.Thread(target=end)
    thread.start()
    try:
        yield ended
    finally:
        stop.set()
        thread.join()


def sockets() -> int:
    """How many sockets this process has open."""
    descriptors = Path("/proc/self/fd").iterdir()
    return sum("socket:" in os.path.realpath(descriptor) for descriptor in descriptors)
