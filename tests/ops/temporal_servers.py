"""Servers of Temporal, looked at from outside."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable

from ops.temporal_server import TemporalServer


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


def listens(address: str) -> bool:
    host, port = address.removeprefix("http://").split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def kill(server: TemporalServer) -> None:
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
