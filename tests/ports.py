"""Somebody who is quicker at a port than the server that chose it."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread


@contextmanager
def taking(chosen: Callable[[], int | None]) -> Iterator[list[int]]:
    """Listen at a port as soon as it is chosen; it is in the list then."""
    taken: list[int] = []
    over = Event()

    def take() -> None:
        while (port := chosen()) is None:
            if over.wait(0.0005):
                return
        with socket.create_server(("127.0.0.1", port)):
            taken.append(port)
            over.wait()

    taker = Thread(target=take)
    taker.start()
    try:
        yield taken
    finally:
        over.set()
        taker.join()
