"""Temporal's server as it fails, is killed, watched and stopped."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from ops.temporal_client import connect
from ops.temporal_server import LOG_BYTES, START_ATTEMPTS, TemporalServer, TemporalServerError
from tests.ops.temporal_servers import kill, listens, until

ROOT = Path(__file__).parents[2]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TemporalServer]:
    with TemporalServer(tmp_path / "temporal") as running:
        yield running


@contextlib.asynccontextmanager
async def watched(server: TemporalServer) -> AsyncIterator[list[str]]:
    reports: list[str] = []
    watch = asyncio.create_task(server.watch(reports.append))
    yield reports
    await asyncio.to_thread(server.stop)
    await asyncio.wait_for(watch, timeout=10)


async def serves(address: str, seconds: float = 20) -> bool:
    """Wait until a server that listens already answers."""
    async with asyncio.timeout(seconds):
        while True:
            try:
                client = await connect(address)
            except RuntimeError:
                await asyncio.sleep(0.01)
                continue
            return await client.service_client.check_health()


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@contextlib.contextmanager
def killing(server: TemporalServer, killed: set[int], until: int) -> Iterator[None]:
    """Kill so many starts of the server, each as soon as it is there."""
    over = threading.Event()

    def kill() -> None:
        while len(killed) < until and not over.wait(0.001):
            if (pid := server.pid) is not None and pid not in killed:
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield
    finally:
        over.set()
        killer.join()


def test_a_server_that_cannot_start_gives_its_last_words(tmp_path: Path) -> None:
    with TemporalServer(tmp_path):
        pass
    for file in tmp_path.glob("temporal.db*"):
        file.write_bytes(b"not a database" * 1000)
    server = TemporalServer(tmp_path)

    with pytest.raises(TemporalServerError, match=r"(?s)before it answered.*not a database"):
        server.start()

    assert not server.is_alive
    assert server.pid is None


@pytest.mark.parametrize("already", ["at the very first start", "later"])
def test_a_server_that_is_killed_before_it_answers_is_started_again(
    tmp_path: Path, already: str
) -> None:
    if already == "later":
        with TemporalServer(tmp_path):
            pass
    server = TemporalServer(tmp_path)
    killed: set[int] = set()

    with killing(server, killed, until=START_ATTEMPTS - 1), server:
        survivor = server.pid
        answers = listens(server.address)

    assert answers
    assert len(killed) == START_ATTEMPTS - 1
    assert survivor not in killed


def test_a_server_that_is_always_killed_says_so(tmp_path: Path) -> None:
    server = TemporalServer(tmp_path)
    killed: set[int] = set()

    with (
        killing(server, killed, until=START_ATTEMPTS),
        pytest.raises(TemporalServerError, match="ended with code -9 before it answered"),
    ):
        server.start()

    assert not server.is_alive


def test_a_stop_is_clean_and_leaves_nothing_behind(tmp_path: Path) -> None:
    server = TemporalServer(tmp_path)
    server.start()
    pid = server.pid
    assert pid is not None
    began = time.monotonic()

    server.stop()
    server.stop()

    assert time.monotonic() - began < 5
    assert not server.is_alive
    assert not is_running(pid)
    assert not listens(server.address)


def test_the_log_is_kept_within_bounds(tmp_path: Path) -> None:
    log = tmp_path / "temporal.log"
    log.write_bytes(b"x" * LOG_BYTES)

    with TemporalServer(tmp_path) as server:
        assert server.log == log

    assert 0 < log.stat().st_size < LOG_BYTES
    assert (tmp_path / "temporal.log.1").stat().st_size == LOG_BYTES


async def test_a_watched_server_comes_back_at_the_same_address(server: TemporalServer) -> None:
    address, pid = server.address, server.pid

    async with watched(server) as reports:
        kill(server)
        await until(lambda: server.pid not in (None, pid) and listens(address))
        healthy = await serves(address)

    assert healthy
    assert reports == ["The Temporal server ended with code -9; next start in 0.1 s."]


async def test_a_watch_does_not_give_up_while_the_port_is_taken(server: TemporalServer) -> None:
    address, pid = server.address, server.pid
    host, port = address.split(":")

    async with watched(server) as reports:
        kill(server)
        await until(lambda: not server.is_alive)
        with socket.create_server((host, int(port))):
            await until(lambda: len(reports) >= 3)
        await until(lambda: server.pid not in (None, pid) and listens(address))

    assert reports[1].startswith(f"Port {port} of 127.0.0.1, wanted for Temporal, is in use.")
    assert reports[2] == "The Temporal server ended with code -9; next start in 0.2 s."


async def test_a_stop_ends_the_watch_without_a_restart(server: TemporalServer) -> None:
    async with watched(server) as reports:
        await asyncio.sleep(0)

    assert reports == []
    assert not server.is_alive


def test_the_server_dies_with_its_killed_parent_and_not_by_ctrl_c(tmp_path: Path) -> None:
    program = """
import os, pathlib, signal, sys, threading
from ops.temporal_server import TemporalServer
signal.signal(signal.SIGINT, lambda *_: os.write(1, b"interrupted\\n"))
server = TemporalServer(pathlib.Path(sys.argv[1]))
starter = threading.Thread(target=server.start)  # ends long before the server
starter.start()
starter.join()
print(server.pid, flush=True)
while True:
    signal.pause()
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    )
    try:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        os.killpg(parent.pid, signal.SIGINT)
        assert parent.stdout.readline() == "interrupted\n"
        assert is_running(pid)
    finally:
        parent.kill()
        parent.communicate(timeout=10)

    deadline = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_running(pid)
    with TemporalServer(tmp_path) as next_server:
        assert next_server.is_alive
